"""Rows of tables as evidence: a row is a record an arm, its header tells the arm and its size (curation rules 14)."""

from collections.abc import Sequence
from typing import NamedTuple

from gtminer.model import Table
from gtminer.tag.analysis import Analysis, Span
from gtminer.tag.measures import Measures
from gtminer.tag.rows import measure_row

_HEADER_ROWS = 3


class Row(NamedTuple):
    """A row of a table in the text: its line, its cells, and the header above it."""

    line: Span
    cells: tuple[str, ...]
    header: tuple[str, ...]
    caption: str

    def measures(self) -> tuple[Measures, ...]:
        """Return one record for each arm that the row counts; none where it counts nobody."""
        return tuple(measure_row(self.header, self.cells))


def row_at(analysis: Analysis, offset: int) -> Row | None:
    """Return the row of a parsed table that *offset* stands in; None in running text and in headers."""
    for table in analysis.document.tables:
        if table.start <= offset < table.end and table.rows:
            return _row(analysis.text, table, offset)
    return None


def _row(text: str, table: Table, offset: int) -> Row | None:
    number = text.count("\n", table.start, offset)
    depth = _header_depth(table.rows)
    if not depth <= number < len(table.rows):
        return None
    start = text.rfind("\n", table.start, offset) + 1 or table.start
    end = text.find("\n", offset, table.end)
    header = _joined(table.rows[:depth])
    return Row((start, end if end >= 0 else table.end), table.rows[number], header, table.caption)


def _header_depth(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows the header takes: the first, and those below it whose first cell is empty."""
    depth = 1
    while depth < min(_HEADER_ROWS, len(rows)) and not rows[depth][0].strip() and any(rows[depth]):
        depth += 1
    return depth


def _joined(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    width = max((len(row) for row in rows), default=0)
    return tuple(
        " ".join(filter(None, (row[column].strip() for row in rows if column < len(row)))) for column in range(width)
    )
