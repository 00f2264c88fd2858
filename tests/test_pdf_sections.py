"""Where sections of reports begin and end: headings are told from lines that only read like them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from gtminer.documents.pdf import PdfReader

PROSE = "The study was done in forty patients and its results were reported to the committee in time."


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader() as one:
        yield one


def sections(reader: PdfReader, folder: Path, *lines: str) -> list[tuple[str, str]]:
    """The kinds and headings of a file of *lines*, one under the other, without its title."""
    path = folder / "drawn.pdf"
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 10)
    for number, line in enumerate(lines):
        canvas.drawString(72, 760 - 24 * number, line)
    canvas.save()
    found = [(section.kind, section.heading) for section in reader.read(path).sections[1:]]
    return found[1:] if found[0] == ("cover", "") else found


@pytest.mark.parametrize(
    "line",
    [
        "active substance",  # the end of a sentence that ran over the line
        "Labelling:",  # no part: a line of a table of measures
        "0.8 Any 59",  # a row of figures
        "4.2. There is no difference between",  # a sentence that begins with the number of another document's section
        "1. Adverse events (incidence, severity)",  # an item of a list
        "Contents",  # a row of a table of organs
        "Description",  # the head of a table; a heading of US labels only
    ],
)
def test_lines_that_read_like_headings_open_no_section(reader: PdfReader, tmp_path: Path, line: str) -> None:
    found = sections(
        reader, tmp_path, "2. Scientific discussion", PROSE, "2.5. Clinical efficacy", PROSE, "2.5.1. Main study",
        PROSE, line, PROSE,
    )  # fmt: skip
    assert found == [
        ("scientific_discussion", "2. Scientific discussion"), ("clinical_efficacy", "2.5. Clinical efficacy"),
        ("clinical_efficacy", "2.5.1. Main study"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Study participants", "eligibility"), ("Main exclusion criteria:", "eligibility"),
        ("Outcomes/endpoints", "study_methods"), ("Statistical methods", "study_methods"),
        ("Baseline data", "baseline"), ("Numbers analysed", "clinical_efficacy"),
        ("Outcomes and estimation", "clinical_efficacy"), ("Outcome", "clinical_efficacy"),
    ],
)  # fmt: skip
def test_headings_of_a_main_study_tell_plans_from_results(
    reader: PdfReader, tmp_path: Path, heading: str, kind: str
) -> None:
    found = sections(reader, tmp_path, "2.5. Clinical efficacy", "2.5.1. Main study", PROSE, heading, PROSE)
    assert found[-1] == (kind, heading)


def test_headings_of_a_main_study_open_nothing_elsewhere(reader: PdfReader, tmp_path: Path) -> None:
    found = sections(
        reader, tmp_path, "2.3. Non-clinical aspects", PROSE, "Methods", PROSE, "4. Recommendations", "Outcome", PROSE
    )
    assert found == [("nonclinical", "2.3. Non-clinical aspects"), ("recommendations", "4. Recommendations")]


def test_a_table_of_contents_and_parts_of_a_product_information_still_open(reader: PdfReader, tmp_path: Path) -> None:
    contents = (
        "Contents",
        "1. Background information on the procedure ........ 4",
        "2. Scientific discussion ....... 6",
        "3. Benefit-risk balance ........ 90",
        "4. Recommendations ........ 96",
    )
    assert sections(reader, tmp_path, *contents)[0] == ("toc", "Contents")
    parts = ("ANNEX III", PROSE, "Package leaflet: Information for the patient", PROSE)
    assert [kind for kind, _ in sections(reader, tmp_path, *parts)] == ["labelling", "leaflet"]


def test_a_chapter_that_lacks_its_number_gives_its_kind_to_the_headings_in_it(
    reader: PdfReader, tmp_path: Path
) -> None:
    found = sections(
        reader, tmp_path, "2. Scientific discussion", PROSE, "2.2. Quality aspects", PROSE, "2.2.1. Active substance",
        PROSE, "Non-clinical aspects", "2.2.2. Introduction", PROSE, "2.2.3. Pharmacokinetics", PROSE,
    )  # fmt: skip
    assert found[-2:] == [("nonclinical", "2.2.2. Introduction"), ("nonclinical", "2.2.3. Pharmacokinetics")]


def test_a_label_whose_headings_are_also_a_reports_opens_its_clinical_studies(
    reader: PdfReader, tmp_path: Path
) -> None:
    found = sections(
        reader, tmp_path, "12 CLINICAL PHARMACOLOGY", PROSE, "13 NONCLINICAL TOXICOLOGY", PROSE, "14 CLINICAL STUDIES",
        "14.1 Arthritis", PROSE, "17 PATIENT COUNSELING INFORMATION", PROSE,
    )  # fmt: skip
    assert found[2:] == [
        ("clinical_studies", "14 CLINICAL STUDIES"),
        ("clinical_studies", "14.1 Arthritis"),
        ("leaflet", "17 PATIENT COUNSELING INFORMATION"),
    ]


def test_headings_of_an_action_letter_open_sections_behind_a_letterhead_only(reader: PdfReader, tmp_path: Path) -> None:
    letter = ("COMPLETE RESPONSE", PROSE, "PRODUCT QUALITY", PROSE, "SAFETY UPDATE", PROSE)
    found = sections(reader, tmp_path, "DEPARTMENT OF HEALTH AND HUMAN SERVICES", PROSE, *letter)
    assert [kind for kind, _ in found][-3:] == ["cover", "quality", "requests"]
    assert "requests" not in [kind for kind, _ in sections(reader, tmp_path, "Clinical safety", PROSE, *letter)]
