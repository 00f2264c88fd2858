"""`gtminer vocab`: the dictionaries in force, what words mean and why, what to mend, an ontology to add."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gtminer.cli import options, streams
from gtminer.errors import InputError
from gtminer.text import escaped, one_line

if TYPE_CHECKING:
    from gtminer.cli.answer import Manner
    from gtminer.model import Category
    from gtminer.report.dictionary import Page, Reading
    from gtminer.tag.vocabulary import Form, Vocabulary

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The dictionaries: list, show, check, import.\n\nExample: gtminer vocab show haemophilia_a",
)


def _category(name: str) -> "Category":
    from gtminer.model import Category

    known = [category.value for category in Category]
    if name not in known:
        raise InputError(f"unknown category '{name}'; choose one of: {', '.join(known)}")
    return Category(name)


def _loaded(context: typer.Context) -> "Vocabulary":
    from gtminer import config
    from gtminer.tag import vocabulary

    return vocabulary.load(config.load(context.obj).vocabulary)


@app.command("list", short_help="The concepts, with parents, identifiers and number of forms.")
@options.shared
def list_(
    context: typer.Context,
    category: Annotated[
        str | None,
        typer.Argument(metavar="[CATEGORY]", help="modality, vector, indication, safety or product; else all."),
    ] = None,
    *,
    manner: "Manner",
) -> None:
    """List the concepts in force, the user's own included.

    Example: gtminer vocab list indication -o indications.csv
    """
    from gtminer.cli.answer import give
    from gtminer.model import Category
    from gtminer.report import dictionary

    categories = [_category(category)] if category else list(Category)
    manner.chosen()
    vocabulary = _loaded(context)
    give(dictionary.listed(vocabulary, categories), manner, what="concepts")
    for added in vocabulary.overlays:
        streams.note(added.told())


@app.command("show", short_help="One concept whole; or what words mean, and why.")
def show(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="CONCEPT", help="A slug, a label, or words as a text has them.")
    ],
    format_: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
) -> None:
    """Show a concept: label, identifiers, definition, what lies above and below it, and every form with its conditions.

    For words that are no concept's name it shows which concepts they mean, and why.

    Example: gtminer vocab show "AAV9"
    """
    from gtminer.report import dictionary
    from gtminer.tag import compiling

    if format_ not in ("text", "json"):
        raise InputError(f"--format: unknown value '{format_}'; choose one of: text, json")
    name = " ".join(words)
    vocabulary = _loaded(context)
    spellings = compiling.Files(None).spellings()
    pages = [dictionary.page(vocabulary, concept, spellings) for concept in dictionary.concepts_named(vocabulary, name)]
    shown = {(page.concept.category, page.concept.slug) for page in pages}
    readings = [
        reading
        for reading in dictionary.readings(vocabulary, name)
        if (reading.form.category, reading.form.slug) not in shown
    ]
    if not pages and not readings:
        raise dictionary.unknown(vocabulary, name)
    if format_ == "json":
        answer = {
            "concepts": [dictionary.as_json(page) for page in pages],
            "readings": [
                {"words": item.words, "category": item.form.category.value, "concept": item.form.slug or None}
                | dictionary.form_json(item.form) | {"matches": item.matches}
                for item in readings
            ],
        }  # fmt: skip
        print(escaped(json.dumps(answer, ensure_ascii=False, indent=2)))
        return
    for line in (
        *(line for page in pages for line in _page(page)),
        *_readings(vocabulary, readings, beside=bool(pages)),
    ):
        print(line[: len(line) - len(line.lstrip())] + one_line(line))


def _page(page: "Page") -> Iterator[str]:
    concept = page.concept
    yield f"{concept.label} [{concept.category} {concept.slug}]"
    facts = [
        ("definition", concept.definition), ("identifiers", "; ".join(concept.ids)), ("group", concept.axis),
        ("parents", "; ".join(concept.parents)), ("above them", "; ".join(page.ancestors)),
        ("below it", "; ".join(page.children)), ("source", concept.source), ("stands at", concept.at),
    ]  # fmt: skip
    for name, value in facts:
        if value:
            yield f"  {name}: {value}"
    yield f"  forms: {len(page.forms)}"
    for form, also in page.forms:
        yield f"    {form.text}: {_conditions(form)}"
        if also:
            yield f"      also {', '.join(also)}"
    yield ""


def _readings(vocabulary: "Vocabulary", readings: "list[Reading]", *, beside: bool) -> Iterator[str]:
    for reading in readings:
        form = reading.form
        if form.slug:
            label = vocabulary.concepts[form.category, form.slug].label
            meant = f"{label} [{form.category} {form.slug}]"
        else:
            meant = f"no {form.category}: {form.source}"
        also = " also" if beside else ""
        capitals = "" if reading.matches else ", but not with these capitals"
        yield f"'{reading.words}'{also} means {meant}{capitals}"
        yield f"  form {form.text}: {_conditions(form)}"


def _conditions(form: "Form") -> str:
    parts = ["these capitals" if form.case else "any capitals"]
    if form.needs:
        parts.append(f"only with one of: {', '.join(form.needs)}")
    if form.unless:
        parts.append(f"never with: {', '.join(form.unless)}")
    return "; ".join([*parts, form.source, form.at])


@app.command("check", short_help="What would tag wrongly or never, with file, line and what to do.")
@options.shared
def check(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A vocabulary file of yours; else those in force.")
    ] = None,
    *,
    manner: "Manner",
) -> None:
    """Check the built-in vocabulary and your own files; exit code 2 when a row of yours is refused.

    Example: gtminer vocab check my_terms.tsv
    """
    from gtminer import config
    from gtminer.cli.answer import give
    from gtminer.report import dictionary
    from gtminer.tag import checking, compiling, vocabulary

    manner.chosen()
    overlay = file or config.load(context.obj).vocabulary
    if file is not None and not file.exists():
        raise InputError(f"{file}: no such file; name a vocabulary file of yours")
    files = compiling.Files(overlay)
    refused = checking.refusals(files)
    found = refused or list(checking.notes(vocabulary.load(overlay), files))
    give(dictionary.findings(found), manner, what="findings", cut=False)
    if refused:
        rows = "row is" if len(refused) == 1 else "rows are"
        raise InputError(f"vocab check: {len(refused)} {rows} refused, so nothing of {overlay} is in force; mend them")


@app.command("import", short_help="Add a whole ontology (MONDO or another OBO file).")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.obo", help="An ontology in OBO format.")],
    category: Annotated[str, typer.Option(metavar="CATEGORY", help="What its terms are.")] = "indication",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE.tsv", help="Write here, not into your vocabulary folder."),
    ] = None,
) -> None:
    """Write an ontology's terms into your vocabulary: names, exact synonyms, identifiers and parents.

    A term that a built-in concept is already adds its forms to that. What is left out (too general, too short, a common
    word, an acronym of several diseases, there already) is listed with the reason in a file beside it.

    Example: gtminer vocab import mondo.obo
    """
    from gtminer import config
    from gtminer.pipeline import ontologies

    meant = _category(category)
    if meant == "product":
        raise InputError("--category product: products are not terms; choose modality, vector, indication or safety")
    settings = config.load(context.obj)
    own = config.user_vocabulary(os.environ)
    target = output or ontologies.home(settings.vocabulary, own) / f"{file.name.removesuffix('.obo')}.tsv"
    done = ontologies.import_ontology(file, meant, target, settings.vocabulary or own)
    plan = done.plan
    streams.note(
        f"{done.path}: new concepts {len(plan.concepts):,}, forms {len(plan.rows):,}; "
        f"terms that are concepts already {len(plan.mapped):,}"
    )
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in plan.reasons().most_common())
    if reasons:
        streams.note(f"left out: {reasons}; each is listed in {done.left_out}")
    if done.in_force:
        streams.note("in force from now on; 'gtminer tag' brings the tags of the store up to date")
    else:
        streams.note(f"not in force: put it there with GTMINER_VOCABULARY={done.path}")
