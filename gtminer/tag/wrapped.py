"""Lines that were broken to a width and belong to one paragraph: their ends are no ends of sentences."""

import re
from collections.abc import Set
from itertools import pairwise

_WIDTH = 40  # characters; what is narrower is a list or a table
_FULL = 0.8  # of the widest line of its block, with the word that would have come next
_GOES_ON = 0.4  # of the lines of a wrapped block begin small; rows and items begin with a capital
_STOPS = (":", ";")
_ITEM = re.compile(r"\s*(?:[-–•▪●*·]|[b-z](?=\s)|\w{1,3}[.)](?=\s))")  # what begins an item: "- ", "o ", "b. ", "iv) "


def unwrapped(text: str, kept: Set[int]) -> str:
    """Return *text*, no longer than before, with a space for each line end in a paragraph but those at *kept*."""
    if text.count("\n") <= len(kept):
        return text
    ends: list[int] = []
    block: list[tuple[int, str]] = []
    start = 0
    for line in (*text.split("\n"), ""):
        if line.strip() and start - 1 not in kept:
            block.append((start, line))
        else:
            ends += _soft(block)
            block = [(start, line)] if line.strip() else []
        start += len(line) + 1
    if not ends:
        return text
    pieces: list[str] = []
    last = 0
    for end in ends:
        pieces += (text[last:end], " ")
        last = end + 1
    return "".join((*pieces, text[last:]))


def _soft(block: list[tuple[int, str]]) -> list[int]:
    """Return the offsets of the line ends within a block of lines that its paragraphs go on behind."""
    width = max((len(line) for _, line in block), default=0)
    if len(block) < 2 or width < _WIDTH:
        return []
    small = sum(line.lstrip()[0].islower() for _, line in block[1:])
    if small < _GOES_ON * (len(block) - 1):
        return []
    found = []
    for (start, line), (_, following) in pairwise(block):
        word = following.split(maxsplit=1)[0]
        is_full = len(line) + 1 + len(word) > _FULL * width
        if is_full and not line.rstrip().endswith(_STOPS) and not _ITEM.match(following):
            found.append(start + len(line))
    return found
