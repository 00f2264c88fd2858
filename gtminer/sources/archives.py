"""Zip archives of review documents, opened in memory and only as far as they are harmless."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from gtminer.errors import ContentError
from gtminer.text import one_line

MAX_MEMBERS = 2_000  # the largest one seen holds 109
MAX_MEMBER_BYTES = 100_000_000
MAX_TOTAL_BYTES = 1_000_000_000
MAX_RATIO = 200  # scanned pages hardly shrink; text shrinks to a tenth


class Member(NamedTuple):
    """A file in an archive: its own name without folders, for people to read and never a path, and its bytes."""

    name: str
    content: bytes


def members(archive: bytes, *, suffix: str = ".pdf") -> Iterator[Member]:
    """Yield the files of *archive* whose names end in *suffix*, in its order.

    Raises ContentError before anything is unpacked for a path that leads out of the archive, a link, too many
    files or sizes that no honest archive has; and while unpacking for bytes that do not keep to what was announced.
    Nothing is ever written under a name from the archive.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = opened.infolist()
            _check(entries)
            for entry in entries:
                if not entry.is_dir() and entry.filename.lower().endswith(suffix):
                    yield Member(_own_name(entry.filename), _unpack(opened, entry))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OverflowError) as error:
        # What zipfile and zlib raise for damage (BadZipFile, error, EOFError), for a way of packing that they do not
        # know (NotImplementedError), for a password (RuntimeError) and for sizes that do not fit (OverflowError).
        raise ContentError(f"zip archive: cannot be read ({one_line(str(error))[:100]})") from error


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_MEMBERS:
        raise ContentError(f"zip archive: refused, {len(entries)} files where {MAX_MEMBERS} are allowed")
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":"):
            raise ContentError(f"zip archive: refused, a path that leads out of it ('{one_line(name)[:80]}')")
        if (entry.external_attr >> 16) & 0o170000 == 0o120000:
            raise ContentError(f"zip archive: refused, a link ('{one_line(name)[:80]}')")
        if entry.file_size > MAX_MEMBER_BYTES or entry.file_size > MAX_RATIO * max(entry.compress_size, 5_000):
            raise ContentError(f"zip archive: refused, '{one_line(name)[:80]}' would unpack to {entry.file_size} bytes")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise ContentError(f"zip archive: refused, it would unpack to more than {MAX_TOTAL_BYTES} bytes")


def _unpack(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with opened.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise ContentError(f"zip archive: '{one_line(entry.filename)[:80]}' is not of the size it announces")
    return content


def _own_name(path: str) -> str:
    return one_line(path.replace("\\", "/").rsplit("/", 1)[-1])[:200]
