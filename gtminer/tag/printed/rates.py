"""Percentages with what stands in brackets beside them: `25% (3/12)`, `84% of the 97 adults`, `(25%; 95% CI 10-40)`."""

from typing import NamedTuple

from gtminer.tag.printed.people import DASHES, is_arm_next, is_rate_end, people_end, skip_the
from gtminer.tag.printed.tokens import Tokens

SIGNS = {"≥": ">=", "⩾": ">=", ">": ">", "≤": "<=", "⩽": "<=", "<": "<", "~": "", "≈": ""}
_BOUNDS = {
    ("at", "least"): ">=",
    ("up", "to"): "<=",
    ("more", "than"): ">",
    ("less", "than"): "<",
    ("fewer", "than"): "<",
}
_OVERS = {"over": ">", "exceeding": ">", "above": ">"}


class Count(NamedTuple):
    """A stated count on the tokens [start, end).

    *total* is set where it is the set and not those affected; *loose* where it counts the mention's own noun
    ("17 infections"), which may be events rather than people.
    """

    n: str | None
    N: str | None
    pct: str | None
    start: int
    end: int
    total: bool = False
    loose: bool = False


def read_rate(tokens: Tokens, index: int, value: str, after: int) -> Count | None:
    """Read `25% (3/12)`, `84% of the 97 adults`, `84% (n = 3)`, `< 1%`, `at least 10%`."""
    if tokens.kind(after) == "interval":
        return Count(None, None, None, index, _interval_end(tokens, after))
    if tokens.word(index - 1) == "." and tokens.kind(index - 2) == "num":
        return None  # "48. 1%" is a broken number
    ranged = tokens.word(after) == "to" or tokens.word(after) in DASHES
    if ranged and tokens.kind(after + 1) in ("num", "dec") and tokens.kind(after + 2) == "percent":
        value, after = f"{value}-{tokens.values[after + 1]}", after + 3
    sign, start = "", index
    before = (tokens.word(index - 2), tokens.word(index - 1))
    if before[1] in SIGNS:
        sign, start = SIGNS[before[1]], index - 1
    elif before[1] == "=" and before[0] in ("<", ">"):
        sign, start = f"{before[0]}=", index - 2
    elif before in _BOUNDS:
        sign, start = _BOUNDS[before], index - 2
    elif before[1] in _OVERS:
        sign, start = _OVERS[before[1]], index - 1
    elif before[1] in ("from", "to", "below", "under") or (
        before[1] == "of" and tokens.kind(index - 2) != "column" and tokens.word(index - 2) != "total"
    ):
        return None
    n = whole = None
    if tokens.word(after) in ("(", "[") and after in tokens.close:
        n, whole, after = bracketed_count(tokens, after, value)
    place = tokens.word(after)
    if place in ("of", "among", "in"):
        behind = skip_the(tokens, after + 1)
        read = tokens.number(behind)
        if before[1] == "by" and place != "of":
            return None
        if read is not None and (people := people_end(tokens, read[1])) is not None:
            whole, after = whole or read[0], people
        elif read is not None and place == "of" and tokens.kind(read[1]) not in ("unit", "percent", ""):
            whole, after = whole or read[0], read[1]
        elif (people := people_end(tokens, behind)) is not None:
            after = people
        elif place == "of" and not is_arm_next(tokens, behind):
            return None
        if n is None and tokens.word(after) in ("(", "[") and after in tokens.close:
            n, later, after = bracketed_count(tokens, after, value)
            whole = whole or later
    elif before[1] == "by" or not is_rate_end(tokens, after):
        return None
    return Count(n, whole, sign + value, start, after)


def bracketed_count(tokens: Tokens, opened: int, value: str) -> tuple[str | None, str | None, int]:
    """Return n, N and the index behind `(3/12)`, `(n = 3)`, `(3 of 12 patients)`, `(25%)`, `(95% CI ...)`."""
    close = tokens.close[opened]
    first = opened + 3 if tokens.word(opened + 1) == "n" and tokens.word(opened + 2) == "=" else opened + 1
    if tokens.values[first : first + 1] == [value] and tokens.kind(first + 1) == "percent" and first + 2 == close:
        return None, None, close + 1
    if tokens.kind(first) == "dec" or close - opened > 40:
        return None, None, opened
    if tokens.kind(first + 1) == "percent":
        return None, None, close + 1 if tokens.kind(first + 2) == "interval" else opened
    read = tokens.number(first)
    if read is None:
        return None, None, opened
    n, behind = read
    whole = None
    if tokens.word(behind) in ("/", "of"):
        total = tokens.number(skip_the(tokens, behind + 1))
        if total is not None:
            whole, behind = total
    behind = people_end(tokens, behind) or behind
    if behind == close or tokens.word(behind) in (";", ","):
        rest = any(tokens.used[place] or tokens.kinds[place] == "percent" for place in range(behind, close))
        interval = any(tokens.kinds[place] == "interval" for place in range(behind, close))
        return n, whole, behind if rest and not interval else close + 1
    return None, None, opened


def bracketed_rate(tokens: Tokens, opened: int) -> tuple[str | None, int]:
    """Return the rate of `(25%)`, `[25%]`, `(25%; 95% CI 10-40)` at *opened* and the index behind it."""
    close = tokens.close.get(opened)
    if close is None:
        return None, opened
    first, sign = opened + 1, ""
    if tokens.word(first) in SIGNS:
        sign, first = SIGNS[tokens.word(first)], first + 1
    if tokens.kind(first) not in ("num", "dec") or tokens.kind(first + 1) != "percent":
        return None, opened
    value, behind = sign + tokens.values[first], first + 2
    if behind == close:
        return value, close + 1
    if tokens.kind(behind) == "interval":
        return None, close + 1
    if tokens.word(behind) in (",", ";"):
        interval = any(tokens.kinds[place] == "interval" for place in range(behind, min(close, behind + 8)))
        return value, close + 1 if interval else behind
    return None, opened


def rate_follows(tokens: Tokens, index: int) -> bool:
    """Tell whether `, 25%` or `; 25%` stands at *index*."""
    if tokens.word(index) not in (",", ";") or tokens.kind(index + 1) not in ("num", "dec"):
        return False
    return tokens.kind(index + 2) == "percent"


def _interval_end(tokens: Tokens, index: int) -> int:
    """Return where the interval that begins at *index* is over."""
    while index < tokens.size and tokens.word(index) not in (")", "]", ";"):
        if tokens.kinds[index] not in ("num", "dec", "percent", "interval", "") and tokens.word(index) not in (
            "to",
            "and",
        ):
            break
        if tokens.owner[index] >= 0:
            break
        index += 1
    return index
