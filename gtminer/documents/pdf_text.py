"""Characters of a PDF page, from pdfium, as segments: stretches of one line with their place and size.

pdfium is asked once for the text of a page and once a character for the text object behind it (the cheapest
question it has); everything dearer is asked once a text object. Coordinates are points with the origin at the
lower left of the page *as it is read*: a page whose text runs up the side is turned first.

Not thread-safe: pdfium loses text without an error when two threads call it. One process, one document.
"""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby, repeat
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from gtminer import tsv
from gtminer.documents import pdf_calls as calls
from gtminer.documents.pdf_rules import Drawn, Rule, Walls, draw

# Shares of the font size, measured on EMA reports of 2000 to 2022 and on FDA labels.
_SAME_LINE = 0.55  # baselines nearer than this are one line with raised or lowered marks
_RAISED = 0.12  # a smaller run whose baseline is higher than this is raised
_SMALLER = 0.87  # raised and lowered characters are smaller than this
_SPACE = 0.2  # a gap wider than this is a space where pdfium saw a line end
_LOOSE = 0.7  # characters are no wider than this on the average
_CELL = 0.8  # a gap wider than this begins a new segment (a table cell, a column, a tab)

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


class _Run(NamedTuple):
    """Consecutive characters of one text object, before the page is turned."""

    text: str
    before: str  # what pdfium put between this run and the last: "", " ", "\r\n"
    angle: float
    x: float
    y: float
    box: tuple[float, float, float, float]  # left, bottom, right, top of the last character
    size: float


@cache
def _glyphs() -> dict[int, str]:
    """The table for ``str.translate`` of glyphs that are no characters of their own: glyphs.tsv, and controls."""
    table = dict.fromkeys((*range(32), *range(127, 160), 8203, 8206, 8207, 8288, 65279), "")
    table |= dict.fromkeys((9, 10, 13, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
    table |= dict.fromkeys((*range(8234, 8239), *range(8294, 8298), *range(55296, 57344)), "")
    for row in tsv.read(files("gtminer").joinpath("data", "glyphs.tsv"), ("code", "text")):
        table[int(row["code"], 16)] = row["text"]
    return table


def _characters(page: Any) -> str:
    """The text of a page with one code point for each of pdfium's character indexes."""
    count = pdfium.FPDFText_CountChars(page)
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(page, 0, count, buffer) - 1 != count:
        # pdfium skips characters without a code here, but not in its indexes.
        codes = [pdfium.FPDFText_GetUnicode(page, index) for index in range(count)]
        return "".join(chr(code) if code < 0x10000 else "\ufffd" for code in codes)
    text = bytes(buffer)[: 2 * count].decode("utf-16-le", errors="surrogatepass")
    if len(text) != count:  # astral characters: one code point where pdfium counts two
        text = "".join(char if ord(char) < 0x10000 else char + "\u200b" for char in text)
    return text


def _runs(page: Any, text: str, walls: Walls) -> Iterator[_Run]:
    """The runs of a text page; one that bridges an upright rule or a wide gap is told apart."""
    for run, first in _objects(page, text):
        level = abs(run.angle) < 2
        loose = run.box[2] - run.x > _LOOSE * run.size * max(4, len(run.text))
        if level and (loose or walls.between(run.x + 1, run.box[2] - 1, run.y + 0.3 * run.size)):
            yield from _parts(page, run, first, walls)
        else:
            yield run


def _parts(page: Any, run: _Run, first: int, walls: Walls) -> Iterator[_Run]:
    """A level run as the words between its wide gaps and upright rules."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    middle = run.y + 0.3 * run.size
    start, end, x, x1 = 0, 0, run.x, run.x
    for index, char in enumerate(run.text):
        if char == " ":
            continue
        pdfium.FPDFText_GetCharBox(page, first + index, left, right, bottom, top)
        gap = left.value - x1
        wall = gap > 0 and walls.between(x1 - 1, left.value + 1, middle)
        if end and (gap > _CELL * run.size or wall):
            box = x, bottom.value, x1, top.value
            yield run._replace(text=run.text[start:end], before=run.before if start == 0 else " ", x=x, box=box)
            start, x = index, left.value
        end, x1 = index + 1, right.value
    box = x, bottom.value, max(x1, x), top.value
    yield run._replace(text=run.text[start:], before=run.before if start == 0 else " ", x=x, box=box)


def _objects(page: Any, text: str) -> Iterator[tuple[_Run, int]]:
    """A run for each text object, with the index of its first character."""
    handle = calls.address(page)
    matrix = pdfium.FS_MATRIX()
    to_matrix = ctypes.addressof(matrix)
    box = (ctypes.c_double * 4)()  # left, right, bottom, top
    to_box = [ctypes.addressof(box) + 8 * place for place in range(4)]
    start, before, last = 0, "", None
    for target, group in groupby(map(calls.text_object, repeat(handle), range(len(text)))):
        end = start + len(list(group))
        if target is None:
            before += text[start:end]
            start = end
            continue
        calls.get_matrix(handle, start, to_matrix)
        a, b, c, d = matrix.a, matrix.b, matrix.c, matrix.d
        size = calls.font_size(handle, start) * (abs(d) if not c else math.hypot(c, d))
        if target == last:  # the matrix tells where the object begins, not where it goes on after a gap
            calls.get_origin(handle, start, *to_box[:2])
            at = box[0], box[1]
        else:
            at = matrix.e, matrix.f
        calls.get_box(handle, end - 1, *to_box)
        angle = math.degrees(math.atan2(b, a)) if b else 0.0 if a >= 0 else 180.0
        x0, x1, y0, y1 = box
        yield _Run(text[start:end], before, angle, *at, (x0, y0, x1, y1), abs(size)), start
        start, before, last = end, "", target


def _quarter(angle: float) -> int | None:
    """Quarter turns of an angle in degrees, or None where it is oblique."""
    turns = round(angle / 90)
    return turns % 4 if abs(angle - 90 * turns) < 2 else None


def _turn(run: _Run, turns: int, width: float, height: float) -> tuple[float, float, float]:
    """(x0, x1, y) of a run on the page as it is read."""
    left, bottom, right, top = run.box
    if turns == 0:
        return run.x, max(right, run.x), run.y
    if turns == 1:
        return run.y, max(top, run.y), width - run.x
    if turns == 2:
        return width - run.x, max(width - left, width - run.x), height - run.y
    return height - run.y, max(height - bottom, height - run.y), run.x


def raise_mark(base: str, mark: str) -> str:
    """Return what a raised *mark* adds to the text *base* before it: `^14`, `+`, or nothing for a footnote mark."""
    mark = mark.strip()
    last = base[-1:]
    if mark == "TM":
        return "™"
    if not mark or not last or last in _OPENS or _KEPT.fullmatch(mark):
        return mark
    if _POWER.fullmatch(mark) and (last.isdigit() or _UNIT.search(base)):
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

    __slots__ = ("raised_start", "size", "text", "x0", "x1", "y")

    def __init__(self, text: str, x0: float, x1: float, y: float, size: float) -> None:
        self.text, self.x0, self.x1, self.y, self.size = text, x0, x1, y, size
        self.raised_start = False

    def takes(self, run: _Run, x0: float, x1: float, y: float) -> bool:
        """Add the run if it goes on in this segment."""
        size = max(self.size, run.size)
        gap, rise = x0 - self.x1, y - self.y
        if abs(rise) > _SAME_LINE * size or gap > _CELL * size or gap < -0.6 * size:
            return False
        text = _clean(run.text)
        if run.before and not self.text.endswith(" ") and (gap > _SPACE * size or "\n" not in run.before):
            self.text += " "
        if abs(rise) > _RAISED * size and run.size < _SMALLER * self.size:
            self.text += raise_mark(self.text, text) if rise > 0 else text
        elif abs(rise) > _RAISED * size and self.size < _SMALLER * run.size:  # the mark came first
            self.text += text
            self.y, self.size = y, run.size
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
    runs: list[_Run], turns: int, width: float, height: float, turned: bool, walls: Walls
) -> Iterator[Segment]:
    current: _Open | None = None
    for run in runs:
        x0, x1, y = _turn(run, turns, width, height)
        parted = current is not None and walls.between(current.x1 - 1.5, x0 + 1.5, y + 0.3 * current.size)
        if current is not None and not parted and current.takes(run, x0, x1, y):
            continue
        if current is not None and (segment := current.close(turned)):
            yield segment
        current = _Open(_clean(run.text), x0, x1, y, run.size)
    if current is not None and (segment := current.close(turned)):
        yield segment


def read_page(page: Any, number: int, needs_rules: Callable[[str], bool] = lambda text: False) -> PageText:
    """Read the pdfium page handle *page*; *number* is 1-based. Oblique text (a stamp) is left out and counted.

    Where *needs_rules* says so of its text, rules and pictures are looked for; what stands on both sides of an
    upright rule is not joined.
    """
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    if pdfium.FPDFPage_GetRotation(page) % 2:  # characters are placed on the page before it is turned
        width, height = height, width
    text_page = pdfium.FPDFText_LoadPage(page)
    try:
        text = _characters(text_page)
        drawn = draw(page) if needs_rules(text) else Drawn((), ())
        runs = list(_runs(text_page, text, Walls(drawn.rules)))
    finally:
        pdfium.FPDFText_ClosePage(text_page)
    by_turns: dict[int | None, list[_Run]] = {}
    weight: Counter[int] = Counter()
    for run in runs:
        turns = _quarter(run.angle)
        by_turns.setdefault(turns, []).append(run)
        if turns is not None:
            weight[turns] += len(run.text)
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
