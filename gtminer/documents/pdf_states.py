"""Reading states of a PDF, and what the bytes alone prove before any parser sees them.

A parser cannot tell a whole file from a half: pdfium reads the first half of a linearized file without a word.
Wholeness is proved by the end of the file (``%%EOF``, or ``startxref`` that points at a cross-reference) and by
the length that a linearized file states of itself.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, NamedTuple

_ENDS = 2048  # bytes looked at for the header and the end of the file
_HOLE = b"\0" * 1024
_STARTXREF = re.compile(rb"startxref\s+(\d{1,12})")
_XREF = re.compile(rb"\s*(?:xref\b|\d+\s+\d+\s+obj\b)")
_LINEARIZED = re.compile(rb"/Linearized\b.{0,400}?/L\s+(\d{1,12})", re.DOTALL)
_OTHER_THINGS = (
    (re.compile(rb"\s*(?:<!doctype html|<html|<head)", re.IGNORECASE), "a web page (HTML)"),
    (re.compile(rb"PK\x03\x04"), "a zip archive or an office document (.docx, .xlsx)"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an old office document (.doc, .xls)"),
    (re.compile(rb"\x1f\x8b"), "a gzip file"),
    (re.compile(rb"\s*<\?xml|\s*<[a-z!]", re.IGNORECASE), "XML"),
    (re.compile(rb"\s*[{\[]"), "JSON"),
    (re.compile(rb"\{\\rtf"), "a rich text document (.rtf)"),
)


class State(StrEnum):
    """How the reading of a PDF ended; every file ends in one of these."""

    OK = "ok"
    PARTIAL = "partial"  # some pages could not be read; they are named
    NOT_PDF = "not_pdf"
    TRUNCATED = "truncated"
    ENCRYPTED = "encrypted"
    NO_TEXT = "no_text"  # pictures of pages
    GARBLED = "garbled"  # characters that are no text
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASH = "crash"


READABLE = (State.OK, State.PARTIAL)


class Verdict(NamedTuple):
    """A state and the reason for it, as half a sentence."""

    state: State
    reason: str


class Bytes(NamedTuple):
    """What the bytes of a file prove: a verdict where no parser is needed, and whether a stretch was zeroed."""

    verdict: Verdict | None
    hole: bool


def inspect(path: Path) -> Bytes:
    """Judge the bytes of the file at *path*. Raises OSError where it cannot be read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_ENDS)
        file.seek(max(0, size - _ENDS))
        tail = file.read(_ENDS)
        start = head[:1024].find(b"%PDF-")
        if start < 0:
            return Bytes(Verdict(State.NOT_PDF, _what_else(head)), False)
        linearized = _LINEARIZED.search(head)
        if linearized and size - start < int(linearized[1]):
            cut = f"{size:,} of the {int(linearized[1]):,} bytes that it says it has"
            return Bytes(Verdict(State.TRUNCATED, f"the file is cut: {cut}"), False)
        if b"%%EOF" not in tail[-1024:]:
            offsets = [int(found[1]) for found in _STARTXREF.finditer(tail)]
            if not any(_is_xref(file, offset, start) for offset in offsets[-1:]):
                return Bytes(Verdict(State.TRUNCATED, f"the file is cut: no end mark in its {size:,} bytes"), False)
        file.seek(0)
        return Bytes(None, _has_hole(file))


def _what_else(head: bytes) -> str:
    if not head.strip():
        return "the file is empty" if not head else "the file holds only blanks"
    found = next((name for pattern, name in _OTHER_THINGS if pattern.match(head)), None)
    return f"this is {found}, not a PDF" if found else "no PDF header in its first 1,024 bytes"


def _is_xref(file: BinaryIO, offset: int, start: int) -> bool:
    for place in {offset, offset + start}:
        file.seek(place)
        if _XREF.match(file.read(64)):
            return True
    return False


def _has_hole(file: BinaryIO) -> bool:
    """Is there a stretch of a thousand zero bytes? Read in pieces, so that memory does not grow with the file."""
    rest = b""
    while piece := file.read(1 << 20):
        if _HOLE in rest + piece:
            return True
        rest = piece[-len(_HOLE) :]
    return False


# The commonest words of the languages that such documents are in.
_COMMON = (
    "the of and in to with for is was were are this that on as by from at or be not a an "
    "la le les des et du de en dans pour der die das und von mit den el los las y que il di e che per "
    "och det att som av på een het van met"
)
_STOPWORDS = frozenset(_COMMON.split())
_SAMPLE = 600  # characters
_VOWELS = frozenset("aeiouyàâäáãåæèéêëìíîïòóôöõøœùúûüα")
_CODE = re.compile(r"\(cid:\d+\)")
_SUSPECT = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff\x00-\x08\x0e-\x1f]")


def is_garbled(text: str) -> bool:
    """Is *text* characters without sense: a font without a code table, or with a wrong one (`+HOOR`)?

    Texts of fewer than 200 Latin letters and texts in other scripts are not judged by letters.
    """
    suspects = text.count("\ufffd") + (len(_CODE.findall(text)) if "(cid:" in text else 0)
    if not text.isprintable():  # private use and controls are not
        suspects += len(_SUSPECT.findall(text))
    if len(text) >= 100 and suspects > 0.05 * len(text):
        return True
    start = text[:_SAMPLE].split(" ")
    if sum(map(_STOPWORDS.__contains__, start)) > 0.15 * len(start):
        return False  # what most pages are
    words = re.findall(r"[^\W\d_]+", text)
    if sum(word.casefold() in _STOPWORDS for word in words) > max(2, 0.02 * len(words)):
        return False
    letters = sum(map(len, words))
    latin = sum(char < "\u0250" for word in words for char in word)
    if latin < 200 or latin < 0.5 * letters:
        return latin == 0 and letters == 0 and len(text) > 400 and not any(char.isdigit() for char in text)
    vowels = sum(char in _VOWELS for word in words for char in word.casefold())
    return not 0.25 < vowels / latin < 0.65
