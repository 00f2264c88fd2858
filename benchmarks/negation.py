"""Denied or not: the assertion code on corpora with concepts of their own, beside negspacy and medspaCy.

    python benchmarks/negation.py PATH [PATH …] [--list 40]

PATH is NegEx's table (number, concept, sentence, Affirmed or Negated, tab-separated) or BioScope's XML.

NegEx: each concept is the one mention of its text; precision, recall and F1 of "Negated".
BioScope, the unit: each word of three letters or more that is neither a cue nor a word of grammar, taken as the one
mention of its sentence; it is denied if it lies in the scope of a negation cue. Also the cues themselves, of negation
and of speculation: a cue is found if one of the system's cues of that kind overlaps it.
The peers get the same spans as entities; each splits sentences in its own manner. What is not installed is said.
CPU time is that of judging, without loading.
"""

import argparse
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gtminer.model import Assertion, Document
from gtminer.tag import vocabulary
from gtminer.tag.analysis import Analysis
from gtminer.tag.assertion import Assertions
from gtminer.tag.clauses import Clauses

Span = tuple[int, int]
KINDS = ("negation", "speculation")
_WORD = re.compile(r"[A-Za-z][\w-]{2,}")
_GRAMMAR = frozenset(
    re.findall(
        r"\w+",
        """the and for with that this these those was were has have had are been being from into than then such both its
        their there which who whom whose when where while but nor not can could may might will would should also did
        does our all any each other some only very""",
    )
)


class Answer(NamedTuple):
    """Which of the spans are denied, and the cues of each kind."""

    denied: list[bool]
    cues: dict[str, list[Span]]


class Case(NamedTuple):
    """A text with the spans to be judged and what its corpus says of them."""

    text: str
    spans: list[Span]
    denied: list[bool]
    cues: dict[str, list[Span]]


System = Callable[[str, Sequence[Span]], Answer]


class Score:
    """Counts of right, missed and false answers."""

    def __init__(self) -> None:
        self.right = self.missed = self.false = 0

    def add(self, wanted: bool, given: bool) -> None:
        """Count one answer."""
        self.right += wanted and given
        self.missed += wanted and not given
        self.false += given and not wanted

    def __str__(self) -> str:
        """The three figures."""
        precision = self.right / max(1, self.right + self.false)
        recall = self.right / max(1, self.right + self.missed)
        f1 = 2 * self.right / max(1, 2 * self.right + self.missed + self.false)
        return f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}"


def negex(path: Path) -> Iterator[Case]:
    """Yield the rows whose concept stands in its sentence; written in capitals there, where it stands twice."""
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) < 4 or fields[3] not in ("Affirmed", "Negated"):
            continue
        concept, text = fields[1].strip().strip('"'), fields[2]
        words = r"\s+".join(map(re.escape, concept.split()))
        match = re.search(words.upper(), text) or re.search(words, text, re.I)
        if match:
            yield Case(text, [match.span()], [fields[3] == "Negated"], {})


def bioscope(path: Path) -> Iterator[Case]:
    """Yield the sentences with their words, the scopes of negation and the cues."""
    root = ET.parse(path).getroot()  # the user's own file of a published corpus
    for sentence in root.iter("sentence"):
        parts: list[str] = []
        scopes: list[Span] = []
        cues: dict[str, list[Span]] = {kind: [] for kind in KINDS}
        _read(sentence, parts, scopes, cues)
        text = "".join(parts)
        taken = [span for found in cues.values() for span in found]
        spans = [
            match.span()
            for match in _WORD.finditer(text)
            if match[0].lower() not in _GRAMMAR and not any(_overlap(match.span(), cue) for cue in taken)
        ]
        denied = [any(low <= start and end <= high for low, high in scopes) for start, end in spans]
        yield Case(text, spans, denied, cues)


def _read(element: ET.Element, parts: list[str], scopes: list[Span], cues: dict[str, list[Span]]) -> None:
    begin = sum(map(len, parts))
    parts.append(element.text or "")
    for child in element:
        _read(child, parts, scopes, cues)
        parts.append(child.tail or "")
    end = sum(map(len, parts))
    if element.tag == "cue":
        cues[element.attrib["type"]].append((begin, end))
    elif element.tag == "xcope":
        own = [cue for cue in element.iter("cue") if cue.get("ref") == element.get("id")]
        if any(cue.get("type") == "negation" for cue in own):
            scopes.append((begin, end))


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def ours() -> System:
    """Return the assertion code of gtminer."""
    words = vocabulary.load()

    def judge(text: str, spans: Sequence[Span]) -> Answer:
        analysis = Analysis(Document("text:1", "file", "", text), words)
        denied = []
        for span in spans:
            low, high = analysis.sentence(span[0])
            sentence = Assertions(Clauses(analysis, min(low, span[0]), max(high, span[1]), [span]))
            denied.append(sentence.of(span).assertion is Assertion.NEGATED)
        hits = [hit for start, end in analysis.sentences for hit in Clauses(analysis, start, end, []).hits]
        kinds = {
            "negation": ("negates", "negates_short", "negated", "negated_touching"),
            "speculation": ("risk", "risked"),
        }
        cues = {kind: [(hit.start, hit.end) for hit in hits if hit.kind in kinds[kind]] for kind in KINDS}
        return Answer(denied, cues)

    return judge


def negspacy() -> System | None:
    """Return negspacy with its clinical terms over a blank pipeline, if it is installed."""
    try:
        import spacy
        from negspacy.negation import Negex
        from negspacy.termsets import termset
    except ImportError:
        return None
    nlp = spacy.blank("en")
    split = nlp.add_pipe("sentencizer")
    nlp.add_pipe("negex", config={"neg_termset": termset("en_clinical").get_patterns()})
    rule: Negex = nlp.get_pipe("negex")

    def judge(text: str, spans: Sequence[Span]) -> Answer:
        doc = split(nlp.make_doc(text))
        found = _entities(doc, spans)
        doc = rule(doc)
        denied = [bool(span is not None and _entity(doc, span)._.negex) for span in found]
        preceding, following, _ = rule.process_negations(doc)[0:3]
        cues = [(doc[start:end].start_char, doc[start:end].end_char) for _, start, end in [*preceding, *following]]
        return Answer(denied, {"negation": cues, "speculation": []})

    return judge


def medspacy() -> System | None:
    """Return medspaCy's ConText with its own rules and sentences, if it is installed."""
    try:
        import medspacy as package
        from loguru import logger
    except ImportError:
        return None
    logger.disable("PyRuSH")  # it tells of every token
    nlp = package.load()
    split, context = nlp.get_pipe("medspacy_pyrush"), nlp.get_pipe("medspacy_context")
    kinds = {"NEGATED_EXISTENCE": "negation", "POSSIBLE_EXISTENCE": "speculation", "HYPOTHETICAL": "speculation"}

    def judge(text: str, spans: Sequence[Span]) -> Answer:
        doc = split(nlp.make_doc(text))
        found = _entities(doc, spans)
        doc = context(doc)
        denied = [bool(span is not None and _entity(doc, span)._.is_negated) for span in found]
        cues: dict[str, list[Span]] = {kind: [] for kind in KINDS}
        for modifier in doc._.context_graph.modifiers:
            if kind := kinds.get(modifier.category):
                words = doc[modifier.modifier_span[0] : modifier.modifier_span[1]]
                cues[kind].append((words.start_char, words.end_char))
        return Answer(denied, cues)

    return judge


def _entities(doc: Any, spans: Sequence[Span]) -> list[Any]:
    """Make *spans* the entities of *doc*; of two in one token the second shares the first's."""
    found = [doc.char_span(start, end, label="CONCEPT", alignment_mode="expand") for start, end in spans]
    kept: list[Any] = []
    for span in found:
        if span is not None and all(span.start >= other.end for other in kept[-1:]):
            kept.append(span)
    doc.ents = kept
    return found


def _entity(doc: Any, span: Any) -> Any:
    return next((entity for entity in doc.ents if entity.start <= span.start < entity.end), span)


def main() -> None:
    """Print the figures of each corpus and system."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH")
    parser.add_argument("--list", type=int, default=0, metavar="N", help="print the first N errors of gtminer")
    options = parser.parse_args()
    systems = {"gtminer": ours(), "negspacy": negspacy(), "medspaCy": medspacy()}
    for path in options.paths:
        cases = list(bioscope(path) if path.suffix == ".xml" else negex(path))
        spans = sum(len(case.spans) for case in cases)
        denied = sum(sum(case.denied) for case in cases)
        print(f"{path.name}: {len(cases):,} texts, {spans:,} mentions, {denied:,} denied")
        for name, system in systems.items():
            if system is None:
                print(f"  {name:9} not installed")
                continue
            _measure(name, system, cases, options.list if name == "gtminer" else 0)


def _measure(name: str, system: System, cases: list[Case], listed: int) -> None:
    denial, cues = Score(), {kind: Score() for kind in KINDS}
    begin = time.process_time()
    answers = [system(case.text, case.spans) for case in cases]
    spent = time.process_time() - begin
    for case, answer in zip(cases, answers, strict=True):
        for span, wanted, given in zip(case.spans, case.denied, answer.denied, strict=True):
            denial.add(wanted, given)
            if wanted != given and listed:
                listed -= 1
                words = " ".join(case.text.split())
                print(f"    {'missed' if wanted else 'false'}: [{case.text[slice(*span)]}] {words}")
        for kind, gold in case.cues.items():
            given_cues = answer.cues[kind]
            for cue in gold:
                if any(_overlap(cue, other) for other in given_cues):
                    cues[kind].right += 1
                else:
                    cues[kind].missed += 1
            cues[kind].false += sum(not any(_overlap(cue, other) for other in gold) for cue in given_cues)
    print(f"  {name:9} negation {denial}   {spent / len(cases) * 1e6:,.0f} µs a text")
    if any(case.cues for case in cases):
        for kind, score in cues.items():
            print(f"  {'':9} cues of {kind:11} {score}")


if __name__ == "__main__":
    main()
