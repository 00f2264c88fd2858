"""Nights of `gtminer fetch` through the command line: what cron sees when sources fail, and how the next night heals.

The program runs in this process, so that waits can be shortened; the sources are the stand-in's. Faults have their
ids of docs/faults.md in the tests' names.
"""

import json
import logging
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from canonical import canonical
from clocks import FalseClock
from conftest import Gtminer, Outcome
from test_machine import permissions, powerless

from gtminer.cli import app
from gtminer.documents.answers import Reason, classify
from gtminer.errors import GtminerError
from gtminer.sources.eutils import Eutils
from gtminer.standin import faults
from gtminer.standin.eutils import Eutils as PubMed
from gtminer.standin.faults import FAULTS
from gtminer.standin.records import article, synthetic
from gtminer.standin.server import Request, StandIn
from gtminer.standin.world import World
from gtminer.store import lock
from gtminer.store.database import Store
from gtminer.web import pacing
from gtminer.web.download import Web

__all__ = ["permissions"]  # a fixture

KEY = "0123456789abcdef0123456789abcdef0123"
QUERY = """name = "few"
title = "A few of each source"
[pubmed]
term = "lentiviral[tiab]"
[ema]
products = ["Examplema"]
"""
Run = Callable[..., Outcome]


@pytest.fixture
def world() -> Iterator[World]:
    with World() as opened:
        opened.standin.now = opened.pubmed.now
        yield opened


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def run(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process, in a folder with one query file, against *world*."""
    for name in list(os.environ):
        if name.startswith(("NCBI_", "OPENFDA_", "GTMINER_")):
            monkeypatch.delenv(name)
    settings = world.environment() | {
        "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "NCBI_EMAIL": "someone@example.org",
        "GTMINER_CACHE": str(tmp_path / "cache"),
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "few.toml").write_text(QUERY)
    monkeypatch.chdir(tmp_path)
    # Seconds of waiting pass as milliseconds.
    monkeypatch.setattr(pacing.SystemClock, "sleep", lambda self, seconds: time.sleep(seconds / 1000))
    monkeypatch.setattr(pacing, "NCBI", 1)
    monkeypatch.setattr("gtminer.web.download.NCBI", 1)
    monkeypatch.setattr("gtminer.cli.app._prepare_streams", lambda: None)

    def run(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = app.run(arguments)
        return Outcome(code, *capsys.readouterr())

    return run


def stored(cache: Path) -> set[str]:
    """The sources of which documents are stored."""
    return {str(row[0]).partition(":")[0] for row in canonical(cache / "gtminer.sqlite")["documents"]}


def lines(outcome: Outcome) -> list[str]:
    """The lines of stderr but those on the addresses; never a traceback, never many."""
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    told = [line for line in outcome.err.splitlines() if " is asked at " not in line]
    assert len(told) <= 20
    return told


def test_with_one_source_down_the_others_are_complete_and_the_next_night_heals_l24(
    run: Run, world: World, cache: Path, tmp_path: Path
) -> None:
    assert run("fetch", "--cache", str(tmp_path / "whole")).code == 0
    world.standin.fail(FAULTS["G16"], "/entrez/")
    first = run("fetch")
    assert first.code == 3
    assert any(line.startswith("warning: PubMed") and "answers 500" in line for line in lines(first))
    assert lines(first)[-1].endswith("what was verified is kept, the rest is asked for again by the next fetch")
    assert stored(cache) == {"ema"}
    world.standin.heal()
    assert run("fetch").code == 0
    healed, whole = canonical(cache / "gtminer.sqlite"), canonical(tmp_path / "whole" / "gtminer.sqlite")
    assert healed["documents"] == whole["documents"]
    assert [row[:4] for row in healed["mentions"]] == [row[:4] for row in whole["mentions"]]


@pytest.mark.parametrize("fault", ["G03", "G16", "G20", "N38"])
def test_with_no_source_up_nothing_moves(fault: str, run: Run, world: World, cache: Path) -> None:
    assert run("fetch").code == 0
    before = canonical(cache / "gtminer.sqlite")
    world.pubmed.next_day()
    world.standin.fail(FAULTS[fault])
    night = run("fetch")
    assert night.code == (75 if fault in ("G03", "G16") else 3)
    assert lines(night)
    after = canonical(cache / "gtminer.sqlite")
    assert {what: rows for what, rows in after.items() if rows != before[what]} == {}


def test_a_query_with_an_unknown_field_is_refused_before_anything_is_asked_n20(
    run: Run, world: World, tmp_path: Path
) -> None:
    path = tmp_path / "queries" / "few.toml"
    path.write_text(QUERY.replace("[tiab]", "[tiabb]"))
    assert run("fetch", "pubmed") == Outcome(
        2, "",
        "gtminer: queries/few.toml: [pubmed] PubMed knows no field [tiabb] and would search everything; "
        "did you mean 'tiab'?\n".replace("queries/few.toml", str(path)),
    )  # fmt: skip
    assert world.standin.requests == []


@pytest.mark.parametrize("days", [-3_650, -1, 1, 3_650])
def test_a_clock_that_is_wrong_is_told_and_moves_nothing_l13(days: int, run: Run, world: World, cache: Path) -> None:
    # Seen from the server, this machine's clock is as many days off, the other way.
    world.pubmed.today = (datetime.now(UTC) + timedelta(days=days)).date()
    day = world.pubmed.today.isoformat()
    first = run("fetch", "pubmed")
    assert first.code == 0
    assert any("clock and PubMed's are" in line for line in lines(first))
    assert [value for _, _, value in canonical(cache / "gtminer.sqlite")["watermarks"]] == [day]
    world.standin.requests.clear()
    assert run("fetch", "pubmed").code == 0
    assert world.standin.asked("efetch") == []


# Answers that another try cannot change


@pytest.mark.parametrize("fault", ["N09"])
def test_a_window_that_pubmed_does_not_give_is_a_bug_of_ours_and_not_asked_again(fault: str) -> None:
    with StandIn() as standin:
        standin.fail(FAULTS[fault])
        web = Web(standin.base_urls, clock=FalseClock())
        with pytest.raises(GtminerError) as caught:
            Eutils(web, email="someone@example.org", api_key=None).fetch(["1"], lambda answer: answer)
        web.close()
    assert str(caught.value).startswith(
        "eutils.ncbi.nlm.nih.gov: asked beyond the first 9,999 records; this is a bug in gtminer with status 400"
    )
    assert len(standin.requests) == 1


def test_an_error_in_json_that_is_no_json_is_told_by_its_words_n13() -> None:
    standin = PubMed()
    request = Request(1, 0.0, "GET", "/entrez/eutils/esearch.fcgi", "", {
        "db": "pubmed", "term": "gene", "retstart": "9999", "retmode": "json",
    }, {})  # fmt: skip
    standin.add(*(record for record in synthetic(10_000, until=date(2026, 1, 1))))
    body = standin.answer(request).body
    with pytest.raises(ValueError, match="Invalid control character"):
        json.loads(body)
    assert classify(body).reason is Reason.WINDOW


# The key


def test_the_key_is_in_no_address_file_or_message_s10(
    run: Run, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / "queries" / "few.toml").write_text(f'{QUERY}[fda]\nproducts = ["Imaginzo"]\n')
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    monkeypatch.setenv("OPENFDA_API_KEY", KEY.upper())
    monkeypatch.setenv("GTMINER_DEBUG", "1")
    said = []
    for fault in (None, "N06"):
        if fault:
            world.standin.fail(FAULTS[fault], "/entrez/")
        for form in ("text", "json"):
            done = run("fetch", "--full", "-v", "--log-file", "log.txt", "--log-format", form)
            assert done.code == (2 if fault else 0)
            said += [done.out, done.err]
        said += run("doctor", "--network")[1:]
        said += run("status", "-f", "json")[1:]
    sent = [request for request in world.standin.requests if KEY in str(request.params)]
    assert sent, "the key of NCBI was used"
    assert not [request for request in world.standin.requests if KEY in (request.query + str(request.headers)).lower()
                and request.headers.get("x-api-key") != KEY.upper()]  # fmt: skip
    labels = [request for request in world.standin.asked("/drug/label.json") if "search" in request.params]
    assert {request.headers.get("x-api-key") for request in labels} == {KEY.upper()}
    assert not [request for request in labels if KEY in request.query.lower()]
    assert KEY not in "".join(said).lower()
    assert KEY not in caplog.text.lower()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"gtminer.sqlite", "log.txt"} <= {path.name for path in files}
    assert not [path for path in files if KEY.encode() in path.read_bytes().lower()]


QUICK = [name for name in FAULTS if name not in ("G06", "G07", "G08", "G13")]


@pytest.mark.parametrize("fault", QUICK)
def test_the_key_is_in_no_traceback_of_any_fault_s10(fault: str) -> None:
    said = []
    with StandIn() as standin:
        standin.fail(FAULTS[fault])
        web = Web(standin.base_urls, clock=FalseClock(), with_key=True)
        eutils = Eutils(web, email="someone@example.org", api_key=KEY)
        for ask in (lambda: eutils.search("gene therapy"), lambda: eutils.fetch(["1", "2"], lambda answer: answer)):
            try:
                said.append(repr(ask()))
            except GtminerError as error:
                said.append("".join(traceback.format_exception(error)))
        web.close()
        assert any(KEY in request.params.get("api_key", "") for request in standin.requests)
        assert not [request for request in standin.requests if KEY in request.query]
    # An answer may quote the key; what is made of it may not.
    assert not [text for text in said if KEY in text and not text.startswith("Answer(")]


def test_the_key_is_not_seen_by_who_lists_processes_s10(world: World, tmp_path: Path) -> None:
    world.standin.fail(faults.sent("silent"))
    process = subprocess.Popen(
        [sys.executable, "-m", "gtminer", "fetch", "pubmed"], cwd=tmp_path,
        env={"PYTHONPATH": os.environ.get("PYTHONPATH", str(Path(__file__).parents[1])), "HOME": str(tmp_path),
             "NCBI_EMAIL": "someone@example.org", "NCBI_API_KEY": KEY, "XDG_RUNTIME_DIR": str(tmp_path),
             **world.environment()},
    )  # fmt: skip
    try:
        while not world.standin.requests:
            assert process.poll() is None
            time.sleep(0.02)  # another process is at work
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    finally:
        process.terminate()
    assert process.wait(5) == 143
    assert KEY.encode() not in arguments


# The home directory


@pytest.mark.usefixtures("permissions")
@pytest.mark.parametrize("fault", ["N44", "N45-read-only", "N45-empty", "N45-none"])
def test_nothing_is_read_from_or_written_to_the_home_directory(fault: str, world: World, tmp_path: Path) -> None:
    home = tmp_path / "home"
    dtds = home / ".config" / "biopython" / "Bio" / "Entrez" / "DTDs"
    dtds.mkdir(parents=True)
    (dtds / "pubmed_260101.dtd").write_text("<!ELEMENT half")
    before = sorted(home.rglob("*"))
    home.chmod(0o500)
    environment = {
        "N44": {"HOME": str(home)}, "N45-read-only": {"HOME": str(home)}, "N45-empty": {"HOME": ""}, "N45-none": {},
    }[fault] | world.environment()  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, "-m", "gtminer", "-q", "fetch", "pubmed", "--limit", "5", "--query", "aav"],
            env=environment | {
                "PYTHONPATH": str(Path(__file__).parents[1]), "NCBI_EMAIL": "someone@example.org", "NCBI_API_KEY": KEY,
                "GTMINER_CACHE": str(tmp_path / "cache"),
            },
            preexec_fn=powerless, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        home.chmod(0o700)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert sorted(home.rglob("*")) == before
    assert len(canonical(tmp_path / "cache" / "gtminer.sqlite")["documents"]) == 5


@pytest.mark.usefixtures("permissions")
def test_a_cache_that_cannot_be_written_is_found_before_anything_is_asked_l02(world: World, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gtminer", "fetch", "pubmed", "--cache", str(tmp_path / "closed")],
        env=world.environment() | {
            "PYTHONPATH": str(Path(__file__).parents[1]), "NCBI_EMAIL": "someone@example.org", "HOME": str(tmp_path),
        },
        preexec_fn=powerless, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be written (Permission denied); nothing was changed; check its permissions" in done.stderr
    assert world.standin.requests == []


# As scheduled


def test_the_scheduled_line_runs_as_cron_runs_it_and_says_nothing(
    gtminer: Gtminer, world: World, environment: dict[str, str], tmp_path: Path
) -> None:
    world.standin.now = lambda: datetime.now(UTC)
    world.pubmed.today = datetime.now(UTC).date()
    home = Path(environment["HOME"])
    configuration = home / ".config" / "gtminer" / "config.toml"
    configuration.parent.mkdir(parents=True)
    settings = {name.removeprefix("GTMINER_").lower(): url for name, url in world.environment().items()}
    settings |= {"email": "someone@example.org", "api_key": KEY}
    configuration.write_text("".join(f'{name} = "{value}"\n' for name, value in settings.items()))
    configuration.chmod(0o600)
    project = tmp_path / "a project, 100% ours"
    (project / "queries").mkdir(parents=True)
    (project / "queries" / "few.toml").write_text(QUERY.partition("[ema]")[0])
    cache = project / "cache"
    printed = gtminer("schedule", cwd=project, env={"GTMINER_CACHE": ""}).out
    (line,) = (line for line in printed.splitlines() if not line.startswith("#"))
    command = line.split(" ", 5)[5].replace("\\%", "%")  # as cron hands it to the shell

    def night() -> tuple[int, str]:
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=home, env={"HOME": str(home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    assert night() == (0, "")
    assert {name for _, name in canonical(cache / "gtminer.sqlite")["found by"]} == {"few"}
    assert "fetched PubMed" in (cache / "gtminer.log").read_text()
    with lock.hold(cache / "gtminer.sqlite", "import"):
        assert night() == (0, "")
    world.standin.fail(FAULTS["N06"])
    code, mail = night()
    assert (code, mail) == (
        2,
        f"gtminer: NCBI rejects the API key of {configuration}; correct it, or unset it and go on slower\n",
    )


# Imported update files


def update_file(*records: str, deleted: tuple[int, ...] = ()) -> str:
    gone = f"<DeleteCitation>{''.join(f'<PMID>{pmid}</PMID>' for pmid in deleted)}</DeleteCitation>" if deleted else ""
    return f"<PubmedArticleSet>{''.join(records)}{gone}</PubmedArticleSet>"


def test_update_files_of_a_folder_are_read_in_their_order_n60(run: Run, cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "updates"
    folder.mkdir()
    for number in (1302, 1300, 1301):
        title = f"As of update {number}"
        (folder / f"pubmed26n{number}.xml").write_text(
            update_file(article(90000001, title, created=date(2026, 1, 2)).xml)
        )
        (folder / f"pubmed26n{number}.xml.gz.md5").write_bytes(b"")
    assert run("import", "--no-tag", str(folder)).code == 0
    with Store.open(cache / "gtminer.sqlite") as store:
        document = store.get("pubmed:90000001")
    assert document is not None
    assert document.title == "As of update 1302"


def test_a_deletion_in_an_update_file_marks_what_is_stored_n59(run: Run, cache: Path, tmp_path: Path) -> None:
    kept = [article(90000000 + number, "A title", created=date(2026, 1, 2)).xml for number in (1, 2)]
    (tmp_path / "first.xml").write_text(update_file(*kept))
    (tmp_path / "second.xml").write_text(update_file(deleted=(90000001, 77)))
    assert run("import", "--no-tag", "first.xml").code == 0
    assert run("import", "--no-tag", "second.xml").code == 0
    found = {row[0]: row[4] for row in canonical(cache / "gtminer.sqlite")["documents"]}
    assert found == {"pubmed:90000001": "deleted", "pubmed:90000002": "listed"}
