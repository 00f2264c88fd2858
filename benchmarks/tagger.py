"""Goals 3 and 4: the whole tagger, beside spaCy's PhraseMatcher with negspacy and beside the bare automaton.

    pip install spacy negspacy
    python benchmarks/tagger.py PATH... [--ids '[DS]'] [--overlay TERMS.tsv] [--long 5]

PATH is whatever `gtminer import` takes, or JSON Lines with `title` and `abstract` (of those with an `id`, `--ids` takes
the ones that it matches). What is counted, all in CPU seconds, best of the rounds, in which the rivals take turns:

* tagger: `read_document` on ready documents, from the text to the merged set; memory is the peak of that process.
* bare automaton: `fold` and `find_terms` on the same texts, in the same process: no letters, context or judgement.
* spaCy: a blank English pipeline of sentencizer, PhraseMatcher and negspacy on the same texts and on the forms as the
  vocabulary writes them. (Ours finds their variants as well, and judges far more; so the ratio flatters the peer.)

`--overlay` measures the tagger with a user's vocabulary beside it; `--long` a text of so many megabytes, made of those
of PATH, and one an eighth as long: the time for a megabyte should be the same.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from gtminer.documents import files, gold
from gtminer.model import Document

# Functions whose time is told apart, without that of the others below them.
STAGES = (
    ("fold", "gtminer.tag.analysis", "fold"),
    ("automaton", "gtminer.tag.vocabulary:Vocabulary", "find_terms"),
    ("mentions", "gtminer.tag.mentions", "find"),
    ("abbreviations", "gtminer.tag.shortforms", "apply"),
    ("sentences", "gtminer.tag.sentences", "split"),
    ("cues", "gtminer.tag.vocabulary:Vocabulary", "find_cues"),
    ("population", "gtminer.tag.tagger", "Subjects"),
    ("roles", "gtminer.tag.roles", "weigh"),
    ("subjects", "gtminer.tag.subjects", "decide"),
    ("assertion, events", "gtminer.tag.events", "judge"),
    ("counts, grades", "gtminer.tag.events", "measure"),
    ("merged set", "gtminer.tag.tagger", "summarise"),
)


def read(paths: list[str], ids: str) -> Iterator[Document]:
    """Yield the documents of *paths*."""
    for path in paths:
        if path.endswith(".jsonl"):
            for line in Path(path).read_text(encoding="utf-8").splitlines():
                fields = json.loads(line)
                if re.match(ids, str(fields.get("id", ""))):
                    yield gold.document({"id": "", **fields})
        else:
            for found in files.walk([path]):
                yield from (item for item in found.read() if isinstance(item, Document))


def cpu(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


class Tagger:
    """The child that runs gtminer's tagger."""

    def __init__(self, documents: list[Document], options: argparse.Namespace) -> None:
        begin = time.process_time()
        from gtminer.tag import vocabulary
        from gtminer.tag.fold import fold
        from gtminer.tag.tagger import read_document

        built_in = vocabulary.load()
        ready = time.process_time() - begin
        overlaid = vocabulary.load(options.overlay) if options.overlay else None
        self._rounds: dict[str, Callable[[], object]] = {
            "tagger": lambda: [read_document(document, built_in) for document in documents],
            "bare": lambda: [built_in.find_terms(fold(document.text).text) for document in documents],
        }
        readings = [read_document(document, built_in) for document in documents]
        without = [document for document, reading in zip(documents, readings, strict=True) if not reading.tags]
        if without:
            self._rounds["without"] = lambda: [read_document(document, built_in) for document in without]
            self._rounds["bare without"] = lambda: [built_in.find_terms(fold(item.text).text) for item in without]
        if overlaid:
            self._rounds["overlay"] = lambda: [read_document(document, overlaid) for document in documents]
        if options.long:
            text = "\n".join(document.text for document in documents) + "\n"
            size = int(options.long * 1e6)
            text = (text * (size // len(text) + 1))[:size]
            whole, part = (Document("long", "pubmed", "", words) for words in (text, text[: size // 8]))
            self._rounds["long"] = lambda: read_document(whole, built_in)
            self._rounds["eighth"] = lambda: read_document(part, built_in)
        self.told = {
            "ready": ready,
            "documents": len(documents),
            "characters": sum(len(document.text) for document in documents),
            "tagged": sum(bool(reading.tags) for reading in readings),
            "tags": sum(len(reading.tags) for reading in readings),
        }

    def round(self) -> dict[str, float]:
        """Return the CPU seconds of one round by what was run."""
        return {name: cpu(work) for name, work in self._rounds.items()}

    def last(self) -> dict[str, Any]:
        """Return the peak of memory in MB and the share of the stages."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"memory": memory, "stages": stages(self._rounds["tagger"])}


class Peer:
    """The child that runs spaCy."""

    def __init__(self, documents: list[Document], options: argparse.Namespace) -> None:
        begin = time.process_time()
        import spacy
        from negspacy.negation import Negex  # noqa: F401 - registers the component
        from spacy.language import Language
        from spacy.matcher import PhraseMatcher
        from spacy.util import filter_spans

        from gtminer.tag import vocabulary

        nlp = spacy.blank("en")
        nlp.add_pipe("sentencizer")
        lower, exact = PhraseMatcher(nlp.vocab, attr="LOWER"), PhraseMatcher(nlp.vocab)
        for form in vocabulary.load().forms:
            (exact if form.case else lower).add(form.category.value, [nlp.make_doc(form.text)])

        @Language.component("vocabulary")
        def find(doc: Any) -> Any:
            doc.ents = filter_spans([span for matcher in (lower, exact) for span in matcher(doc, as_spans=True)])
            return doc

        nlp.add_pipe("vocabulary")
        nlp.add_pipe("negex", config={"ent_types": ["safety"]})
        self._nlp = nlp
        self._texts = [document.text for document in documents][: options.peer_texts]
        ready = time.process_time() - begin
        self.told = {"ready": ready, "texts": len(self._texts), "characters": sum(map(len, self._texts))}

    def round(self) -> dict[str, float]:
        """Return the CPU seconds of one round."""
        return {"peer": cpu(lambda: [self._nlp(text) for text in self._texts])}

    def last(self) -> dict[str, Any]:
        """Return the peak of memory in MB."""
        return {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


class Child:
    """A process with one of the rivals, which runs a round each time it is asked."""

    def __init__(self, rival: str) -> None:
        command = [sys.executable, __file__, *sys.argv[1:], "--child", rival]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.told = self._answer()
        self.best: dict[str, float] = {}

    def round(self) -> None:
        """Let the rival run once; keep its best times."""
        for name, seconds in self._ask("round").items():
            self.best[name] = min(seconds, self.best.get(name, seconds))

    def last(self) -> dict[str, Any]:
        """Return what the rival says last, and end it."""
        answer = self._ask("last")
        self._process.communicate()
        return answer

    def _ask(self, question: str) -> dict[str, Any]:
        assert self._process.stdin
        print(question, file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            sys.exit("a rival ended early; see above")
        answer: dict[str, Any] = json.loads(line)
        return answer


def serve(rival: Tagger | Peer) -> None:
    print(json.dumps(rival.told), flush=True)
    for question in sys.stdin:
        print(json.dumps(rival.round() if question.strip() == "round" else rival.last()), flush=True)


class Clock:
    """Adds up the time of stages, each without those that it calls."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._running: list[str] = []
        self._since = time.perf_counter()

    def switch(self, stage: str | None) -> None:
        """Enter *stage*, or leave the last one entered."""
        now = time.perf_counter()
        if self._running:
            self.seconds[self._running[-1]] = self.seconds.get(self._running[-1], 0.0) + now - self._since
        if stage is None:
            self._running.pop()
        else:
            self._running.append(stage)
        self._since = time.perf_counter()


def stages(work: Callable[[], object]) -> dict[str, float]:
    """Return the share of each stage in *work*, with clocks around their functions."""
    import importlib

    clock = Clock()
    undo = []
    for stage, place, name in STAGES:
        module, _, owner = place.partition(":")
        home = importlib.import_module(module)
        target = getattr(home, owner) if owner else home
        original = getattr(target, name)
        undo.append((target, name, original))

        def timed(*given: Any, _stage: str = stage, _original: Any = original, **named: Any) -> Any:
            clock.switch(_stage)
            try:
                return _original(*given, **named)
            finally:
                clock.switch(None)

        setattr(target, name, timed)
    try:
        clock.switch("tags and the rest")
        work()
        clock.switch(None)
    finally:
        for target, name, original in undo:
            setattr(target, name, original)
    whole = sum(clock.seconds.values())
    return {stage: seconds / whole for stage, seconds in clock.seconds.items()}


def report(tagger: Child, peer: Child | None, told: dict[str, Any]) -> None:
    texts, best = tagger.told, tagger.best
    count, seconds = texts["documents"], best["tagger"]
    print(
        f"{count} documents of {texts['characters'] / count:.0f} characters; "
        f"{texts['tagged']} have tags, {texts['tags']} in all"
    )
    print(
        f"tagger: {seconds:.2f} s, {seconds / count * 1e6:.0f} µs a document, {count / seconds:,.0f} a second and core "
        f"(goal on gene-therapy abstracts 3,000), {told['memory']:.0f} MB (goal < 300)"
    )
    ratio = best["bare"] / seconds
    print(
        f"bare automaton: {best['bare']:.2f} s; the tagger has {ratio:.2f} of its rate (goal on ordinary records 0.6)"
    )
    if "without" in best:
        share = best["bare without"] / best["without"]
        print(f"  over the {count - texts['tagged']} documents without a tag: {share:.2f} of its rate")
    if "overlay" in best:
        print(f"overlay: {best['overlay']:.2f} s; {seconds / best['overlay']:.2f} of the rate without (goal 0.35)")
    if "long" in best:
        times = best["long"] / best["eighth"]
        print(f"long text: {best['long']:.2f} s, {times:.1f} times that of its eighth (8 is linear)")
    for stage, share in sorted(told["stages"].items(), key=lambda item: -item[1]):
        print(f"  {share:5.1%} {stage}")
    if peer is None:
        print("spaCy and negspacy are not installed, so there is no peer: pip install spacy negspacy")
        return
    theirs = peer.best["peer"] / peer.told["characters"]
    print(
        f"spaCy {version('spacy')} + negspacy {version('negspacy')}: {peer.best['peer']:.2f} s for "
        f"{peer.told['texts']} texts, {peer.last()['memory']:.0f} MB; the tagger is "
        f"{theirs / (seconds / texts['characters']):.1f} times as fast by character (goal 100)"
    )
    print(f"ready to read (imports, vocabulary): tagger {texts['ready']:.2f} s, spaCy {peer.told['ready']:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--ids", default="", metavar="REGEX")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth document")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-texts", type=int, default=400, metavar="N", help="texts that the peer reads")
    parser.add_argument("--overlay", type=Path)
    parser.add_argument("--long", type=float, metavar="MB")
    parser.add_argument("--child", choices=("tagger", "peer"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        documents = list(read(options.paths, options.ids))[:: options.every]
        serve(Tagger(documents, options) if options.child == "tagger" else Peer(documents, options))
        return
    tagger, peer = Child("tagger"), None
    try:
        version("spacy"), version("negspacy")
        peer = Child("peer")
    except PackageNotFoundError:
        pass
    for _ in range(options.rounds):
        for child in filter(None, (tagger, peer)):
            child.round()
    report(tagger, peer, tagger.last())


if __name__ == "__main__":
    main()
