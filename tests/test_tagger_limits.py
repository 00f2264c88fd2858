"""What no text can do to the tagger: break it, lead its offsets astray, or make it slower than in proportion."""

import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtminer.model import Document, Reading, Section
from gtminer.tag import vocabulary
from gtminer.tag.tagger import read_document

# Words that the tagger acts upon, and signs between them, in no order that anybody would write.
PIECES = (
    "fever", "Grade 3 neutropenia", "cytokine release syndrome (CRS)", "CRS", "haemophilia A and B", "AAV8 or 9",
    "hepatic and renal toxicity", "adeno-associated virus (AAV)", "AAV", "CAR-T cells", "NK cells", "lentiviral vector",
    "gene therapy", "no", "without", "although", "were excluded", "was observed", "will be assessed", "may cause",
    "in 3 of 12 patients (25%)", "compared with placebo", "mice", "patients", "previously treated with", "ALL", "TMA",
    "AAVs", "β-thalassaemia", "Crohn's disease", "10.3%", "grade >=3", "2 x 10^13 vg/kg", "LV = lentiviral vector",
    "\n", ". ", ", ", "; ", "(", ")", "[", "]", " ", "-", "/", ":", "|", "\t", "•", "…", "é", "e\u0301", "\u00ad", "ﬁ",
)  # fmt: skip
PATTERNS = (
    "fever ", "fever, ", "fever; no nausea; ", "fever and ", "(fever [", "fever) ", "Mice had fever. ", "(AAV) ",
    "adeno-associated virus (AAV), ", "AAV = adeno-associated virus; ", "AAV\tadeno-associated virus\n",
    "fever in 3 of 12 (25%), grade 3 in 2, ", "3 of 12 (25%) ", "grade 3 or 4 ", "AAV1, 2, ", "haemophilia A and B, ",
    "hepatic, renal and ", "toxicity, although fever, ", "compared with placebo 12%, versus 13%, ", " • fever",
    "Patients with fever were excluded. ", "CAR-T cells and CAR-NK cells ", "FEVER AND AAV ", "AAV8/", "A=b", "é", "… ",
    "e\u0301", "a-", "1.2,", "\n", " ", ".", '."', "A", "x ", "no ", "of the patients who had ", "may, will and could ",
    "ALT rose. ", "Platelets fell and the low IgG and neutrophils stayed low, ", "an increase in ALT, AST and ", "low ",
    "In vivo gene editing helped patients. ", "Myasthenia gravis after CAR-T cells for SMA ",
)  # fmt: skip

words = st.one_of(st.sampled_from(PIECES), st.characters(exclude_categories=()), st.text(max_size=8))
texts = st.lists(words, max_size=40).map("".join)


def read(title: str, abstract: str) -> tuple[Document, Reading]:
    """The reading of a document as PubMed would give it."""
    text = f"{title}\n{abstract}"
    sections = (Section("title", "", 0, len(title)), Section("abstract", "", len(title) + 1, len(text)))
    document = Document("pubmed:1", "pubmed", title, text, sections)
    return document, read_document(document, vocabulary.load())


def steps(text: str) -> int:
    """How many functions, of Python and C, are called to read *text*: the same on every machine."""
    count = 0

    def step(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    document = Document("pubmed:1", "pubmed", "", text)
    read_document(document, vocabulary.load())  # what is worked out once for all documents is not counted
    sys.setprofile(step)
    try:
        read_document(document, vocabulary.load())
    finally:
        sys.setprofile(None)
    return count


@settings(max_examples=400, deadline=None)
@given(texts, texts)
def test_any_text_is_read_and_its_tags_stand_where_they_say(title: str, abstract: str) -> None:
    document, reading = read(title, abstract)
    for tag in reading.tags:
        assert document.text[tag.start : tag.end] == tag.text != ""
        assert tag.sentence_start <= tag.start < tag.end <= tag.sentence_end <= len(document.text)
    for item in reading.rejected:
        assert 0 <= item.start < item.end <= len(document.text)
        assert item.reason
    assert list(reading.tags) == sorted(reading.tags, key=lambda tag: tag.start)
    assert read(title, abstract)[1] == reading


@settings(max_examples=60, deadline=None)
@given(st.lists(words, min_size=1, max_size=12).map("".join))
def test_the_time_for_a_text_of_any_words_grows_with_its_length(unit: str) -> None:
    short = steps(unit * 10)
    assert steps(unit * 80) < 8.8 * short + 2000


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_time_for_a_text_of_one_pattern_grows_with_its_length(pattern: str) -> None:
    def of(length: int) -> str:
        return f"Fever in 3 of 12 after AAV8 (AAV) gene therapy {(pattern * length)[:length]} fever."

    assert steps(of(24_000)) < 8.8 * steps(of(3_000))


def test_the_time_for_many_short_forms_grows_with_their_number() -> None:
    def of(number: int) -> str:
        return " ".join(f"An adeno-associated virus (AAV{place}X) gave fever." for place in range(number))

    assert steps(of(800)) < 8.8 * steps(of(100))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n",
        "\0",
        "\x1b[31mfever\x1b[0m",
        "fe\u00adver",
        "\ud800fever\udfff",
        "FEVER AFTER AAV8 GENE THERAPY",
    ],
)
def test_a_text_that_is_empty_or_odd_is_read(text: str) -> None:
    document = Document("pubmed:1", "pubmed", "", text)
    found = [document.text[tag.start : tag.end] for tag in read_document(document, vocabulary.load()).tags]
    assert [words.casefold() for words in found] == {
        "\x1b[31mfever\x1b[0m": [],
        "fe\u00adver": ["fe\u00adver"],
        "\ud800fever\udfff": ["fever"],
        "FEVER AFTER AAV8 GENE THERAPY": ["fever", "aav8", "gene therapy"],
    }.get(text, [])
