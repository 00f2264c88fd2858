"""Grades that stand before mentions, beside them or over their list: `grade 3 or 4 neutropenia and anaemia`."""

from collections.abc import Sequence

from gtminer.tag.printed.bands import REACH, Band, Event, Item, heads_list_at, is_list, run_before
from gtminer.tag.printed.grades import Grade
from gtminer.tag.printed.tokens import Tokens


def grades_before(tokens: Tokens, line: list[Item | list[Band]]) -> list[Item | list[Band]]:
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
            elif head := _grade_of_head(tokens, waiting, item):
                carried = head
            elif previous is None or not (
                is_list(tokens, previous.end, item.start) or heads_list_at(tokens, previous.end, item.start)
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


def _grade_of_head(tokens: Tokens, waiting: list[Grade], event: Event) -> str | None:
    """Return the grade of a head that is no mention: `grade 3 laboratory abnormalities were fever and ...`."""
    if not waiting or waiting[-1].weak or event.start - waiting[-1].end > 8:
        return None
    place = waiting[-1].end
    while place < event.start and _describes(tokens, place, joined=False):
        place += 1
    return waiting[-1].value if place > waiting[-1].end and heads_list_at(tokens, place, event.start) else None


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
    events = [item for item in line[-2 * REACH :] if isinstance(item, Event)]
    return run_before(tokens, events, len(events) - 1, brackets=True) if events else []


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
    strong = [grade for grade in near if not grade.weak]
    return strong if strong and len(near) > 1 else near[-1:] if len(near) > 1 and near[0].weak else near


def _describes(tokens: Tokens, place: int, *, joined: bool) -> bool:
    kind, word = tokens.kinds[place], tokens.words[place]
    if kind == "":
        return word[0].isalnum() or word in "-‐‑–()" or (joined and word == ",")
    if kind == "hedge":
        return word == "non"
    return kind in ("events", "enrolled", "generic", "label") or (joined and word in ("and", "or"))


def _fatal(tokens: Tokens, event: Event) -> str | None:
    """Return "5" for `died of` and `deaths due to` before the event (rules 8)."""
    place = event.start - 1
    for near in range(max(0, place - 2), place + 1):
        if tokens.values[near] == "5" and tokens.kinds[near] == "severity" and tokens.owner[near] >= 0:
            return "5"  # "fatal" is a mention itself
    while place > event.start - 4 and tokens.kind(place) in ("", "article") and tokens.word(place)[:1].isalpha():
        place -= 1
    if tokens.word(place) not in ("of", "from", "to"):
        return None
    place -= 2 if tokens.word(place - 1) == "due" else 1
    return "5" if place >= 0 and tokens.values[place] == "5" and tokens.kinds[place] in ("verb", "fatal") else None
