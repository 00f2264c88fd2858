"""`export`: the whole answer set."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Gtminer
from library import REPORT, fill

from gtminer.model import Provenance
from gtminer.store.database import Store

LEFT_OUT = "1 retracted document left out; --include-retracted shows them\n"


def test_json_lines_have_one_row_per_tag_as_long_does(ask: Gtminer, tmp_path: Path) -> None:
    assert ask("export", "jsonl", "-o", "tags.jsonl") == (
        0, "", "1 document without tags left out; --documents has them all\n" + LEFT_OUT
    )  # fmt: skip
    text = (tmp_path / "tags.jsonl").read_text()
    assert text == ask("summarize", "--long", "-f", "jsonl").out
    assert len(text.splitlines()) == 17
    assert {json.loads(line)["category"] for line in text.splitlines()} == {
        "modality", "vector", "indication", "safety", "product",
    }  # fmt: skip


def test_documents_have_one_row_each_as_summarize_gives_them(ask: Gtminer) -> None:
    assert ask("export", "csv", "--documents").out == ask("summarize").out
    assert ask("export", "jsonl", "--documents").out == ask("summarize", "-f", "jsonl").out


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl", "md"])
def test_every_format_is_written_with_the_filters(ask: Gtminer, form: str) -> None:
    code, out, err = ask("export", form, "--event", "hepatotoxicity", "--assertion", "risk")
    assert (code, err) == (0, LEFT_OUT)
    assert "pubmed" in out
    assert "Hepatotoxicity is a risk of high doses." in out
    assert "infants" not in out


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "xlsx", "html", "md", "ris", "bibtex"])
def test_a_closed_pipe_and_a_full_device_end_every_format_in_order(
    library: Path, environment: dict[str, str], form: str
) -> None:
    command = [sys.executable, "-m", "gtminer", "--cache", str(library), "export", form, "-q"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment, check=False)
    assert (done.returncode, done.stderr.count(b"\n"), done.stderr[:17]) == (1, 1, b"gtminer: output: ")


def test_a_reference_gives_no_address_on_this_machine(gtminer: Gtminer, tmp_path: Path) -> None:
    fill(tmp_path / "cache", ())
    by_hand = Provenance("file:///home/me/epar.pdf", "2026-01-02", "0")
    with Store.open(tmp_path / "cache" / "gtminer.sqlite") as store:
        store.put([REPORT._replace(provenance=by_hand)])
    out = gtminer("export", "bibtex").out
    assert "institution = {EMA}" in out
    assert "url" not in out


@pytest.mark.parametrize("form", ["ris", "bibtex"])
def test_references_have_no_columns_to_choose(ask: Gtminer, form: str) -> None:
    assert ask("export", form, "--columns", "title") == (
        2, "", f"gtminer: --columns: {form} holds references, whose fields are fixed\n"
    )  # fmt: skip
    assert ask("export", form, "--sort", "title").code == 0


def test_an_unknown_format_lists_the_known(ask: Gtminer) -> None:
    known = "csv, tsv, json, jsonl, parquet, xlsx, html, md, ris, bibtex"
    assert ask("export", "docx") == (2, "", f"gtminer: unknown format 'docx'; choose one of: {known}\n")
