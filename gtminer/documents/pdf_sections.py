"""Lines to sections: headings known by their words, contents and abbreviation lists told apart, page by page.

Knowledge of headings is data (``headings.tsv``). A section is cut at each page break, so that every character
has one page; only a sentence that runs over a page break stays whole, on the page where it begins.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from gtminer import tsv
from gtminer.documents.pdf_layout import Line, end_marks, goes_on, join

_NUMBER = re.compile(r"(?:section\s+)?(\d{1,2}(?:\.\d{1,2}){0,5})\.?(?=[\s:])[\s:]*|[a-hA-H][.)]\s+", re.IGNORECASE)
_NUMBERED_HEADING = re.compile(r"[1-9]\d?(?:\.\d{1,2}){1,5}\.?\s+[A-Z][^.;|]{2,110}$")
_LEADERS = re.compile(r"(?:\.\s?){5,}\s*\d{0,3}\s*$|…{2,}\s*\d{0,3}\s*$|\.{4,}\s*\d{1,3}\b")
_ENDS_IN_NUMBER = re.compile(r"\D\s\d{1,3}$")
_SENTENCE_END = re.compile(r"[.!?:;][\"”’')\]]*$")
_FIRST_SENTENCE = re.compile(r".{0,700}?[.!?][\"”’')\]]*(?=\s+[A-Z•(]|$)", re.DOTALL)
_SPACES = re.compile(r"\s+")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_SUBTITLE = re.compile(r"\s*[:(–]")
_PART_TITLE = re.compile(r":\s*\S")  # "Package leaflet: Information for the patient"
_ENTRY = re.compile(r"(?:\d[\d.]*\s+)?[^\d]{4,}\s\d{1,3}$")  # a line of a table of contents without dots
_LEADER_LINES = 4  # as many lines with dot leaders stand together in a table of contents
_ENTRIES = 2  # as many of the lines behind its heading are entries of a table of contents
_AHEAD = 12
_LONGEST = 140  # characters of a heading

# In these sections a table of adverse events is one of animals, of plans or of words: it keeps their kind.
_NOT_PATIENTS = (
    "nonclinical", "quality", "risk_management", "background", "disease_background", "administrative", "toc",
    "abbreviations",
)  # fmt: skip
UNMINED = ("toc", "abbreviations")
_PLAIN_CONTENTS = ("contents",)  # also a row of a table
_CLOSED = ("annex", "labelling", "leaflet")  # parts whose inner headings open nothing
_CLINICAL = ("clinical", "clinical_efficacy", "eligibility", "study_methods", "baseline")  # where a study is told


class Heading(NamedTuple):
    """A known heading: the kind of section it opens, and where it does so (see headings.tsv)."""

    kind: str
    level: str = "top"
    template: str = ""

    @property
    def is_part(self) -> bool:
        """Whether it opens a whole part of the document."""
        return self.level == "part"


class Stretch(NamedTuple):
    """The text under one heading on one page; *is_start* on the page where the heading stands.

    *table* is the index of the table whose rows the text is.
    """

    kind: str
    heading: str
    page: int
    text: str
    is_start: bool
    table: int | None = None


class Block(NamedTuple):
    """Ready-made text that stands in the place of lines: the rows of a table that was read."""

    page: int
    kind: str
    heading: str
    text: str
    table: int  # its index among the tables


@cache
def _known() -> dict[str, Heading]:
    rows = tsv.packaged("headings.tsv", ("words", "kind", "level", "template"))
    return {row["words"]: Heading(row["kind"], row["level"], row["template"]) for row in rows}


def fold(text: str) -> tuple[str, str | None]:
    """Return a heading's words as headings.tsv has them, and its number: `2.6.1. Clinical safety` gives 2.6.1."""
    number = _NUMBER.match(text)
    words = text[number.end() :] if number else text
    words = _SPACES.sub(" ", words.replace("–", "-").replace(" / ", "/").replace("’", "'")).strip(" .:*")
    return words.casefold().replace("'", "’"), number[1] if number and number[1] else None


@cache
def _first_words() -> frozenset[str]:
    return frozenset(_FIRST_WORD.search(words)[0] for words in _known())  # type: ignore[index]  # none is empty


def _may_be_known(text: str) -> bool:
    """Tell by its first word whether *text* may begin as a known heading: most lines end here."""
    first = _FIRST_WORD.search(text)
    word = first[0].casefold() if first else ""
    return word in _first_words() or word == "section" or len(word) == 1


def _runs_on(text: str) -> bool:
    """Tell whether a line begins small, as no heading does: most lines are the end of a sentence that ran over one."""
    return text[0].islower() and text[1:2] != "."


def known_heading(text: str) -> Heading | None:
    """Return what a heading with these words opens, or None."""
    if len(text) > _LONGEST:
        return None
    if _runs_on(text) or not _may_be_known(text):
        return None
    words, number = fold(text)
    found = _known().get(words)
    return found if found or not number else _known().get(_SUBTITLE.split(words, maxsplit=1)[0])  # Main study: NAME


def is_contents(line: str) -> bool:
    """Tell whether a line has the dots of a table of contents."""
    dotted = "...." in line or ". . ." in line or "……" in line
    return dotted and _LEADERS.search(line) is not None


class _State:
    """Where in the document the reader is: part, kind, heading, and the kinds of the numbered headings above."""

    def __init__(self) -> None:
        self.kind, self.heading = "cover", ""
        self.part = ""
        self._kinds: dict[str, str] = {}  # by number, for the numbered headings that are not in the table
        self._until_part = False  # the contents of a US label read like its sections
        self._is_report = False  # numbered headings of an assessment report have been seen
        self._is_letter = False  # a letterhead has been seen
        self._chapter = 0  # the highest number of a chapter so far
        self._last = ""  # the last number

    def takes(self, text: str, words: Heading | None, number: str | None) -> bool:
        """Say whether a line that reads like a heading opens something here: by its place, number and template."""
        if self._is_part(text, words):
            return True
        if self.part in _CLOSED or self._until_part or (words is not None and words.is_part):
            return False
        if self.kind in UNMINED and not (number or text.isupper() or (words and words.kind in UNMINED)):
            return False  # an abbreviation's meaning may read like a heading
        chapter = int(number.partition(".")[0]) if number else 0
        if words is None:  # numbers of tables and of other documents' sections begin lines too
            return not self._chapter or chapter <= self._chapter + 1
        if number == str(chapter) and self._chapter and fold(text)[0] not in _known():
            return chapter == self._chapter + 1  # "1. Adverse events (incidence)" is an item of a list
        if words.level == "study":
            return self.kind in _CLINICAL
        if words.template == "letter":
            return self._is_letter
        return not (words.template == "label" and self._is_report)

    @staticmethod
    def _is_part(text: str, words: Heading | None) -> bool:
        return words is not None and words.is_part and (text.isupper() or _PART_TITLE.search(text) is not None)

    def open(self, text: str, words: Heading | None, number: str | None) -> None:
        """Take a line as a heading."""
        is_part = self._is_part(text, words)
        self._is_letter = self._is_letter or (words is not None and words.template == "letterhead")
        if words is not None and is_part:
            self.part, self._until_part = words.kind, False
            self._kinds.clear()
            self._chapter = 0
        if words is None or (self.part and not number and not is_part and not text.isupper()):
            self.kind = self._inherited(number) if number else self.kind
        else:
            self.kind = words.kind
            self._until_part = words.kind == "toc" and "prescribing" in text.casefold()
        if number:
            self._kinds[number] = self.kind
            self._last = number
            self._chapter = max(self._chapter, int(number.partition(".")[0]))
            self._is_report = self._is_report or (words is not None and words.template == "epar")
        elif words is not None and words.level == "chapter" and "." in self._last:
            # A chapter that lacks its number, "2.3 Non-clinical aspects": the headings in it go on from the last one.
            self._kinds[self._last.rpartition(".")[0]] = self.kind
        self.heading = _SPACES.sub(" ", text).strip(" .")

    def _inherited(self, number: str) -> str:
        """The kind of the nearest numbered heading above *number*."""
        parts = number.split(".")
        above = (".".join(parts[:depth]) for depth in range(len(parts) - 1, 0, -1))
        return next((self._kinds[outer] for outer in above if outer in self._kinds), "body")


def _heading(
    line: Line, left: float, ahead: Line | None, before: Line | None
) -> tuple[str, Heading | None, int] | None:
    """Return (text, what it opens, lines taken) if a heading begins at *line*."""
    known = _may_be_known(line.text)
    if not known and not line.text[0].isdigit():  # as most lines
        return None
    if len(line.text) > _LONGEST or len(line.cells) > 3 or is_contents(line.text):
        return None
    if known and ahead is not None and ahead.page == line.page and len(line.text) > 40 and len(ahead.cells) == 1:
        both = f"{line.text} {ahead.text}"
        if 0 < line.y - ahead.y < 2 * line.size and (words := known_heading(both)):
            return both, words, 2
    left = max(left, line.left)  # of the second column
    words = known_heading(line.text) if known else None
    if words is not None:
        number = _NUMBER.match(line.text)
        if (number and number[1]) or line.text.isupper() or line.x0 <= left + 3:
            wide = max((b.x0 - a.x1 for a, b in zip(line.cells, line.cells[1:], strict=False)), default=0.0)
            return (line.text, words, 1) if wide < 6 * line.size or number else None
        centred = len(line.cells) == 1 and abs((line.x0 - left) - (line.right - line.x1)) < 0.1 * (line.right - left)
        return (line.text, words, 1) if centred and words.is_part else None
    if _NUMBERED_HEADING.match(line.text) and line.x0 <= left + 20 and not (before and goes_on(before, line)):
        return line.text, None, 1
    return None


def _is_before_entries(lines: Sequence[Line], place: int) -> bool:
    """Tell whether entries of a table of contents stand behind its heading, the line at *place*."""
    ahead = [line.text for line in lines[place + 1 : place + 1 + _AHEAD]]
    return sum(is_contents(text) or _ENTRY.match(text) is not None for text in ahead) >= _ENTRIES


def _is_contents_ahead(lines: Sequence[Line], index: int) -> bool:
    ahead = [line.text for line in lines[index : index + 4]]
    return any(is_contents(text) or _ENDS_IN_NUMBER.search(text) for text in ahead)


class Sections:
    """Builds the sections of a document from the lines of its pages."""

    def __init__(self, is_word: Callable[[str], bool]) -> None:
        self._is_word = is_word
        self._state = _State()
        self.stretches: list[Stretch] = []
        self._paragraphs: list[str] = []
        self._page = 0
        self._is_start = True

    def build(self, items: Sequence[Line | Block], lefts: dict[int, float]) -> list[Stretch]:
        """Return the sections; *lefts* are the left text margins of the pages."""
        index, before = 0, None
        lines = [item for item in items if isinstance(item, Line)]
        place = -1  # of the item among the lines
        while index < len(items):
            item = items[index]
            index += 1
            if item.page != self._page:
                self._flush()
                self._page = item.page
            if isinstance(item, Block):
                self._flush()
                kind = self._state.kind if self._state.kind in _NOT_PATIENTS else item.kind
                self.stretches.append(Stretch(kind, item.heading, item.page, item.text, True, item.table))
                before = None
                continue
            place += 1
            if (self._state.kind == "toc" or is_contents(item.text)) and self._in_contents(item, lines, place):
                self._take(item, None)
                continue
            if _runs_on(item.text):
                self._take(item, before)
                before = item
                continue
            ahead = items[index] if index < len(items) else None
            found = _heading(item, lefts[item.page], ahead if isinstance(ahead, Line) else None, before)
            if found is not None and found[0].casefold() in _PLAIN_CONTENTS and not _is_before_entries(lines, place):
                found = None
            if found is not None and self._begin(*found[:2]):
                index += found[2] - 1
                place += found[2] - 1
                before = None
                continue
            self._take(item, before)
            before = item
        self._flush()
        self._mend_page_breaks()
        return self.stretches

    def _in_contents(self, line: Line, lines: Sequence[Line], place: int) -> bool:
        """A line of dot leaders among others, or one between such lines; they open a section of their own."""
        if self._state.kind != "toc" and is_contents(line.text):
            around = lines[max(0, place - 6) : place + 7]
            if sum(is_contents(other.text) for other in around) >= _LEADER_LINES:
                return self._begin("Contents", Heading("toc"))
        return self._state.kind == "toc" and _is_contents_ahead(lines, place)

    def _begin(self, text: str, words: Heading | None) -> bool:
        """Begin a section at a line; False where it opens nothing."""
        number = fold(text)[1]
        if not self._state.takes(text, words, number):
            return False
        self._flush()
        self._state.open(text, words, number)
        self._is_start = True
        return True

    def _take(self, line: Line, before: Line | None) -> None:
        if self._paragraphs and before is not None and goes_on(before, line):
            self._paragraphs[-1] = join(self._paragraphs[-1], line.text, self._is_word)
        else:
            self._paragraphs.append(line.text)

    def _flush(self) -> None:
        if not self._paragraphs and not (self._is_start and self._state.heading):
            return
        text = end_marks("\n".join(self._paragraphs))
        self.stretches.append(Stretch(self._state.kind, self._state.heading, self._page, text, self._is_start))
        self._paragraphs, self._is_start = [], False

    def _mend_page_breaks(self) -> None:
        """Move the end of a sentence that runs over a page break to the page where the sentence begins."""
        for index in range(1, len(self.stretches)):
            one, two = self.stretches[index - 1 : index + 1]
            if two.is_start or one.kind != two.kind or one.kind in UNMINED or two.page != one.page + 1:
                continue
            last, first = one.text.rpartition("\n")[2], two.text.partition("\n")[0]
            if len(last) < 50 or _SENTENCE_END.search(last) or not first[:1].islower() or " | " in first:
                continue
            tail = _FIRST_SENTENCE.match(first)
            if tail is None:
                continue
            joined = end_marks(join(one.text, tail[0], self._is_word))
            self.stretches[index - 1] = one._replace(text=joined)
            self.stretches[index] = two._replace(text=two.text[tail.end() :].lstrip())


def margins(lines: Iterable[Line]) -> dict[int, float]:
    """The left margin of the text of each page: the leftmost place where several lines begin."""
    by_page: dict[int, list[float]] = {}
    for line in lines:
        by_page.setdefault(line.page, []).append(line.x0)
    return {page: sorted(lefts)[len(lefts) // 8] for page, lefts in by_page.items()}
