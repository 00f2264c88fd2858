"""The files a user names: directories walked, gzip unpacked, standard input kept, and what each file is."""

import hashlib
import io
import re
import shutil
import stat
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from gtminer.documents import kinds
from gtminer.documents.answers import AnswerError
from gtminer.documents.gunzip import Gunzip, GzipError
from gtminer.errors import ContentError, InputError
from gtminer.model import Deletion, Document, Provenance

UNREADABLE = "unreadable"
_IN_MEMORY = 1 << 24
_PMID = re.compile(r"(?:PMIDs?\s*:?\s*)?(\d{1,8})", re.I)


class FoundFile:
    """A file by its path as the user would name it (``-`` is standard input), and its kind (see ``kinds``)."""

    def __init__(self, path: str, opener: Callable[[], BinaryIO]) -> None:
        """*opener* opens the bytes as they are stored, from the beginning, as often as it is called."""
        self.path = path
        self._opener = opener
        self.kind, self.problem = self._look()

    def __repr__(self) -> str:
        return f"FoundFile({self.path!r}, {self.kind!r})"

    @property
    def holds_documents(self) -> bool:
        """Whether gtminer can read the file; otherwise *kind* is the name of what it is, for the user."""
        return self.kind in kinds.DOCUMENTS

    def open(self) -> BinaryIO:
        """Open the file, unpacked. Reading raises ContentError, with the path, for damage and for a cut gzip file."""
        raw = None
        try:
            raw = self._opener()
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            return cast(BinaryIO, _Guarded(self.path, raw, packed=packed))
        except OSError as error:
            if raw is not None:
                raw.close()
            raise ContentError(f"{self.path}: cannot be read ({error.strerror})") from error

    def read(self, provenance: Provenance | None = None) -> Iterator[Document | Deletion]:
        """Yield the records of PubMed XML or MEDLINE text; a ContentError names the file and what came before it."""
        count = 0
        try:
            with self.open() as stream:
                for item in self._records(stream, provenance):
                    count += 1
                    yield item
        except ContentError as error:
            text = str(error)
            place = text if text.startswith(f"{self.path}: ") else f"{self.path}: {text}"
            whole = f"{place} (after {count} whole record{'' if count == 1 else 's'})"
            raise (
                AnswerError(error.reason, whole) if isinstance(error, AnswerError) else ContentError(whole)
            ) from error

    def _records(self, stream: BinaryIO, provenance: Provenance | None) -> Iterator[Document | Deletion]:
        if self.kind == kinds.PUBMED_XML:
            from gtminer.documents import pubmed_xml

            return pubmed_xml.read(stream, provenance)
        if self.kind == kinds.MEDLINE:
            from gtminer.documents import medline

            return medline.read(stream, provenance)
        raise self.problem or ContentError(f"{self.path}: {self.kind}, not PubMed records")

    def pmids(self) -> list[str]:
        """Return the PMIDs of a list (see ``pmids``); a ContentError names the file."""
        with self.open() as stream:
            try:
                return pmids(stream)
            except ContentError as error:
                raise ContentError(f"{self.path}: {error}") from error

    def sha256(self) -> str:
        """Return the sha256 of the bytes as they are stored."""
        with self._opener() as stream:
            digest = hashlib.sha256()
            while block := stream.read(1 << 20):
                digest.update(block)
            return digest.hexdigest()

    def _look(self) -> tuple[str, ContentError | None]:
        try:
            with self.open() as stream:
                return kinds.kind_of(_head(stream)), None
        except ContentError as error:
            return UNREADABLE, error


def walk(paths: Iterable[str | Path]) -> Iterator[FoundFile]:
    """Yield the files at *paths*, directories in sorted order without hidden files, each directory once.

    ``-`` is standard input. Raises InputError for a path that does not exist; a file or directory that cannot
    be read comes with the kind ``unreadable`` and its *problem*.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        if str(path) == "-":
            yield FoundFile("-", _spool(sys.stdin.buffer))
        else:
            yield from _walk(Path(path), seen, named=True)


def pmids(stream: BinaryIO) -> list[str]:
    """Return the PMIDs of a list in its order, each once: one a line, or parted by commas, semicolons or blanks.

    ``PMID: 123`` and a first line "pmid" are understood, lines that begin with # are comments.
    Raises ContentError with the first line that is something else.
    """
    found: dict[str, None] = {}
    try:
        text = stream.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError("not a list of PMIDs: no UTF-8 text") from error
    for number, line in enumerate(text.splitlines(), start=1):
        words = re.sub(r"(?i)(pmids?)\s*:?\s+(?=\d)", r"\1:", line.strip())
        if words.startswith("#") or (not found and re.fullmatch('(?i)"?pmids?"?:?', words)):
            continue
        for word in re.split(r"[\s,;]+", words):
            match = _PMID.fullmatch(word)
            if match:
                found[match[1].lstrip("0") or "0"] = None
            elif word:
                raise ContentError(f"line {number}: {word[:40]!r} is no PMID; give numbers, one a line")
    return list(found)


def _walk(path: Path, seen: set[tuple[int, int]], *, named: bool) -> Iterator[FoundFile]:
    try:
        status = path.stat()
    except OSError as error:
        if named:
            raise InputError(f"{path}: {(error.strerror or 'not found').lower()}") from error
        yield FoundFile(str(path), _failing(error))  # a link to nowhere, or a folder that lists but does not open
        return
    if stat.S_ISDIR(status.st_mode):
        yield from _walk_directory(path, (status.st_dev, status.st_ino), seen)
    elif stat.S_ISREG(status.st_mode):
        yield FoundFile(str(path), lambda: path.open("rb"))
    elif named:  # a pipe: <(zcat records.xml.gz)
        with path.open("rb") as pipe:
            opener = _spool(pipe)
        yield FoundFile(str(path), opener)


def _walk_directory(path: Path, identity: tuple[int, int], seen: set[tuple[int, int]]) -> Iterator[FoundFile]:
    if identity in seen:
        return  # a loop of links, or named twice
    seen.add(identity)
    try:
        names = sorted(entry.name for entry in path.iterdir())
    except OSError as error:
        yield FoundFile(str(path), _failing(error))
        return
    for name in names:
        if not name.startswith("."):
            yield from _walk(path / name, seen, named=False)


def _failing(error: OSError) -> Callable[[], BinaryIO]:
    def opener() -> BinaryIO:
        raise error

    return opener


def _spool(stream: BinaryIO) -> Callable[[], BinaryIO]:
    """Keep what can be read only once, in memory or, where it is large, in a temporary file."""
    kept = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (lives as long as the opener)
    shutil.copyfileobj(stream, kept)

    def opener() -> BinaryIO:
        kept.seek(0)
        return cast(BinaryIO, _Borrowed(kept))

    weakref.finalize(opener, kept.close)
    return opener


def _head(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < kinds.HEAD and (more := stream.read(kinds.HEAD - len(head))):
        head += more
    return head


class _Borrowed(io.RawIOBase):
    """A spooled file whose readers may close it without losing it."""

    def __init__(self, kept: Any) -> None:
        self._kept = kept

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._kept.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:
        return cast(bytes, self._kept.read(size))

    def seek(self, offset: int, whence: int = 0) -> int:
        return cast(int, self._kept.seek(offset, whence))

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return cast(int, self._kept.tell())


class _Guarded(io.RawIOBase):
    """A stream, unpacked where needed, whose failures are one line with the path."""

    def __init__(self, path: str, raw: BinaryIO, *, packed: bool) -> None:
        self._path = path
        self._raw = raw
        self._some = Gunzip(raw).read if packed else raw.read

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            return self._some(size) if size >= 0 else b"".join(iter(lambda: self._some(_IN_MEMORY), b""))
        except EOFError as error:
            raise ContentError(f"{self._path}: the gzip file is cut short; get it again") from error
        except GzipError as error:
            raise ContentError(f"{self._path}: damaged gzip file ({error}); get it again") from error
        except OSError as error:
            raise ContentError(f"{self._path}: cannot be read ({error.strerror or error}); get it again") from error

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
