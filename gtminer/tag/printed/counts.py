"""Counts and rates as a sentence states them: `3 of 12 (25%)`, `17/58`, `three patients`, `25%`, `n = 3`, `all 12`.

A number counts only where the words around it say so: people (or eyes, cases) behind it, a denominator, a percent
sign, a verb of having. Doses, vector genomes, days, ages, intervals, statistics and names never do (rules 7).
"""

from bisect import bisect_left
from collections.abc import Container

from gtminer.tag.printed.people import (
    DASHES,
    GAP,
    is_arm_next,
    is_noun,
    is_part,
    is_part_end,
    is_rate_end,
    is_total,
    people_end,
    skip_the,
)
from gtminer.tag.printed.rates import SIGNS, Count, bracketed_count, bracketed_rate, rate_follows, read_rate
from gtminer.tag.printed.tokens import Tokens

_BEFORE_EVENT = frozenset(
    ("end", "and", "verb", "with", "in", "left", "function", "open", "break", "among", "versus", "negative")
)


def find_counts(tokens: Tokens) -> list[Count]:
    """Return the counts in order. Tokens of mentions and of grades are passed over."""
    found: list[Count] = []
    pending: list[int] = []
    index = 0
    while index < tokens.size:
        kind = tokens.kinds[index]
        if kind == "" and not pending:  # most words
            index += 1
            continue
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


def _numbered(tokens: Tokens, index: int) -> Count | None:
    if tokens.kinds[index] == "dec":
        value, after = tokens.values[index], index + 1
    else:
        read = tokens.number(index)
        if read is None:
            return None
        value, after = read
    if tokens.kind(after) == "percent" or (tokens.word(after) == "per" and tokens.word(after + 1) == "cent"):
        return read_rate(tokens, index, value, after + (1 if tokens.kind(after) == "percent" else 2))
    if (
        tokens.word(after) in DASHES
        and tokens.kind(after + 1) in ("num", "dec")
        and tokens.kind(after + 2) == "percent"
    ):
        return read_rate(tokens, index, f"{value}-{tokens.values[after + 1]}", after + 3)
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
    if before in ("label", "grade", "unit") or tokens.word(index - 1) in SIGNS:
        return True
    if before == "group" and tokens.kind(index - 2) not in ("", "generic", "comparator"):
        return True  # "cohort 2"; but in "the sham group 2 had" it counts
    if tokens.word(index - 1) in ("^", "/", "×", "*", ".", "than"):
        return True
    if tokens.word(index - 1) == ":" and tokens.glued(index) and tokens.kind(index - 2) == "num":
        return True  # a titre
    if tokens.word(index - 1) in DASHES and tokens.glued(index - 1):
        return True
    return tokens.word(after) in DASHES and tokens.glued(after) and tokens.glued(after + 1)


def _equals(tokens: Tokens, index: int, value: str, after: int) -> Count | None:
    """Read `n = 3`, `N = 12`, `n=3/12`, `n = 3 (25%)`, `n = 3; 25%`."""
    if tokens.word(index - 1) != "=" or tokens.word(index - 2) != "n":
        return None
    if tokens.text(index - 2, index - 1) == "N":
        return Count(None, value, None, index - 2, after, total=True)
    whole = None
    if tokens.word(after) in ("/", "of") and (read := tokens.number(after + 1)):
        whole, after = read
    pct, after = bracketed_rate(tokens, after)
    if pct is None and rate_follows(tokens, after):
        pct, after = tokens.values[after + 1], after + 3
    return Count(value, whole, pct, index - 2, after)


def _of(tokens: Tokens, index: int, value: str, after: int) -> Count | None:
    """Read `3 of 12 patients (25%)`, `3/12`, `three (25%) of the 12`, `one of the patients`, `one in four patients`."""
    pct, behind = bracketed_rate(tokens, after)
    word = tokens.word(behind)
    if word == "/" and pct is None:
        read = tokens.number(behind + 1)
        if read is None or tokens.word(read[1]) == "/" or not is_part(value, read[0]):
            return None
        if tokens.kind(read[1]) == "unit" or tokens.word(index - 1) == "/" or not is_part_end(tokens, read[1]):
            return None
    elif word == "of" or (word == "out" and tokens.word(behind + 1) == "of"):
        behind = skip_the(tokens, behind + (1 if word == "of" else 2))
        read = tokens.number(behind)
        if read is None:
            end = people_end(tokens, behind)
            if end is None and is_arm_next(tokens, behind):
                end = behind
            if end is None:
                return None
            later, end = bracketed_rate(tokens, end)
            return Count(value, None, pct or later, index, end)
        if not is_part(value, read[0]) or not is_part_end(tokens, read[1]):
            return None
    elif word == "in" and tokens.kind(index) == "number" == tokens.kind(behind + 1):
        read = tokens.number(behind + 1)
        if read is None or people_end(tokens, read[1]) is None or not is_part(value, read[0]):
            return None
    else:
        return None
    whole, after = read
    after = people_end(tokens, after) or after
    later, after = bracketed_rate(tokens, after)
    if later is None and pct is None and rate_follows(tokens, after) and is_rate_end(tokens, after + 3):
        later, after = tokens.values[after + 1], after + 3
    return Count(value, whole, pct or later, index, after)


def _people(tokens: Tokens, index: int, value: str, after: int) -> Count | None:
    """Read `three patients`, `21 patients (22%)`, `8 (8%)`, `8 patients (8%) of 97`, `12 patients were treated`."""
    pct, behind = bracketed_rate(tokens, after)
    end = people_end(tokens, behind)
    if end is None:
        return Count(value, None, pct, index, behind) if pct is not None else None
    later, end = bracketed_rate(tokens, end)
    pct = pct or later
    whole = None
    place = end + 1 if tokens.word(end) == "out" else end
    if tokens.word(place) == "of":
        read = tokens.number(skip_the(tokens, place + 1))
        if read is not None and is_part(value, read[0]):
            whole = read[0]
            end = people_end(tokens, read[1]) or read[1]
            later, end = bracketed_rate(tokens, end)
            pct = pct or later
    if whole is None and pct is None and is_total(tokens, index, end):
        return Count(None, value, None, index, end, total=True)
    return Count(value, whole, pct, index, end, loose=tokens.value(end - 1) == "unit")


def _bare(tokens: Tokens, index: int, value: str, after: int) -> Count | None:
    """Read numbers that stand alone: `5 had fever`, `two deaths`, `in one.`, `two each`, `including 8 with`."""
    before, behind = tokens.kind(index - 1), tokens.kind(after)
    if tokens.kind(index) == "num" and len(value) == 4 and value[:2] in ("19", "20"):
        return None  # a year
    if tokens.word(index - 1) in ("and", "or") and _ends_names(tokens, index - 1):
        return None
    if behind == "verb" and is_total(tokens, index, after):
        return Count(None, value, None, index, after, total=True)
    if tokens.word(after) in ("also", "then") and tokens.kind(after + 1) == "verb":
        return Count(value, None, None, index, after + 1)
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
            events = "events" in tokens.kinds[after : place + 1]
            if (events and value != "1") or tokens.kind(place) == "unit" or is_noun(tokens, place):
                return None
            return Count(value, None, None, index, after, loose=True)
        if tokens.word(after) in ("from", "due"):
            return Count(value, None, None, index, after)
    return None


def _ends_names(tokens: Tokens, index: int) -> bool:
    """Tell whether the list that ends before *index* is one of names: `tables 1, 2 and 3`."""
    start = index
    while start > index - 12 and (tokens.kind(start - 1) == "num" or tokens.word(start - 1) == ","):
        start -= 1
    return start < index and tokens.kind(start - 1) in ("label", "group", "grade")


def _all(tokens: Tokens, index: int) -> Count | None:
    """Read `all 12 patients`, `all of the patients`, `both patients`; not `all events`."""
    if tokens.word(index - 1) == "not":
        return None
    behind = index + 1
    if tokens.word(behind) == "of":
        behind += 1
    behind = skip_the(tokens, behind)
    whole = tokens.values[index] or None
    if read := tokens.number(behind):
        whole, behind = read
    end = people_end(tokens, behind)
    if end is None and (not read or (tokens.kind(behind) not in ("verb", "end") and tokens.word(behind) not in ",;.")):
        return None
    end = behind if end is None else end
    if tokens.word(end) == "(" and end in tokens.close:
        # "all patients (n = 12)", "all patients (12/12)", "all patients (100%)"
        pct, after = bracketed_rate(tokens, end)
        if pct is not None:
            return Count(None, whole, pct, index, after)
        n, total, after = bracketed_count(tokens, end, "100")
        if n is not None:
            return Count(n if total else None, total or n, "100", index, after)
    return Count(None, whole, "100", index, end)


def _none(tokens: Tokens, index: int) -> Count | None:
    """Read `none of the 12 patients`, `no patient`: n is "0"."""
    behind = index + 1
    if tokens.word(behind) == "of":
        behind = skip_the(tokens, behind + 1)
    elif tokens.words[index] == "none":
        return Count("0", None, None, index, behind)
    whole = None
    if tokens.kinds[index] == "none" and (read := tokens.number(behind)):
        whole, behind = read
    end = people_end(tokens, behind)
    if end is None and tokens.kind(behind) == "person":
        end = behind + 1
    if end is None and whole is None and tokens.kinds[index] != "none":
        return None
    return Count("0", whole, None, index, behind if end is None else end)


def _one(tokens: Tokens, index: int) -> Count | None:
    """Read `a child` where something is said of that child: `in a child`, `a child developed`."""
    place = index + 1
    while place < index + GAP and tokens.kind(place) == "" and tokens.owner_of(place) < 0:
        place += 1
    if tokens.kind(place) != "person" or tokens.owner_of(place) >= 0:
        return None
    behind = place + 1
    case = tokens.word(place) == "case" and tokens.word(behind) == "of"
    if tokens.word(index - 1) != "in" and tokens.kind(behind) != "verb" and not case:
        return None
    return Count("1", None, None, index, behind)


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


def sizes(tokens: Tokens, counts: list[Count], heads: Container[int]) -> list[Count]:
    """Return *counts*, an `n = 3` in the bracket behind people or behind one of *heads* (ends of arms) as a total."""
    changed: list[Count] = []
    opened = tokens.opened
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
        place = count.start
        if tokens.word(place - 1) in ("except", "but"):
            place -= 1
        elif (tokens.word(place - 2), tokens.word(place - 1)) in (("apart", "from"), ("other", "than")):
            place -= 2
        whole = kept[-1] if kept and kept[-1].pct == "100" and kept[-1].end == place < count.start else None
        if whole or (place < count.start and tokens.kind(place - 1) == "all"):
            if whole:
                kept.pop()
            if "negative" not in tokens.kinds[count.end : count.end + 4]:
                continue
        kept.append(count)
    return kept
