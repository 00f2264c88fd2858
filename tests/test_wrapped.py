"""Texts whose lines were broken to a width. All texts are invented."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tagging import document

from gtminer.tag.tagger import read_document
from gtminer.tag.vocabulary import load
from gtminer.tag.wrapped import unwrapped

PARAGRAPH = (
    "Of the twelve adults who received the vector, none developed thrombocytopenia or cytokine release syndrome, "
    "and no patient had an infusion reaction of any grade. Two men had transient elevations of transaminases that "
    "were treated with prednisolone for eight weeks. Seizures were not seen."
)
TITLE = "AAV8 gene therapy of haemophilia B"


@pytest.mark.parametrize("width", [45, 60, 72, 100])
def test_a_text_broken_to_a_width_is_read_as_its_paragraphs_are(width: int) -> None:
    whole = read_document(document(TITLE, PARAGRAPH), load())
    broken = read_document(document(TITLE, textwrap.fill(PARAGRAPH, width, break_on_hyphens=False)), load())
    assert broken.summary == whole.summary
    assert [(tag.concept, tag.assertion, tag.start, tag.end) for tag in broken.tags] == [
        (tag.concept, tag.assertion, tag.start, tag.end) for tag in whole.tags
    ]


def test_the_words_of_a_tag_are_those_of_the_text_with_its_line_ends() -> None:
    text = "Nobody among the men who were treated in the first cohort had cytokine release\nsyndrome of any grade.\n"
    (tag,) = (tag for tag in read_document(document("", text), load()).tags if tag.category == "safety")
    assert (tag.text, text[tag.start : tag.end]) == ("cytokine release\nsyndrome", "cytokine release\nsyndrome")


@pytest.mark.parametrize(
    "text",
    [
        "Headache | 3 (10) | 1 (3)\nFever | 4 (12) | 0\nChills | 2 (7) | 0",
        "Exclusion criteria in this list of what keeps people from taking part\n- history of hepatitis\n- seizures",
        "Adverse events that were seen in at least one of the twelve patients:\nheadache\nfever",
        "Deaths among the patients in the first cohort of the study\n\nnone was related",
        "Serious adverse reactions of the liver were seen in many patients\nHepatotoxicity was seen in nine of them",
    ],
)
def test_rows_items_and_paragraphs_keep_their_ends(text: str) -> None:
    assert unwrapped(text, frozenset()) == text


def test_a_title_keeps_its_end() -> None:
    text = "A title that is as long as any line of the text\nbelow it, which goes on small and is as wide\nas it is."
    assert unwrapped(text, {47}) == text[:91].replace("wide\n", "wide ") + text[91:].replace("\n", " ")


@given(st.text(alphabet="aB .:\n-|é\r\t", max_size=300))
def test_no_text_gets_longer_or_shorter_and_only_line_ends_change(text: str) -> None:
    found = unwrapped(text, frozenset())
    assert [(old, new) for old, new in zip(text, found, strict=True) if old != new and (old, new) != ("\n", " ")] == []
