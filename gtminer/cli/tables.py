"""`gtminer summarize`: documents, counts, cross-tabs, tags, products."""

from typing import TYPE_CHECKING, Annotated

import typer

from gtminer.cli import options, streams

if TYPE_CHECKING:
    import sqlite3

    from gtminer.cli.answer import Manner
    from gtminer.report.filters import Filters


@options.shared
def summarize(
    context: typer.Context,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="X[,Y]",
            help="One row per value of X, or a cross-tab of X and Y: document, product, modality, vector, indication, "
            "safety, source, year, journal, population.",
        ),
    ] = None,
    long: Annotated[bool, typer.Option("--long", help="One row per tag, with its evidence sentence.")] = False,
    *,
    filters: "Filters",
    manner: "Manner",
) -> None:
    """Show tables of what the store holds: a table on a terminal, CSV in a pipe.

    Without --by: one row per document, newest first, with its product, modality, vector, treated indication and the
    safety events said to have occurred. Cross-tabs count affirmed safety events unless --assertion says otherwise.

    Example: gtminer summarize --vector aav --event hepatotoxicity --long -o evidence.csv
    """
    from gtminer.errors import InputError

    if long and by is not None:
        raise InputError("--long gives one row per tag and --by one per value; choose one of them")
    manner.chosen()
    with options.opened(context) as connection:
        show(connection, filters, by, manner, long=long)


def show(
    connection: "sqlite3.Connection", filters: "Filters", by: str | None, manner: "Manner", *, long: bool = False
) -> None:
    """Give the table that `summarize` gives, and say on stderr what it leaves out."""
    from gtminer.cli.answer import give
    from gtminer.report import counts, documents, mentions, products
    from gtminer.report.concepts import Concepts
    from gtminer.report.filters import select

    dimensions = counts.dimensions(by) if by is not None else ()
    concepts = Concepts(connection)
    selection = select(connection, concepts, filters, every_mention=long)
    if long:
        give(mentions.table(connection, concepts, selection), manner, what="tags")
        options.tell_unnamed(connection, concepts, filters, selection, "they are listed without --long")
    elif dimensions in ((), ("document",)):
        slugs = manner.chosen() in ("json", "jsonl")
        make = documents.records if slugs else documents.table
        give(make(connection, concepts, selection), manner, what="documents")
    elif dimensions == ("product",):
        named = products.one_product(concepts, filters)
        if named is not None:
            give(products.dossier(connection, concepts, selection, named), manner, what="findings", cut=False)
        else:
            give(products.table(connection, concepts, selection), manner, what="products", cut=False)
    elif len(dimensions) == 1:
        give(counts.by_one(connection, concepts, selection, dimensions[0]), manner, what="values", cut=False)
    else:
        give(counts.by_two(connection, concepts, selection, *dimensions), manner, what="values", cut=False)
    options.tell_left_out(connection, selection)
    for name in dimensions:
        if without := counts.without_value(connection, selection, name):
            verb = "document has" if without == 1 else "documents have"
            counted = "is not counted" if without == 1 else "are not counted"
            streams.note(f"{without:,} {verb} no {'safety event' if name == 'safety' else name} and {counted}")
