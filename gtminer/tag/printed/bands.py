"""Events with their grade bands, and the pairing of grades with counts: `grade 1 in four`, `8 (8%) with grade 3`."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from gtminer.tag.printed.arms import Arm
from gtminer.tag.printed.grades import Grade
from gtminer.tag.printed.rates import Count
from gtminer.tag.printed.tokens import Tokens

REACH = 60  # tokens between a mention and its number, mentions in a list: bounds that keep time linear
LINKED = frozenset(("verb", "with", "among", "people", "function", "article", "all", "enrolled"))
_LIST = frozenset((",", "and", "or", "/", "nor", "-", "as", "well", "&", "plus", "due", "to", "from"))


class Band(NamedTuple):
    """A grade band of an event with its count and arm; any of them may be unknown."""

    grade: str | None = None
    tally: Count | None = None
    arm: str | None = None


class Event:
    """A mention on the tokens [start, end): its own grade, and the bands found for it."""

    __slots__ = ("arm", "arm_is_shared", "bands", "end", "grade", "grades", "own", "spread", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.grade: str | None = None
        self.grades: list[str] = []  # where two stand before it: "any-grade and grade 3"
        self.arm: str | None = None
        self.arm_is_shared = False  # by all that the clause counts, not of one count beside it
        self.own: list[Band] = []  # from the bracket behind it
        self.bands: list[Band] = []
        self.spread = False  # the bands came over a list, from a number beside another mention

    def add(self, band: Band, *, last: bool = False, near: bool = True) -> None:
        """Keep *band*; of those of one grade and arm the first or the *last*, people before events (rules 7).

        A number beside the mention (*near*) comes before those that reach it over a list.
        """
        if near and self.spread:
            self.bands.clear()
        self.spread = (self.spread or not self.bands) and not near
        for place, known in enumerate(self.bands):
            if (band.grade, band.arm) == (known.grade, known.arm):
                if last or (known.tally and known.tally.loose and band.tally and not band.tally.loose):
                    self.bands[place] = band
                return
        self.bands.append(band)


Item = Event | Grade | Count | Arm


def is_list(tokens: Tokens, start: int, end: int) -> bool:
    """Tell whether mentions that end at *start* and begin at *end* stand in one list, brackets let by."""
    place, joined = start, False
    while place < end:
        if place in tokens.close:
            place = tokens.close[place] + 1
            continue
        kind, word = tokens.kinds[place], tokens.words[place]
        joined = joined or word in _LIST or kind == "with" or word == "of"
        if kind not in ("", "and", "article", "events", "all", "generic", "severity", "label") and word not in _LIST:
            if not (tokens.used[place] or word in ("with", "of", "in", "the", "both")):
                return False
        elif kind == "" and not word[0].isalnum() and word not in _LIST:
            return False
        place += 1
    return joined


def heads_list_at(tokens: Tokens, start: int, end: int) -> bool:
    """Tell whether a list follows its head: `grade 3 events were fever and ...`, `events: fever`."""
    if start in tokens.close:
        start = tokens.close[start] + 1
    head = tokens.kind(start) in ("verb", "open") or tokens.word(start) == ":" or tokens.value(start) == "lists"
    return (
        head
        and end - start <= 4
        and all(
            tokens.kinds[place] in ("function", "article", "") and tokens.words[place][0].isalnum()
            for place in range(start + 1, end)
        )
    )


def run_before(tokens: Tokens, events: list[Event], last: int, *, brackets: bool = False) -> list[Event]:
    """Return the list of mentions that ends with number *last*, back to one with *brackets* of its own."""
    first = last
    while (
        first > max(0, last - REACH)
        and (brackets or not events[first - 1].own)
        and is_list(tokens, events[first - 1].end, events[first].start)
    ):
        first -= 1
    return events[first : last + 1]


def run_from(tokens: Tokens, events: list[Event], first: int) -> list[Event]:
    """Return the list of mentions that begins with number *first*."""
    last = first
    while last + 1 < min(len(events), first + REACH) and is_list(tokens, events[last].end, events[last + 1].start):
        last += 1
    return events[first : last + 1]


def bands_of(tokens: Tokens, items: Sequence[Item], armed: dict[int, str]) -> list[Band]:
    """Pair the grades and counts among *items*: `grade 1 in four`, `8 (8%) with grade 3`, `84%, grade 3: 8%`.

    Counts that are set side by side without arms to tell whose they are ("12% vs 10%") are left out.
    """
    bands = _paired(tokens, items, armed)
    if len(bands) < 2:
        return bands
    return [band for place, band in enumerate(bands) if not _is_contrast(tokens, bands, place)]


def _paired(tokens: Tokens, items: Sequence[Item], armed: dict[int, str]) -> list[Band]:
    bands: list[Band] = []
    index = 0
    while index < len(items):
        item = items[index]
        following = items[index + 1] if index + 1 < len(items) else None
        index += 1
        if isinstance(item, Count):
            arm = armed.get(item.start)
            if isinstance(following, Grade) and _is_of_grade(tokens, item.end, following.start):
                bands.append(Band(following.value, item, arm))
                index += 1
            else:
                bands.append(Band(None, item, arm))
        elif isinstance(item, Grade):
            if isinstance(following, Count) and _is_count_of(tokens, item.end, following.start):
                bands.append(Band(item.value, following, armed.get(following.start)))
                index += 1
            else:
                bands.append(Band(item.value))
    return bands


def _is_of_grade(tokens: Tokens, start: int, end: int) -> bool:
    return end - start <= 5 and all(
        tokens.kinds[place] in LINKED or tokens.kinds[place] == "events" or tokens.words[place] in ("(", "which")
        for place in range(start, end)
    )


def _is_count_of(tokens: Tokens, start: int, end: int) -> bool:
    return end - start <= 4 and all(
        tokens.kinds[place] in ("in", "left", "verb", "events") or tokens.words[place] in (",", ":", "=", "(", "n")
        for place in range(start, end)
    )


def _is_contrast(tokens: Tokens, bands: list[Band], place: int) -> bool:
    """Tell whether the band is one of two that stand side by side with no arms to tell whose they are."""
    near = bands[max(0, place - 1) : place + 2]
    return any(
        one.tally
        and other.tally
        and (one.arm is None or one.arm == other.arm or other.arm is None)
        and other.tally.start - one.tally.end <= 3
        and "versus" in tokens.kinds[one.tally.end : other.tally.start]
        for one, other in pairwise(near)
    )
