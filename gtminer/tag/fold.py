"""A folded copy of a text for matching, and the way back to the offsets of the text itself.

Folding lowers case, strips accents, makes every character that is no letter or digit a space, and gives
each Greek letter one private ASCII character, so that a folded text is nearly always ASCII and of the same
length as its source. One space is put before and behind: a word at offset *i* of the text stands at *i + 1*.
"""

import re
import unicodedata
from bisect import bisect_right
from typing import NamedTuple

# The Greek alphabet stands on control characters, which no other fold yields (TAB to CR left out: they are spaces).
_PRIVATE = [chr(code) for code in (*range(1, 9), *range(14, 28))]
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
)
GREEK = dict(zip(_GREEK_NAMES.split(), _PRIVATE, strict=True))
_GREEK_LETTERS = dict(zip("αβγδεζηθικλμνξπρστφχψω", _PRIVATE, strict=True))
_ASCII = {code: (chr(code).lower() if chr(code).isalnum() else " ") for code in range(128)}
_SWAPPED = {**_ASCII, **{ord(char): char for char in _PRIVATE}}
_CONTROLS = re.compile(f"[{''.join(_PRIVATE)}]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_RUNS = re.compile(r"[ \t\r\n]{2,}")


class _Folds(dict[str, str]):
    """Folds of single characters, worked out when first met; *uneven* are those that are not one character."""

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[str] = set()

    def __missing__(self, char: str) -> str:
        self[char] = fold = _fold_char(char)
        if len(fold) != 1:
            self.uneven.add(char)
        return fold


def _fold_char(char: str) -> str:
    if char == "ß":  # as a letter in English text it is a mistyped beta
        return GREEK["beta"]
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return ""
    letters = ""
    for part in unicodedata.normalize("NFKD", char.lower()):
        if part in _GREEK_LETTERS:
            letters += _GREEK_LETTERS[part]
        elif part.isascii():
            letters += _ASCII[ord(part)]
        elif unicodedata.combining(part):
            continue
        else:
            letters += part if part.isalnum() else " "
    return letters or " "


_folds = _Folds()


class Folded(NamedTuple):
    """A folded text. *breaks* and *shifts* say where its offsets part from those of the source."""

    text: str
    breaks: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()

    def source(self, offset: int) -> int:
        """Return the offset in the source of the character at *offset* of the folded text."""
        if not self.breaks:
            return offset - 1
        place = bisect_right(self.breaks, offset)
        return offset - 1 + (self.shifts[place - 1] if place else 0)


def fold(text: str) -> Folded:
    """Return *text* folded, with one space before and behind."""
    if text.isascii():
        if not _spaced(text):
            return Folded(f" {text.translate(_ASCII)} ")
    else:
        swapped = _NOT_ASCII.sub(_swap, text)
        # Insertions and deletions may even out in length, so the characters themselves are asked.
        even = not any(char in text for char in _folds.uneven) and not _CONTROLS.search(text)
        if even and not _spaced(text):
            return Folded(f" {swapped.translate(_SWAPPED)} ")
    return _fold_uneven(text)


def plain(text: str) -> str:
    """Return *text* folded, without the map and the outer spaces."""
    return fold(text).text[1:-1]


def _spaced(text: str) -> bool:
    """Say whether white space runs on, which folds to one space."""
    return "  " in text or " \n" in text or "\n " in text


def _swap(match: re.Match[str]) -> str:
    return _folds[match[0]]


def _fold_uneven(text: str) -> Folded:
    """Fold character by character and note every place where the lengths part."""
    out = [" "]
    breaks: list[int] = []
    shifts: list[int] = []
    at, last = 1, 0
    skip_until = -1
    runs = {match.start(): match.end() for match in _RUNS.finditer(text)}
    for offset, char in enumerate(text):
        if offset < skip_until:
            continue
        if offset in runs:
            folded, skip_until = " ", runs[offset]
        else:
            folded = _ASCII[ord(char)] if char < "\x80" else _folds[char]
        for piece in folded:
            shift = offset + 1 - at
            if shift != last:
                breaks.append(at)
                shifts.append(shift)
                last = shift
            out.append(piece)
            at += 1
    shift = len(text) + 1 - at
    if shift != last:
        breaks.append(at)
        shifts.append(shift)
    out.append(" ")
    return Folded("".join(out), tuple(breaks), tuple(shifts))
