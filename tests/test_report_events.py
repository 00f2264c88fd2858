"""Events in what regulators write: a report names far more than occurred, and says so by its sections and its words."""

import pytest
from tagging import sectioned, vocabulary

from gtminer.model import Category, Role
from gtminer.tag.tagger import read_document

INDICATION = ("indication", "Kymriah, CAR T cells, is indicated for follicular lymphoma.")


def told(kind: str, text: str, document_kind: str = "assessment-report") -> list[tuple[str, str]]:
    """The events of a section that are the therapy's own, with what is said of them."""
    found = sectioned("Kymriah: assessment report", INDICATION, (kind, text))
    tags = read_document(found._replace(regulator="EMA", source="ema", kind=document_kind), vocabulary()).tags
    return [
        (tag.concept, str(tag.assertion))
        for tag in tags
        if tag.category is Category.SAFETY and tag.role is Role.SUBJECT
    ]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("eligibility", "• Patients who did not have an active infection", [("infection", "background")]),
        ("baseline", "Pneumonia: 4 patients", [("pneumonia", "background")]),
        ("study_methods", "Death without relapse is a competing event.", [("death", "planned")]),
        ("study_methods", "Two patients died before the amendment.", [("death", "present")]),
        ("disease_background", "As of May, there were 400 confirmed deaths.", [("death", "background")]),
        ("leaflet", "Tell your doctor if you have had a stroke.", [("stroke_event", "risk")]),
        ("annex", "Ensure that patients are watched for encephalopathy.", [("encephalopathy", "risk")]),
        ("references", "Smith. Deaths that occurred in ten patients.", [("death", "background")]),
    ],
)  # fmt: skip
def test_sections_that_tell_of_no_event_of_the_therapy(kind: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert told(kind, text) == expected


def test_a_report_plans_and_a_label_does_not() -> None:
    text = "Patients are observed to assess the rate of encephalopathy."
    assert told("clinical_safety", text) == [("encephalopathy", "planned")]
    assert told("adverse_reactions", text, "smpc") == [("encephalopathy", "present")]
