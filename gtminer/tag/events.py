"""Safety events: what is said of each, and whether it is one of the therapy's or belongs to the disease.

Curation guide: only events of (or in patients given) the therapy under study, or discussed as safety matters, are
events of the document; symptoms of the disease, baseline characteristics and outcomes are named, no more.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gtminer.model import Assertion, Category, Role
from gtminer.tag.analysis import Analysis, within
from gtminer.tag.assertion import Clauses, Verdict
from gtminer.tag.measures import NOTHING, Measures, is_comparator, measure
from gtminer.tag.mention import Mention
from gtminer.tag.population import Subjects
from gtminer.tag.subjects import Decided
from gtminer.tag.tables import Row, row_at

_PARAGRAPH = 1500  # characters before a sentence in which the size of its set is looked for
_TOUCHES = 4  # characters between words that belong together


class Event(NamedTuple):
    """What the text says of an event, whose it is, and what is printed of it: one record a grade band and arm."""

    assertion: Assertion
    cue: str | None
    role: Role
    rule: str
    measures: tuple[Measures, ...] = (NOTHING,)
    line: tuple[int, int] | None = None  # the row of a table that is its evidence

    def records(self) -> Iterator[tuple[Measures, Assertion]]:
        """Yield each record with its assertion: control arms are comparators, a further record of none is denied."""
        for number, record in enumerate(self.measures):
            assertion = self.assertion
            if assertion is Assertion.PRESENT and record.arm is not None and is_comparator(record.arm):
                assertion = Assertion.COMPARATOR
            if record.n == "0" and (number or self.line):
                assertion = Assertion.NEGATED
            yield record, assertion


def judge(analysis: Analysis, mentions: Sequence[Mention], decided: Decided, people: Subjects) -> dict[Mention, Event]:
    """Return the judgement of every safety mention."""
    found = [mention for mention in mentions if mention.category is Category.SAFETY]
    if not found:
        return {}
    return _Judge(analysis, mentions, found, decided, people).all()


def endpoints(analysis: Analysis, mentions: Sequence[Mention], people: Subjects) -> list[Mention]:
    """Return the first word of a protocol that makes safety its end point, as a mention of adverse events.

    Curation guide, trial registrations: safety as purpose or end point is one planned adverse_event_any.
    """
    if not people.is_protocol:
        return []
    general = analysis.vocabulary.general
    if any((item.category, item.slug) in general for item in mentions):
        return []
    taken = [(item.start, item.end) for item in mentions if item.category is Category.SAFETY]
    for hit in analysis.cues.get("events", []):
        if hit.kind == "endpoint" and not any(start < hit.end and hit.start < end for start, end in taken):
            return [Mention(hit.start, hit.end, category, slug, hit.text) for category, slug in general]
    return []


def _in_table(row: Row) -> Event:
    """Return what a row of a table says: it happened, but where every arm has none of it."""
    records = row.measures()
    denied = bool(records) and all(record.n == "0" for record in records)
    return Event(
        Assertion.NEGATED if denied else Assertion.PRESENT,
        "0 in every column" if denied else "a row of the table",
        Role.SUBJECT,
        f"table: {row.caption}" if row.caption else "a table of events",
        records or (NOTHING,),
        row.line,
    )


class _Judge:
    def __init__(
        self, analysis: Analysis, mentions: Sequence[Mention], found: list[Mention], decided: Decided, people: Subjects
    ) -> None:
        self._analysis = analysis
        self._found = found
        self._people = people
        self._measured: dict[tuple[int, int], dict[Mention, tuple[Measures, ...]]] = {}
        # A study of another medicine that reports adverse events is read the same way.
        self._about_therapy = any(key[0] in (Category.MODALITY, Category.PRODUCT) for key in decided.stated) or any(
            (item.category, item.slug) in analysis.vocabulary.general for item in found
        )
        self._diseases = {slug for category, slug in decided.stated if category is Category.INDICATION}
        self._treated = [
            (item.start, item.end)
            for item in mentions
            if item.category is Category.INDICATION and item.slug in self._diseases
        ]
        self._symptoms = analysis.vocabulary.symptoms
        self._cues = [hit for hit in analysis.cues.get("events", []) if hit.kind in ("disease", "aimed", "eligibility")]
        self._others = [hit for hit in analysis.cues.get("events", []) if hit.kind == "other_therapy"]
        self._therapies = [
            (item.start, (item.category, item.slug) in decided.stated, item.slug)
            for item in mentions
            if item.category in (Category.MODALITY, Category.VECTOR, Category.PRODUCT)
        ]

    def all(self) -> dict[Mention, Event]:
        clauses: dict[int, Clauses] = {}
        judged: dict[Mention, Event] = {}
        for mention in self._found:
            if row := row_at(self._analysis, mention.start):
                judged[mention] = _in_table(row)
                continue
            number = self._analysis.sentence_number(mention.start)
            span = self._analysis.sentence(mention.start)
            if number not in clauses:
                inside = [(item.start, item.end) for item in self._found if span[0] <= item.start < span[1]]
                clauses[number] = Clauses(self._analysis, *span, inside)
            verdict = self._verdict(clauses[number].judge((mention.start, mention.end)), mention, span)
            role, rule = self._role(mention, verdict, span)
            judged[mention] = Event(verdict.assertion, verdict.cue, role, rule, self._measures(span)[mention])
        return self._without_general_ones(judged)

    def _measures(self, span: tuple[int, int]) -> dict[Mention, tuple[Measures, ...]]:
        """Return what the sentence prints of its events; the paragraph before it may state the size of the set."""
        if span not in self._measured:
            text = self._analysis.text
            inside = [item for item in self._found if span[0] <= item.start < span[1]]
            paragraph = text.rfind("\n", max(0, span[0] - _PARAGRAPH), span[0]) + 1
            before = text[max(paragraph, span[0] - _PARAGRAPH) : span[0]]
            spans = [(item.start - span[0], item.end - span[0]) for item in inside]
            self._measured[span] = dict(zip(inside, measure(text[slice(*span)], spans, before), strict=True))
        return self._measured[span]

    def _verdict(self, verdict: Verdict, mention: Mention, span: tuple[int, int]) -> Verdict:
        """Let the section, the subjects and a protocol decide what no word of the sentence decides."""
        kind = self._analysis.section_kind(mention.start)
        usual, certain = self._analysis.vocabulary.sections.get(kind, (None, False))
        if usual is not None and certain and verdict.assertion is Assertion.PRESENT:
            return Verdict(usual, f"section {kind}")
        if verdict.assertion is not Assertion.PRESENT:
            return verdict
        if usual is not None and verdict.cue is None:
            return Verdict(usual, f"section {kind}")
        if self._people.is_protocol and (verdict.cue is None or self._general(mention)):
            return Verdict(Assertion.PLANNED, "the document is a protocol")
        if words := self._people.preclinical(span):
            return Verdict(Assertion.PRECLINICAL, words)
        return verdict

    def _role(self, mention: Mention, verdict: Verdict, span: tuple[int, int]) -> tuple[Role, str]:
        if not self._about_therapy:
            return Role.MENTION, "the document is about no therapy"
        if any(start < mention.end and mention.start < end for start, end in self._treated):
            return Role.MENTION, "the disease that is treated"
        happened = self._stated(verdict)
        if other := self._of_another_therapy(span):
            return Role.MENTION, f"an event of another treatment: {other}"
        for hit in within(self._cues, *span):
            if hit.end > mention.start:
                break
            if hit.kind == "eligibility":
                return Role.MENTION, f"who may take part: {hit.text}"
            if (hit.kind == "disease" and not happened) or (hit.kind == "aimed" and mention.start - hit.end < _TOUCHES):
                return Role.MENTION, f"tells of the disease: {hit.text}"
        if verdict.assertion is not Assertion.NEGATED and not happened:
            for disease in sorted(self._diseases):
                if (disease, mention.slug) in self._symptoms:
                    return Role.MENTION, f"a symptom of {disease}"
        return Role.SUBJECT, "an event of the therapy"

    def _of_another_therapy(self, span: tuple[int, int]) -> str | None:
        """Return the words of a sentence that speaks of another treatment and not of the document's own."""
        named = [(own, slug) for start, own, slug in self._therapies if span[0] <= start < span[1]]
        if any(own for own, _ in named):
            return None
        if others := within(self._others, *span):
            return others[0].text
        neighbours = [slug for _, slug in named if self._analysis.vocabulary.roles.is_neighbour(slug)]
        return neighbours[0] if neighbours else None

    @staticmethod
    def _stated(verdict: Verdict) -> bool:
        return verdict.assertion is Assertion.PRESENT and verdict.cue is not None

    def _without_general_ones(self, judged: dict[Mention, Event]) -> dict[Mention, Event]:
        """Make general words (`adverse events`) mentions where their sentence names concrete events."""
        concrete = {
            self._analysis.sentence_number(mention.start)
            for mention, event in judged.items()
            if event.role is Role.SUBJECT and not self._general(mention)
        }
        any_present = any(
            event.role is Role.SUBJECT and event.assertion is Assertion.PRESENT and not self._general(mention)
            for mention, event in judged.items()
        )
        for mention, event in judged.items():
            if event.role is Role.SUBJECT and self._general(mention) and event.assertion is not Assertion.PLANNED:
                near = self._analysis.sentence_number(mention.start) in concrete
                if near or (any_present and event.assertion is Assertion.PRESENT):
                    judged[mention] = event._replace(role=Role.MENTION, rule="the events themselves are named")
        return judged

    def _general(self, mention: Mention) -> bool:
        return (Category.SAFETY, mention.slug) in self._analysis.vocabulary.general
