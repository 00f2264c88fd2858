"""The door to PDF reading: a file or its bytes to a :class:`~gtminer.model.Document` in a named state.

Sections are cut at page breaks, so ``Section.page`` gives the page of every offset; see :func:`page_of`.

Tables of adverse events stand in the text where they stand on the page, as sections of kind ``adverse_event_table``:
one line a row, cells joined by ``" | "``; see :class:`~gtminer.model.Table`.
"""

import hashlib
import re
import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from gtminer.documents import regulatory
from gtminer.documents.pdf_states import READABLE, State, Verdict, inspect
from gtminer.documents.pdf_worker import Limits, Worker
from gtminer.documents.regulatory import Guess
from gtminer.model import Document, Provenance, Section, Table
from gtminer.text import encodable, one_line

# Raised with every change of what the readers give, so that known failures are tried again (P29 of docs/faults.md).
PARSER_VERSION = "pdf-4"

_STAMP = re.compile(r"D:((?:19|20)\d\d)(\d\d)(\d\d)")
_MEANINGS = {
    State.NOT_PDF: ("not a PDF", "get the file again"),
    State.TRUNCATED: ("cut off", "get the file again"),
    State.ENCRYPTED: ("locked with a password", "remove it and import the file"),
    State.NO_TEXT: ("none of its pages holds text (scanned or empty)", "run text recognition (OCR), import the result"),
    State.GARBLED: ("its fonts do not tell their characters", "run text recognition (OCR), import the result"),
    State.TIMEOUT: ("takes too long to read", "try another copy"),
    State.MEMORY: ("takes too much memory to read", "try another copy"),
    State.CRASH: ("breaks the reader", "try another copy"),
}


class Read(NamedTuple):
    """A document, what its first pages say of it, and why it is in its state (half a sentence, empty for `ok`)."""

    document: Document
    guess: Guess
    reason: str


class PdfReader:
    """Reads many files with one worker process. A context manager."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._worker = Worker(limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker process."""
        self._worker.close()

    def read(self, pdf: Path | bytes, **given: str | None) -> Document:
        """Return the document, whatever its state (see :func:`describe`), with what is *given* as in `examine`."""
        return self.examine(pdf, **given).document

    def examine(
        self,
        pdf: Path | bytes,
        *,
        source: str | None = None,
        product: str | None = None,
        kind: str | None = None,
        url: str | None = None,
        retrieved_at: str | None = None,
        doc_id: str | None = None,
        title: str | None = None,
        date: str | None = None,
        name: str | None = None,
    ) -> Read:
        """Return the document, whatever its state, with what its first pages say and the reason of the state.

        What is not given is guessed from the first pages (`regulatory.guess`). *product* is a product_id of the
        product table and goes to ``Document.product``; a guessed name goes to the title and the doc_id only.
        *name* stands for a file given as bytes. Raises OSError where the file cannot be opened.
        """
        with _as_file(pdf) as path:
            sha256 = _digest(path)
            known = inspect(path)
            reading = _failed(known.verdict) if known.verdict else self._worker.read(path)
        verdict = known.verdict or _judge(reading, known.hole)
        name = name or (pdf.stem if isinstance(pdf, Path) else sha256[:12])
        stretches = [stretch for stretch in reading.get("sections", ()) if verdict.state in READABLE]
        first = "\n".join(
            part
            for kind_, heading, page, text, *_ in stretches
            if page <= 4 and kind_ != "toc"
            for part in (heading, text)
            if part
        )
        found = regulatory.guess(first)
        source = source or found.source or "file"
        kind = kind or found.kind or "document"
        called = product or found.product
        doc_id = doc_id or regulatory.doc_id(source, called or name, kind)
        title = one_line(title or found.title or name)
        text, sections, tables = _assemble(title, stretches, reading.get("tables", ()))
        document = Document(
            doc_id=doc_id,
            source=source,
            title=title,
            text=text,
            sections=sections,
            date=date or found.date,
            published=date or found.date,
            kind=kind,
            product=product,
            regulator={"ema": "EMA", "fda": "FDA"}.get(source),
            state=verdict.state.value,
            pages=reading.get("pages"),
            tables=tables,
            provenance=Provenance(
                url or (str(pdf) if isinstance(pdf, Path) else name),
                retrieved_at or "",
                sha256,
                _day(reading.get("made")),
            ),
        )
        return Read(document, found, verdict.reason)


def read(pdf: Path | bytes, *, limits: Limits | None = None, **given: str | None) -> Document:
    """Read one file with a worker of its own; see :meth:`PdfReader.read`."""
    with PdfReader(limits) as reader:
        return reader.read(pdf, **given)


def page_of(document: Document, offset: int) -> int | None:
    """Return the page of a position in ``document.text``, or None for the title."""
    starts = [section.start for section in document.sections]
    place = bisect_right(starts, offset) - 1
    return document.sections[place].page if place >= 0 else None


def pages_without_text(document: Document) -> tuple[int, ...]:
    """Return the pages of which the text holds nothing."""
    present = {section.page for section in document.sections if section.page and section.end > section.start}
    return tuple(page for page in range(1, (document.pages or 0) + 1) if page not in present)


def describe(document: Document, reason: str | None = None) -> str:
    """Return the state of a document in one line: what was read, what was not, what to do.

    *reason* says more exactly why nothing could be read.
    """
    state = State(document.state)
    if state not in READABLE:
        meaning, advice = _MEANINGS[state]
        return f"{state.value}: {reason or meaning}; {advice}"
    tables = {name: sum(table.state == name for table in document.tables) for name in ("parsed", "picture", "failed")}
    parts = [f"{document.pages} page{'' if document.pages == 1 else 's'}"]
    if empty := pages_without_text(document):
        parts.append(f"{len(empty)} without text ({_ranges(empty)})")
    if document.tables:
        counts = ", ".join(f"{count} {name}" for name, count in tables.items() if count)
        parts.append(f"adverse-event tables: {counts}")
    return f"{state.value}: " + "; ".join(parts)


def _ranges(numbers: Sequence[int]) -> str:
    """`1-3, 7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


@contextmanager
def _as_file(pdf: Path | bytes) -> Iterator[Path]:
    if isinstance(pdf, Path):
        yield pdf
        return
    with tempfile.TemporaryDirectory(prefix="gtminer-") as folder:
        path = Path(folder) / "document.pdf"
        path.write_bytes(pdf)
        yield path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _day(stamp: str | None) -> str | None:
    """Return the day that a file bears (`D:20181007`) in ISO, None for what is no day."""
    found = _STAMP.fullmatch(stamp or "")
    return regulatory.iso(*(int(part) for part in found.groups())) if found else None


def _failed(verdict: Verdict) -> dict[str, Any]:
    return {"state": verdict.state.value, "reason": verdict.reason}


def _judge(reading: dict[str, Any], hole: bool) -> Verdict:
    """The state that a reading means. A page without characters but with pictures is a scanned page."""
    if "state" in reading:
        return Verdict(State(reading["state"]), reading["reason"])
    texts = sum(bool(stretch[3].strip()) for stretch in reading["sections"])
    scanned, garbled, lost = (len(reading[name]) for name in ("scanned", "garbled", "lost"))
    if garbled and garbled * 2 >= reading["pages"] - scanned - lost - len(reading["empty"]):
        return Verdict(State.GARBLED, f"{garbled} of {reading['pages']} pages hold characters without sense")
    if not texts:
        if lost:
            return Verdict(State(reading.get("fate", State.CRASH)), "none of its pages could be read")
        return Verdict(State.NO_TEXT, "none of its pages holds text")
    if scanned or garbled or lost or (hole and reading["empty"]):
        return Verdict(State.PARTIAL, "some pages could not be read")
    return Verdict(State.OK, "")


def _assemble(
    title: str, stretches: Sequence[Sequence[Any]], found: Sequence[dict[str, Any]]
) -> tuple[str, tuple[Section, ...], tuple[Table, ...]]:
    """Title and sections to one text with offsets; each table learns where its rows stand."""
    title = encodable(title)
    parts, sections = [title], [Section("title", "", 0, len(title))]
    at = len(title) + 1
    spans: dict[int, tuple[int, int]] = {}
    for kind, heading, page, words, _is_start, table in stretches:
        text = encodable(words)
        sections.append(Section(kind, one_line(heading), at, at + len(text), page))
        if table is not None:
            start = spans.get(table, (at, at))[0]
            spans[table] = (start, at + len(text))
        parts.append(text)
        at += len(text) + 1
    tables = tuple(
        Table(
            one_line(table["caption"]),
            table["page"],
            table["state"],
            tuple(tuple(one_line(cell) for cell in row) for row in table["rows"]),
            *spans.get(index, (0, 0)),
        )
        for index, table in enumerate(found)
    )
    return "\n".join(parts), tuple(sections), tables
