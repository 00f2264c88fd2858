"""PDFs: each ends in a named state, the reader survives all of them, and what is read is read right.

The faults bear the numbers of the fault list (P01 to P29) in their ids.
"""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import broken_pdfs as broken
import pytest
from broken_pdfs import HOLDS_PROSE, PROSE
from conftest import Gtminer
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from gtminer.documents import pdf, regulatory
from gtminer.documents.pdf import PdfReader, describe, page_of, pages_without_text
from gtminer.documents.pdf_states import READABLE, State, is_garbled
from gtminer.documents.pdf_text import raise_mark
from gtminer.documents.pdf_worker import Limits
from gtminer.model import Document
from gtminer.pipeline.importing import Import
from gtminer.pipeline.reports import ReportOptions, kinds_of_reports
from gtminer.store.database import Store

CORPUS = Path(pdf.__file__).parents[1] / "standin" / "corpus" / "pdf"
WHOLE = broken.written([PROSE] * 3)
SMALL = Limits(memory=400 << 20, seconds=2.0, seconds_a_page=0.1)


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader() as one:
        yield one


def said(reader: PdfReader, content: bytes) -> str:
    """The state of a file in words."""
    read = reader.examine(content, name="file")
    return describe(read.document, read.reason)


def test_whole_file_is_read(reader: PdfReader) -> None:
    document = reader.read(WHOLE, name="file")
    assert (document.state, document.pages, document.text.count(HOLDS_PROSE)) == ("ok", 3, 3)


# -- files that cannot be read ---------------------------------------------------------------------------------

AGAIN = "get the file again"
OCR = "run text recognition (OCR), import the result"
UNREADABLE = {
    "P01-zero-bytes": (b"", f"not_pdf: the file is empty; {AGAIN}"),
    "P02-html": (b"<!DOCTYPE html><html>429</html>", f"not_pdf: this is a web page (HTML), not a PDF; {AGAIN}"),
    "P02-gzip": (b"\x1f\x8b\x08\x00....", f"not_pdf: this is a gzip file, not a PDF; {AGAIN}"),
    "P03-cut-half": (WHOLE[:1400], f"truncated: the file is cut: no end mark in its 1,400 bytes; {AGAIN}"),
    "P04-cut-tail": (WHOLE[:-60], f"truncated: the file is cut: no end mark in its {len(WHOLE) - 60:,} bytes; {AGAIN}"),
    "P08-linearized-cut": (
        broken.linearized(cut=True),
        f"truncated: the file is cut: 6,007 of the 12,000 bytes that it says it has; {AGAIN}",
    ),
    "P10-encrypted-user": (
        broken.locked_for_users(), "encrypted: the file is locked with a password; remove it and import the file",
    ),
    "P14-circular-page-tree": (broken.looping_pages(), "crash: none of its pages could be read; try another copy"),
    "P14-nested-arrays": (broken.deep_arrays(), f"no_text: none of its pages holds text; {OCR}"),
    "P17-cid-text": (broken.without_codes(), f"garbled: 1 of 1 pages hold characters without sense; {OCR}"),
    "P18-wrong-tounicode": (broken.with_wrong_codes(), f"garbled: 1 of 1 pages hold characters without sense; {OCR}"),
    "P19-scanned": (broken.scanned(), f"no_text: none of its pages holds text; {OCR}"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), UNREADABLE.values(), ids=list(UNREADABLE))
def test_unreadable_file_ends_in_a_named_state_and_one_line(reader: PdfReader, content: bytes, words: str) -> None:
    assert said(reader, content) == words


@pytest.mark.parametrize(("content", "words"), UNREADABLE.values(), ids=list(UNREADABLE))
def test_unreadable_file_gives_no_text(reader: PdfReader, content: bytes, words: str) -> None:
    document = reader.read(content, name="file")
    assert (document.text, [section.kind for section in document.sections]) == ("file", ["title"])


# -- files that are odd and can be read ------------------------------------------------------------------------

READABLE_FILES = {
    "P05-no-eof": (broken.without_end(), "ok: 1 page", 1),
    "P06-bad-xref": (broken.bad_places(), "ok: 1 page", 1),
    "P07-junk-before": (b"HTTP junk\r\n\r\n" + WHOLE, "ok: 3 pages", 3),
    "P08-linearized-whole": (broken.linearized(cut=False), "ok: 8 pages", 8),
    "P09-hole": (broken.with_hole(), "partial: 3 pages; 1 without text (2)", 2),
    "P11-encrypted-owner": (broken.locked_for_change(), "ok: 1 page", 1),
    "P14-prev-loop": (broken.looping_tables(), "ok: 1 page", 1),
    "P20-one-page-corrupt-stream": (broken.spoiled_page(), "ok: 3 pages; 1 without text (2)", 2),
}


@pytest.mark.parametrize(("content", "words", "times"), READABLE_FILES.values(), ids=list(READABLE_FILES))
def test_odd_file_is_read_as_far_as_it_can_be(reader: PdfReader, content: bytes, words: str, times: int) -> None:
    document = reader.read(content, name="file")
    assert (describe(document), document.text.count(HOLDS_PROSE)) == (words, times)


# -- files that attack the reader ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(broken.nested_forms(), id="P12-xobject-bomb"),
        pytest.param(broken.flate_bomb(900), id="P13-flate-bomb"),
    ],
)
def test_bomb_is_stopped_by_a_limit_and_the_next_file_is_read(content: bytes) -> None:
    with PdfReader(SMALL) as one:
        state = one.read(content, name="bomb").state
        after = one.read(WHOLE, name="file").state
    assert (state in ("timeout", "memory"), after) == (True, "ok")


@pytest.fixture
def sabotaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does what a file says: EXIT, SEGFAULT and HANG on its first page, PAGE2 on its second."""
    (tmp_path / "sitecustomize.py").write_text(
        textwrap.dedent("""
        import os, signal, time
        from pathlib import Path
        from gtminer.documents import pdf_read

        real = pdf_read.read

        def read(path, progress, skip=(), with_tables=True):
            content = Path(path).read_bytes()
            def hear(page, pages):
                progress(page, pages)
                if page == 1 and b"%EXIT" in content:
                    os._exit(7)
                if page == 1 and b"%SEGFAULT" in content or page == 2 and b"%PAGE2" in content:
                    os.kill(os.getpid(), signal.SIGSEGV)
                if page == 1 and b"%HANG" in content:
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    while True:
                        time.sleep(1)
            return real(path, hear, skip, with_tables)

        pdf_read.read = read
        """)
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.usefixtures("sabotaged")
@pytest.mark.parametrize(
    ("order", "words"),
    [
        pytest.param(b"%EXIT", "crash: the reader died of it (an exit); try another copy", id="P15-exit"),
        pytest.param(b"%SEGFAULT", "crash: the reader died of it (SIGSEGV); try another copy", id="P15-segfault"),
        pytest.param(b"%HANG", "timeout: no end after 1.1 seconds; try another copy", id="P16-ignores-sigterm"),
    ],
)
def test_worker_that_dies_or_hangs_costs_one_file_only(order: bytes, words: str) -> None:
    one_page = broken.written([PROSE])
    with PdfReader(Limits(seconds=1.0, seconds_a_page=0.1)) as one:
        assert (said(one, one_page + order), said(one, one_page)) == (words, "ok: 1 page")


@pytest.mark.usefixtures("sabotaged")
def test_page_that_kills_the_worker_is_left_out_and_the_others_are_read() -> None:
    """P15."""
    with PdfReader() as one:
        document = one.read(WHOLE + b"%PAGE2", name="file")
    assert (describe(document), document.text.count(HOLDS_PROSE)) == ("partial: 3 pages; 1 without text (2)", 2)


def test_two_thousand_pages_are_read_in_bounded_memory() -> None:
    """P21."""
    program = textwrap.dedent("""
        import resource, sys
        sys.path.insert(0, sys.argv[1])
        import broken_pdfs
        content = broken_pdfs.written([broken_pdfs.PROSE] * 2000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        from gtminer.documents.pdf import PdfReader, describe
        with PdfReader() as reader:
            print(describe(reader.read(content, name="file")))
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(own - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    """)
    done = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parent)], capture_output=True, text=True, check=True
    )
    line, figures = done.stdout.splitlines()
    grown, worker = (int(figure) // 1024 for figure in figures.split())
    assert (line, grown < 100, worker < 250) == ("ok: 2000 pages", True, True)


def test_pickle_beside_a_file_is_not_run(tmp_path: Path, reader: PdfReader, monkeypatch: pytest.MonkeyPatch) -> None:
    """P27."""
    content, pickled = broken.evil_map(str(tmp_path / "owned"))
    (tmp_path / "evil.pdf").write_bytes(content)
    (tmp_path / "evil.pickle.gz").write_bytes(pickled)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CMAP_PATH", str(tmp_path))
    document = reader.read(tmp_path / "evil.pdf")
    assert (document.state, (tmp_path / "owned").exists()) == ("ok", False)


# -- text ------------------------------------------------------------------------------------------------------


def page_text(reader: PdfReader, name: str, page: int) -> list[str]:
    document = reader.read(CORPUS / f"{name}.pdf")
    return [document.text[s.start : s.end] for s in document.sections if s.page == page and s.end > s.start]


def test_columns_are_read_one_after_the_other_and_broken_words_are_joined(reader: PdfReader) -> None:
    """P22, P23: `metho-/trexate` stands elsewhere in one word."""
    assert page_text(reader, "antiquagen-scientific-discussion", 2)[1:] == [
        "In a randomised study, 123 patients were assigned to Antiquagen or methotrexate. Median survival did not "
        "differ between the arms.\nClinical safety\n"
        "Fever was seen in 52% of patients given Antiquagen and in 18% of patients in the methotrexate arm. Injection "
        "site pain occurred in 32 patients (26%). Thrombocytopenia of grade 3 was observed in two patients given "
        "Antiquagen and in 11 given methotrexate. There were no treatment-related deaths.",
    ]


def drawn(tmp_path: Path, *rows: tuple[float, float, float, str], pages: int = 1, font: str = "Helvetica") -> Path:
    """A file with each row's text at (x, y) in a size, on each of *pages* pages."""
    path = tmp_path / "drawn.pdf"
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    for number in range(1, pages + 1):
        for x, y, size, text in rows:
            canvas.setFont(font, size)
            canvas.drawString(x, y, text.replace("#", str(number)))
        canvas.showPage()
    canvas.save()
    return path


def test_hyphens_of_names_stay_where_a_line_breaks(tmp_path: Path, reader: PdfReader) -> None:
    """P23: a hyphen goes only where the word stands elsewhere without it."""
    first = "The product is made of the capsid of the serotype that is known as AAV-"
    second = "9 and was given to all of them; in one of them there was an anti-"
    path = drawn(tmp_path, (72, 700, 11, first), (72, 686, 11, second), (72, 672, 11, "drug antibody."))
    assert reader.read(path).text == "drawn\n" + first + second + "drug antibody."


def test_ligatures_and_glyphs_become_characters(tmp_path: Path, reader: PdfReader) -> None:
    """P24."""
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    path = drawn(tmp_path, (72, 700, 11, "The ﬁrst sign of inﬂammation ≥ 3 µg"), font="Vera")
    assert reader.read(path).text == "drawn\nThe first sign of inflammation ≥ 3 µg"


def test_running_heads_and_page_numbers_go_and_repeated_cells_stay(tmp_path: Path, reader: PdfReader) -> None:
    """P25."""
    path = drawn(
        tmp_path,
        (72, 810, 8, "Assessment report"), (72, 40, 8, "EMA/990101/2023"), (480, 40, 8, "Page #/3"),
        (72, 700, 11, "Pyrexia was seen in # patients."), (72, 600, 11, "Grade 3"),
        pages=3,
    )  # fmt: skip
    assert reader.read(path).text == "drawn\n" + "\n".join(
        f"Pyrexia was seen in {number} patients.\nGrade 3" for number in (1, 2, 3)
    )


def test_foot_that_changes_in_the_middle_is_taken_off_too(tmp_path: Path, reader: PdfReader) -> None:
    """P25: a template's error stands before the page number of some pages."""
    path = tmp_path / "drawn.pdf"
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    for number in range(1, 11):
        canvas.drawString(72, 700, f"Pyrexia was seen in {number} patients.")
        canvas.drawString(72, 50, "Assessment report")
        canvas.drawString(72, 40, f"{'' if number < 8 else 'Error! No such property. '}Page {number}/10")
        canvas.showPage()
    canvas.save()
    text = "\n".join(f"Pyrexia was seen in {number} patients." for number in range(1, 11))
    assert reader.read(path).text == f"drawn\n{text}"


def test_control_characters_do_not_reach_the_text(reader: PdfReader) -> None:
    """P26."""
    assert reader.read(broken.with_controls(), name="file").text == "file\nbefore ]0;owned after"


@pytest.mark.parametrize(
    ("base", "mark", "added"),
    [
        ("1.1 x 10", "14", "^14"), ("10", "-5", "^-5"), ("per m", "2", "^2"), ("mCi/m", "2 177", "^2 177"),
        ("CD4", "+", "+"),
        ("the 5", "th", "th"), ("Tachycardia", "b", ""), ("Coagulopathy", "a, c", ""), ("neutropenia", "#", ""),
        ("Zolgensma", "TM", "™"), ("labelled with (", "177", "177"), ("of ", "123", "123"),
    ],
)  # fmt: skip
def test_raised_marks_are_powers_or_footnotes(base: str, mark: str, added: str) -> None:
    assert raise_mark(base, mark) == added


def test_raised_digits_and_footnote_marks_come_out_right(tmp_path: Path, reader: PdfReader) -> None:
    dose, event = "A dose of 1.1 x 10", "Tachycardia"
    after_dose = 72 + pdfmetrics.stringWidth(dose, "Helvetica", 11)
    after_event = 72 + pdfmetrics.stringWidth(event, "Helvetica", 11)
    path = drawn(
        tmp_path, (72, 700, 11, dose), (after_dose, 704, 6.5, "14"), (after_dose + 8, 700, 11, " vg/kg was given."),
        (72, 660, 11, event), (after_event, 664, 6.5, "b"), (after_event + 4, 660, 11, " was seen."),
    )  # fmt: skip
    assert reader.read(path).text == "drawn\nA dose of 1.1 x 10^14 vg/kg was given.\nTachycardia was seen."


def test_raised_digits_drawn_one_by_one_are_one_mark(tmp_path: Path, reader: PdfReader) -> None:
    """Else a `1` with `77` raised behind it reads as a power, and of three references the commas stay."""
    isotope, event = "labelled with ", "In 3 of them cough"
    at, behind = (72 + pdfmetrics.stringWidth(text, "Helvetica", 11) for text in (isotope, event))
    path = drawn(
        tmp_path,
        (72, 700, 11, isotope), (at, 704, 6.5, "1"), (at + 3.6, 704, 6.5, "77"), (at + 10.8, 700, 11, "Lu, once."),
        (72, 660, 11, event), (behind, 664, 6.5, "7"), (behind + 3.6, 664, 6.5, ","), (behind + 5.4, 664, 6.5, "8"),
        (behind + 9, 660, 11, " was seen."),
    )  # fmt: skip
    assert reader.read(path).text == "drawn\nlabelled with 177Lu, once.\nIn 3 of them cough was seen."


def test_stamp_of_withdrawn_products_leaves_no_letter(reader: PdfReader) -> None:
    document = reader.read(CORPUS / "nullivec-epar.pdf")
    lone = [line for line in document.text.split("\n") if len(line) == 1]
    assert (lone, "no longer authorised" in document.text.casefold()) == ([], False)


def test_sections_know_their_page_and_every_offset_has_one(reader: PdfReader) -> None:
    document = reader.read(CORPUS / "fictacel-epar.pdf")
    at = document.text.index("Median follow-up was 14.1 months")
    section = next(section for section in document.sections if section.start <= at < section.end)
    assert (section.kind, section.heading, section.page, page_of(document, at)) == (
        "clinical_safety", "Patient exposure", 4, 4,
    )  # fmt: skip


def test_contents_and_abbreviations_are_told_apart(reader: PdfReader) -> None:
    document = reader.read(CORPUS / "fictacel-epar.pdf")
    kinds = {section.kind for section in document.sections}
    words = "CRS cytokine release syndrome"
    holder = next(s.kind for s in document.sections if words in document.text[s.start : s.end])
    assert ({"toc", "abbreviations"} <= kinds, holder) == (True, "abbreviations")


def test_sense_is_not_taken_for_nonsense() -> None:
    french = "Les effets indésirables les plus fréquents sont la fièvre et les maux de tête chez les patients. " * 4
    figures = "12 (3.4) 15 (5.6) 0 1 (0.2) " * 20
    assert [is_garbled(text) for text in (PROSE, french, figures, "Anaemia 4\nRash 5")] == [False] * 4


# -- what a document says it is --------------------------------------------------------------------------------

PLACES = {
    "antiquagen-scientific-discussion": ("ema", "scientific-discussion", "Antiquagen"),
    "examplema-epar": ("ema", "assessment-report", "Examplema"),
    "fictacel-approval-letter": ("fda", "approval-letter", "fictacabtagene"),
    "fictacel-clinical-review": ("fda", "clinical-review", "Fictacel"),
    "fictacel-package-insert": ("fda", "package-insert", "Fictacel"),
    "fictacel-product-information": ("ema", "smpc", "Fictacel"),
    "fictacel-sbra": ("fda", "sbra", "Fictacel"),
    "fictacel-variation": ("ema", "variation-report", "Fictacel"),
    "imaginzo-epar": ("ema", "assessment-report", "Imaginzo"),
    "refusomel-epar": ("ema", "assessment-report", "Refusomel"),
}


@pytest.mark.parametrize("name", PLACES)
def test_source_kind_and_product_are_guessed_from_the_first_pages(reader: PdfReader, name: str) -> None:
    found = reader.examine(CORPUS / f"{name}.pdf").guess
    assert (found.source, found.kind, found.product) == PLACES[name]


def test_an_old_scientific_discussion_is_known_by_its_headings_where_only_its_foot_names_the_agency() -> None:
    text = "SCIENTIFIC DISCUSSION\n1. Introduction\nThis disease is rare.\n2. Quality aspects\nVials of 1 ml."
    found = regulatory.guess(text)
    assert (found.source, found.kind) == ("ema", "scientific-discussion")


def test_text_of_nobody_is_guessed_to_be_nobodys() -> None:
    assert regulatory.guess("A letter about the weather.") == regulatory.Guess()


def test_the_bound_numbers_are_those_of_pdfium() -> None:
    import pypdfium2.raw as pdfium

    from gtminer.documents import pdf_calls as calls

    assert (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY) == (calls.ERR_PASSWORD, calls.ERR_SECURITY)
    assert (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM) == (
        calls.PATH,
        calls.IMAGE,
        calls.FORM,
    )
    assert (pdfium.FPDF_SEGMENT_LINETO, pdfium.FPDF_SEGMENT_MOVETO) == (calls.LINE_TO, calls.MOVE_TO)


# -- import ----------------------------------------------------------------------------------------------------


def imported(store: Store, *paths: Path, **said: str) -> Import:
    work = Import(store, reports=ReportOptions(**said))
    work.read(paths)
    return work


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "cache" / "gtminer.sqlite", create=True) as one:
        yield one


def documents(store: Store) -> list[Document]:
    return [document for _, document in store.documents()]


def test_import_places_a_report_by_its_text_and_says_so(gtminer: Gtminer) -> None:
    path = CORPUS / "fictacel-epar.pdf"
    assert gtminer("import", "--no-tag", str(path)) == (
        0,
        "",
        f"{path}: ema:fictacel/assessment-report; ok: 7 pages; adverse-event tables: 1 parsed, 1 picture; source, "
        "product, kind guessed from its text\nimported 1 document: 1 new, 0 changed, 0 unchanged\n",
    )


def test_import_takes_what_the_user_says(store: Store) -> None:
    path = CORPUS / "nullivec-product-information.pdf"
    imported(store, path, source="fda", product="Kymriah", kind="label", url="https://example.org/label.pdf")
    (document,) = documents(store)
    assert document.provenance is not None
    assert (document.doc_id, document.product, document.regulator, document.provenance.url) == (
        "fda:kymriah/label", "kymriah", "FDA", "https://example.org/label.pdf",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--kind", "SMPCs"], "--kind: unknown value 'SMPCs'; did you mean 'smpc'?"),
        (["--kind", "a/../b"], f"--kind: unknown value 'a/../b'; choose one of: {', '.join(kinds_of_reports())}"),
        (["--url", "example.org"], "--url: 'example.org' is no address; write it as https://..."),
        (["--product", " ! "], "--product: ' ! ' is no name; write a brand, an INN or a product id"),
    ],
)
def test_import_refuses_what_cannot_be_of_a_report(gtminer: Gtminer, options: list[str], message: str) -> None:
    path = str(CORPUS / "nullivec-product-information.pdf")
    assert gtminer("import", path, *options) == (2, "", f"gtminer: {message}\n")


def test_one_address_is_of_one_file(gtminer: Gtminer) -> None:
    path = str(CORPUS / "nullivec-product-information.pdf")
    assert gtminer("import", path, path, "--url", "https://example.org/a.pdf") == (
        2, "", "gtminer: --url is the address of one file; import the files one by one\n",
    )  # fmt: skip


def test_a_product_that_is_nearly_a_known_one_is_asked_about(gtminer: Gtminer) -> None:
    path = str(CORPUS / "nullivec-product-information.pdf")
    code, out, err = gtminer("import", "--no-tag", "--product", "Kimriah", "--kind", "SmPC", path)
    assert (code, out, err.splitlines()[0]) == (
        0, "", "warning: --product: 'Kimriah' is not in the product table; did you mean 'Kymriah'?",
    )  # fmt: skip
    assert "ema:kimriah/smpc-nullivec" not in err
    assert "ema:kimriah/smpc;" in err


def test_a_report_that_takes_the_place_of_another_one_is_told(gtminer: Gtminer) -> None:
    first, second = CORPUS / "fictacel-product-information.pdf", CORPUS / "nullivec-product-information.pdf"
    said = ["--no-tag", "--source", "ema", "--product", "Kymriah", "--kind", "smpc"]
    gtminer("import", *said, str(first))
    code, out, err = gtminer("import", *said, str(second))
    assert (code, out, err.splitlines()[1:]) == (
        0,
        "",
        [
            f"warning: ema:kymriah/smpc: {second.name} takes the place of {first.name}, since it was read later; which "
            "is the newer one they do not say; 'gtminer show ema:kymriah/smpc --earlier 1' shows the other",
            "imported 1 document: 0 new, 1 changed, 0 unchanged",
        ],
    )
    assert gtminer("import", *said, str(second)).err.splitlines()[1:] == [
        "imported 1 document: 0 new, 0 changed, 1 unchanged"
    ]


def edition_of(folder: Path, day: str, revised: str = "") -> Path:
    """A product information made on *day* (YYYYMMDD), with a date of revision on its first page."""
    path = folder / f"edition-{day}.pdf"
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.drawString(72, 700, "SUMMARY OF PRODUCT CHARACTERISTICS")
    canvas.drawString(72, 660, f"Pyrexia was seen in patients by {day}. {revised}")
    canvas.save()
    path.write_bytes(path.read_bytes().replace(b"(D:20000101", f"(D:{day}".encode()))
    return path


@pytest.mark.parametrize(("newer", "older"), [("", ""), ("Revised: 05/2024", "Revised: 04/2024")])
def test_an_older_edition_does_not_take_the_place_of_a_newer_one(
    gtminer: Gtminer, tmp_path: Path, newer: str, older: str
) -> None:
    # Where both bear a date it decides: the file of the older one was made last.
    days = ("20180721", "20221007") if newer else ("20221007", "20180721")
    first, second = edition_of(tmp_path, days[0], newer), edition_of(tmp_path, days[1], older)
    said = ["--no-tag", "--source", "ema", "--product", "Kymriah", "--kind", "smpc"]
    gtminer("import", *said, str(first))
    dates = ("2024-04", "2024-05") if newer else ("2018-07-21", "2022-10-07")
    lines = [
        f"warning: ema:kymriah/smpc: {second.name} ({dates[0]}) is older than {first.name} ({dates[1]}), which stays; "
        "'gtminer show ema:kymriah/smpc --earlier 1' shows the older one",
        "imported 1 document: 0 new, 0 changed, 1 unchanged",
    ]
    assert gtminer("import", *said, str(second)).err.splitlines()[1:] == lines
    assert f"by {days[0]}" in gtminer("show", "ema:kymriah/smpc", "--text").out
    assert f"by {days[1]}" in gtminer("show", "ema:kymriah/smpc", "--earlier", "1").out
    assert gtminer("import", *said, str(second)).err.splitlines()[1:] == lines[1:]


def test_a_newer_edition_takes_the_place_of_an_older_one(gtminer: Gtminer, tmp_path: Path) -> None:
    first, second = edition_of(tmp_path, "20180721"), edition_of(tmp_path, "20221007")
    said = ["--no-tag", "--source", "ema", "--product", "Kymriah", "--kind", "smpc"]
    assert gtminer("import", *said, str(first), str(second)).err.splitlines()[2] == (
        f"warning: ema:kymriah/smpc: {second.name} takes the place of {first.name}, which is older (2018-07-21, "
        "2022-10-07); 'gtminer show ema:kymriah/smpc --earlier 1' shows the other"
    )


def test_import_keeps_letters_and_variations_apart(store: Store) -> None:
    imported(store, *(CORPUS / f"fictacel-{name}.pdf" for name in ("variation", "epar", "product-information", "sbra")))
    assert sorted(document.doc_id for document in documents(store)) == [
        "ema:fictacel/assessment-report", "ema:fictacel/smpc", "ema:fictacel/variation-report-ii-0007",
        "fda:fictacel/sbra",
    ]  # fmt: skip


def test_import_names_each_unreadable_file_and_keeps_the_others(gtminer: Gtminer, tmp_path: Path) -> None:
    (tmp_path / "locked.pdf").write_bytes(broken.locked_for_users())
    (tmp_path / "page.pdf").write_bytes(b"<html>not found</html>")
    (tmp_path / "poem.pdf").write_bytes(broken.written(["Of the weather and the sea we sing today. "]))
    (tmp_path / "report.pdf").write_bytes((CORPUS / "imaginzo-sbra.pdf").read_bytes())
    outcome = gtminer("import", "--no-tag", "locked.pdf", "page.pdf", "poem.pdf", "report.pdf")
    assert (outcome.code, outcome.out, outcome.err.splitlines()) == (
        3,
        "",
        [
            "report.pdf: fda:imaginzo/sbra; ok: 1 page; adverse-event tables: 1 parsed; source, product, kind guessed "
            "from its text",
            "warning: locked.pdf: encrypted: the file is locked with a password; remove it and import the file",
            "warning: page.pdf: not_pdf: an HTML page, not a PDF; get the file again",
            "warning: poem.pdf: ok, but left out: its first pages name neither EMA nor FDA; if it is theirs, import it "
            "with --source ema|fda --product NAME --kind KIND",
            "gtminer: imported 1 document: 1 new, 0 changed, 0 unchanged; 2 files could not be read to the end; "
            "1 PDF of no known regulator left out",
        ],
    )


def test_same_bytes_under_two_names_are_read_once(store: Store, tmp_path: Path) -> None:
    """P28."""
    for name in ("one.pdf", "two.pdf"):
        (tmp_path / name).write_bytes((CORPUS / "imaginzo-epar.pdf").read_bytes())
    work = imported(store, tmp_path / "one.pdf", tmp_path / "two.pdf")
    assert (work.result.new, work.result.unchanged, work.result.notes[1]) == (
        1, 1, f"{tmp_path / 'two.pdf'}: the same file as ema:imaginzo/assessment-report; read once",
    )  # fmt: skip


def test_same_bytes_under_another_name_later_are_the_document_that_is_stored(store: Store, tmp_path: Path) -> None:
    """P28: letters that name no product are called by their file, and a copy of the file has another name."""
    letter = broken.written(["Complete response letter. Dear applicant: we have reviewed your application. "])
    ids = []
    for name in ("letter.pdf", "letter (1).pdf"):
        (tmp_path / name).write_bytes(letter)
        work = imported(store, tmp_path / name)
        ids.append((work.result.new, work.result.unchanged, [document.doc_id for document in documents(store)]))
    one = ["fda:letter/complete-response-letter"]
    assert ids == [(1, 0, one), (0, 1, one)]


def test_a_report_whose_product_is_told_later_stays_one_document(store: Store, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(
        broken.written(["Complete response letter. Dear applicant: we have reviewed your application. "])
    )
    imported(store, letter)
    imported(store, letter, product="Kymriah")
    [document] = documents(store)
    assert (document.doc_id, document.product) == ("fda:letter/complete-response-letter", "kymriah")


def test_known_failure_is_not_read_again_before_the_reader_is_a_better_one(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P29: failures are remembered by the bytes and the version of the reader."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(broken.scanned())
    first = imported(store, path).result.broken
    again = imported(store, path).result.broken
    monkeypatch.setattr(pdf, "PARSER_VERSION", "pdf-better")
    better = imported(store, path).result.broken
    (owed,) = store.pending("import")
    reason = f"{path}: no_text: none of its pages holds text; {OCR}"
    assert (first, again, better, owed.tries, owed.parser) == (
        [reason], [f"{reason} (known since {owed.first_at[:10]})"], [reason], 2, "pdf-better",
    )  # fmt: skip


def test_text_that_a_better_reader_reads_otherwise_is_a_new_version(store: Store) -> None:
    """P29."""
    path = CORPUS / "imaginzo-epar.pdf"
    imported(store, path)
    (document,) = documents(store)
    store.put([document._replace(text=document.text + "\nmore", sections=document.sections)])
    assert len(store.versions(document.doc_id)) == 1


# -- real files ------------------------------------------------------------------------------------------------


def kilobytes(name: str) -> int:
    """Return what the kernel says of this process's memory."""
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if name in line)


@pytest.mark.shared
def test_every_real_and_odd_file_ends_in_a_named_state(shared: Path, reader: PdfReader) -> None:
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew: tests before this one may have needed more
    before = kilobytes("VmRSS")
    found = {path.name: reader.read(path) for path in sorted((shared / "data/regulatory/pdf").rglob("*.pdf"))}
    states = {name: State(document.state) for name, document in found.items()}
    empty = [name for name, document in found.items() if states[name] in READABLE and len(document.sections) < 2]
    assert (len(found) > 70, empty) == (True, [])
    assert kilobytes("VmHWM") - before < 500 * 1024


@pytest.mark.shared
def test_label_of_which_others_see_little_is_read_whole(shared: Path, reader: PdfReader) -> None:
    (path,) = (shared / "data/regulatory/pdf/fda_labels").glob("*.pdf")
    document = reader.read(path)
    assert (len(document.text) > 200_000, pages_without_text(document)) == (True, ())


@pytest.mark.shared
def test_stamped_report_has_no_stray_letter(shared: Path, reader: PdfReader) -> None:
    (path,) = (shared / "data/regulatory/pdf/ema_epar").glob("*zalmoxis*")
    document = reader.read(path)
    stray = [line for line in document.text.split("\n") if len(line) == 1 and line.isalpha()]
    wrong = [word for word in ("treatmient", "stelection", "/t0000") if word in document.text]
    # The one is a cell of the report, "DFS/PF|S", broken by its width.
    assert (stray, wrong, "no longer authorised" in document.text) == (["S"], [], False)


@pytest.mark.shared
@pytest.mark.skipif(not any(Path(p, "pdftotext").exists() for p in os.get_exec_path()), reason="needs pdftotext")
def test_text_is_as_long_as_that_of_pdftotext(shared: Path) -> None:
    benchmark = Path(__file__).parents[1] / "benchmarks" / "pdf.py"
    reports = sorted((shared / "data/regulatory/pdf/ema_epar").glob("*.pdf"))
    done = subprocess.run(
        [sys.executable, benchmark, "length", *reports], capture_output=True, text=True, check=True, env=os.environ
    )
    off = [line for line in done.stdout.splitlines() if line.endswith("3 % off")]
    assert (len(done.stdout.splitlines()), off) == (len(reports), [])
