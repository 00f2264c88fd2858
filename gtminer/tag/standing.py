"""What is decided so far of what a document is about, with the evidence and the words it is decided by."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property

from gtminer.model import Category
from gtminer.tag.analysis import Analysis, CueHit, Span
from gtminer.tag.mention import Mention
from gtminer.tag.population import Subjects
from gtminer.tag.reports import is_report
from gtminer.tag.roles import Evidence, Key

_LONG = 12_000  # characters; abstracts are shorter, reports longer
_SHARE = 0.2  # of the heaviest of its category
# A regulator's report names what it is about at least once in so many characters; one on a product of the table, whose
# modality and vector are known, may name them seldom.
_ONCE_IN = {Category.MODALITY: 10_000, Category.VECTOR: 10_000, Category.INDICATION: 20_000}
_OBJECT = 40  # characters between a verb and what is carried

Source = Key | Span  # what something follows from: another concept, or the words at a place


class Words:
    """The cues of the family `therapy` by kind: what is done with a vector, where, and whether it is a tool."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._title = len(analysis.document.title)

    def _found(self, kind: str) -> list[CueHit]:
        return self._analysis.cues("therapy", kind)

    def first(self, kind: str) -> str | None:
        """Return the first words of *kind*, None where there are none."""
        found = self._found(kind)
        return found[0].text if found else None

    def but(self, kind: str, other: str, before: str) -> list[CueHit]:
        """Return the words of *kind* that have none of *other* behind them and none of *before* right before them.

        "Expressing", not "expressing shRNA"; "transgene", not "GFP transgene".
        """
        others, ends = self._found(other), {hit.end for hit in self._found(before)}
        return [
            hit
            for hit in self._found(kind)
            if not _starts_in(others, hit.end, hit.end + _OBJECT) and hit.start - 1 not in ends
        ]

    def place(self, kind: str) -> Span | None:
        """Return where the first words of *kind* stand."""
        found = self._found(kind)
        return (found[0].start, found[0].end) if found else None

    def count(self, kind: str) -> int:
        """Return how often words of *kind* stand in the text."""
        return len(self._found(kind))

    def in_title(self, kind: str) -> bool:
        """Say whether the title has words of *kind*."""
        found = self._found(kind)
        return bool(found) and found[0].start < self._title


def _starts_in(hits: Sequence[CueHit], start: int, end: int) -> bool:
    place = bisect_left(hits, (start,))
    return place < len(hits) and hits[place].start < end


class Standing:
    """The concepts stated and inferred so far, each with its rule, and what those follow from that no words name."""

    def __init__(
        self, analysis: Analysis, mentions: Sequence[Mention], evidence: Mapping[Key, Evidence], people: Subjects
    ) -> None:
        self.analysis = analysis
        self.mentions = mentions
        self.vocabulary = analysis.vocabulary
        self.roles = analysis.vocabulary.roles
        self.evidence = evidence
        self.people = people
        self.stated: dict[Key, str] = {}
        self.inferred: dict[Key, str] = {}
        self.sources: dict[Key, Source] = {}
        self._floor = self._floors(len(analysis.text))

    @cached_property
    def words(self) -> Words:
        """The words around a therapy, read when first asked for."""
        return Words(self.analysis)

    def _floors(self, length: int) -> dict[Category, float]:
        """Return what a concept must weigh beside the heaviest of its category; a long report names everything."""
        floors: dict[Category, float] = {}
        if length > _LONG:
            for (category, _), item in self.evidence.items():
                floors[category] = max(floors.get(category, 0.0), item.weight * _SHARE)
            if is_report(self.analysis) and not self._names_a_product():
                for category, characters in _ONCE_IN.items():
                    floors[category] = max(floors.get(category, 0.0), length / characters)
        return floors

    def _names_a_product(self) -> bool:
        return any(category is Category.PRODUCT for category, _ in self.evidence)

    def is_enough(self, key: Key, enough: float) -> bool:
        """Say whether the evidence for *key* weighs *enough*, and enough beside the rest of a long report."""
        return self.evidence[key].weight >= max(enough, self._floor.get(key[0], 0.0))

    def in_title(self, category: Category) -> set[str]:
        """Return the slugs of *category* that the title names."""
        return {slug for (kind, slug), item in self.evidence.items() if kind is category and item.in_title}

    def weight(self, slug: str) -> float:
        """Return how much speaks for a modality."""
        item = self.evidence.get((Category.MODALITY, slug))
        return item.weight if item else 0.0

    def slugs(self, category: Category) -> set[str]:
        """Return the slugs of *category* stated so far."""
        return {slug for kind, slug in self.stated if kind is category}

    def actions(self) -> set[str]:
        """Return the actions of a gene therapy stated so far."""
        return self.slugs(Category.MODALITY) & self.roles.actions

    def neighbours(self) -> set[str]:
        """Return the neighbours of gene therapies stated so far."""
        return self.slugs(Category.MODALITY) & self.roles.neighbours

    def counting(self) -> set[str]:
        """Return the modalities that make a document one about gene therapy."""
        return self.actions() | (self.slugs(Category.MODALITY) & self.roles.counting)

    def state(self, slug: str, rule: str, source: Source | None = None) -> None:
        """State a modality that is not stated yet, following from *source* where no words name it."""
        key = (Category.MODALITY, slug)
        if key not in self.stated:
            self.stated[key] = rule
            self.inferred.pop(key, None)
            if source is not None:
                self.sources[key] = source
