"""A document taken apart once for all that judge it: folded text, sentences, sections, cues by family."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from gtminer.model import Document, Section
from gtminer.tag import sentences
from gtminer.tag.fold import Folded, fold
from gtminer.tag.vocabulary import Vocabulary
from gtminer.tag.wrapped import unwrapped

Span = tuple[int, int]


INTRODUCTIONS = ("background", "disease_background")  # sections that tell of others, not of this work
_TITLE = 250  # characters of a first sentence that stands for a title
# The families of cues that say how what stands in their clause is meant.
_CLAUSE_FAMILIES = ("clauses", "negation", "time", "uncertainty")


class CueHit(NamedTuple):
    """A cue where it stands, in offsets of the document's text."""

    start: int
    end: int
    kind: str
    text: str


class Analysis:
    """What can be known of a document before anything is judged; all offsets are those of ``document.text``."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self.document = document
        self.vocabulary = vocabulary
        self.text = document.text
        if document.regulator is None:  # the paragraphs of a report were made whole when it was read
            if self.text.count("\n") >= len(document.sections):  # more than part the sections
                heads = {len(document.title), *(section.start - 1 for section in document.sections)}
                self.text = unwrapped(document.text, heads)
            if not document.title:
                self.document = document._replace(title=self._first_sentence())
        self.folded: Folded = fold(self.text)
        # Whether the title is that of a product's label, or of a part of one.
        self.is_label = any(map(self._folded_title().__contains__, vocabulary.title_labels))
        self._needs: dict[tuple[str, ...], bool] = {}
        self._families: dict[str, list[CueHit]] = {}

    @cached_property
    def sentences(self) -> list[Span]:
        """The sentences, in order; a text without any is one itself."""
        return sentences.split(self.text) or [(0, len(self.text))]

    def _first_sentence(self) -> str:
        """Return what a text without a title begins with, and which tells as a title does what the text is about."""
        end = self.sentences[0][1]
        return self.text[:end] if len(self.sentences) > 1 and end <= _TITLE else ""

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    def sentence_number(self, offset: int) -> int:
        """Return the place of the sentence that *offset* stands in."""
        return bisect_right(self._starts, offset, 1) - 1

    def sentence(self, offset: int) -> Span:
        """Return the sentence that *offset* stands in."""
        return self.sentences[bisect_right(self._starts, offset, 1) - 1]

    @cached_property
    def _section_starts(self) -> list[int]:
        return [section.start for section in self.document.sections]

    def section(self, offset: int) -> Section:
        """Return the section that *offset* stands in; a document without sections is all abstract behind its title."""
        place = bisect_right(self._section_starts, offset) - 1
        if place >= 0:
            return self.document.sections[place]
        kind = "title" if offset < len(self.document.title) else "abstract"
        return Section(kind, "", 0, len(self.text))

    def place(self, start: int, end: int, line: Span | None = None) -> tuple[str, int, int, int, int, str, int | None]:
        """Return where a tag stands, as `Tag` lists it: words, offsets, sentence (or *line*), section, page.

        A sentence or line that ends within the words is taken to hold them.
        """
        line = line or self.sentence(start)
        if line[0] > start or line[1] < end:
            line = (min(line[0], start), max(line[1], end))
        section = self.section(start)
        return (self.document.text[start:end], start, end, *line, section.kind, section.page)

    def section_kind(self, offset: int) -> str:
        """Return the kind of section at *offset*; the one that the title names, where the text is of no kind itself."""
        kind = self.section(offset).kind
        return self.titled_kind or kind if self.is_label and kind in ("abstract", "text") else kind

    @cached_property
    def titled_kind(self) -> str | None:
        """The kind of section of a label that the title names, None where it names none."""
        if not self.is_label:
            return None
        title = self._folded_title()
        return next((kind for words, kind in self.vocabulary.title_sections if words in title), None)

    def _folded_title(self) -> str:
        title = self.document.title
        if self.folded.breaks or not self.text.startswith(title):
            return fold(title).text
        return f"{self.folded.text[: len(title) + 1]} "

    def cues(self, family: str, kind: str | None = None) -> list[CueHit]:
        """Return the cues of *family*, or those of one *kind* of it, in reading order, overlapping ones too."""
        if kind is not None:
            return self._cues.get(f"{family} {kind}", [])
        hits = self._families.get(family)
        if hits is None:
            found = self._cues
            kinds = self.vocabulary.cue_kinds.get(family, ())
            hits = self._families[family] = sorted([hit for kind in kinds if kind in found for hit in found[kind]])
        return hits

    @cached_property
    def clause_cues(self) -> list[CueHit]:
        """The cues that may decide how a mention in their sentence is meant, the longest first where they begin."""
        hits = [hit for family in _CLAUSE_FAMILIES for hit in self.cues(family)]
        hits.sort(key=outermost_first)
        return hits

    @cached_property
    def _cues(self) -> dict[str, list[CueHit]]:
        """The cues of the text by family and kind."""
        found: defaultdict[str, list[CueHit]] = defaultdict(list)
        new = tuple.__new__  # half the price of CueHit(...), and there are eighty in an abstract
        entries = self.vocabulary.cue_entries
        for first, behind, pattern in sorted(self.vocabulary.find_cues(self.folded.text)):
            for place, beyond, kind, words in entries[pattern]:
                found[place].append(new(CueHit, (first, behind - beyond, kind, words)))
        if self.folded.breaks:
            source = self.folded.source
            for hits in found.values():
                hits[:] = [CueHit(source(first + 1), source(last) + 1, *said) for first, last, *said in hits]
        return found

    def in_number(self, start: int) -> bool:
        """Say whether digits at *start* are the tail of a decimal number: the "3%" of "10.3%"."""
        text = self.text
        return start > 1 and text[start].isdigit() and text[start - 1] in ".,·" and text[start - 2].isdigit()

    def has_any(self, words: tuple[str, ...]) -> bool:
        """Say whether a word of the text begins with one of *words* (folded)."""
        if words not in self._needs:
            self._needs[words] = any(f" {word}" in self.folded.text for word in words)
        return self._needs[words]


def outermost_first(hit: CueHit) -> tuple[int, int]:
    """Return what sorts cues by their places, the longest first where several begin together."""
    return hit[0], -hit[1]


def within(hits: list[CueHit], start: int, end: int) -> list[CueHit]:
    """Return the hits that lie in [start, end)."""
    return [hit for hit in hits[bisect_left(hits, (start,)) : bisect_left(hits, (end,))] if hit.end <= end]
