"""Many patterns found letter by letter, by an automaton over bytes: smaller and faster than one over characters."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from gtminer.tag.words import Match

_FURTHER = re.compile(rb"[\x80-\xbf]")  # the bytes of a letter behind its first one


def build(patterns: Iterable[str]) -> bytes:
    """Return the automaton of *patterns*, ready to keep."""
    from daachorse import DoubleArrayAhoCorasick

    built: bytes = DoubleArrayAhoCorasick([pattern.encode() for pattern in patterns]).serialize()
    return built


class ByteAutomaton:
    """What `build` made, ready to find."""

    def __init__(self, built: bytes) -> None:
        from daachorse import DoubleArrayAhoCorasick

        self._find: Any = DoubleArrayAhoCorasick.deserialize(built).find_overlapping

    def find(self, folded: str) -> list[Match]:
        """Return all matches in a folded text, overlapping ones too: (start, end, number of the pattern)."""
        letters = folded.encode()
        found: list[Match] = self._find(letters)
        if len(letters) == len(folded):  # nearly always: a folded text is plain ASCII
            return found
        more = [match.start() for match in _FURTHER.finditer(letters)]
        return [
            (start - bisect_left(more, start), end - bisect_left(more, end), pattern) for start, end, pattern in found
        ]
