"""Bytes as received, kept in files that are named by their sha256 (`raw/ab/ab12...`), whole or not at all."""

import os
import stat
import tempfile
from hashlib import sha256
from pathlib import Path

from gtminer.errors import StoreError
from gtminer.store import crash, faults
from gtminer.store.schema import sync_directory


class RawFiles:
    """Content-addressed files under a folder, which is made when the first one is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where the bytes with this sha256 (64 lower-case hexadecimal digits) are kept."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError(f"not a sha256: {digest!r}")
        return self.folder / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Keep *content* and return its sha256; bytes that are kept already are not written again.

        Raises StoreError when the disk is full or fails; no half file is left under the name.
        """
        digest = sha256(content).hexdigest()
        path = self.path(digest)
        try:
            if not _is_kept(path, len(content)):
                _write(path, content)
        except OSError as error:
            raise faults.explain(error, path) or error from error
        return digest

    def get(self, digest: str) -> bytes | None:
        """Return the bytes with this sha256, None where they are not kept; StoreError where they were altered."""
        path = self.path(digest)
        if path.is_symlink():  # we make none
            raise StoreError(f"{path}: a link, not a file of gtminer; delete it and fetch again")
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        if sha256(content).hexdigest() != digest:
            raise StoreError(f"{path}: the file was altered; delete it and fetch again")
        return content


def _is_kept(path: Path, size: int) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == size


def _write(path: Path, content: bytes) -> None:
    for folder in (path.parent.parent, path.parent):  # mkdir gives its mode to the last one only
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name[:16]}.part-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        crash.point()
        Path(name).replace(path)
        sync_directory(path.parent)
        crash.point()
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
