"""JSON: one array of objects, one object a line, text exactly as stored."""

import json
from typing import TextIO

from gtminer.report.table import Style, Table
from gtminer.text import escaped

SUFFIXES = (".json",)
BINARY = False

_encode = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode


def write(table: Table, out: TextIO, style: Style) -> None:
    """Write *table*; every row carries all columns, missing values as null."""
    names = [column.name for column in table.columns]
    lead = "[\n"
    for row in table.rows:
        out.write(lead + escaped(_encode(dict(zip(names, row, strict=True)))))
        lead = ",\n"
    out.write("[]\n" if lead == "[\n" else "\n]\n")
