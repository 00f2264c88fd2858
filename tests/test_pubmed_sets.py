"""Sets of PubMed records as streams: all records, from every reader alike; one line for what is wrong; nothing lost."""

import gzip
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pubmed_records import BOOK, CORPUS, SOUND, article, by_lxml, corpus, ordinary, read, record_set, until_the_fault

from gtminer.documents import kinds, pubmed_scan, pubmed_tree, pubmed_xml
from gtminer.documents.answers import AnswerError, Reason
from gtminer.documents.files import walk
from gtminer.errors import ContentError
from gtminer.model import Deletion, Document, Provenance


@pytest.mark.parametrize(
    ("body", "count", "reason", "message"),
    [
        (
            b"",
            0,
            Reason.TRUNCATED,
            "not well-formed XML before the first whole record: no element found; get the file again",
        ),
        (
            record_set(*SOUND)[:-20],
            2,
            Reason.TRUNCATED,
            "not well-formed XML after pubmed:99000002: Premature end of data in tag PubmedArticleSet; "
            "get the file again",
        ),
        (
            record_set(SOUND[0], SOUND[1].replace("</Article>", "")),
            1,
            Reason.GARBLED,
            "not well-formed XML after pubmed:99000001: Opening and ending tag mismatch: Article and MedlineCitation; "
            "get the file again",
        ),
        (
            record_set(SOUND[0], article("99000003", title="<ArticleTitle>a \x0b b</ArticleTitle>")),
            1,
            Reason.GARBLED,
            "not well-formed XML after pubmed:99000001: PCDATA invalid Char value 11; get the file again",
        ),
        (
            record_set(SOUND[0], article("99000003", title="<ArticleTitle>a &nbsp; b</ArticleTitle>")),
            1,
            Reason.HOSTILE,
            "an entity that XML does not define; nothing of the record was read",
        ),
        (
            record_set(SOUND[0], article("99000003", title="<ArticleTitle>a &nbsp; b</ArticleTitle>"), head=""),
            1,
            Reason.GARBLED,
            "not well-formed XML after pubmed:99000001: Entity 'nbsp' not defined; get the file again",
        ),
        (
            record_set(SOUND[0], article("PMC12")),
            1,
            None,
            "a record without a PMID ('PMC12'); fetch it again",
        ),
        (
            record_set(SOUND[0], "Error: the rest <b>is</b> lost", SOUND[1]),
            2,
            Reason.GARBLED,
            "other words amid the records: 'Error: the rest'; get the file again",
        ),
        (
            record_set(SOUND[0], "<ERROR>backend failed</ERROR>", SOUND[1]),
            2,
            Reason.GARBLED,
            "other words amid the records: 'ERROR: backend failed'; get the file again",
        ),
        (
            b"<eSearchResult><Count>1</Count></eSearchResult>",
            0,
            Reason.UNEXPECTED,
            "not a set of PubMed records but a eSearchResult",
        ),
        (b"<html><p>Down for maintenance<br></html>", 0, Reason.UNEXPECTED, "not a set of PubMed records but a html"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line_after_what_is_right(
    body: bytes, count: int, reason: Reason | None, message: str
) -> None:
    items, error = until_the_fault(body)
    assert (len(items), str(error), getattr(error, "reason", None)) == (count, message, reason)


BOMB = '<!DOCTYPE PubmedArticleSet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
DECLARES = "the document declares entities or a DTD of its own; NLM never does, so it was not read"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("padding", [0, 4090, (1 << 18) - 20], ids=["at once", "over the head", "over a chunk"])
@pytest.mark.parametrize(
    "doctype",
    [
        BOMB,
        '<!DOCTYPE PubmedArticleSet [<!ENTITY c SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "a>[b.dtd" [<!ENTITY % c SYSTEM "http://127.0.0.1:9/x"> %c;]>',
        "<!DOCTYPE PubmedArticleSet [<!ELEMENT PubmedArticleSet ANY>]>",
    ],
)
def test_a_document_that_declares_entities_is_refused(doctype: str, padding: int, encoding: str) -> None:
    record = article(title='<ArticleTitle book="&c;">&c;</ArticleTitle>')
    body = f"<!--{' ' * padding}-->{doctype}<PubmedArticleSet>{record}</PubmedArticleSet>"
    items, error = until_the_fault((body if encoding == "utf-16" else f"\ufeff{body}").encode(encoding))
    assert (items, str(error)) == ([], DECLARES)


def test_an_external_dtd_is_neither_asked_for_nor_missed(tmp_path: Path) -> None:
    trap = tmp_path / "trap.dtd"
    trap.write_text('<!ENTITY secret "read">')
    head = f'<!DOCTYPE PubmedArticleSet SYSTEM "{trap.as_uri()}">'
    assert len(read(record_set(article(), head=head))) == 1
    items, error = until_the_fault(record_set(article(title="<ArticleTitle>&secret;</ArticleTitle>"), head=head))
    assert (items, str(error)) == ([], "an entity that XML does not define; nothing of the record was read")


def test_provenance_is_given_to_every_record() -> None:
    where = Provenance("file:///x.xml", "2026-01-01T00:00:00+00:00", "0" * 64)
    body = record_set(article(), article("99000002", abstract="<AbstractText><!-- --></AbstractText>"))
    assert [item.provenance for item in pubmed_xml.read(io.BytesIO(body), where)] == [where, where]  # type: ignore[union-attr]  # no deletions


def test_endless_nesting_is_refused() -> None:
    deep = "<i>" * 100_000 + "x" + "</i>" * 100_000
    items, error = until_the_fault(record_set(SOUND[0], article(title=f"<ArticleTitle>{deep}</ArticleTitle>")))
    assert len(items) == 1
    assert str(error).startswith("not well-formed XML after pubmed:99000001: Excessive depth in document: 256")


def test_a_record_that_never_ends_is_not_kept_in_memory_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pubmed_xml, "_LARGEST", 10_000)
    monkeypatch.setattr(pubmed_xml, "_CHUNK", 1_000)
    long = article("99000005", abstract=f"<AbstractText>{'word ' * 20_000}</AbstractText>")
    assert [len(item.text) for item in read(record_set(SOUND[0], long, SOUND[0]))] == [8, 100_008, 8]  # type: ignore[union-attr]  # no deletions


def test_the_end_of_a_record_inside_a_comment_ends_nothing() -> None:
    tricky = article("99000004", abstract="<AbstractText>a<!-- </PubmedArticle> -->b</AbstractText>")
    documents = read(record_set(SOUND[0], tricky, SOUND[1]))
    assert [item.text for item in documents if isinstance(item, Document)] == ["A title.", "A title.\nab", "A title."]


class Dribble(io.RawIOBase):
    """A stream that gives as many bytes as it likes."""

    def __init__(self, body: bytes, sizes: list[int]) -> None:
        self._body = io.BytesIO(body)
        self._sizes = sizes

    def read(self, size: int = -1) -> bytes:
        self._sizes.append(self._sizes.pop(0))
        return self._body.read(min(size, self._sizes[0]) if size > 0 else self._sizes[0])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=5))
def test_the_size_of_the_chunks_changes_nothing(sizes: list[int]) -> None:
    body = record_set(
        *SOUND, BOOK.format(ids="", inside=""), SOUND[0], "<DeleteCitation><PMID>5</PMID></DeleteCitation>"
    )
    assert list(pubmed_xml.read(Dribble(body, sizes))) == by_lxml(body)  # type: ignore[arg-type]  # read is all it needs


def test_the_scan_equals_the_tree_on_every_invented_record() -> None:
    expected = by_lxml(corpus())
    assert read(corpus()) == expected
    scanned = [pubmed_scan.scan(raw) for raw in ordinary(corpus())]
    assert sum(document is not None for document in scanned) > len(scanned) / 2
    assert {document for document in scanned if document} <= set(expected)


HEADING = (
    '<MeshHeading><DescriptorName UI="D000001" MajorTopicYN="N">Invented Disease</DescriptorName>'
    '<QualifierName UI="Q000001" MajorTopicYN="Y">therapy</QualifierName></MeshHeading>'
)


@pytest.mark.parametrize(
    "headings",
    [
        f"\n  {HEADING}\n  {HEADING}\n  ",
        f"{HEADING}words{HEADING}",
        f"{HEADING}{HEADING}words",
        f"{HEADING}\u00a0",
        f"{HEADING}<!-- a comment -->{HEADING}",
        f"{HEADING}<Other>x</Other>",
        f"{HEADING}<MeshHeadingList></MeshHeadingList>",
        HEADING.replace("Invented Disease", ""),
        HEADING.replace("Invented Disease", "Invented &amp; <i>Disease</i>"),
        HEADING.replace("therapy", ""),
        HEADING.replace("therapy", "<b>therapy</b>"),
        HEADING.replace("<MeshHeading>", "<MeshHeading><QualifierName>therapy</QualifierName>"),
        HEADING.removesuffix("</MeshHeading>"),
        HEADING.removeprefix("<MeshHeading>"),
        HEADING.replace("therapy", "\x0b"),
        "",
    ],
)
def test_what_stands_among_known_headings_is_judged_like_any_other_words(headings: str) -> None:
    known = article(behind=f"<MeshHeadingList>{HEADING}</MeshHeadingList>")
    body = record_set(known, article("99000002", behind=f"<MeshHeadingList>{headings}</MeshHeadingList>"))
    items, error = until_the_fault(body)
    sound = sound_records(body)
    assert items == (by_lxml(body) if sound is not None else read(record_set(known)))
    assert (error is None) == (sound is not None)


def test_what_tagging_needs_is_the_same_when_only_that_is_read() -> None:
    needed = ("doc_id", "title", "text", "sections", "mesh_headings", "publication_types", "version")
    whole = [[getattr(item, name) for name in needed] for item in read(corpus())]
    assert [
        [getattr(item, name) for name in needed] for item in pubmed_xml.read_for_tagging(io.BytesIO(corpus()))
    ] == whole


def test_the_invented_corpus_is_read_as_it_was_told() -> None:
    oracle = json.loads((CORPUS / "oracle.json").read_text())
    documents = [item for item in read(corpus()) if isinstance(item, Document)]
    pmids = {item.doc_id.removeprefix("pubmed:") for item in documents}
    assert pmids == set(oracle["pmids"])
    assert sorted(item.doc_id[7:] for item in documents if item.kind == "book") == oracle["books"]
    assert sorted({item.doc_id[7:] for item in documents if item.is_retracted}) == oracle["retracted"]
    assert {item.doc_id[7:]: item.version for item in documents if item.version > 1} == oracle["versions"]


@cache
def few() -> bytes:
    """Some of the corpus: ordinary and odd records, small enough to be spoiled many times."""
    records = [raw + b"</PubmedArticle>" for raw in ordinary(corpus()) if len(raw) < 6000][::12]
    return b'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>' + b"".join(records) + b"</PubmedArticleSet>"


SPOILS = [b"<", b">", b"&", b"</", b"<sup>", b"</sup>", b"<PubmedArticle>", b"</PubmedArticle>", b"&x;", b"]]>"]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_spoiled_xml_gives_documents_or_one_error_never_a_crash(data: st.DataObject) -> None:
    body = bytearray(few())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(body) - 1))
        end = start + data.draw(st.sampled_from([0, 1, 2, 20, 3000]))
        body[start:end] = data.draw(
            st.one_of(st.binary(max_size=6), st.sampled_from(SPOILS)),
        )
    items, error = until_the_fault(bytes(body))
    expected = sound_records(bytes(body))
    if expected is not None:
        assert error is None or "amid the records" in str(error) or "PMID" in str(error) or "no Article" in str(error)
        assert items == expected[: len(items)]
        assert error is not None or items == expected
    else:
        assert error is not None
    for item in items:
        assert isinstance(item, Document | Deletion)
        if isinstance(item, Document):
            assert item.sections[-1].end == len(item.text)


def sound_records(body: bytes) -> list[Any] | None:
    """The records by the tree alone up to one that cannot be read; None for what is not well-formed."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False))
    except (etree.XMLSyntaxError, ValueError):
        return None
    found: list[Any] = []
    if root.tag == "PubmedArticleSet" and next(root.iter(etree.Entity), None) is None:
        try:
            for child in root.iterchildren(*pubmed_tree.RECORDS, *pubmed_tree.DELETIONS):
                found += pubmed_tree.read_element(child)
        except ContentError:
            pass
        return found
    return None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_a_cut_set_gives_its_whole_records_and_one_error(length: int) -> None:
    body = few()[: length % len(few())]
    items, error = until_the_fault(body)
    assert items == read(few())[: len(items)]
    assert len(items) == body.count(b"</PubmedArticle>")
    assert isinstance(error, AnswerError)


# The real records, where they are.


def words_outside_formulas(element: Any) -> list[str]:
    """The stretches of text below *element* that stand in no formula, without white space and carets."""
    if element is None:
        return []
    for formula in list(element.iter("{http://www.w3.org/1998/Math/MathML}math")):
        tail, formula.tail = formula.tail, None
        formula.clear()
        formula.text, formula.tail = "\uf8ff", tail
    return "".join("".join(element.itertext()).split()).replace("^", "").split("\uf8ff")


@pytest.mark.shared
def test_every_real_record_is_read_with_all_its_words(shared: Path) -> None:
    for found in walk([shared / "data" / "pubmed_xml"]):
        if found.kind != kinds.PUBMED_XML:
            continue
        with found.open() as stream:
            root = etree.fromstring(stream.read(), etree.XMLParser(huge_tree=True, resolve_entities=False))
        records = [root, *root.iterchildren()] if root.tag != "PubmedArticleSet" else list(root.iterchildren())
        records = [one for one in records if one.tag in ("PubmedArticle", "PubmedBookArticle")]
        items = list(found.read())
        documents = [item for item in items if isinstance(item, Document)]
        assert len(documents) == len(records), found.path
        assert len(items) - len(documents) == len(root.findall("DeleteCitation/PMID")), found.path
        for record, document in zip(records, documents, strict=True):
            where = "BookDocument" if record.tag == "PubmedBookArticle" else "MedlineCitation/Article"
            assert document.doc_id == f"pubmed:{record.findtext('.//PMID')}"
            elements = [record.find(f"{where}/ArticleTitle"), record.find(f"{where}/VernacularTitle")]
            elements += record.findall(f"{where}/Abstract/AbstractText")
            elements += record.findall("*/OtherAbstract/AbstractText")
            text = "".join(document.text.split()).replace("^", "")
            lost = [words for one in elements for words in words_outside_formulas(one) if words not in text]
            assert [words for words in lost if words != "[NotAvailable]."] == [], (found.path, document.doc_id)
            assert "\n".join(document.text[one.start : one.end] for one in document.sections) == document.text


@pytest.mark.shared
def test_the_scan_equals_the_tree_on_every_real_record(shared: Path) -> None:
    for path in sorted((shared / "data" / "pubmed_xml").rglob("*.xml*")):
        body = path.read_bytes()
        if path.suffix == ".gz":
            body = gzip.decompress(body)
        if b"<PubmedArticle>" not in body:
            continue
        for raw in ordinary(body):
            scanned = pubmed_scan.scan(raw)
            if scanned is not None:
                (expected,) = pubmed_tree.read_element(etree.fromstring(raw.strip() + b"</PubmedArticle>"))
                assert scanned == expected, (path, scanned.doc_id)
