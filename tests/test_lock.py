"""One run at a time on a store: who holds it is named, who comes second leaves at once, the dead hold nothing."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from conftest import Gtminer

from gtminer.errors import TemporaryError
from gtminer.pipeline.importing import BATCH
from gtminer.standin.records import article, synthetic
from gtminer.store import lock
from gtminer.store.database import Store
from gtminer.store.leftovers import sweep

HOLD = """
import sys
from pathlib import Path
from gtminer.store import lock
with lock.hold(Path(sys.argv[1]), "fetch"):
    print("held", flush=True)
    sys.stdin.read()
"""
RECORD = article(90000001, "An invented trial of AAV9", "Nothing happened.", created=date(2026, 1, 2)).xml
FILE = f"<PubmedArticleSet>{RECORD}</PubmedArticleSet>"


@pytest.fixture
def store(environment: dict[str, str]) -> Path:
    return Path(environment["GTMINER_CACHE"]) / "gtminer.sqlite"


@contextmanager
def held(store: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of *store* until its stdin is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(20)


def imported(gtminer: Gtminer, *options: str) -> tuple[int, str, str]:
    return gtminer("import", "-", "--no-tag", *options, stdin=FILE)


def test_a_second_run_leaves_at_once_and_names_the_first_l03(gtminer: Gtminer, store: Path) -> None:
    with held(store) as first:
        found = lock.holder(store)
        assert found is not None
        assert (found.pid, found.command) == (first.pid, "fetch")
        code, out, err = imported(gtminer)
    assert (code, out) == (75, "")
    assert err == (
        f"gtminer: {store}: gtminer fetch (process {first.pid}, since {found.since}) is at work on it; "
        "nothing was moved forward; run the command again when that has ended\n"
    )
    assert lock.holder(store) is None
    assert imported(gtminer)[0] == 0


def test_the_lock_of_a_killed_holder_is_free_l04(gtminer: Gtminer, store: Path) -> None:
    with held(store) as first:
        first.kill()
        first.wait()
    assert lock.holder(store) is None
    assert imported(gtminer) == (0, "", "imported 1 document: 1 new, 0 changed, 0 unchanged\n")


def test_a_child_process_does_not_inherit_the_lock_l05(tmp_path: Path) -> None:
    store = tmp_path / "gtminer.sqlite"
    with lock.hold(store, "fetch"):
        child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE,
                                 close_fds=False)  # fmt: skip
    assert lock.holder(store) is None
    child.communicate()


def test_a_run_may_wait_for_the_lock(gtminer: Gtminer, store: Path, environment: dict[str, str]) -> None:
    with held(store) as first:
        second = subprocess.Popen(
            [sys.executable, "-m", "gtminer", "import", "-", "--no-tag", "--lock-wait", "60"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        assert first.poll() is None
    assert second.communicate(FILE, timeout=60)[1] == "imported 1 document: 1 new, 0 changed, 0 unchanged\n"
    assert second.returncode == 0


def test_waiting_for_the_lock_ends_with_the_holders_name(tmp_path: Path) -> None:
    store = tmp_path / "gtminer.sqlite"
    with held(store) as first, pytest.raises(TemporaryError) as caught, lock.hold(store, "tag", wait_s=0.1):
        raise AssertionError("two holders")
    assert f"gtminer fetch (process {first.pid}" in str(caught.value)


@pytest.mark.parametrize("seconds", ["-5", "nan"])
def test_a_wait_that_is_none_is_refused_and_not_endless(gtminer: Gtminer, store: Path, seconds: str) -> None:
    assert gtminer("tag", "--lock-wait", seconds) == (
        2, "", f"gtminer: --lock-wait {seconds}: write a number of seconds, 0 or more\n"
    )  # fmt: skip


def test_reading_needs_no_lock(gtminer: Gtminer, store: Path) -> None:
    imported(gtminer)
    with held(store):
        assert gtminer("status")[0] == 0
        assert gtminer("summarize")[0] == 0


def test_doctor_names_who_holds_the_lock(gtminer: Gtminer, store: Path) -> None:
    imported(gtminer)
    assert "ok       lock         free\n" in gtminer("doctor").out
    with held(store) as first:
        out = gtminer("doctor").out
    assert f"note     lock         gtminer fetch is at work (process {first.pid}, since " in out


def test_the_files_of_the_lock_are_the_owners_alone(tmp_path: Path) -> None:
    store = tmp_path / "cache" / "gtminer.sqlite"
    with lock.hold(store, "fetch"):
        modes = {file.name: oct(file.stat().st_mode & 0o777) for file in (store.parent, *store.parent.iterdir())}
        noted = json.loads((store.parent / "gtminer.sqlite.holder").read_text())
    assert modes == {"cache": "0o700", "gtminer.sqlite.lock": "0o600", "gtminer.sqlite.holder": "0o600"}
    assert noted[1] == "fetch"


def test_an_unreadable_note_of_the_holder_does_not_matter(tmp_path: Path) -> None:
    store = tmp_path / "gtminer.sqlite"
    with held(store):
        (tmp_path / "gtminer.sqlite.holder").write_text("{half")
        with pytest.raises(TemporaryError, match="another gtminer is at work on it"), lock.hold(store, "tag"):
            raise AssertionError("two holders")
        assert lock.holder(store) == lock.Holder(0, "a run", "")


# What dead runs leave


def test_unfinished_files_of_dead_runs_are_taken_away_by_the_next_l21(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    store = tmp_path / "gtminer.sqlite"
    raw = tmp_path / "raw" / "ab"
    raw.mkdir(parents=True)
    gone = [tmp_path / f"gtminer.sqlite.new-{dead.pid}", tmp_path / f"gtminer.sqlite.schema-1.part-{dead.pid}",
            raw / "abcdef.part-x1y2"]  # fmt: skip
    kept = [tmp_path / "gtminer.sqlite.schema-1", raw / ("ab" * 32), tmp_path / "gtminer.sqlite.new-1",
            tmp_path / "notes.part-1"]  # fmt: skip
    for path in (*gone, *kept):
        path.write_bytes(b"half")
    with lock.hold(store, "import"):
        pass
    assert [path for path in (*gone, *kept) if path.exists()] == kept
    sweep(tmp_path / "nowhere" / "gtminer.sqlite")


# Signals


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["L07-term", "L07-int"])
def test_a_signal_ends_a_run_with_what_was_committed_kept(
    number: signal.Signals, code: int, gtminer: Gtminer, store: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    first = tmp_path / "many.xml"
    records = "".join(record.xml for record in synthetic(BATCH, until=date(2026, 1, 1)))
    first.write_text(f"<PubmedArticleSet>{records}</PubmedArticleSet>")
    process = subprocess.Popen(
        [sys.executable, "-m", "gtminer", "import", "--no-tag", str(first), "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    wait_until(lambda: count(store) == BATCH)
    process.send_signal(number)
    assert process.wait(5) == code
    assert process.communicate() == ("", "")
    with Store.open(store) as opened:
        assert opened.connection.execute("SELECT state FROM run").fetchall() == [("interrupted",)]
    assert lock.holder(store) is None
    assert imported(gtminer)[0] == 0


def test_a_run_that_was_killed_is_closed_by_the_next(gtminer: Gtminer, store: Path) -> None:
    imported(gtminer)
    with Store.open(store) as opened:
        opened.start_run("fetch", source="pubmed", query="aav")
    imported(gtminer)
    with Store.open(store, read_only=True) as opened:
        found = opened.connection.execute("SELECT command, state FROM run ORDER BY id").fetchall()
    assert found == [("import", "complete"), ("fetch", "interrupted"), ("import", "complete")]


def count(store: Path) -> int:
    if not store.exists():
        return 0
    with Store.open(store, read_only=True) as opened:
        return opened.count_documents()


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)  # another process is at work
