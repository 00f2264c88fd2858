"""A compiled vocabulary as a file: named by what it was made from, checked by a hash, not believed when damaged."""

import hashlib
import marshal
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_MAGIC = b"gtminer vocabulary 1\n"
_KEPT = 4


class Cached:
    """The cache of the vocabulary *version*, in the user's cache folder."""

    def __init__(self, version: str, folder: Path | None = None) -> None:
        if folder is None:
            from platformdirs import user_cache_path

            folder = user_cache_path("gtminer", appauthor=False)
        # marshal's format belongs to one Python version.
        python = f"{sys.version_info[0]}{sys.version_info[1]}"
        self.path = folder / f"vocabulary-{version[:24]}-{python}.bin"

    def read(self) -> dict[str, Any] | None:
        """Return what `write` was given, or None where that is not there, not whole, or not this user's."""
        try:
            if self.path.stat().st_uid != os.getuid():
                return None
            data = self.path.read_bytes()
        except OSError:
            return None
        head, digest, body = data[: len(_MAGIC)], data[len(_MAGIC) : len(_MAGIC) + 32], data[len(_MAGIC) + 32 :]
        if head != _MAGIC or hashlib.blake2b(body, digest_size=32).digest() != digest:
            return None
        try:
            compiled = marshal.loads(body)  # noqa: S302 - our own file of this user, checked above
        except (ValueError, EOFError, TypeError):
            return None
        return compiled if isinstance(compiled, dict) else None

    def write(self, compiled: Mapping[str, Any]) -> None:
        """Keep *compiled*; a folder that cannot be written means that it is made anew next time."""
        body = marshal.dumps(dict(compiled))
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=self.path.parent, prefix=".vocabulary-")
            with os.fdopen(handle, "wb") as out:
                out.write(_MAGIC + hashlib.blake2b(body, digest_size=32).digest() + body)
            Path(part).replace(self.path)
            self._forget_older()
        except OSError:
            return

    def _forget_older(self) -> None:
        files = sorted(self.path.parent.glob("vocabulary-*.bin"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_KEPT]:
            path.unlink(missing_ok=True)
