"""Tables of adverse events in PDFs: every shape, every state, over page breaks, with offsets, and no word twice."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from gtminer.documents import pdf, table_words
from gtminer.documents.pdf import PdfReader, describe
from gtminer.documents.pdf_rules import Rule
from gtminer.documents.pdf_tables import Finder
from gtminer.documents.pdf_text import PageText, Segment
from gtminer.documents.pdf_worker import Limits
from gtminer.model import Document
from gtminer.model import Table as Found

CORPUS = Path(pdf.__file__).parents[1] / "standin" / "corpus" / "pdf"
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=13, spaceAfter=6)
PROSE = (
    "The safety of imaginogene testparvovec was studied in 58 patients, who were followed for two years after a single "
    "infusion. All of them had at least one event, and none of the events led to the end of the study for a patient."
)
HEADS = ["Preferred term", "Any grade n (%)", "Grade 3 n (%)"]
ROWS = [
    ["Headache", "21 (36.2)", "0"],
    ["Pyrexia", "7 (12.1)", "1 (1.7)"],
    ["Alanine aminotransferase increased", "14 (24.1)", "2 (3.4)"],
    ["Hypertension", "4 (6.9)", "1 (1.7)"],
]
Style = list[tuple[object, ...]]
GRID: Style = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
BOOKTABS: Style = [
    ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
    ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
    ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black),
]
CAPTION = "Table 7: Treatment-emergent adverse events by preferred term (N = 58)"


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader() as one:
        yield one


def report(path: Path, *flow: Flowable | str) -> Path:
    """A report of paragraphs and tables."""
    parts = [Paragraph(part, BODY) if isinstance(part, str) else part for part in flow]
    SimpleDocTemplate(str(path), pagesize=A4, invariant=1).build(parts)
    return path


def table(rows: list[list[str]], style: Style, widths: tuple[float, ...] = (220, 110, 110)) -> Table:
    cells = [[Paragraph(cell, BODY) if "<" in cell else cell for cell in row] for row in rows]
    return Table(cells, colWidths=widths, repeatRows=1, style=TableStyle([*style, ("FONTSIZE", (0, 0), (-1, -1), 9)]))


def in_prose(path: Path, rows: list[list[str]], style: Style) -> Path:
    """A report with one table between two paragraphs."""
    return report(path, PROSE, CAPTION, table(rows, style), Spacer(1, 9), PROSE)


def tuples(rows: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(map(tuple, rows))


def text_of(document: Document, one: Found) -> str:
    return document.text[one.start : one.end]


# -- shapes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", [GRID, BOOKTABS, []], ids=["ruled", "rules-above-and-below", "no-rules"])
def test_rows_are_read_with_and_without_rules(tmp_path: Path, reader: PdfReader, style: Style) -> None:
    document = reader.read(in_prose(tmp_path / "r.pdf", [HEADS, *ROWS], style))
    (found,) = document.tables
    assert (found.caption, found.page, found.state, found.rows) == (CAPTION, 1, "parsed", tuples([HEADS, *ROWS]))


@pytest.mark.parametrize("style", [GRID, BOOKTABS, []], ids=["ruled", "rules-above-and-below", "no-rules"])
def test_rows_stand_in_the_text_once_and_in_their_place(tmp_path: Path, reader: PdfReader, style: Style) -> None:
    document = reader.read(in_prose(tmp_path / "r.pdf", [HEADS, *ROWS], style))
    (found,) = document.tables
    assert text_of(document, found) == "\n".join(" | ".join(row) for row in [HEADS, *ROWS])
    assert document.text == f"r\n{PROSE}\n{CAPTION}\n{text_of(document, found)}\n{PROSE}"


def test_rows_are_a_section_of_their_own_with_the_page(tmp_path: Path, reader: PdfReader) -> None:
    document = reader.read(report(tmp_path / "r.pdf", PROSE, PageBreak(), CAPTION, table([HEADS, *ROWS], GRID)))
    (found,) = document.tables
    section = next(section for section in document.sections if section.start == found.start)
    assert (section.kind, section.heading, section.page, section.end) == ("adverse_event_table", CAPTION, 2, found.end)


SHAPES = {
    "class-frequency-reactions": ("fictacel-product-information", [
        ("Blood and lymphatic system disorders", "Very common", "Anaemia"),
        ("", "", "Neutropenia"), ("", "", "Thrombocytopenia"), ("", "", "Febrile neutropenia"),
        ("", "Common", "Coagulopathy"), ("", "", "Leukopenia"), ("", "Uncommon", "Pancytopenia"),
        ("Cardiac disorders", "Very common", "Tachycardia"),
    ]),
    "class-reaction-frequency": ("imaginzo-product-information", [
        ("Nervous system disorders", "Headache", "Very common"), ("", "Dizziness", "Very common"),
        ("", "Tremor", "Common"), ("Gastrointestinal disorders", "Nausea", "Very common"),
    ]),
    "list-below-classes": ("nullivec-product-information", [
        ("Very common:", "headache, fatigue"), ("Common:", "dizziness"),
        ("Respiratory, thoracic and mediastinal disorders",), ("Common:", "pulmonary embolism, dyspnoea"),
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "rows"), SHAPES.values(), ids=list(SHAPES))
def test_product_information_is_read_in_its_shapes(reader: PdfReader, name: str, rows: list[tuple[str, ...]]) -> None:
    (found,) = reader.read(CORPUS / f"{name}.pdf").tables
    assert (found.state, list(found.rows[1 : len(rows) + 1])) == ("parsed", rows)


def test_matrix_of_classes_and_frequencies_is_read(reader: PdfReader) -> None:
    *_, found = reader.read(CORPUS / "examplema-product-information.pdf").tables
    assert found.rows[:3] == (
        ("System Organ Class", "Very common", "Common"),
        ("Blood and lymphatic system disorders", "Febrile neutropenia, neutropenia", "Anaemia, thrombocytopenia"),
        ("Gastrointestinal disorders", "Stomatitis, vomiting", "Nausea, diarrhoea"),
    )


def test_footnote_marks_leave_the_terms(tmp_path: Path, reader: PdfReader) -> None:
    rows = [HEADS, ["Tachycardia<super size=6>b</super>", "24 (23.8)", "1 (1.0)"], *ROWS]
    document = reader.read(report(tmp_path / "r.pdf", CAPTION, table(rows, GRID), "b Includes sinus tachycardia."))
    (found,) = document.tables
    assert (found.rows[1][0], document.text.endswith("b Includes sinus tachycardia.")) == ("Tachycardia", True)


def test_broken_term_is_one_and_listed_terms_are_many(tmp_path: Path, reader: PdfReader) -> None:
    rows = [
        ["Class", "Frequency", "Reactions"],
        ["Nervous system disorders", "Very common", "Headache\nDizziness"],
        ["Immune system disorders", "Common", "Haemophagocytic\nlymphohistiocytosis"],
    ]
    document = reader.read(report(tmp_path / "r.pdf", CAPTION, table(rows, GRID, (200, 100, 100))))
    (found,) = document.tables
    assert found.rows[1:] == (
        ("Nervous system disorders", "Very common", "Headache"),
        ("", "", "Dizziness"),
        ("Immune system disorders", "Common", "Haemophagocytic lymphohistiocytosis"),
    )


def test_bar_within_a_cell_does_not_make_a_cell(tmp_path: Path, reader: PdfReader) -> None:
    rows = [HEADS, ["Nausea | vomiting", "2", "1"], *ROWS]
    (found,) = reader.read(report(tmp_path / "r.pdf", CAPTION, table(rows, GRID))).tables
    assert found.rows[1] == ("Nausea / vomiting", "2", "1")


# -- page breaks -----------------------------------------------------------------------------------------------

MANY = [[f"Invented event {number}", f"{number} (1.0)", "0"] for number in range(1, 71)]


@pytest.mark.parametrize("style", [GRID, BOOKTABS], ids=["ruled", "rules-above-and-below"])
def test_table_over_pages_is_one_and_its_repeated_heading_is_left_out(
    tmp_path: Path, reader: PdfReader, style: Style
) -> None:
    document = reader.read(in_prose(tmp_path / "r.pdf", [HEADS, *MANY], style))
    (found,) = document.tables
    pages = [section.page for section in document.sections if section.kind == "adverse_event_table"]
    assert (found.rows, pages, document.text.count("Preferred term")) == (
        tuples([HEADS, *MANY]),
        [1, 2, 3][: len(pages)],
        1,
    )
    assert text_of(document, found) == "\n".join(" | ".join(row) for row in [HEADS, *MANY])


def test_caption_at_the_foot_of_a_page_is_that_of_the_table_on_the_next(tmp_path: Path, reader: PdfReader) -> None:
    path = report(tmp_path / "r.pdf", PROSE, Spacer(1, 560), CAPTION, PageBreak(), table([HEADS, *ROWS], GRID))
    (found,) = reader.read(path).tables
    assert (found.caption, found.page, found.rows) == (CAPTION, 2, tuples([HEADS, *ROWS]))


def test_repeated_caption_goes_on_with_the_table(tmp_path: Path, reader: PdfReader) -> None:
    path = report(
        tmp_path / "r.pdf", CAPTION, table([HEADS, *ROWS], GRID), PageBreak(),
        CAPTION.replace("7:", "7 (continued):"), table([HEADS, ["Rash", "5 (8.6)", "0"]], GRID),
    )  # fmt: skip
    (found,) = reader.read(path).tables
    assert found.rows == tuples([HEADS, *ROWS, ["Rash", "5 (8.6)", "0"]])


def test_corpus_report_goes_on_over_the_page(reader: PdfReader) -> None:
    (found,) = reader.read(CORPUS / "imaginzo-epar.pdf").tables
    last = [row for row in found.rows if row[0] in ("Tremor", "Renal and urinary disorders", "Proteinuria")]
    assert (found.page, len(found.rows)) == (6, 48)
    assert last == [
        ("Tremor", "2 (3.4)", "0", "1 (1.7)"),
        ("Renal and urinary disorders", "", "", ""),
        ("Proteinuria", "2 (3.4)", "0", "0"),
    ]


# -- states ----------------------------------------------------------------------------------------------------


class _PictureOf(Flowable):  # type: ignore[misc]  # reportlab ships no types
    """A grey picture of a size."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height

    def wrap(self, *available: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.canv.drawImage(ImageReader(Image.new("L", (760, 240), 200)), 0, 0, self.width, self.height)


def test_table_that_is_a_picture_is_said_to_be_one(tmp_path: Path, reader: PdfReader) -> None:
    document = reader.read(report(tmp_path / "r.pdf", PROSE, CAPTION, _PictureOf(440, 140), PROSE))
    assert document.tables == (Found(CAPTION, 1, "picture"),)
    assert describe(document) == "ok: 1 page; adverse-event tables: 1 picture"


def test_picture_on_the_page_after_its_caption_is_found(tmp_path: Path, reader: PdfReader) -> None:
    path = report(tmp_path / "r.pdf", PROSE, Spacer(1, 560), CAPTION, PageBreak(), _PictureOf(440, 140), PROSE)
    assert reader.read(path).tables == (Found(CAPTION, 2, "picture"),)


def test_caption_without_a_table_is_said_to_have_failed(tmp_path: Path, reader: PdfReader) -> None:
    document = reader.read(report(tmp_path / "r.pdf", CAPTION, *[PROSE] * 8))
    assert document.tables == (Found(CAPTION, 1, "failed"),)


def test_caption_at_the_very_end_is_said_to_have_failed(tmp_path: Path, reader: PdfReader) -> None:
    assert reader.read(report(tmp_path / "r.pdf", PROSE, CAPTION)).tables == (Found(CAPTION, 1, "failed"),)


# -- what is no such table -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "caption",
    [
        "Table 3: Demographics and baseline characteristics (safety set)",
        "Table 4: Guidance on the management of adverse reactions",
        "Table 5. Summary of the safety concerns",
    ],
)
def test_other_table_stays_running_text(tmp_path: Path, reader: PdfReader, caption: str) -> None:
    rows = [["Characteristic", "Group A", "Group B"], ["Age", "41", "42"], ["Weight", "70", "71"]]
    document = reader.read(report(tmp_path / "r.pdf", caption, table(rows, GRID)))
    assert (document.tables, document.text) == (
        (),
        f"r\n{caption}\nCharacteristic Group A Group B\nAge 41 42\nWeight 70 71",
    )


def test_sentence_about_a_table_is_no_caption() -> None:
    assert not table_words.is_caption("Table 33 shows the adverse events of both studies.")
    assert not table_words.is_caption("Tables 3 and 4")
    assert table_words.is_caption("Table 33 AEs of any severity")
    assert table_words.is_caption("Table 36. Adverse reactions")
    assert table_words.is_caption("Table 4: adverse reactions")


def test_table_of_animals_keeps_the_kind_of_its_section(tmp_path: Path, reader: PdfReader) -> None:
    path = report(tmp_path / "r.pdf", "2.3. Non-clinical aspects", PROSE, CAPTION, table([HEADS, *ROWS], GRID))
    document = reader.read(path)
    (found,) = document.tables
    kinds = {section.kind for section in document.sections if section.start <= found.start < section.end}
    assert kinds == {"nonclinical"}


def test_bulleted_list_is_no_table(tmp_path: Path, reader: PdfReader) -> None:
    path = tmp_path / "r.pdf"
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    lines = ["Very common (may affect more than 1 in 10 people)", "Fever and chills", "Headache", "Feeling sick",
             "Common (may affect up to 1 in 10 people)", "Dizziness", "Rash on the skin of the arms"]  # fmt: skip
    for number, line in enumerate(lines):
        bulleted = "may affect" not in line
        canvas.drawString(72, 760 - 15 * number, "-" if bulleted else line)
        if bulleted:
            canvas.drawString(100, 760 - 15 * number, line)
    canvas.save()
    assert reader.read(path).tables == ()


def test_graph_paper_is_no_table_and_takes_no_time(tmp_path: Path) -> None:
    path = tmp_path / "r.pdf"
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.drawString(72, 800, CAPTION)
    for number in range(600):
        canvas.line(60, 60 + number * 1.2, 540, 60 + number * 1.2)
        canvas.line(60 + number * 0.8, 60, 60 + number * 0.8, 780)
    for number, line in enumerate([PROSE[:80]] * 6):
        canvas.drawString(72, 700 - 14 * number, line)
    canvas.save()
    with PdfReader(Limits(seconds=20)) as one:
        document = one.read(path)
    assert (document.state, [table.state for table in document.tables]) == ("ok", ["failed"])


CELLS = st.sampled_from(
    ["Cardiac disorders", "Nervous system disorders", "Very common", "Common", "Not known", "Pyrexia", "headache",
     "12 (3.4)", "0", "(%)", "Adverse reaction", "Table 5: Adverse events", "Table 6. Baseline",
     "a long line of prose that goes over the page and says nothing of any event at all, not even of one of them"]
)  # fmt: skip
PLACES = st.tuples(st.integers(0, 4), st.integers(0, 25), st.integers(0, 2))


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(PLACES, CELLS, min_size=4, max_size=50), st.booleans())
def test_no_word_of_a_page_is_lost_or_doubled_whatever_stands_where(
    cells: dict[tuple[int, int, int], str], ruled: bool
) -> None:
    segments = [
        Segment(text, x := 60.0 + 100 * column + 3 * shift, x + 4.5 * len(text), 780.0 - 14 * row, 9.0)
        for (column, row, shift), text in cells.items()
    ]
    rules = [Rule(55.0 + 100 * n, 300.0, 55.0 + 100 * n, 500.0) for n in range(5)]
    rules += [Rule(55.0, 300.0 + 20 * n, 455.0, 300.0 + 20 * n) for n in range(11)]
    page = PageText(1, 595, 842, tuple(segments), 0, 0, tuple(rules) if ruled else ())
    finder = Finder()
    out = [word for item in finder.read(page, segments) for word in item.text.replace("|", " ").split()]
    assert sorted(out) == sorted(word for text in cells.values() for word in text.split())


# -- everywhere ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.pdf")), ids=lambda path: path.stem)
def test_every_row_of_the_corpus_has_its_line_in_the_text(reader: PdfReader, path: Path) -> None:
    document = reader.read(path)
    for one in document.tables:
        lines = [" | ".join(cell for cell in row if cell) for row in one.rows]
        assert text_of(document, one).split("\n") == (lines or [""])


@pytest.mark.shared
def test_real_tables_hold_the_terms_that_they_show(shared: Path, reader: PdfReader) -> None:
    folder = shared / "data/regulatory/pdf"
    found = {
        name: reader.read(next(folder.rglob(name))).tables
        for name in ("yescarta_EU-1-18-1299_anx_8.pdf", "yescarta-epar-public-assessment-report_en.pdf")
    }
    smpc, epar = found.values()
    cells = {cell for one in smpc for row in one.rows for cell in row}
    marked = [cell for cell in cells if re.search(r"[a-z][#†]|ia[a-z]$", cell) and not cell.endswith(("iae", "ial"))]
    assert [one.state for one in smpc] == ["parsed"]
    assert {"Tachycardia", "Arrhythmia", "Coagulopathy", "Febrile neutropenia", "Quadriplegia"} <= cells
    assert marked == []
    assert [(one.page, one.state) for one in epar] == [
        (92, "picture"), (94, "picture"), (95, "picture"), (96, "picture"), (98, "picture"), (102, "parsed"),
    ]  # fmt: skip
