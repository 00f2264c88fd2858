"""Full-text search: what people type, made into a question that FTS5 always understands; snippets of the answers."""

import re
import sqlite3
from collections.abc import Iterator

from gtminer.errors import InputError
from gtminer.report.filters import Selection
from gtminer.report.table import Column, Row, Table
from gtminer.text import encodable

ON, OFF = "\ufdd0", "\ufdd1"  # mark the words found: noncharacters, so in no text
_WORDS_AROUND = 24
_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')

_COLUMNS = (
    Column("doc_id", "id", breaks=True),
    Column("year", gives_way=3, right=True),
    Column("source", gives_way=4),
    Column("title", gives_way=2, least=20),
    Column("snippet", gives_way=1, least=30),
    Column("retracted"),
)


def question(text: str) -> str:
    """Return *text* as an FTS5 query; raise InputError where it holds no word to look for.

    All words have to occur; ``"several words"`` in this order; ``OR`` (in capitals) between alternatives; ``-word``
    must not occur; ``hepat*`` is any word that begins so. Everything else is text.

    >>> question('AAV9-mediated "gene therapy" -mouse OR hepat*')
    '("AAV9-mediated" AND "gene therapy" NOT "mouse") OR ("hepat"*)'
    """
    groups: list[tuple[list[str], list[str]]] = [([], [])]
    for minus, phrase, word in _TERM.findall(encodable(text)):
        if word == "OR" and not minus:
            groups.append(([], []))
            continue
        term = phrase or word
        if any(char.isalnum() for char in term):
            prefix = "*" if word.endswith("*") else ""
            groups[-1][bool(minus)].append(f'"{term.rstrip("*")}"{prefix}')
    wanted = [group for group in groups if group[0]]
    if not wanted:
        only = "only words to leave out" if any(without for _, without in groups) else "no words"
        raise InputError(f"search: {only} in '{text}'; write words that documents hold")
    return " OR ".join(
        "(" + " AND ".join(words) + "".join(f" NOT {one}" for one in without) + ")" for words, without in wanted
    )


def within(selection: Selection, text: str) -> Selection:
    """Return *selection* narrowed to the documents that hold *text*."""
    found = "document.id IN (SELECT rowid FROM document_fts WHERE document_fts MATCH ?)"
    return selection._replace(
        documents=f"{selection.documents} AND {found}", parameters=(*selection.parameters, question(text))
    )


def table(connection: sqlite3.Connection, selection: Selection, text: str, marks: tuple[str, str]) -> Table:
    """Return the documents that hold *text*, the best match first, with a stretch of text, its words in *marks*."""
    match = question(text)
    sql = (
        "SELECT document.id FROM document_fts JOIN document ON document.id = document_fts.rowid "
        f"WHERE document_fts MATCH ? AND {selection.where} ORDER BY bm25(document_fts, 4.0, 1.0), doc_id"
    )
    keys = [key for (key,) in connection.execute(sql, (match, *selection.parameters))]
    return Table("Documents found", _COLUMNS, _rows(connection, keys, match, marks))


def _rows(connection: sqlite3.Connection, keys: list[int], match: str, marks: tuple[str, str]) -> Iterator[Row]:
    sql = (
        f"SELECT doc_id, year, source, document.title, snippet(document_fts, 1, ?, ?, '…', {_WORDS_AROUND}), retracted "
        "FROM document_fts JOIN document ON document.id = document_fts.rowid "
        "WHERE document_fts MATCH ? AND document_fts.rowid = ?"
    )
    for key in keys:
        doc_id, year, source, title, snippet, retracted = connection.execute(sql, (ON, OFF, match, key)).fetchone()
        shown = snippet.replace("\n", " ").replace(ON, marks[0]).replace(OFF, marks[1])
        yield doc_id, year, source, title, shown, bool(retracted)
