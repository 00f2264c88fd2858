"""People, and words that tell whether a number counts them: `12 evaluable adults`, `were treated`, `90% reduction`."""

from gtminer.tag.printed.tokens import Tokens

GAP = 7  # words between a number and the people it counts: "12 evaluable adult patients"
DASHES = frozenset("-‐‑–—")
_THE = frozenset(("the", "these", "those", "our", "all", "a", "total", "its", "their"))
_PRONOUNS = frozenset(("those", "these"))
_BEHIND_RATE = frozenset(
    ("and", "verb", "in", "left", "with", "versus", "open", "break", "function", "negative", "end", "outcome")
)


def people_end(tokens: Tokens, index: int) -> int | None:
    """Return the index behind the people named at *index*, a few describing words let by, or None."""
    place = index
    while place < index + GAP and place < tokens.size and tokens.owner[place] < 0:
        kind = tokens.kinds[place]
        if kind in ("people", "person"):
            if tokens.words[place] in _PRONOUNS and (tokens.owner_of(place + 1) >= 0 or is_noun(tokens, place + 1)):
                return None  # "of these events"
            while tokens.kind(place + 1) in ("people", "person"):
                place += 1
            return place + 1
        if kind == "and" and place > index and is_noun(tokens, place + 1):
            place += 1
            continue
        if kind in ("", "enrolled", "generic", "notarm", "comparator"):
            word = tokens.words[place]
            if not (word[0].isalpha() or word in DASHES):
                return None
        elif kind != "label" or (tokens.word(place + 1) not in DASHES and tokens.word(place - 1) not in DASHES):
            return None
        place += 1
    return None


def skip_the(tokens: Tokens, index: int) -> int:
    """Return the index behind `the`, `all of these`, `a total of`."""
    while tokens.word(index) in _THE:
        index += 1
        if tokens.word(index) == "of" and tokens.word(index - 1) == "total":
            index += 1
    return index


def is_total(tokens: Tokens, start: int, end: int) -> bool:
    """Tell whether people counted on [start, end) are the set: `of the 34 boys,`, `12 patients were treated`."""
    before = tokens.word(start - 1)
    first = start - 2 if before in ("the", "these", "our", "all") else start - 1
    if tokens.kind(first) == "among" and (
        tokens.kind(first - 1) in ("end", "", "label", "unit", "group", "generic") or tokens.word(first - 1) == "out"
    ):
        return True
    if tokens.kind(end) == "received":
        return True
    place = end
    while tokens.word(place) in ("were", "was", "have", "had", "been", "will", "be"):
        place += 1
    return place > end and tokens.kind(place) == "enrolled"


def is_arm_next(tokens: Tokens, index: int) -> bool:
    """Tell whether an arm or people are named in the next words."""
    return any(tokens.kind(place) in ("group", "people", "comparator") for place in range(index, index + GAP))


def is_rate_end(tokens: Tokens, index: int) -> bool:
    """Tell whether what follows a percentage leaves it a rate of people: `90% reduction` is none."""
    if tokens.owner_of(index) >= 0 or tokens.used_at(index) or tokens.kind(index) in _BEHIND_RATE:
        return True
    word = tokens.word(index)
    return not word[0].isalnum() or tokens.kind(index) in ("enrolled", "received", "people", "events", "none", "group")


def is_part_end(tokens: Tokens, index: int) -> bool:
    """Tell whether what follows `3 of 12` leaves it a count of people: `1 of 10 dosings` is none."""
    if tokens.kind(index) in ("unit", "percent", "label"):
        return False
    return people_end(tokens, index) is not None or is_rate_end(tokens, index)


def is_noun(tokens: Tokens, index: int) -> bool:
    """Tell whether a noun follows, so that what stands before only describes it: `30 leukaemia samples`."""
    return tokens.kind(index) == "" and tokens.word(index)[:1].isalpha() and tokens.owner_of(index) < 0


def is_part(n: str, whole: str) -> bool:
    """Tell whether *n* can be some of *whole*."""
    return int(n.replace(",", "")) <= int(whole.replace(",", "")) and whole != "0"
