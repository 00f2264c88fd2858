"""What became of documents since a run or a moment: new, changed, retracted, vanished, tagged anew."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from gtminer.errors import InputError
from gtminer.model import Document
from gtminer.report.concepts import Concepts
from gtminer.report.documents import TAGS, unpack
from gtminer.report.filters import Selection, mention_condition
from gtminer.report.table import Column, Row, Table
from gtminer.store import codec

KINDS = ("new", "changed", "retracted", "vanished", "deleted", "delisted", "listed again", "tagged anew")
_AGE = re.compile(r"(\d+)\s*([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}
_LONGEST_HOURS = 1_000_000
_YEAR = re.compile(r"(19|20)\d\d")

_COLUMNS = (
    Column("doc_id", "id", breaks=True),
    Column("change"),
    Column("year", gives_way=6, right=True),
    Column("source", gives_way=8),
    Column("title", gives_way=1, least=20),
    Column("vector", gives_way=4),
    Column("indication", gives_way=3),
    Column("safety", "safety events", gives_way=2),
    Column("fields", "what changed", gives_way=5),
    Column("evidence", least=24),
    Column("modality", hidden=True),
    Column("retracted", flag=True),
)


class Since(NamedTuple):
    """The last run that is not looked at, and how to say it."""

    run: int
    words: str


def since(connection: sqlite3.Connection, text: str, now: datetime | None = None) -> Since:
    """Return where *text* (a run, a day or moment in UTC, an age such as ``7d``) lies in the log of runs.

    Raises InputError where it is none of these, or a run that is not in the log.
    """
    wanted = text.strip().lower()
    if age := _AGE.fullmatch(wanted):
        hours = int(age[1]) * _HOURS[age[2]]
        if hours > _LONGEST_HOURS:
            raise InputError(f"--since {text}: longer ago than anything; write for example 7d")
        return _before(connection, (now or datetime.now(UTC)) - timedelta(hours=hours))
    if re.fullmatch(r"[0-9]{1,9}", wanted) and not _YEAR.fullmatch(wanted):
        return _after_run(connection, int(wanted), text)
    if _YEAR.fullmatch(wanted):
        wanted += "-01"
    if re.fullmatch(r"\d{4}-\d{2}", wanted):
        wanted += "-01"
    try:
        moment = datetime.fromisoformat(wanted)
    except ValueError:
        raise InputError(f"--since: '{text}' is no run, date or age; write a run's number, 2026-06-30 or 7d") from None
    return _before(connection, moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _before(connection: sqlite3.Connection, moment: datetime) -> Since:
    stamp = moment.astimezone(UTC).isoformat(timespec="seconds")
    (run,) = connection.execute("SELECT coalesce(max(id), 0) FROM run WHERE started_at < ?", (stamp,)).fetchone()
    return Since(run, f"since {stamp[:16].replace('T', ' ')} UTC")


def _after_run(connection: sqlite3.Connection, run: int, text: str) -> Since:
    row = connection.execute("SELECT started_at FROM run WHERE id = ?", (run,)).fetchone()
    if row is None:
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM run").fetchone()
        raise InputError(f"--since {text}: no such run; the last one is {last}")
    return Since(run, f"since run {run} ({row[0]})")


class Change(NamedTuple):
    """What became of one document: *kinds* of KINDS, and the names of the *fields* that changed."""

    key: int
    kinds: tuple[str, ...]
    fields: tuple[str, ...]


class Found(NamedTuple):
    """The changes, newest document first, and how many documents are left out because they were retracted before."""

    changes: list[Change]
    left_out: int


def find(connection: sqlite3.Connection, selection: Selection, after: int) -> Found:
    """Return what runs later than *after* changed.

    Retracted documents stand in it when they were retracted since, or where the selection includes them.
    """
    runs = {
        name: f"coalesce({name}, 0) > {after:d}" for name in ("first_run", "changed_run", "status_run", "tagged_run")
    }
    sql = (
        f"SELECT id, retracted, status, {', '.join(runs.values())} FROM document "
        f"WHERE ({' OR '.join(runs.values())}) AND {selection.matching} ORDER BY date DESC, doc_id"
    )
    found = Found([], 0)
    for key, retracted, status, new, changed, moved, tagged in connection.execute(sql, selection.parameters).fetchall():
        earlier = _earlier(connection, key, after) if changed and not new else None
        now_retracted = bool(retracted) and earlier is not None and not earlier.is_retracted
        if retracted and not now_retracted and not selection.include_retracted:
            found = found._replace(left_out=found.left_out + 1)
            continue
        kinds = {
            "new": new,
            "changed": changed and not new,
            "retracted": now_retracted or (new and retracted),
            "listed again" if status == "listed" else status: moved and not (new and status == "listed"),
            "tagged anew": tagged and not new,
        }
        names = tuple(kind for kind, holds in kinds.items() if holds)
        if names:
            found.changes.append(Change(key, names, _fields(connection, key, earlier)))
    return found


def _earlier(connection: sqlite3.Connection, key: int, after: int) -> Document | None:
    """Return a document as it was after run *after*: the first of its versions that a later run replaced."""
    row = connection.execute(
        "SELECT snapshot FROM document_version WHERE document = ? AND run > ? ORDER BY rowid LIMIT 1", (key, after)
    ).fetchone()
    return None if row is None else codec.load(row[0])


def _fields(connection: sqlite3.Connection, key: int, earlier: Document | None) -> tuple[str, ...]:
    """Return the names of the fields in which a document differs from *earlier*."""
    if earlier is None:
        return ()
    cursor = connection.execute("SELECT * FROM document WHERE id = ?", (key,))
    names = [column[0] for column in cursor.description]
    now = codec.document(dict(zip(names, cursor.fetchone(), strict=True)))
    return tuple(
        name
        for name in Document._fields
        if name not in ("doc_id", "provenance") and getattr(now, name) != getattr(earlier, name)
    )


def table(connection: sqlite3.Connection, concepts: Concepts, selection: Selection, changes: Sequence[Change]) -> Table:
    """Return one row per changed document, with its tags as they are now and the sentence that shows the gravest.

    ``evidence`` is the sentence of an affirmed safety event, else of what the document is about.
    """

    def rows() -> Iterator[Row]:
        for change in changes:
            doc_id, year, source, title, retracted, packed = connection.execute(
                f"SELECT doc_id, year, source, title, retracted, {TAGS} FROM document WHERE id = ?", (change.key,)
            ).fetchone()
            tags = unpack(packed, concepts)

            def labels(keys: Sequence[int]) -> tuple[str, ...]:
                return tuple(concepts.by_key[key].label for key in keys)

            affirmed = [key for key, assertion in tags.safety if assertion == "present"]
            yield (
                doc_id, change.kinds, year, source, title, labels(tags.vector), labels(tags.indication),
                labels(affirmed), change.fields, _evidence(connection, change.key, selection), labels(tags.modality),
                bool(retracted),
            )  # fmt: skip

    return Table("Changes", _COLUMNS, rows())


def _evidence(connection: sqlite3.Connection, key: int, selection: Selection) -> str | None:
    row = connection.execute(
        "SELECT sentence_start, sentence_end FROM mention JOIN concept ON concept.id = mention.concept "
        f"WHERE document = ? AND {mention_condition(selection)} "
        "ORDER BY category = 'safety' AND assertion = 'present' AND role = 'subject' DESC, "
        "category = 'safety' AND assertion = 'present' DESC, role = 'subject' DESC, ordinal LIMIT 1",
        (key,),
    ).fetchone()
    if row is None:
        return None
    (text,) = connection.execute("SELECT text FROM document WHERE id = ?", (key,)).fetchone()
    return str(text[row[0] : row[1]])
