"""Where a text defines its own abbreviations: Schwartz and Hearst's idea, repaired.

Their method (PSB 2003) takes the shortest run of words that holds the letters of the short form in order, so it
turns "adeno-associated virus (AAV)" into "associated virus". Here every run of words that could be meant is
priced, initial letters being free, and the cheapest one within bounds wins. Hyphenated parts count as words.
The work at one bracket, comma or line is bounded, so time is linear in the length of the text.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from operator import itemgetter
from typing import NamedTuple

from gtminer.tag.fold import GREEK

# Function words: small ones seldom give a letter, and hardly any begins a long form.
_SMALL = frozenset(
    ["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "type", "with"]
)
_NEVER_FIRST = _SMALL - {"in", "type"} | {"into", "is", "than", "that", "this", "was", "were", "which"}

_MAX_LETTERS = 10
_GAP = 12  # characters that may part a long form and its bracket or sign: white space, quotes
_INFINITY = float("inf")
_PLURAL = re.compile(r"(?:[^\W_a-z]|Ab)s$")

_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015"
_DASHES = re.compile(f"[{_HYPHENS}]")
_HYPHEN = r"\-\u2010-\u2015"
_TOKEN = rf"[^\W_](?:[\w/+&'’{_HYPHEN}]|\.(?=\w)){{0,13}}"
_SHORT = rf"{_TOKEN}(?: [^\W_][\w/+{_HYPHEN}]{{0,5}}(?![\w/+{_HYPHEN}])){{0,2}}?"
_LEAD_IN = (
    r"(?:(?:and|abbreviated(?: as)?|abbreviation:?|also|called|denoted|designated|hereafter|hereinafter|henceforth"
    r"|i\.e\.,?|known as|namely|or|referred to as|so-called|termed|the)\s+){0,4}"
)
_QUOTE = "[\"'“”‘’]?"
_IN_BRACKET = re.compile(rf"\s*{_LEAD_IN}{_QUOTE}({_SHORT}){_QUOTE}(?=\s*[)\];,:([]|\s(?:and|or)\s)")
_ANOTHER = re.compile(rf"\s*(?:[;,]|\sor\s|\sand\s)\s*{_LEAD_IN}{_QUOTE}({_SHORT}){_QUOTE}(?=\s*[)\];,])")
_BEFORE_BRACKET = re.compile(rf"(?<![\w{_HYPHEN}/])({_TOKEN}){_QUOTE}\s{{0,2}}$")
_LONG_IN_BRACKET = re.compile(rf"\s*{_LEAD_IN}{_QUOTE}(?=\w)")
_CLOSING = (")", "]")
_BRACKETED = re.compile(r"\([^()\[\]]*\)|\[[^()\[\]]*\]")
_UNIT_END = re.compile(r"[.?!][\"'”’]?\s+(?=[(\[\"“]?[^\Wa-z])|[;:]\s|\n\s*\n|[()\[\]|\t]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CLEAN = re.compile(rf"(?:[\w'’{_HYPHEN}]|\s(?!\s*\n))+")
_BREAK = re.compile("[,±=<>≥≤+%]")
_TO_BRACKET = re.compile("[\\s\"'“”‘’*\\-]*")

# In lists of abbreviations: "AAV, adeno-associated virus;" "AAV = ..." "AAV: ..." "AAV – ..." and one a line.
_COMMA = re.compile(r",(?:(?<=[^\Wa-z_],)|(?<=[A-Zb]s,))[ \n](?=\w)")
_SIGNS = ("=", ":", " - ", " \u2013 ", " \u2014 ")
_BEFORE_SIGN = re.compile(rf"(?:^|(?P<list>[;.:\n|]\s*)|[\s(\[,])({_TOKEN})\s?$")
_LINE = re.compile(rf"[ \t]*({_TOKEN})[ \t]*(?:\|[ \t]*|(?<=[ \t]))(?=[^\W\d_])")
_ITEM_END = re.compile(r"[;,()\[\]|=\t]|\.(?=\s|$)|\n\s*\n")


class Definition(NamedTuple):
    """A short form and the words it stands for, as written; offsets are 0-based, half-open, into the text.

    The s of a plural ("AAVs") is no part of the short form.
    """

    short: str
    short_start: int
    short_end: int
    long: str
    long_start: int
    long_end: int


class Site(NamedTuple):
    """A place where a short form may be defined. What it stands for costs most, so it is worked out when asked for.

    The long form would end in [*first*, *last*].
    """

    short: str
    start: int
    first: int
    last: int
    find: Callable[[], tuple[int, int] | None]

    def definition(self, text: str) -> Definition | None:
        """Return the definition; None where there is no long form, or one no longer than the short or holding it."""
        short, long = self.short, self.find()
        if long is None:
            return None
        words = text[long[0] : long[1]]
        if len(words) <= len(short) or (short in words and re.search(rf"(?<!\w){re.escape(short)}s?(?!\w)", words)):
            return None
        return Definition(short, self.start, self.start + len(short), words, *long)


_start = itemgetter(1)  # of a site


class _Run:
    """The words of a stretch of text, in lower case, Greek letters as Latin initials; offsets are into the text."""

    def __init__(self, text: str, begin: int, window: str) -> None:
        """Take the words of *window*, which is what stands in *text* at *begin*, plain."""
        self.text = text
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.inner: set[int] = set()  # those that follow a hyphen
        self.apart: set[int] = set()  # those that follow a comma or a sign
        last = 0
        for match in _WORD.finditer(window):
            start, stop = match.span()
            if last and (gap := window[last:start]) != " ":
                if gap[0] in _HYPHENS and len(gap.rstrip()) == 1:
                    self.inner.add(len(self.words))
                elif _BREAK.search(gap):
                    self.apart.add(len(self.words))
            last = stop
            self.words.append(match[0])
            self.starts.append(begin + start)
            self.ends.append(begin + stop)

    def is_locant(self, at: int) -> bool:
        """Say whether the word *at* is a number, a Greek letter or its name: "delta-aminolevulinic acid (ALA)"."""
        word = self.words[at]
        return word in GREEK or word.isdigit() or (len(word) == 1 and not self.text[self.starts[at]].isascii())

    def step(self, at: int) -> float:
        """Return the price of one more letter of the word *at* right behind the last one."""
        return 0.0 if self.text[self.starts[at] : self.ends[at]].isupper() or self.words[at][0].isdigit() else 0.4


def definitions(text: str) -> list[Definition]:
    """Return what *text* defines, in the order of the short forms; a short form may stand there more than once."""
    found = [definition for site in sites(text) if (definition := site.definition(text))]
    return list(dict.fromkeys(found))


def sites(text: str) -> list[Site]:
    """Return where *text* may define short forms, in their order."""
    return sorted([*_at_brackets(text), *_at_signs(text), *_at_lines(text)], key=_start)


def _at_brackets(text: str) -> Iterator[Site]:
    """Yield from `long (SHORT)` and `SHORT (long)`."""
    for bracket in "([":
        at = text.find(bracket)
        while at >= 0:
            if first := _IN_BRACKET.match(text, at + 1):
                yield from _before(text, at, first)
            if _may_end_short(text, at):
                yield from _inside(text, at)
            at = text.find(bracket, at + 1)


def _may_end_short(text: str, at: int) -> bool:
    """Say whether what stands before *at*, but for one space, is a capital, a digit, or the end of `AAVs` or `NAb`."""
    last = text[at - 1 : at] or " "
    if last.isspace():
        last = text[at - 2 : at - 1] or " "
    return last.isalnum() and (not last.islower() or last in "sb")


def _before(text: str, at: int, first: re.Match[str]) -> Iterator[Site]:
    """Yield the short forms in the bracket at *at* whose long forms stand before it."""
    match: re.Match[str] | None = first
    for _ in range(4):
        if match is None:
            return
        short = _singular(match[1])
        if letters := _letters(short):
            start = match.start(1)
            yield Site(short, start, at - _GAP, at, partial(_preceding, text, at, short, letters))
        end = match.end()
        if text.startswith(_CLOSING, end):  # nearly always
            return
        match = _ANOTHER.match(text, end)


def _preceding(text: str, at: int, short: str, letters: str) -> tuple[int, int] | None:
    return _by_initials(text, at, letters) or _by_price(text, at, short, letters)


def _inside(text: str, at: int) -> Iterator[Site]:
    """Yield the short form before the bracket at *at* if the bracket begins with its long form."""
    near = max(0, at - 18)
    match = _BEFORE_BRACKET.search(text[near:at])
    if match is None or (near and match.start() == 0):
        return
    short = _singular(match[1])
    if (letters := _letters(short)) and (opening := _LONG_IN_BRACKET.match(text, at + 1)):
        yield from _followed(text, short, near + match.start(1), opening.end(), letters, 0.4 * len(letters))


def _followed(
    text: str, short: str, start: int, begin: int, letters: str, bound: float, *, line: bool = False
) -> Iterator[Site]:
    """Yield the short form at *start* if the words from *begin* on, which it would stand for, have its initial."""
    first = begin
    while text[first : first + 1].isspace():
        first += 1
    if _plain(text[first : first + 1]) == letters[0]:
        find = partial(_following, text, first, letters, bound, line=line)
        yield Site(short, start, begin, begin + _unit_size(letters) + _GAP, find)


def _at_signs(text: str) -> Iterator[Site]:
    """Yield from `SHORT, long` and `SHORT = long` (also `:` and a dash)."""
    for match in _COMMA.finditer(text):
        yield from _at_sign(text, match.start(), match.end(), strict=True)
    for sign in _SIGNS:
        at = text.find(sign)
        while at >= 0:
            if _may_end_short(text, at):
                yield from _at_sign(text, at, at + len(sign), strict=sign not in "=:")
            at = text.find(sign, at + 1)


def _at_sign(text: str, at: int, end: int, *, strict: bool) -> Iterator[Site]:
    """Yield the short form that ends at *at* and stands for the words from *end* on.

    Where *strict*, the sign is common in running text: outside a list only plain initials count.
    """
    near = max(0, at - 18)
    match = _BEFORE_SIGN.search(text[near:at])
    if match is None or (near and match.start() == 0):
        return
    short = _singular(match[2])
    letters = _letters(short)
    if not letters or short.islower():
        return
    in_list = match["list"] is not None or near + match.start() == 0
    if strict and not in_list and len(letters) < 3:
        return
    bound = 0.2 if strict and not in_list else 0.4 * len(letters)
    yield from _followed(text, short, near + match.start(2), end, letters, bound)


def _at_lines(text: str) -> Iterator[Site]:
    """Yield from lists with one short form a line, its long form filling the rest of the line or two lines."""
    newline = -1
    while True:
        if match := _LINE.match(text, newline + 1):
            short = _singular(match[1])
            if short.isupper() and (letters := _letters(short)):
                yield from _followed(text, short, match.start(1), match.end(), letters, 0.4 * len(letters), line=True)
        newline = text.find("\n", newline + 1)
        if newline < 0:
            return


def _singular(short: str) -> str:
    return short[:-1] if short[-1] == "s" and _PLURAL.search(short) else short


@lru_cache(maxsize=4096)  # the same short forms come again and again
def _letters(short: str) -> str:
    """Return the letters and digits of *short*, plain, or "" if it is not shaped like an abbreviation."""
    if " " in short and sum(char.isupper() for char in short.partition(" ")[0]) < 2:  # "Arm A", "10 SLE"
        return ""
    letters = _plain(short if short.isalnum() else "".join([char for char in short if char.isalnum()]))
    if not 2 <= len(letters) <= _MAX_LETTERS or letters.isdigit():
        return ""
    if short.lower() == short:
        return letters if len(letters) <= 4 and short.isalpha() else ""
    return letters if len(letters) <= 4 or not short[1:].islower() else ""


_GREEK_INITIALS = {char: name[0] for name, char in zip(GREEK, "αβγδεζηθικλμνξπρστφχψω", strict=True)}
_TO_LATIN = str.maketrans({**_GREEK_INITIALS, "ς": "s", "µ": "m"})


def _plain(text: str) -> str:
    """Return *text* in lower case, Greek letters as the Latin initials of their names; its length is kept."""
    lower = text.lower()
    if lower.isascii():
        return lower
    if len(lower) != len(text):
        lower = "".join([char.lower()[0] for char in text])
    return lower.translate(_TO_LATIN)


def _by_initials(text: str, at: int, letters: str) -> tuple[int, int] | None:
    """Return where the words before *at* stand whose initials are just *letters*: the common case, cheaply."""
    count = len(letters)
    begin = max(0, at - 16 * count)
    window = text[begin:at]
    words = _DASHES.sub(" ", window).split()[-count:]
    if len(words) < count or _plain("".join([word[0] for word in words])) != letters:
        return None
    start = end = len(window.rstrip())
    for word in reversed(words):
        start = window.rfind(word, 0, start)
    if start == 0 or window[start - 1] in _HYPHENS or words[0] in _NEVER_FIRST:
        return None
    return (begin + start, begin + end) if _CLEAN.fullmatch(window, start, end) else None


def _by_price(text: str, at: int, short: str, letters: str) -> tuple[int, int] | None:
    """Return where the cheapest run of words before *at* stands that is within the bounds for *letters*."""
    count = len(letters)
    bound = 0 if short.islower() else 1.25 if count == 2 else 0.5 * count + 0.5
    begin = max(0, at - 30 - 12 * count)
    window = _plain(text[begin:at])
    if not all(letter in window for letter in letters):
        return None
    if begin and (cut := window.find(" ")) > 0:
        window = " " * cut + window[cut:]
    if ")" in window or "]" in window:
        window = _BRACKETED.sub(lambda match: " " * len(match[0]), window)
    last = 0
    for match in _UNIT_END.finditer(text, begin, at):
        if window[match.start() - begin] == match[0][0]:  # no bracket of an aside
            last = match.end() - begin
    run = _Run(text, begin + last, window[last:])
    if not run.words or (run.ends[-1] < at - 1 and not _TO_BRACKET.fullmatch(window, run.ends[-1] - begin)):
        return None
    size = len(run.words)
    best = None
    for first in range(size - 1, max(-1, size - 2 * count - 4), -1):
        if run.words[first][0] == letters[0]:
            extra = float(run.words[first] in _NEVER_FIRST)
            if first in run.inner:
                extra += 0.2 if run.is_locant(first - 1) else 1.5
            price = extra + _price(letters, run, first, bound - extra)
            if price <= bound:  # the nearest of the cheapest
                best, bound = first, price - 0.01
    if not short.islower() and (best is None or (count == 2 and bound > 1)):
        swapped = _out_of_order(letters, run)
        best = best if swapped is None else swapped
    return None if best is None else (run.starts[best], run.ends[-1])


def _out_of_order(letters: str, run: _Run) -> int | None:
    """Return the first of the last words whose initials are *letters* in another order: "myotonic dystrophy (DM)"."""
    left = list(letters)
    for at in range(len(run.words) - 1, -1, -1):
        word = run.words[at]
        if word in _SMALL:
            continue
        if word[0] not in left:
            return None
        left.remove(word[0])
        if not left:
            return at
        if at in run.apart:
            return None
    return None


def _following(text: str, begin: int, letters: str, bound: float, *, line: bool = False) -> tuple[int, int] | None:
    """Return where the long form of *letters* stands that begins at *begin* and fills a unit, priced up to *bound*.

    A line end may be the end of the unit or not, so both readings are priced; with *line* it is one or the other.
    """
    unit = text[begin : begin + _unit_size(letters)]
    whole = begin + len(unit) == len(text)
    newline = unit.find("\n")
    if line:
        ends = [newline, unit.find("\n", newline + 1)] if newline >= 0 else []
    else:
        stop = _ITEM_END.search(unit)
        ends = [stop.start()] if stop else []
        if newline > 0 and (not stop or newline < stop.start()):
            ends.append(newline)
    if whole and (line or not stop):
        ends.append(len(unit))
    best = None
    for end in ends:
        run = _Run(text, begin, _plain(unit[:end]))
        if run.words and run.words[0] not in _NEVER_FIRST and len(run.words) <= 2 * len(letters) + 2:
            price = _price(letters, run, 0, bound)
            if price <= bound:
                best, bound = run.ends[-1], price - 0.01
    return None if best is None else (begin, best)


def _unit_size(letters: str) -> int:
    return 40 + 20 * len(letters)


def _price(letters: str, run: _Run, first: int, bound: float) -> float:
    """Return the least price, or infinity above *bound*, of finding *letters* in order from the word *first* on.

    Free: an initial (0.3 where a small word gives it). 0.4: the letter right behind the last one (free in capitals
    and numbers: `FVIII`). 1: a letter further inside a word. 0.75: a word without a letter (0.2 if small or of one
    letter, 0.5 if behind a hyphen). 0.5 more: a comma or a sign in between.
    """
    count = len(letters)
    prices = {used: price for used, price in _in_word(letters, run, first, 0, 0, 0.0) if price <= bound}
    for at in range(first + 1, len(run.words)):
        word = run.words[at]
        comma = 0.5 if at in run.apart else 0.0
        skip = comma + (0.2 if word in _SMALL or len(word) == 1 else 0.5 if at in run.inner else 0.75)
        after = {used: price + skip for used, price in prices.items() if price + skip <= bound}
        for used, price in prices.items():
            if used == count:
                continue
            found = []
            if word[0] == letters[used]:
                found = _in_word(letters, run, at, used, 0, price + comma + (0.3 if word in _NEVER_FIRST else 0.0))
            if price + comma + 1 <= bound and (place := word.find(letters[used], 1)) > 0:
                found += _in_word(letters, run, at, used, place, price + comma + 1)
            for now, total in found:
                if total <= bound and total < after.get(now, _INFINITY):
                    after[now] = total
        if not after:
            return _INFINITY
        prices = after
    return prices.get(count, _INFINITY)


def _in_word(letters: str, run: _Run, at: int, used: int, place: int, price: float) -> list[tuple[int, float]]:
    """Return how many letters are found, at what price, when the word *at* gives one, two ... more than *used*.

    The first one stands at *place* of the word and makes the price *price*.
    """
    found = [(used + 1, price)]
    word = run.words[at]
    for now in range(used + 1, len(letters)):
        beyond = word.find(letters[now], place + 1)
        if beyond < 0:
            break
        price += 1.0 if beyond > place + 1 else run.step(at)
        place = beyond
        found.append((now + 1, price))
    return found
