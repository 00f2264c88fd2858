"""`search`: what people type is always understood; snippets; the same filters."""

import json

import pytest
from conftest import Gtminer
from hypothesis import given
from hypothesis import strategies as st
from library import fill

from gtminer.errors import InputError
from gtminer.report.search import question
from gtminer.store.database import Store


def found(ask: Gtminer, *arguments: str) -> list[str]:
    code, out, err = ask("search", "-f", "jsonl", *arguments)
    assert code == 0, err
    return sorted(json.loads(line)["doc_id"] for line in out.splitlines())


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("hepatotoxicity", ["ema:zolgensma/assessment-report", "pubmed:101", "pubmed:102"]),
        ("HEPATOTOXICITY infants", ["pubmed:101"]),
        ('"spinal muscular"', ["pubmed:101"]),
        ('"muscular spinal"', []),
        ("haemophilia OR lentiviral", ["pubmed:102", "pubmed:103"]),
        ("hepato* -infants", ["ema:zolgensma/assessment-report", "pubmed:102"]),
        ("CAR-T", ["pubmed:103"]),
        ('"living" drugs', ["pubmed:103"]),
        ("hepatotoxicity --source pubmed", []),
    ],
)
def test_words_phrases_alternatives_exclusions_and_beginnings(ask: Gtminer, text: str, ids: list[str]) -> None:
    assert found(ask, text) == ids


def test_several_arguments_are_one_question_and_filters_narrow_it(ask: Gtminer) -> None:
    assert found(ask, "hepatotoxicity", "risk") == ["pubmed:102"]
    assert found(ask, "hepatotoxicity", "--vector", "aav9", "--source", "pubmed") == ["pubmed:101"]


def test_the_best_match_comes_first_with_its_words_marked(ask: Gtminer) -> None:
    assert ask("search", "haemophilia", "dose") == (
        0,
        "doc_id,year,source,title,snippet,retracted\n"
        "pubmed:102,2023,pubmed,AAV8 in mice with haemophilia B: a dose study,"
        "AAV8 in mice with **haemophilia** B: a **dose** study Hepatotoxicity is a risk of high doses.,false\n",
        "",
    )


def test_only_retracted_documents_that_match_are_told(ask: Gtminer) -> None:
    assert ask("search", "retracted").err == (
        "no documents match\n1 retracted document left out; --include-retracted shows them\n"
    )
    assert found(ask, "retracted", "--include-retracted") == ["pubmed:105"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "search: no words in ''; write words that documents hold"),
        ('"(*)" :', "search: no words in '\"(*)\" :'; write words that documents hold"),
        ("-mouse -rat", "search: only words to leave out in '-mouse -rat'; write words that documents hold"),
    ],
)
def test_a_question_without_words_is_refused(ask: Gtminer, text: str, message: str) -> None:
    assert ask("search", "--", text) == (2, "", f"gtminer: {message}\n")


def test_what_fts5_would_read_as_syntax_is_text() -> None:
    assert question('title:x NEAR(a b) ^c "d AND {e}') == ('("title:x" AND "NEAR(a" AND "b)" AND "^c" AND "d AND {e}")')


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = fill(tmp_path_factory.mktemp("search"))
    return Store.open(folder / "gtminer.sqlite", read_only=True)


pieces = st.lists(
    st.sampled_from(['"', "*", "-", "OR", "AND", "NOT", "NEAR(", ")", ":", "^", "{", "+", "aav9", "é", "\x00"])
)


@given(st.one_of(st.text(), pieces.map(" ".join), pieces.map("".join)))
def test_no_text_is_a_syntax_error(store: Store, text: str) -> None:
    try:
        asked = question(text)
    except InputError:
        return
    store.connection.execute("SELECT count(*) FROM document_fts WHERE document_fts MATCH ?", (asked,)).fetchone()
