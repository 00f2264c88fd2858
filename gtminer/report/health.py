"""How old the data are, what succeeded and what failed last: read from the run records."""

import sqlite3
from datetime import UTC, datetime
from typing import NamedTuple


class Freshness(NamedTuple):
    """One query of one source: its last complete run, and the failure since then, if any."""

    source: str
    query: str
    last_success: str | None
    last_error: str | None
    error_at: str | None
    documents: int


class Health(NamedTuple):
    """The state of a store. Times are UTC, ISO 8601; *pending* counts what the next run will retry, by source."""

    documents: dict[str, int]
    retracted: int
    vanished: int
    untagged: int
    last_change: str | None
    queries: tuple[Freshness, ...]
    pending: dict[str, int]
    outdated: int = 0  # documents whose tags are of another version of vocabulary and code

    @property
    def total(self) -> int:
        """All documents, whatever their source."""
        return sum(self.documents.values())


def examine(connection: sqlite3.Connection, version: str | None = None) -> Health:
    """Return the health of the store behind *connection*; *version* is that of vocabulary and code, where known."""
    rows = connection.execute("SELECT source, count(*) FROM document GROUP BY source ORDER BY source")
    documents = {str(source): int(count) for source, count in rows}
    retracted, vanished, untagged, outdated = connection.execute(
        "SELECT coalesce(sum(retracted), 0), coalesce(sum(status <> 'listed'), 0),"
        " coalesce(sum(tagged_with IS NULL), 0), coalesce(sum(tagged_with <> ?), 0) FROM document",
        (version,),
    ).fetchone()
    # A run that was interrupted has no counts, but what it committed.
    (last_change,) = connection.execute(
        "SELECT max(coalesce(finished_at, started_at)) FROM run WHERE new + changed > 0 "
        "OR id = (SELECT max(coalesce(max(first_run), 0), coalesce(max(changed_run), 0)) FROM document)"
    ).fetchone()
    waiting = connection.execute("SELECT source, count(*) FROM pending GROUP BY source ORDER BY source")
    return Health(
        documents, retracted, vanished, untagged, last_change, tuple(_queries(connection)), dict(waiting.fetchall()),
        outdated,
    )  # fmt: skip


_LAST_SUCCESS = """
    SELECT max(finished_at) FROM run
    WHERE command = 'fetch' AND source = ? AND query IS ? AND state = 'complete'
"""
_LATER_FAILURE = """
    SELECT coalesce(message, state), coalesce(finished_at, started_at) FROM run
    WHERE command = 'fetch' AND source = ? AND query IS ? AND state NOT IN ('complete', 'part', 'running')
      AND coalesce(finished_at, started_at) > coalesce(?, '')
    ORDER BY id DESC LIMIT 1
"""
_FOUND = """
    SELECT count(*) FROM found_by JOIN document ON document.id = found_by.document
    WHERE source = ? AND query = ?
"""


def _queries(connection: sqlite3.Connection) -> list[Freshness]:
    found = []
    pairs = connection.execute(
        "SELECT DISTINCT source, query FROM run WHERE command = 'fetch' AND source IS NOT NULL ORDER BY source, query"
    ).fetchall()
    for source, query in pairs:
        (success,) = connection.execute(_LAST_SUCCESS, (source, query)).fetchone()
        failure = connection.execute(_LATER_FAILURE, (source, query, success)).fetchone()
        (count,) = connection.execute(_FOUND, (source, query)).fetchone()
        message, at = failure or (None, None)
        found.append(Freshness(source, query or "", success, message, at, count))
    return found


def age_hours(moment: str, now: datetime | None = None) -> float:
    """Hours between *moment* (ISO 8601, UTC) and now; a moment in the future counts as 0."""
    then = datetime.fromisoformat(moment)
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, ((now or datetime.now(UTC)) - then).total_seconds() / 3600)


def in_words(hours: float) -> str:
    """Say an age in the unit that a person would use: "40 min", "14 h", "9 days"."""
    if hours < 1:
        return f"{round(hours * 60)} min"
    return f"{round(hours)} h" if hours < 48 else f"{round(hours / 24)} days"
