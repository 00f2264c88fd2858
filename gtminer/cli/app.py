"""The commands, the global options, and the one place where failures become a line and an exit code."""

import errno
import os
import re
import signal
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from typer import _click as click  # typer 0.29 carries its own click; its usage errors live there

from gtminer.cli import (
    add,
    demo,
    diff,
    doctor,
    evaluate,
    export,
    fetch,
    schedule,
    search,
    show,
    status,
    streams,
    tables,
    vocab,
)
from gtminer.errors import GtminerError, InputError

app = typer.Typer(
    name="gtminer",
    help="Mine PubMed abstracts and EMA/FDA assessment reports for gene therapy: modality, vector, indication and "
    "safety events, each with the sentence it came from.\n\n"
    "Example: gtminer fetch pubmed && gtminer summarize --by vector,safety",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# Options that may stand before or behind the command: name -> takes a value.
EVERYWHERE = {
    "--cache": True,
    "--color": True,
    "--log-file": True,
    "--log-format": True,
    "-q": False,
    "--quiet": False,
    "-v": False,
    "--verbose": False,
}
# What typer says of a value -> what a user can act on.
_INSTEAD = {
    r"Input should be a valid integer.*": "write a whole number",
    r"Input should be a valid number.*": "write a number",
    r"Input should be greater than or equal to (\S+)": r"write \1 or more",
}
ENDS_NOISELESSLY = {signal.SIGINT: 130, signal.SIGTERM: 143}


def _version(wanted: bool) -> None:
    if wanted:
        from gtminer import __version__

        typer.echo(f"gtminer {__version__}")
        raise typer.Exit


@app.callback()
def globals_(
    context: typer.Context,
    cache: Annotated[
        Path | None,
        typer.Option(help="Folder of the store (else GTMINER_CACHE, ./cache in a project, your data folder)."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only warnings and failures on stderr.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more on stderr.")] = False,
    color: Annotated[str, typer.Option(help="auto, always or never.")] = "auto",
    log_file: Annotated[Path | None, typer.Option(help="Also append every message to this file.")] = None,
    log_format: Annotated[str, typer.Option(help="Messages as text or json.")] = "text",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that every command understands, before or behind its name."""
    if color not in ("auto", "always", "never"):
        raise InputError(f"--color: unknown value '{color}'; choose one of: auto, always, never")
    if log_format not in ("text", "json"):
        raise InputError(f"--log-format: unknown value '{log_format}'; choose one of: text, json")
    if log_file is not None:
        _check_log(log_file)
    streams.manner = streams.Manner(quiet, verbose, color, log_file, log_format)
    context.obj = cache


def _check_log(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # before the first night there is no cache
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    except OSError as error:
        raise InputError(f"--log-file {path}: cannot be written ({error.strerror}); name another file") from error


# The commands in the order of `gtminer --help`: the job first, then care of the store.
app.command("fetch", short_help="Bring the store up to date from PubMed, EMA and FDA.")(fetch.fetch)
app.command("import", short_help="Add documents you already have.")(add.import_)
app.command("tag", short_help="Tag the documents whose tags are missing or old.")(add.tag)
app.command("summarize", short_help="Tables of documents, counts, cross-tabs, tags, products.")(tables.summarize)
app.command("show", short_help="One document: its tags, each with its evidence, and why.")(show.show)
app.command("search", short_help="Find documents by their words.")(search.search)
app.command("diff", short_help="What is new, changed, retracted, vanished, tagged anew.")(diff.diff)
app.command("export", short_help="All tags, or all documents, into one file.")(export.export)
app.command("status", short_help="Age of the data, last success, last error.")(status.status)
app.command("doctor", short_help="Check settings, disk, store, network; what to do.")(doctor.doctor)
app.command("schedule", short_help="Lines for cron or systemd that fetch every night.")(schedule.schedule)
app.add_typer(vocab.app, name="vocab", short_help="The dictionaries: list, show, check, import.")
app.command("evaluate", short_help="Precision, recall and F1 against a gold file.")(evaluate.evaluate)
app.command("demo", short_help="The whole job offline, on invented data.")(demo.demo)


def run(arguments: Sequence[str]) -> int:
    """Run the command line; return the exit code of `docs/exit-codes.md`. Never raises, never shows a traceback."""
    _prepare_streams()
    signal.signal(signal.SIGTERM, _stop)
    try:
        _refuse_empty(arguments)
        result: Any = app(_hoisted(arguments), prog_name="gtminer", standalone_mode=False)
        sys.stdout.flush()
    except GtminerError as error:
        return _failed(error, str(error), error.exit_code)
    except click.exceptions.UsageError as error:
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            print(error.format_message())
            return 2
        return _failed(error, _usage(error), 2)
    except click.exceptions.ClickException as error:
        return _failed(error, error.format_message(), error.exit_code)
    except typer.Abort:
        return 130
    except BrokenPipeError:
        streams.discard("stdout")
        return 141
    except KeyboardInterrupt:
        return 130
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # typer's way of ending after a closed pipe
            streams.discard("stdout")
            return 141
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except OSError as error:
        return _failed(error, _os_failure(error), 1)
    except MemoryError as error:
        return _failed(error, "out of memory; the store is as it was after the last finished step", 1)
    except Exception as error:
        return _failed(
            error,
            f"a bug in gtminer ({type(error).__name__}: {error}); GTMINER_DEBUG=1 shows where; please report it",
            1,
        )
    return result if isinstance(result, int) else 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(ENDS_NOISELESSLY[signal.Signals(number)])


def _failed(error: BaseException, line: str, code: int) -> int:
    if os.environ.get("GTMINER_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    streams.fail(line)
    streams.discard("stdout")
    return code


def _usage(error: click.exceptions.UsageError) -> str:
    """Return what is wrong with a command line, the nearest known word if there is one, and where to read on."""
    path = error.ctx.command_path if error.ctx else "gtminer"
    message = error.format_message()
    if isinstance(error, click.exceptions.NoSuchOption):
        near = get_close_matches(error.option_name, error.possibilities or (), 1, cutoff=0.7)
        message = f"No such option: {error.option_name}" + (f"; did you mean '{near[0]}'?" if near else "")
    for pattern, words in _INSTEAD.items():
        message = re.sub(pattern, words, message)
    message = message.replace(". Did you mean", "; did you mean").rstrip(".")
    return f"{message}{'' if message.endswith('?') else ';'} see '{path} --help'"


def _os_failure(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"{where or 'output: '}no space left on the device; what was committed is kept; free some and repeat"
    if error.errno == errno.EBADF and not where:
        return "stdout is closed: nothing can be answered"
    if error.errno == errno.ENOENT and not where:  # os.getcwd
        return "the working directory is gone; change into another one and repeat"
    return f"{where}{error.strerror or error}"


def _prepare_streams() -> None:
    """Make stdout and stderr able to carry any text: UTF-8 in pipes, replaced characters on a narrow terminal."""
    if sys.stdout is None:  # closed by the caller: writing must fail loudly, not vanish
        sys.stdout = streams.unwritable()
    if sys.stderr is None:
        sys.stderr = streams.sink(os.devnull)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="replace")
        else:
            reconfigure(encoding="utf-8", errors="replace", newline="\n")


def _refuse_empty(arguments: Sequence[str]) -> None:
    """Raise InputError for an option with an empty value: behind it is a variable of a script that is not set."""
    for place, argument in enumerate(arguments):
        if argument == "--":
            return
        name, *values = argument.split("=", 1)
        values = values or list(arguments[place + 1 : place + 2])
        if name.startswith("-") and values and not values[0].strip():
            raise InputError(f"{name}: an empty value; leave the option out or give it one")


def _hoisted(arguments: Sequence[str]) -> list[str]:
    """Return *arguments* with the options of EVERYWHERE moved to the front, up to a lone ``--``."""
    front: list[str] = []
    rest: list[str] = []
    position = 0
    while position < len(arguments):
        argument = arguments[position]
        if argument == "--":
            rest.extend(arguments[position:])
            break
        name, equals, _ = argument.partition("=")
        if EVERYWHERE.get(name) and not equals:
            if position + 1 == len(arguments):
                raise InputError(f"option '{name}' needs a value; see 'gtminer --help'")
            front.extend(arguments[position : position + 2])
            position += 2
        elif name in EVERYWHERE:
            front.append(argument)
            position += 1
        else:
            rest.append(argument)
            position += 1
    return front + rest
