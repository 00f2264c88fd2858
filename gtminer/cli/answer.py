"""From a table to stdout or a file, as the options ask."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, TextIO, cast

from gtminer.cli import streams
from gtminer.errors import ConditionError, InputError
from gtminer.report.table import Style, Table, limited, ordered, pick

FORMATS = ("table", "csv", "tsv", "json", "jsonl", "md")
TERMINAL_ROWS = 100


class Manner(NamedTuple):
    """How the answer is to be written, as the options say."""

    format: str | None = None
    output: str | None = None
    columns: str | None = None
    sort: str | None = None
    limit: int | None = None
    header: bool = True
    excel: bool = False
    raw: bool = False
    fail_empty: bool = False

    def chosen(self, known: tuple[str, ...] = FORMATS) -> str:
        """Return the format: the one named, the file's suffix, a table for a terminal, CSV for a pipe."""
        from gtminer.report import formats

        if self.limit is not None and self.limit < 0:
            raise InputError(f"--limit {self.limit}: write a count, or 0 for all rows")
        name = self.format
        if name is None and self.output not in (None, "-"):
            suffix = Path(str(self.output)).suffix
            name = formats.for_suffix(suffix, known)
            if name is None and suffix:
                raise InputError(
                    f"-o {self.output}: no format ends in '{suffix}'; name one with -f: {', '.join(known)}"
                )
        if name is None:
            name = "table" if self._to_terminal and not self.excel and not self.raw else "csv"
        formats.find(name, known)
        if name != "csv" and (self.excel or self.raw):
            raise InputError(f"--{'excel' if self.excel else 'raw'} is for CSV; the format here is {name}")
        return name

    @property
    def _to_terminal(self) -> bool:
        return self.output in (None, "-") and streams.stdout_is_terminal()


def give(table: Table, manner: Manner, *, what: str, known: tuple[str, ...] = FORMATS, cut: bool = True) -> None:
    """Write *table* as *manner* says; *what* its rows are (`documents`) is for the notes on stderr.

    On a terminal a long list of rows is cut, where *cut*, with a note that says so and how to see all.
    """
    from gtminer.report import formats

    name = manner.chosen(known)
    if manner.sort:
        table = ordered(table, _listed("--sort", manner.sort))
    if manner.columns:
        table = pick(table, _listed("--columns", manner.columns))
    if manner.limit:
        table = limited(table, manner.limit)
    on_terminal = name == "table" and manner._to_terminal
    counted = _Counted(table.rows)
    table = table._replace(rows=counted)
    if on_terminal and cut and manner.limit is None:
        table = limited(table, TERMINAL_ROWS)
    form = formats.find(name, known)
    if form.BINARY and manner._to_terminal:
        raise InputError(f"{name} is nothing for a terminal; name a file with -o")
    style = Style(
        header=manner.header, excel=manner.excel, raw=manner.raw,
        colour=name == "table" and manner.output in (None, "-") and streams.use_colour(sys.stdout),
        width=shutil.get_terminal_size((80, 24)).columns if on_terminal else _asked_width(),
    )  # fmt: skip
    with _destination(manner.output, binary=form.BINARY) as out:
        form.write(table, out, style)
    if counted.count == 0:
        if manner.fail_empty:
            raise ConditionError(f"no {what} match")
        streams.note(f"no {what} match")
    elif on_terminal and cut and manner.limit is None and (rest := counted.exhaust()):
        total = counted.count
        streams.note(
            f"the first {total - rest:,} of {total:,} {what} are shown; --limit 0 shows all, -o FILE keeps them"
        )


class _Counted:
    """Rows that are counted while they pass."""

    def __init__(self, rows: Any) -> None:
        self._rows = iter(rows)
        self.count = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        row = next(self._rows)
        self.count += 1
        return row

    def exhaust(self) -> int:
        """Read what is left; return how many rows that were."""
        return sum(1 for _ in self)


def _asked_width() -> int | None:
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdigit() and int(columns) > 0 else None


def _listed(option: str, text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise InputError(f"{option}: '{text}' names no column")
    return names


@contextmanager
def _destination(output: str | None, *, binary: bool) -> Iterator[IO[Any]]:
    """Yield where to write; a regular file gets its name only when it is complete."""
    if output in (None, "-"):
        yield sys.stdout.buffer if binary else cast(TextIO, sys.stdout)
        sys.stdout.flush()
        return
    path = Path(str(output))
    if path.is_dir():
        raise InputError(f"-o {path}: a folder; name a file in it")
    if path.exists() and not path.is_file():  # a pipe or device: nothing to rename
        with _opened(path, binary) as out:
            yield out
        return
    target = path.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _opened(part, binary) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode & 0o777)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _opened(path: Path, binary: bool) -> IO[Any]:
    try:
        return path.open("wb") if binary else path.open("w", encoding="utf-8", errors="replace", newline="")
    except OSError as error:
        raise InputError(f"-o: {path.parent} cannot be written ({error.strerror}); name another place") from error
