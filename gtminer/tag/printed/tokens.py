"""Sentences as tokens with the kinds of their words, for the reading of counts, grades and arms.

Kinds are those of `data/cues/measures.tsv`, and beside them `num` (a whole number), `dec` (one with decimals) and
``""`` (any other word or sign). What is read from tokens looks a few of them ahead, so time is linear in their number.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from typing import NamedTuple

from gtminer import tsv

_TOKENS = re.compile(r"(\d+(?:[.,·]\d+){0,3}\w*|\w+|[^\w\s])")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_DECIMAL = re.compile(r"\d+[.·]\d+")
_OPENERS = {"(": ")", "[": "]"}
_BRACKETS = frozenset("()[]")


class Word(NamedTuple):
    """What a cue word is, and the digits or the grade it stands for."""

    kind: str
    value: str


_OTHER = Word("", "")


@cache
def cues() -> Mapping[str, Word]:
    """Return the cue words by lower-case word."""
    rows = tsv.packaged("cues/measures.tsv", ("cue", "kind", "value", "source"))
    return {row["cue"]: Word(row["kind"], row["value"]) for row in rows}


class Tokens:
    """A sentence in tokens. Parallel lists: a token is its index; *size* is behind the last one.

    ``owner[i]`` is the number of the mention that token *i* belongs to, or -1; ``used[i]`` is set where a grade
    has been read; ``close[i]`` is the index of the bracket that closes the one at *i*; ``opened`` are those, in order.
    """

    __slots__ = ("close", "ends", "kinds", "opened", "owner", "sentence", "size", "starts", "used", "values", "words")

    def __init__(self, sentence: str, spans: Sequence[tuple[int, int]] = ()) -> None:
        known = cues()
        self.sentence = sentence
        parts = _TOKENS.split(sentence)  # what stands between tokens, a token, and so on
        offsets = [0, *accumulate(map(len, parts))]
        self.starts = offsets[1:-1:2]
        self.ends = offsets[2::2]
        self.words = [word.lower() for word in parts[1::2]]
        found = [known.get(word) or (_number(word) if word[0].isdecimal() else _OTHER) for word in self.words]
        self.kinds = [cue.kind for cue in found]
        self.values = [cue.value for cue in found]
        self.size = len(self.words)
        if "ALL" in sentence[1:]:
            self._clear_disease()
        self.owner = [-1] * self.size
        self.used = bytearray(self.size)
        self.close = self._brackets() if ")" in sentence or "]" in sentence else {}
        self.opened = sorted(self.close)
        for number, (start, end) in enumerate(spans):
            for index in range(bisect_right(self.ends, start), bisect_left(self.starts, end)):
                if self.owner[index] < 0:
                    self.owner[index] = number

    def kind(self, index: int) -> str:
        """Return the kind at *index*, `end` outside the sentence."""
        return self.kinds[index] if 0 <= index < self.size else "end"

    def word(self, index: int) -> str:
        """Return the lower-case word at *index*, empty outside the sentence."""
        return self.words[index] if 0 <= index < self.size else ""

    def value(self, index: int) -> str:
        """Return the digits, grade or sign that the word at *index* stands for, or an empty string."""
        return self.values[index] if 0 <= index < self.size else ""

    def owner_of(self, index: int) -> int:
        """Return the mention that *index* belongs to, -1 where none, or outside the sentence."""
        return self.owner[index] if 0 <= index < self.size else -1

    def used_at(self, index: int) -> bool:
        """Tell whether a grade stands at *index*."""
        return 0 <= index < self.size and self.used[index] == 1

    def text(self, start: int, end: int) -> str:
        """Return the printed text of the tokens [start, end)."""
        return self.sentence[self.starts[start] : self.ends[end - 1]]

    def glued(self, index: int) -> bool:
        """Tell whether token *index* stands right behind the one before it, without a space."""
        return 0 < index < self.size and self.starts[index] == self.ends[index - 1]

    def number(self, index: int) -> tuple[str, int] | None:
        """Return the whole number at *index*, words as digits, and the index behind it."""
        kind = self.kind(index)
        if kind in ("num", "number"):
            return self.values[index], index + 1
        if kind == "tens":
            behind = index + 2 if self.word(index + 1) == "-" else index + 1
            if self.kind(behind) == "number" and len(self.values[behind]) == 1 and self.values[behind] != "0":
                return self.values[index][0] + self.values[behind], behind + 1
            return self.values[index], index + 1
        return None

    def _clear_disease(self) -> None:
        """Take its kind from `ALL`: the short form of the disease, but where a sentence begins (rules 11)."""
        for place in range(1, self.size):
            if self.words[place] == "all" and self.text(place, place + 1) == "ALL":
                self.kinds[place] = self.values[place] = ""

    def _brackets(self) -> dict[int, int]:
        pairs: dict[int, int] = {}
        opened: list[int] = []
        for index in [index for index, word in enumerate(self.words) if word in _BRACKETS]:
            word = self.words[index]
            if word in _OPENERS:
                opened.append(index)
            elif opened and _OPENERS[self.words[opened[-1]]] == word:
                pairs[opened.pop()] = index
        return pairs


@lru_cache(maxsize=4096)
def _number(word: str) -> Word:
    if len(word) > 11:
        return Word("", word)  # no count of people
    if word.isdecimal() or _THOUSANDS.fullmatch(word):
        return Word("num", word)
    return Word("dec" if _DECIMAL.fullmatch(word) else "", word)
