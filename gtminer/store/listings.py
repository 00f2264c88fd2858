"""What EMA and FDA listed when last asked, and the bytes we hold of it: the tables `listing` and `feed`."""

from collections.abc import Iterable
from typing import NamedTuple

from gtminer.store.connection import Connected


class Listed(NamedTuple):
    """A document as its source lists it. *item* is the address as remembered, *address* as given."""

    source: str
    item: str
    address: str
    product: str
    kind: str
    title: str
    doc_id: str
    date: str | None = None  # of publication, ISO
    listed_date: str | None = None  # of the last change, as the source states it


class Held(NamedTuple):
    """A document that was listed before: columns of `listing`."""

    item: str
    product: str
    kind: str
    title: str
    doc_id: str
    page: str | None
    fetched_date: str | None
    sha256: str | None
    parser: str | None
    checked_at: str | None
    state: str


class KnownFeed(NamedTuple):
    """A feed or page as it was last accepted."""

    records: int
    timestamp: str | None
    sha256: str
    read_at: str


def held(store: Connected, source: str) -> dict[str, Held]:
    """Return all that *source* ever listed, by its remembered address."""
    rows = store.connection.execute(
        f"SELECT {', '.join(Held._fields)} FROM listing WHERE source = ? ORDER BY item",
        (source,),
    )
    return {row[0]: Held(*row) for row in rows}


def listed(store: Connected, source: str) -> list[Listed]:
    """Return what *source* listed when last asked, without the files inside archives and what left the list."""
    rows = store.connection.execute(
        "SELECT source, item, item, product, kind, title, doc_id, date, listed_date FROM listing "
        "WHERE source = ? AND state <> 'delisted' AND instr(item, '#') = 0 ORDER BY item",
        (source,),
    )
    return [Listed(*row) for row in rows]


def note(
    store: Connected, listed: Iterable[Listed], seen_at: str, *, state: str | None = None, page: str | None = None
) -> None:
    """Record that these documents are listed (on *page*); one that had left the list is back.

    *state* is for what is never read.
    """
    with store.transaction():
        store.connection.executemany(
            "INSERT INTO listing (source, item, product, kind, title, doc_id, date, listed_date, page, seen_at, state) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, item) DO UPDATE SET "
            "product = excluded.product, kind = excluded.kind, title = excluded.title, date = excluded.date, "
            "listed_date = excluded.listed_date, page = coalesce(excluded.page, page), "
            "seen_at = excluded.seen_at, state = CASE state WHEN 'delisted' THEN "
            "CASE WHEN sha256 IS NULL THEN excluded.state ELSE 'read' END ELSE state END",
            [
                (one.source, one.item, one.product, one.kind, one.title, one.doc_id, one.date,
                 one.listed_date, page, seen_at, state or "listed")
                for one in listed
            ],
        )  # fmt: skip


def record(
    store: Connected,
    one: Listed,
    *,
    state: str,
    checked_at: str,
    sha256: str | None = None,
    parser: str | None = None,
) -> None:
    """Record what came of asking for a document; bytes that are not given stay those held."""
    with store.transaction():
        store.connection.execute(
            "UPDATE listing SET state = ?, checked_at = ?, sha256 = coalesce(?, sha256), "
            "parser = coalesce(?, parser), fetched_date = CASE WHEN ? IS NULL THEN fetched_date ELSE ? END "
            "WHERE source = ? AND item = ?",
            (state, checked_at, sha256, parser, sha256, one.listed_date, one.source, one.item),
        )


def adopt(store: Connected, one: Listed, sha256: str) -> Listed:
    """Return *one* under the name of the stored document with the same bytes, where no list has that document.

    A report that was imported by hand, since its source refused us, and is fetched later stays one document.
    """
    row = store.connection.execute(
        "SELECT doc_id FROM document WHERE sha256 = ? AND source = ? AND product = ? AND kind = ? AND doc_id <> ? "
        "AND NOT EXISTS (SELECT 1 FROM listing WHERE listing.doc_id = document.doc_id) ORDER BY doc_id LIMIT 1",
        (sha256, one.source, one.product, one.kind, one.doc_id),
    ).fetchone()
    if row is None:
        return one
    with store.transaction():
        store.connection.execute(
            "UPDATE listing SET doc_id = ? WHERE source = ? AND item = ?", (row[0], one.source, one.item)
        )
    return one._replace(doc_id=row[0])


def delist(store: Connected, source: str, items: Iterable[str]) -> None:
    """Mark documents that left the list; they and their texts are kept."""
    with store.transaction():
        store.connection.executemany(
            "UPDATE listing SET state = 'delisted' WHERE source = ? AND item = ?", [(source, item) for item in items]
        )


def known_feed(store: Connected, source: str, name: str) -> KnownFeed | None:
    """Return a feed or page as last accepted, None for one never seen."""
    row = store.connection.execute(
        "SELECT records, timestamp, sha256, read_at FROM feed WHERE source = ? AND name = ?", (source, name)
    ).fetchone()
    return None if row is None else KnownFeed(*row)


def accept_feed(
    store: Connected, source: str, name: str, *, records: int, timestamp: str | None, sha256: str, read_at: str
) -> None:
    """Make this the feed that the next one is compared with."""
    with store.transaction():
        store.connection.execute(
            "INSERT OR REPLACE INTO feed (source, name, records, timestamp, sha256, read_at) VALUES (?, ?, ?, ?, ?, ?)",
            (source, name, records, timestamp, sha256, read_at),
        )


def found_by(store: Connected, doc_ids: Iterable[str], query: str) -> None:
    """Say that *query* finds these documents, those that are stored."""
    with store.transaction():
        store.connection.executemany(
            "INSERT OR IGNORE INTO found_by (document, query) SELECT id, ? FROM document WHERE doc_id = ?",
            [(query, doc_id) for doc_id in doc_ids],
        )
