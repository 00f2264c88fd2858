"""Which grade, count and arm belong to which mention of a clause: brackets first, then what stands between.

Numbers in brackets belong to what stands before the bracket. What fits no rule is left out.
"""

from bisect import bisect_left
from collections.abc import Sequence

from gtminer.tag.printed.arms import Arm, arms_of
from gtminer.tag.printed.bands import Band, Event, Item, bands_of
from gtminer.tag.printed.binding import bind
from gtminer.tag.printed.graded import grades_before
from gtminer.tag.printed.grades import Grade
from gtminer.tag.printed.rates import Count
from gtminer.tag.printed.tokens import Tokens


def read_clause(tokens: Tokens, items: Sequence[Item]) -> None:
    """Give the events among *items*, which are in order, their bands."""
    outer, inner = _brackets(tokens, items)
    arms = [item for item in items if isinstance(item, Arm)]
    armed, claimed = arms_of(tokens, [item for item in items if isinstance(item, Count)], arms)
    firm = [arm for arm in arms if arm.firm]
    placed = next((arm for arm in firm if _is_place(tokens, arm)), None)
    latest: Arm | None = None
    for item in items:
        if isinstance(item, Arm) and item.firm:
            latest = item
        elif isinstance(item, Event) and (named := latest or placed):
            item.arm = named.name
            item.arm_is_shared = named.start not in claimed
    line = _own(tokens, outer, inner, armed)
    line = grades_before(tokens, line)
    bind(tokens, line, armed)


def _brackets(tokens: Tokens, items: Sequence[Item]) -> tuple[list[Item], dict[int, list[Item]]]:
    """Part the *items* that stand in a bracket, by its opening index, from the others."""
    outer: list[Item] = []
    inner: dict[int, list[Item]] = {}
    opened = tokens.opened[bisect_left(tokens.opened, items[0].start) : bisect_left(tokens.opened, items[-1].end)]
    next_one, current = 0, -1
    for item in items:
        if current >= 0 and item.start > tokens.close[current]:
            current = -1
        while current < 0 and next_one < len(opened) and opened[next_one] < item.start:
            if tokens.close[opened[next_one]] > item.start:
                current = opened[next_one]
            next_one += 1
        if current >= 0:
            inner.setdefault(current, []).append(item)
        else:
            outer.append(item)
    return outer, inner


def _is_place(tokens: Tokens, arm: Arm) -> bool:
    """Tell whether the arm is where something happened: `in the sham group`."""
    start = arm.start - 2 if tokens.kind(arm.start - 1) in ("function", "article") else arm.start - 1
    return tokens.kind(start) in ("in", "among", "with", "versus")


def _own(
    tokens: Tokens, outer: list[Item], inner: dict[int, list[Item]], armed: dict[int, str]
) -> list[Item | list[Band]]:
    """Give events the bands of the bracket behind them; return the line of what is left."""
    line: list[Item | list[Band]] = [*outer]
    starts = [item.start for item in outer]
    for opened, items in sorted(inner.items(), reverse=True):
        place = bisect_left(starts, opened)
        if any(isinstance(item, Event) for item in items):
            items = _read_inner(tokens, items)  # noqa: PLW2901 - the rest of them
            if not items:
                continue
        before = outer[place - 1] if place else None
        bands = bands_of(tokens, [item for item in items if not isinstance(item, Arm)], armed)
        if isinstance(before, Event) and _is_beside(tokens, before.end, opened):
            if _heads_list(tokens, tokens.close[opened] + 1, bands):
                line[place:place] = [band.tally for band in bands if band.tally]
            else:
                before.own += bands
        elif isinstance(before, Count):
            line[place:place] = [[band for band in bands if band.grade]]
        elif isinstance(before, Grade | Arm) or before is None or _is_of_people(tokens, opened):
            line[place:place] = [item for item in items if not isinstance(item, Arm)]
    return line


def _read_inner(tokens: Tokens, items: list[Item]) -> list[Item]:
    """Read the parts of a bracket that hold mentions of their own; return the items of the other parts."""
    parts: list[list[Item]] = [[]]
    for item in items:
        last = parts[-1][-1].end if parts[-1] else item.start
        if ";" in tokens.words[last : item.start]:
            parts.append([])
        parts[-1].append(item)
    left: list[Item] = []
    for part in parts:
        if any(isinstance(item, Event) for item in part):
            read_clause(tokens, part)
        else:
            left += part
    return left


def _is_beside(tokens: Tokens, start: int, opened: int) -> bool:
    """Tell whether the bracket stands behind the mention, at most a noun between."""
    return opened - start <= 3 and all(
        tokens.kinds[place] in ("", "events", "generic") for place in range(start, opened)
    )


def _is_of_people(tokens: Tokens, opened: int) -> bool:
    """Tell whether the bracket is of people or a statement, not of a thing that is no mention: `dizziness (12%)`."""
    kinds = [tokens.kind(place) for place in range(opened - 3, opened)]
    return (
        kinds[-1] in ("people", "person", "group", "enrolled", "generic", "verb") or tokens.value(opened - 1) == "rated"
    )


def _heads_list(tokens: Tokens, behind: int, bands: list[Band]) -> bool:
    """Tell whether the bracket is the threshold of a list: `the most common events (>= 20%) were ...`."""
    bounded = any(band.tally and band.tally.pct and band.tally.pct.startswith(">") for band in bands)
    return bounded and (
        tokens.kind(behind) in ("verb", "open") or tokens.word(behind) == ":" or tokens.value(behind) == "lists"
    )
