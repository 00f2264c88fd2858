"""The store: one SQLite file that holds documents, their versions, their tags and the log of runs."""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from gtminer.store.connection import connect
from gtminer.store.counts import Counted
from gtminer.store.runs import Runs


class Store(Counted, Runs):
    """A store, open: `documents.py`, their `tags.py` and `counts.py`, and the log book `runs.py`.

    ``connection`` is for reading SQL. Writing methods commit by themselves, or together inside ``transaction()``.
    """

    @classmethod
    def open(
        cls,
        path: Path | str | os.PathLike[str],
        *,
        create: bool = False,
        read_only: bool = False,
        wait_s: float = 60.0,
        on_wait: Callable[[str], None] = lambda line: None,
    ) -> Self:
        """Open the store at *path*.

        *wait_s* is how long a write waits for another program's lock; *on_wait* is told once that it waits, and
        of a network file system. Raises InputError where there is no store and *create* is not set, StoreError
        for a file that is empty, damaged, another program's or a newer gtminer's. It is never overwritten.
        """
        place = Path(path)
        return cls(connect(place, create=create, read_only=read_only, on_wait=on_wait), wait_s=wait_s, on_wait=on_wait)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
