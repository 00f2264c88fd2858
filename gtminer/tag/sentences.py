"""Where sentences begin and end: one expression, with the abbreviations that end in a full stop left alone."""

import re

Span = tuple[int, int]

# A full stop, question or exclamation mark, closing brackets and quotes, white space, then what may begin a sentence.
_END = re.compile(r"""(?:[.?!]["'’”)\]]*\s+(?=["'“‘(\[]?[A-Z0-9≥>~•*†‡§#])|\s*\n\s*|\s+[•▪●]\s*)""")
_ABBREVIATED = re.compile(
    r"(?:\b(?:vs|e\.g|i\.e|cf|Fig|Figs|No|Nos|approx|ca|al|resp|Dr|Prof|St|sp|spp|var|incl|Inc|Ltd|Corp|Co|M|S|E|R/R|"
    r"[A-Z])|\b\d)\.$"
)
_NUMBERED = re.compile(r"(?:^|[\s:;])\d{1,2}\.$")


def split(text: str) -> list[Span]:
    """Return the sentences of *text*, without the white space around them; a line end always ends one.

    >>> [text[a:b] for text in ["Seen in 3 vs. 4 mice. None died."] for a, b in split(text)]
    ['Seen in 3 vs. 4 mice.', 'None died.']
    """
    found: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        at = match.start()
        if text[at] == "." and _goes_on(text, start, at, match.end()):
            continue
        end = at + len(match[0].rstrip()) if text[at] in ".?!" else at
        if end > start:
            found.append((start, end))
        start = match.end()
    end = len(text.rstrip())
    if end > start:
        found.append((start, end))
    return found


def _goes_on(text: str, start: int, at: int, after: int) -> bool:
    """Say whether the full stop at *at* belongs to an abbreviation or a number in front of its item."""
    head = text[max(start, at - 8) : at + 1]
    if "\n" in text[at:after]:
        return False
    if _NUMBERED.search(head):
        return True
    if not _ABBREVIATED.search(head):
        return False
    # "vitamin A. Patients" ends; "J. Smith" and "vs. 3" go on.
    return not (head[-2:-1].isdigit() and text[after : after + 1].isupper())
