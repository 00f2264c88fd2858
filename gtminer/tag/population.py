"""In whom or what: humans, animals, cells; counted by sentence, with the title and publication types as background."""

import re
from itertools import islice

from gtminer.model import Document, Population
from gtminer.tag.analysis import INTRODUCTIONS, Analysis, CueHit, Span, within

# A protocol speaks of its purpose in most sentences and has no figures to report.
_PLANNED = 4
_PLANNED_SHARE = 0.6
_MARKS = 3  # words that only registrations and protocols use
_RESULT = re.compile(
    r"\d\s?%|\b(?:[pP]\s?[<=]|\d+ of (?:the )?\d+|(?:was|were) (?:observed|reported|detected|treated|enrolled)\b"
    r"|(?:occurred|developed|achieved|experienced|showed|demonstrated|resulted)\b)"
)
_LABEL = ("adverse_reactions", "warnings", "boxed_warning", "indication", "posology", "contraindications")
_KINDS = ("human", "animal", "in_vitro")
_CELLS = 3  # times that cells are spoken of, where nobody else is
_BOTH = 4  # two sentences on animals, two on cells
_SHOWN = 0.2  # a kind of subject in a smaller share of the sentences that have one is named in passing


class Subjects:
    """Whose findings a document reports; sentence by sentence, and as a whole."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._hits = self._found()
        document = analysis.document
        self.is_review = self._is_review(document)
        title = len(document.title)
        self.is_trial = any(hit.end <= title for hit in analysis.cues("subjects", "trial_title"))
        self.is_protocol = self._is_protocol()
        counts = dict.fromkeys(_KINDS, 0)
        said = set()  # by kind and sentence
        for hit in self._hits:
            if hit.kind in counts:
                start, end = analysis.sentence(hit.start)
                if start <= hit.start and hit.end <= end:
                    said.add((hit.kind, start, end))
        aim = next((hit.start for hit in analysis.cues("roles", "aims")), 0)
        for kind, start, end in said:
            titled = start < len(document.title)
            introduced = end < aim or analysis.section(start).kind in INTRODUCTIONS
            counts[kind] += 4 if titled else 1 if introduced else 2
        self.counts = counts
        self.population = self._population(document)
        self.reported = self._reported()

    def _found(self) -> list[CueHit]:
        """Return what tells of subjects; "in vivo" in the name of a therapy is how it is given, and no experiment."""
        hits = self._analysis.cues("subjects")
        named = {
            hit for name in self._analysis.cues("subjects", "delivery") for hit in within(hits, name.start, name.end)
        }
        return [hit for hit in hits if hit not in named] if named else hits

    def _is_review(self, document: Document) -> bool:
        types = document.publication_types
        self._titled_review = False
        if any(
            "Review" in name or name in ("Editorial", "Comment", "Guideline", "Practice Guideline") for name in types
        ):
            return True
        title = len(document.title)
        found = self._analysis.cues("subjects", "review")
        of_records = any(hit.start < title for hit in self._analysis.cues("subjects", "records"))
        self._titled_review = not of_records and any(hit.start < title for hit in found)
        return self._titled_review or len({hit.text for hit in found}) >= 3

    def _is_protocol(self) -> bool:
        """Say whether a document tells what will be done: registrations, trials in progress (rules §6)."""
        planned = len(self._analysis.cues("time", "planned"))
        marks = len({hit.start for hit in self._analysis.cues("subjects", "protocol")})
        if marks >= _MARKS:
            return not self.finds_more_than((planned + 2 * marks) // 4)
        if (
            self.is_trial
            and planned + marks > 2
            and not self._analysis.cues("events", "authors")
            and not self.finds_more_than(2)
        ):
            return True
        if planned < _PLANNED or planned < _PLANNED_SHARE * len(self._analysis.sentences):
            return False
        return not self.finds_more_than(planned // 4)

    def finds_more_than(self, few: int) -> bool:
        """Say whether the text has more than *few* figures and verbs of finding."""
        return any(True for _ in islice(_RESULT.finditer(self._analysis.text), few, None))

    def _population(self, document: Document) -> Population:
        human, animal, cells = map(self.counts.__getitem__, _KINDS)
        if any(
            name.startswith(("Clinical Trial", "Randomized Controlled Trial")) for name in document.publication_types
        ):
            human += 4
        if self.is_review and (human < 8 or self._titled_review):
            return Population.NONE
        total = human + animal + cells
        if not human + animal and self._analysis.cues("subjects", "plant"):
            return Population.NONE
        if total <= 1 and not self.is_review and self._analysis.text.count("cells") >= _CELLS:
            return Population.IN_VITRO
        if not total:
            if document.regulator or self._analysis.section_kind(len(document.title) + 1) in _LABEL:
                return Population.HUMAN
            laboratory = len(self._analysis.cues("therapy", "tool")) > 1
            return Population.IN_VITRO if laboratory and not self.is_review else Population.NONE
        seen = [
            population
            for population, count in ((Population.HUMAN, human), (Population.ANIMAL, animal))
            if count >= max(4, total * _SHOWN) or (count and count == total)
        ]
        if len(seen) == 2:
            if human >= 3 * animal:
                return Population.HUMAN
            return Population.ANIMAL if animal >= 2 * human else Population.MIXED
        if seen:
            return seen[0]
        if cells >= max(human, animal):
            return Population.IN_VITRO
        return Population.HUMAN if human >= animal else Population.ANIMAL

    def _reported(self) -> Population:
        """Return the population to show: what was done in animals and in cells as well is mixed, and preclinical."""
        animal, cells = self.counts["animal"], self.counts["in_vitro"]
        least = max(_BOTH, sum(self.counts.values()) * _SHOWN)
        both = (animal >= least and cells >= least) or (animal == cells != 0)
        if both and not self.is_review and self.population in (Population.ANIMAL, Population.IN_VITRO):
            return Population.MIXED
        return self.population

    def preclinical(self, sentence: Span, *, of_label: bool = False) -> str | None:
        """Return the words that make *sentence* one about animals or cells; None where it is about people.

        A label (*of_label*) speaks of patients where a sentence names nobody, however few of its words do.
        """
        hits = within(self._hits, *sentence)
        kinds = {hit.kind for hit in hits}
        if "human" in kinds:
            return None
        for hit in hits:
            if hit.kind in ("animal", "in_vitro"):
                return hit.text
        if not of_label and self.population in (Population.ANIMAL, Population.IN_VITRO):
            return f"the document's subjects ({self.population.value})"
        return None
