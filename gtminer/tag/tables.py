"""Rows of tables as evidence: a row is a record an arm, its header tells the arm and its size (curation rules 14)."""

from collections.abc import Sequence
from functools import lru_cache
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
        records = measure_row(self.header, self.cells)
        return tuple(record for record in records if record.n is not None or record.pct is not None)


def row_at(analysis: Analysis, offset: int) -> Row | None:
    """Return the row of a parsed table that *offset* stands in; None in running text and in headers."""
    for table in analysis.document.tables:
        if table.start <= offset < table.end and table.rows:
            return _row(analysis.text, table, offset)
    return None


def _row(text: str, table: Table, offset: int) -> Row | None:
    start = max(text.rfind("\n", 0, offset) + 1, table.start)
    end = text.find("\n", offset, table.end)
    end = end if end >= 0 else table.end
    header, rows = _read(table)
    cells = rows.get(text[start:end])
    return Row((start, end), cells, header, table.caption) if cells else None


@lru_cache(maxsize=8)
def _read(table: Table) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Return the header of a table, one text a column, and its rows by their line in the text."""
    depth = 1
    while depth < min(_HEADER_ROWS, len(table.rows)) and _is_header(table.rows[depth]):
        depth += 1
    width = max(len(row) for row in table.rows)
    columns = [_spread(row, width) if number < depth - 1 else row for number, row in enumerate(table.rows[:depth])]
    header = tuple(
        " ".join(filter(None, (row[column].strip() for row in columns if column < len(row)))) for column in range(width)
    )
    return header, {" | ".join(filter(None, (cell.strip() for cell in row))): row for row in table.rows[depth:]}


def _is_header(row: Sequence[str]) -> bool:
    """Say whether a row names columns: several cells, and no figure in any behind the first."""
    filled = [cell.strip() for cell in row[1:] if cell.strip()]
    return len(filled) > 1 and not any(cell[0].isdigit() or cell[0] in "-–<≥" for cell in filled)


def _spread(row: Sequence[str], width: int) -> list[str]:
    """Return the cells of an upper header row, each repeated over the empty ones that it spans."""
    cells = list(row) + [""] * (width - len(row))
    for column in range(2, width):
        cells[column] = cells[column] or cells[column - 1]
    return cells
