"""Whose is an event? One of the therapy's, or the disease's, another treatment's, a wish, a condition of taking part.

Curation guide: only events of (or in patients given) the therapy under study, or discussed as safety matters, are
events of the document; symptoms of the disease, baseline characteristics and outcomes are named, no more.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence, Set
from functools import cached_property

from gtminer.model import Assertion, Category, Population, Role
from gtminer.tag import figures, reports
from gtminer.tag.analysis import INTRODUCTIONS, Analysis, CueHit, Span, within
from gtminer.tag.assertion import Verdict
from gtminer.tag.mention import Mention
from gtminer.tag.population import Subjects
from gtminer.tag.subjects import Decided

_TOUCHES = 4  # characters between words that belong together
_NEAR = 30  # characters between a word that governs a general one ("to limit the", "no new") and that one
_AIM = 60  # characters between what betters or treats and what is treated; a list may stand between
_VIRUS = re.compile(r"(?:[ -]virus|[ -]\d)?[ -]")  # what may stand between a disease and "infection"
_NAMED_BY = 8
_BEHIND = 60  # characters between an event and the words behind it that say it was not looked at
_LABEL = frozenset(
    (
        "adverse_reactions",
        "warnings",
        "boxed_warning",
        "posology",
        "contraindications",
        "interactions",
        "indication",
        "special_populations",
        "overdose",
        "nonclinical",
        "clinical_pharmacology",
        "clinical_studies",
    )
)
_OF_EVENTS = ("adverse_reactions", "warnings", "boxed_warning")
_SAFETY = frozenset((*_OF_EVENTS, "clinical_safety", "adverse_event_table", "benefit_risk", "highlights"))
_WORD_BEFORE = re.compile(r"[^\W\d_]{3,}(?=[\s-]*$)")
_LONGEST_WORD = 30
_STEM = 5  # letters that "allergy" and "allergic" share
NO_PATIENTS = (Population.ANIMAL, Population.IN_VITRO)
THERAPY = (Category.MODALITY, Category.VECTOR, Category.PRODUCT)

SUBJECT = (Role.SUBJECT, "an event of the therapy")


class Sentence:
    """What a sentence says that holds for all events in it."""

    def __init__(self, span: Span, hits: Sequence[CueHit], therapies: Sequence[Mention], is_general: bool) -> None:
        self.span = span
        self.by_kind: dict[str, list[CueHit]] = {}
        for hit in hits:
            self.by_kind.setdefault(hit.kind, []).append(hit)
        self.therapies = therapies
        self.speaks_of_safety = is_general or "endpoint" in self.by_kind

    def before(self, kind: str, offset: int) -> CueHit | None:
        """Return the last cue of *kind* that ends at *offset* or before it."""
        hits = self.by_kind.get(kind, [])
        place = bisect_right(hits, offset, key=lambda hit: hit.end) - 1
        return hits[place] if place >= 0 else None

    def behind(self, kind: str, offset: int) -> CueHit | None:
        """Return the first cue of *kind* that begins at *offset* or behind it."""
        return next((hit for hit in self.by_kind.get(kind, []) if hit.start >= offset), None)

    @cached_property
    def followed(self) -> bool:
        """Whether something is said to have come after, or of, a treatment."""
        return "followed" in self.by_kind


class Owners:
    """The judge of whose an event is, for one document."""

    def __init__(self, analysis: Analysis, mentions: Sequence[Mention], decided: Decided, people: Subjects) -> None:
        self._analysis = analysis
        self._people = people
        self._vocabulary = analysis.vocabulary
        self._stated = decided.stated
        diseases = {slug for category, slug in decided.stated if category is Category.INDICATION}
        # A study of another medicine that reports adverse events is read the same way; "complications" are a surgeon's.
        named = any(key[0] in (Category.MODALITY, Category.PRODUCT) for key in (*decided.stated, *decided.inferred))
        self.about_therapy = named or (people.population not in NO_PATIENTS and self._treats(mentions, diseases))
        if analysis.titled_kind not in (None, *_OF_EVENTS):  # the passage may not name the disease of its product
            products = (slug for category, slug in decided.stated if category is Category.PRODUCT)
            diseases |= {slug for product in products for slug in analysis.vocabulary.products[product].indications}
        self._diseases = sorted(diseases)
        self._treated = sorted(
            (item.start, item.end, item.slug)
            for item in mentions
            if item.category is Category.INDICATION and (item.category, item.slug) in decided.stated
        )
        document = analysis.document
        self._is_label = document.regulator is not None or analysis.is_label
        self._has_label_parts = any(section.kind in _LABEL for section in document.sections)
        self._of_patients = (
            decided.gene_therapy and people.population in (Population.HUMAN, Population.NONE) and not people.is_review
        )
        aims = (hit.start for hit in analysis.cues("roles", "aims") if hit.start > len(analysis.document.title))
        self._begun = next(aims, 0)  # where the introduction has ended
        self._mentions = mentions
        self._sentences: dict[int, Sentence] = {}

    def _treats(self, mentions: Sequence[Mention], diseases: Set[str]) -> bool:
        """Say whether words tell that something was given to patients, or what only the treated have."""
        general = self._vocabulary.general
        return bool(self._analysis.cues("therapy", "route") or self._analysis.cues("therapy", "vector")) or any(
            self._befalls_the_treated(item.slug, diseases)
            or ((item.category, item.slug) in general and self._is_of_medicine(item))
            for item in mentions
        )

    def _befalls_the_treated(self, event: str, diseases: Set[str]) -> bool:
        """Say whether an event befalls nobody who is not treated, and is none of the *diseases* themselves."""
        symptoms = self._vocabulary.symptoms
        return event in self._vocabulary.treated and not any((disease, event) in symptoms for disease in diseases)

    def _is_of_medicine(self, mention: Mention) -> bool:
        """Say whether a general word is one of medicines: "side effects", "toxicity"; not "complications"."""
        return bool(within(self._analysis.cues("events", "endpoint"), mention.start, mention.end))

    @cached_property
    def _grouped(self) -> dict[int, list[Mention]]:
        grouped: dict[int, list[Mention]] = {}
        for item in self._mentions:
            grouped.setdefault(self._analysis.sentence_number(item.start), []).append(item)
        return grouped

    def sentence(self, offset: int) -> Sentence:
        """Return what the sentence at *offset* says, worked out once."""
        number = self._analysis.sentence_number(offset)
        if number not in self._sentences:
            span = self._analysis.sentence(offset)
            items = self._grouped.get(number, [])
            self._sentences[number] = Sentence(
                span,
                within(self._analysis.cues("events"), *span),
                [item for item in items if item.category in THERAPY],
                any((item.category, item.slug) in self._vocabulary.general for item in items),
            )
        return self._sentences[number]

    def role(self, mention: Mention, verdict: Verdict, happened: bool) -> tuple[Role, str]:
        """Return the role of an event that is said of as *verdict* has it, and why.

        *happened*: words of the sentence say that it occurred, in whomever and whenever.
        """
        if not self.about_therapy and not self.is_label(mention.start):
            return Role.MENTION, "the document is about no therapy"
        if reason := self._not_of_the_therapy(mention, verdict, happened, self.sentence(mention.start)):
            return Role.MENTION, reason
        return SUBJECT

    def _not_of_the_therapy(self, mention: Mention, verdict: Verdict, happened: bool, sentence: Sentence) -> str | None:
        occurred = happened and verdict.assertion is Assertion.PRESENT
        if self._is_treated(mention) and not (
            occurred and (self._arises(mention, sentence) or self._is_counted_reaction(mention, verdict))
        ):
            return "the disease that is treated"
        if verdict.assertion is Assertion.PRESENT and not occurred:
            if self._is_indicated(mention):
                return "what the product is indicated for"
            kind = self._analysis.section_kind(mention.start)
            if self._analysis.document.regulator is not None and kind in self._vocabulary.reported:
                return f"only named in {kind}; nothing says that it occurred"
        if named := reports.only_named(self._analysis, mention, verdict, sentence.by_kind):
            return named
        is_label = self.is_label(mention.start)
        if not is_label and (other := self._of_another_therapy(sentence, mention)):
            return f"an event of another treatment: {other}"
        plain = verdict.assertion is Assertion.PRESENT and verdict.cue is None
        if plain and (defined := sentence.behind("defined", mention.end)) and defined.start - mention.end < _TOUCHES:
            return f"tells what it is: {defined.text}"
        if (plain or verdict.assertion is Assertion.PRECLINICAL) and (mention.start, mention.end) in self._measures:
            return "a measure; nothing says how it changed"
        if (unseen := sentence.behind("unmeasured", mention.end)) and unseen.start - mention.end < _BEHIND:
            return f"not looked at: {unseen.text}"
        if missing := sentence.before("missing", mention.start):
            return f"not known: {missing.text}"
        if rule := sentence.before("excluded", mention.start):
            return f"who may not take part: {rule.text}"
        is_report = reports.is_report(self._analysis)
        if (is_report or not is_label) and (rule := sentence.before("eligibility", mention.start)):
            return f"who may take part: {rule.text}"
        if (is_report or not is_label) and (rule := sentence.behind("eligibility_back", mention.end)):
            return f"who may not take part: {rule.text}"
        if (is_report or not is_label) and not occurred and (cause := sentence.before("disease", mention.start)):
            return f"tells of the disease: {cause.text}"
        aimed = sentence.before("aimed", mention.start)
        if aimed and mention.start - aimed.end < _TOUCHES:
            return f"tells of the disease: {aimed.text}"
        warned = self._is_reaction(mention) or (
            verdict.assertion is Assertion.RISK and self._is_warned_of(mention, verdict)
        )
        eased = self._aim(sentence, "eases", mention)
        if (eased or not occurred) and not warned:
            for disease in self._diseases:
                if (disease, mention.slug) in self._vocabulary.symptoms:
                    return f"a symptom of {disease}"
        if self.is_general(mention):
            return self._only_a_word(mention, verdict, sentence, is_label and not is_report)
        if not is_label and mention.slug in self._vocabulary.conditions:
            aim = eased or self._aim(sentence, "treats", mention)
            if aim and not occurred and verdict.assertion is not Assertion.NEGATED:
                return f"what is treated: {aim.text}"
            return self._only_a_condition(mention, verdict, happened, sentence)
        return None

    @staticmethod
    def _aim(sentence: Sentence, kind: str, mention: Mention) -> CueHit | None:
        """Return the words of *kind* near before *mention* that make it what is bettered or treated."""
        hit = sentence.before(kind, mention.start)
        return hit if hit and mention.start - hit.end < _AIM else None

    def _is_counted_reaction(self, mention: Mention, verdict: Verdict) -> bool:
        """Say whether a figure stands right behind an event among the reactions to a product."""
        counted = verdict.cue is not None and verdict.cue.startswith("(")
        return counted and self._analysis.section_kind(mention.start) in _OF_EVENTS

    def _is_reaction(self, mention: Mention) -> bool:
        """Say whether an event stands among the adverse reactions that a label lists."""
        listed = self._analysis.section_kind(mention.start) == "adverse_reactions"
        return listed and self._analysis.document.kind in reports.LABELS and self.is_label(mention.start)

    def _is_warned_of(self, mention: Mention, verdict: Verdict) -> bool:
        """Say whether words of a label's warning, and not its place alone, tell of a risk."""
        told = verdict.cue is not None and not verdict.cue.startswith("section")
        return told and self.is_label(mention.start) and self._analysis.section_kind(mention.start) in _OF_EVENTS

    @cached_property
    def _measures(self) -> frozenset[tuple[int, int]]:
        """Where what is measured is named; as an event it counts where it is watched or said to be there."""
        return frozenset((hit.start, hit.end) for hit in self._analysis.cues("changes") if ":" in hit.kind)

    @cached_property
    def _indicated(self) -> frozenset[str]:
        """What a regulator's document says its product is indicated for, of the events: concepts, and their words."""
        if self._analysis.document.regulator is None:
            return frozenset()
        found: set[str] = set()
        for item in self._mentions:
            if item.category is Category.SAFETY and reports.is_indication(self._analysis, item):
                found |= {item.slug, *self._words(item)}
        return frozenset(found)

    def _is_indicated(self, mention: Mention) -> bool:
        """Say whether an event is what the product treats; where events are told, only by the same words."""
        told = self._analysis.section_kind(mention.start) in _SAFETY
        return not self._indicated.isdisjoint(self._words(mention) if told else (mention.slug,))

    def _words(self, mention: Mention) -> tuple[str, ...]:
        """Return what an event is named by more than its own word: "peanut allergy" and "peanut-allergic" are one."""
        word = self._analysis.text[mention.start : mention.end].lower()
        before = _WORD_BEFORE.search(self._analysis.text, max(0, mention.start - _LONGEST_WORD), mention.start)
        if " " in word or before is None:
            return ()
        if before[0] in self._vocabulary.english or within(
            self._analysis.cues("clauses", "examples"), before.start(), before.end()
        ):
            return ()
        return (f"{before[0].lower()} {word[:_STEM]}",)

    def _is_treated(self, mention: Mention) -> bool:
        place = bisect_right(self._treated, (mention.end,)) - 1
        if place < 0:
            return False
        _, end, disease = self._treated[place]
        # "Ebola virus infection": the disease, which is one, lends its name.
        return end > mention.start or (
            mention.start - end <= _NAMED_BY
            and (disease, mention.slug) in self._vocabulary.symptoms
            and _VIRUS.fullmatch(self._analysis.text, end, mention.start) is not None
        )

    def is_label(self, offset: int) -> bool:
        """Say whether *offset* stands in a product's label or a regulator's report."""
        return self._is_label or (self._has_label_parts and self._analysis.section(offset).kind in _LABEL)

    @staticmethod
    def _arises(mention: Mention, sentence: Sentence) -> bool:
        """Say whether words that touch a disease tell of it as new: "developed acute myeloid leukaemia"."""
        before, behind = sentence.before("arises", mention.start), sentence.behind("arises", mention.end)
        return bool(
            (before and mention.start - before.end < _TOUCHES) or (behind and behind.start - mention.end < _TOUCHES)
        )

    def _of_another_therapy(self, sentence: Sentence, mention: Mention) -> str | None:
        """Return the words of a sentence that speaks of another treatment and not of the document's own.

        One whose figures are set against those of the document's own tells of both: "in 30% against 6% with it".
        """
        if any((item.category, item.slug) in self._stated for item in sentence.therapies):
            return None
        others = sentence.by_kind.get("other_therapy", [])
        if any(figures.of_another_arm(self._analysis.text, mention.end, hit.start, hit.end) for hit in others):
            return None
        if others:
            return others[0].text
        neighbours = self._vocabulary.roles.neighbours
        return next((item.slug for item in sentence.therapies if item.slug in neighbours), None)

    def _only_a_word(self, mention: Mention, verdict: Verdict, sentence: Sentence, is_label: bool) -> str | None:
        """Return why a general word ("toxicity") tells of no event: a wish, a property, no news."""
        if verdict.assertion is Assertion.PLANNED and self._people.is_protocol:
            return None
        for kind, reason in (("lessens", "a wish"), ("no_news", "nothing new")):
            hit = sentence.before(kind, mention.start)
            if hit and mention.start - hit.end < _NEAR:
                return f"{reason}: {hit.text}"
        if is_label or verdict.assertion not in (Assertion.PRESENT, Assertion.PRECLINICAL):
            return None
        if verdict.assertion is Assertion.PRECLINICAL or (verdict.cue is None and not sentence.followed):
            return "a general word; nothing says that it occurred"
        return None

    def _only_a_condition(self, mention: Mention, verdict: Verdict, happened: bool, sentence: Sentence) -> str | None:
        """Return why an event that is also a disease or a state of a laboratory is none here."""
        safety = sentence.speaks_of_safety
        told = safety or sentence.followed
        therapy = bool(sentence.therapies)
        counts = {
            Assertion.PRESENT: happened
            or told
            or (therapy and self._people.population not in NO_PATIENTS)
            or self._is_found_in_patients(mention, sentence),
            Assertion.PRECLINICAL: happened or safety or "harmed" in sentence.by_kind,
            Assertion.PLANNED: safety or "looked_for" in sentence.by_kind,
            Assertion.BACKGROUND: told or therapy,
            Assertion.RISK: told or therapy or "feared" in sentence.by_kind,
        }
        if counts.get(verdict.assertion, True):
            return None
        return "a disease or a state; nothing says that it followed the therapy"

    def _is_found_in_patients(self, mention: Mention, sentence: Sentence) -> bool:
        """Say whether a sentence tells what patients had who were given a gene therapy: no introduction, no tumour."""
        start = sentence.span[0]
        return (
            self._of_patients
            and start >= self._begun
            and self._analysis.section_kind(start) not in INTRODUCTIONS
            and not self._vocabulary.is_tumour_event(mention.slug)
        )

    def is_general(self, mention: Mention) -> bool:
        """Say whether it is a general word that gives way to concrete events."""
        return (Category.SAFETY, mention.slug) in self._vocabulary.general
