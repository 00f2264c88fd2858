"""Each format: what a reader of that format gets back, whatever stands in a cell."""

import csv
import gc
import io
import json
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from conftest import Gtminer
from hypothesis import example, given
from hypothesis import strategies as st

from gtminer.errors import InputError
from gtminer.report import formats
from gtminer.report.formats.csv import guarded
from gtminer.report.table import Column, Style, Table, words
from gtminer.text import width

TEXT = ("csv", "tsv", "json", "jsonl", "md", "html", "table")
COLUMNS = (Column("name"), Column("count", right=True), Column("flag", flag=True), Column("many", many=True))
ROWS: list[tuple[object, ...]] = [
    ("plain", 1, True, ("a", "b")),
    ('with "quotes", commas', None, False, ()),
    ("two\nlines\tand a tab", 3, None, ("=1+1",)),
    ("=HYPERLINK(1)", -4, True, ("<b>&", "|")),
]

texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
cells = st.one_of(st.none(), st.booleans(), st.integers(-9999, 9999), texts, st.lists(texts, max_size=3).map(tuple))


def written(name: str, rows: list[tuple[object, ...]], style: Style = Style(), columns: Any = COLUMNS) -> str:  # noqa: B008 - immutable
    out = io.StringIO(newline="")
    formats.find(name, (name,)).write(Table("A table", columns, iter(rows)), out, style)
    return out.getvalue()


@given(st.lists(st.tuples(cells, cells, cells, cells), max_size=5), st.booleans(), st.booleans())
def test_csv_is_read_back_cell_by_cell(rows: list[tuple[object, ...]], raw: bool, excel: bool) -> None:
    text = written("csv", rows, Style(raw=raw, excel=excel))
    found = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert found[1:] == [[guarded(words(cell), raw) for cell in row] for row in rows]
    assert text.startswith("\ufeff") is excel
    assert text.count("\r\n" if excel else "\n") == len(rows) + 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"), ("+1 mg", "'+1 mg"), ("-1", "-1"), ("-1.5e3", "-1.5e3"), ("+.5", "+.5"), ("-", "'-"),
        ("@user", "'@user"), ("\tx", "'\tx"), ("\rx", "' x"), ("\x07=1", "'=1"), ("\u202e=1", "'=1"), ("a=1", "a=1"),
        ("-1-1", "'-1-1"), ("", ""), ("two\r\nlines", "two lines"), ("\u2028x", " x"),
    ],
)  # fmt: skip
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str, shown: str) -> None:
    assert guarded(text) == shown


@pytest.mark.parametrize("name", TEXT)
@given(rows=st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=3))
def test_no_control_or_bidirectional_character_is_ever_written(name: str, rows: list[tuple[object, ...]]) -> None:
    steering = {chr(code) for code in (*range(32), *range(0x7F, 0xA0), 0x202E, 0x202A, 0x2066, 0x2069, 0x200F)}
    marked = [(f"\u202e\x1b[31m\x85\u2066{words(row[0])}", *row[1:]) for row in rows]
    for style in (Style(), Style(width=40)):
        assert not (steering - {"\n", "\t"}) & set(written(name, marked, style))


def test_tsv_has_one_line_a_row_and_as_many_tabs_as_columns() -> None:
    lines = written("tsv", ROWS).splitlines()
    assert lines[0] == "name\tcount\tflag\tmany"
    assert lines[3] == "two lines and a tab\t3\t\t=1+1"
    assert {line.count("\t") for line in lines} == {3}


@given(st.lists(st.tuples(cells, cells, cells, cells), max_size=4))
def test_json_and_json_lines_hold_the_same_rows(rows: list[tuple[object, ...]]) -> None:
    names = [column.name for column in COLUMNS]
    expected = [
        dict(zip(names, (list(cell) if isinstance(cell, tuple) else cell for cell in row), strict=True)) for row in rows
    ]
    assert json.loads(written("json", rows)) == expected
    assert [json.loads(line) for line in written("jsonl", rows).split("\n") if line] == expected


def test_markdown_has_one_line_a_row_and_escapes_its_own_marks() -> None:
    lines = written("md", ROWS).splitlines()
    assert lines[:2] == ["| name | count | flag | many |", "|---|---:|---|---|"]
    assert lines[-1] == r"| =HYPERLINK(1) | -4 | true | \<b\>\&; \| |"


def test_html_reads_nothing_as_markup_and_loads_nothing() -> None:
    page = written("html", ROWS)
    assert "<td>&lt;b&gt;&amp;; |</td>" in page
    assert "<script" not in page
    assert page.count("<tr>") == len(ROWS) + 1


LONGEST_WORD = 24  # longer chains of letters are cut in prose rather than take the place of other columns
words_ = st.text(alphabet="abcdefgh äß漢-/", min_size=1, max_size=60)


@given(st.lists(st.tuples(words_, st.integers(0, 10**6), words_), min_size=1, max_size=4), st.integers(30, 120))
@example([("a", 0, f"{'a' * 19}漢漢漢")], 30)
def test_a_table_fits_its_width_and_cuts_no_word_of_english(rows: list[tuple[object, ...]], room: int) -> None:
    columns = (Column("name", least=10), Column("count", gives_way=1, right=True), Column("prose", least=12))
    text = written("table", rows, Style(width=room), columns)
    table, _, note = text.partition("Not shown at this width:")
    gone = " ".join(note.split()).partition(".")[0].split(", ")
    assert max(width(line) for line in text.splitlines()) <= room
    for name in ("name", "prose"):
        place = 0 if name == "name" else 2
        if name not in gone:
            for row in rows:
                for word in str(row[place]).split():
                    assert word in table or width(word) > LONGEST_WORD


def test_a_table_drops_empty_columns_first_and_names_what_it_drops() -> None:
    columns = (Column("name"), Column("empty"), Column("less", gives_way=1), Column("more", gives_way=2))
    rows: list[tuple[object, ...]] = [("n" * 20, None, "l" * 20, "m" * 20)]
    assert written("table", rows, Style(width=45), columns).splitlines()[2:] == [
        "n" * 20 + "  " + "l" * 20,
        "Empty, so not shown: empty.",
        "Not shown at this width: more. All of them:",
        "-f csv, or choose with --columns.",
    ]
    assert written("table", rows, Style(width=69), columns).splitlines()[3:] == ["Empty, so not shown: empty."]


def test_long_lists_are_shortened_on_a_terminal_only() -> None:
    columns = (Column("name"), Column("events"))
    rows: list[tuple[object, ...]] = [("a", tuple(f"e{number}" for number in range(1, 12)))]
    assert written("table", rows, Style(width=80), columns).splitlines()[2:] == [
        "a     e1; e2; e3; e4; e5; e6; e7; e8; … and 3 more",
        "Long lists are shortened; whole in -f csv.",
    ]
    whole = "; ".join(f"e{number}" for number in range(1, 12))
    assert written("table", rows, Style(), columns).splitlines()[2:] == [f"a     {whole}"]
    assert written("csv", rows, Style(width=80), columns) == f"name,events\na,{whole}\n"


def test_a_long_identifier_breaks_rather_than_take_the_place_of_other_columns() -> None:
    columns = (Column("id", breaks=True), Column("title", least=10))
    rows: list[tuple[object, ...]] = [("fda:some-long-name/complete-response-letter-2024-08-05", "A letter")]
    assert written("table", rows, Style(width=44), columns).splitlines()[2:] == [
        "fda:some-long-name/complete-        A letter",
        "response-letter-2024-08-05                  ",
    ]
    assert written("table", rows, Style(width=80), columns).splitlines()[2:] == [f"{rows[0][0]}  A letter"]


def test_a_spreadsheet_holds_text_as_text(ask: Gtminer, tmp_path: Any) -> None:
    assert ask("export", "xlsx", "--documents", "--columns", "id,title,year", "-o", "out.xlsx").code == 0
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    tree = ElementTree.fromstring(sheet)
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert not list(tree.iter(f"{space}f"))  # no formula
    assert "=1+1 is no title but it may come" in [cell.text for cell in tree.iter(f"{space}t")]
    assert [cell.text for cell in tree.iter(f"{space}v")] == ["2024", "2024", "2023", "2020"]


def test_ctrl_c_while_a_spreadsheet_is_packed_says_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = []

    def interrupted(book: zipfile.ZipFile, *parts: Any, **more: Any) -> None:
        added.append(parts)
        if len(added) > 2:
            raise KeyboardInterrupt
        packed(book, *parts, **more)

    packed = zipfile.ZipFile.write
    said: list[Any] = []
    monkeypatch.setattr(zipfile.ZipFile, "write", interrupted)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    with pytest.raises(KeyboardInterrupt):
        formats.find("xlsx", ("xlsx",)).write(Table("t", COLUMNS, ROWS), io.BytesIO(), Style())
    gc.collect()
    assert (said, list(tmp_path.iterdir())) == ([], [])


def test_the_same_rows_are_the_same_spreadsheet(ask: Gtminer, tmp_path: Any) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        assert ask("export", "xlsx", "-o", name).code == 0
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_parquet_has_types_that_do_not_depend_on_the_rows(ask: Gtminer, tmp_path: Any) -> None:
    from pyarrow import parquet

    for name, source in (("all.parquet", ()), ("none.parquet", ("--source", "fda"))):
        assert ask("export", "parquet", *source, "-o", name).code == 0
    table = parquet.read_table(tmp_path / "all.parquet")
    assert table.schema == parquet.read_table(tmp_path / "none.parquet").schema
    assert {name: str(table.schema.field(name).type) for name in ("page", "ids", "inferred", "sentence")} == {
        "page": "int64", "ids": "list<element: string>", "inferred": "bool", "sentence": "string",
    }  # fmt: skip
    rows = [json.loads(line) for line in ask("export", "jsonl").out.splitlines()]
    assert table.to_pylist() == rows


def test_references_for_reference_managers(ask: Gtminer) -> None:
    assert ask("export", "ris", "--vector", "aav9", "--source", "pubmed").out == (
        "TY  - JOUR\n"
        "TI  - AAV9 gene addition in infants with spinal muscular atrophy\n"
        "AU  - Doe, Jo\n"
        "AU  - Roe, Al\n"
        "PY  - 2024\n"
        "DA  - 2024/03/05\n"
        "JO  - Invented Neurology\n"
        "DO  - 10.5555/101\n"
        "AN  - 101\n"
        "UR  - https://pubmed.ncbi.nlm.nih.gov/101/\n"
        "KW  - Gene addition\n"
        "KW  - AAV9\n"
        "KW  - Spinal muscular atrophy (5q)\n"
        "KW  - Hepatotoxicity\n"
        "ER  - \n\n"
    )
    assert ask("export", "bibtex", "--source", "ema").out == (
        "@techreport{ema-zolgensma-assessment-report,\n"
        "  title = {{Zolgensma: assessment report}},\n"
        "  year = {2020},\n"
        "  institution = {EMA},\n"
        "  url = {https://example.org/feed},\n"
        "  keywords = {AAV9, Hepatotoxicity, Pyrexia},\n"
        "  note = {ema:zolgensma/assessment-report},\n"
        "}\n\n"
    )


def test_bibtex_obeys_nothing_that_stands_in_a_title() -> None:
    columns = tuple(
        Column(name)
        for name in ("doc_id", "kind", "title", "authors", "date", "journal", "doi", "regulator", "url", "keywords",
                     "retracted")
    )  # fmt: skip
    row = (
        "pubmed:1",
        "article",
        r"100% {of} \input{x} a_b #1",
        ("A Group", "Doe, J"),
        None,
        None,
        None,
        None,
        None,
        (),
        True,
    )
    assert written("bibtex", [row], columns=columns) == (
        "@article{pubmed-1,\n"
        r"  title = {{RETRACTED: 100\% \{of\} \textbackslash{}input\{x\} a\_b \#1}}," "\n"
        "  author = {{A Group} and Doe, J},\n"
        "  note = {pubmed:1},\n"
        "}\n\n"
    )  # fmt: skip


def test_a_format_is_added_by_adding_a_file() -> None:
    assert formats.names() == [
        "bibtex", "csv", "html", "json", "jsonl", "md", "parquet", "ris", "table", "tsv", "xlsx",
    ]  # fmt: skip
    with pytest.raises(InputError, match="unknown format 'pdf'; choose one of: csv, json"):
        formats.find("pdf", ("csv", "json"))
