"""What is said of an event: invented sentences row by row, and the shared worked examples."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from gtminer import tsv
from gtminer.model import Category, Document, Section, Tag
from gtminer.tag import vocabulary
from gtminer.tag.analysis import Analysis
from gtminer.tag.assertion import Assertions
from gtminer.tag.clauses import Clauses
from gtminer.tag.tagger import read_document
from gtminer.tag.vocabulary import Vocabulary

ROWS = list(
    tsv.read(
        Path(__file__).parent / "data" / "assertions.tsv", ("rule", "section", "text", "event", "assertion", "cue")
    )
)


class Said(NamedTuple):
    assertion: str
    cue: str


@cache
def words() -> Vocabulary:
    return vocabulary.load()


def events(text: str, section: str = "-") -> list[Tag]:
    sections = () if section == "-" else (Section(section, "", 0, len(text)),)
    reading = read_document(Document("text:1", "file", "", text, sections), words())
    return [tag for tag in reading.tags if tag.category is Category.SAFETY]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['rule']}: {row['text'][:60]} [{row['event']}]")
def test_a_sentence_says_of_an_event_what_a_reader_takes_from_it(row: tsv.Row) -> None:
    start = row["text"].index(row["event"])
    found = [
        Said(str(tag.assertion), tag.cue or "-")
        for tag in events(row["text"], row["section"])
        if tag.start < start + len(row["event"]) and start < tag.end
    ]
    assert found[:1] == [Said(row["assertion"], row["cue"])]


def test_the_rows_cover_the_rules() -> None:
    assert len(ROWS) >= 150
    assert {row["rule"].split()[0] for row in ROWS} >= {"2", "3", "4", "5", "6", "9", "14"}


def test_each_sentence_of_a_mixed_abstract_has_its_own_subjects() -> None:
    tags = events("Mice had seizures at the high dose. Two patients had headache. No patient had seizures.")
    assert [(tag.concept, str(tag.assertion)) for tag in tags] == [
        ("seizure", "preclinical"),
        ("headache", "present"),
        ("seizure", "negated"),
    ]


def test_a_long_sentence_is_judged_in_few_steps() -> None:
    """Ten thousand mentions in one sentence without an end: each costs bisections, not a walk through all cues."""
    text = "no fever and headache or " * 10_000
    analysis = Analysis(Document("text:1", "file", "", text), words())
    spans = [(start, start + 5) for start in range(3, len(text), 25)]
    sentence = Assertions(Clauses(analysis, 0, len(text), spans))
    assert {str(sentence.of(span).assertion) for span in spans} == {"negated"}


# Single sentences seldom say what the therapy is, so its events count too where the sentence is about none.
OF_THE_THERAPY = ("an event of the therapy", "the document is about no therapy")

# The share of the worked examples' pairs of term and assertion, and of what is given, that must agree.
FLOOR = 0.87


@pytest.mark.shared
def test_the_worked_examples_are_read_as_the_curators_read_them(shared: Path) -> None:
    right = wanted = given = 0
    for line in (shared / "taxonomy" / "examples.jsonl").read_text(encoding="utf-8").splitlines():
        example = json.loads(line)
        expected = {(event["term"], event["assertion"]) for event in example["safety"]}
        tags = [tag for tag in events(example["text"]) if tag.rule in OF_THE_THERAPY]
        found = {(tag.concept, str(tag.assertion)) for tag in tags}
        right, wanted, given = right + len(expected & found), wanted + len(expected), given + len(found)
    assert 2 * right / (wanted + given) >= FLOOR


def test_only_the_title_of_a_label_names_a_section() -> None:
    sentence = "Hepatotoxicity is listed."
    label = "Alphagen: EU product information, section 4.4"
    paper = "Warnings and precautions of AAV gene therapy"

    def said(title: str) -> str:
        document = Document("text:1", "file", title, f"{title}\n{sentence}")
        tags = [tag for tag in read_document(document, words()).tags if tag.concept == "hepatotoxicity"]
        return str(tags[0].assertion)

    assert (said(label), said(paper)) == ("risk", "present")


def test_what_a_protocol_tells_of_as_found_was_found_earlier() -> None:
    text = (
        "This study will enrol ten adults. Participants will receive an AAV8 vector. Seizures will be recorded. "
        "The vector was given to five adults before, and headache was reported. Adverse events will be graded."
    )
    assert [(tag.concept, str(tag.assertion)) for tag in events(text)] == [
        ("seizure", "planned"),
        ("headache", "background"),
        ("adverse_event_any", "planned"),
    ]
