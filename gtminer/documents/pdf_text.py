"""Runs of characters of a PDF page as segments: stretches of one line with their place and size.

Coordinates are points with the origin at the lower left of the page *as it is read*: a page whose text runs up the
side is turned first.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from gtminer import tsv
from gtminer.documents import pdf_calls as calls
from gtminer.documents.pdf_rules import Drawn, Rule, Walls, draw
from gtminer.documents.pdf_runs import BACK, CELL, RAISED, Run, characters, runs

# Shares of the font size, measured on EMA reports of 2000 to 2022 and on FDA labels.
_SAME_LINE = 0.55  # baselines nearer than this are one line with raised or lowered marks
_SMALLER = 0.87  # raised and lowered characters are smaller than this
_SPACE = 0.2  # a gap wider than this is a space where pdfium saw a line end

# A raised mark that carries meaning stays: powers (10^14), units (m^2), charges (CD4+), ordinals (5th).
_POWER = re.compile(r"[-−–+]?\d{1,3}")
_UNIT = re.compile(r"(?:^|[\s/·(])(?:[mcdµμnk]?m|s|h|min|kg|g|L|l|day)$")
_KEPT = re.compile(r"[-−+±]+|\d?[+−-]|st|nd|rd|th|°|º|[®™©]")
_OPENS = " ([{-–/+"  # no footnote follows these: an isotope does, (177Lu)
_MARK = re.compile(r"(?:[a-z]|\d{1,2}|[*†‡§¶#^ⱡ]+)(?:[\s,;]*(?:[a-z]|\d{1,2}|[*†‡§¶#]+))*[\s,;)]*")
_SUPERSCRIPT = re.compile("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")


class Segment(NamedTuple):
    """Text between *x0* and *x1* on the baseline *y*; *turned* when it does not run as the page is read."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    turned: bool = False


class PageText(NamedTuple):
    """What one page shows; *pictures* are the boxes (x0, y0, x1, y1) of its images, *rules* those of its lines."""

    number: int
    width: float
    height: float
    segments: tuple[Segment, ...]
    dropped: int  # characters of oblique text, such as the stamp of withdrawn products
    turns: int  # quarter turns (counter-clockwise) of the text against the page's own axes
    rules: tuple[Rule, ...] = ()
    pictures: tuple[tuple[float, float, float, float], ...] = ()


@cache
def _glyphs() -> dict[int, str]:
    """The table for ``str.translate`` of glyphs that are no characters of their own: glyphs.tsv, and controls."""
    table = dict.fromkeys((*range(32), *range(127, 160), 8203, 8206, 8207, 8288, 65279), "")
    table |= dict.fromkeys((9, 10, 13, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
    table |= dict.fromkeys((*range(8234, 8239), *range(8294, 8298), *range(55296, 57344)), "")
    for row in tsv.packaged("glyphs.tsv", ("code", "text")):
        table[int(row["code"], 16)] = row["text"]
    return table


def _turn(run: Run, turns: int, width: float, height: float) -> tuple[float, float, float]:
    """(x0, x1, y) of a run on the page as it is read, once it is turned."""
    x, y, far = run.x, run.y, run.far
    if turns == 1:
        return y, max(far, y), width - x
    if turns == 2:
        return width - x, width - min(far, x), height - y
    return height - y, height - min(far, y), x


def raise_mark(base: str, mark: str) -> str:
    """Return what a raised *mark* adds to the text *base* before it: `^14`, `+`, or nothing for a footnote mark.

    A power may stand before another mark: `m2 177Lu` with 2 and 177 raised.
    """
    mark = mark.strip()
    last = base[-1:]
    if mark == "TM":
        return "™"
    if not mark or not last or last in _OPENS or _KEPT.fullmatch(mark):
        return mark
    if _POWER.fullmatch(mark.split(" ", 1)[0]) and (last.isdigit() or _UNIT.search(base)):
        return "^" + mark.replace("−", "-").replace("–", "-")
    return "" if _MARK.fullmatch(mark) else mark


def _clean(text: str) -> str:
    """Text of a run with glyphs turned into characters; U+FFFE and U+00AD stay as marks of a broken word."""
    if text.isascii() and text.isprintable():
        return text
    text = text.translate(_glyphs())
    return _SUPERSCRIPT.sub(lambda found: raise_mark(text[: found.start()], found[0].translate(_SUPERSCRIPTS)), text)


class _Open:
    """A segment that still grows."""

    __slots__ = ("size", "text", "x0", "x1", "y")

    def __init__(self, text: str, x0: float, x1: float, y: float, size: float) -> None:
        self.text, self.x0, self.x1, self.y, self.size = text, x0, x1, y, size

    def takes(self, run: Run, x0: float, x1: float, y: float) -> bool:
        """Add the run if it goes on in this segment."""
        text, before, own = run.text, run.before, run.size
        size = own if own > self.size else self.size
        gap, rise = x0 - self.x1, y - self.y
        if not (BACK * size <= gap <= CELL * size and -_SAME_LINE * size <= rise <= _SAME_LINE * size):
            return False
        if not (text.isascii() and text.isprintable()):
            text = _clean(text)
        if before and self.text[-1:] != " " and (gap > _SPACE * size or "\n" not in before):
            self.text += " "
        if -RAISED * size <= rise <= RAISED * size:
            self.text += text
        elif own < _SMALLER * self.size:
            self.text += raise_mark(self.text, text) if rise > 0 else text
        elif self.size < _SMALLER * own:  # the mark came first
            self.text += text
            self.y, self.size = y, own
        elif abs(rise) > 0.3 * size:
            return False
        else:
            self.text += text
        self.x1 = max(self.x1, x1)
        return True

    def close(self, turned: bool) -> Segment | None:
        text = " ".join(self.text.split())
        return Segment(text, self.x0, self.x1, self.y, self.size, turned) if text else None


def _segments(
    runs: list[Run], turns: int, width: float, height: float, turned: bool, walls: Walls
) -> Iterator[Segment]:
    current: _Open | None = None
    walled = bool(walls)
    for run in runs:
        x0, x1, y = _turn(run, turns, width, height) if turns else (run.x, max(run.far, run.x), run.y)
        if current is not None:
            parted = walled and walls.between(current.x1 - 1.5, x0 + 1.5, y + 0.3 * current.size)
            if not parted and current.takes(run, x0, x1, y):
                continue
            if segment := current.close(turned):
                yield segment
        current = _Open(_clean(run.text), x0, x1, y, run.size)
    if current is not None and (segment := current.close(turned)):
        yield segment


def read_page(page: Any, number: int, needs_rules: Callable[[str], bool] | None = None) -> PageText:
    """Read the pdfium page handle *page*; *number* is 1-based. Oblique text (a stamp) is left out and counted.

    Where *needs_rules* says so of its text, rules and pictures are looked for; what stands on both sides of an
    upright rule is not joined.
    """
    width, height = calls.page_width(page), calls.page_height(page)
    if calls.page_rotation(page) % 2:  # characters are placed on the page before it is turned
        width, height = height, width
    text_page = calls.quick(calls.load_text(page))
    try:
        text = characters(text_page)
        drawn = draw(page) if needs_rules and needs_rules(text) else Drawn((), ())
        by_turns: dict[int | None, list[Run]] = defaultdict(list)
        for run in runs(text_page, text, Walls(drawn.rules)):
            by_turns[run.turns].append(run)
    finally:
        calls.close_text(text_page)
    weight = Counter(
        {turns: sum(len(run.text) for run in found) for turns, found in by_turns.items() if turns is not None}
    )
    dropped = sum(len(run.text) for run in by_turns.pop(None, []))
    main = weight.most_common(1)[0][0] if weight else 0
    drawn = drawn.turned(main, width, height)
    walls = Walls(drawn.rules)
    segments: list[Segment] = []
    for turns in sorted(weight, key=lambda turns: (turns != main, turns)):
        segments.extend(_segments(by_turns[turns], turns, width, height, turned=turns != main, walls=walls))
    if main % 2:
        width, height = height, width
    return PageText(number, width, height, tuple(segments), dropped, main, *drawn)
