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
# Where a text and its fold may part: at what is not plain ASCII, and where white space runs on. One set of characters
# is found several times faster than a choice of two, so texts without such white space are asked for the first only.
_ODD = re.compile(r"[^\t\n\r -%'-~]")  # and "&", which is read "and"
_ODD_OR_RUN = re.compile(r"[^\t\n\r -%'-~]|[ \t\r\n]{2,}")
_LIGATURES = {"æ": "ae", "œ": "oe"}  # one letter each for Unicode, two in the names of diseases


class _Folds(dict[str, str]):
    """Folds of characters that are not ASCII, worked out when first met."""

    def __missing__(self, char: str) -> str:
        self[char] = fold = _fold_char(char)
        return fold


def _fold_char(char: str) -> str:
    if char == "&":
        return "and"
    if char == "ß":  # as a letter in English text it is a mistyped beta
        return GREEK["beta"]
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return ""
    letters = ""
    for part in _LIGATURES.get(char.lower()) or unicodedata.normalize("NFKD", char.lower()):
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
    spaced = _spaced(text)
    if not spaced and text.isascii() and "&" not in text:
        return Folded(f" {text.translate(_ASCII)} ")
    # Odd characters give way to their folds first: `str.translate` is many times faster on what is all ASCII.
    out: list[str] = []
    breaks: list[int] = []
    shifts: list[int] = []
    last = shift = 0
    for match in (_ODD_OR_RUN if spaced else _ODD).finditer(text):
        start, end = match.span()
        folded = " " if match[0].isspace() and match[0] < "\x7f" else _folds[match[0]]
        out += (text[last:start], folded)
        last = end
        if len(folded) != end - start:
            at = start + 1 - shift
            for piece in range(1, len(folded)):
                breaks.append(at + piece)
                shifts.append(shift - piece)
            shift += end - start - len(folded)
            breaks.append(at + len(folded))
            shifts.append(shift)
    out.append(text[last:])
    return Folded(f" {''.join(out).translate(_SWAPPED)} ", tuple(breaks), tuple(shifts))


def plain(text: str) -> str:
    """Return *text* folded, without the map and the outer spaces."""
    return fold(text).text[1:-1]


def _spaced(text: str) -> bool:
    """Say whether white space may run on, which folds to one space; much faster than the expression."""
    if "  " in text or "\t" in text or "\r" in text:
        return True
    at = text.find("\n")  # there are few
    while at >= 0:
        if text[at - 1 : at] == " " or text[at + 1 : at + 2] in (" ", "\n"):
            return True
        at = text.find("\n", at + 1)
    return False
