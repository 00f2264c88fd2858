"""Grade, n, N, percentage and arm of mentions: a table of sentences, table rows, any text at all."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtminer import tsv
from gtminer.tag.arms import is_comparator
from gtminer.tag.measures import Measures, measure
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
