"""Tables of adverse events: found by their captions and their shape, read over page breaks, each with its state.

A table is `parsed` (its rows stand in the text), `picture` (its caption is text, its body is not) or `failed`.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gtminer.documents import table_words as words
from gtminer.documents.pdf_bodies import Body, columns, has_shape, lists, ruled
from gtminer.documents.pdf_columns import by_height
from gtminer.documents.pdf_layout import Line, lines
from gtminer.documents.pdf_sections import Block, is_contents
from gtminer.documents.pdf_text import PageText, Segment

KIND = "adverse_event_table"

_NEAR = 90.0  # points between a caption and what it captions
_SAME = 8.0  # points by which the columns of a table may move from page to page
_HEADER_ROWS = 5
_FOLLOWING = 2  # pages after the last that names a table
_PICTURE_ABOVE = 40.0
_LONG_CELL = 300
_PICTURE = (0.3, 30.0)  # a picture of a table: share of the page's width, height in points


class FoundTable(NamedTuple):
    """A table as it leaves the worker."""

    caption: str
    page: int
    state: str
    rows: list[tuple[str, ...]]


class _Caption(NamedTuple):
    text: str
    top: float
    foot: float

    @property
    def promises(self) -> bool:
        return words.promises_events(self.text)


class _Open:
    """A table that the next page may go on with."""

    def __init__(self, index: int, body: Body) -> None:
        self.index, self.columns, self.x0, self.x1 = index, body.columns, body.x0, body.x1


class NearTables:
    """Tells of each page in turn whether a table of adverse events may stand on it: it names one, or follows such."""

    def __init__(self) -> None:
        self._left = 0

    def __call__(self, text: str) -> bool:
        """Hear the text of the next page."""
        self._left = _FOLLOWING + 1 if words.hints(text) else self._left - 1
        return self._left > 0


class Finder:
    """Takes the pages of a document in order and finds its tables of adverse events."""

    def __init__(self) -> None:
        self._tables: list[FoundTable] = []
        self._open: _Open | None = None  # the table at the foot of the last page
        self._last: tuple[int, _Open] | None = None  # the last table and the page on which it stood
        self._owed: _Caption | None = None  # the caption at the foot of the last page

    def finish(self) -> list[FoundTable]:
        """Return all tables, in order; a caption after which nothing came is a table that failed."""
        self._give_up()
        return self._tables

    def read(self, page: PageText, segments: Sequence[Segment]) -> Iterator[Line | Block]:
        """Yield the lines of a page in reading order, with the rows of its tables of adverse events in their places."""
        upright = [segment for segment in segments if not segment.turned]
        if self._open is None and self._owed is None and not _hints(by_height(page.number, upright)):
            yield from lines(page, segments)
            return
        blocks, members = self._tables_of(page, upright)
        at = 0
        blocks.sort(key=lambda placed: -placed[0])
        for line in lines(page, [segment for segment in segments if segment not in members]):
            while at < len(blocks) and line.y < blocks[at][0] and len(blocks) > at:
                yield blocks[at][1]
                at += 1
            yield line
        for _, block in blocks[at:]:
            yield block

    def _tables_of(self, page: PageText, upright: Sequence[Segment]) -> tuple[list[tuple[float, Block]], set[Segment]]:
        """The rows of the page's tables, each with its height, and the segments that stand in them."""
        heights = by_height(page.number, upright)
        bodies = ruled(page, upright, heights)
        captions = list(_captions(heights, bodies))
        placed: list[tuple[float, Block]] = []
        members: set[Segment] = set()
        waiting, going_on = self._owed, self._open
        self._owed = self._open = None
        last = self._last[1] if self._last and self._last[0] == page.number - 1 else None
        answered: set[_Caption] = set()

        def keep(body: Body, caption: _Caption | None) -> None:
            index = self._add(page.number, body, caption)
            placed.append((body.y1, self._block(index, page.number, body)))
            members.update(body.members)
            self._last = page.number, _Open(index, body)
            if _at_foot(body, heights):
                self._open = self._last[1]

        for number, body in enumerate(bodies):
            above = bodies[number - 1].y0 if number else float("inf")
            caption = _caption_of(body, captions, above, answered)
            if caption is not None:
                answered.add(caption)
            at_top = not any(line.y > body.y1 for line in heights if not _within(line, captions))
            if last and caption and words.is_same_table(caption.text, self._tables[last.index].caption):
                going_on = last  # its caption says so, whatever stands between
            if (
                going_on
                and (at_top or going_on is last)
                and _continues(going_on, body, caption, self._tables[going_on.index].caption)
            ):
                self._extend(going_on, page.number, body, placed)
                members.update(body.members)
                self._last = page.number, going_on
                self._open = going_on if _at_foot(body, heights) else None
                going_on = None
            elif caption is None and waiting and at_top:
                keep(body, waiting)
                waiting = None
            elif _is_of_events(body, caption):
                keep(body, caption)
        rest = [caption for caption in captions if caption.promises and caption not in answered]
        if waiting is not None and not (captions and captions[0].text == waiting.text):
            rest.insert(0, waiting._replace(top=page.height, foot=page.height))
        free = [line for line in heights if not members.intersection(line.cells)]
        for caption in rest:
            loose = _unruled(page, free, caption, captions, bodies)
            if loose is not None:
                keep(loose, caption)
                free = [line for line in free if not members.intersection(line.cells)]
            elif _picture(page, caption, captions):
                self._tables.append(FoundTable(caption.text, page.number, "picture", []))
            elif caption.top < page.height and _is_last(caption, free):
                self._owed = caption
                self._owed_page = page.number
            elif caption.top < page.height or caption is waiting:
                self._tables.append(FoundTable(caption.text, page.number, "failed", []))
            else:
                self._owed = None
                self._tables.append(FoundTable(caption.text, page.number - 1, "failed", []))
        if going_on and not captions and not bodies:
            loose = _unruled(page, free, None, captions, bodies)
            if loose is not None and _continues(going_on, loose, None, ""):
                self._extend(going_on, page.number, loose, placed)
                members.update(loose.members)
                self._open = going_on if _at_foot(loose, heights) else None
                free = [line for line in free if not members.intersection(line.cells)]
        for body in lists(free):
            keep(body, None)
        return placed, members

    def _add(self, page: int, body: Body, caption: _Caption | None) -> int:
        self._tables.append(FoundTable(caption.text if caption else "", page, "parsed", list(body.rows)))
        return len(self._tables) - 1

    def _block(self, index: int, page: int, body: Body) -> Block:
        text = "\n".join(" | ".join(cell for cell in row if cell) for row in body.rows)
        return Block(page, KIND, self._tables[index].caption, text, index)

    def _extend(self, going_on: _Open, page: int, body: Body, placed: list[tuple[float, Block]]) -> None:
        """Add the rows of a further page to a table, without the heading rows that it repeats."""
        table = self._tables[going_on.index]
        rows = [_moved(row, body.columns, going_on.columns) for row in body.rows]
        repeated = 0
        while repeated < min(_HEADER_ROWS, len(rows)) and rows[repeated] in table.rows[:_HEADER_ROWS]:
            repeated += 1
        rows = rows[repeated:]
        table.rows.extend(rows)
        if rows:
            placed.append((body.y1, self._block(going_on.index, page, body._replace(rows=rows))))

    def _give_up(self) -> None:
        if self._owed is not None:
            self._tables.append(FoundTable(self._owed.text, self._owed_page, "failed", []))
            self._owed = None

    _owed_page = 0


def _hints(heights: Sequence[Line]) -> bool:
    """Does the page show a caption, a system organ class, a frequency or a heading of a list of reactions?"""
    texts = [cell.text for line in heights for cell in line.cells if len(cell.text) < _LONG_CELL]
    return (
        any(words.is_caption(line.text) and words.promises_events(line.text) for line in heights)
        or any(words.is_organ_class(text) or words.frequency(text) for text in texts)
        or words.heads_events(texts)
    )


def _unruled(
    page: PageText,
    free: Sequence[Line],
    caption: _Caption | None,
    captions: Sequence[_Caption],
    bodies: Sequence[Body],
) -> Body | None:
    """The aligned table below a caption, down to the next caption or ruled table."""
    top = caption.foot if caption else page.height
    foots = [other.top for other in captions if other.top < top - 1] + [body.y1 for body in bodies if body.y1 < top]
    foot = max(foots, default=0.0)
    below = [line for line in free if foot < line.y < top - 0.5]
    if not below or (caption and top < page.height and top - below[0].y > _NEAR):
        return None
    return columns(below, max(line.x1 for line in free))


def _captions(heights: Sequence[Line], bodies: Sequence[Body]) -> Iterator[_Caption]:
    """The captions of a page with their broken lines."""
    at = 0
    while at < len(heights):
        line = heights[at]
        at += 1
        if not words.is_caption(line.text) or is_contents(line.text):
            continue
        text, foot = line.text, line.y
        while at < len(heights) and len(text) < 300:
            after = heights[at]
            near = foot - after.y < 1.7 * line.size and abs(after.size - line.size) < 0.1 * line.size
            in_body = any(after.y < body.y1 and after.y > body.y0 for body in bodies)
            bare = not words.title_of(text)  # the number stands on a line of its own
            wide = bare or line.x1 > line.right - 0.25 * (line.right - line.x0) or after.text[0].islower()
            if not near or in_body or not wide or len(after.cells) > 1 or words.is_caption(after.text):
                break
            text, foot, line = f"{text} {after.text}", after.y, after
            at += 1
        yield _Caption(text, heights[at - 1].y if at == 0 else line.y + line.size, foot)


def _within(line: Line, captions: Sequence[_Caption]) -> bool:
    return any(caption.foot - 1 <= line.y <= caption.top for caption in captions)


def _caption_of(body: Body, captions: Sequence[_Caption], above: float, answered: set[_Caption]) -> _Caption | None:
    """The nearest caption over a table, in its first row, or close below it."""
    free = [caption for caption in captions if caption not in answered]
    over = [caption for caption in free if body.y1 - 14 <= caption.foot < above and caption.foot - body.y1 < _NEAR]
    if over:
        return over[-1]
    return next((caption for caption in free if 0 <= body.y0 - caption.top < 14), None)


def _is_of_events(body: Body, caption: _Caption | None) -> bool:
    if caption is not None and caption.promises:
        return True
    return not (caption and words.denies_events(caption.text)) and has_shape(body.rows)


def _continues(open_: _Open, body: Body, caption: _Caption | None, text: str) -> bool:
    if caption is not None and not words.is_same_table(caption.text, text):
        return False
    same_edges = abs(open_.x0 - body.x0) < _SAME and abs(open_.x1 - body.x1) < 3 * _SAME
    return caption is not None or same_edges or _near_columns(body.columns, open_.columns)


def _near_columns(new: Sequence[float], old: Sequence[float]) -> bool:
    return len(new) == len(old) and all(abs(a - b) < _SAME for a, b in zip(new, old, strict=True))


def _moved(row: tuple[str, ...], new: Sequence[float], old: Sequence[float]) -> tuple[str, ...]:
    """A row of a further page with its cells in the columns of the first page, where each has one there."""
    if len(new) == len(old) or len(row) != len(new):
        return row
    places = [min(range(len(old)), key=lambda place: abs(old[place] - edge)) for edge in new]
    if len(set(places)) < len(places):
        return row
    cells = [""] * len(old)
    for cell, place in zip(row, places, strict=True):
        cells[place] = cell
    return tuple(cells)


def _at_foot(body: Body, heights: Sequence[Line]) -> bool:
    """Nothing, or no more than its footnotes, stands below the table on its page."""
    return sum(line.y < body.y0 - 1 for line in heights) <= 6 and body.y0 < 0.45 * max(
        (line.y for line in heights), default=0.0
    )


def _is_last(caption: _Caption, free: Sequence[Line]) -> bool:
    """Does nothing but the heading rows of the table follow on the page, and these at its foot?"""
    below = [line for line in free if line.y < caption.foot - 1]
    return not below or (len(below) <= _HEADER_ROWS and caption.foot < 0.35 * max(line.y for line in free))


def _picture(page: PageText, caption: _Caption, captions: Sequence[_Caption]) -> bool:
    """Does a picture stand where the table should: down to the next caption, or close above it?"""
    share, height = _PICTURE
    foot = max((other.top for other in captions if other.top < caption.top - 1), default=0.0)
    return any(
        (foot - 20 < (y0 + y1) / 2 < caption.foot + 5) or -5 < y0 - caption.top < _PICTURE_ABOVE
        for x0, y0, x1, y1 in page.pictures
        if x1 - x0 > share * page.width and y1 - y0 > height
    )
