"""`gtminer evaluate`: the tags against a curator's."""

from collections.abc import Iterator, Set
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gtminer.cli import options, streams
from gtminer.errors import ConditionError, InputError

if TYPE_CHECKING:
    from gtminer.cli.answer import Manner
    from gtminer.documents.gold import Gold
    from gtminer.model import Category, Reading
    from gtminer.report.evaluation import Evaluation

SCORED = ("modality", "vector", "indication", "safety", "safety_assertion", "gene_therapy")


@options.shared
def evaluate(
    context: typer.Context,
    gold: Annotated[str, typer.Argument(metavar="GOLD.jsonl", help="One document with its tags a line; - is stdin.")],
    list_errors: Annotated[
        bool, typer.Option("--errors", help="List each miss and false alarm with its sentence; the figures on stderr.")
    ] = False,
    min_f1: Annotated[
        float | None, typer.Option(metavar="X", help="Exit with 4 when the F1 of a measure is below X (0.85).")
    ] = None,
    *,
    manner: "Manner",
) -> None:
    """Tag the documents of a gold file and show precision, recall and F1 for each category. No store is needed.

    Sets of documents are compared, micro-averaged: modality and vector with their ancestors, safety events by term and
    by term and assertion. What the file lists under inferred or optional costs nothing.

    Example: gtminer evaluate gold.jsonl --errors -o errors.csv
    """
    from gtminer.cli.answer import give
    from gtminer.report import evaluation

    if min_f1 is not None and not 0 <= min_f1 <= 1:
        raise InputError(f"--min-f1 {min_f1}: write a number between 0 and 1")
    manner.chosen()
    found = _evaluate(context, gold)
    if list_errors:
        give(evaluation.errors(found), manner, what="errors", cut=False)
        for measure, score in found.scores.items():
            if score.f1 is not None:
                streams.note(f"{measure}: F1 {score.f1:.3f} ({score.missed} missed, {score.false} false alarms)")
    else:
        give(evaluation.figures(found), manner, what="measures", cut=False)
    streams.note(f"{found.documents:,} {'document' if found.documents == 1 else 'documents'} compared")
    if min_f1 is not None:
        _check(found, min_f1)


def _evaluate(context: typer.Context, gold: str) -> "Evaluation":
    from gtminer import config
    from gtminer.documents import gold as gold_files
    from gtminer.report import evaluation

    try:
        lines = streams.stdin(gold).read() if gold == "-" else Path(gold).read_bytes()
    except OSError as error:
        raise InputError(f"{gold}: cannot be read ({error.strerror}); name a gold file") from error
    answers = list(gold_files.read(lines.splitlines(), gold))
    from gtminer.tag import vocabulary as vocabularies
    from gtminer.tag.tagger import read_document

    vocabulary = vocabularies.load(config.load(context.obj).vocabulary)
    unknown = evaluation.unknown(answers, set(vocabulary.concepts))
    if unknown:
        streams.warn(f"{gold}: not in the vocabulary, so always missed: {', '.join(unknown)}")
    with streams.progress("tagging", len(answers)) as advance:

        def compared() -> Iterator[tuple["Gold", "Reading"]]:
            for answer in answers:
                yield answer, read_document(answer.document, vocabulary)
                advance(1)

        def ancestors(category: "Category", slug: str) -> Set[str]:
            known = (category, slug) in vocabulary.concepts
            return vocabulary.ancestors(category, slug) if known else {slug}

        return evaluation.evaluate(compared(), ancestors)


def _check(found: "Evaluation", least: float) -> None:
    low = [
        f"{measure} {score.f1:.3f}"
        for measure in SCORED
        if (score := found.scores[measure]).f1 is not None and score.f1 < least
    ]
    if low:
        raise ConditionError(f"F1 below {least:g}: {', '.join(low)}; --errors lists why")
