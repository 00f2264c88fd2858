"""What SQLite and the file system complain of, said in one line that names the store and the way out."""

import errno
import sqlite3
from pathlib import Path

from gtminer.errors import GtminerError, InputError, StoreError, TemporaryError

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def explain(error: BaseException, path: Path) -> GtminerError | None:
    """Return the error to raise instead of *error* about the store at *path*; None where it is a bug of ours."""
    if isinstance(error, OSError):
        return _explain_os_error(error, path)
    if not isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    primary = code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return TemporaryError(f"{path}: locked by another program; nothing was moved forward; run the command again")
    if primary == sqlite3.SQLITE_FULL:
        return disk_full(path)
    if primary == sqlite3.SQLITE_NOTADB:
        return StoreError(f"{path}: not a gtminer store (not an SQLite file); not touched; name another with --cache")
    if primary == sqlite3.SQLITE_CORRUPT:
        return damaged(path, str(error))
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreError(f"{path}: cannot be written (read-only); nothing was changed; check its permissions")
    if primary == sqlite3.SQLITE_CANTOPEN:
        return StoreError(f"{path}: cannot be opened; not touched; check that the folder exists and may be written")
    if primary == sqlite3.SQLITE_IOERR:
        return StoreError(f"{path}: the disk failed ({error}); nothing half written; check the disk and run again")
    return None


def disk_full(path: Path) -> StoreError:
    """The error for a full disk or quota under *path*."""
    return StoreError(
        f"disk full on {path.parent}; nothing half written, everything committed before is kept; "
        "free some space and run the same command again"
    )


def damaged(path: Path, detail: str) -> StoreError:
    """The error for a store that SQLite finds malformed."""
    return StoreError(
        f"{path}: the store is damaged ({detail}); not touched; restore a backup, or move the file away and fetch again"
    )


def _explain_os_error(error: OSError, path: Path) -> GtminerError:
    if error.errno in _DISK_FULL:
        return disk_full(path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoreError(f"{path}: cannot be written ({error.strerror}); nothing was changed; check its permissions")
    if path.parent.is_file():
        return InputError(f"{path.parent}: a file, not a folder; name another with --cache")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return InputError(f"{path}: {error.strerror}; check the path")
    return StoreError(f"{path}: {error.strerror or error}; nothing half written; run the command again")
