"""Characters of a PDF page, from pdfium, as runs: stretches of one baseline, size and direction with their place.

pdfium is asked once for the text of a page and, where a line is not one object, once a character for the text object
behind it (the cheapest question it has); everything dearer is asked once an object.
"""

import ctypes
import math
from collections.abc import Iterator
from typing import Any

from gtminer.documents import pdf_calls as calls
from gtminer.documents.pdf_rules import Walls

# Shares of the font size, measured on EMA reports of 2000 to 2022 and on FDA labels.
CELL = 0.8  # a gap wider than this parts cells, columns, what a tab parts
BACK = -0.6  # what begins farther back than this does not go on
RAISED = 0.12  # a baseline higher than this is another: that of a raised mark, if it is smaller

_LOOSE = 0.7  # characters are no wider than this on the average
_FAR = (1, 3, 0, 2)  # by quarter turns: which of left, right, bottom, top is the far edge


class Run:
    r"""Characters of one baseline, size and direction, before the page is turned.

    *before* is what pdfium put between this run and the last: nothing, " " or "\r\n". *turns* are the quarter turns
    of its direction, None where it is oblique. It ends at *far* in its direction: the right edge of its last
    character, or the top, left, bottom.
    """

    __slots__ = ("before", "far", "size", "text", "turns", "x", "y")

    def __init__(self, text: str, before: str, turns: int | None, x: float, y: float, far: float, size: float) -> None:
        self.text, self.before, self.turns, self.x, self.y, self.far, self.size = text, before, turns, x, y, far, size


def characters(page: Any) -> str:
    """Return the text of a text page with one code point for each of pdfium's character indexes."""
    count = calls.count_characters(page)
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    if calls.get_text(page, 0, count, buffer) - 1 != count:
        # pdfium skips characters without a code here, but not in its indexes.
        codes = [calls.get_unicode(page, index) for index in range(count)]
        return "".join(chr(code) if code < 0x10000 else "\ufffd" for code in codes)
    text = bytes(buffer)[: 2 * count].decode("utf-16-le", errors="surrogatepass")
    if len(text) != count:  # astral characters: one code point where pdfium counts two
        text = "".join(char if ord(char) < 0x10000 else char + "\u200b" for char in text)
    return text


def runs(page: Any, text: str, walls: Walls) -> list[Run]:
    """Return the runs of a text page; a text object that bridges an upright rule or a wide gap is told apart."""
    get_matrix, get_box, font_size = calls.get_matrix, calls.get_box, calls.font_size
    floats, doubles = (ctypes.c_float * 6)(), (ctypes.c_double * 4)()
    matrix: Any = memoryview(floats).cast("B").cast("f")  # quicker to ask than the array
    to_matrix, (left, right, bottom, top) = ctypes.byref(floats), (ctypes.byref(doubles, 8 * n) for n in range(4))
    walled = bool(walls)
    found: list[Run] = []
    start, before, last = 0, "", 0
    current: Run | None = None  # what the next object may go on
    for target, end in _stretches(page, text):
        if not target:
            before += text[start:end]
            start = end
            continue
        get_matrix(page, start, to_matrix)
        a, b, c, d, x, y = matrix.tolist()
        size = abs(font_size(page, start) * (math.hypot(c, d) if c else d))
        if target == last:  # the matrix tells where the object begins, not where it goes on after a gap
            calls.get_origin(page, start, left, right)
            x, y = doubles[:2]
        get_box(page, end - 1, left, right, bottom, top)
        turns = _quarter(a, b) if b or a < 0 else 0
        far = doubles[_FAR[turns or 0]]
        piece, length = text[start:end], end - start
        if turns == 0 and (
            far - x > _LOOSE * size * (length if length > 4 else 4)
            or (walled and walls.between(x + 1, far - 1, y + 0.3 * size))
        ):
            found += _parts(page, Run(piece, before, 0, x, y, far, size), start, walls)
            current = None
        elif (
            current is not None
            and turns == 0
            and size == current.size
            and "\n" not in before
            and BACK * size <= x - current.far <= CELL * size
            and -RAISED * size <= y - current.y <= RAISED * size
            and not (walled and walls.between(current.far - 1.5, x + 1.5, y + 0.3 * size))
        ):
            current.text += f" {piece}" if before else piece
            current.far = max(current.far, far)
        else:
            current = Run(piece, before, turns, x, y, far, size)
            found.append(current)
            if turns != 0:
                current = None
            elif far < x:
                current.far = x
        start, before, last = end, "", target
    return found


def _parts(page: Any, run: Run, first: int, walls: Walls) -> Iterator[Run]:
    """A level run as the words between its wide gaps and upright rules."""
    box = (ctypes.c_double * 4)()
    to_box = [ctypes.byref(box, 8 * place) for place in range(4)]
    middle = run.y + 0.3 * run.size
    start, end, x, x1 = 0, 0, run.x, run.x
    before = run.before
    for index, char in enumerate(run.text):
        if char == " ":
            continue
        calls.get_box(page, first + index, *to_box)
        left, right = box[:2]
        gap = left - x1
        wall = gap > 0 and walls.between(x1 - 1, left + 1, middle)
        if end and (gap > CELL * run.size or wall):
            yield Run(run.text[start:end], before, 0, x, run.y, x1, run.size)
            start, x, before = index, left, " "
        end, x1 = index + 1, right
    yield Run(run.text[start:], before, 0, x, run.y, max(x1, x), run.size)


def _stretches(page: Any, text: str) -> list[tuple[int, int]]:
    """Each text object in turn, as its address (0: pdfium put the characters in), and where its characters end.

    The characters of an object stand together on a line: its ends are found by halving, not by asking for each.
    """
    ask = calls.text_object
    found: list[tuple[int, int]] = []

    def halve(low: int, first: int, high: int, last: int) -> None:
        """Find what ends between *low* and *high*, at which *first* and *last* stand."""
        while high - low > 1:
            middle = (low + high) // 2
            between = ask(page, middle)
            if between == last and last:
                high = middle
                continue
            if between != first or not first:
                halve(low, first, middle, between)
            low, first = middle, between
        found.append((first, high))

    start = 0
    for line in text.split("\r\n"):
        end = start + len(line)
        if line:
            first, last = ask(page, start), ask(page, end - 1)
            if end - start > 1 and (first != last or not first):
                halve(start, first, end - 1, last)
            found.append((last, end))
        start = end + 2
        if start <= len(text):
            found.append((0, start))
    return found


def _quarter(a: float, b: float) -> int | None:
    """Quarter turns of the direction (a, b), or None where it is oblique."""
    angle = math.degrees(math.atan2(b, a))
    turns = round(angle / 90)
    return turns % 4 if abs(angle - 90 * turns) < 2 else None
