"""Whose an event is: the therapy's, or the disease's, another treatment's, a wish, a state of the laboratory."""

from functools import cache

import pytest

from gtminer.model import Category, Document, Role
from gtminer.tag import vocabulary
from gtminer.tag.tagger import read_document
from gtminer.tag.vocabulary import Vocabulary

TRIAL = "AAV8 gene therapy for haemophilia B: results of a trial in ten patients"
MICE = "AAV8 gene therapy in mice with phenylketonuria"
LABEL = "Alphagen: US prescribing information, warnings and precautions"

VACCINE = "An adenoviral vector vaccine against Ebola"
CHEMICAL = "Bisphenol A in zebrafish larvae"
STATE = "a disease or a state; nothing says that it followed the therapy"
NO_THERAPY = "the document is about no therapy"


@cache
def words() -> Vocabulary:
    return vocabulary.load()


def role(title: str, sentence: str, concept: str) -> tuple[Role, str]:
    """The role of the first mention of *concept* in *sentence*, and the rule up to its colon."""
    document = Document("text:1", "file", title, f"{title}\n{sentence}")
    tags = read_document(document, words()).tags
    tag = next(tag for tag in tags if tag.category is Category.SAFETY and tag.concept == concept)
    return tag.role, (tag.rule or "").split(":")[0]


@pytest.mark.parametrize(
    ("title", "sentence", "concept"),
    [
        (TRIAL, "Headache was reported by two patients.", "headache"),
        (TRIAL, "Two patients developed an infection after the infusion.", "infection"),
        (TRIAL, "The vector may cause seizures.", "seizure"),
        (MICE, "Toxicity was dose-dependent, with seizures at the highest dose.", "seizure"),
        (TRIAL, "One patient with haemophilia B died of sepsis.", "death"),
        (LABEL, "Hepatotoxicity may occur.", "hepatotoxicity"),
        (LABEL, "Patients must be monitored for infections.", "infection"),
        (LABEL, "Infections were reported after allogeneic transplantation.", "infection"),
    ],
)
def test_events_of_the_therapy_are_its_own(title: str, sentence: str, concept: str) -> None:
    assert role(title, sentence, concept) == (Role.SUBJECT, "an event of the therapy")


@pytest.mark.parametrize(
    ("title", "sentence", "concept", "rule"),
    [
        (TRIAL, "Standard treatment leads to infections.", "infection", "an event of another treatment"),
        (TRIAL, "Haemophilia B is characterised by bleeding.", "haemorrhage", "tells of the disease"),
        (TRIAL, "The bleeding rate fell by half.", "haemorrhage", "a symptom of haemophilia_b"),
        (TRIAL, "Exclusion criteria were hepatotoxicity and prior stroke.", "stroke_event", "who may take part"),
        (TRIAL, "Only those who had never had a stroke could take part.", "stroke_event", "who may not take part"),
        (TRIAL, "Hepatotoxicity was not assessed.", "hepatotoxicity", "not looked at"),
        (TRIAL, "The dose was chosen to limit toxicity.", "adverse_event_any", "a wish"),
        (TRIAL, "No new adverse events were identified.", "adverse_event_any", "nothing new"),
        (MICE, "The vector rescued the mice from seizures.", "seizure", "what is treated"),
        (MICE, "Hypertension is frequent in this strain.", "hypertension_event", STATE),
        (VACCINE, "Ebola virus infection was looked for afterwards.", "infection", "the disease that is treated"),
        (CHEMICAL, "Hepatotoxicity and other toxicity were seen in larvae.", "hepatotoxicity", NO_THERAPY),
    ],
)  # fmt: skip
def test_others_are_only_named(title: str, sentence: str, concept: str, rule: str) -> None:
    assert role(title, sentence, concept) == (Role.MENTION, rule)


def test_a_general_word_gives_way_to_the_events_themselves() -> None:
    text = "Adverse events were headache and nausea."
    assert role(TRIAL, text, "adverse_event_any") == (Role.MENTION, "the events themselves are named")
    assert role(TRIAL, text, "headache") == (Role.SUBJECT, "an event of the therapy")


def test_a_tumour_that_arises_is_an_event_even_where_the_disease_is_treated_too() -> None:
    text = "Acute myeloid leukaemia developed in two patients. Acute myeloid leukaemia was treated with chemotherapy."
    title = "CAR-T cells for acute myeloid leukaemia"
    assert role(title, text, "aml_event")[0] is Role.MENTION  # in the title
    tags = read_document(Document("text:1", "file", title, f"{title}\n{text}"), words()).tags
    roles = [tag.role for tag in tags if tag.concept == "aml_event"]
    assert roles == [Role.MENTION, Role.SUBJECT, Role.MENTION]


def test_a_disease_that_the_product_does_not_treat_is_an_event_where_patients_were_diagnosed_with_it() -> None:
    title = "Carvykti: prescribing information, section 5"
    text = "Myelodysplastic syndrome and acute myeloid leukaemia were diagnosed in patients who had received Carvykti."
    for event in ("mds_event", "aml_event"):
        assert role(title, text, event) == (Role.SUBJECT, "an event of the therapy")
    found = read_document(Document("text:1", "file", title, f"{title}\n{text}"), words()).summary
    assert not {"mds", "aml"} & set(found.indication)


def test_a_text_that_names_what_only_the_treated_have_is_about_a_therapy() -> None:
    title, text = "Managing cytokine release", "Cytokine release syndrome was seen in two adults, and seizures in one."
    for event in ("cytokine_release_syndrome", "seizure"):
        assert role(title, text, event) == (Role.SUBJECT, "an event of the therapy")


def test_the_cytokine_storm_of_an_infection_is_no_event_of_a_therapy() -> None:
    title, text = "COVID-19 and the lung", "Patients with COVID-19 had cytokine storm and thrombosis."
    assert role(title, text, "thromboembolism") == (Role.MENTION, "the document is about no therapy")


def test_events_listed_behind_their_grade_are_events() -> None:
    text = "Grade 3 AEs: lymphopenia 12, anaemia 4."
    assert role(TRIAL, text, "anaemia") == (Role.SUBJECT, "an event of the therapy")
