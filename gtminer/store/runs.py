"""What was done when, how far each source is known to be complete, and what is still owed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import gtminer
from gtminer.store.connection import Connected

_FINISH = ("expected", "received", "new", "changed", "unchanged", "requests", "seconds", "translation", "term",
           "tagger", "message")  # fmt: skip


class Pending(NamedTuple):
    """Something asked for and not given, or unreadable; *item* is a PMID, an URL or a file."""

    item: str
    reason: str
    tries: int
    first_at: str
    last_at: str
    parser: str | None
    sha256: str | None


class Runs(Connected):
    """The store as a log book."""

    def start_run(
        self, command: str, *, source: str | None = None, query: str | None = None, term: str | None = None
    ) -> int:
        """Open a run (`fetch`, `import`, `tag`) and return its number. It is visible as `running` at once."""
        with self.transaction():
            cursor = self.connection.execute(
                "INSERT INTO run (command, source, query, term, started_at, state, gtminer) "
                "VALUES (?, ?, ?, ?, ?, 'running', ?)",
                (command, source, query, term, now(), gtminer.__version__),
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def finish_run(self, run: int, state: str, **fields: Any) -> None:
        """Close a run as `complete`, `partial`, `failed` or `interrupted`.

        *fields* are columns of the table `run`: expected, received, new, changed, unchanged, requests, seconds,
        translation, term, tagger, message.
        """
        unknown = set(fields) - set(_FINISH)
        if unknown:
            raise TypeError(f"no such column of a run: {', '.join(sorted(unknown))}")
        columns = "".join(f", {name} = ?" for name in fields)
        with self.transaction():
            self.connection.execute(
                f"UPDATE run SET state = ?, finished_at = ?{columns} WHERE id = ?",
                (state, now(), *fields.values(), run),
            )

    def close_dead_runs(self, *, but: int | None = None) -> int:
        """Mark runs that never finished as `interrupted`, *but* one; for the holder of the lock. Return how many."""
        with self.transaction():
            return self.connection.execute(
                "UPDATE run SET state = 'interrupted', finished_at = ? WHERE state = 'running' AND id IS NOT ?",
                (now(), but),
            ).rowcount

    def last_translation(self, source: str, query: str) -> str | None:
        """Return how the source read a query in the last complete run, None where there is none."""
        row = self.connection.execute(
            "SELECT translation FROM run WHERE source = ? AND query = ? AND state = 'complete' "
            "AND translation IS NOT NULL ORDER BY id DESC LIMIT 1",
            (source, query),
        ).fetchone()
        return None if row is None else row[0]

    def finish_slice(self, source: str, query: str, digest: str, *, run: int, expected: int, received: int) -> None:
        """Record a page of ids as done; call it inside the transaction that puts the page's documents."""
        with self.transaction():
            self.connection.execute(
                "INSERT OR REPLACE INTO slice (source, query, digest, run, expected, received, finished_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (source, query, digest, run, expected, received, now()),
            )

    def finished_slices(self, source: str, query: str) -> set[str]:
        """Return the digests of the pages that are done."""
        rows = self.connection.execute("SELECT digest FROM slice WHERE source = ? AND query = ?", (source, query))
        return {digest for (digest,) in rows}

    def clear_slices(self, source: str, query: str) -> None:
        """Forget the finished pages of a query, when its run is complete."""
        with self.transaction():
            self.connection.execute("DELETE FROM slice WHERE source = ? AND query = ?", (source, query))

    def watermark(self, source: str, query: str) -> str | None:
        """Return up to which date of the server a query is known to be complete."""
        row = self.connection.execute(
            "SELECT value FROM watermark WHERE source = ? AND query = ?", (source, query)
        ).fetchone()
        return None if row is None else row[0]

    def set_watermark(self, source: str, query: str, value: str, *, run: int) -> None:
        """Move a watermark; only after a complete run of that query."""
        with self.transaction():
            self.connection.execute(
                "INSERT OR REPLACE INTO watermark (source, query, value, run) VALUES (?, ?, ?, ?)",
                (source, query, value, run),
            )

    def pending(self, source: str) -> list[Pending]:
        """Return what is owed by *source*, oldest first."""
        rows = self.connection.execute(
            "SELECT item, reason, tries, first_at, last_at, parser, sha256 FROM pending WHERE source = ? "
            "ORDER BY first_at, item",
            (source,),
        )
        return [Pending(*row) for row in rows]

    def add_pending(
        self,
        source: str,
        items: Iterable[str],
        reason: str,
        *,
        parser: str | None = None,
        sha256: str | None = None,
    ) -> None:
        """Note *items* to be tried again by the next run; one noted before counts another try."""
        moment = now()
        with self.transaction():
            self.connection.executemany(
                "INSERT INTO pending (source, item, reason, first_at, last_at, parser, sha256) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, item) DO UPDATE SET tries = tries + 1, "
                "reason = excluded.reason, last_at = excluded.last_at, parser = excluded.parser, "
                "sha256 = excluded.sha256",
                [(source, item, reason, moment, moment, parser, sha256) for item in items],
            )

    def clear_pending(self, source: str, items: Iterable[str]) -> None:
        """Strike *items* off what is owed."""
        with self.transaction():
            self.connection.executemany(
                "DELETE FROM pending WHERE source = ? AND item = ?", [(source, item) for item in items]
            )

    @contextmanager
    def recorded_run(self, command: str, **fields: Any) -> Iterator[int]:
        """Run a block as one recorded run: `interrupted` or `failed`, with its line, if it raises.

        The block closes the run itself (`finish_run`) when it comes to its end.
        """
        run = self.start_run(command, **fields)
        try:
            yield run
        except BaseException as error:
            stopped = not isinstance(error, Exception)  # a signal: its text is a code, or nothing
            message = "interrupted" if stopped else str(error)[:500] or type(error).__name__
            self.finish_run(run, "interrupted" if stopped else "failed", message=message)
            raise


def now() -> str:
    """Return the time in UTC as ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
