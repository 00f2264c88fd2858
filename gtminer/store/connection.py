"""Opening the store's file safely, and its transactions."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gtminer.errors import InputError, StoreError
from gtminer.store import crash, faults, filesystem, schema

_FIRST_WAIT_S = 1.0


class Connection(sqlite3.Connection):
    """An SQLite connection whose failures are errors of gtminer, and name the store."""

    path: Path

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run one statement; raises StoreError or TemporaryError where SQLite fails."""
        with self.guarded():
            return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
        """Run one statement for many rows; raises StoreError or TemporaryError where SQLite fails."""
        with self.guarded():
            return super().executemany(sql, parameters)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn SQLite's errors into ours; what is left is a bug and stays a traceback."""
        try:
            yield
        except sqlite3.Error as error:
            known = faults.explain(error, self.path)
            if known is None:
                raise
            raise known from error


class Connected:
    """A store's connection and its transactions; what the sides of the store have in common."""

    def __init__(self, connection: Connection, *, wait_s: float, on_wait: Callable[[str], None]) -> None:
        self.connection = connection
        self.path = connection.path
        self._wait_s = wait_s
        self._on_wait = on_wait

    def close(self) -> None:
        """Close the file; what was committed is kept, an open transaction is rolled back."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: whatever is written inside is committed together. Inside another one it joins that.

        Raises TemporaryError when another program keeps the store locked for longer than the waiting time,
        StoreError when the disk is full or failing.
        """
        if self.connection.in_transaction:
            yield
            return
        self._begin()
        try:
            yield
            self._complete()
            crash.point()
            self.connection.execute("COMMIT")
        except BaseException:
            # On a full disk SQLite has rolled back already.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        crash.point()

    def _complete(self) -> None:
        """Write what belongs into the transaction but is better written once, at its end."""

    def touch(self) -> None:
        """Say that documents or tags changed: the counts that were made before no longer hold."""
        self.connection.execute(
            "INSERT INTO meta (key, value) VALUES ('data', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1"
        )

    def meta(self, key: str) -> str | None:
        """Return a value that the store keeps about itself."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def set_meta(self, key: str, value: str) -> None:
        """Set a value that the store keeps about itself."""
        with self.transaction():
            self.connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    def _begin(self) -> None:
        """BEGIN IMMEDIATE, because a transaction that reads first is refused at once when another wrote meanwhile."""
        deadline = time.monotonic() + self._wait_s
        waiting = False
        while True:
            left = deadline - time.monotonic()
            timeout_s = max(0.0, left if waiting else min(left, _FIRST_WAIT_S))
            sqlite3.Connection.execute(self.connection, f"PRAGMA busy_timeout = {int(timeout_s * 1000)}")
            try:
                sqlite3.Connection.execute(self.connection, "BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() >= deadline:
                    raise faults.explain(error, self.path) or error from error
                if not waiting:
                    self._on_wait(f"{self.path}: locked by another program; waiting up to {self._wait_s:.0f} s")
                waiting = True


def connect(path: Path, *, create: bool, read_only: bool, on_wait: Callable[[str], None]) -> Connection:
    """Open the store at *path*, made first where *create* allows; every doubt about the file is an error.

    The file is looked at through SQLite alone: closing a second descriptor would drop this process' locks.
    """
    if path.is_dir():
        raise StoreError(f"{path}: a directory, not a gtminer store; name another with --cache")
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        if not create or read_only:
            raise InputError(f"{path}: no store there yet; run 'gtminer fetch' or 'gtminer import' first") from None
        size = _create(path)
    except OSError as error:
        raise faults.explain(error, path) or error from error
    if size == 0:
        raise StoreError(f"{path}: an empty file, not a gtminer store; not touched; move it away and run again")
    try:
        connection = _open(path, read_only=read_only)
    except sqlite3.Error as error:
        raise faults.explain(error, path) or error from error
    try:
        version = schema.check(connection, path)
        if not read_only:
            _prepare(connection, path, version, on_wait)
        elif version < schema.VERSION:
            raise StoreError(f"{path}: made by an older gtminer; run 'gtminer tag' once to bring it up to date")
    except BaseException:
        connection.close()
        raise
    return connection


def _create(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        schema.create(path)
        return path.stat().st_size
    except (OSError, sqlite3.Error) as error:
        raise faults.explain(error, path) or error from error


def _open(path: Path, *, read_only: bool) -> Connection:
    address = f"file:{quote(str(path.resolve()))}"
    if read_only:
        connection = _connect(f"{address}?mode=ro", path)
        try:
            sqlite3.Connection.execute(connection, "SELECT 1 FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            # A folder that cannot be written has no room for the log's index; without a log none is needed.
            no_room = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
            if not no_room or Path(f"{path}-wal").exists():
                raise
            connection = _connect(f"{address}?mode=ro&immutable=1", path)
    else:
        connection = _connect(f"{address}?mode=rw", path)
    return connection


def _connect(address: str, path: Path) -> Connection:
    connection = sqlite3.connect(address, uri=True, isolation_level=None, factory=Connection, timeout=_FIRST_WAIT_S)
    connection.path = path
    return connection


def _prepare(connection: Connection, path: Path, version: int, on_wait: Callable[[str], None]) -> None:
    if filesystem.is_network(path):
        on_wait(f"{path}: on a network file system; safer on a local disk, and only one machine may write at a time")
        connection.execute("PRAGMA journal_mode = DELETE")
    else:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -65536")  # KiB
    schema.migrate(connection, path, version)
