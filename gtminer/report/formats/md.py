"""Markdown: a pipe table in which nothing from outside is read as markup."""

import re
from collections.abc import Iterable
from typing import TextIO

from gtminer.report.table import Cell, Style, Table, shown, words
from gtminer.text import one_line

SUFFIXES = (".md", ".markdown")
BINARY = False

_MARKUP = re.compile(r"([\\`*_\[\]<>|~#&])")


def write(table: Table, out: TextIO, style: Style) -> None:
    """Write the columns of *table* that a person is shown."""
    table = shown(table)
    if style.header:
        out.write(_line([column.heading or column.name for column in table.columns]))
        out.write("|" + "|".join("---:" if column.right else "---" for column in table.columns) + "|\n")
    for row in table.rows:
        out.write(_line(row))


def _line(cells: Iterable[Cell]) -> str:
    return "| " + " | ".join(_MARKUP.sub(r"\\\1", one_line(words(cell))) for cell in cells) + " |\n"
