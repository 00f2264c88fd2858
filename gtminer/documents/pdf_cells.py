"""The text of table cells: broken words and lines joined, lists of terms within a row told apart."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gtminer.documents.pdf_layout import end_marks
from gtminer.documents.pdf_text import Segment

_BULLET = re.compile(r"^[•▪➢✓◦·–-]\s+")
_GOES_ON = re.compile(r"(?:[,(/–-]|\b(?:and|or|of|with|to|et|und))$")
_NEAR = 18.0  # points between the left edges of cells that may be one column
_BAR = re.compile(r"\s*\|\s*")


class Cell(NamedTuple):
    """The segments of one cell and its left and right edge."""

    segments: Sequence[Segment]
    x0: float
    x1: float


class Grid(NamedTuple):
    """A table on one page: its box, its rows, the edges of its columns, and the segments that stand in it."""

    x0: float
    y0: float
    x1: float
    y1: float
    rows: list[tuple[str, ...]]
    columns: tuple[float, ...]
    taken: frozenset[int]  # indexes of segments


class Item(NamedTuple):
    """One entry of a cell: the baseline of its first line, and its text."""

    y: float
    text: str


def _lines(cell: Cell) -> list[Segment]:
    """The lines of a cell from above, each as one segment."""
    lines: list[list[Segment]] = []
    for segment in sorted(cell.segments, key=lambda segment: (-segment.y, segment.x0)):
        if lines and abs(lines[-1][0].y - segment.y) < 0.4 * max(segment.size, lines[-1][0].size):
            lines[-1].append(segment)
        else:
            lines.append([segment])
    joined = []
    for line in lines:
        line.sort(key=lambda segment: segment.x0)
        text = " ".join(segment.text for segment in line)
        size = max(segment.size for segment in line)
        joined.append(Segment(text, line[0].x0, line[-1].x1, line[0].y, size))
    return joined


def items(cell: Cell) -> list[Item]:
    """Return the entries of a cell: a line that begins with a capital though it had room on the line before is one.

    What had no room is the broken end of the entry before it, as is what goes on in lower case or with a figure.
    """
    found: list[Item] = []
    last: Segment | None = None
    for line in _lines(cell):
        text = _BULLET.sub("", line.text)
        if last is not None and not _begins(last, line, cell, bulleted=text != line.text):
            found[-1] = found[-1]._replace(text=_join(found[-1].text, text))
        elif text:
            found.append(Item(line.y, text))
        last = line
    return [item._replace(text=_BAR.sub(" / ", end_marks(item.text)).strip()) for item in found]


def _begins(last: Segment, line: Segment, cell: Cell, *, bulleted: bool) -> bool:
    if bulleted:
        return True
    if not line.text[0].isupper() or _GOES_ON.search(last.text):
        return False
    word = (line.x1 - line.x0) * len(line.text.split(" ", 1)[0]) / len(line.text)
    return last.x1 + 0.3 * last.size + word < cell.x1 - 2


def _join(left: str, right: str) -> str:
    if left[-1] == "\u00ad":
        return left[:-1] + right
    if left[-1] == "\ufffe":
        return left[:-1] + ("" if right[0].islower() else "-") + right
    if left[-1] == "-" and left[-2:-1].isalnum():
        return left + right
    return f"{left} {right}"


def rows_of(cells: Mapping[int, Cell], columns: int) -> list[tuple[str, ...]]:
    """Return the rows that one ruled row holds: one for each entry of the cell with the most of them.

    The entries of the other cells stand beside the one at their height; what a table does not repeat is not repeated.
    """
    entries = {column: items(cell) for column, cell in cells.items()}
    lists = [found for found in entries.values() if len(found) > 1 and _is_list(found)]
    if not lists:
        row = [" ".join(item.text for item in entries.get(column, ())) for column in range(columns)]
        return [tuple(row)] if any(row) else []
    anchor = max(lists, key=len)
    rows = [[""] * columns for _ in anchor]
    for column, found in entries.items():
        for item in found:
            nearest = min(range(len(anchor)), key=lambda place: abs(anchor[place].y - item.y))
            if len(found) == 1:
                nearest = 0
            rows[nearest][column] = f"{rows[nearest][column]} {item.text}".strip()
    return [tuple(row) for row in rows]


def tidy(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the rows with the broken ends of cells, which some tables rule as rows, where they belong."""
    kept: list[tuple[str, ...]] = []
    for row in rows:
        filled = [column for column, cell in enumerate(row) if cell]
        if kept and len(filled) == 1 and row[filled[0]][0].islower() and kept[-1][filled[0]]:
            above = list(kept[-1])
            above[filled[0]] = _join(above[filled[0]], row[filled[0]])
            kept[-1] = tuple(above)
        elif filled:
            kept.append(row)
    return kept


def narrowed(
    rows: Sequence[tuple[str, ...]], edges: Sequence[float]
) -> tuple[list[tuple[str, ...]], tuple[float, ...]]:
    """Return rows and left edges without empty columns; near neighbours that no row fills both are one column."""
    columns = [column for column in range(len(edges)) if any(row[column] for row in rows)]
    groups: list[list[int]] = []
    for column in columns:
        near = bool(groups) and edges[column] - edges[groups[-1][-1]] < _NEAR
        if near and not any(row[column] and any(row[other] for other in groups[-1]) for row in rows):
            groups[-1].append(column)
        else:
            groups.append([column])
    joined = [tuple(next((row[column] for column in group if row[column]), "") for group in groups) for row in rows]
    return joined, tuple(edges[group[0]] for group in groups)


def _is_list(found: Sequence[Item]) -> bool:
    """Entries such as terms: short, and most without the end of a sentence."""
    short = sum(len(item.text) < 90 and not item.text.endswith(".") for item in found)
    return short > 0.7 * len(found)
