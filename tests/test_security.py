"""What comes from outside is text and nothing else; what is secret stays inside; files are their owner's alone.

Faults have their ids of docs/faults.md in the tests' names.
"""

import csv
import io
import json
import os
import pty
import socket
import subprocess
import sys
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from conftest import Gtminer, Outcome

from gtminer.documents.answers import Reason, classify
from gtminer.errors import ContentError, SourceError, StoreError
from gtminer.sources import ema_feeds, openfda
from gtminer.standin.records import article
from gtminer.store.database import Store
from gtminer.store.raw import RawFiles
from gtminer.web.download import says_rate_limit

# MEDLINE text can hold what XML forbids: escape sequences, the bell, C1 controls, bidirectional overrides.
STEERING = "\x1b[2J\x9b31m\x07\u202eevil\u2066\x1b]0;title\x07"
TITLE = f'=HYPERLINK("https://example.org") {STEERING} [/i] [link=file:///x] [red] :heart: AAV9 for [CD19]'
SHOWN = '=HYPERLINK("https://example.org") [2J31mevil]0;title [/i] [link=file:///x] [red] :heart: AAV9 for [CD19]'
HOSTILE = f"""PMID- 90000001
TI  - {TITLE}
AB  - Robert'); DROP TABLE document;-- had hepatotoxicity {STEERING} after gene therapy.
FAU - =cmd|'/C calc'!A0
LA  - eng
PT  - Journal Article
DP  - 2026
JT  - @SUM(1+1)*cmd|' /C calc'!A0

PMID- 90000002
TI  - -174G>C and +331G/A polymorphisms in gene therapy
DP  - 2025
JT  - -5
"""
UNSAFE = [chr(code) for code in (*range(9), *range(11, 32), *range(0x7F, 0xA0), 0x202E, 0x2066)]


@pytest.fixture
def hostile(gtminer: Gtminer) -> Gtminer:
    """The program over a store with two hostile records."""
    assert gtminer("import", "-", stdin=HOSTILE) == Outcome(
        0, "", "imported 2 documents: 2 new, 0 changed, 0 unchanged\n"
    )
    return gtminer


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def harmless(text: str) -> bool:
    return not any(char in text for char in UNSAFE)


# Tables


def test_no_cell_of_a_csv_is_a_formula_s06(hostile: Gtminer) -> None:
    first, second = rows(hostile("summarize").out)
    assert (first["title"], first["journal"]) == (f"'{SHOWN}", "'@SUM(1+1)*cmd|' /C calc'!A0")
    assert second["title"] == "'-174G>C and +331G/A polymorphisms in gene therapy"
    assert second["journal"] == "-5", "a plain number is left alone"
    for options in ((), ("--long",), ("--excel",), ("--by", "journal")):
        for row in rows(hostile("summarize", *options).out.removeprefix("\ufeff")):
            assert not [cell for cell in row.values() if cell.startswith(("=", "+", "@", "\t", "\r"))], options


def test_a_raw_csv_and_json_give_the_text_as_it_is_s06(hostile: Gtminer) -> None:
    first, second = rows(hostile("summarize", "--raw").out)
    assert first["title"] == SHOWN
    assert second["title"] == "-174G>C and +331G/A polymorphisms in gene therapy"
    out = hostile("summarize", "-f", "json").out
    assert harmless(out)
    assert json.loads(out)[0]["title"] == TITLE


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl", "md", "table"])
def test_no_format_carries_what_steers_a_terminal_s08(form: str, hostile: Gtminer) -> None:
    for options in ((), ("--long",)):
        code, out, err = hostile("summarize", "-f", form, *options)
        assert code == 0
        assert harmless(out + err)


@pytest.mark.parametrize("fault", ["S07", "S08"])
@pytest.mark.parametrize("command", [("summarize",), ("show", "90000001"), ("summarize", "--long")], ids=" ".join)
def test_a_terminal_shows_markup_as_it_is_written_and_nothing_steers_it(
    fault: str, command: tuple[str, ...], hostile: Gtminer, environment: dict[str, str]
) -> None:
    shown = on_terminal(environment, *command)
    assert harmless(shown.replace("\r\n", "\n"))
    if fault == "S07":
        joined = " ".join(shown.split())
        assert "[/i]" in joined
        assert ":heart:" in joined
        assert "file:///x" in joined


def on_terminal(environment: dict[str, str], *arguments: str) -> str:
    """Return what the program writes to a terminal of 200 columns, without colour."""
    outer, inner = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gtminer", *arguments], stdout=inner, stderr=inner, stdin=inner,
        env=environment | {"COLUMNS": "200", "LINES": "50", "NO_COLOR": "1", "TERM": "xterm"},
    )  # fmt: skip
    os.close(inner)
    pieces = []
    try:
        while piece := os.read(outer, 65_536):
            pieces.append(piece)
    except OSError:  # the other side is closed
        pass
    os.close(outer)
    assert process.wait(60) == 0
    return b"".join(pieces).decode()


def test_messages_and_logs_carry_no_controls_s08(gtminer: Gtminer, tmp_path: Path) -> None:
    name = f"evil\x1b[2J\u202e{chr(10)}second line.xml"
    (tmp_path / name).write_text("<PubmedArticleSet><broken")
    code, out, err = gtminer("import", name, "--log-file", "log.txt")
    assert (code, out) == (3, "")
    log = (tmp_path / "log.txt").read_text()
    assert harmless(err + log)
    assert "evil[2J second line.xml" in err
    assert len(err.splitlines()) == 2
    assert len(log.splitlines()) == 2


def test_text_that_looks_like_sql_is_text_s09(hostile: Gtminer, environment: dict[str, str]) -> None:
    with Store.open(Path(environment["GTMINER_CACHE"]) / "gtminer.sqlite") as store:
        document = store.get("pubmed:90000001")
    assert document is not None
    assert "Robert'); DROP TABLE document;--" in document.text
    for command in (("summarize", "--product", "x'; DROP TABLE document;--"), ("show", "1' OR '1'='1")):
        assert hostile(*command).code == 2


def test_an_abstract_of_five_megabytes_is_stored_whole_s09(gtminer: Gtminer, environment: dict[str, str]) -> None:
    text = "An AAV9 vector was given. " * 200_000
    record = article(90000003, "Long", text, created=date(2026, 1, 2)).xml
    assert gtminer("import", "-", "--no-tag", stdin=f"<PubmedArticleSet>{record}</PubmedArticleSet>").code == 0
    with Store.open(Path(environment["GTMINER_CACHE"]) / "gtminer.sqlite") as store:
        document = store.get("pubmed:90000003")
    assert document is not None
    assert document.text == f"Long\n{text.strip()}"


# Hostile XML


def test_hostile_xml_is_refused_and_nothing_is_read_or_asked(
    gtminer: Gtminer, tmp_path: Path, environment: dict[str, str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the words of a secret file")
    record = article(90000001, "PLACE", created=date(2026, 1, 2)).xml
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/x.dtd"
        attacks = {
            "S01-entity-bomb": (f'<!DOCTYPE PubmedArticleSet [<!ENTITY e0 "ha">{levels}]>', "&e9;"),
            "S02-file-entity": (f'<!DOCTYPE PubmedArticleSet [<!ENTITY x SYSTEM "{secret.as_uri()}">]>', "&x;"),
            "S03-external-entity": (f'<!DOCTYPE PubmedArticleSet [<!ENTITY x SYSTEM "{address}">]>', "&x;"),
            "S03-parameter": (f'<!DOCTYPE PubmedArticleSet [<!ENTITY % x SYSTEM "{address}"> %x;]>', "words"),
            "S04-deep": ("<!DOCTYPE PubmedArticleSet>", "<i>" * 100_000 + "</i>" * 100_000),
        }
        for name, (doctype, title) in attacks.items():
            path = tmp_path / f"{name}.xml"
            path.write_text(f"{doctype}<PubmedArticleSet>{record.replace('PLACE', title)}</PubmedArticleSet>")
            code, out, err = gtminer("import", "--no-tag", path.name)
            assert (code, out) == (3, ""), name
            assert path.name in err, name
            assert len(err.splitlines()) == 2, name
        with pytest.raises(BlockingIOError):
            listening.accept()
    with Store.open(Path(environment["GTMINER_CACHE"]) / "gtminer.sqlite") as store:
        assert store.count_documents() == 0


def test_a_dtd_at_an_address_is_not_asked_for_s03(gtminer: Gtminer) -> None:
    record = article(90000001, "Words", created=date(2026, 1, 2)).xml
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/x.dtd"
        doctype = f'<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2099//EN" "{address}">'
        done = gtminer("import", "--no-tag", "-", stdin=f"{doctype}<PubmedArticleSet>{record}</PubmedArticleSet>")
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert done == Outcome(0, "", "imported 1 document: 1 new, 0 changed, 0 unchanged\n")


# Hostile JSON

GOOD = '"data": [{"category": "Human"}]'
JSONS = {
    "S05-deep": "[" * 100_000 + "]" * 100_000,
    "S05-deep-in-object": '{"error":' + "[" * 990 + "]" * 990 + "}",
    "S05-huge-number": f'{{"meta": {{"total_records": {"9" * 5_000}}}, {GOOD}}}',
    "S05-huge-number-as-text": f'{{"meta": {{"total_records": "{"9" * 5_000}"}}, {GOOD}}}',
    "S05-nan": f'{{"meta": {{"total_records": NaN}}, {GOOD}}}',
    "S05-double-keys": f'{{"data": "no list", {GOOD.replace("[", "").replace("]", "")}}}',
    "S05-bytes": '{"data": "\ud800"',
}


@pytest.mark.parametrize("fault", JSONS)
def test_json_that_is_not_as_it_should_be_is_refused_in_one_line(fault: str) -> None:
    body = JSONS[fault].encode("utf-8", "surrogatepass")
    spec = ema_feeds.specs()["medicines"]
    with pytest.raises(SourceError) as caught:
        ema_feeds.read(body, spec, now=datetime(2026, 11, 22, tzinfo=UTC), floor=1)
    assert str(caught.value).startswith(f"EMA: feed {spec.name}: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    with pytest.raises((SourceError, ContentError)) as refused:
        openfda.read(200, body, {})
    assert str(refused.value).startswith("openFDA")
    assert classify(body).reason is not Reason.RECORDS
    assert not says_rate_limit(body)


# Files


def test_all_that_a_run_makes_is_the_owners_alone_s11(
    gtminer: Gtminer, environment: dict[str, str], tmp_path: Path
) -> None:
    before = os.umask(0o022)  # cron's
    try:
        assert gtminer("import", "-", "--log-file", "log.txt", stdin=HOSTILE).code == 0
    finally:
        os.umask(before)
    RawFiles(Path(environment["GTMINER_CACHE"]) / "raw").put(b"bytes")
    cache = Path(environment["GTMINER_CACHE"])
    wrong = [
        str(path)
        for path in (cache, *cache.rglob("*"), tmp_path / "log.txt", *Path(environment["HOME"]).rglob("*"))
        if path.stat().st_mode & (0o077 if path.is_file() or cache in (path, *path.parents) else 0)
    ]
    assert wrong == []


def test_a_link_in_the_cache_is_not_followed_s12(tmp_path: Path) -> None:
    raw = RawFiles(tmp_path / "raw")
    other = tmp_path / "other"
    other.write_bytes(b"bytes")
    digest = sha256(b"bytes").hexdigest()
    entry = raw.path(digest)
    entry.parent.mkdir(parents=True)
    entry.symlink_to(other)
    with pytest.raises(StoreError, match="a link, not a file of gtminer"):
        raw.get(digest)
    raw.put(b"bytes")
    assert not entry.is_symlink()
    assert raw.get(digest) == b"bytes" == other.read_bytes()
