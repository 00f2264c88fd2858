"""`status`: what people and monitors are told of a store."""

import json
import re
from pathlib import Path

import pytest
from conftest import Gtminer
from library import INFANTS, fill

from gtminer.store.database import Store

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 \(0 min ago\)")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    fill(tmp_path / "cache", ())
    return tmp_path / "cache" / "gtminer.sqlite"


def told(gtminer: Gtminer) -> list[str]:
    code, out, err = gtminer("status")
    assert (code, err) == (0, "")
    return MOMENT.sub("NOW", out).splitlines()


def test_an_interrupted_run_has_changed_what_it_committed(gtminer: Gtminer, store: Path) -> None:
    with Store.open(store) as one:
        run = one.start_run("import")
        one.put([INFANTS], run=run)
        one.finish_run(run, "interrupted", message="interrupted")
    assert told(gtminer) == [
        f"Store      {store}",
        "Documents  1 (1 pubmed); 0 retracted, 0 no longer listed, 1 not tagged",
        "Changed    NOW",
    ]


def test_what_waits_for_a_retry_is_said_in_words(gtminer: Gtminer, store: Path) -> None:
    with Store.open(store) as one:
        one.add_pending("import", ["a", "b"], "encrypted")
        one.add_pending("pubmed", ["1"], "not given by PubMed")
    assert told(gtminer)[-1] == "To retry   unreadable files of imports: 2, records of PubMed: 1"
    assert json.loads(gtminer("status", "-f", "json").out)["pending"] == {"import": 2, "pubmed": 1}


def test_tags_of_an_older_vocabulary_are_counted_with_what_to_do(gtminer: Gtminer, store: Path, tmp_path: Path) -> None:
    with Store.open(store) as one:
        one.put([INFANTS])
    assert gtminer("tag").code == 0
    assert told(gtminer)[1].endswith("0 not tagged")
    terms = tmp_path / "mine.tsv"
    terms.write_text("category\tconcept\tform\tmatch\tneeds\tunless\tsource\nsafety\t\tmay occur\tkill\t\t\tours\n")
    code, out, err = gtminer("status", env={"GTMINER_VOCABULARY": str(terms)})
    assert (code, err) == (0, "")
    assert out.splitlines()[1].endswith("0 not tagged, 1 tagged by an older vocabulary or code; run 'gtminer tag'")
    terms.write_text("no table")
    assert gtminer("status", env={"GTMINER_VOCABULARY": str(terms)}).code == 0


def test_a_part_that_was_asked_for_is_neither_a_success_nor_a_failure(gtminer: Gtminer, store: Path) -> None:
    with Store.open(store, create=True) as opened:
        for state in ("complete", "part"):
            run = opened.start_run("fetch", source="ema", query="aav")
            opened.finish_run(run, state)
    assert told(gtminer)[-1] == "Fetched    ema aav: 0 documents, last success NOW"
    with Store.open(store, create=True) as opened:
        run = opened.start_run("fetch", source="fda", query="aav")
        opened.finish_run(run, "part")
    assert told(gtminer)[-1] == "Fetched    fda aav: 0 documents, last success never"
    assert gtminer("status", "--fail-stale", "36h").code == 4


def test_a_fetch_that_a_signal_ended_is_told_as_interrupted(gtminer: Gtminer, store: Path) -> None:
    with Store.open(store) as one, pytest.raises(SystemExit), one.recorded_run("fetch", source="ema", query="x"):
        raise SystemExit(143)
    assert told(gtminer)[-1] == ("Fetched    ema x: 0 documents, last success never; then failed NOW: interrupted")
    code, _, err = gtminer("status", "--fail-stale", "36h")
    assert (code, err) == (4, "gtminer: older than 36h: ema x; run gtminer fetch\n")
