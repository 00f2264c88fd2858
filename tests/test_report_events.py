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


LINE = "The events were looked for in all of the patients who had been given the product, for two years."


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("clinical_safety", f"{LINE}\nSecondary malignancies\n{LINE}"),  # a heading
        ("clinical_safety", f"Replication-competent retrovirus (RCR)\n{LINE}"),
        ("clinical_safety", f"{LINE}\nRCR\nIt was looked for in all."),
        ("clinical_safety", "RCR: The search was carried out before the infusion and after it."),
        ("clinical_efficacy", "Patients experienced an improvement in fatigue."),
        ("clinical_safety", "PTs included = Hypotension, Syncope"),
        ("clinical_safety", "Samples taken for RCR were sent to one laboratory."),
        ("clinical_safety", "The occurrence of replication-competent retrovirus (RCR) was studied according to plan."),
        ("clinical_safety", "The RCR test was the same in both studies."),
        ("nonclinical", "The absence of carcinogenicity studies is acceptable."),
        ("clinical", "Exposure was alike in subjects with mild, moderate and severe hepatic impairment."),
        ("clinical_efficacy", "Patients who died within a week were excluded."),
        ("clinical_safety", "Criteria of the National Institute of Allergy and Infectious Diseases were used."),
        ("clinical_safety", "No monitoring of shedding is planned."),
        ("clinical_safety", "Abbreviations: OS – overall survival; GvHD – graft versus host disease"),
        ("clinical_safety", "PT preferred term; SAE serious adverse event; SOC system organ class"),
        ("clinical", "AML, acute myeloid leukaemia; B, Belgium; IV, intravenous; y, years."),
        ("quality", "Genotoxic impurities were controlled."),
        ("quality", "Deaths had been reported with another excipient."),
        ("nonclinical", "The no observed adverse effect level was 30 mg/kg."),
        ("clinical_safety", "Ten patients were evaluated for antibodies against AAV."),
        ("clinical_safety", "There was no apparent relationship between the dose and the toxicities."),
        ("clinical_safety", "No specific studies on shedding have been performed."),
        ("risk_management", "Risks not considered important for the summary of safety concerns"),
    ],
)
def test_what_a_report_only_names_is_no_event(kind: str, text: str) -> None:
    assert [event for event in told(kind, text) if event[1] in ("present", "negated")] == []


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("clinical_safety", "• Headache\n• Pyrexia", [("headache", "present"), ("pyrexia", "present")]),
        ("clinical_safety", "Headache 12 (4.5)", [("headache", "present")]),
        ("clinical_safety", f"Infections\nPneumonia\n{LINE}", [("infection", "present"), ("pneumonia", "present")]),
        ("clinical_safety", "Two patients tested positive for RCR.", [("replication_competent_virus", "present")]),
        ("clinical_safety", "No patient tested positive for RCR.", [("replication_competent_virus", "negated")]),
        ("clinical_safety", "Renal impairment developed in two patients.", [("acute_kidney_injury", "present")]),
        ("clinical_safety", "Patients may develop secondary malignancies.", [("secondary_malignancy", "risk")]),
        ("clinical_safety", "There was no imbalance in infections.", [("infection", "present")]),
        ("clinical_safety", "One patient did not respond and the other died.", [("death", "present")]),
        ("clinical_safety", "Stroke: A stroke was seen in 2 patients.", [("stroke_event", "present")] * 2),
        ("clinical_safety", "Nine patients were not treated due to sepsis.", [("sepsis", "present")]),
        (
            "clinical_safety",
            "Three died without relapse: one died of sepsis.",
            [("death", "present"), ("death", "present"), ("sepsis", "present")],
        ),
        ("clinical_safety", "Unlike patients without relapse, those with it had sepsis.", [("sepsis", "present")]),
        ("clinical_safety", "Seen were: fever; a stroke", [("pyrexia", "present"), ("stroke_event", "present")]),
        ("clinical_safety", "Non-fatal strokes occurred in two patients.", [("stroke_event", "present")]),
        ("clinical_safety", "A near-fatal sepsis was seen.", [("sepsis", "present")]),
        ("clinical_safety", "None of the deaths was related to the product.", [("death", "present")]),
        ("clinical_safety", "Overdose may be associated with anaphylaxis.", [("anaphylaxis", "risk")]),
        (
            "clinical_safety",
            "Reactions seen: headache; pneumonia; stroke",
            [("headache", "present"), ("pneumonia", "present"), ("stroke_event", "present")],
        ),
        ("quality", "RCR may arise in the vector.", [("replication_competent_virus", "risk")]),
    ],
)
def test_what_a_report_tells_stays_told(kind: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert told(kind, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Provide narrative summaries of all deaths and serious adverse events.",
        "Include case report forms of patients who died.",
        "Use the tables below to present deaths.",
    ],
)
def test_what_a_letter_asks_for_did_not_happen(text: str) -> None:
    assert {assertion for _, assertion in told("cover", text, "complete-response-letter")} <= {"planned"}
