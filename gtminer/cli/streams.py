"""What goes to which stream: answers to stdout, everything else to stderr, one safe line at a time."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO, TextIO

from gtminer.errors import InputError
from gtminer.text import one_line


@dataclass(slots=True)
class Manner:
    """How this run talks; set once by the global options."""

    quiet: bool = False
    verbose: bool = False
    colour: str = "auto"  # auto, always, never
    log_file: Path | None = None
    log_format: str = "text"  # text, json


manner = Manner()


def note(line: str) -> None:
    """Tell one line on stderr, unless ``-q``."""
    _log("info", line)
    if not manner.quiet:
        _tell("info", line)


def detail(line: str) -> None:
    """Tell one line on stderr with ``-v`` only; the log file has it in any case."""
    _log("debug", line)
    if manner.verbose and not manner.quiet:
        _tell("debug", line)


def waiting(line: str) -> None:
    """Tell on a terminal why nothing moves; elsewhere a wait that ends well is a detail."""
    (note if _is_terminal(sys.stderr) else detail)(line)


def warn(line: str) -> None:
    """Tell one line on stderr, ``-q`` or not: something is not as it should be."""
    _log("warning", line)
    _tell("warning", f"warning: {line}" if manner.log_format == "text" else line)


def fail(line: str) -> None:
    """Tell the one line of a failure."""
    _log("error", line)
    _tell("error", f"gtminer: {line}" if manner.log_format == "text" else line)


def stdout_is_terminal() -> bool:
    """A terminal gets a table, a pipe gets CSV."""
    return _is_terminal(sys.stdout)


def use_colour(stream: IO[str]) -> bool:
    """``--color`` decides, then NO_COLOR, FORCE_COLOR, TERM=dumb, then whether *stream* is a terminal."""
    if manner.colour != "auto":
        return manner.colour == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and _is_terminal(stream)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show how far *what* has come, on a terminal's stderr only; yields the function that adds to the count."""
    silent = (
        manner.quiet or manner.log_format == "json" or bool(os.environ.get("CI")) or os.environ.get("TERM") == "dumb"
    )
    if silent or not _is_terminal(sys.stderr):
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, markup=False, highlight=False, emoji=False, no_color=not use_colour(sys.stderr))
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(one_line(what), total=total)
        yield lambda count: bar.update(task, advance=count)


def discard(name: str) -> None:
    """Let nothing that `stdout` or `stderr` still buffers be written when Python closes: it would fail again."""
    stream = getattr(sys, name)
    try:
        stream.flush()
    except (OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(null, stream.fileno())
        except (OSError, ValueError, AttributeError):
            setattr(sys, name, sink(os.devnull))
        finally:
            os.close(null)


def sink(path: str) -> TextIO:
    """Open a device in the place of a closed stream."""
    return Path(path).open("w", encoding="utf-8")


def unwritable() -> TextIO:
    """Open in the place of a closed stdout what raises EBADF, as the closed stream would, when it is written."""
    return os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")


def stdin(name: str) -> BinaryIO:
    """Return standard input, which the user named *name*; raise InputError where the caller closed it."""
    if sys.stdin is None:
        raise InputError(f"{name}: standard input is closed; nothing was read")
    return sys.stdin.buffer


def _is_terminal(stream: IO[str] | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _stamp() -> str:
    return datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _render(level: str, line: str) -> str:
    if manner.log_format == "json":
        return json.dumps({"time": _stamp(), "level": level, "message": one_line(line)}, ensure_ascii=False)
    return one_line(line)


def _tell(level: str, line: str) -> None:
    try:
        print(_render(level, line), file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):  # a closed or full stderr must not stop the work
        discard("stderr")


def _log(level: str, line: str) -> None:
    if manner.log_file is None:
        return
    text = _render(level, line) if manner.log_format == "json" else f"{_stamp()} {level} {one_line(line)}"
    try:
        with manner.log_file.open("a", encoding="utf-8") as log:
            log.write(text + "\n")
    except OSError as error:  # the run goes on
        path, manner.log_file = manner.log_file, None
        warn(f"--log-file {path}: cannot be written ({error.strerror}); what follows is not in it")
