"""One PDF to a plain dictionary, inside the worker process: state, sections by page, tables.

What leaves the worker is JSON, never objects: the parent trusts nothing that a hostile file could shape.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from ctypes import create_string_buffer
from pathlib import Path
from typing import Any

from gtminer.documents import pdf_calls as calls
from gtminer.documents.pdf_layout import Line, furniture, lines, word_test
from gtminer.documents.pdf_sections import Block, Sections, margins
from gtminer.documents.pdf_states import State, is_garbled
from gtminer.documents.pdf_text import PageText, Segment, read_page

_STAMP = 128  # bytes of a date in a file
_ERRORS = {
    calls.ERR_PASSWORD: (State.ENCRYPTED, "the file is locked with a password"),
    calls.ERR_SECURITY: (State.ENCRYPTED, "the file is locked in a way that the reader does not know"),
}


def read(
    path: Path, progress: Callable[[int, int], None], skip: Collection[int] = (), with_tables: bool = True
) -> dict[str, Any]:
    """Return the JSON-able reading of the PDF at *path*; *progress* hears each page number before it is read.

    Pages in *skip* (1-based) have killed a reader before: they are left out and named.
    """
    calls.init_library()
    document = calls.load_document(str(path).encode(), None)
    if not document:
        state, reason = _ERRORS.get(
            calls.last_error(), (State.NOT_PDF, "no readable PDF structure in it, though it begins like one")
        )
        return {"state": state, "reason": reason}
    try:
        count = calls.count_pages(document)
        if count <= 0:
            return {"state": State.NOT_PDF, "reason": "the file has no pages", "pages": 0}
        return _read_pages(document, count, progress, skip, with_tables)
    finally:
        calls.close_document(document)


def _read_pages(
    document: Any, count: int, progress: Callable[[int, int], None], skip: Collection[int], with_tables: bool
) -> dict[str, Any]:
    pages: list[PageText] = []
    lost, scanned, garbled = sorted(skip), [], []
    needs_rules: Callable[[str], bool] | None = None
    read_lines: Callable[[PageText, Sequence[Segment]], Iterator[Line | Block]] = lines
    if with_tables:
        from gtminer.documents.pdf_tables import Finder, NearTables  # who wants the text alone need not wait for them

        finder = Finder()
        needs_rules, read_lines = NearTables(), finder.read
    for number in range(1, count + 1):
        if number in skip:
            continue
        progress(number, count)
        page = calls.load_page(document, number - 1)
        if not page:
            lost.append(number)
            continue
        try:
            text = read_page(page, number, needs_rules)
            if not text.segments and _shows_picture(page):
                scanned.append(number)
        finally:
            calls.close_page(page)
        if text.segments and is_garbled(" ".join([segment.text for segment in text.segments])):
            garbled.append(number)
            continue
        pages.append(text)
    progress(0, count)
    kept, printed = furniture(pages)
    items: list[Line | Block] = []
    for page, segments in zip(pages, kept, strict=True):
        items += read_lines(page, segments)
    running = [item for item in items if isinstance(item, Line)]
    stretches = Sections(word_test(line.text for line in running)).build(items, margins(running))
    return {
        "pages": count,
        "made": _made(document),
        "lost": sorted(lost),
        "scanned": scanned,
        "garbled": garbled,
        "empty": [page.number for page in pages if not page.segments and page.number not in scanned],
        "strays": list(printed.strays),
        "stamped": sum(page.dropped for page in pages),
        "sections": [list(stretch) for stretch in stretches],
        "tables": [table._asdict() for table in finder.finish()] if with_tables else [],
    }


def _made(document: Any) -> str | None:
    """Return the day on which the file says that it was made, as the PDF standard writes it: `D:20181007`."""
    buffer = create_string_buffer(_STAMP)
    size = min(calls.get_meta(document, b"CreationDate", buffer, _STAMP), _STAMP)
    return buffer.raw[: max(0, size - 2)].decode("utf-16-le", "replace")[:10] or None


def _shows_picture(page: Any) -> bool:
    count = min(calls.count_objects(page), 200)
    kinds = {calls.object_type(calls.page_object(page, index)) for index in range(count)}
    return bool(kinds & {calls.IMAGE, calls.FORM})
