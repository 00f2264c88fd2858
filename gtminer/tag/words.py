"""Many patterns found word by word: each word of a text is one letter of a code, and an automaton reads the code.

An automaton over bytes is faster to run, and takes four times as long to load: this is for the patterns that an
ontology adds. Patterns and texts are folded and begin and end with a space.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, repeat
from typing import Any

Match = tuple[int, int, int]
_UNKNOWN = "\0"


def build(patterns: Sequence[str]) -> tuple[bytes, bytes]:
    """Return the words of *patterns*, the most frequent first, and the automaton over their codes."""
    from daachorse import CharwiseDoubleArrayAhoCorasick as Automaton

    times: Counter[str] = Counter()
    for pattern in patterns:
        times.update(_words(pattern))
    words = [word for word, _ in times.most_common()]
    codes = dict(zip(words, _codes(), strict=False))
    automaton = Automaton(["".join(map(codes.__getitem__, _words(pattern))) for pattern in patterns])
    return "\n".join(words).encode(), automaton.serialize()


class WordAutomaton:
    """What `build` made, ready to find; *first* is the number of its first pattern."""

    def __init__(self, built: tuple[bytes, bytes], first: int) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick as Automaton

        words = built[0].decode().split("\n")
        self._code = dict(zip(words, _codes(), strict=False)).get
        self._automaton: Any = Automaton.deserialize(built[1])
        self._first = first

    def find(self, folded: str) -> list[Match]:
        """Return all matches in a folded text, overlapping ones too: (start, end, number of the pattern)."""
        words = _words(folded)
        found = self._automaton.find_overlapping("".join(map(self._code, words, repeat(_UNKNOWN))))
        if not found:
            return []
        lengths = [0, *accumulate(map(len, words))]  # a space stands before each word
        first = self._first
        return [(lengths[start] + start, lengths[end] + end + 1, first + pattern) for start, end, pattern in found]


def _words(folded: str) -> list[str]:
    return folded[1:-1].split(" ")


def _codes() -> Iterator[str]:
    """Yield a character for each word: any but NUL and surrogates."""
    return map(chr, chain(range(1, 0xD800), range(0xE000, sys.maxunicode)))
