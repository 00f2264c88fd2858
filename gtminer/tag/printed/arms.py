"""Arms, groups and cohorts as a sentence names them: `in the sham group`, `cohort 2`, `with chemotherapy`.

The name is as printed, without article and head noun: `the axi-cel arm` is `axi-cel`, `cohort 2` stays (rules 9).
"""

from typing import NamedTuple

from gtminer.tag.printed.rates import Count
from gtminer.tag.printed.tokens import Tokens, cues

_NAME = 5  # words of a name before its head noun
_UNTELLING = frozenset(("this", "our", "each", "any", "every", "these"))
_LETTERS = frozenset("abcdefgh")
_ROMANS = frozenset(["i", "ii", "iii", "iv", "v", "vi"])
_BEFORE_CONTROL = frozenset(
    ("with", "versus", "in", "left", "among", "and", "function", "end", "number", "num", "percent", "all", "none")
)
_DASHES = frozenset("-‐‑–")


class Arm(NamedTuple):
    """An arm named on the tokens [start, end); where not *firm*, one only for a count that stands beside it."""

    name: str
    start: int
    end: int
    firm: bool = True


def is_comparator(arm: str) -> bool:
    """Tell whether *arm* is a control by its name: `placebo`, `sham`, `standard-care`."""
    first = arm.lower().replace("-", " ").split(" ", 1)[0]
    word = cues().get(first)
    return word is not None and word.kind == "comparator"


def find_arms(tokens: Tokens) -> list[Arm]:
    """Return the arms in order."""
    kinds = tokens.kinds
    compared = "versus" in kinds
    found: list[Arm] = []
    for index, kind in enumerate(kinds):
        if kind == "group" or (kind == "label" and tokens.words[index] in ("level", "levels")):
            found += _grouped(tokens, index)
        elif kind == "comparator" and not (found and found[-1].end > index):
            found += _control(tokens, index, compared)
        elif compared and tokens.words[index] in ("with", "than", "vs", "versus", "for"):
            found += _compared(tokens, index)
    return _apart(found)


def _apart(found: list[Arm]) -> list[Arm]:
    """Return the arms by place, each stretch of words once; the longer reading first."""
    kept: list[Arm] = []
    for arm in sorted(found, key=lambda arm: (arm.start, -arm.end)):
        if not kept or arm.start >= kept[-1].end:
            kept.append(arm)
    return kept


def _grouped(tokens: Tokens, index: int) -> list[Arm]:
    """Read `cohort 2`, `cohorts 1 and 2`, `arm A`, `dose level 3`, `the sham group`, `the A and B groups`."""
    word = tokens.words[index]
    start = index
    if word in ("level", "levels"):
        if tokens.word(index - 1) != "dose":
            return []
        start = index - 1
    plural = word.endswith("s")
    behind = index + 1
    arms: list[Arm] = []
    name = _name_before(tokens, index) if start == index else None
    while _is_mark(tokens, behind) and (name is None or tokens.kind(behind) == ""):
        head = tokens.text(start, index + 1)
        if plural:
            head = head[:-1]
        mark = tokens.text(behind, behind + 1)
        arms.append(Arm(f"{head} {mark}", start if not arms else behind, behind + 1))
        behind += 1
        if not plural or tokens.word(behind) not in ("and", ",", "or"):
            break
        while tokens.word(behind) in ("and", ",", "or"):
            behind += 1
    if arms or start != index:
        return arms
    if name is None or (plural and tokens.word(name - 1) != "and") or tokens.word(name - 1) in _UNTELLING:
        return []
    arms.append(Arm(tokens.text(name, index), name, index + 1))
    if plural and tokens.word(name - 1) == "and":
        first = _name_before(tokens, name - 1)
        if first is not None:
            arms.insert(0, Arm(tokens.text(first, name - 1), first, name - 1))
    return arms


def _is_mark(tokens: Tokens, index: int) -> bool:
    word = tokens.word(index)
    if tokens.kind(index) in ("num", "number"):
        return len(word) < 3 and tokens.kind(index + 1) not in ("people", "percent")
    return (word in _LETTERS and tokens.text(index, index + 1).isupper()) or word in _ROMANS


def _name_before(tokens: Tokens, end: int) -> int | None:
    """Return where the name that ends before *end* begins, or None where there is none that tells arms apart."""
    if tokens.word(end - 1) in _DASHES:
        return None  # "single-arm"
    start = end
    telling = False
    while start > 0 and end - start < _NAME:
        place = start - 1
        kind, word = tokens.kinds[place], tokens.words[place]
        inner = tokens.word(place - 1) in _DASHES or word in _DASHES or tokens.word(place + 1) in _DASHES
        of = word == "of" and tokens.word(place - 1) == "standard"
        if kind in ("", "generic", "comparator", "notarm", "enrolled") or inner or of:
            if kind == "" and word not in _DASHES and not word[0].isalnum():
                break
            if kind == "notarm" and not inner:
                return None
            telling = telling or kind in ("", "generic", "comparator", "enrolled") or inner
        elif kind != "label":
            break
        start -= 1
    while start < end and tokens.words[start] in _DASHES:
        start += 1
    return start if telling and start < end else None


def _control(tokens: Tokens, index: int, compared: bool) -> list[Arm]:
    """Read a control named without a head noun: `with placebo`, `of controls`, `sham-treated patients`."""
    word = tokens.words[index]
    before = tokens.kind(index - 1)
    if tokens.values[index] == "compared" and not compared:
        return []
    if before == "":
        if tokens.word(index - 1)[:1].isalnum() or tokens.word(index - 1) in _DASHES:
            return []
    elif before not in _BEFORE_CONTROL:
        return []
    end = index + 1
    if word == "standard":
        while tokens.word(end) in ("-", "of", "care"):
            end += 1
        if tokens.word(end - 1) != "care":
            return []
    return [Arm(tokens.text(index, end), index, end)]


def _compared(tokens: Tokens, index: int) -> list[Arm]:
    """Read what stands side by side: `than with the CAR-T product (22%)`, `22% with axi-cel versus 28%`."""
    start = index + 1
    if tokens.word(start) in ("with", "in", "for", "the", "to"):
        start += 1
    if tokens.word(start) == "the":
        start += 1
    end = start
    while end < start + _NAME and (tokens.kind(end) in ("", "generic", "comparator") or tokens.word(end) in _DASHES):
        word = tokens.word(end)
        if (not word[0].isalnum() and word not in _DASHES) or tokens.owner_of(end) >= 0:
            break
        end += 1
    if end == start or not (
        tokens.word(end) in ("(", ",", ".", ";", ":") or tokens.kind(end) in ("versus", "end", "and", "break")
    ):
        return []
    stop = end - 1 if tokens.kind(end - 1) == "generic" and end - start > 1 else end
    if not any(tokens.word(place)[0].isalpha() for place in range(start, stop)):
        return []
    return [Arm(tokens.text(start, stop), start, end, firm=False)]


def arms_of(tokens: Tokens, counts: list[Count], arms: list[Arm]) -> tuple[dict[int, str], set[int]]:
    """Return the arms of counts by their start: named behind, before the bracket, in order, or for the clause.

    And the starts of those arms that are only of the count beside them, and say nothing of the rest of the clause.
    """
    found: dict[int, str] = {}
    if not arms:
        return found, set()
    claimed: set[int] = set()
    position = 0
    for count in counts:
        while position < len(arms) and arms[position].end <= count.start:
            position += 1
        before = arms[position - 1] if position else None
        after = arms[position] if position < len(arms) else None
        whose: Arm | None = None
        if after and after.start - count.end <= 4 and _leads_to_arm(tokens, count.end, after.start):
            whose = after  # an arm within the count ("30% of placebo recipients") has no words between
        if before and (count.start == before.end or _opens(tokens, before.end, count.start)):
            whose = before if whose is None or whose.start >= count.end else whose
        if whose is not None:
            found[count.start] = whose.name
            if not count.total and (whose is after or tokens.word(whose.end) in ("(", "[")):
                claimed.add(whose.start)
    names = [arm.name for arm in arms if arm.firm]
    plain = [count for count in counts if not count.total]
    if len(names) > 1 and len(plain) == len(names) and len(set(found.values())) < len(names):
        lists = plain[-1].end <= arms[0].start or arms[-1].end <= plain[0].start
        if lists:
            return {count.start: name for count, name in zip(plain, names, strict=True)}, {arm.start for arm in arms}
    governing: Arm | None = None
    position = 0
    for count in counts:
        while position < len(arms) and arms[position].end <= count.start:
            if arms[position].firm and arms[position].start not in claimed:
                governing = arms[position]
            position += 1
        if governing and count.start not in found:
            found[count.start] = governing.name
    return found, claimed


def _opens(tokens: Tokens, end: int, start: int) -> bool:
    return start == end + 1 and tokens.word(end) in ("(", "[", ":", ",")


def _leads_to_arm(tokens: Tokens, start: int, end: int) -> bool:
    return all(
        tokens.kinds[place] in ("in", "among", "left", "with", "people", "person", "function", "article")
        for place in range(start, end)
    )
