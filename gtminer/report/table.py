"""A table: named columns and rows, independent of how it will be written."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import NamedTuple

from gtminer.errors import InputError

# None, bool, int, float, str, a tuple of str (a cell with several values), or what JSON can hold.
Cell = object
Row = Sequence[Cell]


class Column(NamedTuple):
    """One column.

    ``name`` is the CSV header and the JSON key. On a terminal ``heading`` (else the name) is shown, columns with the
    highest ``gives_way`` are dropped first where space is short (0: never), ``least`` is the narrowest readable
    width of prose, long words may break (``breaks``) after a slash or a hyphen, and a ``hidden`` column appears only
    when asked for by name.
    """

    name: str
    heading: str | None = None
    gives_way: int = 0
    least: int = 0
    hidden: bool = False
    right: bool = False  # numbers
    flag: bool = False  # true, false
    many: bool = False  # several texts
    breaks: bool = False  # long words after / or -


class Table(NamedTuple):
    """Columns and rows; the rows are made while they are read, and can be read once."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]


class Style(NamedTuple):
    """How a table is to be written; each format takes what concerns it."""

    header: bool = True
    excel: bool = False  # CSV: byte-order mark and CRLF
    raw: bool = False  # CSV: no guard against formulas
    colour: bool = False
    width: int | None = None  # columns of the terminal; None: as wide as the content


# The names that a column goes by elsewhere: the id of a document has two.
_ALIASES = {"id": "doc_id", "doc_id": "id", "events": "safety", "event": "safety"}


def position(table: Table, name: str) -> int:
    """Return where column *name* stands; raise InputError that suggests the nearest."""
    names = [column.name for column in table.columns]
    for candidate in (name, name.lower(), _ALIASES.get(name.lower(), name)):
        if candidate in names:
            return names.index(candidate)
    near = get_close_matches(name, names, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"the columns are: {', '.join(names)}"
    raise InputError(f"unknown column '{name}'; {hint}")


def pick(table: Table, names: Sequence[str]) -> Table:
    """Return *table* with only the columns *names*, in that order, none of them hidden."""
    places = [position(table, name) for name in names]
    columns = tuple(table.columns[place]._replace(hidden=False, gives_way=0) for place in places)
    return Table(table.title, columns, (tuple(row[place] for place in places) for row in table.rows))


def ordered(table: Table, keys: Sequence[str]) -> Table:
    """Return *table* sorted by the columns *keys*; ``-name`` is from high to low. Empty cells stand last."""
    rows = list(table.rows)
    for key in reversed(keys):
        descending = key.startswith("-")
        place = position(table, key.removeprefix("-"))
        filled = [row for row in rows if row[place] not in (None, "", ())]
        empty = [row for row in rows if row[place] in (None, "", ())]
        filled.sort(key=lambda row, place=place: _comparable(row[place]), reverse=descending)  # type: ignore[misc]  # of a lambda
        rows = filled + empty
    return table._replace(rows=rows)


def _comparable(cell: Cell) -> tuple[int, float, str]:
    if isinstance(cell, int | float):
        return (0, cell, "")
    return (1, 0.0, ("; ".join(cell) if isinstance(cell, tuple) else str(cell)).casefold())


def limited(table: Table, count: int) -> Table:
    """Return *table* with its first *count* rows."""
    return table._replace(rows=islice(table.rows, count))


def shown(table: Table) -> Table:
    """Return *table* without its hidden columns: what a person is shown who asked for nothing else."""
    places = [place for place, column in enumerate(table.columns) if not column.hidden]
    if len(places) == len(table.columns):
        return table
    columns = tuple(table.columns[place] for place in places)
    return Table(table.title, columns, (tuple(row[place] for place in places) for row in table.rows))


def words(cell: Cell) -> str:
    """Return *cell* as text for people and CSV: several values joined by ``"; "``, nothing as the empty text."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, tuple | list):
        return "; ".join(str(value) for value in cell)
    return str(cell)
