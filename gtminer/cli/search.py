"""`gtminer search`: full-text search over the store."""

from typing import TYPE_CHECKING, Annotated

import typer

from gtminer.cli import options

if TYPE_CHECKING:
    from gtminer.cli.answer import Manner
    from gtminer.report.filters import Filters


@options.shared
def search(
    context: typer.Context,
    text: Annotated[
        list[str],
        typer.Argument(metavar="TEXT...", help='Words that all occur; "a phrase"; this OR that; hepat*.'),
    ],
    *,
    filters: "Filters",
    manner: "Manner",
) -> None:
    """Find documents by their words, the best match first, with the place where they occur.

    Example: gtminer search '"dorsal root ganglion" toxicity' --vector aav
    """
    from gtminer.cli.answer import give
    from gtminer.report import search as searches
    from gtminer.report.concepts import Concepts
    from gtminer.report.filters import select

    manner.chosen()
    wanted = " ".join(text)
    searches.question(wanted)
    with options.opened(context) as connection:
        selection = select(connection, Concepts(connection), filters)
        give(searches.table(connection, selection, wanted, ("**", "**")), manner, what="documents")
        options.tell_left_out(connection, searches.within(selection, wanted))
