"""The user's own terms over the built-in ones: rows that add a form, a concept, or kill a form.

Columns: ``category concept form match needs unless source``, and where a concept is new ``label parents``.
``match`` is ``fold``, ``case``, or ``kill``: this form shall not be matched (for this concept, or for all where the
concept is empty).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gtminer import tsv
from gtminer.errors import InputError
from gtminer.model import Category
from gtminer.tag.fold import plain

COLUMNS = ("category", "concept", "form", "match", "needs", "unless", "source")

Rows = list[tuple[Any, ...]]


def apply(path: Path, concepts: Rows, forms: Rows) -> tuple[Rows, Rows]:
    """Return *concepts* and *forms* with the rows of *path* taken over; raises InputError with file and line."""
    from gtminer.tag.compiling import form_row

    known = {(row[0], row[1]) for row in concepts}
    parents: list[tuple[str, str, str]] = []
    killed: set[tuple[str, str, str]] = set()
    added: Rows = []
    for row in tsv.read(path, COLUMNS):
        category = _category(row)
        concept = row["concept"].strip()
        if row["match"] == "kill":
            killed.add((category.value, concept, plain(row["form"])))
            continue
        if not concept:
            raise InputError(f"{row.at}: no concept; name the one that '{row['form']}' means")
        if (category.value, concept) not in known:
            concepts = [*concepts, _new_concept(row, category, concept)]
            known.add((category.value, concept))
            parents += [(row.at, category.value, parent) for parent in concepts[-1][3]]
        added.append(form_row(category, concept, row["form"], row))
    for at, name, parent in parents:
        if (name, parent) not in known:
            raise InputError(f"{at}: unknown parent '{parent}'; name a {name} that exists, or leave it empty")
    kept = [form for form in forms if not {(form[0], form[1], plain(form[2])), (form[0], "", plain(form[2]))} & killed]
    return concepts, kept + added


def _category(row: tsv.Row) -> Category:
    names: Sequence[str] = [category.value for category in Category]
    if row["category"] not in names:
        raise InputError(f"{row.at}: unknown category '{row['category']}'; choose one of: {', '.join(names)}")
    return Category(row["category"])


def _new_concept(row: tsv.Row, category: Category, concept: str) -> tuple[Any, ...]:
    label = row.values.get("label", "").strip()
    if not label:
        raise InputError(f"{row.at}: the concept '{concept}' is new; give it a label in a column 'label'")
    parents = tuple(part.strip() for part in row.values.get("parents", "").split(";") if part.strip())
    ids = tuple(part.strip() for part in row.values.get("ids", "").split(";") if part.strip())
    return (category.value, concept, label, parents, "", "", ids, row["source"])
