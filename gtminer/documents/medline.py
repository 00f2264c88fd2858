"""Records in MEDLINE text (``.nbib``), through Bio.Medline, whose known losses are mended before it sees a line.

Bio.Medline takes wrapped lines of list fields (OT, CN, CIN) for values of their own, glues two records together where
the blank line between them is missing, and takes any stray line for a field. So lines are unwrapped, records parted
and stray lines refused here; Bio.Medline then groups the fields.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from gtminer.documents import pubmed_fields as fields
from gtminer.documents.pubmed_fields import Part
from gtminer.errors import ContentError
from gtminer.model import MEDLINE_TEXT, Author, Document, Link, MeshHeading, Provenance, Qualifier

_FIELD = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}-(?: |$)")
_PMID_AT_END = re.compile(r"[\s.]*PMID:? *(\d+)[\s.]*$")
_LOCATED = re.compile(r"(\S+) \[(doi|pii|pmc)\]")
# PubMed's own stand-in for an abstract in another language that it does not give.
_NO_OTHER_ABSTRACT = re.compile(r"(?:[\w-]+: )?Abstract available from the publisher\.?", re.I)
_LABEL = re.compile(r"(?:^|(?<=[.?!)\]%] ))([A-Z][A-Z,/& -]{2,60}): ")

# MEDLINE's tag for each RefType of PubMed XML (NLM, MEDLINE/PubMed data element descriptions).
_LINKS = {
    "CIN": "CommentIn",
    "CON": "CommentOn",
    "CRF": "CorrectedandRepublishedFrom",
    "CRI": "CorrectedandRepublishedIn",
    "DDIN": "AssociatedDataset",
    "DRIN": "AssociatedPublication",
    "ECF": "ExpressionOfConcernFor",
    "ECI": "ExpressionOfConcernIn",
    "EFR": "ErratumFor",
    "EIN": "ErratumIn",
    "ORI": "OriginalReportIn",
    "PRIN": "PartialRetractionIn",
    "PROF": "PartialRetractionOf",
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "RPF": "RepublishedFrom",
    "RPI": "RepublishedIn",
    "RRF": "RetractedandRepublishedFrom",
    "RRI": "RetractedandRepublishedIn",
    "SPIN": "SummaryForPatientsIn",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
}


def read(stream: BinaryIO, provenance: Provenance | None = None) -> Iterator[Document]:
    """Yield the records of MEDLINE text; raises ContentError, with the line, for what is not such text.

    MEDLINE text has no end mark, but PubMed ends each record with its source: where the one before has one and the last
    has none, the file was cut, and that record is not taken for a whole one.
    """
    from Bio import Medline

    parse: Any = Medline.parse  # it ships no types
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="strict", newline=None)
    try:
        for record in _whole(parse(_mended(lines))):
            yield _document({tag: _values(value) for tag, value in record.items()}, provenance)
    except UnicodeDecodeError as error:
        raise ContentError(f"not UTF-8 text (byte {error.object[error.start]:#04x}); save it as UTF-8") from error
    finally:
        if not lines.closed:
            lines.detach()


def _whole(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    before: dict[str, Any] = {}
    record: dict[str, Any] = {}
    try:
        for following in records:
            if record:
                yield record
            before, record = record, following
    except (ContentError, UnicodeDecodeError):
        if record:
            yield record
        raise
    if "SO" in before and "SO" not in record:
        raise ContentError(f"cut in the record of PMID {record['PMID']}; get the file again")
    if record:
        yield record


def _mended(lines: Iterable[str]) -> Iterator[str]:
    """Yield each field on one line and an empty line before each record."""
    field, last, parted = "", 0, False
    for number, line in enumerate(lines, start=1):
        text = line.rstrip()
        if not text.strip("\x1a"):
            parted = True
            continue
        if line.startswith("  ") and field:
            field += " " + text.strip()
            continue
        found = _FIELD.match(text)
        if not found:
            if parted:  # the record before is whole
                yield from (field + "\n", "\n")
            raise ContentError(f"line {number}: neither a MEDLINE field nor its continuation: {text[:60]!r}")
        if not field and found[1] != "PMID":
            raise ContentError(f"line {number}: the record does not begin with its PMID: {text[:60]!r}")
        if field:
            yield field + "\n"
        if found[1] == "PMID" and last:
            yield "\n"
        field, last, parted = f"{found[1]:<4}- {text[found.end() :].strip()}", number, False
    if field:
        yield field + "\n"


def _values(value: str | list[str]) -> list[str]:
    return [text for one in ([value] if isinstance(value, str) else value) if (text := " ".join(one.split()))]


def _document(record: Mapping[str, list[str]], provenance: Provenance | None) -> Document:
    def one(*tags: str) -> str | None:
        return next((values[0] for tag in tags if (values := record.get(tag))), None)

    pmid = one("PMID") or ""
    if not (pmid.isascii() and pmid.isdigit()):
        raise ContentError(f"a record whose PMID is no number: {pmid!r}")
    whole, chapter, vernacular = one("BTI"), one("TI"), one("TT")
    title, parts = fields.titles(chapter or whole, vernacular, record.get("LA", []))
    parts = [*abstract_parts(one("AB")), *parts, *_other_abstracts(record)]
    text, sections = fields.compose(title, parts)
    published = one("CTDT", "DP") if whole else one("DP")
    located = [match for tag in ("LID", "AID") for value in record.get(tag, []) for match in _LOCATED.findall(value)]
    return Document(
        doc_id=f"pubmed:{pmid}",
        source="pubmed",
        title=title,
        text=text,
        sections=sections,
        published=published,
        date=fields.iso_date(published) if published else None,
        journal=(whole if chapter else None) if whole else one("JT", "TA"),
        authors=tuple(_authors(record)),
        doi=fields.doi(value for value, kind in located if kind == "doi"),
        pmcid=fields.pmcid(word for value in record.get("PMC", []) for word in value.split()),
        publication_types=tuple(record.get("PT", [])),
        mesh_headings=tuple(_mesh_heading(value) for value in record.get("MH", [])),
        keywords=tuple(value.removeprefix("*") for value in record.get("OT", [])),
        chemicals=tuple(_chemicals(record)),
        languages=tuple(record.get("LA", [])),
        links=tuple(_links(record)),
        kind="book" if whole else "article",
        state=MEDLINE_TEXT,
        provenance=provenance,
    )


def abstract_parts(abstract: str | None) -> Iterator[Part]:
    """Yield an abstract, cut at the labels that MEDLINE text prints inside it: "METHODS: ...", as the XML has them."""
    if not abstract:
        return
    labels = [found for found in _LABEL.finditer(abstract) if fields.is_label(found[1])]
    if not labels or labels[0].start():
        yield Part("abstract", "", abstract)
        return
    ends = [found.start() for found in labels[1:]] + [len(abstract)]
    for found, end in zip(labels, ends, strict=True):
        if text := abstract[found.end() : end].strip():
            yield Part(fields.section_kind("", found[1]), found[1], text)


def _other_abstracts(record: Mapping[str, list[str]]) -> Iterator[Part]:
    languages = record.get("OABL", [])
    for place, text in enumerate(record.get("OAB", [])):
        if not _NO_OTHER_ABSTRACT.fullmatch(text):
            yield Part("other_abstract", "", text, languages[place] if place < len(languages) else None)


def _authors(record: Mapping[str, list[str]]) -> Iterator[Author]:
    for name in record.get("FAU", []):
        family, _, given = name.partition(", ")
        yield Author(family, given)
    if not record.get("FAU"):
        for name in record.get("AU", []):
            family, _, given = name.rpartition(" ")
            yield Author(family, given) if family else Author(given, "")
    for name in record.get("CN", []):
        yield Author(name, "", collective=True)


def _mesh_heading(value: str) -> MeshHeading:
    """``*Dependovirus/*genetics/immunology``: a star marks what is major, a slash parts the qualifiers."""
    descriptor, *qualifiers = value.split("/")
    return MeshHeading(
        descriptor.removeprefix("*"),
        "",
        descriptor.startswith("*"),
        tuple(Qualifier(one.removeprefix("*"), one.startswith("*")) for one in qualifiers),
    )


def _chemicals(record: Mapping[str, list[str]]) -> Iterator[str]:
    """Substance names: RN holds them behind the registry number, ``9007-49-2 (DNA)``."""
    seen = set()
    for value in record.get("RN", []):
        number, bracket, name = value.partition(" (")
        name = name.removesuffix(")") if bracket else number
        seen.add(name)
        yield name
    yield from (value for value in record.get("NM", []) if value not in seen)


def _links(record: Mapping[str, list[str]]) -> Iterator[Link]:
    for tag, kind in _LINKS.items():
        for value in record.get(tag, []):
            found = _PMID_AT_END.search(value)
            yield Link(kind, found[1] if found else None, value[: found.start()] + "." if found else value)
