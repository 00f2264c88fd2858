"""Read `reports/*.txt`: a small markup for invented assessment reports, parsed into blocks.

Between two `+++` lines stands TOML (the template and what goes on cover, header and footer); then
`# ## ###` numbered headings, `~` unnumbered ones, `- ` bullets, `^` footnotes of tables, `@table`, `@picture`,
`@abbreviations`, `@contents`, `@page`, `@columns`, `@one-column`; anything else is a paragraph, with
ReportLab's inline markup. `\\` ends a line by hand, for hyphens that stand where a real line broke.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

REPORTS = Path(__file__).with_name("reports")

_HEADING = re.compile(r"(#{1,3}|~) (.*)")
_TABLE = re.compile(r"@table (ruled|booktabs) ([\d:]+) (.*)")


class Block(NamedTuple):
    """One thing on the page; *rows* only for tables, pictures and abbreviations."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[int, ...] = ()


class Report(NamedTuple):
    """A report before it is set: its file name, its front matter, its blocks."""

    name: str
    front: dict[str, Any]
    blocks: tuple[Block, ...]


def read_all() -> list[Report]:
    """Return every report, by name."""
    return [read(path) for path in sorted(REPORTS.glob("*.txt"))]


def read(path: Path) -> Report:
    """Return the report of one file."""
    _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    return Report(path.stem, tomllib.loads(front), tuple(_blocks(body)))


def _blocks(body: str) -> Iterator[Block]:
    for chunk in re.split(r"\n\s*\n", body.strip("\n")):
        lines = chunk.split("\n")
        first, rest = lines[0], tuple(tuple(cell.strip() for cell in line.split("|")) for line in lines[1:])
        if match := _HEADING.fullmatch(first):
            yield Block({"#": "h1", "##": "h2", "###": "h3", "~": "bare"}[match[1]], match[2])
            if lines[1:]:
                yield from _blocks("\n".join(lines[1:]))
        elif match := _TABLE.fullmatch(first):
            widths = tuple(int(width) for width in match[2].split(":"))
            yield Block(match[1], match[3], rest, widths)
        elif first.startswith("@picture "):
            yield Block("picture", first.removeprefix("@picture "), rest)
        elif first.startswith("@"):
            yield Block(first[1:], "", rest)
        elif first.startswith("- "):
            yield from (Block("bullet", line.removeprefix("- ")) for line in lines)
        elif first.startswith("^"):
            yield Block("footnote", "<br/>".join(line.removeprefix("^") for line in lines))
        else:
            yield Block("text", " ".join(lines).replace("\\ ", "<br/>"))
