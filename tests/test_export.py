"""`export`: the whole answer set."""

import json
from pathlib import Path

import pytest
from conftest import Gtminer

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


def test_an_unknown_format_lists_the_known(ask: Gtminer) -> None:
    known = "csv, tsv, json, jsonl, parquet, xlsx, html, md, ris, bibtex"
    assert ask("export", "docx") == (2, "", f"gtminer: unknown format 'docx'; choose one of: {known}\n")
