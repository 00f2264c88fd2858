"""RIS, for reference managers (EndNote, Zotero, Rayyan): one record a document."""

from collections.abc import Iterator
from typing import TextIO

from gtminer.report.table import Style, Table, words
from gtminer.text import one_line

SUFFIXES = (".ris",)
BINARY = False

_TYPES = {"article": "JOUR", "book": "BOOK"}


def write(table: Table, out: TextIO, style: Style) -> None:
    """Write the references of *table* (`report.citations`)."""
    names = [column.name for column in table.columns]
    for row in table.rows:
        for tag, value in _fields(dict(zip(names, row, strict=True))):
            if text := one_line(words(value)):
                out.write(f"{tag}  - {text}\n")
        out.write("ER  - \n\n")


def _fields(reference: dict[str, object]) -> Iterator[tuple[str, object]]:
    yield "TY", _TYPES.get(str(reference["kind"]), "RPRT")
    yield "TI", ("RETRACTED: " if reference["retracted"] else "") + words(reference["title"])
    for author in _several(reference["authors"]):
        yield "AU", author
    date = words(reference["date"])
    yield "PY", date[:4]
    yield "DA", date.replace("-", "/")
    yield "JO", reference["journal"]
    yield "PB", reference["regulator"]
    yield "DO", reference["doi"]
    yield "AN", words(reference["doc_id"]).removeprefix("pubmed:")
    yield "UR", reference["url"]
    for keyword in _several(reference["keywords"]):
        yield "KW", keyword


def _several(cell: object) -> tuple[object, ...]:
    return cell if isinstance(cell, tuple) else ()
