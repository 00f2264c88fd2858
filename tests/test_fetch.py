"""`gtminer fetch` as a program: one clear line for each failure, signals, the lock, all three sources in one run."""

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Gtminer

from gtminer.standin.eutils import PATH, Eutils
from gtminer.standin.faults import FAULTS
from gtminer.standin.records import synthetic
from gtminer.standin.server import Request, Response, StandIn
from gtminer.standin.world import World
from gtminer.store import lock

QUERY = """
name = "gene-therapy"
title = "Gene therapy"
[pubmed]
term = '"gene therapy"[tiab]'
[ema]
advanced_therapy = true
[fda]
advanced_therapy = true
"""


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn() as server:
        pubmed = Eutils()
        pubmed.add(*synthetic(430, until=pubmed.today))
        server.mount(PATH, pubmed)
        yield server


@pytest.fixture
def world() -> Iterator[World]:
    with World() as everything:
        yield everything


@pytest.fixture
def project(tmp_path: Path, environment: dict[str, str]) -> dict[str, str]:
    """A folder with one query file, and the environment of a user who gave an e-mail address."""
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "gene-therapy.toml").write_text(QUERY, encoding="utf-8")
    # The pace is kept among the processes of a user; other tests of this machine are no concern of ours.
    run = tmp_path / "run"
    run.mkdir()
    environment |= {"NCBI_EMAIL": "reader@example.org", "XDG_RUNTIME_DIR": str(run)}
    return environment


def eutils(standin: StandIn) -> dict[str, str]:
    return {"GTMINER_EUTILS_URL": standin.base_urls["eutils"]}


def count(folder: Path) -> int:
    with sqlite3.connect(folder / "cache" / "gtminer.sqlite") as connection:
        (number,) = connection.execute("SELECT count(*) FROM document").fetchone()
    connection.close()
    return int(number)


def test_a_fetch_tells_one_line_on_stderr_and_nothing_on_stdout(
    gtminer: Gtminer, project: dict[str, str], standin: StandIn, tmp_path: Path
) -> None:
    code, out, err = gtminer("fetch", "pubmed", env=eutils(standin))
    assert (code, out) == (0, "")
    assert err.splitlines()[0] == (
        f"https://eutils.ncbi.nlm.nih.gov/entrez/eutils/ is asked at {standin.base_urls['eutils']} (GTMINER_EUTILS_URL)"
    )
    assert err.splitlines()[-1] == "fetched PubMed 430 new, 0 changed (5 requests)"
    assert count(tmp_path) == 430
    assert oct((tmp_path / "cache").stat().st_mode & 0o777) == "0o700"


def test_all_three_sources_are_asked_in_one_run(gtminer: Gtminer, project: dict[str, str], world: World) -> None:
    code, out, err = gtminer("fetch", env=world.environment())
    assert (code, out) == (0, ""), err
    assert err.splitlines()[-1].startswith("fetched PubMed ")
    rows = gtminer("summarize", "--by", "source").out.splitlines()
    assert {row.split(",")[0] for row in rows[1:]} == {"pubmed", "ema", "fda"}
    assert len(err.splitlines()) <= 20


@pytest.mark.parametrize("fault", ["L24"])
def test_a_source_that_is_down_does_not_keep_the_others_from_being_fetched(
    gtminer: Gtminer, project: dict[str, str], world: World, fault: str, tmp_path: Path
) -> None:
    project["GTMINER_EUTILS_URL"] = "http://127.0.0.1:9/entrez/eutils/"
    served = {name: url for name, url in world.environment().items() if name != "GTMINER_EUTILS_URL"}
    code, out, err = gtminer("fetch", env=served)
    assert (code, out) == (3, "")
    assert "EMA 11 new" in err.splitlines()[-1]
    assert "warning: PubMed gene-therapy: cannot reach 127.0.0.1:9" in err
    assert count(tmp_path) > 11


@pytest.mark.parametrize("fault", ["G02"])
def test_without_any_network_nothing_moves_and_the_exit_code_is_75(
    gtminer: Gtminer, project: dict[str, str], fault: str
) -> None:
    nowhere = {"GTMINER_EUTILS_URL": "http://127.0.0.1:9/entrez/eutils/"}
    code, out, err = gtminer("fetch", "pubmed", env=nowhere)
    assert (code, out) == (75, "")
    assert err.splitlines()[-1].startswith("gtminer: no source could be reached: PubMed gene-therapy: cannot reach")
    assert err.splitlines()[-1].endswith("nothing was moved forward; run the command again later")


def test_a_dry_run_says_how_much_would_be_fetched_and_makes_no_store(
    gtminer: Gtminer, project: dict[str, str], standin: StandIn, tmp_path: Path
) -> None:
    code, out, err = gtminer("fetch", "pubmed", "--dry-run", env=eutils(standin))
    assert (code, out) == (0, "")
    assert err.splitlines()[-1] == "PubMed gene-therapy: 430 found, 430 to be fetched"
    assert not (tmp_path / "cache").exists()


def test_a_year_or_month_to_begin_with_is_its_first_day(
    gtminer: Gtminer, project: dict[str, str], standin: StandIn
) -> None:
    told = [
        gtminer("fetch", "pubmed", "--dry-run", "--since", since, env=eutils(standin)).err
        for since in ("2024", "2024-01", "2024-01-01")
    ]
    assert told[0] == told[1] == told[2]
    assert " found, " in told[0]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["fetch", "pubmd"], "gtminer: unknown source 'pubmd'; choose one of: pubmed, ema, fda\n"),
        (["fetch", "--query", "gene-terapy"], "gtminer: unknown query 'gene-terapy'; did you mean 'gene-therapy'?\n"),
        (["fetch", "--since", "yesterday"],
         "gtminer: --since: 'yesterday' is not a date; write 2024, 2024-06 or 2024-06-30\n"),
        (["fetch", "--full", "--since", "2026-11-01"],
         "gtminer: --full asks for everything and --since for a part; choose one of them\n"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_one_line_and_exit_code_2(
    gtminer: Gtminer, project: dict[str, str], arguments: list[str], line: str, tmp_path: Path
) -> None:
    assert gtminer(*arguments) == (2, "", line)
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("email", ["", "nobody"])
def test_without_an_address_for_ncbi_nothing_is_asked(
    gtminer: Gtminer, project: dict[str, str], standin: StandIn, email: str
) -> None:
    code, out, err = gtminer("fetch", "pubmed", env=eutils(standin) | {"NCBI_EMAIL": email})
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "NCBI_EMAIL" in err
    assert standin.requests == []


@pytest.mark.parametrize("fault", ["N06"])
def test_a_rejected_key_names_the_setting_and_not_the_key(
    gtminer: Gtminer, project: dict[str, str], standin: StandIn, fault: str
) -> None:
    standin.fail(FAULTS["N06"])
    code, out, err = gtminer("fetch", "pubmed", env=eutils(standin) | {"NCBI_API_KEY": "0123456789abcdef"})
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == (
        "gtminer: NCBI rejects the API key of NCBI_API_KEY; correct it, or unset it and go on slower"
    )
    assert "0123456789abcdef" not in err


@pytest.mark.parametrize("fault", ["N20"])
def test_a_field_that_pubmed_does_not_know_is_refused_before_anything_is_sent(
    gtminer: Gtminer, project: dict[str, str], standin: StandIn, fault: str, tmp_path: Path
) -> None:
    wrong = QUERY.replace("[tiab]", "[tiabb]")
    (tmp_path / "queries" / "gene-therapy.toml").write_text(wrong, encoding="utf-8")
    code, out, err = gtminer("fetch", "pubmed", env=eutils(standin))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "[tiabb]" in err
    assert "did you mean 'tiab'?" in err
    assert standin.requests == []


@pytest.mark.parametrize("fault", ["L03"])
def test_a_second_run_ends_at_once_and_names_the_first(
    gtminer: Gtminer, project: dict[str, str], standin: StandIn, fault: str, tmp_path: Path
) -> None:
    with lock.hold(tmp_path / "cache" / "gtminer.sqlite", "fetch"):
        code, out, err = gtminer("fetch", "pubmed", env=eutils(standin))
        assert (code, out, err.count("\n")) == (75, "", 1)
        assert "gtminer fetch (process " in err
        skipped = gtminer("fetch", "pubmed", "--skip-if-locked", "-q", env=eutils(standin))
        assert skipped == (0, "", "")
    assert standin.requests == []
    assert gtminer("fetch", "pubmed", env=eutils(standin)).code == 0


@pytest.mark.parametrize(
    ("number", "code"),
    [pytest.param(signal.SIGTERM, 143, id="L07-term"), pytest.param(signal.SIGINT, 130, id="L07-int")],
)
def test_a_signal_ends_a_run_that_waits_and_what_was_committed_stays(
    gtminer: Gtminer, project: dict[str, str], standin: StandIn, number: int, code: int, tmp_path: Path
) -> None:
    waiting = threading.Event()

    def never(request: Request, response: Response) -> Response:
        waiting.set()
        return FAULTS["G06"](request, response)

    standin.fail(never, "efetch", at=2)
    command = [sys.executable, "-m", "gtminer", "fetch", "pubmed", "--no-tag"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=project | eutils(standin), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert waiting.wait(60)
        process.send_signal(number)
        out, err = process.communicate(timeout=5)
    assert (process.returncode, out, b"Traceback" in err) == (code, b"", False)
    assert count(tmp_path) == 200
    with sqlite3.connect(tmp_path / "cache" / "gtminer.sqlite") as connection:
        assert connection.execute("SELECT state FROM run").fetchall() == [("interrupted",)]
    connection.close()
    standin.heal()
    again = gtminer("fetch", "pubmed", "--no-tag", env=eutils(standin))
    assert (again.code, again.err.splitlines()[-1]) == (0, "fetched PubMed 230 new, 0 changed (3 requests)")
    assert count(tmp_path) == 430
