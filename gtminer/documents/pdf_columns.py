"""Tables without upright rules: columns told by the gaps that run down through the lines."""

import re
from collections.abc import Iterable, Sequence

from gtminer.documents.pdf_cells import Cell, Grid, rows_of
from gtminer.documents.pdf_layout import Line
from gtminer.documents.pdf_text import Segment
from gtminer.documents.table_words import is_organ_class

_BULLET = re.compile(r"[•●▪➢✓◦o·–—-]|\(?[a-z0-9]{1,2}[.)]")
_STEP = 2.0  # points
_GAP = 6.0  # the narrowest gap between two columns
_CROSSED = 0.12  # the share of lines that may run over a gap: headings that span columns
_PROSE = 0.75  # a single segment wider than this share of the text is prose


def by_height(page: int, segments: Iterable[Segment]) -> list[Line]:
    """Return the segments as lines from the top of the page to its foot, whatever the order of its content."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda segment: (-segment.y, segment.x0)):
        if rows and abs(rows[-1][0].y - segment.y) < 0.35 * max(segment.size, rows[-1][0].size):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    right = max((segment.x1 for row in rows for segment in row), default=0.0)
    lines = []
    for row in rows:
        row.sort(key=lambda segment: segment.x0)
        text = " ".join(segment.text for segment in row)
        size = max(segment.size for segment in row)
        lines.append(Line(page, text, row[0].x0, row[-1].x1, row[0].y, size, right, tuple(row)))
    return lines


def is_row(line: Line) -> bool:
    """Tell whether a line has cells; a bullet and its text are one."""
    return len(line.cells) > 1 + bool(_BULLET.fullmatch(line.cells[0].text))


def aligned(lines: Sequence[Line], right: float) -> tuple[list[Line], Grid] | None:
    """Return the lines from the first on that are one table, and the table, or None where they are none.

    *lines* are by height; *right* is the right edge of the page's text.
    """
    table = _extent(lines, right)
    segments = [cell for line in table for cell in line.cells]
    if sum(map(is_row, table)) < 2:
        return None
    walls = _walls(table)
    if len(walls) < 1:
        return None
    edges = [min(segment.x0 for segment in segments), *walls, max(segment.x1 for segment in segments) + 1]
    rows: list[tuple[str, ...]] = []
    for block in _blocks(table, walls):
        cells: dict[int, Cell] = {}
        for column in range(len(edges) - 1):
            inside = [cell for line in block for cell in line.cells if _column(cell, walls) == column]
            if inside:
                cells[column] = Cell(inside, edges[column], edges[column + 1])
        rows += rows_of(cells, len(edges) - 1)
    if len(rows) < 3:
        return None
    bottom = min(line.y for line in table) - 3
    top = max(line.y + line.size for line in table)
    return table, Grid(edges[0], bottom, edges[-1], top, rows, tuple(edges[:-1]), frozenset())


def _extent(lines: Sequence[Line], right: float) -> list[Line]:
    """The lines before the first of prose; a wide line alone may be a heading within the table, two are not."""
    taken: list[Line] = []
    left = min((line.x0 for line in lines), default=0.0)
    wide = 0
    for line in lines:
        if taken and taken[-1].y - line.y > 4.5 * max(line.size, taken[-1].size):
            break
        if not is_row(line) and line.x1 - line.x0 > _PROSE * (right - left):
            wide += 1
            if wide == 2:
                break
        elif is_row(line):
            wide = 0
        taken.append(line)
    while taken and not is_row(taken[-1]) and not (_is_entry(taken) or is_organ_class(taken[-1].text)):
        taken.pop()
    return taken


def _is_entry(taken: Sequence[Line]) -> bool:
    """Does the last line, of one segment, belong to the row above: set in a later column, or its broken end?"""
    last = taken[-1]
    above = next((line for line in reversed(taken[:-1]) if is_row(line)), None)
    if above is None:
        return False
    starts = [cell.x0 for cell in above.cells[1:]]
    later = any(abs(last.x0 - start) < 4 for start in starts)
    return above.y - last.y < 1.6 * last.size and (later or last.text[0].islower())


def _walls(lines: Sequence[Line]) -> list[float]:
    """The middles of the gaps that (nearly) no line crosses."""
    segments = [cell for line in lines for cell in line.cells]
    many = [line for line in lines if is_row(line)]
    left, right = min(s.x0 for s in segments), max(s.x1 for s in segments)
    most = _CROSSED * len(many)
    walls: list[float] = []
    start: float | None = None
    at = left
    while at <= right + _STEP:
        crossed = sum(cell.x0 < at < cell.x1 for line in many for cell in line.cells)
        free = crossed <= most and at < right
        if free and start is None:
            start = at
        elif not free and start is not None:
            if at - start >= _GAP and start > left + 1:
                walls.append((start + at - _STEP) / 2)
            start = None
        at += _STEP
    columns = range(len(walls) + 1)
    held = [sum(_column(cell, walls) == column for line in many for cell in line.cells) for column in columns]
    return [wall for wall, left_of, right_of in zip(walls, held, held[1:], strict=False) if left_of and right_of]


def _column(segment: Segment, walls: Sequence[float]) -> int:
    """The column in which a segment begins."""
    return sum(wall <= segment.x0 + 1 for wall in walls)


def _blocks(lines: Sequence[Line], walls: Sequence[float]) -> list[list[Line]]:
    """Lines that make one row: what goes on in lower case or in a later column only belongs to the row above."""
    blocks: list[list[Line]] = []
    for line in lines:
        columns = {_column(cell, walls) for cell in line.cells}
        close = bool(blocks) and blocks[-1][-1].y - line.y < 1.45 * line.size
        ends = line.text[0].islower() or line.text[0] in "(≥<"
        if close and ends and (len(columns) == 1 or 0 not in columns):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks
