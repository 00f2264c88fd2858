"""What an answer of NCBI's E-utilities is, judged by its body: the HTTP status says little."""

import json
import re
from enum import StrEnum
from typing import NamedTuple

from gtminer.errors import ContentError
from gtminer.text import one_line


class Reason(StrEnum):
    """What a body is; everything but RECORDS and RESULT is a failure, most of them worth another try."""

    RECORDS = "records"  # a set of records (PubmedArticleSet, PubmedBookArticleSet, ...), closed at its end
    RESULT = "result"  # another answer of E-utilities without an ERROR: esearch, epost, einfo, JSON
    RATE_LIMITED = "rate_limited"  # wait, then repeat
    KEY_REJECTED = "key_rejected"  # only the user can mend it: never repeat
    NO_IDS = "no_ids"  # none of the ids asked for is an id
    HISTORY_LOST = "history_lost"  # the server forgot the search: repeat the search, not the fetch
    WINDOW = "window"  # beyond the 9,999 that PubMed gives of one search: cut the search into slices
    BACKEND_ERROR = "backend_error"  # any other ERROR; most pass by themselves
    HTML = "html"  # a maintenance or error page
    EMPTY = "empty"
    TRUNCATED = "truncated"  # begins well and is not closed
    GARBLED = "garbled"  # an error message, or bytes that are no XML, amid records
    HOSTILE = "hostile"  # declares entities or nests without end: never sent by NLM
    UNEXPECTED = "unexpected"  # plain text or a foreign root element


class Verdict(NamedTuple):
    """What a body is, and the server's own words on one line where it says something."""

    reason: Reason
    message: str = ""


class AnswerError(ContentError):
    """An answer that cannot be used whole; *reason* tells the fetcher what to do."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


RECORD_ROOTS = frozenset(
    ["PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet", "PubmedArticle", "PubmedBookArticle"]
)

# The words are NCBI's, as its answers hold them; they may come with + for space.
_MESSAGES = (
    (Reason.KEY_REJECTED, re.compile("api key (?:invalid|not valid)|invalid api key", re.I)),
    (Reason.RATE_LIMITED, re.compile("rate limit exceeded|too many requests", re.I)),
    (Reason.WINDOW, re.compile("'retstart' cannot be larger", re.I)),
    (Reason.HISTORY_LOST, re.compile(r"unable to obtain query|empty history|webenv.*(?:expired|not found)", re.I)),
    (Reason.NO_IDS, re.compile("id list is empty|id parameter is empty|empty id list", re.I)),
    (
        Reason.BACKEND_ERROR,
        re.compile(
            "error reading from remote server|bad gateway|cannot process id list|temporarily unable to service"
            "|service unavailable|server error|resource temporarily unavailable|failed to retrieve"
            "|failed to understand id|unable to route request|error forwarding request|external viewer error"
            "|backend failed|failed to connect|address table is empty|proxy_stream",
            re.I,
        ),
    ),
)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_PROLOG = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE(?:[^<>\[\]]|\[.*?\])*>\s*)*", re.S | re.I
)
_ERROR = re.compile(rb"<(?:ERROR|error)\b[^>]*>(.*?)</(?:ERROR|error)>", re.S)
_OWN_DTD = re.compile(
    rb"<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)|<!DOCTYPE[^>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^>\"'\[]*)*\["
)
_API_KEY = re.compile(r"""("?api[-_]key"?\s*[:=]\s*"?)[\w.:-]+""", re.I)
_HEAD = 4096
_TAIL = 512


def classify(body: bytes) -> Verdict:
    """Return what *body* is, without parsing it whole; a key that the server quotes back is taken out of the message.

    RECORDS means: the right root element, closed at the very end. Whether the records themselves are sound is
    for ``pubmed_xml.read_answer`` to say.
    """
    head = body[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not body.strip():
        return Verdict(Reason.EMPTY)
    if head[:1] in (b"{", b"["):
        return _json(body)
    if not head.startswith(b"<"):
        return _message(head.decode("utf-8", "replace"), Reason.UNEXPECTED)
    if re.match(rb"(?:<\?[^>]*>\s*)?<(?:!doctype html|html|head|body)\b", head, re.I):
        return Verdict(Reason.HTML, _page_title(body))
    return _xml(body)


def _xml(body: bytes) -> Verdict:
    prolog = _PROLOG.match(body)
    start = prolog.end() if prolog else 0
    root = _ROOT.match(body, start)
    if _OWN_DTD.search(body, 0, max(start, _HEAD)):
        return Verdict(Reason.HOSTILE, "the document declares entities or a DTD of its own")
    if root is None:
        return Verdict(Reason.TRUNCATED, "the answer ends after its first lines")
    name = root[1].decode("ascii", "replace")
    closed = (
        body.rstrip().endswith(b"</" + root[1] + b">") or re.fullmatch(rb"<[^<>]*/>", body[start:].strip()) is not None
    )
    if name in RECORD_ROOTS:
        if closed:
            return Verdict(Reason.RECORDS)
        verdict = _message(body[-_TAIL:].decode("utf-8", "replace"), Reason.TRUNCATED)
        return Verdict(Reason.GARBLED, verdict.message) if verdict.reason is not Reason.TRUNCATED else _cut(name)
    error = _ERROR.search(body)
    if error:
        return _message(error[1].decode("utf-8", "replace"), Reason.BACKEND_ERROR)
    if not closed:
        return _cut(name)
    return Verdict(Reason.RESULT) if re.fullmatch("e[A-Z]\\w+", name) else Verdict(Reason.UNEXPECTED, f"a {name}")


def _cut(name: str) -> Verdict:
    return Verdict(Reason.TRUNCATED, f"the answer ends before </{name}>")


def _json(body: bytes) -> Verdict:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        # NCBI itself sends raw line ends inside a string when 'retstart' is too large.
        return _message(body[:_HEAD].decode("utf-8", "replace"), Reason.GARBLED)
    result = value.get("esearchresult", value) if isinstance(value, dict) else value
    error = (result.get("error") or result.get("ERROR")) if isinstance(result, dict) else None
    return _message(str(error), Reason.BACKEND_ERROR) if error else Verdict(Reason.RESULT)


def _message(words: str, otherwise: Reason) -> Verdict:
    words = one_line(_API_KEY.sub(r"\1...", words))
    # Where + stands for every space, nothing but + parts the words.
    plain = words.replace("+", " ") if "+" in words else words
    for reason, pattern in _MESSAGES:
        found = pattern.search(plain)
        if found:
            return Verdict(reason, plain[:200] if len(plain) <= 200 else plain[found.start() : found.start() + 200])
    return Verdict(otherwise, words[:200])


def _page_title(body: bytes) -> str:
    found = re.search(rb"<title[^>]*>(.*?)</title>", body[: 4 * _HEAD], re.S | re.I)
    return one_line(found[1].decode("utf-8", "replace"))[:200] if found else ""
