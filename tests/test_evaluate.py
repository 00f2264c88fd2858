"""How tags are scored against a curator's: micro-averages, ancestors, what costs nothing, and the errors listed."""

import json
from collections.abc import Set
from pathlib import Path
from typing import Any

import pytest
from conftest import Gtminer

from gtminer.documents import gold as gold_files
from gtminer.documents.gold import Gold
from gtminer.errors import InputError
from gtminer.model import (
    Assertion,
    Category,
    DocumentTags,
    Population,
    Reading,
    Rejected,
    Role,
    SafetyTag,
    Section,
    Tag,
)
from gtminer.report.evaluation import Error, Score, errors, evaluate, figures, unknown

PARENTS = {
    "aav9": "aav",
    "aav8": "aav",
    "gene_addition": "gene_therapy",
    "car_t": "gene_therapy",
    "in_vivo_cns": "in_vivo",
}
LINE = {
    "id": "X1",
    "title": "An invented trial",
    "abstract": "No hepatitis was seen. A rash occurred.",
    "modality": [],
    "vector": [],
    "indication": [],
    "safety": [],
}


def ancestors(category: Category, slug: str) -> Set[str]:
    found = {slug}
    while (slug := PARENTS.get(slug, "")) != "":
        found.add(slug)
    return found


def gold(**fields: Any) -> Gold:
    (answer,) = gold_files.read([json.dumps(LINE | fields).encode()], "gold.jsonl")
    return answer


def reading(
    *,
    modality: tuple[str, ...] = (),
    vector: tuple[str, ...] = (),
    indication: tuple[str, ...] = (),
    safety: tuple[tuple[str, str], ...] = (),
    inferred_modality: tuple[str, ...] = (),
    gene_therapy: bool = True,
    population: Population = Population.HUMAN,
    tags: tuple[Tag, ...] = (),
    rejected: tuple[Rejected, ...] = (),
) -> Reading:
    events = tuple(SafetyTag(term, Assertion(assertion)) for term, assertion in safety)
    summary = DocumentTags(
        modality, vector, indication, events, inferred_modality, (), (), gene_therapy, population
    )  # fmt: skip
    return Reading(tags, rejected, summary)


def score(measure: str, answer: Gold, given: Reading) -> Score:
    return evaluate([(answer, given)], ancestors).scores[measure]


# Scores


def test_a_serotype_answered_by_its_parent_is_half_right() -> None:
    assert score("vector", gold(vector=["aav9"]), reading(vector=("aav",))) == Score(right=1, missed=1, false=0)


def test_another_serotype_shares_the_parent() -> None:
    assert score("vector", gold(vector=["aav9"]), reading(vector=("aav8",))) == Score(right=1, missed=1, false=1)


def test_the_root_is_not_compared() -> None:
    assert score("modality", gold(modality=["gene_addition"]), reading(modality=("car_t",))) == Score(0, 1, 1)
    assert score("modality", gold(modality=["gene_therapy"]), reading()) == Score(0, 0, 0)


def test_indications_are_compared_without_ancestors() -> None:
    assert score("indication", gold(indication=["aav9"]), reading(indication=("aav",))) == Score(0, 1, 1)


def test_what_follows_from_a_product_counts_as_given() -> None:
    assert score("modality", gold(modality=["car_t"]), reading(inferred_modality=("car_t",))) == Score(1, 0, 0)


@pytest.mark.parametrize("field", ["inferred", "optional"])
def test_an_inferred_or_optional_slug_costs_nothing_either_way(field: str) -> None:
    answer = gold(**{field: {"modality": ["in_vivo_cns"]}})
    assert score("modality", answer, reading()) == Score(0, 0, 0)
    assert score("modality", answer, reading(modality=("in_vivo_cns",))) == Score(0, 0, 0)
    assert score("modality", answer, reading(modality=("in_vivo",))) == Score(0, 0, 0)


def test_an_ancestor_shared_with_a_required_slug_is_required() -> None:
    answer = gold(vector=["aav9"], optional={"vector": ["aav8"]})
    assert score("vector", answer, reading(vector=("aav8",))) == Score(right=1, missed=1, false=0)


def test_safety_is_scored_by_term_and_by_term_with_assertion() -> None:
    answer = gold(safety=[{"term": "rash", "assertion": "present"}, {"term": "hepatitis", "assertion": "negated"}])
    given = reading(safety=(("rash", "risk"), ("hepatitis", "negated"), ("death", "present")))
    assert score("safety", answer, given) == Score(2, 0, 1)
    assert score("safety_assertion", answer, given) == Score(1, 1, 2)


def test_an_optional_event_costs_nothing_with_any_assertion() -> None:
    answer = gold(optional={"safety": ["rash"]}, safety=[])
    for assertion in Assertion:
        given = reading(safety=(("rash", assertion),))
        assert score("safety", answer, given) == Score(0, 0, 0)
        assert score("safety_assertion", answer, given) == Score(0, 0, 0)


def test_an_optional_assertion_costs_nothing_when_given() -> None:
    answer = gold(
        safety=[{"term": "rash", "assertion": "present"}], optional={"safety_assertion": [["rash", "background"]]}
    )
    assert score("safety_assertion", answer, reading(safety=(("rash", "background"),))) == Score(0, 1, 0)
    assert score("safety_assertion", answer, reading(safety=(("rash", "risk"),))) == Score(0, 1, 1)


def test_gene_therapy_is_scored_as_a_yes_and_population_as_an_answer() -> None:
    answers = [gold(gene_therapy=flag, population="human") for flag in (True, True, False, False)]
    given = [reading(gene_therapy=flag) for flag in (True, False, True, False)]
    given[0] = reading(population=Population.ANIMAL)
    scores = evaluate(zip(answers, given, strict=True), ancestors).scores
    assert scores["gene_therapy"] == Score(1, 1, 1)
    assert scores["population"] == Score(3, 1, 1)
    assert scores["population"].f1 == 0.75


def test_figures_are_micro_averages_over_all_documents() -> None:
    pairs = [
        (gold(indication=["a", "b", "c"]), reading(indication=("a", "b", "c"))),
        (gold(indication=["d"]), reading(indication=("e",))),
    ]
    found = evaluate(pairs, ancestors)
    total = found.scores["indication"]
    assert (total, total.precision, total.recall, total.f1) == (Score(3, 1, 1), 0.75, 0.75, 0.75)
    assert list(figures(found).rows)[2] == ("indication", "0.750", "0.750", "0.750", 3, 1, 1)


def test_a_figure_with_nothing_to_count_is_empty() -> None:
    rows = list(figures(evaluate([(gold(), reading())], ancestors)).rows)
    assert rows[0] == ("modality", None, None, None, 0, 0, 0)


def test_a_field_that_a_line_does_not_have_is_not_scored() -> None:
    fields = {key: value for key, value in LINE.items() if key != "indication"}
    (answer,) = gold_files.read([json.dumps(fields).encode()], "gold.jsonl")
    assert score("indication", answer, reading(indication=("a",))) == Score(0, 0, 0)


# Errors


def tag(category: Category, concept: str, words: str, **fields: Any) -> Tag:
    text = gold().document.text
    start = text.index(words)
    first, last = text.rfind("\n", 0, start) + 1, text.index(".", start) + 1
    return Tag(category, concept, words, start, start + len(words), first, last, "abstract")._replace(**fields)


def found(answer: Gold, given: Reading) -> list[Error]:
    return list(errors(evaluate([(answer, given)], ancestors)).rows)  # type: ignore[arg-type]


def test_each_miss_says_how_it_was_lost() -> None:
    text = gold().document.text
    answer = gold(indication=["a", "b", "c"])
    start = text.index("rash")
    given = reading(
        tags=(tag(Category.INDICATION, "a", "hepatitis", role=Role.MENTION, rule="example"),),
        rejected=(Rejected(Category.INDICATION, "b", start, start + 4, "short form without a definition"),),
    )
    sentence = "No hepatitis was seen."
    assert found(answer, given) == [
        ("X1", "indication", "not found", "c", None, None, None, "An invented trial"),
        ("X1", "indication", "rejected", "b", None, None, "short form without a definition",
         "No hepatitis was seen. A rash occurred."),
        ("X1", "indication", "only mentioned", "a", None, None, "rule example", sentence),
    ]  # fmt: skip


def test_a_false_alarm_and_a_wrong_assertion_show_words_and_cue() -> None:
    answer = gold(safety=[{"term": "hepatitis", "assertion": "present"}])
    given = reading(
        safety=(("hepatitis", "negated"), ("rash", "present")),
        tags=(
            tag(Category.SAFETY, "hepatitis", "hepatitis", assertion=Assertion.NEGATED, cue="No"),
            tag(Category.SAFETY, "rash", "rash", rule="event"),
        ),
    )
    rash, hepatitis = found(answer, given)
    assert rash == ("X1", "safety", "false alarm", "rash", None, "present", "'rash', rule event",
                    "No hepatitis was seen. A rash occurred.")  # fmt: skip
    assert hepatitis == ("X1", "safety_assertion", "wrong assertion", "hepatitis", "present", "negated", "cue 'No'",
                         "No hepatitis was seen.")  # fmt: skip


def test_what_costs_nothing_is_no_error() -> None:
    answer = gold(
        vector=["aav9"],
        inferred={"modality": ["car_t"]},
        optional={"safety": ["rash"], "safety_assertion": [["hepatitis", "risk"]]},
        safety=[{"term": "hepatitis", "assertion": "present"}],
    )
    given = reading(vector=("aav9",), modality=("car_t",), safety=(("rash", "risk"), ("hepatitis", "risk")))
    assert found(answer, given) == []


# Gold files


def test_a_gold_line_becomes_the_document_that_pubmed_would_give() -> None:
    fields = LINE | {"pmid": "1", "title": "A title.", "abstract": "METHODS: We looked. RESULTS: We saw."}
    document = gold_files.document(fields)
    assert (document.doc_id, document.title) == ("pubmed:1", "A title.")
    assert document.text == "A title.\nWe looked.\nWe saw."
    assert document.sections == (
        Section("title", "", 0, 8),
        Section("methods", "METHODS", 9, 19),
        Section("results", "RESULTS", 20, 27),
    )


def test_a_line_may_have_a_text_in_place_of_title_and_abstract() -> None:
    document = gold_files.document({"id": "P7", "text": "A title\nThe rest.\nMore."})
    assert (document.doc_id, document.title, document.text) == ("P7", "A title", "A title\nThe rest.\nMore.")
    assert document.sections == (Section("title", "", 0, 7), Section("abstract", "", 8, 23))
    assert gold_files.document({"id": "P8", "text": "One line."}).title == ""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "not JSON (Expecting property name enclosed in double quotes)"),
        (b"[]", "not a JSON object"),
        (b"\xff", "not UTF-8"),
        (b'{"id": "1", "title": "T"}', "none of the fields modality, vector, indication, safety"),
        (b'{"title": "T", "safety": []}', "no 'id'"),
        (b'{"id": "1", "title": "T", "vector": "aav"}', 'a list of slugs is expected where "aav" stands'),
        (b'{"id": "1", "title": "T", "safety": [{"term": "rash", "assertion": "maybe"}]}',
         "'maybe' is not a valid Assertion"),
        (b'{"id": "1", "title": "T", "safety": [{"term": "rash"}]}', "no 'assertion'"),
        (b'{"id": "1", "title": "T", "safety": [], "gene_therapy": "yes"}',
         "gene_therapy is 'yes'; write true or false"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_scored_is_refused_with_its_number(line: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        list(gold_files.read([json.dumps(LINE).encode(), b"", line], "gold.jsonl"))
    assert str(caught.value) == f"gold.jsonl line 3: {message}; mend it or take it out"


def test_a_gold_file_without_documents_is_refused() -> None:
    with pytest.raises(InputError, match=r"gold\.jsonl: no documents in it"):
        list(gold_files.read([b"\n"], "gold.jsonl"))


def test_slugs_that_the_vocabulary_lacks_are_named() -> None:
    answers = [gold(vector=["aav9", "aav99"], safety=[{"term": "rash", "assertion": "risk"}])]
    assert unknown(answers, {(Category.VECTOR, "aav9")}) == ["safety rash", "vector aav99"]


def test_a_gold_file_that_is_not_there_is_one_line(gtminer: Gtminer, tmp_path: Path) -> None:
    assert gtminer("evaluate", "missing.jsonl") == (
        2, "", "gtminer: missing.jsonl: cannot be read (No such file or directory); name a gold file\n"
    )  # fmt: skip


# The command


@pytest.fixture
def gold_file(tmp_path: Path) -> Path:
    lines = [
        {"id": "X1", "title": "AAV8 gene therapy in haemophilia B", "abstract": "No hepatotoxicity was seen.",
         "modality": [], "vector": ["aav8"], "indication": ["haemophilia_b"],
         "safety": [{"term": "hepatotoxicity", "assertion": "present"}], "optional": {"modality": ["in_vivo"]},
         "inferred": {"modality": ["gene_addition"]}, "gene_therapy": True},
        {"id": "X2", "title": "A paper on glass", "abstract": "Glass is hard.", "modality": [], "vector": [],
         "indication": ["sma", "no_such_slug"], "safety": [], "gene_therapy": False},
    ]  # fmt: skip
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_the_figures_are_a_table_without_any_store(gtminer: Gtminer, gold_file: Path) -> None:
    code, out, err = gtminer("evaluate", "gold.jsonl")
    assert (code, err) == (
        0,
        "warning: gold.jsonl: not in the vocabulary, so always missed: indication no_such_slug\n2 documents compared\n",
    )
    rows = {line.split(",")[0]: line for line in out.splitlines()}
    assert rows["measure"] == "measure,precision,recall,f1,right,missed,false_alarms"
    assert rows["vector"] == "vector,1.000,1.000,1.000,2,0,0"
    assert rows["indication"] == "indication,1.000,0.333,0.500,1,2,0"
    assert rows["safety"] == "safety,1.000,1.000,1.000,1,0,0"
    assert rows["safety_assertion"] == "safety_assertion,0.000,0.000,0.000,0,1,1"
    assert rows["gene_therapy"] == "gene_therapy,1.000,1.000,1.000,1,0,0"


def test_errors_are_listed_by_measure_with_the_figures_beside_them(gtminer: Gtminer, gold_file: Path) -> None:
    code, out, err = gtminer("evaluate", "-", "--errors", "-f", "jsonl", stdin=gold_file.read_bytes())
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(row["measure"], row["kind"], row["concept"]) for row in rows if row["measure"] != "modality"] == [
        ("indication", "not found", "no_such_slug"),
        ("indication", "not found", "sma"),
        ("safety_assertion", "wrong assertion", "hepatotoxicity"),
    ]
    assert rows[-1]["sentence"] == "No hepatotoxicity was seen."
    assert "indication: F1 0.500 (2 missed, 0 false alarms)\n" in err


def test_a_bound_on_f1_ends_with_4_and_names_what_is_below(gtminer: Gtminer, gold_file: Path) -> None:
    code, _, err = gtminer("evaluate", "gold.jsonl", "--min-f1", "0.8")
    assert code == 4
    assert err.splitlines()[-1].startswith("gtminer: F1 below 0.8: indication 0.500, safety_assertion 0.000")
    assert gtminer("evaluate", "gold.jsonl", "--min-f1", "80") == (
        2, "", "gtminer: --min-f1 80.0: write a number between 0 and 1\n"
    )  # fmt: skip


@pytest.mark.shared
def test_the_curated_texts_can_all_be_scored(gtminer: Gtminer, shared: Path) -> None:
    code, out, err = gtminer("evaluate", str(shared / "data" / "gold" / "dev.jsonl"))
    assert (code, err) == (0, "261 documents compared\n")
    assert [line.split(",")[0] for line in out.splitlines()[1:]] == [
        "modality", "vector", "indication", "safety", "safety_assertion", "gene_therapy", "population",
    ]  # fmt: skip
