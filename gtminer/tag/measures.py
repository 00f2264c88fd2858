"""Grade, n, N, percentage and arm of safety mentions, as printed (taxonomy rules 7 to 9). Pure; nothing is computed.

A mention has one record for each band and arm that the sentence gives it: "CRS (77%; grade >=3, 22%)" has the record
of any grade and the record of grade >=3. Where it is unclear to which mention a number belongs, none gets it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from gtminer.tag.printed.arms import Arm, find_arms, is_comparator
from gtminer.tag.printed.bands import Band, Event, Item
from gtminer.tag.printed.clauses import read_clause
from gtminer.tag.printed.counts import find_counts, sizes, without_exceptions
from gtminer.tag.printed.grades import find_grades
from gtminer.tag.printed.rates import Count
from gtminer.tag.printed.tokens import Tokens, cues

__all__ = ["NOTHING", "Measures", "is_comparator", "measure"]


class Measures(NamedTuple):
    """What is printed of one event in one grade band and one arm. *n* "0" denies it; None is not stated."""

    grade: str | None = None
    n: str | None = None
    N: str | None = None
    pct: str | None = None
    arm: str | None = None


NOTHING = Measures()
_NUMBER = re.compile(r"\d(?:(?<=\b\d)|(?<=\b[gG][1-5])\b)")  # none inside a name ("CD34"), but for "G3", a grade
_WORD = re.compile(r"\w+")
_TELLING = frozenset(("number", "tens", "none", "all", "grade", "severity", "person", "group", "fatal", "comparator"))
_REACH = 40  # sets looked back at: a bound that keeps time linear
_EARLIER = 4000  # characters of the paragraph that are read for its N


def measure(sentence: str, spans: Sequence[tuple[int, int]], before: str = "") -> list[tuple[Measures, ...]]:
    """Return the records of each mention, the main one first; at least one each, :data:`NOTHING` where none is stated.

    *spans* are the mentions' offsets in *sentence*. *before* is the text of the paragraph before it: an N stated
    there is used where neither names arms and it is the only one. A further record with n "0" is denied ("in none of
    the placebo arm"); of a main record the words decide, so its "none" gives no n.
    """
    if not spans:
        return []
    if _says_nothing(sentence):
        return [(NOTHING,)] * len(spans)
    tokens = Tokens(sentence, spans)
    events = _events(tokens, len(spans))
    grades = find_grades(tokens)
    counts = without_exceptions(tokens, find_counts(tokens))
    arms = find_arms(tokens) if grades or counts or "group" in tokens.kinds else []
    if not (grades or counts or arms):
        return [(NOTHING,)] * len(spans)
    counts = sizes(tokens, counts, {arm.end for arm in arms})
    items: list[Item] = sorted([*(event for event in events if event), *grades, *counts, *arms], key=_start)
    for clause in _clauses(tokens, items):
        read_clause(tokens, clause)
    totals = _Totals(counts, arms, "" if arms else before)
    return [_records(tokens, event, totals) if event else (NOTHING,) for event in events]


@cache
def _telling() -> frozenset[str]:
    return frozenset(word for word, cue in cues().items() if cue.kind in _TELLING)


def _says_nothing(sentence: str) -> bool:
    """Tell, cheaply, whether the sentence has neither a number nor a word that counts, grades or names an arm."""
    return _NUMBER.search(sentence) is None and _telling().isdisjoint(_WORD.findall(sentence.lower()))


def _start(item: Item) -> int:
    return item.start


def _events(tokens: Tokens, size: int) -> list[Event | None]:
    """Return the mentions as events; None for one without words of its own."""
    events: list[Event | None] = [None] * size
    for index, number in enumerate(tokens.owner):
        if number >= 0:
            event = events[number]
            if event is None:
                events[number] = Event(index, index + 1)
            else:
                event.end = index + 1
    return events


def _clauses(tokens: Tokens, items: list[Item]) -> Iterable[list[Item]]:
    """Yield the items clause by clause; a semicolon in brackets ends none."""
    depth_end = -1
    ends: list[int] = []
    for index in range(tokens.size):
        if index in tokens.close:
            depth_end = max(depth_end, tokens.close[index])
        elif index > depth_end and (tokens.words[index] == ";" or tokens.kinds[index] == "break"):
            ends.append(index)
    clause: list[Item] = []
    position = 0
    for item in items:
        while position < len(ends) and ends[position] <= item.start:
            if clause:
                yield clause
            clause = []
            position += 1
        clause.append(item)
    if clause:
        yield clause


class _Totals:
    """The sets that the sentence counts, in order, with their arms; and, if need be, the one counted before it."""

    def __init__(self, counts: list[Count], arms: list[Arm], before: str) -> None:
        self.places: list[int] = []
        self.stated: list[tuple[str | None, str]] = []
        self.sizes: dict[str | None, str] = {}
        starts = [arm.start for arm in arms]
        for count in counts:
            if count.N is not None:
                arm = _arm_at(count, arms, starts)
                self.places.append(count.start)
                self.stated.append((arm, count.N))
                self.sizes.setdefault(arm, count.N)
        self.before = "" if self.stated else before

    def find(self, band: Band, arm: str | None) -> str | None:
        """Return the N of the arm's set stated last before the band's count, if it fits what is printed."""
        count = band.tally
        if count is None or count.N:
            return count.N if count else None
        end = bisect_right(self.places, count.start)
        for whose, whole in reversed(self.stated[max(0, end - _REACH) : end]):
            if whose == arm and _fits(count, whole):
                return whole
        if arm is None and self.before:
            earlier = _total_before(self.before[-_EARLIER:])
            return earlier if earlier and _fits(count, earlier) else None
        size = self.sizes.get(arm) if arm else None
        return size if size and _fits(count, size) else None


def _arm_at(count: Count, arms: list[Arm], starts: list[int]) -> str | None:
    """Return the arm that a counted set belongs to: named behind it or in it, else last before it."""
    place = bisect_left(starts, count.end)
    if place < len(arms) and arms[place].start <= count.end + 3 and not count.total:
        return arms[place].name
    return next((arm.name for arm in reversed(arms[max(0, place - _REACH) : place]) if arm.firm), None)


@lru_cache(maxsize=64)
def _total_before(before: str) -> str | None:
    """Return the one N that the text before states without arms, or None."""
    tokens = Tokens(before)
    find_grades(tokens)
    wholes = {count.N for count in find_counts(tokens) if count.N and count.total}
    return wholes.pop() if len(wholes) == 1 and not find_arms(tokens) else None


def _fits(count: Count, whole: str) -> bool:
    """Tell whether the printed n and rate can be those of a set of *whole*; this checks, it gives no number."""
    size = int(whole.replace(",", ""))
    if count.n is None:
        return size > 0
    n = int(count.n.replace(",", ""))
    if n > size or size == 0:
        return False
    try:
        rate = float((count.pct or "").replace("·", "."))
    except ValueError:
        return True
    return abs(100 * n / size - rate) <= 1


def _records(tokens: Tokens, event: Event, totals: _Totals) -> tuple[Measures, ...]:
    records: list[Measures] = []
    for band in event.bands:
        arm = band.arm or (event.arm if event.arm_is_shared else None)
        grade = band.grade or event.grade
        n = band.tally.n if band.tally else None
        pct = band.tally.pct if band.tally else None
        records.append(Measures(grade, n, totals.find(band, arm), pct, arm))
    if not records:
        return (Measures(event.grade, None, totals.sizes.get(event.arm) if event.arm else None, None, event.arm),)
    if any(record.arm != records[0].arm for record in records):
        # The main record is one of the arms under study.
        records.sort(key=lambda record: record.arm is not None and is_comparator(record.arm))
    first = event.bands[0].tally
    if records[0].n == "0" and first and tokens.kinds[first.start] in ("none", "negative"):
        records[0] = records[0]._replace(n=None)
    if records[0].grade is None and any(record.grade and record.arm == records[0].arm for record in records[1:]):
        records[0] = records[0]._replace(grade="any")
    return tuple(records)
