"""The README's commands do what it says: every `sh` block is run, in order, against the stand-in."""

import gzip
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")

# What a test machine cannot do, each with what shows it instead.
ELSEWHERE = {
    "make demo": "continuous integration runs it, and test_demo its command",
    "make test": "is what runs this test",
    "pipx install .": "test_package installs the wheel",
}
# The README names a PMID of PubMed; the stand-in has its own.
STAND_INS = {"pubmed:31234567": "pubmed:{pmid}"}


def commands() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    lines = [line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def test_the_readme_has_the_two_commands_first() -> None:
    assert commands()[:2] == ["make demo", "make test"]


def test_every_query_file_in_the_readme_is_valid(tmp_path: Path) -> None:
    from gtminer import query

    for number, block in enumerate(re.findall(r"^```toml\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)):
        path = tmp_path / f"{number}.toml"
        path.write_text(block, encoding="utf-8")
        assert query.read(path).title


@pytest.fixture
def served() -> Iterator[dict[str, str]]:
    from gtminer.standin.world import World

    with World() as world:
        yield {f"GTMINER_{name.upper()}_URL": base for name, base in world.standin.base_urls.items()}


def test_every_command_of_the_readme_works(tmp_path: Path, environment: dict[str, str], served: dict[str, str]) -> None:
    corpus = ROOT / "gtminer" / "standin" / "corpus"
    work = tmp_path / "work"
    (work / "queries").mkdir(parents=True)
    (work / "baseline").mkdir()
    block = re.findall(r"^```toml\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)[0]
    (work / "queries" / "aav-liver.toml").write_text(block, encoding="utf-8")
    records = gzip.decompress((corpus / "pubmed.xml.gz").read_bytes())
    (work / "records.xml").write_bytes(records)
    (work / "baseline" / "one.xml.gz").write_bytes(gzip.compress(records))
    (work / "search.nbib").write_text("PMID- 99999999\nTI  - An invented title.\nDP  - 2026\n\n", encoding="utf-8")
    (work / "mondo.obo").write_text("[Term]\nid: ZZ:1\nname: an invented disease of readers\n", encoding="utf-8")
    pdf = sorted(corpus.rglob("*.pdf"))[0]
    (work / "epar.pdf").write_bytes(pdf.read_bytes())
    program = tmp_path / "bin"
    program.mkdir()
    launcher = program / "gtminer"
    launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m gtminer "$@"\n', encoding="utf-8")
    launcher.chmod(0o755)
    env = {**environment, **served, "NCBI_EMAIL": "reader@example.org", "PATH": f"{program}:{environment['PATH']}"}
    env.pop("NCBI_API_KEY", None)
    pmid = re.search(rb"<PMID[^>]*>(\d+)</PMID>", records)
    assert pmid
    for printed in commands():
        if printed in ELSEWHERE or printed.startswith("export "):
            continue
        command = printed
        for name, real in STAND_INS.items():
            command = command.replace(name, real.format(pmid=pmid[1].decode()))
        done = subprocess.run(
            ["sh", "-c", command], cwd=work, env=env, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
    rows = (work / "liver.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("doc_id,source,year,title,category,concept")
