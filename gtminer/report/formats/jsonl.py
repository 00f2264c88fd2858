"""JSON Lines: one object a row, text exactly as stored."""

import json
from typing import TextIO

from gtminer.report.table import Style, Table
from gtminer.text import escaped

SUFFIXES = (".jsonl", ".ndjson")
BINARY = False

_encode = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode


def write(table: Table, out: TextIO, style: Style) -> None:
    """Write *table*; every row carries all columns, missing values as null."""
    names = [column.name for column in table.columns]
    for row in table.rows:
        out.write(escaped(_encode(dict(zip(names, row, strict=True)))) + "\n")
