"""Segments of pages to lines in reading order, without running heads and feet, and lines to paragraphs."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from gtminer.documents.pdf_text import PageText, Segment

SOFT_HYPHENS = "\ufffe\u00ad"  # pdfium's mark of a hyphen at a line end; the soft hyphen

_MARGIN = 0.12  # heads and feet stand in this share of the page's height, above and below
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–]?\s*(\d{1,4})\s*[-–]?(?:\s*(?:/|of|sur|von|de)\s*\d{1,4})?", re.IGNORECASE)
_COUNTED = re.compile(r"\bpage\s*(\d{1,4})\s*(?:/|of)\s*\d{1,4}$", re.IGNORECASE)
_FULL = 0.6  # a column of prose fills this share of its width on the median line
_LIST_ITEM = re.compile(r"(?:[•●▪➢✓◦o·–—-]|\(?[a-z0-9]{1,2}[.)])\s")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


class Line(NamedTuple):
    """One line of a page; *cells* are its segments, *left* and *right* the edges of its column."""

    page: int
    text: str
    x0: float
    x1: float
    y: float
    size: float
    right: float
    cells: tuple[Segment, ...]
    left: float = 0.0


class PrintedPages(NamedTuple):
    """What the running heads and feet say of page numbers: the printed number of a page, where one is printed."""

    numbers: dict[int, int]

    @property
    def strays(self) -> tuple[int, ...]:
        """PDF pages whose printed number is neither their own nor a constant away from it."""
        offsets = Counter(printed - page for page, printed in self.numbers.items())
        usual = offsets.most_common(1)[0][0] if offsets else 0
        return tuple(page for page, printed in self.numbers.items() if printed - page != usual)


def _shape(text: str) -> str:
    return _DIGITS.sub("#", text.casefold())


def _rows(segments: Iterable[Segment]) -> list[tuple[Segment, ...]]:
    """Segments that follow each other on one baseline, in the order given."""
    rows: list[list[Segment]] = []
    for segment in segments:
        if rows and _same_row(rows[-1][-1], segment):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [tuple(row) for row in rows]


def _same_row(left: Segment, right: Segment) -> bool:
    reach = 0.3 * max(left.size, right.size)
    return -reach < left.y - right.y < reach and right.x0 > left.x1 - 1 and left.turned == right.turned


def furniture(pages: Sequence[PageText]) -> tuple[list[tuple[Segment, ...]], PrintedPages]:
    """Return the segments of each page without running heads and feet, and the page numbers these print.

    A piece of text runs when it stands, digits aside, at the same height on more than half of the pages. Rows
    of such pieces, from the edge of the page inwards, are heads and feet; so is there a text that runs elsewhere
    (landscape pages carry it at another height) and a bare page number. The first other row ends them, so that
    the repeated cells of a long table stay.
    """
    seen: Counter[tuple[int, str]] = Counter()
    for page in pages:
        low, high = _MARGIN * page.height, (1 - _MARGIN) * page.height
        keys = {
            (round(segment.y / 4), _shape(segment.text))
            for segment in page.segments
            if segment.turned or not low <= segment.y <= high
        }
        seen.update(keys | {(height + 1, shape) for height, shape in keys})
    enough = max(2, len(pages) / 2)
    running = {shape for (_, shape), count in seen.items() if count > enough}
    numbered = any(_PAGE_NUMBER.fullmatch(shape.replace("#", "1")) for shape in running)
    kept: list[tuple[Segment, ...]] = []
    printed: dict[int, int] = {}
    for page in pages:
        gone = {index for side in _edges(page) for index in _takewhile_running(page, side, running, numbered, printed)}
        kept.append(tuple(segment for index, segment in enumerate(page.segments) if index not in gone))
    if sum(map(bool, kept)) * 2 < len(pages):  # slides and forms: what repeats is all that there is
        return [page.segments for page in pages], PrintedPages(printed)
    return kept, PrintedPages(printed)


def _edges(page: PageText) -> Iterator[list[list[int]]]:
    """The rows of the page's upper and lower margin, from the edge inwards, as indexes of segments."""
    low, high = _MARGIN * page.height, (1 - _MARGIN) * page.height
    turned = [[index] for index, segment in enumerate(page.segments) if segment.turned]
    for start, end, sign in ((high, float("inf"), -1), (float("-inf"), low, 1)):
        rows: dict[int, list[int]] = defaultdict(list)
        for index, segment in enumerate(page.segments):
            if not segment.turned and start < segment.y < end:
                rows[round(segment.y / 3)].append(index)
        yield [rows[height] for height in sorted(rows, key=lambda height: sign * height)]
    yield from ([row] for row in turned)


def _takewhile_running(
    page: PageText, rows: list[list[int]], running: set[str], numbered: bool, printed: dict[int, int]
) -> Iterator[int]:
    for row in rows:
        texts = [page.segments[index].text for index in row]
        # What stands beside a counted page number may be there on a few pages only: a template's error, a date.
        counted = next((found for text in texts if (found := _COUNTED.search(text))), None)
        if counted:
            printed.setdefault(page.number, int(counted[1]))
            yield from row
            continue
        for text in texts:
            shape = _shape(text)
            number = _PAGE_NUMBER.fullmatch(text)
            if number and (numbered or "/" in shape or shape.startswith("page")):
                printed.setdefault(page.number, int(number[1]))
            elif shape not in running:
                return
        yield from row


def _gutter(edges: Sequence[Segment]) -> float | None:
    """The middle of the gap between two columns of prose, or None where the page has one column or a table."""
    if len(edges) < 20:
        return None
    left, right = min([segment.x0 for segment in edges]), max([segment.x1 for segment in edges])
    width = right - left
    if len([0 for segment in edges if segment.x1 - segment.x0 > 0.6 * width]) > 0.2 * len(edges):
        return None  # lines of one column
    steps = [left + width * share / 100 for share in range(35, 66)]
    turns = [0] * (len(steps) + 1)  # where segments begin to cross the steps, and cease to
    for segment in edges:
        begin, end = bisect_right(steps, segment.x0 + 2), bisect_left(steps, segment.x1 - 2)
        if begin < end:
            turns[begin] += 1
            turns[end] -= 1
    crossings = list(accumulate(turns[:-1]))
    least = min(crossings)
    if least > 0.15 * len(edges):
        return None
    best = [step for step, crossing in zip(steps, crossings, strict=True) if crossing == least]
    middle = best[len(best) // 2]
    sides: tuple[dict[int, list[Segment]], dict[int, list[Segment]]] = (defaultdict(list), defaultdict(list))
    for segment in edges:
        if segment.x1 <= middle + 2:
            sides[0][round(segment.y)].append(segment)
        elif segment.x0 >= middle - 2:
            sides[1][round(segment.y)].append(segment)
    for side, column in zip(sides, (middle - left, right - middle), strict=True):
        spans = sorted(max(s.x1 for s in line) - min(s.x0 for s in line) for line in side.values())
        if len(spans) < 8 or spans[len(spans) // 2] < _FULL * column:
            return None
    return middle


def _in_columns(segments: Sequence[Segment], middle: float) -> list[list[Segment]]:
    """Bands between the lines that run over both columns, each read left column first."""
    wide = [segment for segment in segments if segment.x0 < middle - 2 and segment.x1 > middle + 2]
    heights = sorted((segment.y for segment in wide), reverse=True)
    bands: dict[tuple[int, int], list[Segment]] = defaultdict(list)
    for segment in segments:
        above = sum(height > segment.y + 0.3 * segment.size for height in heights)
        if segment.x0 < middle - 2 and segment.x1 > middle + 2:
            bands[2 * above, 0].append(segment)
        else:
            on_wide = any(abs(height - segment.y) <= 0.3 * segment.size for height in heights)
            bands[2 * above - (0 if on_wide else 1), 0 if on_wide or segment.x0 < middle else 1].append(segment)
    return [sorted(bands[key], key=lambda s: (-round(s.y), s.x0)) for key in sorted(bands)]


def _in_stream_order(segments: Sequence[Segment]) -> list[Segment]:
    """Trust the order of the page's content, unless it goes back up without moving to a cell on the right.

    Where it does, the stretches between are put in order of height; where these interleave, all segments are.
    """
    chunks: list[list[Segment]] = []
    for segment in segments:
        last = chunks[-1][-1] if chunks else None
        if last is None or (segment.y > last.y + 0.5 * last.size and segment.x0 <= last.x0 + last.size):
            chunks.append([segment])
        else:
            chunks[-1].append(segment)
    if len(chunks) < 2:
        return list(segments)
    chunks.sort(key=lambda chunk: -max(segment.y for segment in chunk))
    floors = [min(segment.y for segment in chunk) for chunk in chunks]
    tops = [max(segment.y for segment in chunk) for chunk in chunks]
    interleaved = any(top > floor + 1 for floor, top in zip(floors, tops[1:], strict=False))
    in_order = [segment for chunk in chunks for segment in chunk]
    return sorted(in_order, key=lambda s: (-round(s.y / 2), s.x0)) if interleaved else in_order


def lines(page: PageText, segments: Sequence[Segment]) -> Iterator[Line]:
    """Yield the lines of *page* in reading order; *segments* are its own, without furniture."""
    upright = [segment for segment in segments if not segment.turned]
    turned = [segment for segment in segments if segment.turned]
    middle = _gutter(upright)
    columns = [_in_stream_order(upright)] if middle is None else _in_columns(upright, middle)
    for column in (*columns, turned):
        left = min((segment.x0 for segment in column), default=0.0)
        right = max((segment.x1 for segment in column), default=0.0)
        for row in _rows(column):
            first = row[0]
            if len(row) == 1:
                yield Line(page.number, first.text, first.x0, first.x1, first.y, first.size, right, row, left)
            else:
                text = " ".join([cell.text for cell in row])
                size = max([cell.size for cell in row])
                yield Line(page.number, text, first.x0, row[-1].x1, first.y, size, right, row, left)


def goes_on(line: Line, after: Line) -> bool:
    """Does the paragraph of *line* go on in the line *after* it?"""
    if line.page != after.page or abs(line.size - after.size) > 0.12 * line.size:
        return False
    drop = line.y - after.y
    if not 0.7 * line.size < drop < 1.9 * line.size or _LIST_ITEM.match(after.text):
        return False
    if line.text[-1] in SOFT_HYPHENS:
        return True
    same_left = abs(line.x0 - after.x0) < 2.5
    if same_left and after.text[0].islower() and line.text[-1] not in ".;:":  # a cell or a short line, broken
        return True
    full = line.x1 > line.right - 0.22 * (line.right - line.x0)
    hanging = after.x0 - line.x0 < 4 * line.size and bool(_LIST_ITEM.match(line.text))
    return full and (same_left or hanging or 0 < line.x0 - after.x0 < 4 * line.size) and len(after.cells) <= 2


def join(left: str, right: str, is_word: Callable[[str], bool]) -> str:
    """Join two lines of a paragraph; a hyphen at the break goes only where the word stands elsewhere without it.

    Names of genes, vectors and trials keep theirs: `AAV-` and `9` make `AAV-9`.
    """
    last = left[-1]
    if last == "\u00ad":
        return left[:-1] + right
    if last not in "-\ufffe":
        return f"{left} {right}"
    stem = left[:-1]
    if not stem or stem[-1] == " ":  # a dash, not a hyphen
        return f"{stem}- {right}"
    words = _WORD.findall(stem[-40:])
    after = _WORD.match(right)
    if not words or not after:
        return f"{stem}-{right}"
    head, tail = words[-1], after[0]
    broken = head[-1].isalpha() and tail[0].islower() and is_word(f"{head}{tail}") and not is_word(f"{head}-{tail}")
    return stem + right if broken else f"{stem}-{right}"


def end_marks(text: str) -> str:
    """Turn the marks of broken words that no join has used into ordinary hyphens, or nothing."""
    return text.replace("\ufffe", "-").replace("\u00ad", "") if not text.isascii() else text


def word_test(texts: Iterable[str]) -> Callable[[str], bool]:
    """Return a test for words of the document, built when first asked."""
    words: set[str] = set()

    def is_word(word: str) -> bool:
        if not words:
            pieces = set("\n".join(texts).casefold().split())  # a fifth of them all
            words.update(_WORD.findall("\n".join(pieces)))
        return word.casefold() in words

    return is_word
