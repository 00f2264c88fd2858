"""The pdfium functions called for each character or drawing: by plain addresses, at a third of the usual cost."""

import ctypes
from typing import Any

import pypdfium2.raw as pdfium

_POINTER = ctypes.c_void_p


def _plain(function: Any, result: Any, *arguments: Any) -> Any:
    """The function with a prototype that takes addresses as integers and keeps the interpreter's lock."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.PYFUNCTYPE(result, *arguments)(address)


def address(handle: Any) -> int:
    """Return the address that a pdfium handle is."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


text_object = _plain(pdfium.FPDFText_GetTextObject, ctypes.c_void_p, _POINTER, ctypes.c_int)
font_size = _plain(pdfium.FPDFText_GetFontSize, ctypes.c_double, _POINTER, ctypes.c_int)
get_matrix = _plain(pdfium.FPDFText_GetMatrix, ctypes.c_int, _POINTER, ctypes.c_int, _POINTER)
get_box = _plain(pdfium.FPDFText_GetCharBox, ctypes.c_int, _POINTER, ctypes.c_int, *[_POINTER] * 4)
get_origin = _plain(pdfium.FPDFText_GetCharOrigin, ctypes.c_int, _POINTER, ctypes.c_int, *[_POINTER] * 2)
page_object = _plain(pdfium.FPDFPage_GetObject, ctypes.c_void_p, _POINTER, ctypes.c_int)
form_object = _plain(pdfium.FPDFFormObj_GetObject, ctypes.c_void_p, _POINTER, ctypes.c_ulong)
object_type = _plain(pdfium.FPDFPageObj_GetType, ctypes.c_int, _POINTER)
get_bounds = _plain(pdfium.FPDFPageObj_GetBounds, ctypes.c_int, *[_POINTER] * 5)
get_draw_mode = _plain(pdfium.FPDFPath_GetDrawMode, ctypes.c_int, *[_POINTER] * 3)
