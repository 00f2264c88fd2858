"""A compiled vocabulary as a file: named by what it was made from, checked by hashes, not believed when damaged."""

import hashlib
import marshal
import os
import sys
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

_MAGIC = b"gtminer vocabulary 2\n"
_DIGEST = 32
_KEPT = 4


class Cached:
    """The cache of the vocabulary *version*, in the user's cache folder.

    The file is a head (plain values, and the sizes and checksums of what follows) and the long byte strings one by
    one, so that reading does not copy them once more. The head's hash is BLAKE2; damage to tens of megabytes is
    found by CRC-32, which takes a tenth of the time.
    """

    def __init__(self, version: str, folder: Path | None = None) -> None:
        if folder is None:
            from platformdirs import user_cache_path

            folder = user_cache_path("gtminer", appauthor=False)
        self.path = folder / f"vocabulary-{version[:24]}-{_engine()}.bin"

    def read(self) -> dict[str, Any] | None:
        """Return what `write` was given, or None where that is not there, not whole, or not this user's."""
        try:
            with self.path.open("rb", buffering=0) as file:
                if os.fstat(file.fileno()).st_uid != os.getuid():
                    return None
                return _read(file)
        except (OSError, ValueError, EOFError, TypeError, KeyError, MemoryError):
            return None

    def write(self, compiled: Mapping[str, Any]) -> None:
        """Keep *compiled*; a folder that cannot be written means that it is made anew next time."""
        long = _long(compiled)
        head = marshal.dumps(
            {
                "long": [(*name, len(data), zlib.crc32(data)) for name, data in long.items()],
                "rest": {
                    name: value for name, value in compiled.items() if (name, -1) not in long and (name, 0) not in long
                },
            }
        )
        part = None
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".vocabulary-")
            part = Path(name)
            with os.fdopen(handle, "wb") as out:
                out.write(_MAGIC + len(head).to_bytes(8, "big") + _digest(head) + head)
                for data in long.values():
                    out.write(data)
            part.replace(self.path)
            self._forget_older()
        except OSError:
            if part is not None:
                part.unlink(missing_ok=True)

    def _forget_older(self) -> None:
        files = sorted(self.path.parent.glob("vocabulary-*.bin"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_KEPT]:
            path.unlink(missing_ok=True)


def _read(file: BinaryIO) -> dict[str, Any] | None:
    start = file.read(len(_MAGIC) + 8 + _DIGEST)
    if not start.startswith(_MAGIC):
        return None
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(start[len(_MAGIC) : len(_MAGIC) + 8], "big")
    if length > size:
        return None
    head = file.read(length)
    if _digest(head) != start[-_DIGEST:]:
        return None
    parts = marshal.loads(head)  # noqa: S302 - our own file of this user, checked above
    compiled: dict[str, Any] = dict(parts["rest"])
    for name, place, length, checksum in parts["long"]:
        data = file.read(length)
        if len(data) != length or zlib.crc32(data) != checksum:
            return None
        compiled[name] = data if place < 0 else (*compiled.get(name, ()), data)
    return compiled


def _long(compiled: Mapping[str, Any]) -> dict[tuple[str, int], bytes]:
    """Return the byte strings among the values, and those in the tuples of `packed`, with their places."""
    found: dict[tuple[str, int], bytes] = {}
    for name, value in compiled.items():
        if isinstance(value, bytes):
            found[name, -1] = value
        elif isinstance(value, tuple) and value and all(isinstance(part, bytes) for part in value):
            found |= {(name, place): part for place, part in enumerate(value)}
    return found


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()


def _engine() -> str:
    """Return what the formats in the file belong to: marshal to one Python version, an automaton to one daachorse."""
    import daachorse.daachorse as automata

    state = os.stat(automata.__file__)  # noqa: PTH116 - a Path costs more than the question
    build = hashlib.blake2b(f"{state.st_size} {state.st_mtime_ns}".encode(), digest_size=6).hexdigest()
    return f"{sys.version_info[0]}{sys.version_info[1]}-{build}"
