"""How well the tags agree with a curator's: precision, recall and F1 over the merged sets of documents."""

from collections.abc import Callable, Iterable, Iterator, Set
from typing import NamedTuple

from gtminer.documents.gold import SETS, Gold
from gtminer.model import Assertion, Category, Reading, Role, SafetyTag, Tag
from gtminer.report.table import Column, Row, Table

Ancestors = Callable[[Category, str], Set[str]]  # of a slug, itself included

ROOT = "gene_therapy"  # is not compared: whether a document is about one is scored by itself
_WITH_ANCESTORS = (Category.MODALITY, Category.VECTOR)
PAIRS = "safety_assertion"
MEASURES = (*(category.value for category in (*SETS, Category.SAFETY)), PAIRS, "gene_therapy", "population")


class Score(NamedTuple):
    """Counts over all documents; a figure that has nothing to count is None."""

    right: int = 0
    missed: int = 0
    false: int = 0

    def __add__(self, other: object) -> "Score":
        """Add the counts of other documents."""
        if not isinstance(other, Score):
            return NotImplemented
        return Score(self.right + other.right, self.missed + other.missed, self.false + other.false)

    @property
    def precision(self) -> float | None:
        """The share of what was given that is right."""
        return self.right / (self.right + self.false) if self.right + self.false else None

    @property
    def recall(self) -> float | None:
        """The share of what should be given that was."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        whole = 2 * self.right + self.missed + self.false
        return 2 * self.right / whole if whole else None


class Error(NamedTuple):
    """One disagreement. *kind* says what went wrong: see `KINDS`."""

    doc_id: str
    measure: str
    kind: str
    concept: str
    expected: str | None
    given: str | None
    why: str | None
    sentence: str | None


# What an error of each kind means, the way the tagger lost or found it.
KINDS = {
    "not found": "no form of it was matched",
    "rejected": "a form was matched and the reading dropped",
    "only mentioned": "found, but not taken for what the document is about",
    "false alarm": "given, and the curators do not have it",
    "wrong assertion": "the event is right, what is said of it is not",
    "wrong answer": "gene_therapy or population",
}


class Evaluation(NamedTuple):
    """The scores by measure, in the order of MEASURES, and the errors in the order of the documents."""

    scores: dict[str, Score]
    errors: list[Error]
    documents: int


def evaluate(pairs: Iterable[tuple[Gold, Reading]], ancestors: Ancestors) -> Evaluation:
    """Return the scores of *pairs* of curators' answers and readings, micro-averaged over the documents.

    Modality and vector are compared with their ancestors added on both sides, so that AAV for AAV9 is half right.
    Safety events are compared by term, and by term and assertion. What follows only from a product name counts as
    given. For population, with one answer a document, all three figures are the accuracy.
    """
    scores = dict.fromkeys(MEASURES, Score())
    errors: list[Error] = []
    documents = 0
    for gold, reading in pairs:
        documents += 1
        for measure, score in _scores(gold, reading, ancestors):
            scores[measure] += score
        errors.extend(_errors(gold, reading, ancestors))
    return Evaluation(scores, errors, documents)


def unknown(answers: Iterable[Gold], known: Set[tuple[Category, str]]) -> list[str]:
    """Return the slugs that curators give and the vocabulary lacks (`vector aav99`), sorted."""
    given = {(category, slug) for gold in answers for category in SETS for slug in gold.slugs[category] or ()}
    given |= {(Category.SAFETY, event.term) for gold in answers for event in gold.safety or ()}
    return sorted(f"{category} {slug}" for category, slug in given - known)


def _scores(gold: Gold, reading: Reading, ancestors: Ancestors) -> Iterator[tuple[str, Score]]:
    summary = reading.summary
    for category in SETS:
        wanted = gold.slugs[category]
        if wanted is not None:
            ignored = gold.ignored[category]
            yield category.value, _compare(wanted, _given(reading, category), ignored, category, ancestors)
    if gold.safety is not None:
        terms = frozenset(event.term for event in gold.safety)
        given = frozenset(event.term for event in summary.safety)
        ignored = gold.ignored[Category.SAFETY]
        yield "safety", _compare(terms, given, ignored, Category.SAFETY, ancestors)
        spared = gold.ignored_pairs | {event for event in (*gold.safety, *summary.safety) if event.term in ignored}
        yield PAIRS, _count(gold.safety - spared, frozenset(summary.safety), spared)
    if gold.gene_therapy is not None:
        wanted_flag, flag = gold.gene_therapy, summary.gene_therapy
        yield (
            "gene_therapy",
            Score(int(wanted_flag and flag), int(wanted_flag and not flag), int(flag and not wanted_flag)),
        )
    if gold.population is not None:
        right = gold.population == summary.population
        yield "population", Score(int(right), int(not right), int(not right))


def _given(reading: Reading, category: Category) -> frozenset[str]:
    summary = reading.summary
    if category is Category.MODALITY:
        return frozenset(summary.modality + summary.inferred_modality)
    if category is Category.VECTOR:
        return frozenset(summary.vector + summary.inferred_vector)
    return frozenset(summary.indication)


def _compare(wanted: Set[str], given: Set[str], ignored: Set[str], category: Category, ancestors: Ancestors) -> Score:
    wanted = wanted - ignored
    if category in _WITH_ANCESTORS:
        wanted, given, ignored = (_widened(slugs, category, ancestors) for slugs in (wanted, given, ignored))
    return _count(wanted, given, ignored)


def _widened(slugs: Iterable[str], category: Category, ancestors: Ancestors) -> frozenset[str]:
    """Return *slugs* with all that lies above them, without the root."""
    return frozenset(above for slug in slugs for above in ancestors(category, slug)) - {ROOT}


def _count(wanted: Set[object], given: Set[object], ignored: Set[object]) -> Score:
    """Count; what is both wanted and ignored (an ancestor of either) is wanted."""
    return Score(len(wanted & given), len(wanted - given), len(given - wanted - ignored))


def _errors(gold: Gold, reading: Reading, ancestors: Ancestors) -> Iterator[Error]:
    """Yield the disagreements by the slugs as given; an ancestor that is missed with its child is told once."""
    for category in SETS:
        wanted = gold.slugs[category]
        if wanted is None:
            continue
        given, ignored = _given(reading, category), gold.ignored[category]
        wide = category in _WITH_ANCESTORS
        covered = _widened(given, category, ancestors) if wide else given
        allowed = _widened(wanted | ignored, category, ancestors) if wide else wanted | ignored
        for slug in sorted(wanted - ignored - covered - {ROOT}):
            yield _missed(gold, reading, category, slug, None)
        for slug in sorted(given - allowed - {ROOT}):
            yield _false(gold, reading, category, slug, None)
    if gold.safety is not None:
        yield from _safety_errors(gold, reading, gold.safety)
    doc_id, summary = gold.document.doc_id, reading.summary
    for measure, expected, answer in (
        ("gene_therapy", gold.gene_therapy, summary.gene_therapy),
        ("population", gold.population, summary.population),
    ):
        if expected is not None and expected != answer:
            title = gold.document.title or None
            yield Error(doc_id, measure, "wrong answer", measure, _word(expected), _word(answer), None, title)


def _safety_errors(gold: Gold, reading: Reading, safety: Set[SafetyTag]) -> Iterator[Error]:
    ignored = gold.ignored[Category.SAFETY]
    expected = {event.term: event.assertion for event in sorted(safety) if event.term not in ignored}
    given = {event.term: event.assertion for event in reading.summary.safety}
    for term, assertion in sorted(expected.items()):
        if term not in given:
            yield _missed(gold, reading, Category.SAFETY, term, assertion)
        elif given[term] != assertion and SafetyTag(term, given[term]) not in gold.ignored_pairs:
            tag = _first_tag(reading, Category.SAFETY, term, given[term])
            yield Error(
                gold.document.doc_id, PAIRS, "wrong assertion", term, assertion, given[term],
                f"cue '{tag.cue}'" if tag and tag.cue else None, _cut(gold, tag),
            )  # fmt: skip
    for term, assertion in sorted(given.items()):
        if term not in expected and term not in ignored:
            yield _false(gold, reading, Category.SAFETY, term, assertion)


def _missed(gold: Gold, reading: Reading, category: Category, slug: str, assertion: Assertion | None) -> Error:
    doc_id = gold.document.doc_id
    if tag := _first_tag(reading, category, slug):
        why = f"rule {tag.rule}" if tag.rule else None
        return Error(doc_id, category.value, "only mentioned", slug, assertion, None, why, _cut(gold, tag))
    for rejected in reading.rejected:
        if (rejected.category, rejected.concept) == (category, slug):
            line = _line_around(gold.document.text, rejected.start, rejected.end)
            return Error(doc_id, category.value, "rejected", slug, assertion, None, rejected.reason, line)
    return Error(doc_id, category.value, "not found", slug, assertion, None, None, gold.document.title or None)


def _false(gold: Gold, reading: Reading, category: Category, slug: str, assertion: Assertion | None) -> Error:
    tag = _first_tag(reading, category, slug, assertion)
    doc_id = gold.document.doc_id
    if tag is None:
        return Error(doc_id, category.value, "false alarm", slug, None, assertion, None, None)
    why = [f"'{tag.text}'", *["inferred"] * tag.inferred]
    why += [f"rule {tag.rule}"] if tag.rule else []
    why += [f"cue '{tag.cue}'"] if tag.cue else []
    return Error(doc_id, category.value, "false alarm", slug, None, assertion, ", ".join(why), _cut(gold, tag))


def _first_tag(reading: Reading, category: Category, slug: str, assertion: Assertion | None = None) -> Tag | None:
    """Return the tag that best shows why *slug* was given: of this assertion, as subject, the first."""
    found = [tag for tag in reading.tags if (tag.category, tag.concept) == (category, slug)]
    ranked = sorted(found, key=lambda tag: (tag.assertion != assertion, tag.role != Role.SUBJECT, tag.start))
    return ranked[0] if ranked else None


def _cut(gold: Gold, tag: Tag | None) -> str | None:
    return gold.document.text[tag.sentence_start : tag.sentence_end] if tag else None


def _line_around(text: str, start: int, end: int, reach: int = 160) -> str:
    """Return the line of *text* that holds [start, end), cut to *reach* characters on either side."""
    first = max(text.rfind("\n", 0, start) + 1, start - reach)
    last = text.find("\n", end)
    return text[first : min(len(text) if last < 0 else last, end + reach)]


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_FIGURES = (
    Column("measure"), Column("precision", right=True), Column("recall", right=True), Column("f1", "F1", right=True),
    Column("right", right=True), Column("missed", right=True), Column("false_alarms", right=True),
)  # fmt: skip
_ERRORS = (
    Column("doc_id", "id", breaks=True, gives_way=2), Column("measure"), Column("kind", gives_way=1), Column("concept"),
    Column("expected", gives_way=4), Column("given", gives_way=3), Column("why", gives_way=5, least=16),
    Column("sentence", least=30),
)  # fmt: skip


def figures(evaluation: Evaluation) -> Table:
    """Return one row per measure; figures with three decimals, none where there is nothing to count."""

    def row(measure: str, score: Score) -> Row:
        shown = [None if value is None else f"{value:.3f}" for value in (score.precision, score.recall, score.f1)]
        return (measure, *shown, score.right, score.missed, score.false)

    return Table("Evaluation", _FIGURES, [row(*item) for item in evaluation.scores.items()])


def errors(evaluation: Evaluation) -> Table:
    """Return one row per error, by measure and kind, each in the order of the documents."""
    kinds = list(KINDS)
    ranked = sorted(evaluation.errors, key=lambda one: (MEASURES.index(one.measure), kinds.index(one.kind)))
    return Table("Errors", _ERRORS, ranked)
