"""What dead runs left half written beside a store; whoever holds the store's lock takes it away."""

import os
from contextlib import suppress
from pathlib import Path


def sweep(store: Path) -> None:
    """Remove unfinished files of processes that no longer live: new stores, backups, bytes as received.

    They have names of their own (`.new-PID`, `.part-...`), so that none was ever read as complete.
    """
    unfinished = [*store.parent.glob(f"{store.name}.new-*"), *store.parent.glob(f"{store.name}.schema-*.part-*")]
    dead = [path for path in unfinished if not _lives(path.name.rpartition("-")[2])]
    # Bytes as received are written under the lock alone: what is unfinished there is dead.
    for path in (*dead, *store.parent.glob("raw/*/*.part-*")):
        with suppress(OSError):
            path.unlink()


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:  # somebody else's process
        return True
    return True
