"""One row per tag, with its evidence: the fields of the schema page in their order, then whether it is retracted."""

import sqlite3
from collections.abc import Iterator

from gtminer.report.concepts import Concepts
from gtminer.report.documents import newest_first
from gtminer.report.filters import Selection, mention_condition
from gtminer.report.table import Column, Row, Table

COLUMNS = (
    Column("doc_id", "id", breaks=True),
    Column("source", gives_way=9),
    Column("year", gives_way=3, right=True),
    Column("title", gives_way=6, least=20),
    Column("category", gives_way=2),
    Column("concept", hidden=True),
    Column("label", "concept"),
    Column("ids", hidden=True, many=True),
    Column("text", hidden=True),
    Column("start", hidden=True, right=True),
    Column("end", hidden=True, right=True),
    Column("section", gives_way=7),
    Column("page", gives_way=8, right=True),
    Column("sentence", "evidence", gives_way=1, least=20),
    Column("assertion"),  # never gives way: without it a denied event would read as one that happened
    Column("role", gives_way=4),
    Column("inferred", hidden=True, flag=True),
    Column("cue", hidden=True),
    Column("rule", hidden=True),
    Column("grade", gives_way=5),
    Column("n", hidden=True),
    Column("N", hidden=True),
    Column("pct", "%", hidden=True),
    Column("arm", hidden=True),
    Column("retracted", flag=True),  # of the document
)


def table(connection: sqlite3.Connection, concepts: Concepts, selection: Selection) -> Table:
    """Return the tags of the selected documents, newest document first, each in its reading order."""
    return Table("Tags", COLUMNS, rows(connection, concepts, selection))


def without(connection: sqlite3.Connection, selection: Selection) -> int:
    """Return how many of the selected documents have no row in the table."""
    tagged = f"SELECT 1 FROM mention WHERE document = document.id AND {mention_condition(selection)}"
    sql = f"SELECT count(*) FROM document WHERE {selection.where} AND NOT EXISTS ({tagged})"
    return int(connection.execute(sql, selection.parameters).fetchone()[0])


def unnamed(connection: sqlite3.Connection, plain: Selection, named: Selection) -> int:
    """Return how many documents the merged tags select (*plain*) but no words of theirs (*named*)."""
    sql = (
        f"SELECT count(*) FROM document WHERE {plain.where} AND id NOT IN "
        f"(SELECT document.id FROM document WHERE {named.where})"
    )
    return int(connection.execute(sql, (*plain.parameters, *named.parameters)).fetchone()[0])


def rows(connection: sqlite3.Connection, concepts: Concepts, selection: Selection) -> Iterator[Row]:
    """Yield the rows of ``table``; words and sentences are cut here, since SQLite would read a text from its start."""
    facts = {
        key: (concept.category, concept.slug, concept.label, concept.ids) for key, concept in concepts.by_key.items()
    }
    tags = (
        'SELECT concept, start, "end", section, page, sentence_start, sentence_end, assertion, role, inferred, '
        "cue, rule, grade, n, denominator, pct, arm FROM mention "
        f"WHERE document = ? AND {mention_condition(selection)} ORDER BY ordinal"
    )
    flags = (False, True)
    for key in newest_first(connection, selection):
        tagged = connection.execute(tags, (key,)).fetchall()
        if not tagged:
            continue
        *document, retracted, text = connection.execute(
            "SELECT doc_id, source, year, title, retracted, text FROM document WHERE id = ?", (key,)
        ).fetchone()
        for concept, start, end, section, page, from_, to, assertion, role, inferred, *rest in tagged:
            yield (
                *document, *facts[concept], text[start:end], start, end, section, page, text[from_:to],
                assertion, role, flags[inferred], *rest, flags[retracted],
            )  # fmt: skip
