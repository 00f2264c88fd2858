"""Ruled tables: the cells that the rules of a page make, and the text in them as rows.

Cells are found as pdfplumber finds them, from the rules that pdfium gives: the page is not parsed a second time, and
files that pdfminer cannot read are read as well.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pdfplumber.table import Table as Found
from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

from gtminer.documents.pdf_cells import Cell, Grid, narrowed, rows_of, tidy
from gtminer.documents.pdf_rules import Rule
from gtminer.documents.pdf_text import Segment

_TOLERANCE = 3.0  # points, as pdfplumber's
_GAP = 8.0
_MOST_RULES = 10_000
_MOST_CROSSINGS = 40_000  # a page of 100 rows and 20 columns has 2,000
_NOTE = 100  # characters in the only cell of a row that are more than a heading


def grids(rules: Sequence[Rule], segments: Sequence[Segment]) -> list[Grid]:
    """Return the tables of two rows and two columns or more, from the top of the page to its foot."""
    if not 6 <= len(rules) <= _MOST_RULES:
        return []
    merged = merge_edges([_edge(rule) for rule in rules], *[_TOLERANCE] * 4)
    upright = sum(edge["orientation"] == "v" for edge in merged)
    if upright * (len(merged) - upright) > _MOST_CROSSINGS:  # graph paper, a map: no table, and time without end
        return []
    crossings = edges_to_intersections(merged, _TOLERANCE, _TOLERANCE)
    cells = intersections_to_cells(crossings) if len(crossings) <= _MOST_CROSSINGS // 8 else []
    no_page: Any = None  # the class only keeps it
    found = [_grid(Found(no_page, boxes), segments) for boxes in cells_to_tables(cells)]
    whole: list[Grid] = []
    for grid in sorted((grid for grid in found if grid is not None), key=lambda grid: -grid.y1):
        if whole and _goes_on(whole[-1], grid):
            above = whole[-1]
            whole[-1] = above._replace(y0=grid.y0, rows=above.rows + grid.rows, taken=above.taken | grid.taken)
        else:
            whole.append(grid)
    return whole


def _goes_on(above: Grid, below: Grid) -> bool:
    """Is it one table, between whose rows the rules leave a gap?"""
    same = len(above.columns) == len(below.columns) and all(
        abs(one - two) < _TOLERANCE for one, two in zip(above.columns, below.columns, strict=True)
    )
    return same and 0 <= above.y0 - below.y1 < _GAP


def _edge(rule: Rule) -> dict[str, Any]:
    """The rule as pdfplumber has it; its axis points down, so heights are negative."""
    return {
        "x0": rule.x0,
        "x1": rule.x1,
        "top": -rule.y1,
        "bottom": -rule.y0,
        "doctop": -rule.y1,
        "width": rule.x1 - rule.x0,
        "height": rule.y1 - rule.y0,
        "orientation": "v" if rule.upright else "h",
        "object_type": "line",
    }


def _grid(found: Any, segments: Sequence[Segment]) -> Grid | None:
    left, top, right, bottom = found.bbox
    inside = [
        index
        for index, segment in enumerate(segments)
        if not segment.turned and left - 2 <= segment.x0 < right and -bottom <= _middle(segment) <= -top
    ]
    lefts = sorted({cell[0] for cell in found.cells})
    taken: set[int] = set()
    ruled: list[tuple[dict[int, Cell], list[int]]] = []
    for row in found.rows:
        cells: dict[int, Cell] = {}
        inner: list[int] = []
        for box in row.cells:
            members = [index for index in inside if box and index not in taken and _holds(box, segments[index])]
            if box and members:
                taken.update(members)
                inner += members
                cells[lefts.index(box[0])] = Cell([segments[index] for index in members], box[0], box[2])
        if cells:
            ruled.append((cells, inner))
    while ruled and _is_note(ruled[-1][0]):  # footnotes in the last row are no row
        bottom = -max(segments[index].y + segments[index].size for index in ruled[-1][1])
        taken.difference_update(ruled.pop()[1])
    rows = tidy([row for cells, _ in ruled for row in rows_of(cells, len(lefts))])
    rows, columns = narrowed(rows, lefts)
    if len(columns) < 2 or len(rows) < 2:
        return None
    return Grid(left, -bottom, right, -top, rows, columns, frozenset(taken))


def _is_note(cells: dict[int, Cell]) -> bool:
    """One cell that holds sentences: more than two lines, or a long one."""
    if len(cells) != 1:
        return False
    text = [segment.text for cell in cells.values() for segment in cell.segments]
    return sum(map(len, text)) > _NOTE


def _middle(segment: Segment) -> float:
    return segment.y + 0.3 * segment.size


def _holds(box: Iterable[float], segment: Segment) -> bool:
    """A segment stands in the cell where it begins; one that sticks out to the left, where its middle is."""
    left, top, right, bottom = box
    if not -bottom - 1 <= _middle(segment) <= -top + 1:
        return False
    return left - 1 <= segment.x0 + 1 < right or left <= (segment.x0 + segment.x1) / 2 < right
