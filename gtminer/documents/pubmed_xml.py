"""Sets of PubMed records, streamed: efetch answers, baseline and update files, books. No DTD, network, entities."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from gtminer.documents import pubmed_tree
from gtminer.documents.answers import RECORD_ROOTS, AnswerError, Reason, classify
from gtminer.errors import ContentError
from gtminer.model import Deletion, Document, Provenance

_CHUNK = 1 << 18
_PARSER: dict[str, bool] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "recover": False,
}


def read(stream: BinaryIO, provenance: Provenance | None = None) -> Iterator[Document | Deletion]:
    """Yield the records of a set as they come, versions and repetitions too.

    Raises ContentError, after the records before the fault, for what is not well-formed or not a set of records, for
    entities other than XML's own five, and for a record without PMID.
    """
    parser = etree.XMLPullParser(events=("start", "end"), **_PARSER)
    last = None
    try:
        while chunk := stream.read(_CHUNK):
            _refuse_declarations(chunk)
            parser.feed(chunk)
            for item in _items(parser, provenance):
                last = item
                yield item
        parser.close()
        yield from _items(parser, provenance)
    except etree.XMLSyntaxError as error:
        after = f"after {last.doc_id}" if isinstance(last, Document) else "before the first whole record"
        raise AnswerError(
            Reason.TRUNCATED if "Premature end" in str(error) or "no element" in str(error) else Reason.GARBLED,
            f"not well-formed XML {after}: {_plain(error)}; get the file again",
        ) from error


def read_answer(body: bytes, provenance: Provenance | None = None) -> list[Document | Deletion]:
    """Return all records of one efetch answer; raises AnswerError, whose *reason* says what it is instead."""
    verdict = classify(body)
    if verdict.reason is not Reason.RECORDS:
        raise AnswerError(verdict.reason, f"not a set of records but {verdict.reason}: {verdict.message}".rstrip(": "))
    import io

    return list(read(io.BytesIO(body), provenance))


def _items(parser: Any, provenance: Provenance | None) -> Iterator[Document | Deletion]:
    for event, element in parser.read_events():
        parent = element.getparent()
        if event == "start":
            if parent is None and element.tag not in RECORD_ROOTS:
                raise AnswerError(Reason.UNEXPECTED, f"not a set of PubMed records but a {element.tag}")
        elif element.tag in pubmed_tree.RECORDS | pubmed_tree.DELETIONS and (
            parent is None or parent.tag in RECORD_ROOTS
        ):
            if parent is not None and parent.getparent() is not None:
                continue
            if next(element.iter(etree.Entity), None) is not None:
                raise AnswerError(Reason.HOSTILE, "an entity that XML does not define; nothing of the record was read")
            yield from pubmed_tree.read_element(element, provenance)
            element.clear()
            while element.getprevious() is not None:
                del parent[0]


_DECLARES = re.compile(rb"<!ENTITY|<!DOCTYPE[^>]*\[")


def _refuse_declarations(chunk: bytes) -> None:
    if _DECLARES.search(chunk):
        raise AnswerError(
            Reason.HOSTILE, "the document declares entities or a DTD of its own; NLM never does, so it was not read"
        )


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())


__all__ = ["ContentError", "read", "read_answer"]
