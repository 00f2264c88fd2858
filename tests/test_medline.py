"""MEDLINE text (.nbib): every record and field, however lines are wrapped; one line for what is something else."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pubmed_records import parts

from gtminer.documents import kinds, medline
from gtminer.documents.files import walk
from gtminer.errors import ContentError
from gtminer.model import Author, Document, Link, MeshHeading, Qualifier

RECORD = """
PMID- 99000001
OWN - NLM
STAT- MEDLINE
IS  - 0000-0101 (Electronic)
DP  - 2021 Nov-Dec
TI  - A title that is wrapped
      over two lines.
LID - 10.1000/invented.1 [doi]
LID - S0000 [pii]
AB  - BACKGROUND: One thing. NOT A
      LABEL: text. RESULTS: 5 x 10(13) vg/kg.
FAU - Sample, Alpha B
AU  - Sample AB
FAU - Mononym
AU  - Mononym
CN  - The Invented
      Study Group
LA  - spa
LA  - eng
PT  - Clinical Trial
PT  - Retracted Publication
TT  - Un t\u00edtulo.
JT  - Annals of Invented Gene Medicine
TA  - Ann Invent Gene Med
RN  - 0 (Factor IX (human))
RN  - 9007-49-2 (DNA)
MH  - *Hemophilia A/*therapy/genetics
MH  - Humans
OT  - *gene
      therapy
OT  - AAV8
RIN - Ann Invent Gene Med. 2022;1:2. PMID: 99000009
EIN - Ann Invent Gene Med. 2021;9:9
OAB - Publisher: Abstract available from the publisher.
OABL- chi
OAB - Resumen.
OABL- spa
AID - 10.1000/invented.1 [doi]
PMC - PMC99
SO  - Ann Invent Gene Med. 2021 Nov-Dec.
"""


def read(text: str | bytes) -> list[Document]:
    return list(medline.read(io.BytesIO(text.encode() if isinstance(text, str) else text)))


def test_a_record_keeps_every_field() -> None:
    (document,) = read(RECORD)
    assert document._replace(text="", sections=()) == Document(
        doc_id="pubmed:99000001",
        source="pubmed",
        title="A title that is wrapped over two lines.",
        text="",
        published="2021 Nov-Dec",
        date="2021-11",
        journal="Annals of Invented Gene Medicine",
        authors=(
            Author("Sample", "Alpha B"),
            Author("Mononym", ""),
            Author("The Invented Study Group", "", collective=True),
        ),
        doi="10.1000/invented.1",
        pmcid="PMC99",
        publication_types=("Clinical Trial", "Retracted Publication"),
        mesh_headings=(
            MeshHeading("Hemophilia A", "", True, (Qualifier("therapy", True), Qualifier("genetics", False))),
            MeshHeading("Humans", "", False),
        ),
        keywords=("gene therapy", "AAV8"),
        chemicals=("Factor IX (human)", "DNA"),
        languages=("spa", "eng"),
        links=(
            Link("ErratumIn", None, "Ann Invent Gene Med. 2021;9:9"),
            Link("RetractionIn", "99000009", "Ann Invent Gene Med. 2022;1:2."),
        ),
        state="medline text",
    )
    assert (document.is_retracted, document.retraction_pmid) == (True, "99000009")


def test_the_labels_in_an_abstract_part_its_sections() -> None:
    (document,) = read(RECORD)
    assert parts(document) == [
        ("title", "", "A title that is wrapped over two lines."),
        ("background", "BACKGROUND", "One thing. NOT A LABEL: text."),
        ("results", "RESULTS", "5 x 10(13) vg/kg."),
        ("vernacular_title", "", "Un t\u00edtulo."),
        ("other_abstract", "", "Resumen."),
    ]
    assert document.sections[-1].language == "spa"


@pytest.mark.parametrize("between", ["\n", "", "\n\n \n"], ids=["an empty line", "nothing", "more"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_records_are_parted_however_they_follow_each_other(between: str, end: str) -> None:
    text = f"PMID- 1\nTI  - One.\n{between}PMID- 2\nTI  - Two,\n      wrapped.\n\x1a"
    documents = read(text.replace("\n", end))
    assert [(one.doc_id, one.title) for one in documents] == [("pubmed:1", "One."), ("pubmed:2", "Two, wrapped.")]


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read(b"\xef\xbb\xbfPMID- 1\nTI  - One.\n") == read("PMID- 1\nTI  - One.\n")


def test_a_record_may_lack_everything_but_its_pmid() -> None:
    (document,) = read("PMID- 7\n")
    assert (document.doc_id, document.title, document.text, document.published) == ("pubmed:7", "", "", None)


def test_a_chapter_stands_in_its_book_and_a_book_for_itself() -> None:
    chapter, book = read(
        "PMID- 1\nCTDT- 2001/02/03\nBTI - All Genes\nTI  - One disorder\nDP  - 1999\n\n"
        "PMID- 2\nBTI - All Genes\nDP  - 1999\n"
    )
    assert (chapter.kind, chapter.title, chapter.journal, chapter.date) == (
        "book", "One disorder", "All Genes", "2001-02-03",
    )  # fmt: skip
    assert (book.kind, book.title, book.journal, book.date) == ("book", "All Genes", None, "1999")


@pytest.mark.parametrize(
    ("text", "count", "message"),
    [
        ("PMID- 1\nTI  - One.\n\nToo busy\n", 1, "line 4: neither a MEDLINE field nor its continuation: 'Too busy'"),
        ("PMID- 1\nTI  - One.\nToo busy\n", 0, "line 3: neither a MEDLINE field nor its continuation: 'Too busy'"),
        ("PMID- 1\nSO  - A.\n\nPMID- 2\nTI  - Cu", 1, "cut in the record of PMID 2; get the file again"),
        ("TI  - One.\n", 0, "line 1: the record does not begin with its PMID: 'TI  - One.'"),
        ("PMID- 1\n\nPMID- x\n", 1, "a record whose PMID is no number: 'x'"),
        (b"PMID- 1\nTI  - na\xefve\n", 0, "not UTF-8 text (byte 0xef); save it as UTF-8"),
        ("<html>", 0, "line 1: neither a MEDLINE field nor its continuation: '<html>'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(text: str | bytes, count: int, message: str) -> None:
    seen = []

    def read_all() -> None:
        for document in medline.read(io.BytesIO(text.encode() if isinstance(text, str) else text)):
            seen.append(document)

    with pytest.raises(ContentError) as error:
        read_all()
    assert (len(seen), str(error.value)) == (count, message)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_spoiled_text_gives_documents_or_one_error_never_a_crash(data: st.DataObject) -> None:
    text = bytearray((RECORD * 2).encode())
    start = data.draw(st.integers(0, len(text)))
    text[start : start + data.draw(st.sampled_from([0, 1, 30]))] = data.draw(st.binary(max_size=8))
    try:
        documents = read(bytes(text))
    except ContentError:
        return
    assert 1 <= len(documents) <= 3
    for document in documents:
        assert "\n".join(document.text[one.start : one.end] for one in document.sections) == document.text


@pytest.mark.shared
def test_every_real_record_is_there_with_its_title_and_abstract(shared: Path) -> None:
    count = 0
    for found in walk([shared / "data" / "abstracts", shared / "data" / "pubmed_xml" / "biopython"]):
        if found.kind == kinds.MEDLINE:
            raw = Path(found.path).read_text(encoding="utf-8-sig")
            documents = [item for item in found.read() if isinstance(item, Document)]
            assert [one.doc_id[7:] for one in documents] == [
                line[6:].strip() for line in raw.splitlines() if line.startswith("PMID- ")
            ]
            squeezed = "".join(raw.split())
            for document in documents:
                assert document.title, document.doc_id
                for start, end in [(one.start, one.end) for one in document.sections]:
                    assert "".join(document.text[start:end].split()) in squeezed, document.doc_id
            count += len(documents)
    assert count == 230
