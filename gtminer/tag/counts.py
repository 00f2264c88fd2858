"""Counts and rates as a sentence states them: `3 of 12 (25%)`, `17/58`, `three patients`, `25%`, `n = 3`, `all 12`.

A number counts only where the words around it say so: people (or eyes, cases) behind it, a denominator, a percent
sign, a verb of having. Doses, vector genomes, days, ages, intervals, statistics and names never do (rules 7).
"""

from bisect import bisect_left
from collections.abc import Container
from typing import NamedTuple

from gtminer.tag.tokens import Tokens

_GAP = 5  # words between a number and the people it counts: "12 evaluable adult patients"
_SIGNS = {"≥": ">=", "⩾": ">=", ">": ">", "≤": "<=", "⩽": "<=", "<": "<", "~": "", "≈": ""}
_BOUNDS = {
    ("at", "least"): ">=",
    ("up", "to"): "<=",
    ("more", "than"): ">",
    ("less", "than"): "<",
    ("fewer", "than"): "<",
}
_OVERS = {"over": ">", "exceeding": ">", "above": ">"}
_BEHIND_RATE = frozenset(
    ("and", "verb", "in", "left", "with", "versus", "open", "break", "function", "negative", "end")
)
_BEFORE_EVENT = frozenset(
    ("end", "and", "verb", "with", "in", "left", "function", "open", "break", "among", "versus", "negative")
)
_DASHES = frozenset("-‐‑–—")


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


def find_counts(tokens: Tokens) -> list[Count]:
    """Return the counts in order. Tokens of mentions and of grades are passed over."""
    found: list[Count] = []
    pending: list[int] = []
    index = 0
    while index < tokens.size:
        kind = tokens.kinds[index]
        count: Count | None = None
        if tokens.owner[index] < 0 and not tokens.used[index]:
            if kind in ("num", "dec", "number", "tens"):
                count = _numbered(tokens, index)
                if count is None and _is_listed(tokens, index):
                    pending.append(index)
                    index += 1
                    continue
            elif kind == "all":
                count = _all(tokens, index)
            elif kind == "none" or (kind == "negative" and tokens.words[index] == "no"):
                count = _none(tokens, index)
            elif kind == "article":
                count = _one(tokens, index)
        if count is None:
            if kind not in ("and", "") or tokens.words[index] not in (",", "and", "or"):
                pending.clear()
            index += 1
            continue
        found += _listed(tokens, pending, count)
        pending.clear()
        if count[:3] != (None, None, None):
            found.append(count)
        index = max(count.end, index + 1)
    return found


def sizes(tokens: Tokens, counts: list[Count], heads: Container[int]) -> list[Count]:
    """Return *counts*, an `n = 3` in the bracket behind people or behind one of *heads* (ends of arms) as a total."""
    changed: list[Count] = []
    opened = sorted(tokens.close)
    for count in counts:
        if count.n and tokens.word(count.start + 1) == "=" and not count.total:
            place = bisect_left(opened, count.start) - 1
            if place >= 0 and tokens.close[opened[place]] >= count.end:
                before = opened[place]
                people = tokens.kind(before - 1) in ("people", "enrolled") and count.start == before + 1
                if before in heads or (people and count.pct is None):
                    changed.append(count._replace(n=None, N=count.N or count.n, total=True))
                    continue
        changed.append(count)
    return changed


def without_exceptions(tokens: Tokens, counts: list[Count]) -> list[Count]:
    """Return *counts*; of `all patients except one were free of` the one, of other exceptions from all nothing."""
    kept: list[Count] = []
    for count in counts:
        last = kept[-1] if kept else None
        words = tokens.words[last.end : count.start] if last else []
        if last and last.pct == "100" and words in (["except"], ["but"], ["apart", "from"], ["other", "than"]):
            kept.pop()
            denied = tokens.kinds[count.end : count.end + 4]
            if "negative" in denied:
                kept.append(count)
            continue
        kept.append(count)
    return kept


def _numbered(tokens: Tokens, index: int) -> Count | None:
    if tokens.kinds[index] == "dec":
        value, after = tokens.values[index], index + 1
    else:
        read = tokens.number(index)
        if read is None:
            return None
        value, after = read
    if tokens.kind(after) == "percent" or (tokens.word(after) == "per" and tokens.word(after + 1) == "cent"):
        return _rate(tokens, index, value, after + (1 if tokens.kind(after) == "percent" else 2))
    if (
        tokens.word(after) in _DASHES
        and tokens.kind(after + 1) in ("num", "dec")
        and tokens.kind(after + 2) == "percent"
    ):
        return _rate(tokens, index, f"{value}-{tokens.values[after + 1]}", after + 3)
    if tokens.kinds[index] == "dec" or _is_name(tokens, index, after):
        return None
    return (
        _equals(tokens, index, value, after)
        or _of(tokens, index, value, after)
        or _people(tokens, index, value, after)
        or _bare(tokens, index, value, after)
    )


def _is_name(tokens: Tokens, index: int, after: int) -> bool:
    """Tell whether the number is part of a name, a time, a limit or a compound: `cohort 2`, `IL-6`, `> 1/10`."""
    before = tokens.kind(index - 1)
    if before in ("label", "grade", "unit") or tokens.word(index - 1) in _SIGNS:
        return True
    if before == "group" and tokens.kind(index - 2) not in ("", "generic", "comparator"):
        return True  # "cohort 2"; but in "the sham group 2 had" it counts
    if tokens.word(index - 1) in ("^", "/", "×", "*", "."):
        return True
    if tokens.word(index - 1) in _DASHES and tokens.glued(index - 1):
        return True
    return tokens.word(after) in _DASHES and tokens.glued(after) and tokens.glued(after + 1)


def _equals(tokens: Tokens, index: int, value: str, after: int) -> Count | None:
    """Read `n = 3`, `N = 12`, `n=3/12`, `n = 3 (25%)`, `n = 3; 25%`."""
    if tokens.word(index - 1) != "=" or tokens.word(index - 2) != "n":
        return None
    if tokens.text(index - 2, index - 1) == "N":
        return Count(None, value, None, index - 2, after, total=True)
    whole = None
    if tokens.word(after) in ("/", "of") and (read := tokens.number(after + 1)):
        whole, after = read
    pct, after = _bracketed_rate(tokens, after)
    if pct is None and _rate_follows(tokens, after):
        pct, after = tokens.values[after + 1], after + 3
    return Count(value, whole, pct, index - 2, after)


def _of(tokens: Tokens, index: int, value: str, after: int) -> Count | None:
    """Read `3 of 12 patients (25%)`, `3/12`, `three (25%) of the 12`, `one of the patients`, `one in four patients`."""
    pct, behind = _bracketed_rate(tokens, after)
    word = tokens.word(behind)
    if word == "/" and pct is None:
        read = tokens.number(behind + 1)
        if read is None or tokens.word(read[1]) == "/" or not _is_part(value, read[0]):
            return None
        if tokens.kind(read[1]) == "unit" or tokens.word(index - 1) == "/":
            return None
    elif word == "of" or (word == "out" and tokens.word(behind + 1) == "of"):
        behind = _skip_the(tokens, behind + (1 if word == "of" else 2))
        read = tokens.number(behind)
        if read is None:
            end = _people_end(tokens, behind)
            if end is None:
                return None
            later, end = _bracketed_rate(tokens, end)
            return Count(value, None, pct or later, index, end)
        if not _is_part(value, read[0]) or tokens.kind(read[1]) in ("unit", "percent"):
            return None
    elif word == "in" and tokens.kind(index) == "number" == tokens.kind(behind + 1):
        read = tokens.number(behind + 1)
        if read is None or _people_end(tokens, read[1]) is None or not _is_part(value, read[0]):
            return None
    else:
        return None
    whole, after = read
    after = _people_end(tokens, after) or after
    later, after = _bracketed_rate(tokens, after)
    if later is None and pct is None and _rate_follows(tokens, after) and _is_rate_end(tokens, after + 3):
        later, after = tokens.values[after + 1], after + 3
    return Count(value, whole, pct or later, index, after)


def _rate_follows(tokens: Tokens, index: int) -> bool:
    """Tell whether `, 25%` or `; 25%` stands at *index*."""
    if tokens.word(index) not in (",", ";") or tokens.kind(index + 1) not in ("num", "dec"):
        return False
    return tokens.kind(index + 2) == "percent"


def _people(tokens: Tokens, index: int, value: str, after: int) -> Count | None:
    """Read `three patients`, `21 patients (22%)`, `8 (8%)`, `8 patients (8%) of 97`, `12 patients were treated`."""
    pct, behind = _bracketed_rate(tokens, after)
    end = _people_end(tokens, behind)
    if end is None:
        return Count(value, None, pct, index, behind) if pct is not None else None
    later, end = _bracketed_rate(tokens, end)
    pct = pct or later
    whole = None
    place = end + 1 if tokens.word(end) == "out" else end
    if tokens.word(place) == "of":
        read = tokens.number(_skip_the(tokens, place + 1))
        if read is not None and _is_part(value, read[0]):
            whole = read[0]
            end = _people_end(tokens, read[1]) or read[1]
            later, end = _bracketed_rate(tokens, end)
            pct = pct or later
    if whole is None and pct is None and _is_total(tokens, index, end):
        return Count(None, value, None, index, end, total=True)
    return Count(value, whole, pct, index, end, loose=tokens.value(end - 1) == "unit")


def _bare(tokens: Tokens, index: int, value: str, after: int) -> Count | None:
    """Read numbers that stand alone: `5 had fever`, `two deaths`, `in one.`, `two each`, `including 8 with`."""
    before, behind = tokens.kind(index - 1), tokens.kind(after)
    if tokens.kind(index) == "num" and len(value) == 4 and value[:2] in ("19", "20"):
        return None  # a year
    if behind == "verb" and _is_total(tokens, index, after):
        return Count(None, value, None, index, after, total=True)
    if behind in ("verb", "outcome") or tokens.word(after) == "each":
        return Count(value, None, None, index, after + (tokens.word(after) == "each"))
    if behind == "with" and before in ("open", "and", "end", "verb", "in", ""):
        return Count(value, None, None, index, after)
    ends = behind in ("end", "and", "break") or tokens.word(after) in (",", ";", ".", ")", ":")
    if before in ("in", "left") and tokens.word(index - 1) in ("in", "for", "affecting", "by") and ends:
        return None if _is_listed(tokens, index) else Count(value, None, None, index, after)
    if tokens.word(index - 1) in ("except", "only") and (ends or behind in ("verb", "with", "negative")):
        return Count(value, None, None, index, after)
    if before in _BEFORE_EVENT or tokens.word(index - 1) in (",", ";", ":", "(", "["):
        place = after
        while (
            place < after + 3
            and tokens.kind(place) == ""
            and tokens.owner_of(place) < 0
            and tokens.word(place).isalpha()
        ):
            place += 1
        number = tokens.owner_of(place)
        if tokens.used_at(place):
            return Count(value, None, None, index, after, loose=True)
        if number >= 0:
            while tokens.owner_of(place) == number:
                place += 1
            return None if tokens.kind(place) == "events" else Count(value, None, None, index, after, loose=True)
        if tokens.word(after) in ("from", "due"):
            return Count(value, None, None, index, after)
    return None


def _rate(tokens: Tokens, index: int, value: str, after: int) -> Count | None:
    """Read `25% (3/12)`, `84% of the 97 adults`, `84% (n = 3)`, `< 1%`, `at least 10%`."""
    if tokens.kind(after) == "interval":
        return Count(None, None, None, index, _interval_end(tokens, after))
    sign, start = "", index
    before = (tokens.word(index - 2), tokens.word(index - 1))
    if before[1] in _SIGNS:
        sign, start = _SIGNS[before[1]], index - 1
    elif before[1] == "=" and before[0] in ("<", ">"):
        sign, start = f"{before[0]}=", index - 2
    elif before in _BOUNDS:
        sign, start = _BOUNDS[before], index - 2
    elif before[1] in _OVERS:
        sign, start = _OVERS[before[1]], index - 1
    elif before[1] in ("from", "to", "below", "under"):
        return None
    n = whole = None
    if tokens.word(after) in ("(", "[") and after in tokens.close:
        n, whole, after = _bracketed_count(tokens, after, value)
    place = tokens.word(after)
    if place in ("of", "among", "in"):
        behind = _skip_the(tokens, after + 1)
        read = tokens.number(behind)
        if before[1] == "by" and place != "of":
            return None
        if read is not None and (people := _people_end(tokens, read[1])) is not None:
            whole, after = whole or read[0], people
        elif read is not None and place == "of" and tokens.kind(read[1]) not in ("unit", "percent", ""):
            whole, after = whole or read[0], read[1]
        elif (people := _people_end(tokens, behind)) is not None:
            after = people
        elif place == "of" and not _is_arm_next(tokens, behind):
            return None
        if n is None and tokens.word(after) in ("(", "[") and after in tokens.close:
            n, later, after = _bracketed_count(tokens, after, value)
            whole = whole or later
    elif before[1] == "by" or not _is_rate_end(tokens, after):
        return None
    return Count(n, whole, sign + value, start, after)


def _bracketed_count(tokens: Tokens, opened: int, value: str) -> tuple[str | None, str | None, int]:
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
        total = tokens.number(_skip_the(tokens, behind + 1))
        if total is not None:
            whole, behind = total
    behind = _people_end(tokens, behind) or behind
    if behind == close or tokens.word(behind) in (";", ","):
        rest = any(tokens.used[place] or tokens.kinds[place] == "percent" for place in range(behind, close))
        interval = any(tokens.kinds[place] == "interval" for place in range(behind, close))
        return n, whole, behind if rest and not interval else close + 1
    return None, None, opened


def _bracketed_rate(tokens: Tokens, opened: int) -> tuple[str | None, int]:
    """Return the rate of `(25%)`, `[25%]`, `(25%; 95% CI 10-40)` at *opened* and the index behind it."""
    close = tokens.close.get(opened)
    if close is None:
        return None, opened
    first, sign = opened + 1, ""
    if tokens.word(first) in _SIGNS:
        sign, first = _SIGNS[tokens.word(first)], first + 1
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


def _all(tokens: Tokens, index: int) -> Count | None:
    """Read `all 12 patients`, `all of the patients`, `both patients`; not `all events`."""
    if tokens.word(index - 1) == "not":
        return None
    behind = index + 1
    if tokens.word(behind) == "of":
        behind += 1
    behind = _skip_the(tokens, behind)
    whole = tokens.values[index] or None
    if read := tokens.number(behind):
        whole, behind = read
    end = _people_end(tokens, behind)
    if end is None and (not read or (tokens.kind(behind) not in ("verb", "end") and tokens.word(behind) not in ",;.")):
        return None
    end = behind if end is None else end
    if tokens.word(end) == "(" and end in tokens.close:
        # "all patients (n = 12)", "all patients (12/12)", "all patients (100%)"
        pct, after = _bracketed_rate(tokens, end)
        if pct is not None:
            return Count(None, whole, pct, index, after)
        n, total, after = _bracketed_count(tokens, end, "100")
        if n is not None:
            return Count(n if total else None, total or n, "100", index, after)
    return Count(None, whole, "100", index, end)


def _none(tokens: Tokens, index: int) -> Count | None:
    """Read `none of the 12 patients`, `no patient`: n is "0"."""
    behind = index + 1
    if tokens.word(behind) == "of":
        behind = _skip_the(tokens, behind + 1)
    elif tokens.words[index] == "none":
        return Count("0", None, None, index, behind)
    whole = None
    if tokens.kinds[index] == "none" and (read := tokens.number(behind)):
        whole, behind = read
    end = _people_end(tokens, behind)
    if end is None and tokens.kind(behind) == "person":
        end = behind + 1
    if end is None and whole is None and tokens.kinds[index] != "none":
        return None
    return Count("0", whole, None, index, behind if end is None else end)


def _one(tokens: Tokens, index: int) -> Count | None:
    """Read `a child` where something is said of that child: `in a child`, `a child developed`."""
    place = index + 1
    while place < index + _GAP and tokens.kind(place) == "" and tokens.owner_of(place) < 0:
        place += 1
    if tokens.kind(place) != "person" or tokens.owner_of(place) >= 0:
        return None
    behind = place + 1
    case = tokens.word(place) == "case" and tokens.word(behind) == "of"
    if tokens.word(index - 1) != "in" and tokens.kind(behind) != "verb" and not case:
        return None
    return Count("1", None, None, index, behind)


def _people_end(tokens: Tokens, index: int) -> int | None:
    """Return the index behind the people named at *index*, a few describing words let by, or None."""
    place = index
    while place < index + _GAP and place < tokens.size and tokens.owner[place] < 0:
        kind = tokens.kinds[place]
        if kind in ("people", "person"):
            while tokens.kind(place + 1) in ("people", "person"):
                place += 1
            return place + 1
        if kind in ("", "enrolled", "generic", "notarm", "comparator"):
            word = tokens.words[place]
            if not (word[0].isalpha() or word in _DASHES):
                return None
        elif kind != "label" or (tokens.word(place + 1) not in _DASHES and tokens.word(place - 1) not in _DASHES):
            return None
        place += 1
    return None


def _skip_the(tokens: Tokens, index: int) -> int:
    while tokens.kind(index) in ("function", "article", "all") and tokens.word(index) in (
        "the",
        "these",
        "those",
        "our",
        "all",
        "a",
        "total",
        "its",
        "their",
    ):
        index += 1
        if tokens.word(index) == "of" and tokens.word(index - 1) == "total":
            index += 1
    return index


def _is_total(tokens: Tokens, start: int, end: int) -> bool:
    """Tell whether people counted on [start, end) are the set: `of the 34 boys,`, `12 patients were treated`."""
    before = tokens.word(start - 1)
    first = start - 2 if before in ("the", "these", "our", "all") else start - 1
    if tokens.kind(first) == "among" and (tokens.kind(first - 1) in ("end", "") or tokens.word(first - 1) == "out"):
        return True
    if tokens.kind(end) == "received":
        return True
    place = end
    while tokens.word(place) in ("were", "was", "have", "had", "been"):
        place += 1
    return place > end and tokens.kind(place) == "enrolled"


def _is_arm_next(tokens: Tokens, index: int) -> bool:
    return any(tokens.kind(place) in ("group", "people", "comparator") for place in range(index, index + _GAP))


def _is_rate_end(tokens: Tokens, index: int) -> bool:
    """Tell whether what follows a percentage leaves it a rate of people: `90% reduction` is none."""
    if tokens.owner_of(index) >= 0 or tokens.used_at(index) or tokens.kind(index) in _BEHIND_RATE:
        return True
    word = tokens.word(index)
    return not word[0].isalnum() or tokens.kind(index) in ("enrolled", "received", "people", "events", "none", "group")


def _is_part(n: str, whole: str) -> bool:
    return int(n.replace(",", "")) <= int(whole.replace(",", "")) and whole != "0"


def _is_listed(tokens: Tokens, index: int) -> bool:
    """Tell whether the number is followed by the next one of a list: `5, 2 and 3 patients`, `40 and 30%`."""
    if tokens.kinds[index] in ("num", "number") and _is_name(tokens, index, index + 1):
        return False
    behind = index + 1
    while tokens.word(behind) in (",", "and", "or"):
        behind += 1
    return behind > index + 1 and tokens.kind(behind) in ("num", "dec", "number", "tens")


def _listed(tokens: Tokens, pending: list[int], last: Count) -> list[Count]:
    """Return the numbers of a list, read in the way of its *last* count."""
    if last.n is None and last.pct is not None:
        return [Count(None, None, tokens.values[place], place, place + 1) for place in pending]
    if last.n is None or last.pct is not None or last.N is not None:
        return []
    return [
        Count(tokens.values[place], None, None, place, place + 1) for place in pending if tokens.kinds[place] != "dec"
    ]
