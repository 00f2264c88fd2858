"""Measures and how they changed. All texts are invented."""

import pytest
from tagging import document, vocabulary

from gtminer.model import Category
from gtminer.tag.tagger import read_document

TITLE = "AAV8 gene therapy of haemophilia B"


def events(text: str) -> list[tuple[str, str, str]]:
    """Return concept, words and assertion of the events of *text*."""
    tags = read_document(document(TITLE, text), vocabulary()).tags
    return [(tag.concept, tag.text, str(tag.assertion)) for tag in tags if tag.category is Category.SAFETY]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In two men creatinine doubled.", [("acute_kidney_injury", "creatinine doubled", "present")]),
        ("In two men neutrophils stayed low.", [("neutropenia", "neutrophils stayed low", "present")]),
        ("Platelets were then below normal.", [("thrombocytopenia", "Platelets were then below normal", "present")]),
        ("There was a slight fall in haemoglobin.", [("anaemia", "fall in haemoglobin", "present")]),
        ("His oxygen saturation dropped.", [("respiratory_failure", "oxygen saturation dropped", "present")]),
        (
            "Low IgG and neutrophils were seen in three men.",
            [("hypogammaglobulinaemia", "Low IgG", "present"), ("neutropenia", "Low IgG and neutrophils", "present")],
        ),
        ("Platelets never fell.", [("thrombocytopenia", "fell", "negated")]),
        ("Platelets may fall.", [("thrombocytopenia", "fall", "risk")]),
        (
            "Troponin I went above the limit in three men.",
            [("troponin_increased", "Troponin I went above", "present")],
        ),
        ("No rise in troponin was seen.", [("troponin_increased", "rise in troponin", "negated")]),
    ],
)  # fmt: skip
def test_a_measure_and_its_change_are_an_event_in_any_order(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert events(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ALT fell.",  # to the better
        "Reduced blood pressure was an aim.",
        "Platelets were counted; the mood of the men was low.",
        "Troponin was measured while the dose was increased.",
    ],
)
def test_other_changes_and_changes_of_something_else_are_none(text: str) -> None:
    assert events(text) == []


def test_the_events_of_measures_are_known_and_their_ways_are_two() -> None:
    kinds = {place.partition(" ")[2] for place in vocabulary().cue_kinds["changes"]}
    measured = {tuple(kind.split(":")) for kind in kinds if ":" in kind}
    assert {way for way, _ in measured} == {"up", "down", "rise", "drop"}
    assert {event for _, event in measured if (Category.SAFETY, event) not in vocabulary().concepts} == set()
    places = {kind for kind in kinds if ":" not in kind}
    assert places == {f"{place} {way}" for place in ("verb", "noun", "either", "limit") for way in ("up", "down")}
