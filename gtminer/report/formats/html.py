"""One HTML page with one table, complete in itself: no script, nothing from elsewhere."""

from html import escape
from typing import TextIO

from gtminer.report.table import Style, Table, words
from gtminer.text import safe

SUFFIXES = (".html", ".htm")
BINARY = False

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font: 14px/1.4 system-ui, sans-serif; margin: 1.5em }}
table {{ border-collapse: collapse }}
th, td {{ border-bottom: 1px solid #ccc; padding: .3em .6em; text-align: left; vertical-align: top }}
th {{ position: sticky; top: 0; background: #fff }}
td.n {{ text-align: right }}
</style></head><body>
<h1>{title}</h1>
<table>
"""


def write(table: Table, out: TextIO, style: Style) -> None:
    """Write all columns of *table*; nothing in a cell is read as markup."""
    out.write(_HEAD.format(title=escape(table.title)))
    if style.header:
        names = "".join(f"<th>{escape(column.heading or column.name)}</th>" for column in table.columns)
        out.write(f"<thead><tr>{names}</tr></thead>\n")
    for row in table.rows:
        cells = (
            f"<td{' class=n' * column.right}>{escape(safe(words(cell)))}</td>"
            for column, cell in zip(table.columns, row, strict=True)
        )
        out.write(f"<tr>{''.join(cells)}</tr>\n")
    out.write("</table>\n</body></html>\n")
