"""The schema of the store: made whole, recognised, and brought up to date from earlier versions."""

import os
import sqlite3
from importlib.resources import files
from pathlib import Path

from gtminer.errors import StoreError
from gtminer.store import crash, filesystem

APPLICATION_ID = 0x67746D31  # "gtm1"
VERSION = 1

# MIGRATIONS[n] is the SQL that turns schema n into schema n + 1.
MIGRATIONS: dict[int, str] = {}


def create(path: Path) -> None:
    """Make an empty store at *path*, complete or not at all; one that appeared meanwhile is left as it is.

    It is built under another name, because a process killed between opening a new SQLite file and its
    first commit would leave an empty file that the next run must refuse.
    """
    new = path.with_name(f"{path.name}.new-{os.getpid()}")
    new.unlink(missing_ok=True)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        connection = sqlite3.connect(new, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA page_size = 8192")
            sql = files("gtminer.store").joinpath("schema.sql").read_text(encoding="utf-8")
            connection.executescript(
                f"BEGIN; {sql} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
            )
            if not filesystem.is_network(path):
                # Changed later, with two programs at the new store, one of them would be refused.
                connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
        crash.point()
        try:
            os.link(new, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            if not path.exists():
                new.rename(path)
        sync_directory(path.parent)
        crash.point()
    finally:
        new.unlink(missing_ok=True)


def check(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema's number; raise StoreError when the file is another program's or a newer gtminer's."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise StoreError(
            f"{path}: an SQLite file of another program, not a gtminer store; not touched; name another with --cache"
        )
    if version > VERSION:
        raise StoreError(
            f"{path}: made by a newer gtminer (schema {version}, this knows {VERSION}); not touched; upgrade gtminer"
        )
    return int(version)


def migrate(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Bring schema *version* up to date, after a backup beside the store (`store.db.schema-1`)."""
    if version == VERSION:
        return
    backup = path.with_name(f"{path.name}.schema-{version}")
    part = backup.with_name(f"{backup.name}.part-{os.getpid()}")
    part.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(part),))
    part.chmod(0o600)
    part.rename(backup)
    sync_directory(path.parent)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(version, VERSION):
            for statement in MIGRATIONS[number].split(";\n"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def sync_directory(folder: Path) -> None:
    """Make a rename or link in *folder* survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
