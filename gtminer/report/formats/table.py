"""A table for a terminal: it fits the width, breaks lines between words, and says what it leaves out."""

import re
from typing import TextIO

from gtminer.report.table import Cell, Column, Style, Table, shown, words
from gtminer.text import one_line, width

SUFFIXES = (".txt",)
BINARY = False

_GAP = 2
_LONGEST_WORD = 24
_LONGEST_IDENTIFIER = 32
_MOST_VALUES = 8  # of a cell that holds several; the rest are counted


def write(table: Table, out: TextIO, style: Style) -> None:
    """Write the columns of *table* that a person is shown, as many as fit ``style.width`` with whole words.

    Last lines name the columns that gave way and say that long lists were shortened. Without a width each row is one
    line, however long.
    """
    table = shown(table)
    given = list(table.rows)
    most = _MOST_VALUES if style.width is not None else None
    rows = [[_cell(cell, column, most) for cell, column in zip(row, table.columns, strict=True)] for row in given]
    if not rows:
        return
    headings = [column.heading or column.name.replace("_", " ") for column in table.columns]
    if style.width is None:
        kept = list(range(len(headings)))
        widths = [max([width(headings[place]), *(width(row[place]) for row in rows)]) for place in kept]
    else:
        kept, widths = fit(table.columns, headings, rows, style.width)
    _print(
        [table.columns[place] for place in kept],
        [headings[place] for place in kept],
        [[row[place] for place in kept] for row in rows],
        widths,
        out,
        style,
    )
    gone = [place for place in range(len(headings)) if place not in kept]
    empty = [headings[place] for place in gone if not any(row[place] for row in rows)]
    dropped = [headings[place] for place in gone if headings[place] not in empty]
    if empty:
        out.write(_wrapped(f"Empty, so not shown: {', '.join(empty)}.", style))
    if dropped:
        named = ", ".join(dropped) if len(dropped) <= 8 else f"{len(dropped)} of {len(headings)} columns"
        out.write(_wrapped(f"Not shown at this width: {named}. All of them: -f csv, or choose with --columns.", style))
    if most is not None and any(_several(row[place]) > most for row in given for place in kept):
        out.write(_wrapped("Long lists are shortened; whole in -f csv.", style))


def fit(
    columns: tuple[Column, ...], headings: list[str], rows: list[list[str]], room: int
) -> tuple[list[int], list[int]]:
    """Return the places of the columns that fit *room*, and the width of each.

    Columns without any content give way first, then those with the highest ``gives_way``; of columns that do not
    give way the last ones are dropped, so that no word is ever cut while more than one column is left.
    """
    kept = list(range(len(columns)))
    natural = [max([width(headings[place]), *(width(row[place]) for row in rows)]) for place in kept]
    least = [_least(columns[place], headings[place], [row[place] for row in rows], natural[place]) for place in kept]

    def too_wide(sizes: list[int]) -> bool:
        return sum(sizes[place] for place in kept) + _GAP * (len(kept) - 1) > room

    if too_wide(natural):
        kept = [place for place in kept if any(row[place] for row in rows)] or kept
    while too_wide(least) and len(kept) > 1:
        kept.remove(max(kept, key=lambda place: (columns[place].gives_way, place)))
    spare = room - _GAP * (len(kept) - 1)
    return kept, _share([least[place] for place in kept], [natural[place] for place in kept], spare)


def _least(column: Column, heading: str, cells: list[str], natural: int) -> int:
    """Return the narrowest width at which no word of the column has to be cut, and prose stays readable.

    In a column of prose a word longer than any of English (a formula, a chain of hyphens) is cut rather than let it
    take the place of other columns. Identifiers are never cut, but long ones may break after a slash or a hyphen.
    """
    longest = max((width(word) for text in (heading, *cells) for word in text.split()), default=1)
    if column.breaks:
        pieces = max((width(piece) for cell in cells for piece in _pieces(cell)), default=1)
        least = column.least or _LONGEST_IDENTIFIER
        longest = max(min(longest, least), min(pieces, max(least, _LONGEST_WORD)), width(heading))
    elif column.least:
        longest = min(longest, max(_LONGEST_WORD, column.least))
    return min(natural, max(longest, column.least))


def _share(least: list[int], natural: list[int], room: int) -> list[int]:
    """Return widths between least and natural that fill *room*, the narrow columns satisfied first."""
    if sum(natural) <= room:
        return natural
    low, high = 0, max(natural)
    while low < high:  # the greatest cap at which everything fits
        cap = (low + high + 1) // 2
        if sum(min(full, max(small, cap)) for small, full in zip(least, natural, strict=True)) <= room:
            low = cap
        else:
            high = cap - 1
    widths = [min(full, max(small, low)) for small, full in zip(least, natural, strict=True)]
    for place, full in enumerate(natural):
        spare = room - sum(widths)
        if spare > 0 and widths[place] < full:
            widths[place] += min(spare, full - widths[place])
    return [min(size, room) for size in widths]


def _cell(cell: Cell, column: Column, most: int | None) -> str:
    if cell is True:
        return column.heading or column.name.replace("_", " ")
    if cell is False:
        return ""
    if most is not None and isinstance(cell, tuple) and len(cell) > most:
        return one_line(f"{words(cell[:most])}; … and {len(cell) - most} more")
    return one_line(words(cell))


def _several(cell: Cell) -> int:
    return len(cell) if isinstance(cell, tuple) else 1


def _pieces(text: str) -> list[str]:
    return re.split(r"(?<=[/ -])", text)


def _broken(text: str, size: int) -> str:
    """Return *text* in lines of at most *size*, broken at spaces and after slashes and hyphens."""
    if width(text) <= size:
        return text
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and width((lines[-1] + piece).rstrip()) > size:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)


def _print(
    columns: list[Column], headings: list[str], rows: list[list[str]], widths: list[int], out: TextIO, style: Style
) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    wide = style.width or sum(widths) + _GAP * len(widths)
    console = Console(
        file=out, width=wide, force_terminal=style.colour, color_system="standard" if style.colour else None,
        no_color=not style.colour, markup=False, highlight=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    grid = RichTable(
        box=box.SIMPLE_HEAD if _can_draw(out) else box.ASCII2, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0),
        show_header=style.header, header_style="bold" if style.colour else "",
    )  # fmt: skip
    for column, heading, size in zip(columns, headings, widths, strict=True):
        grid.add_column(
            Text(heading), width=size, justify="right" if column.right else "left", overflow="fold", vertical="top"
        )
    for row in rows:
        grid.add_row(
            *(
                Text(_broken(cell, size) if column.breaks else cell)
                for cell, column, size in zip(row, columns, widths, strict=True)
            )
        )
    console.print(grid)


def _can_draw(out: TextIO) -> bool:
    try:
        "─".encode(out.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _wrapped(line: str, style: Style) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(line, style.width or 10_000)) + "\n"
