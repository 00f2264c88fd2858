"""Safety events: whose they are, what is said of them, what a document adds up to. All texts are invented."""

import pytest
from tagging import document, read, report, sectioned, vocabulary

from gtminer.model import Assertion, Category, Document, Reading, Role
from gtminer.tag.tagger import read_document

SMA = "AAV9 gene therapy for spinal muscular atrophy"
LYMPHOMA = "CD19 CAR-T cells for large B-cell lymphoma"
HAEMOPHILIA = "AAV5 gene therapy for haemophilia A"


def events(reading: Reading) -> set[tuple[str, str, str]]:
    """Return each event with its assertion and role."""
    return {
        (tag.concept, tag.assertion.value, tag.role.value) for tag in reading.tags if tag.category is Category.SAFETY
    }


def summary(title: str, text: str) -> dict[str, str]:
    """Return the events of a document as tables show them."""
    return {event.term: event.assertion.value for event in read(title, text).summary.safety}


def of(found: Document) -> dict[str, str]:
    return {event.term: event.assertion.value for event in read_document(found, vocabulary()).summary.safety}


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        # Of the therapy.
        (SMA, "Two of 12 infants had acute liver failure after the infusion.", {("acute_liver_failure", "present")}),
        (SMA, "No infant developed thrombotic microangiopathy.", {("thrombotic_microangiopathy", "negated")}),
        (
            LYMPHOMA,
            "Cytokine release syndrome occurred in 60% of patients; no seizures were seen.",
            {("cytokine_release_syndrome", "present"), ("seizure", "negated")},
        ),
        (LYMPHOMA, "A second primary malignancy, T-cell lymphoma, arose in one patient after the infusion.",
         {("secondary_malignancy", "present"), ("secondary_t_cell_malignancy", "present")}),
    ],
)  # fmt: skip
def test_what_happened_to_the_treated_is_an_event_of_the_therapy(
    title: str, text: str, expected: set[tuple[str, str]]
) -> None:
    found = {(slug, assertion) for slug, assertion, role in events(read(title, text)) if role == Role.SUBJECT}
    assert found == expected


@pytest.mark.parametrize(
    ("title", "text", "slug", "rule"),
    [
        (
            LYMPHOMA,
            "T-cell lymphoma has other markers.",
            "secondary_t_cell_malignancy",
            "a disease or a state; nothing says that it followed the therapy",
        ),
        (
            "Gene therapy for graft-versus-host disease with CAR-Treg cells",
            "Graft-versus-host disease is treated with CAR-Treg cells.",
            "gvhd_event",
            "the disease that is treated",
        ),
        (
            SMA,
            "Spinal muscular atrophy is characterised by respiratory failure.",
            "respiratory_failure",
            "tells of the disease: characterised by",
        ),
        (
            SMA,
            "Exclusion criteria were sepsis and others.",
            "sepsis",
            "who may take part: Exclusion criteria",
        ),
        (SMA, "Children with seizures were excluded.", "seizure", "who may not take part: were excluded"),
        (
            HAEMOPHILIA,
            "Haemorrhage into joints is frequent in haemophilia A.",
            "haemorrhage",
            "a symptom of haemophilia_a",
        ),
        (
            LYMPHOMA,
            "With standard therapy neutropenia is frequent.",
            "neutropenia",
            "an event of another treatment: standard therapy",
        ),
        ("Statistics of a hospital", "Sepsis was seen in ten patients.", "sepsis", "the document is about no therapy"),
    ],
)
def test_what_is_not_of_the_therapy_is_named_with_the_reason(title: str, text: str, slug: str, rule: str) -> None:
    found = [tag for tag in read(title, text).tags if tag.concept == slug]
    assert {(tag.role, (tag.rule or "").lower()) for tag in found} == {(Role.MENTION, rule.lower())}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Treatment was well tolerated.", {"adverse_event_any": "negated"}),
        ("Treatment was well tolerated; no hepatotoxicity was seen.", {"hepatotoxicity": "negated"}),
        ("Adverse events occurred in 5 infants and included pyrexia.", {"pyrexia": "present"}),
        ("Adverse events occurred in 5 infants.", {"adverse_event_any": "present"}),
        ("No serious adverse events were reported.", {"serious_adverse_event": "negated"}),
    ],
)
def test_general_words_give_way_to_the_events_themselves(text: str, expected: dict[str, str]) -> None:
    assert summary(SMA, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # present > comparator > negated > preclinical > planned > risk > background
        ("No infant had pyrexia in cohort 1. In cohort 2, pyrexia occurred in two infants.", "present"),
        ("In cohort 1 no infant had pyrexia. Pyrexia is a potential risk.", "negated"),
        ("Pyrexia may occur after the infusion. Historically, pyrexia was known.", "risk"),
        ("In earlier trials of gene therapy pyrexia was reported.", "background"),
        ("Pyrexia occurred in two children of the placebo group.", "comparator"),
    ],
)
def test_a_document_keeps_the_strongest_assertion_of_an_event(text: str, expected: str) -> None:
    assert summary(SMA, text) == {"pyrexia": expected}


def test_every_mention_keeps_its_own_assertion_beside_the_strongest() -> None:
    text = "Pyrexia occurred in two infants. No infant of cohort 2 had pyrexia. Pyrexia is a potential risk."
    assert [tag.assertion.value for tag in read(SMA, text).tags if tag.concept == "pyrexia"] == [
        "present",
        "negated",
        "risk",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sepsis occurred in 10.0% of infants.", "present"),
        ("Sepsis occurred in 0% of infants.", "negated"),
        ("Sepsis occurred in 20 of 20 infants.", "present"),
        ("Sepsis occurred in 0 of 20 infants.", "negated"),
        ("Sepsis occurred in 0.5% of infants.", "present"),
        ("Sepsis occurred in no infant.", "negated"),
    ],
)
def test_the_end_of_a_number_is_not_a_number(text: str, expected: str) -> None:
    assert summary(SMA, text) == {"sepsis": expected}


def test_shared_words_are_denied_together() -> None:
    assert summary(SMA, "No hepatic or renal toxicity was seen.") == {
        "hepatotoxicity": "negated",
        "acute_kidney_injury": "negated",
    }


def test_what_is_found_in_animals_is_preclinical() -> None:
    title = "AAV9 gene therapy in cynomolgus monkeys"
    text = "Monkeys were injected. Dorsal root ganglion toxicity was seen in three monkeys. No monkey had seizures."
    assert summary(title, text) == {"drg_toxicity": "preclinical", "seizure": "negated"}


def test_animals_and_patients_are_told_apart_sentence_by_sentence() -> None:
    text = "Dorsal root ganglion toxicity was seen in monkeys. Ten infants were treated. Two infants had pyrexia."
    assert summary(SMA, text) == {"drg_toxicity": "preclinical", "pyrexia": "present"}


PROTOCOL = (
    "The purpose of this study is to assess the safety of an AAV5 vector in adults with haemophilia A. Participants "
    "will receive one infusion. Safety will be assessed for five years. Bleeds will be recorded. The primary outcome "
    "is tolerability."
)


def test_a_protocol_plans_adverse_events_once() -> None:
    reading = read("An AAV5 gene therapy in haemophilia A", PROTOCOL)
    planned = [tag for tag in reading.tags if tag.category is Category.SAFETY and tag.role is Role.SUBJECT]
    assert [(tag.concept, tag.assertion, tag.text) for tag in planned] == [
        ("adverse_event_any", Assertion.PLANNED, "safety")
    ]


def test_a_protocol_has_no_results() -> None:
    text = PROTOCOL + " Dose-limiting toxicity is a secondary endpoint."
    assert summary("An AAV5 gene therapy in haemophilia A", text)["dose_limiting_toxicity"] == "planned"


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("adverse_reactions", "Very common: pyrexia. Common: headache.", {"pyrexia": "present", "headache": "present"}),
        ("warnings", "Monitor for acute liver failure.", {"acute_liver_failure": "risk"}),
        ("warnings", "Acute liver failure has occurred in patients.", {"acute_liver_failure": "present"}),
        (
            "warnings",
            "These reactions have been observed: • Cataract. Look for signs of sepsis. • Retinal detachment",
            {"cataract": "present", "sepsis": "risk", "retinal_detachment": "present"},
        ),
        ("warnings", "Look for: • Cataract • Retinal detachment", {"cataract": "risk", "retinal_detachment": "risk"}),
        ("warnings", "Give oxygen if hypotension needs less than 40% oxygen.", {"hypotension": "risk"}),
        ("warnings", "It was not studied in patients with severe renal impairment or cataract.", {}),
        ("boxed_warning", "Sepsis may occur.", {"sepsis": "risk"}),
        ("nonclinical", "Seizures were seen at the highest dose.", {"seizure": "preclinical"}),
        ("risk_management", "Important potential risk: seizures.", {"seizure": "risk"}),
    ],
)
def test_sections_of_labels_and_reports_say_how_an_event_is_meant(
    kind: str, text: str, expected: dict[str, str]
) -> None:
    found = sectioned(SMA, ("indication", "Zolgensma is indicated for spinal muscular atrophy."), (kind, text))
    assert of(found._replace(regulator="EMA", source="ema")) == expected


HEADER = ("Adverse reaction", "Vector (N=68)", "Placebo (N=34)")


def rows(found: Document) -> list[tuple[str, str, str | None, str | None, str | None, str | None]]:
    """Return the events of a table: concept, assertion, arm, n, N, percentage."""
    return [
        (tag.concept, tag.assertion.value, tag.arm, tag.n, tag.N, tag.pct)
        for tag in read_document(found, vocabulary()).tags
        if tag.category is Category.SAFETY and tag.assertion is not None and tag.rule and tag.rule.startswith("table")
    ]


def test_a_row_of_a_table_is_a_record_an_arm() -> None:
    found = report(
        SMA, "Table 1: Adverse reactions", HEADER,
        ("Pyrexia", "14 (20.6)", "3 (8.8)"), ("Seizure", "0", "1 (2.9)"), ("Headache", "0", "0"),
    )  # fmt: skip
    assert rows(found) == [
        ("pyrexia", "present", "Vector", "14", "68", "20.6"),
        ("pyrexia", "comparator", "Placebo", "3", "34", "8.8"),
        ("seizure", "negated", "Vector", "0", "68", None),
        ("seizure", "comparator", "Placebo", "1", "34", "2.9"),
        ("headache", "negated", "Vector", "0", "68", None),
        ("headache", "negated", "Placebo", "0", "34", None),
    ]


def test_a_header_of_two_rows_and_a_spanned_cell_name_arm_and_grade() -> None:
    found = report(
        SMA, "Table 2: Adverse reactions",
        ("Adverse reaction", "Vector (N=68)", "", "Placebo (N=34)", ""),
        ("", "All grades n (%)", "Grade ≥3 n (%)", "All grades n (%)", "Grade ≥3 n (%)"),
        ("Pyrexia", "14 (20.6)", "2 (2.9)", "3 (8.8)", "0"),
    )  # fmt: skip
    tags = [tag for tag in read_document(found, vocabulary()).tags if tag.concept == "pyrexia"]
    assert [(tag.assertion.value, tag.arm, tag.grade, tag.n, tag.N, tag.pct) for tag in tags] == [
        ("present", "Vector", "any", "14", "68", "20.6"),
        ("present", "Vector", ">=3", "2", "68", "2.9"),
        ("comparator", "Placebo", "any", "3", "34", "8.8"),
        ("negated", "Placebo", ">=3", "0", "34", None),
    ]


def test_a_term_that_goes_on_in_the_next_line_of_a_table_stands_whole_in_its_evidence() -> None:
    found = report(
        SMA, "Table 1: Adverse reactions", HEADER, ("Pyrexia", "14 (20.6)", "3 (8.8)"),
        ("Neoplasms", "Headache", "Myelodysplastic"), ("syndrome", "Chills", "Seizure"),
    )  # fmt: skip
    [tag] = [tag for tag in read_document(found, vocabulary()).tags if tag.concept == "mds_event"]
    evidence = found.text[tag.sentence_start : tag.sentence_end]
    assert (tag.text, evidence) == ("Myelodysplastic\nsyndrome", "Neoplasms | Headache | Myelodysplastic\nsyndrome")


def test_the_evidence_of_a_row_is_its_line() -> None:
    found = report(SMA, "Table 1: Adverse reactions", HEADER, ("Pyrexia", "14 (20.6)", "3 (8.8)"))
    [line] = {
        found.text[tag.sentence_start : tag.sentence_end]
        for tag in read_document(found, vocabulary()).tags
        if tag.concept == "pyrexia"
    }
    assert line == "Pyrexia | 14 (20.6) | 3 (8.8)"


def test_control_arms_are_comparators_in_running_text() -> None:
    text = (
        "In the vector group, nausea occurred in 8 of 20 infants (40%); in the placebo group, nausea occurred in 2 of "
        "10 infants (20%)."
    )
    found = [
        (tag.assertion.value, tag.n, tag.N, tag.pct) for tag in read(SMA, text).tags if tag.concept == "nausea_vomiting"
    ]
    assert found == [("present", "8", "20", "40"), ("comparator", "2", "10", "20")]


def test_a_fatal_event_and_the_death_are_two_events() -> None:
    assert summary(SMA, "One infant died of acute liver failure.") == {
        "death": "present",
        "acute_liver_failure": "present",
    }


def test_a_cancer_is_an_event_in_one_text_and_the_treated_disease_in_another() -> None:
    treated = read("CD33 CAR-T cells for acute myeloid leukaemia", "Patients with acute myeloid leukaemia responded.")
    assert (treated.summary.indication, treated.summary.safety) == (("aml",), ())
    arisen = read(
        "Lentiviral gene therapy for sickle cell disease",
        "Acute myeloid leukaemia arose in one patient after lentiviral gene therapy for sickle cell disease.",
    )
    assert arisen.summary.indication == ("sickle_cell_disease",)
    assert [(event.term, event.assertion) for event in arisen.summary.safety] == [("aml_event", Assertion.PRESENT)]


def test_a_document_without_a_therapy_has_no_events() -> None:
    assert document("Weather").text == "Weather"
    assert summary("Weather in winter", "Fever and headache were seen in ten people.") == {}


def test_a_list_of_abbreviations_or_of_contents_tells_of_no_event() -> None:
    found = sectioned(
        LYMPHOMA,
        ("toc", "2.6.3 Neutropenia 41"),
        ("abbreviations", "CRS Cytokine release syndrome\nAML Acute myeloid leukaemia"),
        ("clinical_safety", "Cytokine release syndrome occurred in 40 of 100 patients treated with the CAR-T cells."),
    )
    rules = {
        (tag.concept, tag.section): (tag.role.value, tag.rule)
        for tag in read_document(found, vocabulary()).tags
        if tag.category is Category.SAFETY
    }
    assert rules["neutropenia", "toc"] == ("mention", "a table of contents only names it")
    assert rules["cytokine_release_syndrome", "abbreviations"] == (
        "mention", "a list of abbreviations only names it",
    )  # fmt: skip
    assert rules["cytokine_release_syndrome", "clinical_safety"][0] == "subject"
    assert of(found) == {"cytokine_release_syndrome": "present"}


@pytest.mark.parametrize(
    "text",
    [
        "No genotoxicity or carcinogenicity studies were carried out.",
        "Genotoxicity studies have not been submitted by the applicant.",
        "No hepatotoxicity studies were presented.",
    ],
)
def test_a_study_that_was_not_done_denies_no_event(text: str) -> None:
    assert summary(LYMPHOMA, text) == {}


def test_a_study_entitled_for_safety_plans_adverse_events() -> None:
    text = "Adults with ischaemic heart disease receive injections into the heart muscle."
    assert summary("Safety study of an adenoviral vector with the VEGF gene in heart disease", text) == {
        "adverse_event_any": "planned"
    }


def test_an_event_set_against_that_of_another_treatment_is_the_therapys_too() -> None:
    found = summary(LYMPHOMA, "Anaemia was seen in 30% against 6% with standard therapy. Sepsis occurred with HAART.")
    assert found == {"anaemia": "present"}


def test_section_5_of_a_us_label_warns_and_its_animals_are_told_of_beside_it() -> None:
    title = "Examplavec: US prescribing information, section 5"
    text = (
        "Increases in troponin I were seen; their importance is not known. Cardiac toxicity was observed in animals. "
        "5.6 AAV Vector Integration and Risk of Tumorigenicity"
    )
    found = of(document(title, text))
    assert {slug: found[slug] for slug in ("troponin_increased", "cardiomyopathy_event", "vector_integration")} == {
        "troponin_increased": "present",
        "cardiomyopathy_event": "preclinical",
        "vector_integration": "risk",
    }
