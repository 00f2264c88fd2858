"""A document taken apart once for all that judge it: folded text, sentences, sections, cues by family."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from gtminer.model import Document, Section
from gtminer.tag import sentences
from gtminer.tag.fold import Folded, fold
from gtminer.tag.vocabulary import Vocabulary
from gtminer.tag.words import Match

Span = tuple[int, int]


_LABEL = "label"  # what a title must be of for its words to name a section


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
        self.folded: Folded = fold(document.text)
        self._needs: dict[tuple[str, ...], bool] = {}
        self._cues: dict[tuple[str, str | None], list[CueHit]] = {}

    @cached_property
    def sentences(self) -> list[Span]:
        """The sentences, in order."""
        return sentences.split(self.text)

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    def sentence_number(self, offset: int) -> int:
        """Return the place of the sentence that *offset* stands in."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def sentence(self, offset: int) -> Span:
        """Return the sentence that *offset* stands in."""
        return self.sentences[self.sentence_number(offset)] if self.sentences else (0, len(self.text))

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

        A sentence that ends within the words is taken to hold them.
        """
        if line is None:
            first, last = self.sentence(start)
            line = (min(first, start), max(last, end))
        section = self.section(start)
        return (self.text[start:end], start, end, *line, section.kind, section.page)

    def section_kind(self, offset: int) -> str:
        """Return the kind of section at *offset*; the one that the title names, where the text is of no kind itself."""
        kind = self.section(offset).kind
        return self._titled_kind or kind if kind in ("abstract", "text") else kind

    @cached_property
    def _titled_kind(self) -> str | None:
        title = fold(self.document.title).text
        words = self.vocabulary.title_sections
        if not any(label in title for label, kind in words if kind == _LABEL):
            return None
        return next((kind for label, kind in words if kind != _LABEL and label in title), None)

    def cues(self, family: str, kind: str | None = None) -> list[CueHit]:
        """Return the cues of *family*, or those of one *kind* of it, in reading order, overlapping ones too."""
        found = self._cues.get((family, kind))
        if found is None:
            wanted = self.vocabulary.cues_of(family, kind)
            found = self._cues[family, kind] = self._read_cues(self._cue_matches, wanted)
        return found

    def cues_within(self, family: str, start: int, end: int) -> list[CueHit]:
        """Return the cues of *family* that lie in [start, end), without those of the rest of the text."""
        if self.folded.breaks or (family, None) in self._cues:
            return within(self.cues(family), start, end)
        matches = self._cue_matches  # by their ends, which may be two behind those of their cues
        near = matches[bisect_right(matches, start, key=_end_of) : bisect_right(matches, end + 2, key=_end_of)]
        return within(self._read_cues(near, self.vocabulary.cues_of(family, None)), start, end) if near else []

    def _read_cues(self, matches: Sequence[Match], wanted: Mapping[int, Sequence[tuple[str, str]]]) -> list[CueHit]:
        found: list[CueHit] = []
        new = tuple.__new__  # half the price of CueHit(...), and there are fifty in an abstract
        text = self.folded.text
        source = self.folded.source if self.folded.breaks else None
        for start, end, pattern in matches:
            if pattern not in wanted:
                continue
            last = end - 1 if text[end - 1] == " " else end
            place = (source(start + 1), source(last - 1) + 1) if source else (start, last - 1)
            if text[start + 1].isdigit() and self.in_number(place[0]):
                continue
            for kind, words in wanted[pattern]:
                found.append(new(CueHit, (*place, kind, words)))
        found.sort()
        return found

    @cached_property
    def _cue_matches(self) -> list[Match]:
        return self.vocabulary.find_cues(self.folded.text)

    def in_number(self, start: int) -> bool:
        """Say whether digits at *start* are the tail of a decimal number: the "3%" of "10.3%"."""
        text = self.text
        return start > 1 and text[start].isdigit() and text[start - 1] in ".,·" and text[start - 2].isdigit()

    def has_any(self, words: tuple[str, ...]) -> bool:
        """Say whether a word of the text begins with one of *words* (folded)."""
        if words not in self._needs:
            self._needs[words] = any(f" {word}" in self.folded.text for word in words)
        return self._needs[words]


_end_of = itemgetter(1)


def within(hits: list[CueHit], start: int, end: int) -> list[CueHit]:
    """Return the hits that lie in [start, end)."""
    return [hit for hit in hits[bisect_left(hits, (start,)) : bisect_left(hits, (end,))] if hit.end <= end]
