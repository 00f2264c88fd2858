"""Documents as references: who wrote what, where, when. The tags go along as keywords."""

import json
import sqlite3
from collections.abc import Iterator

from gtminer.report.concepts import Concepts
from gtminer.report.documents import TAGS, newest_first, unpack
from gtminer.report.filters import Selection
from gtminer.report.table import Column, Row, Table

_COLUMNS = tuple(
    Column(name)
    for name in (
        "doc_id", "kind", "title", "authors", "date", "journal", "doi", "regulator", "url", "keywords", "retracted",
    )
)  # fmt: skip


def table(connection: sqlite3.Connection, concepts: Concepts, selection: Selection) -> Table:
    """Return the selected documents, newest first; authors are "Family, Given", groups stand as they are."""
    sql = (
        "SELECT doc_id, kind, title, json_extract(record, '$.authors'), date, journal, doi, regulator, url, retracted, "
        f"{TAGS} FROM document WHERE id = ?"
    )

    def rows() -> Iterator[Row]:
        for key in newest_first(connection, selection):
            doc_id, kind, title, authors, *facts, retracted, packed = connection.execute(sql, (key,)).fetchone()
            tags = unpack(packed, concepts)
            safety = [event for event, assertion in tags.safety if assertion == "present"]
            labels = [concepts[one].label for one in (*tags.modality, *tags.vector, *tags.indication, *safety)]
            names = [
                family if collective or not given else f"{family}, {given}"
                for family, given, collective in json.loads(authors or "[]")
            ]
            if pmid := doc_id.removeprefix("pubmed:") if doc_id.startswith("pubmed:") else "":
                facts[-1] = f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"  # not the file or the query it came with
            elif str(facts[-1]).startswith(("file:", "stdin:")):
                facts[-1] = None  # an address on this machine leads no reader anywhere
            yield doc_id, kind, title, tuple(names), *facts, tuple(labels), bool(retracted)

    return Table("References", _COLUMNS, rows())
