"""Safety events: what the document says of each, by its words, section, subjects and purpose."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from gtminer.model import Assertion, Category, Role
from gtminer.tag import lists
from gtminer.tag.analysis import Analysis, CueHit, within
from gtminer.tag.assertion import Assertions, Verdict
from gtminer.tag.clauses import Clauses
from gtminer.tag.measures import NOTHING, Measures, is_comparator, measure
from gtminer.tag.mention import Mention
from gtminer.tag.population import Subjects
from gtminer.tag.reports import LABELS, is_foreign
from gtminer.tag.subjects import Decided
from gtminer.tag.tables import Row, row_at
from gtminer.tag.whose import NO_PATIENTS, THERAPY, Owners

# Sections that name and do not tell; not dropped, since a heading misread would take what follows with it.
_LISTS = {"toc": "a table of contents only names it", "abbreviations": "a list of abbreviations only names it"}
_FOREIGN = "in another language than English: what is said of it was not read"
_PROTOCOL = "the document is a protocol"
_ENTITLED = "the title sets out for it"
_PLAIN = Verdict(Assertion.PRESENT)
_NO_FIGURES = (NOTHING,)
_PURPOSE = 40  # characters before a word of safety in which its purpose is looked for
_PARAGRAPH = 1500  # characters before a sentence in which the size of its set is looked for


class Event(NamedTuple):
    """What the text says of an event, whose it is, and what is printed of it: one record a grade band and arm."""

    assertion: Assertion
    cue: str | None
    role: Role
    rule: str
    measures: tuple[Measures, ...] = _NO_FIGURES
    line: tuple[int, int] | None = None  # the row of a table that is its evidence

    def records(self) -> Iterator[tuple[Measures, Assertion]]:
        """Yield each record with its assertion: control arms are comparators, a further record of none is denied.

        So is the first one, where no word says that it occurred ("Death 0 / 5258").
        """
        for number, record in enumerate(self.measures):
            assertion = self.assertion
            if assertion is Assertion.PRESENT and record.arm is not None and is_comparator(record.arm):
                assertion = Assertion.COMPARATOR
            if record.n == "0" and (number or self.line or self.cue is None):
                assertion = Assertion.NEGATED
            yield record, assertion


def judge(analysis: Analysis, mentions: Sequence[Mention], decided: Decided, people: Subjects) -> dict[Mention, Event]:
    """Return the judgement of every safety mention."""
    safety = Category.SAFETY
    found = [mention for mention in mentions if mention.category is safety]
    if not found:
        return {}
    judged = _Judge(analysis, mentions, found, decided, people).all()
    if is_foreign(analysis):
        return {mention: event._replace(role=Role.MENTION, rule=_FOREIGN) for mention, event in judged.items()}
    return judged


def endpoints(analysis: Analysis, mentions: Sequence[Mention], people: Subjects) -> list[Mention]:
    """Return the first word of a protocol that makes safety its end point, as a mention of adverse events.

    Curation guide, trial registrations: safety as purpose or end point is one planned adverse_event_any.
    """
    hits = analysis.cues("events", "endpoint")
    general = analysis.vocabulary.general
    if not hits or any((item.category, item.slug) in general for item in mentions):
        return []
    if not people.is_protocol:
        if _is_report(analysis) or people.finds_more_than(1):
            return []
        title = len(analysis.document.title)
        entitled = max((hit.end for hit in analysis.cues("subjects", "trial_title") if hit.start < title), default=0)
        hits = [hit for hit in hits if hit.end <= entitled or _is_purpose(analysis, hit)]
    taken = [(item.start, item.end) for item in mentions if item.category is Category.SAFETY]
    for hit in hits:
        if not any(start < hit.end and hit.start < end for start, end in taken):
            return [Mention(hit.start, hit.end, category, slug, hit.text) for category, slug in general]
    return []


def _is_report(analysis: Analysis) -> bool:
    """Say whether authors speak ("we") or studies are reviewed: then the safety set out for was found, not planned."""
    reviewed = bool(analysis.cues("subjects", "review"))
    return reviewed or bool(analysis.cues("events", "authors"))


def _is_purpose(analysis: Analysis, hit: CueHit) -> bool:
    """Say whether a purpose stands right before *hit*: "to evaluate the [safety]"."""
    start, _ = analysis.sentence(hit.start)
    before = within(analysis.cues("time"), max(start, hit.start - _PURPOSE), hit.start)
    return any(cue.kind == "planned" for cue in before)


def _in_table(row: Row) -> Event:
    """Return what a row of a table says: it happened, but where every arm has none of it."""
    records = row.measures()
    denied = bool(records) and all(record.n == "0" for record in records)
    return Event(
        Assertion.NEGATED if denied else Assertion.PRESENT,
        "0 in every column" if denied else "a row of the table",
        Role.SUBJECT,
        f"table: {row.caption}" if row.caption else "a table of events",
        records or _NO_FIGURES,
        row.line,
    )


def _are_controls(figures: Sequence[Measures]) -> bool:
    return all(record.arm is not None and is_comparator(record.arm) for record in figures)


class _Judge:
    def __init__(
        self, analysis: Analysis, mentions: Sequence[Mention], found: list[Mention], decided: Decided, people: Subjects
    ) -> None:
        self._analysis = analysis
        self._found = found
        self._people = people
        self._owners = Owners(analysis, mentions, decided, people)
        # Figures of an event are read where it may be a therapy's: an indexed record that names none has no such event.
        self._counts = (
            self._owners.about_therapy
            or not analysis.document.mesh_headings
            or any(item.category in THERAPY for item in mentions)
        )

    def all(self) -> dict[Mention, Event]:
        judged: dict[Mention, Event] = {}
        for _, group in groupby(self._found, lambda item: self._analysis.sentence_number(item.start)):
            self._sentence(list(group), judged)
        return self._without_general_ones(judged)

    def _sentence(self, found: list[Mention], judged: dict[Mention, Event]) -> None:
        """Judge the events of one sentence; rows of tables are read as such."""
        span = self._analysis.sentence(found[0].start)
        spans = sorted((item.start, item.end) for item in found)
        sentence: Assertions | None = None
        measured = self._measures(found, span) if self._counts else {}
        for mention in found:
            if row := row_at(self._analysis, mention.start):
                judged[mention] = _in_table(row)
                continue
            sentence = sentence or Assertions(Clauses(self._analysis, *span, spans))
            said = sentence.of((mention.start, mention.end))
            figures = measured.get(mention, _NO_FIGURES)
            counted = any(record.n not in (None, "0") or record.pct for record in figures)
            happened = said.assertion is Assertion.PRESENT and (
                counted or (said.cue is not None and not sentence.rated(said))
            )
            verdict = self._verdict(sentence, said, mention, span)
            role, rule = self._owners.role(mention, verdict, happened)
            if listed := _LISTS.get(self._analysis.section(mention.start).kind):
                role, rule = Role.MENTION, listed
            if verdict.assertion is Assertion.PRESENT and _are_controls(figures) and not sentence.opened(mention.start):
                figures = (
                    NOTHING,
                    *figures,
                )  # the words say that it occurred; what is printed is of the controls alone
            judged[mention] = Event(verdict.assertion, verdict.cue, role, rule, figures)

    def _measures(self, found: list[Mention], span: tuple[int, int]) -> dict[Mention, tuple[Measures, ...]]:
        """Return what the sentence prints of its events; the paragraph before it may state the size of the set."""
        text = self._analysis.text
        paragraph = text.rfind("\n", max(0, span[0] - _PARAGRAPH), span[0]) + 1
        before = text[max(paragraph, span[0] - _PARAGRAPH) : span[0]]
        spans = [(item.start - span[0], item.end - span[0]) for item in found]
        return dict(zip(found, measure(text[slice(*span)], spans, before), strict=True))

    def _verdict(self, sentence: Assertions, verdict: Verdict, mention: Mention, span: tuple[int, int]) -> Verdict:
        """Let the section, the subjects and a protocol decide what no word of the sentence decides."""
        kind = self._analysis.section_kind(mention.start)
        usual, certain = self._analysis.vocabulary.sections.get(kind, (None, "no"))
        is_label = self._owners.is_label(mention.start)
        if self._people.is_protocol and not is_label:
            return self._in_protocol(verdict, mention)
        said = verdict.assertion is Assertion.PRESENT and verdict.cue is not None and not sentence.rated(verdict)
        if usual is not None and (certain == "all" or (certain == "said" and not said)):
            return Verdict(usual, verdict.cue or f"section {kind}")
        if is_label and verdict.assertion is Assertion.PLANNED:
            other = Assertion.PRESENT if self._analysis.document.kind in LABELS else Assertion.PLANNED
            return Verdict(usual or other, verdict.cue or f"section {kind}")
        if verdict == _PLAIN and self._owners.is_general(mention) and self._is_entitled(mention):
            return Verdict(Assertion.PLANNED, _ENTITLED)
        if verdict.assertion is not Assertion.PRESENT:
            return verdict
        if usual is not None and (certain == "yes" or verdict.cue is None):
            if certain == "no" and usual is Assertion.RISK:
                told = sentence.told((mention.start, mention.end)) or lists.happened(self._analysis, mention.start)
                if told:
                    return Verdict(Assertion.PRESENT, told)
            return Verdict(usual, f"section {kind}")
        if self._people.population in NO_PATIENTS and sentence.heard(verdict):
            return Verdict(Assertion.BACKGROUND, verdict.cue)
        if words := self._people.preclinical(span, of_label=is_label):
            return Verdict(Assertion.PRECLINICAL, words)
        return verdict

    def _is_entitled(self, mention: Mention) -> bool:
        """Say whether the title of a study that reports nothing sets out for safety."""
        titled = mention.start < len(self._analysis.document.title) and not self._people.finds_more_than(1)
        return titled and bool(self._analysis.cues("subjects", "trial_title"))

    def _in_protocol(self, verdict: Verdict, mention: Mention) -> Verdict:
        """Return what a protocol means: safety is planned there, what was found was found earlier (curation guide)."""
        past = self._owners.sentence(mention.start).by_kind.get("past")
        if self._owners.is_general(mention):
            if verdict.assertion is Assertion.BACKGROUND or (verdict.assertion is Assertion.NEGATED and past):
                return Verdict(Assertion.BACKGROUND, verdict.cue)
            return verdict if verdict.assertion is Assertion.PLANNED else Verdict(Assertion.PLANNED, _PROTOCOL)
        if verdict.assertion not in (Assertion.PRESENT, Assertion.NEGATED):
            return verdict
        if past or (verdict.cue and verdict.assertion is Assertion.PRESENT):
            return Verdict(Assertion.BACKGROUND, verdict.cue or (past[0].text if past else None))
        return Verdict(Assertion.PLANNED, _PROTOCOL)

    def _without_general_ones(self, judged: dict[Mention, Event]) -> dict[Mention, Event]:
        """Make general words (`adverse events`) mentions where their sentence names concrete events."""
        concrete = {
            self._analysis.sentence_number(mention.start)
            for mention, event in judged.items()
            if event.role is Role.SUBJECT and not self._owners.is_general(mention)
        }
        any_present = any(
            event.role is Role.SUBJECT and event.assertion is Assertion.PRESENT and not self._owners.is_general(mention)
            for mention, event in judged.items()
        )
        for mention, event in judged.items():
            if (
                event.role is Role.SUBJECT
                and self._owners.is_general(mention)
                and event.assertion is not Assertion.PLANNED
            ):
                near = self._analysis.sentence_number(mention.start) in concrete
                if near or (any_present and event.assertion is Assertion.PRESENT):
                    judged[mention] = event._replace(role=Role.MENTION, rule="the events themselves are named")
        return judged
