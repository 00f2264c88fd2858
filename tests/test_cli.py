"""What every command promises: streams, exit codes, options in any place, a light start."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Gtminer, Outcome
from pytest_httpserver import HTTPServer

HEAVY = {"rich", "requests", "Bio", "lxml", "pdfplumber", "pypdfium2", "daachorse", "numpy", "sqlite3", "isal"}


def loaded_by(*arguments: str) -> set[str]:
    code = (
        "import sys, io\nfrom gtminer.__main__ import main\nreal, sys.stdout = sys.stdout, io.StringIO()\n"
        f"try:\n    main({list(arguments)!r})\nexcept SystemExit:\n    pass\nsys.stdout = real\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("arguments", [("--help",), ("summarize", "--help"), ("fetch", "--help"), ("import", "--help")])
def test_help_loads_no_heavy_module(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) & HEAVY == set()


def test_the_version_is_told_without_loading_the_command_line() -> None:
    assert loaded_by("--version") & (HEAVY | {"typer"}) == set()


def test_every_command_has_a_help_with_an_example(gtminer: Gtminer) -> None:
    listing = gtminer("--help").out.partition("Commands:")[2].splitlines()
    names = [line.split()[0] for line in listing if line.startswith("  ") and line[2] != " "]
    assert {"fetch", "import", "tag", "summarize", "show", "search", "status", "evaluate", "demo"} <= set(names)
    assert not [line for line in listing if line.endswith("...")]
    for name in names:
        code, out, err = gtminer(name, "--help")
        assert (code, err) == (0, ""), name
        assert "gtminer " in out.partition("Options:")[0].partition("Example")[2] or name == "vocab", name


def test_an_unknown_command_is_one_line_and_exit_code_2(gtminer: Gtminer) -> None:
    assert gtminer("sumarize") == (
        2, "", "gtminer: No such command 'sumarize'; did you mean 'summarize'? see 'gtminer --help'\n"
    )  # fmt: skip


def test_an_unknown_option_names_the_help_to_read(gtminer: Gtminer) -> None:
    assert gtminer("status", "--frobnicate") == (
        2, "", "gtminer: No such option: --frobnicate; see 'gtminer status --help'\n"
    )  # fmt: skip


def test_a_mistyped_option_suggests_the_nearest(gtminer: Gtminer) -> None:
    assert gtminer("summarize", "--vectr", "aav") == (
        2, "", "gtminer: No such option: --vectr; did you mean '--vector'? see 'gtminer summarize --help'\n"
    )  # fmt: skip


def test_a_value_that_is_no_number_is_said_so(gtminer: Gtminer) -> None:
    assert gtminer("summarize", "--limit", "x") == (
        2, "", "gtminer: Invalid value for '--limit' / '-n': write a whole number; see 'gtminer summarize --help'\n"
    )  # fmt: skip
    assert gtminer("evaluate", "gold.jsonl", "--min-f1", "much") == (
        2, "", "gtminer: Invalid value for '--min-f1': write a number; see 'gtminer evaluate --help'\n"
    )  # fmt: skip
    assert gtminer("fetch", "--limit", "0") == (
        2, "", "gtminer: Invalid value for '--limit': write 1 or more; see 'gtminer fetch --help'\n"
    )  # fmt: skip


def test_ctrl_c_while_modules_are_loaded_ends_without_a_traceback(environment: dict[str, str]) -> None:
    program = """
import sys
from gtminer.__main__ import main
class Interrupted:
    def find_spec(self, name, path=None, target=None):
        if name == "gtminer.cli.app":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
sys.exit(main(["status"]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert Outcome(done.returncode, done.stdout, done.stderr) == Outcome(130, "", "")


def test_a_full_device_is_one_line_for_the_version_too(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "gtminer", "--version"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, check=False, stdout=full, stderr=subprocess.PIPE, env=environment)
    assert (done.returncode, done.stderr) == (1, b"gtminer: output: No space left on device\n")


def test_global_options_may_stand_behind_the_command(gtminer: Gtminer, tmp_path: object) -> None:
    before = gtminer("--cache", "elsewhere", "status")
    behind = gtminer("status", "--cache", "elsewhere")
    assert before == behind
    assert "elsewhere" in before.err


def test_a_global_option_without_its_value_takes_no_command_for_it(gtminer: Gtminer) -> None:
    assert gtminer("summarize", "--cache") == (2, "", "gtminer: option '--cache' needs a value; see 'gtminer --help'\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("summarize", "--since", ""), "--since: an empty value; leave the option out or give it one"),
        (("summarize", "--columns="), "--columns: an empty value; leave the option out or give it one"),
        (("status", "--cache", " "), "--cache: an empty value; leave the option out or give it one"),
        (("fetch", "--query", ""), "--query: an empty value; leave the option out or give it one"),
        (("summarize", "--columns", ","), "--columns: ',' names no column"),
        (("summarize", "--sort", "-"), "unknown column ''; the columns are: id, year"),
        (("import", ""), "import: an empty file name; name a file, a folder or -"),
    ],
)
def test_an_empty_value_is_refused_since_a_variable_may_be_unset(
    ask: Gtminer, arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = ask(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"gtminer: {message}")


def test_without_a_command_the_help_is_shown(gtminer: Gtminer) -> None:
    assert gtminer() == Outcome(2, gtminer("--help").out, "")


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("schedule >&-", "gtminer: stdout is closed: nothing can be answered\n"),
        ("--help >&-", "gtminer: stdout is closed: nothing can be answered\n"),
        ("import - <&-", "gtminer: -: standard input is closed; nothing was read\n"),
        ("evaluate - <&-", "gtminer: -: standard input is closed; nothing was read\n"),
    ],
)
def test_a_closed_stream_is_named(environment: dict[str, str], command: str, line: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m gtminer {command}"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert Outcome(done.returncode, done.stdout, done.stderr) == Outcome(2 if "<" in command else 1, "", line)


def test_a_working_directory_that_is_gone_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["sh", "-c", f"rmdir {gone}; {sys.executable} -P -m gtminer summarize"],
        capture_output=True,
        text=True,
        cwd=gone,
        env=environment,
        check=False,
    )
    assert Outcome(done.returncode, done.stdout, done.stderr) == Outcome(
        1, "", "gtminer: the working directory is gone; change into another one and repeat\n"
    )


def test_a_store_that_does_not_exist_is_named_with_what_to_do(gtminer: Gtminer) -> None:
    code, out, err = gtminer("status")
    assert (code, out) == (2, "")
    assert "gtminer fetch" in err
    assert err.count("\n") == 1


def test_a_closed_stdout_is_a_failure_and_not_a_traceback(gtminer: Gtminer, environment: dict[str, str]) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m gtminer schedule >/dev/full"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert Outcome(done.returncode, done.stdout, done.stderr) == Outcome(
        1, "", "gtminer: output: no space left on the device; what was committed is kept; free some and repeat\n"
    )


def test_a_json_log_line_is_json(gtminer: Gtminer) -> None:
    import json

    line = json.loads(gtminer("--log-format", "json", "status").err)
    assert line["level"] == "error"
    assert "gtminer fetch" in line["message"]


def test_schedule_prints_one_cron_line_that_names_the_store(gtminer: Gtminer, environment: dict[str, str]) -> None:
    code, out, err = gtminer("schedule", "--cron")
    lines = [line for line in out.splitlines() if not line.startswith("#")]
    assert (code, err, len(lines)) == (0, "", 1)
    assert lines[0].split()[1:5] == ["3", "*", "*", "*"]
    assert f"--cache {environment['GTMINER_CACHE']}" in lines[0]
    assert lines[0].endswith("fetch --skip-if-locked")


def test_doctor_says_what_to_do_about_a_missing_address(gtminer: Gtminer) -> None:
    code, out, err = gtminer("doctor")
    assert code == 2
    assert "problem  e-mail       NCBI asks for one: export NCBI_EMAIL=you@example.org" in out
    assert err == "gtminer: doctor: 1 problem found; each line above says what to do\n"


def test_doctor_says_which_source_does_not_answer(gtminer: Gtminer) -> None:
    """The bases lead to a port of this machine on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        names = ("EUTILS", "EMA", "FDA", "OPENFDA")
        code, out, err = gtminer("doctor", "--network", env={f"GTMINER_{name}_URL": base for name in names})
    lines = [line for line in out.splitlines() if "check network and proxy" in line]
    assert [line.split()[:2] for line in lines] == [["problem", name.lower()] for name in names]
    assert code == 2
    assert err == "gtminer: doctor: 5 problems found; each line above says what to do\n"


def test_doctor_says_which_source_answers(gtminer: Gtminer, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/entrez/eutils/einfo.fcgi").respond_with_data("<eInfoResult/>")
    httpserver.expect_request("/robots.txt").respond_with_data("blocked", status=403)
    httpserver.expect_request("/drug/label.json").respond_with_data("{}")
    base = httpserver.url_for("/")
    bases = {"GTMINER_EUTILS_URL": base + "entrez/eutils/"} | {
        f"GTMINER_{name}_URL": base for name in ("EMA", "FDA", "OPENFDA")
    }
    code, out, err = gtminer("doctor", "--network", env=bases | {"NCBI_EMAIL": "me@example.org"})
    answers = [line for line in out.splitlines() if "answers" in line or "refuses" in line]
    assert answers == [
        "ok       eutils       answers (200)",
        "problem  ema          https://www.ema.europa.eu/robots.txt refuses us (403); gtminer import is the way round",
        "problem  fda          https://www.fda.gov/robots.txt refuses us (403); gtminer import is the way round",
        "ok       openfda      answers (200)",
    ]
    assert (code, err) == (2, "gtminer: doctor: 2 problems found; each line above says what to do\n")


def test_a_person_at_a_terminal_is_told_why_a_fetch_waits(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    ours, theirs = os.openpty()
    environment = os.environ | {"GTMINER_EMA_URL": f"http://{address}", "GTMINER_CACHE": str(tmp_path)}
    command = [sys.executable, "-m", "gtminer", "fetch", "ema"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment, cwd=tmp_path) as waiting:
        os.close(theirs)
        with os.fdopen(ours, encoding="utf-8") as terminal:
            lines = [terminal.readline(), terminal.readline()]
        waiting.kill()
    assert lines[1] in {
        f"cannot reach {address} (Connection refused); trying again in {seconds} s\n" for seconds in (1, 2)
    }, lines
