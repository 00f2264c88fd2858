"""`gtminer export`: the whole answer set into one file."""

from typing import TYPE_CHECKING, Annotated

import typer

from gtminer.cli import options, streams

if TYPE_CHECKING:
    from gtminer.cli.answer import Manner
    from gtminer.report.filters import Filters

REFERENCES = ("ris", "bibtex")  # of documents
FORMATS = ("csv", "tsv", "json", "jsonl", "parquet", "xlsx", "html", "md", *REFERENCES)


@options.shared
def export(
    context: typer.Context,
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help=f"{', '.join(FORMATS)}.")],
    documents: Annotated[
        bool, typer.Option("--documents", help="One row per document in place of one per tag.")
    ] = False,
    *,
    filters: "Filters",
    manner: "Manner",
) -> None:
    """Write all tags, one row each with its evidence, or all documents; ris and bibtex are references to documents.

    Example: gtminer export jsonl -o tags.jsonl --since 2020
    """
    from gtminer.cli.answer import give
    from gtminer.errors import InputError
    from gtminer.report import citations, mentions
    from gtminer.report import documents as document_tables
    from gtminer.report.concepts import Concepts
    from gtminer.report.filters import select

    manner = manner._replace(format=format_)
    name = manner.chosen(FORMATS)
    if manner.columns is not None and name in REFERENCES:
        raise InputError(f"--columns: {name} holds references, whose fields are fixed")
    with options.opened(context) as connection:
        concepts = Concepts(connection)
        selection = select(connection, concepts, filters, every_mention=not documents and name not in REFERENCES)
        if name in REFERENCES:
            give(citations.table(connection, concepts, selection), manner, what="documents", known=FORMATS, cut=False)
        elif documents:
            make = document_tables.records if name in ("json", "jsonl") else document_tables.table
            give(make(connection, concepts, selection), manner, what="documents", known=FORMATS, cut=False)
        else:
            give(mentions.table(connection, concepts, selection), manner, what="tags", known=FORMATS, cut=False)
            options.tell_unnamed(connection, concepts, filters, selection, "--documents has them")
            chosen = selection.concepts or selection.assertions or selection.roles
            if not chosen and (without := mentions.without(connection, selection)):
                streams.note(f"{options.counted(without, 'without tags')} left out; --documents has them all")
        options.tell_left_out(connection, selection)
