"""How many documents have which value: one row per value, or a cross-tab of two."""

import sqlite3
from collections.abc import Iterator

from gtminer.errors import InputError
from gtminer.model import Assertion, Category
from gtminer.report.concepts import Concepts
from gtminer.report.filters import SOURCES, Selection
from gtminer.report.table import Column, Row, Table

BY = ("document", "product", "modality", "vector", "indication", "safety", "source", "year", "journal", "population")
_CATEGORIES = {category.value: category for category in Category}
_OTHER_ASSERTIONS = (Assertion.COMPARATOR, Assertion.PRECLINICAL, Assertion.PLANNED, Assertion.BACKGROUND)
_SCALARS = {
    "document": "document.doc_id",
    "source": "document.source",
    "year": "document.year",
    "journal": "document.journal",
    "population": "document.population",
}


def dimensions(text: str) -> tuple[str, ...]:
    """Return the one or two dimensions named in *text* (``vector,safety``); raise InputError for another one."""
    names = tuple(name.strip().lower() for name in text.split(","))
    for name in names:
        if name not in BY:
            from difflib import get_close_matches

            near = get_close_matches(name, BY, 1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise InputError(f"--by: unknown dimension '{name}'; {hint}choose one or two of: {', '.join(BY)}")
    if len(names) > 2:
        raise InputError(f"--by: {len(names)} dimensions; choose one or two of: {', '.join(BY)}")
    return names


def by_one(connection: sqlite3.Connection, concepts: Concepts, selection: Selection, name: str) -> Table:
    """Return one row per value of dimension *name*, the most frequent first.

    ``documents`` counts documents that carry exactly this value, ``with_narrower`` those with it or a value below it.
    For safety events ``affirmed``, ``negated``, ``at_risk`` and the hidden rest add up to ``documents``.
    """
    category = _CATEGORIES.get(name)
    found = _tally(connection, selection, name, category)
    safety = category is Category.SAFETY
    columns = [
        Column(name),
        Column("documents", right=True),
        *((Column("affirmed", right=True), Column("negated", right=True), Column("at_risk", right=True)) * safety),
        *(Column(source, gives_way=4, right=True) for source in SOURCES),
        Column("first_year", gives_way=2, right=True),
        Column("last_year", gives_way=2, right=True),
    ]
    if category is not None:
        columns.append(Column("with_narrower", gives_way=5, right=True))
        columns.append(Column("slug", hidden=True))
        columns.append(Column("ids", hidden=True))
    if safety:
        columns.extend(Column(assertion.value, right=True, hidden=True) for assertion in _OTHER_ASSERTIONS)
    if category is None:
        ranked = sorted(found, key=lambda value: (-found[value].documents, str(value)))
        if name in ("year", "document"):
            ranked = sorted(found, key=str, reverse=name == "year")
        rows = [(value, found[value].documents, *found[value].spread) for value in ranked]
        return Table(f"Documents by {name}", tuple(columns), rows)
    narrower = _with_narrower(connection, selection, category)
    ranked = sorted(found, key=lambda key: (-found[key].documents, concepts.by_key[int(str(key))].label.casefold()))
    return Table(
        f"Documents by {name}",
        tuple(columns),
        [_concept_row(int(str(key)), found[key], concepts, narrower, safety) for key in ranked],
    )


class _Tally:
    """The documents of one value."""

    def __init__(self) -> None:
        self.documents = 0
        self.sources: dict[str, int] = {}
        self.years: list[int] = []
        self.assertions: dict[str, int] = {}

    @property
    def spread(self) -> tuple[int | None, ...]:
        """By source, first and last year."""
        by_source = [self.sources.get(source, 0) for source in SOURCES]
        return (*by_source, min(self.years, default=None), max(self.years, default=None))


def _tally(
    connection: sqlite3.Connection, selection: Selection, name: str, category: Category | None
) -> dict[object, _Tally]:
    if category is None:
        value = _SCALARS[name]
        sql = (
            f"SELECT {value}, source, count(*), min(year), max(year), '' FROM document "
            f"WHERE {selection.where} AND {value} IS NOT NULL GROUP BY 1, 2"
        )
    else:
        sql = (
            "SELECT concept, source, count(*), min(year), max(year), ifnull(assertion, '') FROM document_tag "
            "JOIN document ON document.id = document_tag.document "
            f"WHERE {_of(category, selection, 'document_tag')} AND {selection.where} GROUP BY 1, 2, 6"
        )
    found: dict[object, _Tally] = {}
    for value, source, count, first, last, assertion in connection.execute(sql, selection.parameters):
        tally = found.setdefault(value, _Tally())
        tally.documents += count
        tally.sources[source] = tally.sources.get(source, 0) + count
        tally.years += [year for year in (first, last) if year is not None]
        tally.assertions[assertion] = tally.assertions.get(assertion, 0) + count
    return found


def _concept_row(key: int, tally: _Tally, concepts: Concepts, narrower: dict[int, int], safety: bool) -> Row:
    concept = concepts.by_key[key]
    shown = (Assertion.PRESENT, Assertion.NEGATED, Assertion.RISK) if safety else ()
    rest = _OTHER_ASSERTIONS if safety else ()
    return (
        concept.label,
        tally.documents,
        *(tally.assertions.get(assertion.value, 0) for assertion in shown),
        *tally.spread,
        narrower.get(key, tally.documents),
        concept.slug,
        concept.ids,
        *(tally.assertions.get(assertion.value, 0) for assertion in rest),
    )


def _with_narrower(connection: sqlite3.Connection, selection: Selection, category: Category) -> dict[int, int]:
    """Return for each concept that has narrower ones the documents that carry it or one of them."""
    sql = (
        "WITH chosen AS (SELECT concept, document FROM document_tag "
        f"WHERE {_of(category, selection, 'document_tag')} AND {_documents(selection)}) "
        "SELECT ancestor, count(DISTINCT document) FROM ("
        "SELECT concept_ancestor.ancestor, document FROM chosen JOIN concept_ancestor USING (concept) "
        "UNION ALL SELECT concept, document FROM chosen "
        "WHERE concept IN (SELECT ancestor FROM concept_ancestor)) GROUP BY 1"
    )
    return dict(connection.execute(sql, selection.parameters))


def by_two(connection: sqlite3.Connection, concepts: Concepts, selection: Selection, across: str, down: str) -> Table:
    """Return a cross-tab of documents: rows of *across*, columns of *down*, both the most frequent first.

    Safety events count where they are said to have occurred, or with the assertion that the filter asks for.
    ``documents`` is the number of documents of a row, which may have several columns or none.
    """
    cells: dict[object, dict[object, int]] = {}
    for row, column, count in _pairs(connection, selection, across, down):
        cells.setdefault(row, {})[column] = count
    documents = {row: tally.documents for row, tally in _rows(connection, selection, across).items()}
    totals: dict[object, int] = {}
    for counted in cells.values():
        for column, count in counted.items():
            totals[column] = totals.get(column, 0) + count
    names = {key: _name(key, across, concepts) for key in documents}
    headings = {key: _name(key, down, concepts) for key in totals}
    rows = sorted(documents, key=lambda key: (-documents[key], str(names[key]).casefold()))
    columns = sorted(totals, key=lambda key: (-totals[key], str(headings[key]).casefold()))
    if across in ("year", "document"):
        rows = sorted(documents, key=str, reverse=across == "year")
    if down == "year":
        columns = sorted(totals, key=str)
    place = {key: number for number, key in enumerate(columns)}

    def made() -> Iterator[Row]:
        for row in rows:
            counts = [0] * len(columns)
            for key, count in cells.get(row, {}).items():
                counts[place[key]] = count
            yield (names[row], documents[row], *counts)

    shown = [
        Column(across),
        Column("documents", right=True),
        *(Column(str(headings[key]), gives_way=number, right=True) for number, key in enumerate(columns, start=1)),
    ]
    return Table(f"Documents by {across} and {down}", tuple(shown), made())


def _rows(connection: sqlite3.Connection, selection: Selection, name: str) -> dict[object, _Tally]:
    category = _CATEGORIES.get(name)
    if category is None:
        return _tally(connection, selection, name, None)
    sql = (
        "SELECT concept, count(*) FROM document_tag "
        f"WHERE {_of(category, selection, 'document_tag', affirmed=True)} AND {_documents(selection)} GROUP BY concept"
    )
    found = {}
    for key, count in connection.execute(sql, selection.parameters):
        found[key] = _Tally()
        found[key].documents = count
    return found


def _pairs(
    connection: sqlite3.Connection, selection: Selection, across: str, down: str
) -> Iterator[tuple[object, object, int]]:
    """Yield row key, column key and the number of documents that have both."""
    first, second = _CATEGORIES.get(across), _CATEGORIES.get(down)
    if first is None and second is None:
        sql = (
            f"SELECT {_SCALARS[across]}, {_SCALARS[down]}, count(*) FROM document "
            f"WHERE {selection.where} AND {_SCALARS[across]} IS NOT NULL AND {_SCALARS[down]} IS NOT NULL GROUP BY 1, 2"
        )
    elif first is None or second is None:
        category = first or second
        assert category is not None
        scalar = _SCALARS[down if first else across]
        pair = f"concept, {scalar}" if first else f"{scalar}, concept"
        sql = (
            f"SELECT {pair}, count(*) FROM document_tag JOIN document ON document.id = document_tag.document "
            f"WHERE {_of(category, selection, 'document_tag', affirmed=True)} AND {selection.where} "
            f"AND {scalar} IS NOT NULL GROUP BY 1, 2"
        )
    else:
        yield from _concept_pairs(connection, selection, first, second)
        return
    yield from connection.execute(sql, selection.parameters)


def _concept_pairs(
    connection: sqlite3.Connection, selection: Selection, first: Category, second: Category
) -> Iterator[tuple[object, object, int]]:
    """Count pairs as intersections of bit sets: a row of document_tag is read once, however many pairs it is in."""
    rows = _bits(connection, selection, first)
    columns = rows if first is second else _bits(connection, selection, second)
    for row, having in rows.items():
        for column, having_too in columns.items():
            if count := (having & having_too).bit_count():
                yield row, column, count


def _bits(connection: sqlite3.Connection, selection: Selection, category: Category) -> dict[int, int]:
    """Return for each concept of *category* its documents, as the set bits of one integer."""
    sql = (
        "SELECT concept, group_concat(document) FROM document_tag "
        f"WHERE {_of(category, selection, 'document_tag', affirmed=True)} AND {_documents(selection)} GROUP BY concept"
    )
    found = {}
    for key, listed in connection.execute(sql, selection.parameters):
        documents = list(map(int, listed.split(",")))
        flags = bytearray(max(documents) + 1)
        for document in documents:
            flags[document] = 1
        found[key] = int(flags.translate(_DIGITS)[::-1], 2)
    return found


_DIGITS = bytes([48, 49]) + bytes(range(2, 256))  # 0 and 1 to their digits


def _of(category: Category, selection: Selection, table: str, *, affirmed: bool = False) -> str:
    """Return the SQL condition for tags of *category*; a filter on that category also limits the values shown."""
    keys = selection.concepts.get(category)
    if keys is None:
        condition = f"{table}.concept IN (SELECT id FROM concept WHERE category = '{category.value}')"
    else:
        condition = f"{table}.concept IN ({','.join(map(str, sorted(keys)))})"
    if category is Category.SAFETY and (selection.assertions or affirmed):
        listed = ", ".join(f"'{assertion}'" for assertion in selection.assertions or (Assertion.PRESENT.value,))
        condition += f" AND {table}.assertion IN ({listed})"
    return condition


def _documents(selection: Selection) -> str:
    """Return the condition on document_tag.document; where all documents are meant only the retracted are looked up."""
    if selection.everything:
        retracted = "document_tag.document NOT IN (SELECT id FROM document WHERE retracted = 1)"
        return "1" if selection.include_retracted else retracted
    return f"document_tag.document IN (SELECT id FROM document WHERE {selection.where})"


def _name(key: object, dimension: str, concepts: Concepts) -> object:
    return concepts.by_key[key].label if dimension in _CATEGORIES and isinstance(key, int) else key


def without_value(connection: sqlite3.Connection, selection: Selection, name: str) -> int:
    """Return how many selected documents have no value in dimension *name*, and so stand in no row."""
    category = _CATEGORIES.get(name)
    if category is None:
        condition = f"{_SCALARS[name]} IS NULL"
    else:
        tags = f"SELECT document FROM document_tag WHERE {_of(category, selection, 'document_tag')}"
        condition = f"document.id NOT IN ({tags})"
        if category is Category.PRODUCT:  # a report counts for its own product, whether or not its text names one
            condition += " AND document.product IS NULL"
    sql = f"SELECT count(*) FROM document WHERE {selection.where} AND {condition}"
    return int(connection.execute(sql, selection.parameters).fetchone()[0])
