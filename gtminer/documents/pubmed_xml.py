"""Sets of PubMed records, streamed: efetch answers, baseline and update files, books. No DTD, network, entities.

Ordinary articles are read by ``pubmed_scan``, slice by slice; what it passes over goes through lxml, and from the first
byte that lxml refuses as a record of its own, the rest of the stream does. So there is one judge of what is
well-formed, and one place that says what is wrong.
"""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from gtminer.documents import pubmed_scan, pubmed_tree
from gtminer.documents.answers import RECORD_ROOTS, AnswerError, Reason, classify
from gtminer.errors import ContentError
from gtminer.model import Deletion, Document, Provenance
from gtminer.text import one_line

_CHUNK = 1 << 17
_LARGEST = 1 << 24  # bytes of a record: more is left to lxml, which has limits of its own
_PARSER: dict[str, bool] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "recover": False,
}
_SET_ENDS, _RECORD_ENDS = b"</PubmedArticleSet>", b"</PubmedArticle>"
# The beginning of a set as NLM writes it: UTF-8, at most a DOCTYPE without declarations of its own.
_ORDINARY = re.compile(
    rb"(?:\xef\xbb\xbf)?"
    rb"(?:<\?xml version=\"1\.0\"(?: encoding=\"(?i:utf-8)\")?(?: standalone=\"(?:yes|no)\")? ?\?>)?\s*"
    rb"(?:<!DOCTYPE PubmedArticleSet(?: (?:PUBLIC \"[ -!#-%'-;=?-~]*\"|SYSTEM) \"[ -!#-%'-;=?-~]*\")?\s*>\s*)?"
    rb"<PubmedArticleSet>(?=\s*<PubmedArticle>)"
)
_HEAD = 4096
_PLACE = re.compile(r",? line \d+| \(line \d+\)|, column \d+| \(<string>[^)]*\)")

_CHILDREN = pubmed_tree.RECORDS | pubmed_tree.DELETIONS

Item = Document | Deletion


def read(stream: BinaryIO, provenance: Provenance | None = None) -> Iterator[Item]:
    """Yield the records of a set as they come, versions and repetitions too.

    Raises ContentError, after the records before the fault, for what is not well-formed or not a set of records, for
    entities other than XML's own five, and for a record without PMID; after all records, for other words amid them.
    """
    return _Reading(provenance, lambda raw: pubmed_scan.scan(raw, provenance)).items(stream)


def read_for_tagging(stream: BinaryIO) -> Iterator[Item]:
    """As ``read``, faster: PMID, title, text, MeSH headings and publication types are promised, no other field."""
    return _Reading(None, pubmed_scan.scan_for_tagging).items(stream)


def read_answer(body: bytes, provenance: Provenance | None = None) -> list[Item]:
    """Return all records of one efetch answer; raises AnswerError, whose *reason* says what it is instead."""
    verdict = classify(body)
    if verdict.reason is not Reason.RECORDS:
        raise AnswerError(verdict.reason, f"not a set of records but {verdict.reason}: {verdict.message}".rstrip(": "))
    return list(read(io.BytesIO(body), provenance))


class _Reading:
    """One reading of a set; *scan* gives the document of ``<PubmedArticle>...`` up to its end tag, or None."""

    def __init__(self, provenance: Provenance | None, scan: Callable[[bytes], Document | None]) -> None:
        self._provenance = provenance
        self._scan = scan
        self._strange: str | None = None  # the first words amid the records
        self._doubt: etree.XMLSyntaxError | None = None  # why lxml took over

    def items(self, stream: BinaryIO) -> Iterator[Item]:
        last: Item | None = None
        try:
            for last in self._all(stream):
                yield last
        except etree.XMLSyntaxError as error:
            # lxml's pull parser stops without a word at an entity that is not defined.
            cause = self._doubt if self._doubt is not None and "no element" in str(error) else error
            after = f"after {last.doc_id}" if isinstance(last, Document) else "before the first whole record"
            cut = re.search("Premature end|no element|Couldn't find end of Start Tag", str(cause))
            raise AnswerError(
                Reason.TRUNCATED if cut else Reason.GARBLED,
                f"not well-formed XML {after}: {_plain(cause)}; get the file again",
            ) from error
        if self._strange is not None:
            raise AnswerError(
                Reason.GARBLED, f"other words amid the records: {one_line(self._strange)[:80]!r}; get the file again"
            )

    def _all(self, stream: BinaryIO) -> Iterator[Item]:
        head = b""
        while len(head) < _HEAD and (chunk := stream.read(_HEAD)):
            head += chunk
        ordinary = _ORDINARY.match(head)
        if ordinary is None:
            yield from self._tree(head, stream)
            return
        opening, chunk, rest = ordinary[0], head[ordinary.end() :], b""
        while chunk:
            *records, rest = (rest + chunk).split(_RECORD_ENDS)
            for place, raw in enumerate(records):
                document = self._scan(raw)
                if document is not None:
                    yield document
                    continue
                try:
                    apart = etree.fromstring(opening + raw + _RECORD_ENDS + _SET_ENDS, etree.XMLParser(**_PARSER))
                except etree.XMLSyntaxError as error:
                    self._doubt = error
                    rest = _RECORD_ENDS.join([*records[place:], rest])
                    yield from self._tree(opening + rest, stream)
                    return
                for element in apart.iterchildren(*_CHILDREN):
                    yield from self._read(element)
                self._look_around(apart)
            chunk = stream.read(_CHUNK) if len(rest) < _LARGEST else b""
        yield from self._tree(opening + rest, stream)

    def _tree(self, chunk: bytes, stream: BinaryIO) -> Iterator[Item]:
        """Read *chunk* and what *stream* still holds through lxml."""
        parser = etree.XMLPullParser(events=("start", "end"), **_PARSER)
        while chunk:
            try:
                parser.feed(chunk)
            except etree.XMLSyntaxError:
                yield from self._ended(parser)
                raise
            yield from self._ended(parser)
            chunk = stream.read(_CHUNK)
        root = parser.close()
        yield from self._ended(parser)
        self._look_around(root)

    def _ended(self, parser: Any) -> Iterator[Item]:
        for event, element in parser.read_events():
            parent = element.getparent()
            if event == "start":
                if parent is None:
                    _check_root(element)
            elif element.tag in _CHILDREN and (parent is None or _is_set(parent)):
                yield from self._read(element)
                element.clear(keep_tail=True)
                while (before := element.getprevious()) is not None:
                    self._look_amid(before)
                    parent.remove(before)

    def _read(self, element: Any) -> Iterator[Item]:
        if next(element.iter(etree.Entity), None) is not None:
            raise AnswerError(Reason.HOSTILE, "an entity that XML does not define; nothing of the record was read")
        yield from pubmed_tree.read_element(element, self._provenance)

    def _look_around(self, root: Any) -> None:
        if _is_set(root):
            self._note(root.text)
            for child in root:
                self._look_amid(child)

    def _look_amid(self, child: Any) -> None:
        if isinstance(child.tag, str) and child.tag not in _CHILDREN:
            self._note(f"{child.tag}: {''.join(child.itertext())}")
        self._note(child.tail)

    def _note(self, words: str | None) -> None:
        if words and not words.isspace() and self._strange is None:
            self._strange = words


def _is_set(element: Any) -> bool:
    return element.tag in RECORD_ROOTS - pubmed_tree.RECORDS and element.getparent() is None


def _check_root(root: Any) -> None:
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and (next(declared.iterentities(), None) or next(declared.iterelements(), None)):
        raise AnswerError(
            Reason.HOSTILE, "the document declares entities or a DTD of its own; NLM never does, so it was not read"
        )
    if root.tag not in RECORD_ROOTS:
        raise AnswerError(Reason.UNEXPECTED, f"not a set of PubMed records but a {root.tag}")


def _plain(error: Exception) -> str:
    """Say what lxml says, without line numbers, which count from the record where it took over."""
    return _PLACE.sub("", one_line(str(error)))


__all__ = ["ContentError", "read", "read_answer", "read_for_tagging"]
