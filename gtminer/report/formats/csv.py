"""CSV: RFC 4180, UTF-8, safe to open in a spreadsheet.

Written by column in blocks rather than by cell, which takes half the time of the csv module; a test reads it back
with that module.
"""

import re
from collections.abc import Sequence
from itertools import islice
from operator import itemgetter
from typing import TextIO

from gtminer.report.table import Cell, Style, Table, words
from gtminer.text import safe

SUFFIXES = (".csv",)
BINARY = False

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_BREAKS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNWANTED = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NOTHING = type(None)
_REPEATED = {bool, tuple, _NOTHING}
_BLOCK = 512  # rows
_first = itemgetter(0)


def write(table: Table, out: TextIO, style: Style) -> None:
    """Write *table*; several values of a cell are joined by ``"; "`` and no cell holds a line break.

    Text that a spreadsheet would run as a formula gets a leading apostrophe, unless ``style.raw``; plain numbers
    are left alone (OWASP, CSV injection).
    """
    end = "\r\n" if style.excel else "\n"
    if style.excel:
        out.write("\ufeff")
    if style.header:
        out.write(_lines([[column.name for column in table.columns]], end, style.raw))
    rows = iter(table.rows)
    while block := list(islice(rows, _BLOCK)):
        out.write(_lines(block, end, style.raw))


def _lines(block: Sequence[Sequence[Cell]], end: str, raw: bool) -> str:
    columns = [_column(cells, raw) for cells in zip(*block, strict=True)]
    if len(columns) == 1:  # an empty line would be no row
        columns = [[cell or '""' for cell in columns[0]]]
    return end.join(map(",".join, zip(*columns, strict=True))) + end


def _column(cells: Sequence[Cell], raw: bool) -> Sequence[str]:
    """Return *cells* of one column as they stand in the file; most columns hold nothing to guard or to quote."""
    types = set(map(type, cells))
    if types == {int}:
        return list(map(str, cells))
    if types <= _REPEATED:  # few different values, often repeated
        known = {cell: words(cell) for cell in set(cells)}
        texts = [known[cell] for cell in cells]
    else:
        texts = [cell if type(cell) is str else words(cell) for cell in cells]
    joined = "".join(texts)
    if (not joined.isprintable() and _UNWANTED.search(joined)) or not _starts(texts).isdisjoint(_FORMULA):
        texts = [guarded(text, raw) for text in texts]
    if "," in joined or '"' in joined:
        texts = [f'"{text.replace(_QUOTE, _QUOTE * 2)}"' if "," in text or '"' in text else text for text in texts]
    return texts


_QUOTE = '"'


def _starts(texts: Sequence[str]) -> set[str]:
    return set(map(_first, filter(None, texts)))


def guarded(text: str, raw: bool = False) -> str:
    r"""Return *text* without what a spreadsheet could run or a terminal obey.

    >>> guarded("=1+1"), guarded("-0.5"), guarded("two\nlines")
    ("'=1+1", '-0.5', 'two lines')
    """
    flat = safe(_BREAKS.sub(" ", text))
    suspect = text.startswith(_FORMULA) or flat.startswith(_FORMULA)
    return f"'{flat}" if suspect and not raw and not _NUMBER.fullmatch(flat) else flat
