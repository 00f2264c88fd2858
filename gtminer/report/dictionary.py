"""The vocabulary as tables and pages: its concepts, one concept whole, what words mean and why, what to mend."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from gtminer.errors import InputError
from gtminer.model import Category
from gtminer.report.table import Column, Table
from gtminer.tag.checking import Finding
from gtminer.tag.fold import GREEK, fold, plain
from gtminer.tag.forms import Spelling, squeeze, variants
from gtminer.tag.vocabulary import Concept, Form, Vocabulary

_MOST_PARTS = 20
_UNICODE = {"lambda": "LAMDA"}  # as Unicode spells it
_LETTERS = {
    char: unicodedata.lookup(f"GREEK SMALL LETTER {_UNICODE.get(name, name.upper())}") for name, char in GREEK.items()
}


class Reading(NamedTuple):
    """A form that words can be: *matches* says whether as they are written, capitals included."""

    words: str
    form: Form
    matches: bool


def listed(vocabulary: Vocabulary, categories: Sequence[Category]) -> Table:
    """Return the concepts of *categories*, in the order of the files."""
    columns = (
        Column("category", gives_way=3),
        Column("concept"),
        Column("label", least=16),
        Column("parents", many=True, gives_way=2, least=10),
        Column("ids", many=True, gives_way=4, least=14),
        Column("forms", right=True),
        Column("axis", hidden=True),
        Column("definition", hidden=True),
        Column("file", gives_way=1),
        Column("source", hidden=True),
    )
    return Table("Concepts", columns, _rows(vocabulary, categories))


def _rows(vocabulary: Vocabulary, categories: Sequence[Category]) -> Iterator[tuple[object, ...]]:
    for concept in vocabulary.concepts.values():
        if concept.category in categories:
            yield (
                concept.category.value, concept.slug, concept.label, concept.parents, concept.ids,
                vocabulary.count_forms(concept.category, concept.slug), concept.axis, concept.definition,
                _file(concept.at), concept.source,
            )  # fmt: skip


def findings(found: Iterable[Finding]) -> Table:
    """Return what `vocab check` found."""
    columns = (Column("state"), Column("where"), Column("finding", least=24), Column("what_to_do", least=16))
    return Table("Findings", columns, ((item.state, item.at, item.says, item.advice) for item in found))


def _file(at: str) -> str:
    name, _, line = at.rpartition(":")
    return name if line.isdigit() else at


def concepts_named(vocabulary: Vocabulary, name: str) -> list[Concept]:
    """Return the concepts of any category whose slug or label is *name*."""
    wanted = plain(name.strip())
    found = []
    for category in Category:
        slugs = set(vocabulary.concepts.slugs(category))
        if name.strip() in slugs:
            found.append(vocabulary.concepts[category, name.strip()])
    return found or [concept for concept in vocabulary.concepts.values() if plain(concept.label) == wanted]


def readings(vocabulary: Vocabulary, words: str) -> list[Reading]:
    """Return the forms that all of *words* can be; where there is none, those inside them, the longest of a place."""
    letters = squeeze(words)
    folded = fold(words).text
    whole: list[Reading] = []
    parts: list[tuple[int, int, list[Reading]]] = []
    for start, end, pattern in vocabulary.find_terms(folded):
        written = words if (start, end) == (0, len(folded)) else folded[start:end].strip()
        found = [
            Reading(written, form, wanted is None or wanted == letters)
            for form, wanted in vocabulary.term_entries[pattern]
        ]
        if (start, end) == (0, len(folded)):
            whole += found
        elif any(reading.form.slug for reading in found):
            parts.append((start, end, [item for item in found if item.matches]))
    if whole:
        return whole
    longest = [
        item
        for start, end, items in parts
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b, _ in parts)
        for item in items
    ]
    return longest[:_MOST_PARTS]


def unknown(vocabulary: Vocabulary, name: str) -> InputError:
    """Return the error for a *name* that nothing has, with the nearest concept."""
    names = {concept.slug: concept.slug for concept in vocabulary.concepts.values()}
    names.update((concept.label.lower(), concept.slug) for concept in vocabulary.concepts.values())
    near = get_close_matches(name.strip().lower(), names, 1)
    hint = f"did you mean '{names[near[0]]}'?" if near else "see 'gtminer vocab list'"
    return InputError(f"'{name}': no concept and no form of one; {hint}")


class Page(NamedTuple):
    """All that is known of a concept."""

    concept: Concept
    children: tuple[str, ...]
    ancestors: tuple[str, ...]
    forms: tuple[tuple[Form, tuple[str, ...]], ...]  # each with the other ways it is matched


def page(vocabulary: Vocabulary, concept: Concept, spellings: Sequence[Spelling]) -> Page:
    """Return *concept* with its neighbours and forms."""
    children = tuple(
        other.slug
        for other in vocabulary.concepts.values()
        if other.category is concept.category and concept.slug in other.parents
    )
    above = vocabulary.ancestors(concept.category, concept.slug) - {concept.slug, *concept.parents}
    forms = vocabulary.forms_of(concept.category, concept.slug)
    return Page(concept, children, tuple(sorted(above)), tuple((form, _variants(form, spellings)) for form in forms))


def _variants(form: Form, spellings: Sequence[Spelling]) -> tuple[str, ...]:
    found = sorted(set(variants(form.text, spellings, case=form.case)) - {plain(form.text)})
    return tuple("".join(_LETTERS.get(char, char) for char in folded) for folded in found)


def as_json(found: Page) -> dict[str, Any]:
    """Return a page as JSON can hold it."""
    concept = found.concept
    return {
        "category": concept.category.value,
        "concept": concept.slug,
        "label": concept.label,
        "definition": concept.definition,
        "ids": concept.ids,
        "axis": concept.axis,
        "parents": concept.parents,
        "ancestors": found.ancestors,
        "children": found.children,
        "source": concept.source,
        "at": concept.at,
        "forms": [form_json(form) | {"also": also} for form, also in found.forms],
    }


def form_json(form: Form) -> dict[str, Any]:
    """Return a form as JSON can hold it."""
    return {
        "form": form.text,
        "match": "case" if form.case else "fold",
        "needs": form.needs,
        "unless": form.unless,
        "source": form.source,
        "at": form.at,
    }
