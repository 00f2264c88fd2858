"""Grades as a sentence states them: `grade 3 or 4`, `G3`, `>= grade 3`, `any-grade`, `mild to moderate`, `II-IV`.

A grade is written `3`, `>=3`, `<=2`, `3-4`, `any`, Roman numerals as printed (taxonomy D). "Grade above 2" and a
ceiling ("none exceeded grade 2") are both `>=3`: the band that is spoken of. Words of intensity are CTCAE 1 to 5.
"""

import re
from typing import NamedTuple

from gtminer.tag.printed.tokens import Tokens

_LEVEL = re.compile(r"[0-5]|i{1,3}|iv|v")
_SHORT = re.compile(r"g([1-5])")
_ROMAN = ("i", "ii", "iii", "iv", "v")
_SIGNS = {"≥": ">=", "⩾": ">=", "≧": ">=", ">": ">", "≤": "<=", "⩽": "<=", "≦": "<=", "<": "<"}
_TELLING = ("severity", "grade")
_DASHES = frozenset("-‐‑–—/")


class Grade(NamedTuple):
    """A stated grade on the tokens [start, end); *weak* where it is a word of intensity."""

    value: str
    start: int
    end: int
    weak: bool = False


def find_grades(tokens: Tokens) -> list[Grade]:
    """Return the grades in order, and mark their tokens as used."""
    found: list[Grade] = []
    index = 0
    while index < tokens.size:
        telling = tokens.kinds[index] in _TELLING or tokens.words[index][0] == "g"
        grade = _at(tokens, index) if telling and tokens.owner[index] < 0 else None
        if grade is None:
            index += 1
            continue
        if grade.value:
            found.append(grade)
        for place in range(grade.start, grade.end):
            tokens.used[place] = 1
        index = max(grade.end, index + 1)
    return found


def _at(tokens: Tokens, index: int) -> Grade | None:
    kind, word = tokens.kinds[index], tokens.words[index]
    if kind == "severity":
        return _severity(tokens, index)
    if kind == "grade":
        return _numbered(tokens, index, index + 1) or _unnumbered(tokens, index)
    if word[0] == "g" and (short := _SHORT.fullmatch(word)):
        return _banded(tokens, index, short[1], index + 1)
    if word == "g" and tokens.word(index + 1) in _SIGNS:
        return _numbered(tokens, index, index + 1)
    return None


def _unnumbered(tokens: Tokens, index: int) -> Grade | None:
    """Return `any` for any-grade and all grades, `>=3` for high-grade, nothing (but a place) for low-grade."""
    before = index - 2 if tokens.word(index - 1) == "-" else index - 1
    word = tokens.word(before)
    if word in ("any", "all"):
        return Grade("any", before, index + 1)
    if word == "high":
        return Grade(">=3", before, index + 1)
    return None


def _numbered(tokens: Tokens, index: int, after: int) -> Grade | None:
    """Return the grade whose number begins at *after*, or behind a sign, a colon or a bracketed system."""
    start, sign = _sign_before(tokens, index)
    if tokens.word(after) == "(" and tokens.close.get(after) == after + 2:
        after += 3
    while tokens.word(after) in ("-", ":", "=", "of") or tokens.kind(after) == "grade":
        after += 1
    if tokens.word(after) in _SIGNS:
        sign = _SIGNS[tokens.words[after]]
        after += 1
        if tokens.word(after) == "=":
            sign, after = f"{sign[0]}=", after + 1
    if not _is_level(tokens, after):
        return None
    return _banded(tokens, start, tokens.text(after, after + 1), after + 1, sign)


def _sign_before(tokens: Tokens, index: int) -> tuple[int, str]:
    """Return where the grade begins, and the sign or the words of excess in front of it."""
    word, before = tokens.word(index - 1), tokens.word(index - 2)
    if word in ("ctcae", "astct") or word == "-":
        return index, ""
    if word == "=" and before in ("<", ">"):
        return index - 2, f"{before}="
    if word in _SIGNS:
        return index - 1, _SIGNS[word]
    if word == "than" and tokens.value(index - 2) in (">=", "<="):
        return index - 2, tokens.value(index - 2)[0]
    if tokens.kind(index - 1) == "function" and tokens.value(index - 1) == ">":
        return index - 1, ">"
    if word == "to" and before == "up":
        return index - 2, "<="
    if word == "least" and before == "at":
        return index - 2, ">="
    return index, ""


def _banded(tokens: Tokens, start: int, level: str, after: int, sign: str = "") -> Grade:
    """Return the grade with the levels that follow the first one, and with `or higher`."""
    levels = [level]
    while True:
        behind, joined = after, False
        while tokens.word(behind) in _DASHES or tokens.word(behind) in ("or", "and", "to", ","):
            behind, joined = behind + 1, True
        if joined and tokens.kind(behind) == "grade" and tokens.word(behind - 1) in ("or", "to", *_DASHES):
            behind += 1
        if short := _SHORT.fullmatch(tokens.word(behind)):
            following = short[1]
        elif joined and _is_level(tokens, behind) and not _counts(tokens, behind):
            following = tokens.text(behind, behind + 1)
        else:
            break
        if not joined:
            break
        levels.append(following)
        after = behind + 1
    if tokens.word(after) == "+":
        sign, after = ">=", after + 1
    elif tokens.word(after) in ("or", "and") and not sign:
        behind = after + 2 if tokens.word(after + 1) in ("a", "any") else after + 1
        if tokens.kind(behind) == "function" and tokens.value(behind) in (">", ">=", "<="):
            sign, after = f"{tokens.value(behind)[0]}=", behind + 1
        elif tokens.word(after + 1) == "≥":
            sign, after = ">=", after + 2
    if tokens.word(after) == "(" and tokens.close.get(after) == after + 2 and tokens.kind(after + 1) in ("", "label"):
        after += 3  # the grading system
    return Grade(_written(levels, sign), start, after)


def _is_level(tokens: Tokens, index: int) -> bool:
    return index < tokens.size and tokens.owner[index] < 0 and _LEVEL.fullmatch(tokens.words[index]) is not None


def _counts(tokens: Tokens, index: int) -> bool:
    """Tell whether the number at *index* counts people and is no level: `grade 2, 3 patients`, `grade 3, 4%`."""
    if tokens.kind(index + 1) == "percent":
        return True
    if tokens.word(index - 1) not in (",", "and"):
        return False
    if tokens.word(index + 1) in ("/", "("):
        return tokens.kind(index + 2) in ("num", "dec")
    return tokens.kind(index + 1) in ("people", "person", "among", "verb", "outcome", "grade")


def _written(levels: list[str], sign: str) -> str:
    ranks = [_rank(level) for level in levels]
    low, high = levels[ranks.index(min(ranks))], levels[ranks.index(max(ranks))]
    if sign in (">", ">="):
        return f">={low}" if sign == ">=" else f">={_shift(high, 1)}"
    if sign in ("<", "<="):
        return f"<={high}" if sign == "<=" else f"<={_shift(low, -1)}"
    return low if low == high else f"{low}-{high}"


def _rank(level: str) -> int:
    return int(level) if level.isdecimal() else _ROMAN.index(level.lower()) + 1


def _shift(level: str, by: int) -> str:
    rank = min(5, max(0 if level.isdecimal() else 1, _rank(level) + by))
    return str(rank) if level.isdecimal() else _ROMAN[rank - 1].upper()


def _severity(tokens: Tokens, index: int) -> Grade:
    """Return the band of `mild`, `mild to moderate`, `severe or life-threatening`."""
    start = index - 2 if tokens.word(index) == "threatening" and tokens.word(index - 2) == "life" else index
    levels = [tokens.values[index]]
    after = index + 1
    while True:
        behind = after
        while tokens.word(behind) in _DASHES or tokens.word(behind) in ("or", "to", "and", ","):
            behind += 1
        if behind == after:
            break
        if tokens.word(behind) == "life" and tokens.word(behind + 2) == "threatening":
            behind += 2
        if tokens.kind(behind) != "severity" or tokens.owner[behind] >= 0:
            break
        levels.append(tokens.values[behind])
        after = behind + 1
    before = start - 2 if tokens.word(start - 1) == "-" else start - 1
    spoilt = tokens.kind(before) == "hedge" or tokens.word(before) in ("more", "less", "most", "not", "very", "how")
    return Grade("" if spoilt else _written(levels, ""), start, after, weak=True)
