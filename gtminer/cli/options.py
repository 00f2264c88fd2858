"""The options that the reports share, declared once: filters, and how the answer is written."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import sqlite3

    from gtminer.cli.answer import Manner
    from gtminer.report.concepts import Concepts
    from gtminer.report.filters import Filters, Selection
    from gtminer.store.database import Store

_FILTERS = "Which documents (each may be repeated: any of the values)"
_OUTPUT = "How the answer is written"


def _filter(help_: str, metavar: str) -> Any:
    return typer.Option(help=help_, metavar=metavar, rich_help_panel=_FILTERS)


def _output(*names: str, help_: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=help_, metavar=metavar, rich_help_panel=_OUTPUT)


Sources = Annotated[list[str] | None, _filter("From this source: pubmed, ema, fda.", "NAME")]
Queries = Annotated[list[str] | None, _filter("Found by this query file.", "NAME")]
Products = Annotated[list[str] | None, _filter("About this product (brand, INN or code).", "NAME")]
Modalities = Annotated[list[str] | None, _filter("With this modality or a narrower one.", "CONCEPT")]
Vectors = Annotated[list[str] | None, _filter("With this vector; aav includes AAV9.", "CONCEPT")]
Indications = Annotated[list[str] | None, _filter("With this treated indication.", "CONCEPT")]
Events = Annotated[list[str] | None, _filter("With this safety event, whatever was said of it.", "CONCEPT")]
Assertions = Annotated[
    list[str] | None,
    _filter("Safety events so meant: present, negated, risk, comparator, preclinical, planned, background.", "WORD"),
]
Roles = Annotated[list[str] | None, _filter("Concepts in this role: subject or mention.", "WORD")]
Populations = Annotated[list[str] | None, _filter("human, animal, in_vitro, mixed, none.", "WORD")]
Since = Annotated[str | None, _filter("Published in or after 2024, 2024-06 or 2024-06-30.", "DATE")]
Until = Annotated[str | None, _filter("Published in or before.", "DATE")]
IncludeRetracted = Annotated[
    bool, typer.Option("--include-retracted", help="Also retracted documents.", rich_help_panel=_FILTERS)
]

Format = Annotated[str | None, _output("--format", "-f", help_="table, csv, tsv, json, jsonl or md.", metavar="FORMAT")]
Output = Annotated[
    str | None, _output("--output", "-o", help_="Write to FILE, complete or not at all.", metavar="FILE")
]
Columns = Annotated[
    str | None, _output("--columns", help_="These columns, in this order: id,year,vector.", metavar="A,B")
]
Sort = Annotated[
    str | None, _output("--sort", help_="Sort by columns; a leading - is from high to low.", metavar="A,-B")
]
Limit = Annotated[int | None, _output("--limit", "-n", help_="At most so many rows; 0 is all.", metavar="COUNT")]
NoHeader = Annotated[bool, _output("--no-header", help_="Without the line of column names.")]
Excel = Annotated[bool, _output("--excel", help_="CSV with byte-order mark and CRLF.")]
FailEmpty = Annotated[bool, _output("--fail-empty", help_="Exit with 4 when there is no row.")]
Raw = Annotated[bool, _output("--raw", help_="CSV without the apostrophe before text that begins like a formula.")]


def _filters(
    source: Sources = None,
    query: Queries = None,
    product: Products = None,
    modality: Modalities = None,
    vector: Vectors = None,
    indication: Indications = None,
    event: Events = None,
    assertion: Assertions = None,
    role: Roles = None,
    population: Populations = None,
    since: Since = None,
    until: Until = None,
    include_retracted: IncludeRetracted = False,
) -> "Filters":
    from gtminer.report.filters import Filters

    return Filters(
        source or (), query or (), product or (), modality or (), vector or (), indication or (), event or (),
        assertion or (), role or (), population or (), since, until, include_retracted,
    )  # fmt: skip


def _manner(
    format_: Format = None,
    output: Output = None,
    columns: Columns = None,
    sort: Sort = None,
    limit: Limit = None,
    no_header: NoHeader = False,
    excel: Excel = False,
    raw: Raw = False,
    fail_empty: FailEmpty = False,
) -> "Manner":
    from gtminer.cli.answer import Manner

    return Manner(format_, output, columns, sort, limit, not no_header, excel, raw, fail_empty)


_MADE_OF_OPTIONS: dict[str, Callable[..., Any]] = {"filters": _filters, "manner": _manner}


def shared(command: Callable[..., None]) -> Callable[..., None]:
    """Return *command* with its parameters ``filters`` and ``manner`` spread into the options they are made of.

    An option that the command itself declares (its own ``--since``) takes the place of the shared one.
    """
    own = inspect.signature(command).parameters
    spread = {
        name: [one for one in inspect.signature(made).parameters.values() if one.name not in own]
        for name, made in _MADE_OF_OPTIONS.items()
        if name in own
    }

    def run(**values: Any) -> None:
        for name, parameters in spread.items():
            values[name] = _MADE_OF_OPTIONS[name](**{one.name: values.pop(one.name) for one in parameters})
        command(**values)

    parameters = [one for name, parameter in own.items() for one in spread.get(name, [parameter])]
    keyword_only = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]
    run.__signature__ = inspect.Signature(keyword_only)  # type: ignore[attr-defined]  # typer reads it
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run


@contextmanager
def opened_store(context: typer.Context) -> Iterator["Store"]:
    """Yield one state of the store in force, for reading; a store that fails while it is read is an error of ours."""
    from gtminer import config
    from gtminer.store.database import Store

    with Store.open(config.load(context.obj).store_path, read_only=True) as store, store.connection.guarded():
        store.connection.execute("BEGIN")  # a run may write meanwhile, with concepts that were not there before
        yield store


@contextmanager
def opened(context: typer.Context) -> Iterator["sqlite3.Connection"]:
    """Yield a connection for reading the store in force."""
    with opened_store(context) as store:
        yield store.connection


def tell_left_out(connection: "sqlite3.Connection", selection: "Selection") -> None:
    """Say on stderr what a table does not show: retracted, undated and untagged documents."""
    from gtminer.cli import streams
    from gtminer.report import documents
    from gtminer.report.filters import left_out_as_retracted

    if retracted := left_out_as_retracted(connection, selection):
        streams.note(f"{counted(retracted, 'retracted')} left out; --include-retracted shows them")
    if undated := documents.undated(connection, selection):
        streams.note(f"{counted(undated, 'without a date')} left out by --since or --until")
    if untagged := documents.untagged(connection):
        streams.note(f"{counted(untagged, 'not tagged yet')}; run 'gtminer tag'")


def tell_unnamed(
    connection: "sqlite3.Connection", concepts: "Concepts", filters: "Filters", named: "Selection", instead: str
) -> None:
    """Say on stderr how many documents of the merged tables a table of mentions cannot show."""
    from gtminer.cli import streams
    from gtminer.report.filters import select
    from gtminer.report.mentions import unnamed

    if named.concepts and (count := unnamed(connection, select(connection, concepts, filters), named)):
        streams.note(
            f"{counted(count, 'without a row')}: what was asked for follows from a heading, a product or another tag, "
            f"and no words of theirs state it; {instead}"
        )


def counted(count: int, what: str) -> str:
    """Say how many documents: "1,204 retracted documents", "1 document not tagged yet"."""
    if what == "retracted":
        return f"{count:,} retracted {'document' if count == 1 else 'documents'}"
    return f"{count:,} {'document' if count == 1 else 'documents'} {what}"
