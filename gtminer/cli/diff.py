"""`gtminer diff`: what appeared, changed, was retracted, vanished, or was tagged anew."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from gtminer.cli import options, streams
from gtminer.errors import ConditionError

if TYPE_CHECKING:
    from gtminer.cli.answer import Manner
    from gtminer.report.filters import Filters


@options.shared
def diff(
    context: typer.Context,
    since: Annotated[
        str, typer.Option(metavar="RUN|DATE|AGE", help="After this run, from this day (UTC), or for so long: 7d, 36h.")
    ] = "7d",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 4 when there is any change.")] = False,
    *,
    filters: "Filters",
    manner: "Manner",
) -> None:
    """Show what is new, changed, retracted, vanished or tagged anew, with the sentence that shows the gravest tag.

    Documents that were retracted since then are shown with or without --include-retracted.

    Example: gtminer diff --since 7d --event hepatotoxicity
    """
    from gtminer.cli.answer import give
    from gtminer.report import changes
    from gtminer.report.concepts import Concepts
    from gtminer.report.filters import select

    manner.chosen()
    with options.opened(context) as connection:
        concepts = Concepts(connection)
        start = changes.since(connection, since)
        selection = select(connection, concepts, filters)
        found = changes.find(connection, selection, start.run)
        give(changes.table(connection, concepts, selection, found.changes), manner, what="changes")
    if found.left_out:
        streams.note(f"{options.counted(found.left_out, 'retracted')} left out; --include-retracted shows them")
    counts = Counter(kind for change in found.changes for kind in change.kinds)
    told = ", ".join(f"{counts[kind]:,} {kind}" for kind in changes.KINDS if counts[kind]) or "no changes"
    line = f"{start.words}: {told}"
    if found.changes and exit_code:
        raise ConditionError(line)
    streams.note(line)
