"""One PDF to a plain dictionary, inside the worker process: state, sections by page, tables.

What leaves the worker is JSON, never objects: the parent trusts nothing that a hostile file could shape.
"""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pypdfium2.raw as pdfium

from gtminer.documents.pdf_layout import Line, furniture, lines, word_test
from gtminer.documents.pdf_sections import Block, Sections, margins
from gtminer.documents.pdf_states import State, is_garbled
from gtminer.documents.pdf_tables import Finder, NearTables
from gtminer.documents.pdf_text import PageText, read_page

_ERRORS = {
    pdfium.FPDF_ERR_PASSWORD: (State.ENCRYPTED, "the file is locked with a password"),
    pdfium.FPDF_ERR_SECURITY: (State.ENCRYPTED, "the file is locked in a way that the reader does not know"),
}


def read(
    path: Path, progress: Callable[[int, int], None], skip: Collection[int] = (), with_tables: bool = True
) -> dict[str, Any]:
    """Return the JSON-able reading of the PDF at *path*; *progress* hears each page number before it is read.

    Pages in *skip* (1-based) have killed a reader before: they are left out and named.
    """
    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadDocument(str(path).encode(), None)
    if not document:
        state, reason = _ERRORS.get(
            pdfium.FPDF_GetLastError(), (State.NOT_PDF, "no readable PDF structure in it, though it begins like one")
        )
        return {"state": state, "reason": reason}
    try:
        count = pdfium.FPDF_GetPageCount(document)
        if count <= 0:
            return {"state": State.NOT_PDF, "reason": "the file has no pages", "pages": 0}
        return _read_pages(document, count, progress, skip, with_tables)
    finally:
        pdfium.FPDF_CloseDocument(document)


def _read_pages(
    document: Any, count: int, progress: Callable[[int, int], None], skip: Collection[int], with_tables: bool
) -> dict[str, Any]:
    pages: list[PageText] = []
    lost, scanned, garbled = sorted(skip), [], []
    near_tables = NearTables()
    for number in range(1, count + 1):
        if number in skip:
            continue
        progress(number, count)
        page = pdfium.FPDF_LoadPage(document, number - 1)
        if not page:
            lost.append(number)
            continue
        try:
            text = read_page(page, number, near_tables if with_tables else lambda text: False)
            if not text.segments and _shows_picture(page):
                scanned.append(number)
        finally:
            pdfium.FPDF_ClosePage(page)
        if text.segments and is_garbled(" ".join(segment.text for segment in text.segments)):
            garbled.append(number)
            continue
        pages.append(text)
    progress(0, count)
    kept, printed = furniture(pages)
    finder = Finder()
    items: list[Line | Block] = []
    for page, segments in zip(pages, kept, strict=True):
        items += finder.read(page, segments) if with_tables else lines(page, segments)
    running = [item for item in items if isinstance(item, Line)]
    stretches = Sections(word_test(line.text for line in running)).build(items, margins(running))
    return {
        "pages": count,
        "lost": sorted(lost),
        "scanned": scanned,
        "garbled": garbled,
        "empty": [page.number for page in pages if not page.segments and page.number not in scanned],
        "strays": list(printed.strays),
        "stamped": sum(page.dropped for page in pages),
        "sections": [list(stretch) for stretch in stretches],
        "tables": [table._asdict() for table in finder.finish()],
    }


def _shows_picture(page: Any) -> bool:
    count = min(pdfium.FPDFPage_CountObjects(page), 200)
    kinds = {pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, index)) for index in range(count)}
    return bool(kinds & {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM})
