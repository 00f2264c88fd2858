"""A spreadsheet: text stays text, whatever it begins with. Needs the extra `xlsx`."""

from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from gtminer.errors import InputError
from gtminer.report.table import Style, Table, words
from gtminer.text import safe

SUFFIXES = (".xlsx",)
BINARY = True

MOST_ROWS = 1_048_576  # Excel's, with the header
_LONGEST_CELL = 32_767
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(table: Table, out: BinaryIO, style: Style) -> None:
    """Write all columns of *table*; raises InputError for more rows than a sheet holds.

    A text longer than a cell may be ends with "…".
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise InputError("xlsx needs xlsxwriter; run: pip install 'gtminer[xlsx]'") from error
    # Written whole first, since out may be a pipe, which cannot be closed halfway; the parts go with their folder.
    with TemporaryDirectory() as folder:
        path = Path(folder) / "whole.xlsx"
        _fill(xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": folder, **_PLAIN}), table, style)
        with path.open("rb") as whole:
            copyfileobj(whole, out)


def _fill(book: Any, table: Table, style: Style) -> None:
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})  # the same rows are the same bytes
    sheet: Any = book.add_worksheet("gtminer")
    first = int(style.header)
    if style.header:
        bold = book.add_format({"bold": True})
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, column.name, bold)
        sheet.freeze_panes(1, 1)
    for number, row in enumerate(table.rows, start=first):
        if number >= MOST_ROWS:
            raise InputError(f"more than {MOST_ROWS - first:,} rows, which no sheet holds; narrow it or take csv")
        for place, cell in enumerate(row):
            if isinstance(cell, bool):
                sheet.write_boolean(number, place, cell)
            elif isinstance(cell, int | float):
                sheet.write_number(number, place, cell)
            elif text := safe(words(cell)):
                cut = text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
                sheet.write_string(number, place, cut)
    book.close()
