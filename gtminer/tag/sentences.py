"""Where sentences begin and end: one expression, with the abbreviations that end in a full stop left alone."""

import re

Span = tuple[int, int]

# What may end a sentence: a full stop, question or exclamation mark with closing brackets and quotes, white space, then
# what may begin one; a line end; a bullet behind white space; the bracket of a label's reference to its sections, which
# stand for full stops there: "if clinically indicated ( 5.2 ) Hepatotoxicity:". The signs come first: found fastest.
_END = re.compile(
    r"""[.?!\n•▪●)](?:(?<=[.?!])["'’”)\]]*\s+(?=["'“‘(\[]?[A-Z0-9≥>~•*†‡§#]|[-–]\s[A-Z])|(?<=\n)\s*|(?<=\s[•▪●])[^\S\n]*"""
    r"""|(?:(?<=\d\.\d\s\))|(?<=\d\.\d\)))\s+(?=[A-Z0-9]))"""
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:vs|e\.g|i\.e|cf|Fig|Figs|No|Nos|approx|ca|al|resp|Dr|Prof|St|sp|spp|var|incl|Inc|Ltd|Corp|Co|M|S|E|R/R|"
    r"[A-Z])|\b\d)\.$"
)
_LONGEST = 7  # letters that no abbreviation has
_NUMBERED = re.compile(r"(?:^|[:;]\s?)\d{1,2}\.$")  # "1. Fever"; not "in cohort 1. Fever"


def split(text: str) -> list[Span]:
    """Return the sentences of *text*, without the white space around them; a line end always ends one.

    >>> [text[a:b] for text in ["Seen in 3 vs. 4 mice. None died."] for a, b in split(text)]
    ['Seen in 3 vs. 4 mice.', 'None died.']
    """
    found: list[Span] = []
    start = last = 0
    for match in _END.finditer(text):
        at, after = match.span()
        if text[at] in "•▪●" and at == last:  # at the head of a line it belongs to what it heads
            continue
        last = after
        if text[at] == "." and _goes_on(text, start, at, after):
            continue
        end = at + len(match[0].rstrip()) if text[at] in ".?!)" else start + len(text[start:at].rstrip())
        if end > start:
            found.append((start, end))
        start = after
    end = len(text.rstrip())
    if end > start:
        found.append((start, end))
    return found


def _goes_on(text: str, start: int, at: int, after: int) -> bool:
    """Say whether the full stop at *at* belongs to an abbreviation or a number in front of its item."""
    if (at >= _LONGEST and text[at - _LONGEST : at].isalpha()) or "\n" in text[at:after]:
        return False
    head = text[max(start, at - 8) : at + 1]
    digit = head[-2:-1].isdigit()
    if digit and _NUMBERED.search(head):
        return True
    if not _ABBREVIATED.search(head):
        return False
    # "vitamin A. Patients" ends; "J. Smith" and "vs. 3" go on.
    return not (digit and text[after : after + 1].isupper())
