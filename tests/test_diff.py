"""`diff`: what runs since a moment changed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Gtminer
from library import CELLS, DOCUMENTS, FORMULA, INFANTS, MICE, READINGS, RETRACTED, fill, reading, tag

from gtminer.errors import InputError
from gtminer.model import Category, Link
from gtminer.report import changes
from gtminer.store.database import Store

NEW = FORMULA._replace(doc_id="pubmed:201", title="A new record", text="A new record\nNothing.", date="2026")
CHANGED = INFANTS._replace(text=INFANTS.text + " Corrected.", doi="10.5555/101b")
NOW_RETRACTED = MICE._replace(links=(Link("RetractionIn", "900"),))


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A store in whose second run everything happens that can happen."""
    folder = fill(tmp_path / "cache")
    with Store.open(folder / "gtminer.sqlite") as store:
        version = store.connection.execute("SELECT DISTINCT tagged_with FROM document").fetchone()[0]
        run = store.start_run("fetch", source="pubmed", query="aav")
        fresh = store.put([NEW, CHANGED, NOW_RETRACTED, CELLS, RETRACTED], run=run, seen="2026-01-03").fresh
        tags = {document: READINGS[FORMULA] for _, document in fresh}
        tags[CHANGED], tags[NOW_RETRACTED] = READINGS[INFANTS], READINGS[MICE]
        store.put_readings([(key, tags[document]) for key, document in fresh], tagged_with=version, run=run)
        store.set_status(["pubmed:104"], "vanished", run=run)
        key = store.connection.execute("SELECT id FROM document WHERE doc_id = 'pubmed:103'").fetchone()[0]
        death = tag(CELLS, Category.SAFETY, "death", "cytokine release syndrome")
        store.put_readings([(key, reading(death))], tagged_with=version, run=run)
        store.finish_run(run, "complete", new=1, changed=2)
    return folder


def rows(gtminer: Gtminer, *arguments: str) -> dict[str, dict[str, object]]:
    code, out, err = gtminer("diff", "-f", "jsonl", *arguments)
    assert code == 0, err
    return {row["doc_id"]: row for row in map(json.loads, out.splitlines())}


def test_each_document_says_what_became_of_it(gtminer: Gtminer, changed: Path) -> None:
    found = rows(gtminer, "--since", "1")
    assert {doc_id: row["change"] for doc_id, row in found.items()} == {
        "pubmed:201": ["new"],
        "pubmed:101": ["changed"],
        "pubmed:103": ["tagged anew"],
        "pubmed:102": ["changed", "retracted"],
        "pubmed:104": ["vanished"],
    }
    assert list(found) == ["pubmed:201", "pubmed:101", "pubmed:103", "pubmed:102", "pubmed:104"]
    assert found["pubmed:101"]["fields"] == ["text", "doi"]
    assert found["pubmed:102"]["fields"] == ["links"]


def test_the_evidence_is_the_sentence_of_the_gravest_tag(gtminer: Gtminer, changed: Path) -> None:
    found = rows(gtminer, "--since", "1")
    assert found["pubmed:101"]["safety"] == ["Hepatotoxicity"]
    assert found["pubmed:101"]["evidence"] == "Hepatotoxicity occurred in two of 12 (grade 3)."
    assert found["pubmed:103"]["safety"] == ["Death"]
    assert found["pubmed:102"]["evidence"] == MICE.title  # its event is a risk, so what it is about comes first
    assert found["pubmed:201"]["evidence"] is None


def test_the_counts_are_told_and_the_exit_code_only_when_asked_for(gtminer: Gtminer, changed: Path) -> None:
    code, out, err = gtminer("diff", "--since", "1", "--columns", "id")
    assert (code, out.count("\n")) == (0, 6)
    assert err.startswith("since run 1 (20")
    assert err.endswith("): 1 new, 2 changed, 1 retracted, 1 vanished, 1 tagged anew\n")
    assert gtminer("diff", "--since", "1", "--exit-code").code == 4
    assert gtminer("diff", "--since", "2", "--exit-code", "--columns", "id").out == "doc_id\n"
    assert gtminer("diff", "--since", "2", "--exit-code").code == 0


def test_all_is_new_since_a_week_ago_but_what_was_retracted_before(gtminer: Gtminer, changed: Path) -> None:
    _, out, err = gtminer("diff", "--columns", "id,change", "--no-header")
    assert {line.split(",")[1] for line in out.splitlines()} == {"new", "new; vanished"}
    assert err.splitlines()[0] == "2 retracted documents left out; --include-retracted shows them"
    assert "pubmed:105,new; retracted\n" in gtminer("diff", "--columns", "id,change", "--include-retracted").out


def test_filters_narrow_the_changes(gtminer: Gtminer, changed: Path) -> None:
    assert list(rows(gtminer, "--since", "1", "--event", "hepatotoxicity")) == ["pubmed:101", "pubmed:102"]
    assert list(rows(gtminer, "--since", "1", "--until", "2023")) == ["pubmed:102"]


@pytest.mark.parametrize(
    ("since", "message"),
    [
        ("9", "--since 9: no such run; the last one is 2"),
        ("yesterday", "--since: 'yesterday' is no run, date or age; write a run's number, 2026-06-30 or 7d"),
        ("2026-02-30", "--since: '2026-02-30' is no run, date or age; write a run's number, 2026-06-30 or 7d"),
        ("99999999d", "--since 99999999d: longer ago than anything; write for example 7d"),
    ],
)
def test_a_moment_that_cannot_be_understood_is_one_line(
    gtminer: Gtminer, changed: Path, since: str, message: str
) -> None:
    assert gtminer("diff", "--since", since) == (2, "", f"gtminer: {message}\n")


def test_runs_days_months_years_and_ages_are_moments(tmp_path: Path) -> None:
    fill(tmp_path, DOCUMENTS[:1])
    with Store.open(tmp_path / "gtminer.sqlite") as store:
        store.connection.execute("UPDATE run SET started_at = '2026-03-01T02:00:00+00:00'")
        now = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)

        def after(text: str) -> int:
            return changes.since(store.connection, text, now).run

        assert [after(text) for text in ("2026", "2026-03", "2026-03-01", "8d", "170h")] == [0, 0, 0, 0, 0]
        assert [after(text) for text in ("1", "2026-03-01T03:00", "2026-03-02", "7d", "168h")] == [1, 1, 1, 1, 1]
        with pytest.raises(InputError):
            after("3 weeks")
