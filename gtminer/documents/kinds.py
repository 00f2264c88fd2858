"""What kind of file this is, by its first bytes; the name of a file says nothing."""

import codecs
import re

PUBMED_XML = "pubmed_xml"
MEDLINE = "medline"
PMIDS = "pmids"
PDF = "pdf"
DOCUMENTS = frozenset([PUBMED_XML, MEDLINE, PMIDS, PDF])
HEAD = 8192  # bytes that are enough to tell

_RECORD_ROOTS = frozenset(
    ["PubmedArticleSet", "PubmedBookArticleSet", "MedlineCitationSet", "PubmedArticle", "PubmedBookArticle"]
)
_ROOTS = {
    "eSearchResult": "an esearch answer",
    "eInfoResult": "an einfo answer",
    "eLinkResult": "an elink answer",
    "eSpellResult": "an espell answer",
    "eSummaryResult": "an esummary answer",
    "ePostResult": "an epost answer",
    "eFetchResult": "an efetch error",
    "DescriptorRecordSet": "a MeSH descriptor file",
    "QualifierRecordSet": "a MeSH qualifier file",
    "SupplementalRecordSet": "a MeSH supplementary concept file",
    "PharmacologicalActionSet": "a MeSH pharmacological action file",
    "pmc-articleset": "a PMC full-text file",
    "article": "a PMC full-text file",
}
_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE(?:[^<>\[\]]|\[.*?\])*>\s*)*", re.S | re.I)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_MEDLINE = re.compile(r"\s*PMID ?- ?\d")
_PMIDS = re.compile(r"(?:PMIDs?\s*:?\s*)?\d{1,8}(?:[\s,;]+(?:PMID\s*:?\s*)?\d{1,8})*[\s,;]*", re.I)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def kind_of(head: bytes) -> str:
    """Return ``pubmed_xml``, ``medline``, ``pmids`` or ``pdf``, or else the name of what it is: "an esearch answer".

    *head* is the first ``HEAD`` bytes of the file, already unpacked.
    """
    if not head.strip():
        return "an empty file"
    if b"%PDF-" in head[:1024]:
        return PDF
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    encoding = next((encoding for bom, encoding in _BOMS if head.startswith(bom)), "utf-8")
    text = head.decode(encoding, "replace")
    if "\x00" in text:
        return "binary data"
    return _xml_kind(text) if text.lstrip().startswith("<") else _text_kind(text)


def _xml_kind(text: str) -> str:
    if re.match(r"\s*(?:<\?[^>]*>\s*)?<(?:!doctype html|html|head|body)\b", text, re.I):
        return "an HTML page"
    prolog = _PROLOG.match(text)
    root = _ROOT.match(text, prolog.end() if prolog else 0)
    if root is None:
        # Nothing but a prolog, or one too odd to pass: PubMed's own names decide.
        return PUBMED_XML if "<PubmedArticle" in text else "XML without an element"
    name = root[1]
    return PUBMED_XML if name in _RECORD_ROOTS else _ROOTS.get(name, f"XML of another kind ({name})")


def _text_kind(text: str) -> str:
    if _MEDLINE.match(text):
        return MEDLINE
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    first = lines[0] if lines else ""
    if re.fullmatch("PMIDs?:?", first, re.I) and len(lines) > 1:
        first = lines[1]
    if _PMIDS.fullmatch(first):
        return PMIDS
    if first.startswith(("{", "[")):
        return "JSON"
    if re.match(r"TY {1,2}- ", first):
        return "an RIS file"
    if re.match(r"@\w+\s*\{", first):
        return "a BibTeX file"
    return "text of another kind"
