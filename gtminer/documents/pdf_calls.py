"""The pdfium functions that reading needs, bound straight to the library that pypdfium2 ships.

pypdfium2's own module declares all of pdfium's functions with their types: its import takes as long as reading
thirty pages, and the check of the types at each call longer than the call. So handles and numbers are passed as they
are here: a handle is what the function before returned (a `c_void_p`, false where there is none), an integer a
C int, a place to write to a `byref` of a ctypes object or array.

Not thread-safe: the interpreter's lock is kept. One process, one document.
"""

import ctypes
import importlib
from ctypes import c_double, c_float, c_int, c_void_p
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Constants of pdfium's headers.
ERR_PASSWORD, ERR_SECURITY = 4, 5
PATH, IMAGE, FORM = 2, 3, 5  # kinds of page objects
LINE_TO, MOVE_TO = 0, 2  # kinds of path segments


class Handle(c_void_p):
    """An address that pdfium gave; as a subclass of c_void_p it is not turned into an integer."""


def quick(handle: Handle) -> Any:
    """The same address as calls take it in half the time: for what is asked thousands of times. It is never false."""
    return c_void_p.from_param(handle.value)


def _library() -> ctypes.CDLL:
    package = find_spec("pypdfium2_raw")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for name in ("libpdfium.so", "libpdfium.dylib", "pdfium.dll"):
            if (path := Path(folder, name)).exists():
                return ctypes.CDLL(str(path))
    found: ctypes.CDLL = importlib.import_module("pypdfium2_raw.bindings")._libs["pdfium"]  # the system's
    return found


_LIBRARY = _library()


def _bind(name: str, result: Any = c_int) -> Any:
    """The function *name*, without a check of its arguments."""
    return ctypes.PYFUNCTYPE(result)((name, _LIBRARY))


init_library = _bind("FPDF_InitLibrary", None)
load_document = _bind("FPDF_LoadDocument", Handle)  # (path, password)
last_error = _bind("FPDF_GetLastError", ctypes.c_ulong)
close_document = _bind("FPDF_CloseDocument", None)
count_pages = _bind("FPDF_GetPageCount")
get_meta = _bind("FPDF_GetMetaText", ctypes.c_ulong)  # (document, name, buffer of UTF-16, its bytes)
load_page = _bind("FPDF_LoadPage", Handle)
close_page = _bind("FPDF_ClosePage", None)
page_width = _bind("FPDF_GetPageWidthF", c_float)
page_height = _bind("FPDF_GetPageHeightF", c_float)
page_rotation = _bind("FPDFPage_GetRotation")

load_text = _bind("FPDFText_LoadPage", Handle)
close_text = _bind("FPDFText_ClosePage", None)
count_characters = _bind("FPDFText_CountChars")
get_text = _bind("FPDFText_GetText")  # (text page, first, count, buffer of UTF-16)
get_unicode = _bind("FPDFText_GetUnicode", ctypes.c_uint)
text_object = _bind("FPDFText_GetTextObject", ctypes.c_ssize_t)  # an address; 0 for what pdfium put in
font_size = _bind("FPDFText_GetFontSize", c_double)
get_matrix = _bind("FPDFText_GetMatrix")  # (text page, index, six floats)
get_box = _bind("FPDFText_GetCharBox")  # (text page, index, left, right, bottom, top)
get_origin = _bind("FPDFText_GetCharOrigin")  # (text page, index, x, y)

count_objects = _bind("FPDFPage_CountObjects")
page_object = _bind("FPDFPage_GetObject", Handle)
count_form_objects = _bind("FPDFFormObj_CountObjects")
form_object = _bind("FPDFFormObj_GetObject", Handle)  # (form, index as c_ulong)
object_type = _bind("FPDFPageObj_GetType")
object_matrix = _bind("FPDFPageObj_GetMatrix")
get_bounds = _bind("FPDFPageObj_GetBounds")  # (object, left, bottom, right, top)
get_draw_mode = _bind("FPDFPath_GetDrawMode")  # (path, fill mode, stroke)
count_segments = _bind("FPDFPath_CountSegments")
path_segment = _bind("FPDFPath_GetPathSegment", Handle)
segment_point = _bind("FPDFPathSegment_GetPoint")  # (segment, x, y)
segment_type = _bind("FPDFPathSegment_GetType")
segment_closes = _bind("FPDFPathSegment_GetClose")
