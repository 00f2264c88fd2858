"""Grade, n, N, percentage and arm of mentions: a table of sentences, table rows, any text at all."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtminer import tsv
from gtminer.tag.measures import Measures, measure
from gtminer.tag.printed.arms import is_comparator
from gtminer.tag.rows import measure_row

SENTENCES = Path(__file__).parent / "data" / "measures.tsv"
FIELDS = Measures._fields


def unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the sentence without its [[marks]], and the spans of what was marked."""
    parts, spans, size = [], [], 0
    for place, part in enumerate(re.split(r"\[\[|\]\]", marked)):
        if place % 2:
            spans.append((size, size + len(part)))
        parts.append(part)
        size += len(part)
    return "".join(parts), spans


def written(records: tuple[Measures, ...]) -> str:
    """Write records as the table does: ``grade=3 n=2; grade=4 n=1``, ``-`` for nothing."""
    return "; ".join(
        " ".join(f"{name}={value}" for name, value in zip(FIELDS, record, strict=True) if value is not None) or "-"
        for record in records
    )


ROWS = [
    (row["sentence"], row["before"], row["expected"])
    for row in tsv.read(SENTENCES, ("sentence", "before", "expected", "source"))
]


@pytest.mark.parametrize(("sentence", "before", "expected"), ROWS)
def test_a_sentence_gives_its_mentions_what_it_prints(sentence: str, before: str, expected: str) -> None:
    text, spans = unmarked(sentence)
    assert " | ".join(written(records) for records in measure(text, spans, before)) == expected


HEADER = (
    "Adverse reaction",
    "Vector (N = 68)\nAll grades n (%)",
    "Vector (N = 68)\nGrade ≥3 n (%)",
    "Placebo (N=34) n (%)",
)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            ("Headache", "12 (18)", "1 (1.5)", "0"),
            [
                Measures("any", "12", "68", "18", "Vector"),
                Measures(">=3", "1", "68", "1.5", "Vector"),
                Measures(None, "0", "34", None, "Placebo"),
            ],
        ),
        (
            ("Fever", "–", "", "3 (9%)"),
            [
                Measures("any", None, "68", None, "Vector"),
                Measures(">=3", None, "68", None, "Vector"),
                Measures(None, "3", "34", "9", "Placebo"),
            ],
        ),
    ],
)
def test_a_table_row_gives_one_record_for_each_arm_column(row: tuple[str, ...], expected: list[Measures]) -> None:
    assert measure_row(HEADER, row) == expected


def test_frequency_words_and_classes_are_no_percentages() -> None:
    header = ("System organ class", "Preferred term", "Frequency")
    assert measure_row(header, ("Nervous system disorders", "Headache", "Very common")) == []


def test_columns_of_numbers_and_of_percentages_of_one_arm_are_one_record() -> None:
    header = (
        "Preferred term",
        "Grade 1 No.",
        "Grade 1 %",
        "Grade 2 No.",
        "Grade 2 %.",
        "Total number of patients No.",
        "Total number of patients %",
    )
    assert measure_row(header, ("Pyrexia", "1*", "3.3", "0", "0.0", "1", "3.3")) == [
        Measures("1", "1", None, "3.3", None),
        Measures("2", "0", None, "0.0", None),
        Measures(None, "1", None, "3.3", None),
    ]
    assert measure_row(("Term", "Vector %", "Placebo %"), ("Rash", "0.0", "2")) == [
        Measures(None, "0", None, "0.0", "Vector"),
        Measures(None, None, None, "2", "Placebo"),
    ]


def test_columns_that_count_nobody_give_no_record() -> None:
    header = ("Term", "10 mg/day (N=68)", "Placebo (N=34)", "Risk Difference (%)", "Onset Day", "p-value")
    assert measure_row(header, ("Rash", "12 (18)", "1 (3)", "15", "156", "0.02")) == [
        Measures(None, "12", "68", "18", "10 mg/day"),
        Measures(None, "1", "34", "3", "Placebo"),
    ]


def test_a_column_of_percentages_and_a_column_of_events_are_told_apart() -> None:
    header = ("Term", "Patients (%)", "Events")
    assert measure_row(header, ("Rash", "12.5", "17")) == [Measures(None, None, None, "12.5", None)]


@pytest.mark.parametrize(
    ("arm", "comparator"),
    [
        ("placebo", True),
        ("Standard-care", True),
        ("sham", True),
        ("control", True),
        ("cohort 2", False),
        ("axi-cel", False),
    ],
)
def test_a_control_arm_is_known_by_its_name(arm: str, comparator: bool) -> None:
    assert is_comparator(arm) is comparator


VOCABULARY = """
grade Grade 3 III ≥ > = - – / ( ) [ ] , ; . of in with and or to than vs 12 3/12 25 % n N patients cohort arm the two no
none all except fever CRS severe mild died had was were including respectively twenty one up at least 1,234 G3 ² ٣
"""
WORDS = st.sampled_from(VOCABULARY.split())


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.lists(WORDS, max_size=60).map(" ".join), st.text(max_size=200)),
    st.lists(st.tuples(st.integers(-5, 250), st.integers(-5, 250)), max_size=6),
    st.lists(WORDS, max_size=20).map(" ".join),
)
def test_any_text_gives_each_mention_at_least_one_record(text: str, spans: list[tuple[int, int]], before: str) -> None:
    found = measure(text, spans, before)
    assert [len(records) > 0 for records in found] == [True] * len(spans)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=6), st.lists(st.text(max_size=40), max_size=6))
def test_any_row_gives_at_most_one_record_a_cell(header: list[str], row: list[str]) -> None:
    assert len(measure_row(header, row)) <= max(0, len(row) - 1)


# The words of the worked examples' events, for lack of a tagger here: the test is of the numbers alone.
EVENTS = {
    "acute_liver_failure": "acute liver failure",
    "adverse_event_any": "well tolerated",
    "aml_event": "Acute myeloid leukaemia arose",
    "cns_tumour_event": "intraventricular tumour",
    "complement_activation": "complement activation",
    "csf_leak": "cerebrospinal fluid leak",
    "cytokine_release_syndrome": "CRS|cytokine release syndrome",
    "death": "died",
    "dose_limiting_toxicity": "dose-limiting toxicities",
    "febrile_neutropenia": "febrile neutropenia",
    "gvhd_event": "graft-versus-host disease",
    "headache": "headache",
    "hepatocellular_carcinoma_event": "hepatocellular carcinoma",
    "hypotony": "hypotony",
    "icaht_prolonged_cytopenia": "Cytopenia persisting beyond day 30",
    "icans": "ICANS",
    "iec_hs": "IEC-HS",
    "infection": "infections",
    "infusion_reaction": "infusion reactions",
    "intraocular_inflammation": "ocular inflammation",
    "loss_of_transgene_expression": "Loss of factor IX expression",
    "mds_event": "myelodysplastic syndrome",
    "mucositis": "mucositis",
    "multiorgan_failure": "multi-organ failure",
    "nausea_vomiting": "vomited",
    "retinal_atrophy": "chorioretinal atrophy",
    "secondary_t_cell_malignancy": "T-cell lymphoma",
    "serious_adverse_event": "serious adverse events",
    "thrombotic_microangiopathy": "thrombotic microangiopathy|atypical haemolytic uraemic syndrome",
    "transaminase_increase": "rise in ALT",
    "troponin_increased": "raised troponin I",
    "vector_integration": "vector integration",
    "veno_occlusive_disease": "VOD",
    "vestibular_dysfunction": "vertigo",
    "vision_decreased": "vision loss",
}


@pytest.mark.shared
def test_the_worked_examples_get_the_curators_numbers(shared: Path) -> None:
    """Exact per example and event: all its records, each with all five values. Arms are compared without hyphens."""
    right = total = 0
    for line in (shared / "taxonomy" / "examples.jsonl").read_text(encoding="utf-8").splitlines():
        example = json.loads(line)
        wanted: dict[str, set[tuple[str | None, ...]]] = {}
        for event in example["safety"]:
            if event["term"] in EVENTS and re.search(EVENTS[event["term"]], example["text"]):
                values = [event.get(field) for field in FIELDS]
                wanted.setdefault(event["term"], set()).add(plain(values))
        spans = sorted((match.span(), term) for term in wanted for match in re.finditer(EVENTS[term], example["text"]))
        found: dict[str, set[tuple[str | None, ...]]] = {}
        for (_, term), records in zip(spans, measure(example["text"], [span for span, _ in spans]), strict=True):
            found.setdefault(term, set()).update(plain(record) for record in records)
        total += len(wanted)
        right += sum(found[term] == wanted[term] for term in wanted)
    print(f"{right} of {total} events with exactly the curator's records")
    assert total == 44
    assert right >= 40


def plain(values: Iterable[object]) -> tuple[str | None, ...]:
    """Return *values* as strings; an arm in one spelling, and "0" as nothing, for a denial says it."""
    *numbers, arm = [None if value is None else str(value) for value in values]
    grade, n, *others = numbers
    return (grade, None if n == "0" else n, *others, arm.lower().replace("-", " ") if arm else None)
