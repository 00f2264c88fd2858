"""Which grade, count and arm belong to which mention of a sentence: by brackets, by lists, by what stands between.

A clause is read from left to right. Numbers in brackets belong to what stands before the bracket; "3 had fever"
binds to the right, "fever in 3" to the left; lists of equal length are aligned. What fits no rule is left out.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from gtminer.tag.arms import Arm
from gtminer.tag.counts import Count
from gtminer.tag.grades import Grade
from gtminer.tag.tokens import Tokens

_LEFT = frozenset(("in", "left", "among"))
_LIST = frozenset((",", "and", "or", "/", "nor", "-", "as", "well", "&", "plus", "due", "to", "from"))
_LINKED = frozenset(("verb", "with", "among", "people", "function", "article", "all", "enrolled"))


class Band(NamedTuple):
    """A grade band of an event with its count and arm; any of them may be unknown."""

    grade: str | None = None
    tally: Count | None = None
    arm: str | None = None


class Event:
    """A mention on the tokens [start, end): its own grade, and the bands found for it."""

    __slots__ = ("arm", "bands", "end", "grade", "grades", "own", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.grade: str | None = None
        self.grades: list[str] = []  # where two stand before it: "any-grade and grade 3"
        self.arm: str | None = None
        self.own: list[Band] = []  # from the bracket behind it
        self.bands: list[Band] = []

    def add(self, band: Band, *, last: bool = False) -> None:
        """Keep *band*; of those of one grade and arm the first or the *last*, people before events (rules 7)."""
        for place, known in enumerate(self.bands):
            if (band.grade, band.arm) == (known.grade, known.arm):
                if last or (known.tally and known.tally.loose and band.tally and not band.tally.loose):
                    self.bands[place] = band
                return
        self.bands.append(band)


Item = Event | Grade | Count | Arm


def read_clause(tokens: Tokens, items: Sequence[Item]) -> None:
    """Give the events among *items*, which are in order, their bands."""
    outer, inner = _brackets(tokens, items)
    arms = [item for item in items if isinstance(item, Arm)]
    armed = _arms_of(tokens, [item for item in items if isinstance(item, Count)], arms)
    firm = [arm for arm in arms if arm.firm]
    for item in items:
        if isinstance(item, Event):
            behind = [arm for arm in firm if arm.end <= item.start]
            placed = [arm for arm in firm if arm.end > item.start and _is_place(tokens, arm)]
            item.arm = (behind[-1:] + placed[:1] + [Arm("", 0, 0)])[0].name or None
    line = _own(tokens, outer, inner, armed)
    line = _grades_before(tokens, line)
    _bind(tokens, line, armed)


def _brackets(tokens: Tokens, items: Sequence[Item]) -> tuple[list[Item], dict[int, list[Item]]]:
    """Part the *items* that stand in a bracket, by its opening index, from the others."""
    outer: list[Item] = []
    inner: dict[int, list[Item]] = {}
    opened = [place for place in tokens.close if items and items[0].start <= place < items[-1].end]
    opened.sort()
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
    for opened, items in sorted(inner.items(), reverse=True):
        place = sum(1 for item in outer if item.start < opened)
        if any(isinstance(item, Event) for item in items):
            read_clause(tokens, items)
            line[place:place] = [item for item in items if isinstance(item, Event)] if place == 0 else []
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
        else:
            line[place:place] = [item for item in items if not isinstance(item, Arm)]
    return line


def _is_beside(tokens: Tokens, start: int, opened: int) -> bool:
    """Tell whether the bracket stands behind the mention, at most a noun between."""
    return opened - start <= 3 and all(
        tokens.kinds[place] in ("", "events", "generic") for place in range(start, opened)
    )


def _heads_list(tokens: Tokens, behind: int, bands: list[Band]) -> bool:
    """Tell whether the bracket is the threshold of a list: `the most common events (>= 20%) were ...`."""
    bounded = any(band.tally and band.tally.pct and band.tally.pct.startswith(">") for band in bands)
    return bounded and (tokens.kind(behind) in ("verb", "open") or tokens.word(behind) == ":")


def _grades_before(tokens: Tokens, line: list[Item | list[Band]]) -> list[Item | list[Band]]:
    """Give events the grade that stands before them or before their list; return the line without those grades."""
    left: list[Item | list[Band]] = []
    carried: str | None = None
    previous: Event | None = None
    waiting: list[Grade] = []
    for item in line:
        if isinstance(item, Event):
            near = _grades_beside(tokens, waiting, item)
            if near:
                if previous is not None and _sums_up(tokens, previous.end, near[0].start):
                    for event in _listed_before(tokens, left):
                        event.grade = event.grade or near[0].value
                left[-len(near) :] = near[:-1] if len(near) > 1 and not near[-1].weak else []
                carried = near[-1].value if len(near) == 1 else None
                item.grades = [grade.value for grade in near if len(near) > 1]
            elif previous is None or not (
                is_list(tokens, previous.end, item.start) or _lists(tokens, previous.end, item.start)
            ):
                carried = None
            item.grade = _fatal(tokens, item) or carried
            previous = item
            waiting = []
        elif isinstance(item, Grade):
            waiting.append(item)
        elif not isinstance(item, list):
            waiting = []
        left.append(item)
    return left


def _lists(tokens: Tokens, start: int, end: int) -> bool:
    """Tell whether a list follows its head: `grade 3 events were fever and ...`, `events: fever`."""
    head = tokens.kind(start) in ("verb", "open") or tokens.word(start) == ":"
    return (
        head
        and end - start <= 4
        and all(
            tokens.kinds[place] in ("function", "article", "") and tokens.words[place][0].isalnum()
            for place in range(start + 1, end)
        )
    )


def _sums_up(tokens: Tokens, start: int, end: int) -> bool:
    """Tell whether a head follows its list: `fever and rash were the most common grade 3 events`."""
    if start in tokens.close:
        start = tokens.close[start] + 1
    gap = range(start, end)
    return (
        3 <= len(gap) <= 6
        and tokens.kind(start) == "verb"
        and any(tokens.words[place] in ("most", "only") for place in gap)
    )


def _listed_before(tokens: Tokens, line: Sequence[Item | list[Band]]) -> list[Event]:
    """Return the list of mentions at the end of *line*."""
    events = [item for item in line if isinstance(item, Event)]
    return _run_before(tokens, events, len(events) - 1, brackets=True) if events else []


def _grades_beside(tokens: Tokens, waiting: list[Grade], event: Event) -> list[Grade]:
    """Return the grades that stand right before *event*: one, or `any-grade and grade 3`."""
    near: list[Grade] = []
    end = event.start
    for grade in reversed(waiting):
        gap = range(grade.end, end)
        if len(gap) > 4 or not all(_describes(tokens, place, joined=bool(near)) for place in gap):
            break
        near.insert(0, grade)
        end = grade.start
    if len(near) > 1 and near[-1].weak:
        near = [near[0]]  # "grade 3 or higher (severe or life-threatening) events"
    return near


def _describes(tokens: Tokens, place: int, *, joined: bool) -> bool:
    kind, word = tokens.kinds[place], tokens.words[place]
    if kind == "":
        return word[0].isalnum() or word in "-‐‑–" or (joined and word in ",()")
    return kind in ("events", "enrolled", "generic", "label") or (joined and word in ("and", "or"))


def _fatal(tokens: Tokens, event: Event) -> str | None:
    """Return "5" for `died of` and `deaths due to` before the event (rules 8)."""
    place = event.start - 1
    while place > event.start - 4 and tokens.kind(place) in ("", "article") and tokens.word(place)[:1].isalpha():
        place -= 1
    if tokens.word(place) not in ("of", "from", "to"):
        return None
    place -= 2 if tokens.word(place - 1) == "due" else 1
    return "5" if place >= 0 and tokens.values[place] == "5" and tokens.kinds[place] in ("verb", "fatal") else None


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


def bands_of(tokens: Tokens, items: Sequence[Item], armed: dict[int, str]) -> list[Band]:
    """Pair the grades and counts among *items*: `grade 1 in four`, `8 (8%) with grade 3`, `84%, grade 3: 8%`."""
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
        tokens.kinds[place] in _LINKED or tokens.kinds[place] == "events" or tokens.words[place] in ("(", "which")
        for place in range(start, end)
    )


def _is_count_of(tokens: Tokens, start: int, end: int) -> bool:
    return end - start <= 4 and all(
        tokens.kinds[place] in ("in", "left", "verb", "events") or tokens.words[place] in (",", ":", "=", "(", "n")
        for place in range(start, end)
    )


def _arms_of(tokens: Tokens, counts: list[Count], arms: list[Arm]) -> dict[int, str]:
    """Return the arms of counts by their start: named behind, named before the bracket, in order, or for the clause."""
    found: dict[int, str] = {}
    if not arms:
        return found
    claimed: set[int] = set()
    position = 0
    for count in counts:
        while position < len(arms) and arms[position].end <= count.start:
            position += 1
        before = arms[position - 1] if position else None
        after = arms[position] if position < len(arms) else None
        if after and after.start < count.end:
            found[count.start] = after.name
            claimed.add(after.start)
        elif before and (count.start == before.end or _opens(tokens, before.end, count.start)):
            found[count.start] = before.name
            claimed.add(before.start)
        elif after and after.start - count.end <= 4 and _leads_to_arm(tokens, count.end, after.start):
            found[count.start] = after.name
            claimed.add(after.start)
    names = [arm.name for arm in arms if arm.firm]
    plain = [count for count in counts if not count.total]
    if len(names) > 1 and len(plain) == len(names) and len(set(found.values())) < len(names):
        lists = plain[-1].end <= arms[0].start or arms[-1].end <= plain[0].start
        if lists:
            return {count.start: name for count, name in zip(plain, names, strict=True)}
    governing: Arm | None = None
    position = 0
    for count in counts:
        while position < len(arms) and arms[position].end <= count.start:
            if arms[position].firm and arms[position].start not in claimed:
                governing = arms[position]
            position += 1
        if governing and count.start not in found:
            found[count.start] = governing.name
    return found


def _opens(tokens: Tokens, end: int, start: int) -> bool:
    return start == end + 1 and tokens.word(end) in ("(", "[", ":", ",")


def _leads_to_arm(tokens: Tokens, start: int, end: int) -> bool:
    return all(
        tokens.kinds[place] in ("in", "among", "left", "with", "people", "person", "function", "article")
        for place in range(start, end)
    )


def _bind(tokens: Tokens, line: list[Item | list[Band]], armed: dict[int, str]) -> None:
    """Give each stretch of bands between mentions to the mentions on its left or on its right."""
    events: list[Event] = [item for item in line if isinstance(item, Event)]
    stretches: list[list[Item | list[Band]]] = [[]]
    for item in line:
        if isinstance(item, Event):
            stretches.append([])
        elif not isinstance(item, Arm):
            stretches[-1].append(item)
    for number, stretch in enumerate(stretches):
        left = events[number - 1] if number else None
        right = events[number] if number < len(events) else None
        if left is None and right is None:
            return
        to_left, to_right = _sides(tokens, stretch, left, right, armed)
        if to_left and left is not None:
            run = _run_before(tokens, events, number - 1)
            for band in to_left:
                if band.tally is None:
                    for event in run if "verb" in tokens.kinds[left.end : left.end + 3] else [left]:
                        event.grade = event.grade or band.grade
            _give(run, [band for band in to_left if band.tally])
        if to_right and right is not None:
            _give(_run_from(tokens, events, number), to_right, last=True)
    for event in events:
        _settle(event)


def _sides(
    tokens: Tokens,
    stretch: list[Item | list[Band]],
    left: Event | None,
    right: Event | None,
    armed: dict[int, str],
) -> tuple[list[Band], list[Band]]:
    to_left: list[Band] = []
    to_right: list[Band] = []
    plain: list[Item] = []
    for item in stretch:
        if isinstance(item, list):
            continue
        if isinstance(item, Count) and item.total:
            continue
        if isinstance(item, Grade) and item.weak and not (left and _is_said_of(tokens, left.end, item.start)):
            continue
        plain.append(item)
    nested = [band for item in stretch if isinstance(item, list) for band in item]
    bands = bands_of(tokens, plain, armed)
    for place, band in enumerate(bands):
        if band.tally is None:
            if left and place == 0 and _grade_is_said_of(tokens, left, band, plain):
                to_left.append(band)
            continue
        if tokens.kind(band.tally.end) == "outcome" or _is_contrast(tokens, bands, place):
            continue
        last = place == len(bands) - 1
        if right and (last or left is None) and _binds_right(tokens, band, left, right):
            to_right.append(band)
        elif left and _binds_left(tokens, band, left, follows=bool(to_left)):
            to_left.append(band)
    (to_left if left and to_left else to_right if right and to_right else to_left).extend(nested)
    return to_left, to_right


def _is_contrast(tokens: Tokens, bands: list[Band], place: int) -> bool:
    """Tell whether the band is one of two that stand side by side with no arms to tell whose they are."""
    near = [band.tally for band in bands[max(0, place - 1) : place + 2] if band.tally and not band.arm]
    return any(
        "versus" in tokens.kinds[one.end : other.start] and other.start - one.end <= 3
        for one, other in itertools.pairwise(near)
    )


def _binds_left(tokens: Tokens, band: Band, left: Event, *, follows: bool) -> bool:
    """Tell whether the count is of the mention before it: `fever in 3`, `the rate of fever was 45%`, `fever, 12%`.

    Not so where another subject begins ("and five were well"), nor of how the event went on ("resolved in 90%").
    """
    count = band.tally
    if count is None or _is_denied(tokens, left, count):
        return False
    gap = tokens.kinds[left.end : count.start]
    happened = next((kind for kind in reversed(gap) if kind in ("verb", "outcome")), "")
    if happened == "outcome":
        return False
    before = count.start - 1
    while tokens.kind(before) == "function" and before > left.end:
        before -= 1
    if tokens.kind(before) in (*_LEFT, "verb", "versus") or tokens.word(before) in (":", "=", "("):
        return True
    starts = tokens.kind(count.end) in ("verb", "outcome") or (tokens.kind(count.end) == "with" and band.grade is None)
    return not starts and (follows or before <= left.end or band.grade is not None or tokens.used[before] == 1)


def _is_denied(tokens: Tokens, left: Event, count: Count) -> bool:
    """Tell whether the count is of those in whom the mention was not seen: `no fever in 12 men`."""
    before = max(0, left.start - 5)
    return (
        (count.N is None or count.n is not None)
        and count.n != "0"
        and ("negative" in tokens.kinds[before : left.start] or "negative" in tokens.kinds[left.end : count.start])
    )


def _grade_is_said_of(tokens: Tokens, left: Event, band: Band, plain: list[Item]) -> bool:
    grade = next(item for item in plain if isinstance(item, Grade) and item.value == band.grade)
    return _is_said_of(tokens, left.end, grade.start)


def _is_said_of(tokens: Tokens, start: int, end: int) -> bool:
    """Tell whether a grade at *end* is said of the mention at *start*: `of grade 3`, `, which was mild`."""
    unknown, verb = 0, False
    for place in range(start, end):
        kind, word = tokens.kinds[place], tokens.words[place]
        verb = verb or kind == "verb"
        if kind in _LINKED or kind in ("events", "negative") or word in (",", "(", ":", "which"):
            continue
        if not verb or unknown > 1 or not (word == "and" or (kind == "" and word[0].isalpha())):
            return False  # "was transient and mild" is let by
        unknown += kind == ""
    return end - start <= 6


def _binds_right(tokens: Tokens, band: Band, left: Event | None, right: Event) -> bool:
    count = band.tally
    if count is None or _is_denying(tokens, count.end, right.start):
        return False
    if left is None:
        return True
    start = count.start
    if tokens.kind(start - 1) in _LEFT or tokens.kind(count.start) in _LEFT:
        return False
    gap = range(count.end, right.start)
    return len(gap) <= 12 and all(
        tokens.kinds[place]
        in ("verb", "with", "article", "function", "events", "generic", "enrolled", "label", "left", "in")
        or tokens.used[place]
        or (tokens.kinds[place] == "" and (tokens.words[place][0].isalnum() or tokens.words[place] in "-–"))
        or tokens.words[place] in ("each", "of", "both")
        for place in gap
    )


def _is_denying(tokens: Tokens, start: int, end: int) -> bool:
    """Tell whether those counted are without the mention; after `except one`, they are those with it."""
    return "negative" in tokens.kinds[start:end] and tokens.word(start - 2) not in ("except", "but", "from", "than")


def _run_before(tokens: Tokens, events: list[Event], last: int, *, brackets: bool = False) -> list[Event]:
    """Return the list of mentions that ends with number *last*, back to one with *brackets* of its own."""
    first = last
    while (
        first > 0
        and (brackets or not events[first - 1].own)
        and is_list(tokens, events[first - 1].end, events[first].start)
    ):
        first -= 1
    return events[first : last + 1]


def _run_from(tokens: Tokens, events: list[Event], first: int) -> list[Event]:
    """Return the list of mentions that begins with number *first*."""
    last = first
    while last + 1 < len(events) and is_list(tokens, events[last].end, events[last + 1].start):
        last += 1
    return events[first : last + 1]


def _give(run: list[Event], bands: list[Band], *, last: bool = False) -> None:
    """Give *bands* to a run of mentions: in order where there are as many, else to each."""
    arms = {band.arm for band in bands if band.tally}
    plain = [band for band in bands if not band.grade]
    if len(run) > 1 and len(bands) == len(plain) == len(run) and len(arms) == 1:
        for event, band in zip(run, bands, strict=True):
            event.add(band)
        return
    if len(plain) > 1 and len(arms) == 1 and len(run) > 1:
        return  # more numbers than one, and not as many as mentions: unclear whose they are
    for event in run:
        if len(event.grades) == len(plain) == len(bands):
            bands = [band._replace(grade=grade) for grade, band in zip(event.grades, bands, strict=True)]
        for band in bands:
            event.add(band, last=last)


def _settle(event: Event) -> None:
    """Join the bracket's bands with those of the sentence, and the grade of the event with its records."""
    if event.own:
        first = event.own[0]
        if first.tally is None and first.grade and len(event.own) == 1:
            event.grade = event.grade or first.grade
        elif not event.bands:
            event.bands = event.own
        elif first.grade and first.tally:
            for band in event.own:
                event.add(band)
        elif first.tally and (joined := _joined(event.bands[0], first)):
            event.bands[0] = joined
            event.bands += event.own[1:]
        else:
            event.bands = event.own


def _joined(band: Band, own: Band) -> Band | None:
    """Return "3 patients had fever (25%)" as one band, or None where the two say different things."""
    if band.tally is None or own.tally is None or band.arm != own.arm:
        return None
    pairs = list(zip(band.tally[:3], own.tally[:3], strict=True))
    if any(one and other and one != other for one, other in pairs):
        return None
    n, whole, pct = (one or other for one, other in pairs)
    return Band(band.grade or own.grade, Count(n, whole, pct, band.tally.start, band.tally.end), band.arm)
