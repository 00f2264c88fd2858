"""Tab-separated data files whose rows remember where they stand, for errors that name file and line."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gtminer.errors import InputError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


class Row:
    """One data row: values by column name, and its place (`vector.tsv:14`)."""

    __slots__ = ("at", "values")

    def __init__(self, values: Mapping[str, str], at: str) -> None:
        self.values, self.at = values, at

    def __getitem__(self, column: str) -> str:
        return self.values[column]


def packaged(name: str, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of the package's own data file *name*, as `read` does.

    Without importlib.resources, whose import takes longer than a worker may need to read a small PDF.
    """
    return read(Path(__file__).with_name("data") / name, columns)


def read(path: "Path | Traversable", columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of *path*; empty lines and lines that start with # are comments.

    *columns* must all be there; others are kept as well. Raises InputError, with file and line, for
    an unreadable file, a missing column or a ragged row.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name}: cannot be read as UTF-8 text ({error})") from error
    header: list[str] | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        at = f"{path.name}:{number}"
        if header is None:
            header = cells
            missing = [column for column in columns if column not in header]
            if missing:
                raise InputError(f"{at}: no column '{missing[0]}'; the columns are: {', '.join(columns)}")
            continue
        if len(cells) != len(header):
            raise InputError(f"{at}: {len(cells)} columns where the header has {len(header)}; separate them by one tab")
        yield Row(dict(zip(header, cells, strict=True)), at)
