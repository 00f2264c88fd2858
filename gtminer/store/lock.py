"""One run at a time on a store: a lock that dies with its holder, and the name of who holds it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from gtminer.errors import InputError, TemporaryError
from gtminer.store import faults, leftovers


class Holder(NamedTuple):
    """Who is at work on a store: process id, command, start (UTC, ISO 8601)."""

    pid: int
    command: str
    since: str


@contextmanager
def hold(store: Path, command: str, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock of *store* while the block runs.

    Raises TemporaryError, which names the holder, when another run has it for longer than *wait_s*. The lock is the
    system's own on an open file: a killed holder gives it up, and child processes do not inherit it.
    """
    from filelock import FileLock, Timeout

    if not wait_s >= 0:  # NaN too
        raise InputError(f"--lock-wait {wait_s:g}: write a number of seconds, 0 or more")
    path, note = _files(store)
    try:
        store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(path, timeout=wait_s, mode=0o600)
        lock.acquire()
    except Timeout:
        raise TemporaryError(_busy(store)) from None
    except OSError as error:
        raise faults.explain(error, path) or error from error
    try:
        leftovers.sweep(store)
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        with suppress(OSError):  # the note is for people; without it the lock holds as well
            note.touch(mode=0o600)
            note.write_text(json.dumps(Holder(os.getpid(), command, moment)), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def holder(store: Path) -> Holder | None:
    """Return who holds the lock of *store*, None where nobody does."""
    from filelock import FileLock, Timeout

    path, _ = _files(store)
    if not path.exists() or not os.access(path, os.W_OK):  # who may not write it can neither take nor feel it
        return None
    try:
        with FileLock(path, timeout=0):
            return None
    except Timeout:
        return _noted(store) or Holder(0, "a run", "")


def _files(store: Path) -> tuple[Path, Path]:
    return store.with_name(f"{store.name}.lock"), store.with_name(f"{store.name}.holder")


def _noted(store: Path) -> Holder | None:
    try:
        return Holder(*json.loads(_files(store)[1].read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _busy(store: Path) -> str:
    found = _noted(store)
    who = f"gtminer {found.command} (process {found.pid}, since {found.since})" if found else "another gtminer"
    return f"{store}: {who} is at work on it; nothing was moved forward; run the command again when that has ended"
