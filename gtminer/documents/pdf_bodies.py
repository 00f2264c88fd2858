"""What may be a table on one page: ruled grids, aligned columns, lists below the names of organ classes."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gtminer.documents import table_words as words
from gtminer.documents.pdf_columns import aligned, is_row
from gtminer.documents.pdf_layout import Line
from gtminer.documents.pdf_text import PageText, Segment

_OUTSIDE = 3  # lines of a table beyond its rules


class Body(NamedTuple):
    """What may be a table on a page: its box and rows, and the segments it is made of."""

    x0: float
    y0: float
    x1: float
    y1: float
    rows: list[tuple[str, ...]]
    columns: tuple[float, ...]
    members: frozenset[Segment]


def ruled(page: PageText, segments: Sequence[Segment], heights: Sequence[Line]) -> list[Body]:
    """Return the ruled tables of a page from above; *heights* are the segments as lines."""
    if not any(rule.upright for rule in page.rules):
        return []
    from gtminer.documents.pdf_grid import grids  # pdfplumber takes half a second to import

    bodies = [
        Body(*grid[:6], frozenset(segments[index] for index in grid.taken)) for grid in grids(page.rules, segments)
    ]
    if bodies:  # a table that is broken over pages has no rule at the break
        bodies[0] = _stretched(bodies[0], heights, upwards=True)
        bodies[-1] = _stretched(bodies[-1], heights, upwards=False)
    return bodies


def _stretched(body: Body, heights: Sequence[Line], *, upwards: bool) -> Body:
    """The table with the rows that stand outside its rules at the head or foot of the page, if nothing else does."""
    beyond = [line for line in heights if (line.y > body.y1 if upwards else line.y < body.y0)]
    if not 0 < len(beyond) <= _OUTSIDE:
        return body
    rows: list[tuple[str, ...]] = []
    for line in beyond:
        inside = body.x0 - 5 < line.x0 and line.x1 < body.x1 + 5
        if not inside or not (is_row(line) or words.is_organ_class(line.text)) or words.is_caption(line.text):
            return body
        cells = [""] * len(body.columns)
        for cell in line.cells:
            column = max(sum(edge <= cell.x0 + 2 for edge in body.columns) - 1, 0)
            cells[column] = f"{cells[column]} {cell.text}".strip()
        rows.append(tuple(cells))
    ys = [line.y for line in beyond]
    return body._replace(
        y0=min(body.y0, *ys),
        y1=max(body.y1, *(y + 8 for y in ys)),
        rows=[*rows, *body.rows] if upwards else [*body.rows, *rows],
        members=body.members.union(*(line.cells for line in beyond)),
    )


def columns(below: Sequence[Line], right: float) -> Body | None:
    """Return the aligned columns that the lines begin with; *right* is the right edge of the page's text."""
    found = aligned(below, right)
    if found is None:
        return None
    table, grid = found
    return Body(*grid[:6], frozenset(cell for line in table for cell in line.cells))


def lists(free: Sequence[Line]) -> Iterator[Body]:
    """Yield tables and lists without a caption, known by the organ classes and frequencies that stand in them."""
    at = first = 0  # the line looked at, and the first that no table has
    while at < len(free):
        found = _list_at(free, at, first) if _starts_list(free[at]) else None
        if found is not None:
            yield found
        at += 1
        if found is not None:
            while at < len(free) and free[at].y > found.y0:
                at += 1
            first = at


def _list_at(free: Sequence[Line], at: int, first: int) -> Body | None:
    """The table or list that begins at a line, or with heading rows above it."""
    begin = at
    while begin > first and is_row(free[begin - 1]) and free[begin - 1].y - free[begin].y < 3 * free[begin].size:
        begin -= 1
    right = max(line.x1 for line in free)
    for start in dict.fromkeys((begin, at)):
        body = columns(free[start:], right)
        if body is not None and body.y0 < free[at].y and has_shape(body.rows):
            return body
    return _list(free[at:])


def _starts_list(line: Line) -> bool:
    return any(words.is_organ_class(cell.text) or words.frequency(cell.text) for cell in line.cells)


def _list(free: Sequence[Line]) -> Body | None:
    """Organ classes as lines of their own, below each the frequencies: `Very common: pyrexia, chills`."""
    rows: list[tuple[str, ...]] = []
    members: list[Segment] = []
    last: Line | None = None
    frequencies = classes = 0
    for line in free:
        if last is not None and last.y - line.y > 3.5 * line.size:
            break
        label, colon, rest = line.text.partition(":")
        if words.is_organ_class(line.text):
            rows.append((line.text,))
            classes += 1
        elif (colon and words.frequency(label)) or words.frequency(line.text):
            rows.append((f"{label}{colon}", rest.strip()) if rest.strip() else (f"{label}{colon}",))
            frequencies += 1
        elif rows and len(rows[-1]) > 1 and (line.text[0].islower() or rows[-1][1].endswith((",", "and"))):
            rows[-1] = (rows[-1][0], f"{rows[-1][1]} {line.text}")
        else:
            break
        members += line.cells
        last = line
    if frequencies < 2 or not classes or last is None:
        return None
    top = max(segment.y + segment.size for segment in members)
    left = min(segment.x0 for segment in members)
    return Body(left, last.y - 1, max(s.x1 for s in members), top, rows, (left,), frozenset(members))


def has_shape(rows: Sequence[tuple[str, ...]]) -> bool:
    """Tell whether rows have two organ classes or frequencies as cells, or a heading of reactions over figures."""
    cells = [cell for row in rows for cell in row if cell]
    if sum(words.is_organ_class(cell) for cell in cells) >= 2:
        return True
    heading = [cell for row in rows[:2] for cell in row]
    if any(words.denies_events(cell) for cell in heading):
        return False
    if len({words.frequency(cell) for cell in cells} - {None}) >= 2:
        return True
    figures = sum(any(cell[:1].isdigit() or cell[:1] in ("<", "-") for cell in row[1:]) for row in rows)
    return words.heads_events(heading) and figures >= 3
