"""Gzip unpacked as a stream; a cut file gives every byte it holds before it is called cut."""

import zlib
from typing import Any, BinaryIO

_PACKED = 1 << 16


class GzipError(Exception):
    """The bytes are no gzip, or not what was packed; the text says how."""


class Gunzip:
    """Reads the members of *raw* one behind the other, and passes over zeros that pad it."""

    def __init__(self, raw: BinaryIO) -> None:
        from isal import isal_zlib

        self._raw = raw
        self._start: Any = isal_zlib.decompressobj  # it ships no types
        self._error: Any = isal_zlib.error  # typed as an instance there
        self._member: Any = None
        self._packed = raw.read(_PACKED)

    def read(self, size: int) -> bytes:
        """Return at most *size* bytes, b"" only at the end.

        Raises EOFError where the file ends within a member, GzipError for damage.
        """
        while True:
            if self._member is None:
                if not self._packed:
                    return b""
                self._member = self._start(wbits=16 + zlib.MAX_WBITS)
            try:
                data: bytes = self._member.decompress(self._packed, size)
            except self._error as error:
                raise GzipError(str(error)) from error
            if self._member.eof:
                self._packed, self._member = self._member.unused_data, None
                self._pass_padding()
            else:
                self._packed = self._member.unconsumed_tail
            if data:
                return data
            if self._member is not None and not self._packed:
                self._packed = self._raw.read(_PACKED)
                if not self._packed:
                    raise EOFError("the gzip file ends within a member")

    def _pass_padding(self) -> None:
        while not (rest := self._packed.lstrip(b"\0")):
            self._packed = self._raw.read(_PACKED)
            if not self._packed:
                return
        self._packed = rest
