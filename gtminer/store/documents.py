"""Documents in the store: put, changed, deleted, read back. Nothing stored is ever lost."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from gtminer.model import MEDLINE_TEXT, Deletion, Document
from gtminer.store import codec
from gtminer.store.connection import Connected
from gtminer.store.editions import Edition, edition, older_by

_NOTHING_RARE = (None,) * (len(codec.COLUMNS) - codec.RARE)
_UPDATE = (
    f"UPDATE document SET {', '.join(f'{column} = ?' for column in codec.COLUMNS)}, "
    "changed_run = ?, tagged_with = NULL, gene_therapy = NULL, population = NULL WHERE id = ?"
)
_PAGE = 100  # a report has up to a megabyte of text


class Counts(NamedTuple):
    """What became of the documents that were put; *fresh* are the new and the changed ones with their ids.

    *older* are editions kept behind the stored one, which is newer; they count as unchanged.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    fresh: Sequence[tuple[int, Document]] = ()
    older: Sequence[Document] = ()


class Documents(Connected):
    """The store as a collection of documents."""

    _not_indexed: int | None = None  # the first document that the open transaction brought and the index lacks

    def _begin(self) -> None:
        super()._begin()
        self._not_indexed = None  # whatever a transaction before this one had to roll back

    def _complete(self) -> None:
        super()._complete()
        self._index()

    def _index(self) -> None:
        """Index the words of the new documents as one segment."""
        if self._not_indexed is not None:
            self.connection.execute(
                "INSERT INTO document_fts (rowid, title, text) SELECT id, title, text FROM document WHERE id >= ?",
                (self._not_indexed,),
            )
            self._not_indexed = None

    def put(
        self,
        documents: Iterable[Document | Deletion],
        *,
        run: int | None = None,
        query: str | None = None,
        seen: str | None = None,
    ) -> Counts:
        """Store *documents* in one transaction (or in the one that is open) and say what became of them.

        The fingerprint (everything but provenance) decides whether a document changed; the earlier version is
        kept, and the tags of a changed document are cleared. A lower PMID version than the stored one is passed
        over. A Deletion marks a document and leaves it readable. *query* is the question that found them; *seen*
        is the UTC day (ISO) on which a source returned them: it ends a row of misses and lists a vanished document
        again, and of two bodies of a document in one answer the last of the highest version counts. Without it they
        come from files, which may be old: a body that was replaced before stays replaced, so that files may be
        imported again without a change, and an older edition of a regulator's document becomes an earlier version.
        """
        layers, gone = _sort(documents, one_body_each=seen is not None)
        new = changed = unchanged = 0
        fresh: dict[int, Document] = {}
        older: list[Document] = []
        with self.transaction():
            for layer in layers:
                counts = self._put(layer, run, seen)
                new, changed, unchanged = new + counts.new, changed + counts.changed, unchanged + counts.unchanged
                fresh |= counts.fresh
                older += counts.older
            if query is not None:
                self.connection.execute(
                    "INSERT OR IGNORE INTO found_by "
                    "SELECT id, ? FROM document WHERE doc_id IN (SELECT value FROM json_each(?))",
                    (query, json.dumps([doc_id for layer in layers[:1] for doc_id in layer])),
                )
            deleted = self.set_status(gone, "deleted", run=run) if gone else 0
        return Counts(new, changed, unchanged, deleted, list(fresh.items()), older)

    def get(self, doc_id: str) -> Document | None:
        """Return the newest version of a document, None where it is not stored."""
        return next(self._documents("doc_id = ?", (doc_id,)), (0, None))[1]

    def versions(self, doc_id: str) -> list[Document]:
        """Return the earlier versions of a document, oldest first, without the newest."""
        rows = self.connection.execute(
            "SELECT snapshot FROM document_version JOIN document ON document.id = document "
            "WHERE doc_id = ? ORDER BY document_version.rowid",
            (doc_id,),
        )
        return [codec.load(snapshot) for (snapshot,) in rows]

    def documents(self) -> Iterator[tuple[int, Document]]:
        """Yield every document with its id, in the order of the ids; the store may be written meanwhile."""
        return self._pages("TRUE", ())

    def known(self, doc_ids: Iterable[str]) -> set[str]:
        """Return those of *doc_ids* that are stored."""
        rows = self.connection.execute(
            "SELECT doc_id FROM document WHERE doc_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(doc_ids)),),
        )
        return {doc_id for (doc_id,) in rows}

    def count_documents(self) -> int:
        """Return how many documents are stored."""
        (count,) = self.connection.execute("SELECT count(*) FROM document").fetchone()
        return int(count)

    def mark_missed(self, doc_ids: Iterable[str], day: str, *, run: int | None = None) -> list[str]:
        """Count a miss for documents that a source did not return on *day* (ISO); return those that vanished by it.

        Three misses in a row on different days make a listed document vanished; nothing is ever removed.
        """
        names = json.dumps(list(doc_ids))
        with self.transaction():
            self.connection.execute(
                "UPDATE document SET missed = missed + 1, missed_at = ?1 "
                "WHERE doc_id IN (SELECT value FROM json_each(?2)) AND (missed_at IS NULL OR missed_at < ?1)",
                (day, names),
            )
            vanished = self.connection.execute(
                "UPDATE document SET status = 'vanished', status_run = ? WHERE status = 'listed' AND missed >= 3 "
                "AND doc_id IN (SELECT value FROM json_each(?)) RETURNING doc_id",
                (run, names),
            ).fetchall()
        return sorted(doc_id for (doc_id,) in vanished)

    def mark_seen(self, doc_ids: Iterable[str], day: str, *, run: int | None = None) -> None:
        """Say that a source returned these documents on *day*: their misses end, vanished ones are listed again."""
        names = json.dumps(list(doc_ids))
        with self.transaction():
            self.connection.execute(
                "UPDATE document SET seen_at = ?1, missed = 0, missed_at = NULL "
                "WHERE doc_id IN (SELECT value FROM json_each(?2)) AND (seen_at IS NULL OR seen_at < ?1 OR missed > 0)",
                (day, names),
            )
            self._set_status(names, "listed", run, "status IN ('vanished', 'deleted')")

    def set_status(self, doc_ids: Iterable[str], status: str, *, run: int | None = None) -> int:
        """Set the listing state (`listed`, `vanished`, `deleted`, `delisted`); return how many had another."""
        with self.transaction():
            return self._set_status(json.dumps(list(doc_ids)), status, run, "TRUE")

    def _set_status(self, names: str, status: str, run: int | None, condition: str) -> int:
        return self.connection.execute(
            "UPDATE document SET status = ?1, status_run = ?2 "
            f"WHERE doc_id IN (SELECT value FROM json_each(?3)) AND status <> ?1 AND {condition}",
            (status, run, names),
        ).rowcount

    def _put(self, batch: Mapping[str, Document], run: int | None, seen: str | None) -> Counts:
        stored = {
            doc_id: (identifier, version, fingerprint, state, Edition(*edited))
            for doc_id, identifier, version, fingerprint, state, *edited in self.connection.execute(
                "SELECT doc_id, id, version, fingerprint, state, date, "
                "CASE WHEN regulator IS NULL THEN NULL ELSE json_extract(record, '$.made') END, sha256 FROM document "
                "WHERE doc_id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(batch)),),
            )
        }
        (last,) = self.connection.execute("SELECT coalesce(max(id), 0) FROM document").fetchone()
        origin = (run, run) if seen is None else (run, run, seen)
        inserts: list[tuple[Any, ...]] = []
        updates: list[tuple[Any, ...]] = []
        fresh: list[tuple[int, Document]] = []
        older: list[Document] = []
        for doc_id, document in batch.items():
            known = stored.get(doc_id)
            if known is None:
                last += 1
                inserts.append((last, *origin, *codec.row(document)))
                fresh.append((last, document))
            elif document.version >= known[1] and not (document.state == MEDLINE_TEXT != known[3]):
                row = codec.row(document)
                fingerprint = row[codec.FINGERPRINT]
                if fingerprint == known[2] or (not seen and self._was_replaced(known[0], fingerprint)):
                    continue
                if seen is None and document.regulator and _is_older(document, known[4]):
                    self._keep_older(known[0], fingerprint, document)
                    older.append(document)
                else:
                    updates.append((*row, run, known[0]))
                    fresh.append((known[0], document))
        if inserts:
            self._insert(inserts, ("id", "first_run", "changed_run", "seen_at")[: 1 + len(origin)])
            if self._not_indexed is None:
                self._not_indexed = inserts[0][0]
        if fresh:
            self.touch()
        if updates:
            self._index()  # a trigger takes the earlier words out of the index
            self._keep_versions([identifier for *_, identifier in updates], run)
            self.connection.executemany(_UPDATE, updates)
        if seen is not None and stored:
            self.mark_seen(stored, seen, run=run)
        return Counts(len(inserts), len(updates), len(batch) - len(fresh), 0, fresh, older)

    def _insert(self, rows: Sequence[tuple[Any, ...]], first: Sequence[str]) -> None:
        """Insert rows of the columns *first* and `codec.COLUMNS`.

        The last columns are left out where all rows have NULL there: sqlite3 takes six times as long for None as for 1.
        """
        columns = (*first, *codec.COLUMNS)
        width = len(first) + codec.RARE
        if all(row[width:] == _NOTHING_RARE for row in rows):
            columns, rows = columns[:width], [row[:width] for row in rows]
        self.connection.executemany(
            f"INSERT INTO document ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            rows,
        )

    def _keep_older(self, identifier: int, fingerprint: str, document: Document) -> None:
        """Keep an older edition as an earlier version. No run replaced it: what changed since a run passes it over."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.connection.execute(
            "INSERT INTO document_version (document, replaced_at, fingerprint, snapshot) VALUES (?, ?, ?, ?)",
            (identifier, now, fingerprint, codec.dump(document)),
        )

    def _was_replaced(self, identifier: int, fingerprint: str) -> bool:
        """Tell whether this body of a document is one of its earlier versions."""
        found = self.connection.execute(
            "SELECT 1 FROM document_version WHERE document = ? AND fingerprint = ?", (identifier, fingerprint)
        )
        return found.fetchone() is not None

    def _keep_versions(self, identifiers: Sequence[int], run: int | None) -> None:
        """Snapshot the documents about to change and clear their tags."""
        chosen = json.dumps(identifiers)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.connection.executemany(
            "INSERT INTO document_version (document, run, replaced_at, fingerprint, snapshot) "
            "SELECT id, ?, ?, fingerprint, ? FROM document WHERE id = ?",
            [
                (run, now, codec.dump(earlier), identifier)
                for identifier, earlier in list(self._documents("id IN (SELECT value FROM json_each(?))", (chosen,)))
            ],
        )
        self.clear_tags(chosen)

    def clear_tags(self, identifiers: str) -> None:
        """Remove the tags of documents (a JSON list of ids)."""
        for table in ("mention", "document_tag"):
            self.connection.execute(
                f"DELETE FROM {table} WHERE document IN (SELECT value FROM json_each(?))",
                (identifiers,),
            )

    def _documents(self, where: str, values: Sequence[Any], limit: int = -1) -> Iterator[tuple[int, Document]]:
        cursor = self.connection.execute(
            f"SELECT * FROM document WHERE {where} ORDER BY id LIMIT {limit}",
            values,
        )
        names = [column[0] for column in cursor.description]
        for row in cursor:
            values_by_name = dict(zip(names, row, strict=True))
            yield values_by_name["id"], codec.document(values_by_name)

    def _pages(self, where: str, values: Sequence[Any]) -> Iterator[tuple[int, Document]]:
        """Yield documents page by page, so that no reading cursor is open while the caller writes."""
        after = 0
        while page := list(self._documents(f"({where}) AND id > ?", (*values, after), _PAGE)):
            yield from page
            after = page[-1][0]


def _is_older(document: Document, stored: Edition) -> bool:
    """Tell whether *document* is an older edition; the same bytes, read otherwise, are not."""
    new = edition(document)
    return new.sha256 != stored.sha256 and older_by(new, stored) is not None


def _sort(
    documents: Iterable[Document | Deletion], *, one_body_each: bool
) -> tuple[list[dict[str, Document]], list[str]]:
    """Return *documents* by doc_id in layers, a document's second body in the second one; and the deleted doc_ids."""
    layers: list[dict[str, Document]] = []
    bodies: Counter[str] = Counter()
    gone: list[str] = []
    for item in documents:
        if isinstance(item, Deletion):
            gone.append(f"pubmed:{item.pmid}")
            continue
        number = bodies[item.doc_id]
        if number and one_body_each:
            if item.version >= layers[0][item.doc_id].version:
                layers[0][item.doc_id] = item
            continue
        if number == len(layers):
            layers.append({})
        layers[number][item.doc_id] = item
        bodies[item.doc_id] += 1
    return layers, gone
