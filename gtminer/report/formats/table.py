"""A table for a terminal: it fits the width, breaks lines between words, and says what it leaves out."""

from typing import TextIO

from gtminer.report.table import Cell, Column, Style, Table, shown, words
from gtminer.text import one_line, width

SUFFIXES = (".txt",)
BINARY = False

_GAP = 2
_LONGEST_WORD = 24


def write(table: Table, out: TextIO, style: Style) -> None:
    """Write the columns of *table* that a person is shown, as many as fit ``style.width`` with whole words.

    A last line names the columns that gave way. Without a width each row is one line, however long.
    """
    table = shown(table)
    rows = [[_cell(cell, column) for cell, column in zip(row, table.columns, strict=True)] for row in table.rows]
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
    gone = [headings[place] for place in range(len(headings)) if place not in kept]
    if gone:
        named = ", ".join(gone) if len(gone) <= 8 else f"{len(gone)} of {len(headings)} columns"
        out.write(_wrapped(f"Not shown at this width: {named}. All of them: -f csv, or choose with --columns.", style))


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
    take the place of other columns; identifiers are never cut.
    """
    longest = max((width(word) for text in (heading, *cells) for word in text.split()), default=1)
    if column.least:
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


def _cell(cell: Cell, column: Column) -> str:
    if cell is True:
        return column.heading or column.name.replace("_", " ")
    return "" if cell is False else one_line(words(cell))


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
        grid.add_row(*map(Text, row))
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
