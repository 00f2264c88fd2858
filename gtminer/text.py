"""Text from outside, made safe to show. No meaning is read here."""

import re
import unicodedata

# C0 and C1 controls but TAB and LF, bidirectional overrides and isolates, unpaired surrogates.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


def safe(text: str) -> str:
    """Return *text* without characters that could steer a terminal, a log or a spreadsheet."""
    return _UNSAFE.sub("", text)


def one_line(text: str) -> str:
    """Return *text*, safe, on one line, with every run of white space as one space."""
    return _SPACE.sub(" ", safe(text)).strip()


def escaped(json: str) -> str:
    """Return one line of JSON with what ``safe`` drops written as JSON escapes: same meaning, harmless to show."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", json)


def encodable(text: str) -> str:
    """Return *text* with unpaired surrogates and NUL replaced by U+FFFD, so that it can be stored; length is kept."""
    return _UNSTORABLE.sub("\ufffd", text)


def width(text: str) -> int:
    """Return how many terminal columns *text* takes: 2 for wide East Asian characters, 0 for combining marks."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
