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
        ("baseline", "Hypertension 168 (7.1) 12 (3.0)", [("hypertension_event", "background")]),
        ("study_methods", "Death without relapse is a competing event.", [("death", "planned")]),
        ("study_methods", "Two patients died before the amendment.", [("death", "present")]),
        ("study_methods", "Incidence of death was estimated for each group.", [("death", "planned")]),
        ("study_methods", "Patients were enrolled if they did not develop nausea.", [("nausea_vomiting", "planned")]),
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
        ("clinical_efficacy", "Figure 4 shows the change of the worst pruritus by week."),
        ("clinical", "The choice of the dose rests on fewer days with bleeding."),
        ("scientific_discussion", "Patients are subject to opportunistic infections, which are often fatal."),
        ("clinical_safety", "There is no clinical experience in patients with acute hepatitis or pneumonia."),
        ("clinical_safety", "Grade 3: severe symptoms; Grade 4: intubation; Grade 5: death."),
        ("clinical_safety", "The trial excluded patients with a history of seizures or pneumonia."),
        ("clinical_safety", "A single non-serious event was reported."),
        ("clinical", "HCV infection and allergic rhinitis were reported in both arms."),
        ("disease_background", "Failure to carry a pen, and alcohol, contribute to fatal anaphylaxis."),
        ("clinical_safety", f"{LINE}\n• Serious adverse event/deaths/other significant events\n{LINE}"),
        ("clinical_safety", "The worst pruritus NRS was reported by week."),
        ("benefit_risk", "During this time, patients are subject to opportunistic infections."),
        ("clinical", "Two DLT-evaluable sets were experienced as enough."),
        ("clinical_safety", "Information on serious adverse events is collected for two years."),
        ("scientific_discussion", "In infants, failure to thrive and early death mark the disease."),
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


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("clinical_efficacy", "Two patients died during the study.", [("death", "present")]),
        ("clinical_efficacy", "Anaemia was seen in 24% of the patients.", [("anaemia", "present")]),
        ("clinical_efficacy", "No subject died during the study.", [("death", "negated")]),
        ("clinical", "There were three instances of diarrhoea.", [("diarrhoea", "present")]),
    ],
)
def test_sections_of_studies_tell_of_events_by_words_and_figures(
    kind: str, text: str, expected: list[tuple[str, str]]
) -> None:
    assert told(kind, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HBV reactivation, at times with hepatic failure, can occur in patients treated with such drugs.", "risk"),
        ("Aplasia can occur in patients receiving treatment with Kymriah.", "present"),
        ("Retinal reactions may occur after the injection, including retinal detachment and cataract.", "risk"),
        ("Symptoms may include headache, fever and rash.", "risk"),
        ("The most common reaction was cellulitis [see Warnings and Precautions (5.3)].", "present"),
        ("Reactivation of a virus, leading to progressive multifocal leukoencephalopathy, was reported.", "present"),
        (
            "Neutropenia 82 Anemia 59 Biochemistry Study 3 The safety of the drug was evaluated in 97 patients.",
            "present",
        ),
        ("Patients with an active infection should not start treatment until the infection is resolved.", "risk"),
        ("The incidence of arthralgia did not appear to decrease, neither did its severity.", "present"),
        ("Neurologic events (seizures), which could be fatal, were very commonly observed.", "present"),
        ("The frequency of headache was 5.4% with Kymriah 15 mg and 2.1% with placebo.", "present"),
        ("Treatment was associated with more liver enzyme elevations compared to treatment with placebo.", "present"),
        ("Headache occurred in 3% of patients in the placebo group.", "comparator"),
        ("There were no relevant differences in the rate of SAEs between the groups.", "present"),
    ],
)
def test_what_may_happen_is_a_risk_and_what_happened_is_none(text: str, expected: str) -> None:
    assert {assertion for _, assertion in told("adverse_reactions", text, "smpc")} == {expected}


def test_a_shortage_of_one_drug_denies_no_event() -> None:
    text = "Where it is not available, other measures instead of tocilizumab are needed to treat CRS."
    assert told("warnings", text, "smpc") == [("cytokine_release_syndrome", "risk")]


def test_an_organ_that_fails_is_an_event_in_a_list_and_a_state_elsewhere() -> None:
    listed = "CRS includes tachycardia, hypoxia, renal insufficiency, and hypotension."
    assert ("acute_kidney_injury", "present") in told("adverse_reactions", listed, "smpc")
    assert told("adverse_reactions", "Exposure was alike in renal insufficiency.", "smpc") == []


FOREIGN = " ".join(["Les patients traités par ce médicament ont développé une hypotension et un coma."] * 20)


def test_a_report_in_another_language_names_events_and_tells_of_none() -> None:
    assert told("adverse_reactions", FOREIGN, "smpc") == []


def allergy(kind: str, text: str) -> list[tuple[str, str]]:
    """The events of a section of a report on a product for an allergy."""
    indication = ("indication", "The product is indicated for patients with a diagnosis of egg allergy.")
    safety = ("clinical_safety", "Adverse events occurred.")
    found = sectioned("Ovalin: assessment report", indication, safety, (kind, text), regulator="EMA", source="ema")
    tags = read_document(found._replace(kind="assessment-report"), vocabulary()).tags
    return [
        (tag.text, str(tag.assertion)) for tag in tags if tag.concept == "hypersensitivity" and tag.role is Role.SUBJECT
    ]


def test_what_a_product_is_indicated_for_is_no_event_of_it() -> None:
    assert allergy("benefit_risk", "Few options exist for egg-allergic children.") == []
    assert allergy("clinical_safety", "Allergy was seen in 3 patients.") == [("Allergy", "present")]
    assert allergy("clinical_safety", "Systemic allergic reactions") == [("allergic reactions", "present")]


def test_each_arm_has_its_own_record() -> None:
    text = "Fever occurred in 12% of patients in the gene therapy arm and 10% in the placebo arm."
    both = [("pyrexia", "present"), ("pyrexia", "comparator")]
    assert told("adverse_reactions", text, "smpc") == both
    text = "Fever occurred in 1.5% of patients treated with Kymriah 45 mg, and 0.3% of patients treated with placebo."
    assert told("adverse_reactions", text, "smpc") == both
    text = "Fever was reported in 5 patients (8.4 per 100 years) on placebo and 9 patients (8.1) treated with Kymriah."
    assert ("pyrexia", "present") in told("adverse_reactions", text, "smpc")
    text = "In the control group 34 of 140 patients (24%) died and 8 of 140 (6%) had fever."
    assert ("pyrexia", "present") not in told("adverse_reactions", text, "smpc")


def test_a_row_that_a_label_prints_as_running_text_counts_a_symptom_as_well() -> None:
    found = sectioned(
        "Casgevy: package insert", ("indication", "Casgevy is for sickle cell disease."),
        ("adverse_reactions", "Laboratory abnormality Neutropenia 100 Anemia 92 Hypokalemia 19"),
        regulator="FDA", kind="label",
    )  # fmt: skip
    tags = read_document(found, vocabulary()).tags
    assert ("anaemia", Role.SUBJECT) in [(tag.concept, tag.role) for tag in tags]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "There were no deaths in patients with CRS.",
            [("death", "negated"), ("cytokine_release_syndrome", "present")],
        ),
        ("No patients with CRS were seen.", [("cytokine_release_syndrome", "negated")]),
        ("None of the patients with CRS died.", [("cytokine_release_syndrome", "present"), ("death", "negated")]),
        ("Five patients were not treated, since 2 patients died.", [("death", "present")]),
        ("No. systemic allergic reactions per year", [("hypersensitivity", "present")]),
        ("The six patients who did not respond developed fever.", [("pyrexia", "present")]),
        ("Six patients who did not tolerate the dose experienced nausea.", [("nausea_vomiting", "present")]),
        ("CRS did not occur until day 10.", [("cytokine_release_syndrome", "present")]),
        ("Of the 3 deaths, none was considered related to it.", [("death", "present")]),
        ("One subject who died was excluded from the analysis.", [("death", "present")]),
        (
            "The events (although without a reason by the applicant) stand in the table and comprise 4 cases of CRS.",
            [("cytokine_release_syndrome", "present")],
        ),
        ("Death 0 / 5258 (0) 0 / 5210 (0)", [("death", "negated")]),
        ("Fever was reported in 0 patients on 15 mg and 2 patients on 30 mg.", [("pyrexia", "present")]),
        (
            "In a safety study of another inhibitor, higher rates of thrombosis were observed.",
            [("thromboembolism", "background")],
        ),
        ("There was no dose relationship for dyskinesia.", [("dyskinesia", "present")]),
    ],
)
def test_a_denial_reaches_what_it_denies_and_no_further(text: str, expected: list[tuple[str, str]]) -> None:
    assert told("adverse_reactions", text, "smpc") == expected


def test_a_list_of_reactions_to_a_product_holds_symptoms_of_its_disease_too() -> None:
    found = sectioned(
        "Casgevy: product information",
        ("indication", "Casgevy is for beta-thalassaemia."),
        ("adverse_reactions", "Common: anaemia, neutropenia."),
        regulator="EMA",
        kind="smpc",
    )
    tags = read_document(found, vocabulary()).tags
    assert ("anaemia", Role.SUBJECT) in [(tag.concept, tag.role) for tag in tags]
