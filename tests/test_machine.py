"""The machine as cron finds it: full and read-only disks, no memory, no home, no terminal, closed streams, death.

Faults have their ids of docs/faults.md in the tests' names. Everything runs in real processes on real files.
"""

import contextlib
import ctypes
import gzip
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from canonical import canonical
from conftest import Gtminer, Outcome
from test_lock import wait_until

from gtminer.cli import app
from gtminer.pipeline.importing import BATCH
from gtminer.standin.records import article, synthetic
from gtminer.store.database import Store

IMPORT = ("import", "--no-tag")
MANY = 2 * BATCH


@pytest.fixture
def store(environment: dict[str, str]) -> Path:
    return Path(environment["GTMINER_CACHE"]) / "gtminer.sqlite"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of two batches: two transactions of an import."""
    path = tmp_path_factory.mktemp("many") / "many.xml"
    path.write_text(record_set(*(record.xml for record in synthetic(MANY, until=date(2026, 1, 1)))))
    return path


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("few") / "few.xml"
    title = "β-globin addition with lentiviral vectors — “invented”"
    path.write_text(record_set(article(90000001, title, "Ein Vektor für ß.", created=date(2026, 1, 2)).xml))
    return path


def record_set(*records: str) -> str:
    return f"<PubmedArticleSet>{''.join(records)}</PubmedArticleSet>"


def run(
    environment: dict[str, str],
    *arguments: str,
    before: Callable[[], None] | None = None,
    stdin: bytes = b"",
) -> Outcome:
    """Run the program with *before* called in the new process."""
    done = subprocess.run(
        [sys.executable, "-m", "gtminer", *arguments],
        input=stdin, capture_output=True, env=environment, preexec_fn=before, timeout=120, check=False,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def one_line(outcome: Outcome) -> str:
    assert outcome.err.count("\n") == 1
    assert "Traceback" not in outcome.err
    return outcome.err.strip()


# Full disks


@pytest.mark.parametrize("room", [0, 50_000, 300_000, 800_000, 1_500_000, 2_500_000])
def test_a_disk_that_fills_up_loses_nothing_that_was_committed_l01(
    room: int, gtminer: Gtminer, environment: dict[str, str], store: Path, many: Path, tmp_path: Path
) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    first = run(environment, *IMPORT, str(many), before=limited)
    assert (first.code, first.out) == (1, "")
    line = one_line(first)
    assert "disk full on" in line or "the disk failed" in line
    if store.exists():
        assert len(canonical(store)["documents"]) % BATCH == 0
    assert gtminer(*IMPORT, str(many)).code == 0
    whole = {"GTMINER_CACHE": str(tmp_path / "whole")}
    assert gtminer(*IMPORT, str(many), env=whole).code == 0
    assert canonical(store) == canonical(tmp_path / "whole" / store.name)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_an_answer_that_does_not_fit_is_a_failure_l17(gtminer: Gtminer, environment: dict[str, str], few: Path) -> None:
    gtminer(*IMPORT, str(few))
    for command in ("summarize", "status", "schedule"):
        done = subprocess.run(
            ["sh", "-c", f"{sys.executable} -m gtminer {command} >/dev/full"],
            capture_output=True, text=True, env=environment, check=False,
        )  # fmt: skip
        assert done.returncode == 1, command
        assert done.stderr == (
            "gtminer: output: no space left on the device; what was committed is kept; free some and repeat\n"
        )


def test_a_full_device_for_messages_does_not_stop_the_work(environment: dict[str, str], store: Path, few: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gtminer", *IMPORT, str(few)], stderr=full, env=environment, check=False
        )
    assert done.returncode == 0
    assert len(canonical(store)["documents"]) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_log_file_that_fills_up_is_told_once_and_does_not_stop_the_work(gtminer: Gtminer, few: Path) -> None:
    assert gtminer("-v", *IMPORT, str(few), "--log-file", "/dev/full") == Outcome(
        0,
        "",
        "warning: --log-file /dev/full: cannot be written (No space left on device); what follows is not in it\n"
        "imported 1 document: 1 new, 0 changed, 0 unchanged\n",
    )


# What may not be written


def powerless() -> None:
    """Let file permissions hold for this process even where the tests run as root."""
    if os.geteuid() == 0:
        for power in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
            if ctypes.CDLL(None).prctl(24, power, 0, 0, 0):  # PR_CAPBSET_DROP
                os._exit(99)


@pytest.fixture
def permissions(tmp_path: Path) -> None:
    """Skip the test where permissions cannot be made to hold."""
    (tmp_path / "closed").mkdir(mode=0o500)
    code = f"open({str(tmp_path / 'closed' / 'x')!r}, 'w')"
    done = subprocess.run([sys.executable, "-c", code], preexec_fn=powerless, capture_output=True, check=False)
    if b"PermissionError" not in done.stderr:
        pytest.skip("file permissions do not hold for this user")


@pytest.mark.usefixtures("permissions")
def test_a_folder_that_lists_but_does_not_open_is_no_empty_one(
    environment: dict[str, str], few: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    (folder / "few.xml").write_bytes(few.read_bytes())
    folder.chmod(0o600)
    done = run(environment, *IMPORT, str(folder), before=powerless)
    folder.chmod(0o700)
    assert (done.code, done.err.splitlines()[0]) == (
        3, f"warning: {folder}/few.xml: cannot be read (Permission denied)",
    )  # fmt: skip


@pytest.mark.usefixtures("permissions")
def test_a_folder_that_cannot_be_written_is_named_before_anything_is_done_l02(
    environment: dict[str, str], tmp_path: Path, few: Path
) -> None:
    closed = tmp_path / "closed"
    done = run(environment, "--cache", str(closed), *IMPORT, str(few), before=powerless)
    assert (done.code, one_line(done)) == (
        1,
        f"gtminer: {closed}/gtminer.sqlite.lock: cannot be written (Permission denied); nothing was changed; "
        "check its permissions",
    )
    below = run(environment, "--cache", str(closed / "new"), *IMPORT, str(few), before=powerless)
    assert below.code == 1
    assert "cannot be written (Permission denied)" in one_line(below)
    assert list(closed.iterdir()) == []


@pytest.mark.usefixtures("permissions")
def test_a_read_only_store_can_be_read_and_is_not_written_l02(
    gtminer: Gtminer, environment: dict[str, str], store: Path, few: Path
) -> None:
    gtminer(*IMPORT, str(few))
    (store.parent / "gtminer.sqlite.lock").unlink(missing_ok=True)
    store.chmod(0o400)
    store.parent.chmod(0o500)
    before = store.read_bytes()
    try:
        assert run(environment, "summarize", before=powerless).code == 0
        assert run(environment, "status", before=powerless).code == 0
        assert run(environment, *IMPORT, str(few), before=powerless).code == 1
    finally:
        store.parent.chmod(0o700)
    done = run(environment, *IMPORT, str(few), before=powerless)
    assert (done.code, one_line(done)) == (
        1, f"gtminer: {store}: cannot be written (read-only); nothing was changed; check its permissions",
    )  # fmt: skip
    assert store.read_bytes() == before


@pytest.mark.usefixtures("permissions")
def test_a_folder_that_is_closed_in_mid_run_loses_nothing_l25(
    environment: dict[str, str], gtminer: Gtminer, store: Path, many: Path, few: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "gtminer", *IMPORT, str(many), "-"], preexec_fn=powerless, env=environment,  # noqa: PLW1509  # no threads here
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_until(lambda: store.exists() and len(documents(store)) == MANY)
    store.parent.chmod(0o500)
    try:
        _, err = process.communicate(few.read_bytes(), timeout=60)
    finally:
        store.parent.chmod(0o700)
    assert process.returncode in (0, 1)
    assert b"Traceback" not in err
    assert len(canonical(store)["documents"]) in (MANY, MANY + 1)
    assert gtminer(*IMPORT, str(many), str(few)).code == 0
    assert len(canonical(store)["documents"]) == MANY + 1


def documents(store: Path) -> list[str]:
    with Store.open(store, read_only=True) as opened:
        return [row[0] for row in opened.connection.execute("SELECT doc_id FROM document")]


# Too little of everything


def test_a_record_that_memory_cannot_hold_does_not_harm_the_store_l18(
    environment: dict[str, str], store: Path, tmp_path: Path
) -> None:
    small = article(90000001, "A small one", "A vector.", created=date(2026, 1, 2)).xml
    head, tail = article(90000002, "A large one", "HERE", created=date(2026, 1, 2)).xml.split("HERE")
    path = tmp_path / "large.xml.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(f"<PubmedArticleSet>{small}{head}".encode())
        for _ in range(150):
            file.write(b"word " * 200_000)
        file.write(f"{tail}</PubmedArticleSet>".encode())
    limit = 300_000_000
    done = run(environment, *IMPORT, str(path), before=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    assert done.code in (1, 3)
    assert "Traceback" not in done.err
    assert [row[0] for row in canonical(store)["documents"]] in ([], ["pubmed:90000001"])


def test_no_memory_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def exhausted(*arguments: object, **how: object) -> None:
        raise MemoryError

    monkeypatch.setattr(app, "app", exhausted)
    monkeypatch.setattr(app, "_prepare_streams", lambda: None)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert app.run(["status"]) == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    assert capsys.readouterr().err == "gtminer: out of memory; the store is as it was after the last finished step\n"


def test_sixty_four_open_files_are_enough_l19(environment: dict[str, str], many: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(100):
        (folder / f"{number}.xml").write_text(
            record_set(article(90000001 + number, "A", "B", created=date(2026, 1, 2)).xml)
        )
    done = run(environment, *IMPORT, str(folder), before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
    assert done == Outcome(0, "", "imported 100 documents: 100 new, 0 changed, 0 unchanged\n")


# As cron calls


BARE: dict[str, dict[str, str]] = {
    "L15-empty": {},
    "L15-home-empty": {"HOME": ""},
    "L15-ascii": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "L15-ascii-streams": {"PYTHONIOENCODING": "ascii"},
    "L13-far-time-zone": {"TZ": "Pacific/Kiritimati"},
    "L13-no-such-time-zone": {"TZ": "Nowhere/Nowhere"},
}


@pytest.mark.parametrize("fault", BARE)
def test_cron_sees_what_a_terminal_user_sees(
    fault: str, gtminer: Gtminer, environment: dict[str, str], few: Path, tmp_path: Path
) -> None:
    gtminer(*IMPORT, str(few))
    expected = gtminer("summarize")
    assert "β-globin addition with lentiviral vectors — “invented”" in expected.out
    bare = {"PYTHONPATH": environment["PYTHONPATH"], "GTMINER_CACHE": str(tmp_path / "bare")} | BARE[fault]
    assert run(bare, *IMPORT, str(few)) == Outcome(0, "", "imported 1 document: 1 new, 0 changed, 0 unchanged\n")
    assert run(bare, "summarize") == expected
    assert canonical(tmp_path / "bare" / "gtminer.sqlite") == canonical(tmp_path / "cache" / "gtminer.sqlite")


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_closed_streams_do_not_stop_an_import_l15(
    closed: tuple[int, ...], environment: dict[str, str], store: Path, few: Path
) -> None:
    def close() -> None:
        for number in closed:
            os.close(number)

    assert run(environment, *IMPORT, str(few), before=close).code == 0
    assert len(canonical(store)["documents"]) == 1


def test_an_answer_to_nowhere_is_a_failure_l15(gtminer: Gtminer, environment: dict[str, str], few: Path) -> None:
    gtminer(*IMPORT, str(few))
    done = run(environment, "summarize", before=lambda: os.close(1))
    assert (done.code, one_line(done)) == (1, "gtminer: stdout is closed: nothing can be answered")


def test_a_reader_that_goes_away_ends_it_quietly_l16(gtminer: Gtminer, environment: dict[str, str], many: Path) -> None:
    gtminer(*IMPORT, str(many))
    script = f"{sys.executable} -m gtminer summarize; echo $? >&2"
    done = subprocess.run(
        ["sh", "-c", f"({script}) | head -n 1"], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.stdout.count("\n"), done.stderr) == (1, "141\n")


# Beside a run


@contextlib.contextmanager
def busy_writer(path: Path) -> Iterator[None]:
    """A process that writes into the store at *path* without end."""
    code = (
        "import sys, itertools\nfrom gtminer.model import Document\nfrom gtminer.store.database import Store\n"
        "with Store.open(sys.argv[1]) as store:\n"
        "    for number in itertools.count():\n"
        "        store.put([Document(f'pubmed:{number}', 'pubmed', 't', 'vector ' * 50)])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(path)])
    try:
        wait_until(lambda: bool(documents(path)))
        yield
    finally:
        process.kill()
        process.wait()


def test_a_backup_taken_while_a_run_writes_is_a_whole_store_l11(tmp_path: Path) -> None:
    path, by_api, by_sql = (tmp_path / name / "gtminer.sqlite" for name in ("a", "b", "c"))
    Store.open(path, create=True).close()
    by_api.parent.mkdir()
    by_sql.parent.mkdir()
    with (
        busy_writer(path),
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(by_api)) as target,
    ):
        source.execute("VACUUM INTO ?", (str(by_sql),))
        source.backup(target)
    for copy in (by_api, by_sql):
        assert len(canonical(copy)["documents"]) >= 1


# Again, and nothing new


def test_a_second_import_of_the_same_changes_nothing_l22(gtminer: Gtminer, store: Path, many: Path) -> None:
    gtminer(*IMPORT, str(many))
    before = canonical(store)
    assert gtminer(*IMPORT, str(many)).err == f"imported {MANY} documents: 0 new, 0 changed, {MANY} unchanged\n"
    assert canonical(store) == before
