"""TSV: one line a row, tabs and line breaks inside cells as spaces; nothing else is altered, nothing is quoted."""

import re
from typing import TextIO

from gtminer.report.table import Style, Table, words
from gtminer.text import safe

SUFFIXES = (".tsv", ".tab")
BINARY = False

_BREAKS = re.compile("[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


def write(table: Table, out: TextIO, style: Style) -> None:
    """Write *table*; several values of a cell are joined by ``"; "``."""
    if style.header:
        out.write("\t".join(column.name for column in table.columns) + "\n")
    for row in table.rows:
        out.write("\t".join(safe(_BREAKS.sub(" ", words(cell))) for cell in row) + "\n")
