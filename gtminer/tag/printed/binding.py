"""Which counts and grades belong to the mention on their left, which to that on their right, which to none.

"3 had fever" binds to the right, "fever in 3" to the left; lists of equal length are aligned. What is said of how an
event went on ("resolved in 90%"), of a denied one, or of several sets at once, binds to none.
"""

from itertools import pairwise

from gtminer.tag.printed.arms import Arm
from gtminer.tag.printed.bands import LINKED, REACH, Band, Event, Item, bands_of, heads_list_at, run_before, run_from
from gtminer.tag.printed.grades import Grade
from gtminer.tag.printed.rates import Count
from gtminer.tag.printed.tokens import Tokens

_LEFT = frozenset(("in", "left", "among"))


def bind(tokens: Tokens, line: list[Item | list[Band]], armed: dict[int, str]) -> None:
    """Give each stretch of bands between mentions to the mentions on its left or on its right."""
    events: list[Event] = [item for item in line if isinstance(item, Event)]
    stretches: list[list[Item | list[Band]]] = [[]]
    for item in line:
        if isinstance(item, Event):
            stretches.append([])
        elif not isinstance(item, Arm):
            stretches[-1].append(item)
    for number, stretch in enumerate(stretches):
        if not stretch:
            continue
        left = events[number - 1] if number else None
        right = events[number] if number < len(events) else None
        if left is None and right is None:
            return
        to_left, to_right = _sides(tokens, stretch, left, right, armed)
        if to_left and left is not None:
            run = run_before(tokens, events, number - 1)
            for band in to_left:
                if band.tally is None:
                    for event in run if "verb" in tokens.kinds[left.end : left.end + 3] else [left]:
                        event.grade = event.grade or band.grade
            _give(tokens, run, [band for band in to_left if band.tally])
        if to_right and right is not None:
            _give(tokens, run_from(tokens, events, number), to_right, last=True)
    for place, event in enumerate(events):
        _settle(event)
        following = events[place + 1] if place + 1 < len(events) else None
        if following and event.bands and heads_list_at(tokens, event.end, following.start):
            # "the most common events (>= 5%) were": the threshold of a list is no rate of its head
            event.bands = [band for band in event.bands if not (band.tally and (band.tally.pct or "")[:1] == ">")]


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
    counted = False
    for place, item in enumerate(stretch):
        if isinstance(item, list):
            continue
        if isinstance(item, Count):
            following = stretch[place + 1] if place + 1 < len(stretch) else None
            if item.total or (counted and _is_subset(tokens, item, following)):
                continue
            counted = True
        if isinstance(item, Grade) and item.weak:
            if left is None or not _is_said_of(tokens, left.end, item.start):
                continue
            if "verb" not in tokens.kinds[left.end : item.start] and "with" in tokens.kinds[left.end : item.start]:
                continue  # "complications with severe disease"
        plain.append(item)
    nested = [band for item in stretch if isinstance(item, list) for band in item]
    bands = bands_of(tokens, plain, armed)
    for place, band in enumerate(bands):
        if band.tally is None:
            if left and place == 0 and _grade_is_said_of(tokens, left, band, plain):
                to_left.append(band)
            continue
        if tokens.kind(band.tally.end) in ("outcome", "received"):
            continue
        last = place == len(bands) - 1
        if right and (last or left is None) and _binds_right(tokens, band, left, right):
            to_right.append(band)
        elif left and _binds_left(tokens, band, left, follows=bool(to_left)):
            to_left.append(band)
    (to_left if left and to_left else to_right if right and to_right else to_left).extend(nested)
    return to_left, to_right


def _binds_left(tokens: Tokens, band: Band, left: Event, *, follows: bool) -> bool:
    """Tell whether the count is of the mention before it: `fever in 3`, `the rate of fever was 45%`, `fever, 12%`.

    Not so where another subject begins ("and five were well"), nor of how the event went on ("resolved in 90%").
    """
    count = band.tally
    if count is None or count.start - left.end > REACH or _is_denied(tokens, left, count):
        return False
    gap = tokens.kinds[left.end : count.start]
    if count.n is None and "change" in (*gap, *tokens.kinds[max(0, left.start - 3) : left.start]):
        return False
    acts = [place for place, kind in enumerate(gap) if kind in ("verb", "outcome", "enrolled")]
    if acts and (gap[acts[-1]] == "outcome" or (gap[acts[-1]] == "enrolled" and gap[acts[-1] - 1] == "verb")):
        return False
    if tokens.kinds[count.start] == "all" and tokens.kind(count.start - 1) == "among" and not acts:
        return False  # "events among all subjects" is no statement that all had them
    before = count.start - 1
    while tokens.kind(before) == "function" and before > left.end:
        before -= 1
    if tokens.kind(before) in (*_LEFT, "verb", "versus") or tokens.word(before) in (":", "=", "("):
        return True
    if tokens.kind(count.start - 1) == "and" and not follows and band.grade is None:
        return False
    starts = tokens.kind(count.end) in ("verb", "outcome") or (tokens.kind(count.end) == "with" and band.grade is None)
    return (not starts or band.grade is not None) and (
        follows or before <= left.end or band.grade is not None or tokens.used[before] == 1
    )


def _is_denied(tokens: Tokens, left: Event, count: Count) -> bool:
    """Tell whether the count is of those in whom the mention was not seen: `no fever in 12 men`."""
    before = max(0, left.start - 5)
    return (
        (count.N is None or count.n is not None)
        and count.n != "0"
        and ("negative" in tokens.kinds[before : left.start] or "negative" in tokens.kinds[left.end : count.start])
    )


def _is_subset(tokens: Tokens, count: Count, following: Item | list[Band] | None) -> bool:
    """Tell whether the count is of some of those counted before: `in 10, including 3 adults`, `of whom 2`."""
    if tokens.kind(count.start - 1) != "open" and tokens.word(count.start - 1) != "whom":
        return False
    if tokens.kind(count.end) == "with":
        return False  # "including 2 with grade 3 fever"
    return not (isinstance(following, Grade) and following.start - count.end <= 5)


def _grade_is_said_of(tokens: Tokens, left: Event, band: Band, plain: list[Item]) -> bool:
    grade = next(item for item in plain if isinstance(item, Grade) and item.value == band.grade)
    return _is_said_of(tokens, left.end, grade.start)


def _is_said_of(tokens: Tokens, start: int, end: int) -> bool:
    """Tell whether a grade at *end* is said of the mention at *start*: `of grade 3`, `, which was mild`."""
    if end - start > 6 or _is_part_of_it(tokens, start):
        return False
    unknown, verb = 0, False
    for place in range(start, end):
        kind, word = tokens.kinds[place], tokens.words[place]
        verb = verb or kind == "verb"
        if kind in LINKED or kind in ("events", "negative") or word in (",", "(", ":", "which"):
            continue
        if not verb or unknown > 1 or not (word == "and" or (kind == "" and word[0].isalpha())):
            return False  # "was transient and mild" is let by
        unknown += kind == ""
    return True


def _is_part_of_it(tokens: Tokens, end: int) -> bool:
    """Tell whether only some of the events that end at *end* are spoken of: `98% of these events`, `most events`."""
    place = end - 1
    while tokens.owner_of(place) >= 0 or tokens.kind(place) in ("article", "people") or tokens.word(place) == "the":
        place -= 1
    if tokens.kind(place) == "among":
        place -= 1
        if tokens.kind(place) == "percent":
            return True
    return tokens.word(place) in ("most", "many", "some", "several", "few", "majority")


def _binds_right(tokens: Tokens, band: Band, left: Event | None, right: Event) -> bool:
    count = band.tally
    if count is None or right.start - count.end > REACH or _is_denying(tokens, count.end, right.start):
        return False
    gap = range(count.end, right.start)
    acts = [tokens.kinds[place] for place in gap if tokens.kinds[place] in ("verb", "outcome", "received")]
    if acts and acts[-1] != "verb":
        return False
    if not acts and (_is_relative(tokens, gap, right) or (count.n and count.pct and not gap)):
        return False  # "ALT increased 23 (40%) Headache 10 (18%)" are cells of a table
    if left is None:
        return _reaches(tokens, count.start, gap)
    start = count.start
    if tokens.kind(start - 1) in _LEFT or tokens.kind(count.start) in _LEFT:
        return False
    return len(gap) <= 12 and all(
        tokens.kinds[place]
        in ("verb", "with", "article", "function", "events", "generic", "enrolled", "label", "left", "in")
        or tokens.used[place]
        or (tokens.kinds[place] == "" and (tokens.words[place][0].isalnum() or tokens.words[place] in "-–"))
        or tokens.words[place] in ("each", "of", "both")
        for place in gap
    )


def _is_relative(tokens: Tokens, gap: range, right: Event) -> bool:
    """Tell whether the mention only tells which people are meant: `25% of patients with fever needed help`."""
    if not gap or tokens.kinds[gap[0]] != "with" or "," in tokens.words[gap.start : gap.stop]:
        return False
    for place in range(right.end, min(tokens.size, right.end + 16)):
        if tokens.words[place] in (";", ",", ".", "("):
            return False
        if tokens.kinds[place] in ("verb", "outcome", "received"):
            return True
    return False


def _reaches(tokens: Tokens, start: int, gap: range) -> bool:
    """Tell whether a count at the beginning of a clause reaches over *gap*: no list of other things between."""
    if len(gap) > REACH or any(place in tokens.close and tokens.close[place] not in gap for place in gap):
        return False
    kinds = [tokens.kinds[place] for place in gap]
    commas: list[int] = []
    place = gap.start
    while place < gap.stop:
        if tokens.words[place] == ",":
            commas.append(place - gap.start)
        place = tokens.close.get(place, place) + 1
    if not commas:
        return "versus" not in kinds
    opens = tokens.kind(start - 1) in _LEFT and (
        tokens.kind(start - 2) == "end" or not tokens.word(start - 2).isalnum()
    )
    return "verb" in kinds[commas[-1] :] or (opens and len(commas) == 1 and (commas == [0] or len(gap) <= 12))


def _is_denying(tokens: Tokens, start: int, end: int) -> bool:
    """Tell whether those counted are without the mention; after `except one`, they are those with it."""
    return "negative" in tokens.kinds[start:end] and tokens.word(start - 2) not in ("except", "but", "from", "than")


def _give(tokens: Tokens, run: list[Event], bands: list[Band], *, last: bool = False) -> None:
    """Give *bands* to a run of mentions: in order where there are as many, else to each."""
    arms = {band.arm for band in bands if band.tally}
    plain = [band for band in bands if not band.grade]
    if len(run) > 1 and len(bands) == len(plain) == len(run) and len(arms) == 1:
        for event, band in zip(run, bands, strict=True):
            event.add(band)
        return
    if len(run) == 1 and len(run[0].grades) == len(plain) == len(bands):
        bands = [band._replace(grade=grade) for grade, band in zip(run[0].grades, bands, strict=True)]
    elif len(plain) > 1 and len(arms) == 1 and (len(run) > 1 or (not last and _differ(tokens, plain))):
        return  # rates of several sets or times, or not as many numbers as mentions: unclear whose they are
    for event in run:
        for band in bands:
            event.add(band, last=last, near=event is (run[0] if last else run[-1]))


def _differ(tokens: Tokens, plain: list[Band]) -> bool:
    """Tell whether two of the counts are rates, or two numbers of one list."""
    tallies = [band.tally for band in plain if band.tally]
    if sum(1 for tally in tallies if tally.pct) > 1:
        return True
    return any(
        other.start - one.end <= 2 and tokens.words[one.end : other.start][-1:] in ([","], ["and"])
        for one, other in pairwise(tallies)
    )


def _settle(event: Event) -> None:
    """Join the bracket's bands with those of the sentence, and the grade of the event with its records."""
    if event.own:
        first = event.own[0]
        if first.tally is None and first.grade and len(event.own) == 1:
            event.grade = first.grade
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
