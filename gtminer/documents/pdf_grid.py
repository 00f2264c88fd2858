"""Ruled tables: the cells that the rules of a page make, and the text in them as rows.

Cells are found as pdfplumber finds them, from the rules that pdfium gives: the page is not parsed a second time, and
files that pdfminer cannot read are read as well.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pdfplumber.table import Table as Found
from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

from gtminer.documents.pdf_cells import Cell, Grid, rows_of
from gtminer.documents.pdf_rules import Rule
from gtminer.documents.pdf_text import Segment

_TOLERANCE = 3.0  # points, as pdfplumber's


def grids(rules: Sequence[Rule], segments: Sequence[Segment]) -> list[Grid]:
    """Return the tables of two rows and two columns or more, from the top of the page to its foot."""
    if len(rules) < 6:
        return []
    merged = merge_edges([_edge(rule) for rule in rules], *[_TOLERANCE] * 4)
    cells = intersections_to_cells(edges_to_intersections(merged, _TOLERANCE, _TOLERANCE))
    no_page: Any = None  # the class only keeps it
    found = [_grid(Found(no_page, boxes), segments) for boxes in cells_to_tables(cells)]
    return sorted((grid for grid in found if grid is not None), key=lambda grid: -grid.y1)


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
    rows: list[tuple[str, ...]] = []
    for row in found.rows:
        boxes = [box for box in row.cells if box is not None]
        by_column: dict[int, Cell] = {}
        for box in boxes:
            members = [index for index in inside if index not in taken and _holds(box, segments[index])]
            taken.update(members)
            if members:
                by_column[lefts.index(box[0])] = Cell([segments[index] for index in members], box[0], box[2])
        rows += rows_of(by_column, len(lefts))
    used = [column for column in range(len(lefts)) if any(row[column] for row in rows)]
    if len(used) < 2 or len(rows) < 2:
        return None
    return Grid(
        left, -bottom, right, -top,
        [tuple(row[column] for column in used) for row in rows],
        tuple(lefts[column] for column in used),
        frozenset(taken),
    )  # fmt: skip


def _middle(segment: Segment) -> float:
    return segment.y + 0.3 * segment.size


def _holds(box: Iterable[float], segment: Segment) -> bool:
    """A segment stands in the cell where it begins; one that sticks out to the left, where its middle is."""
    left, top, right, bottom = box
    if not -bottom - 1 <= _middle(segment) <= -top + 1:
        return False
    return left - 1 <= segment.x0 + 1 < right or left <= (segment.x0 + segment.x1) / 2 < right
