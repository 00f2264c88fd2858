"""One row per document: its facts and its merged tags."""

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from gtminer.model import Category
from gtminer.report.concepts import Concepts
from gtminer.report.filters import Selection
from gtminer.report.table import Column, Table

# The merged tags of a document as one text, "concept:assertion:inferred" each, in the order of first mention.
TAGS = (
    "(SELECT group_concat(concept || ':' || ifnull(assertion, '') || ':' || inferred, ' ') FROM "
    "(SELECT concept, assertion, inferred FROM document_tag WHERE document_tag.document = document.id "
    "ORDER BY ordinal))"
)
_FACTS = (
    "doc_id", "year", "source", "title", "product", "retracted", "date", "journal", "kind", "population",
    "gene_therapy", "doi", "pmcid", "status", "url",
)  # fmt: skip

_COLUMNS = (
    Column("id", breaks=True),
    Column("year", gives_way=4, right=True),
    Column("source", gives_way=9),
    Column("title", gives_way=1, least=20, breaks=True),
    Column("product", gives_way=8, many=True),
    Column("modality", gives_way=6, many=True),
    Column("vector", gives_way=2, many=True),
    Column("indication", gives_way=3, many=True),
    Column("safety", "safety events", gives_way=1, many=True, least=20, breaks=True),
    Column("retracted", flag=True),  # never gives way: where no row is, the column is empty and takes no place
    Column("safety_other", "not affirmed", hidden=True, many=True),
    Column("inferred", hidden=True, many=True),
    Column("population", hidden=True),
    Column("gene_therapy", hidden=True, flag=True),
    Column("date", hidden=True),
    Column("journal", hidden=True),
    Column("kind", hidden=True),
    Column("doi", hidden=True),
    Column("pmcid", hidden=True),
    Column("status", hidden=True),
    Column("url", hidden=True),
)


class Tagged(NamedTuple):
    """The merged tags of one document by the store's keys of their concepts; safety events with their assertion."""

    modality: tuple[int, ...]
    vector: tuple[int, ...]
    indication: tuple[int, ...]
    safety: tuple[tuple[int, str], ...]
    product: tuple[int, ...]
    inferred: frozenset[int]


def unpack(packed: str | None, concepts: Concepts) -> Tagged:
    """Return the tags that the SQL of TAGS packed into one text."""
    modality: list[int] = []
    vector: list[int] = []
    indication: list[int] = []
    product: list[int] = []
    places = {"modality": modality, "vector": vector, "indication": indication, "product": product}
    safety = []
    inferred = []
    for item in packed.split() if packed else ():
        number, assertion, follows = item.split(":")
        key = int(number)
        category = concepts.by_key[key].category
        if category == "safety":
            safety.append((key, assertion))
        else:
            places[category].append(key)
        if follows == "1":
            inferred.append(key)
    return Tagged(tuple(modality), tuple(vector), tuple(indication), tuple(safety), tuple(product), frozenset(inferred))


def table(connection: sqlite3.Connection, concepts: Concepts, selection: Selection) -> Table:
    """Return the documents, newest first, with preferred labels; `safety` holds the events said to have occurred.

    `safety_other` holds the other events with their assertion, `inferred` what follows only from a product name.
    """

    def rows() -> Iterator[tuple[object, ...]]:
        def labels(keys: tuple[int, ...]) -> tuple[str, ...]:
            return tuple(concepts.by_key[key].label for key in keys)

        for facts, tags in _read(connection, concepts, selection):
            affirmed = tuple(concepts.by_key[key].label for key, assertion in tags.safety if assertion == "present")
            other = tuple(
                f"{concepts.by_key[key].label} ({assertion})"
                for key, assertion in tags.safety
                if assertion != "present"
            )
            yield (
                facts["doc_id"], facts["year"], facts["source"], facts["title"],
                tuple(concepts.label(Category.PRODUCT, slug) for slug in _products(facts, tags, concepts)),
                labels(tags.modality), labels(tags.vector), labels(tags.indication), affirmed,
                bool(facts["retracted"]), other,
                tuple(concepts.by_key[key].label for key in sorted(tags.inferred)),
                facts["population"], _flag(facts["gene_therapy"]), facts["date"], facts["journal"], facts["kind"],
                facts["doi"], facts["pmcid"], facts["status"], facts["url"],
            )  # fmt: skip

    return Table("Documents", _COLUMNS, rows())


_RECORD_COLUMNS = tuple(
    Column(name)
    for name in (
        "doc_id", "source", "year", "title", "product", "modality", "vector", "indication", "safety", "inferred",
        "gene_therapy", "population", "retracted", "date", "journal", "kind", "doi", "pmcid", "status", "url",
    )
)  # fmt: skip


def records(connection: sqlite3.Connection, concepts: Concepts, selection: Selection) -> Table:
    """Return the documents, newest first, in the shape of the gold file: slugs, and safety events as objects."""

    def rows() -> Iterator[tuple[object, ...]]:
        def slugs(keys: tuple[int, ...]) -> list[str]:
            return [concepts.by_key[key].slug for key in keys]

        for facts, tags in _read(connection, concepts, selection):
            yield (
                facts["doc_id"], facts["source"], facts["year"], facts["title"], _products(facts, tags, concepts),
                slugs(tags.modality), slugs(tags.vector), slugs(tags.indication),
                [{"term": concepts.by_key[key].slug, "assertion": assertion} for key, assertion in tags.safety],
                {
                    "modality": slugs(tuple(key for key in tags.modality if key in tags.inferred)),
                    "vector": slugs(tuple(key for key in tags.vector if key in tags.inferred)),
                },
                _flag(facts["gene_therapy"]), facts["population"], bool(facts["retracted"]), facts["date"],
                facts["journal"], facts["kind"], facts["doi"], facts["pmcid"], facts["status"], facts["url"],
            )  # fmt: skip

    return Table("Documents", _RECORD_COLUMNS, rows())


def one_record(connection: sqlite3.Connection, concepts: Concepts, doc_id: str) -> dict[str, object]:
    """Return the row of `records` for one stored document, by column."""
    only = Selection("document.doc_id = ?", (doc_id,), True, {}, (), ())
    (row,) = records(connection, concepts, only).rows
    return {column.name: cell for column, cell in zip(_RECORD_COLUMNS, row, strict=True)}


def newest_first(connection: sqlite3.Connection, selection: Selection) -> list[int]:
    """Return the keys of the selected documents, newest first: cheap to sort, where whole rows are not."""
    sql = f"SELECT id FROM document WHERE {selection.where} ORDER BY date DESC, doc_id"
    return [key for (key,) in connection.execute(sql, selection.parameters)]


def count(connection: sqlite3.Connection, selection: Selection) -> int:
    """Return how many documents the selection shows."""
    sql = f"SELECT count(*) FROM document WHERE {selection.where}"
    return int(connection.execute(sql, selection.parameters).fetchone()[0])


def untagged(connection: sqlite3.Connection) -> int:
    """Return how many documents no tagger has read yet; their cells are empty for that reason alone."""
    return int(connection.execute("SELECT count(*) FROM document WHERE tagged_with IS NULL").fetchone()[0])


def undated(connection: sqlite3.Connection, selection: Selection) -> int:
    """Return how many documents a bound on the date leaves out because they state none."""
    sql = f"SELECT count(*) FROM document WHERE {selection.undated}"
    return int(connection.execute(sql, selection.parameters if selection.dates else ()).fetchone()[0])


def _read(
    connection: sqlite3.Connection, concepts: Concepts, selection: Selection
) -> Iterator[tuple[dict[str, object], Tagged]]:
    fields = ", ".join(_FACTS)
    sql = f"SELECT {fields}, {TAGS} FROM document WHERE id = ?"
    for key in newest_first(connection, selection):
        row = connection.execute(sql, (key,)).fetchone()
        yield dict(zip(_FACTS, row, strict=False)), unpack(row[-1], concepts)


def _products(facts: dict[str, object], tags: Tagged, concepts: Concepts) -> list[str]:
    """Return the product a report belongs to, then those that the text is about."""
    slugs = [concepts.by_key[key].slug for key in tags.product]
    own = facts["product"]
    return slugs if own is None or own in slugs else [str(own), *slugs]


def _flag(value: object) -> bool | None:
    return None if value is None else bool(value)
