"""The tables: what stands in them, the filters, the formats, and what is said beside them."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import typer
from conftest import Gtminer, Outcome
from library import REPORT, fill
from tagging import sectioned

from gtminer.cli import options
from gtminer.model import DocumentTags, Population, Reading
from gtminer.pipeline.tagging import built_in
from gtminer.report import documents
from gtminer.report.concepts import Concepts
from gtminer.report.filters import Filters, select
from gtminer.store.database import Store
from gtminer.store.tags import ConceptRow

LEFT_OUT = "1 retracted document left out; --include-retracted shows them\n"


def ids(outcome: Outcome) -> list[str]:
    assert outcome.code == 0, outcome.err
    return [json.loads(line)["doc_id"] for line in outcome.out.splitlines()]


# Documents


def test_a_pipe_gets_the_documents_as_csv_newest_first(ask: Gtminer) -> None:
    code, out, err = ask("summarize", "--columns", "id,year,source,product,vector,indication,safety,safety_other")
    assert (code, err) == (0, LEFT_OUT)
    assert out == (
        "id,year,source,product,vector,indication,safety,safety_other\n"
        "pubmed:101,2024,pubmed,,AAV9,Spinal muscular atrophy (5q),Hepatotoxicity,"
        "Thrombotic microangiopathy (negated)\n"
        "pubmed:103,2024,pubmed,,Lentiviral vector,,Cytokine release syndrome,\n"
        "pubmed:102,2023,pubmed,,AAV8,Haemophilia B,,Hepatotoxicity (risk)\n"
        "ema:zolgensma/assessment-report,2020,ema,Zolgensma,AAV9,,Hepatotoxicity; Pyrexia,Death (negated)\n"
        "pubmed:104,,pubmed,,,,,\n"
    )


def test_json_lines_have_the_shape_of_the_gold_file(ask: Gtminer) -> None:
    first = json.loads(ask("summarize", "-f", "jsonl", "--limit", "1").out)
    assert first == {
        "doc_id": "pubmed:101", "source": "pubmed", "year": 2024,
        "title": "AAV9 gene addition in infants with spinal muscular atrophy", "product": [],
        "modality": ["gene_addition"], "vector": ["aav9"], "indication": ["sma"],
        "safety": [{"term": "hepatotoxicity", "assertion": "present"},
                   {"term": "thrombotic_microangiopathy", "assertion": "negated"}],
        "inferred": {"modality": [], "vector": []}, "gene_therapy": True, "population": "human", "retracted": False,
        "date": "2024-03-05", "journal": "Invented Neurology", "kind": "article", "doi": "10.5555/101", "pmcid": None,
        "status": "listed", "url": "https://example.org/feed",
    }  # fmt: skip


def test_what_follows_from_a_product_is_marked_as_inferred(ask: Gtminer) -> None:
    report = json.loads(ask("summarize", "-f", "jsonl", "--source", "ema").out)
    assert (report["vector"], report["inferred"], report["product"]) == (
        ["aav9"], {"modality": [], "vector": ["aav9"]}, ["zolgensma"],
    )  # fmt: skip


def test_every_run_gives_the_same_bytes(ask: Gtminer) -> None:
    assert ask("summarize") == ask("summarize")
    assert ask("summarize", "--by", "vector,safety") == ask("summarize", "--by", "vector,safety")


# Filters


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (("--vector", "aav"), ["pubmed:101", "pubmed:102", "ema:zolgensma/assessment-report"]),
        (("--vector", "aav9"), ["pubmed:101", "ema:zolgensma/assessment-report"]),
        (("--vector", "AAV-9", "--source", "pubmed"), ["pubmed:101"]),
        (("--vector", "aav8", "--vector", "lentiviral"), ["pubmed:103", "pubmed:102"]),
        (("--indication", "SMA"), ["pubmed:101"]),
        (("--indication", "Haemophilia B"), ["pubmed:102"]),
        (("--modality", "gene_therapy"), ["pubmed:101", "pubmed:103"]),
        (("--event", "liver toxicity"), ["pubmed:101", "pubmed:102", "ema:zolgensma/assessment-report"]),
        (("--event", "hepatotoxicity", "--assertion", "risk"), ["pubmed:102"]),
        (("--assertion", "negated"), ["pubmed:101", "ema:zolgensma/assessment-report"]),
        (("--vector", "lentiviral", "--role", "subject"), []),
        (("--product", "onasemnogene abeparvovec"), ["ema:zolgensma/assessment-report"]),
        (("--product", "Onasemnogene abeparvovec-xioi"), ["ema:zolgensma/assessment-report"]),
        (("--product", "onasemnogene abeparvovec-brve"), []),  # Itvisma
        (("--population", "animal"), ["pubmed:102"]),
        (("--since", "2024"), ["pubmed:101", "pubmed:103"]),
        (("--since", "2024-02"), ["pubmed:101", "pubmed:103"]),
        (("--since", "2024-03-06"), ["pubmed:103"]),
        (("--until", "2023"), ["pubmed:102", "ema:zolgensma/assessment-report"]),
        (("--vector", "aav9", "--include-retracted", "--until", "2023"),
         ["pubmed:105", "ema:zolgensma/assessment-report"]),
    ],
)  # fmt: skip
def test_filters_choose_documents(ask: Gtminer, filters: tuple[str, ...], found: list[str]) -> None:
    assert ids(ask("summarize", "-f", "jsonl", *filters)) == found


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (("--vector", "AAVX9"), "--vector: unknown vector 'AAVX9'; did you mean 'aav9'?"),
        (("--event", "hepatotoxcity"), "--event: unknown safety event 'hepatotoxcity'; did you mean 'hepatotoxicity'?"),
        (("--source", "embase"), "--source: unknown value 'embase'; choose one of: pubmed, ema, fda"),
        (("--source", "ema,fda"), "--source: 'ema,fda' is one value; for several write --source again for each"),
        (("--role", "main"), "--role: unknown value 'main'; choose one of: subject, mention"),
        (("--since", "yesterday"), "--since: 'yesterday' is not a date; write 2024, 2024-06 or 2024-06-30"),
        (("--until", "2023-02-30"), "--until: '2023-02-30' is not a date; write 2024, 2024-06 or 2024-06-30"),
        (("--since", "2024", "--until", "2023"), "--since 2024 is after --until 2023; nothing can lie between"),
        (("--by", "vectr"), "--by: unknown dimension 'vectr'; did you mean 'vector'? choose one or two of: document, "
         "product, modality, vector, indication, safety, source, year, journal, population"),
        (("--by", "vector", "--long"),
         "--long gives one row per tag and --by one per value; choose one of them"),
        (("--columns", "id,vectr"), "unknown column 'vectr'; did you mean 'vector'?"),
        (("--sort", "yaer"), "unknown column 'yaer'; did you mean 'year'?"),
        (("--limit", "-1"), "--limit -1: write a count, or 0 for all rows"),
        (("-f", "xml"), "unknown format 'xml'; choose one of: table, csv, tsv, json, jsonl, md"),
        (("-o", "x.pdf"), "-o x.pdf: no format ends in '.pdf'; name one with -f: table, csv, tsv, json, jsonl, md"),
        (("-f", "json", "--excel"), "--excel is for CSV; the format here is json"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_known_is_one_line(ask: Gtminer, filters: tuple[str, ...], message: str) -> None:
    assert ask("summarize", *filters) == (2, "", f"gtminer: {message}\n")


def test_documents_that_a_bound_leaves_out_are_told(ask: Gtminer) -> None:
    assert ask("summarize", "--since", "2024", "--columns", "id").err == (
        "1 document without a date left out by --since or --until\n"
    )
    assert ask("summarize", "--since", "2024", "--vector", "aav", "--columns", "id").err == ""


def test_an_empty_table_is_no_failure_unless_asked_for(ask: Gtminer) -> None:
    empty = ("summarize", "--vector", "aav5", "--columns", "id")
    assert ask(*empty) == (0, "id\n", "no documents match\n")
    assert ask(*empty, "--fail-empty") == (4, "id\n", "gtminer: no documents match\n")


# Counts


def test_one_row_per_value_counts_sources_years_and_what_is_said(ask: Gtminer) -> None:
    code, out, err = ask("summarize", "--by", "safety", "--columns",
                         "safety,documents,affirmed,negated,at_risk,pubmed,ema,first_year,last_year,slug")  # fmt: skip
    assert (code, err) == (0, LEFT_OUT + "1 document has no safety event and is not counted\n")
    assert out.splitlines()[1:] == [
        "Hepatotoxicity,3,2,0,1,2,1,2020,2024,hepatotoxicity",
        "Cytokine release syndrome,1,1,0,0,1,0,2024,2024,cytokine_release_syndrome",
        "Death,1,0,1,0,0,1,2020,2020,death",
        "Pyrexia,1,1,0,0,0,1,2020,2020,pyrexia",
        "Thrombotic microangiopathy,1,0,1,0,1,0,2024,2024,thrombotic_microangiopathy",
    ]


def test_a_vector_counts_itself_and_with_narrower_ones(ask: Gtminer) -> None:
    rows = ask("summarize", "--by", "vector", "--columns", "slug,documents,with_narrower", "--no-header").out
    assert rows.splitlines() == ["aav9,2,2", "aav8,1,1", "lentiviral,1,1"]


def test_a_cross_tab_counts_affirmed_events(ask: Gtminer) -> None:
    assert ask("summarize", "--by", "vector,safety").out == (
        "vector,documents,Hepatotoxicity,Cytokine release syndrome,Pyrexia\n"
        "AAV9,2,2,0,1\n"
        "AAV8,1,0,0,0\n"
        "Lentiviral vector,1,0,1,0\n"
    )


def test_a_cross_tab_counts_what_the_assertion_asks_for(ask: Gtminer) -> None:
    out = ask("summarize", "--by", "vector,safety", "--assertion", "negated").out
    assert out == "vector,documents,Death,Thrombotic microangiopathy\nAAV9,2,1,1\n"


def test_a_cross_tab_of_facts(ask: Gtminer) -> None:
    assert ask("summarize", "--by", "source,year").out == (
        "source,documents,2020,2023,2024\npubmed,4,0,1,2\nema,1,1,0,0\n"
    )


def test_one_row_per_year_newest_first(ask: Gtminer) -> None:
    assert ask("summarize", "--by", "year", "--columns", "year,documents").out == (
        "year,documents\n2024,2\n2023,1\n2020,1\n"
    )


def test_one_row_per_product_has_its_approvals_and_events_by_source(ask: Gtminer) -> None:
    columns = "slug,documents,ema,regulators,vector,events_ema,events_literature,tables"
    assert ask("summarize", "--by", "product", "--columns", columns).out.splitlines()[1:] == [
        "zolgensma,1,1,EMA; FDA,Adeno-associated virus vector,Hepatotoxicity; Pyrexia,,1 parsed; 1 picture"
    ]


# Tags


def test_long_gives_one_row_per_tag_with_its_evidence(ask: Gtminer) -> None:
    columns = "doc_id,concept,text,start,end,section,page,sentence,assertion,role,inferred,cue,rule,grade,n,N"
    out = ask("summarize", "--long", "--event", "hepatotoxicity", "--columns", columns).out
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == columns.split(",")
    assert rows[1:] == [
        ["pubmed:101", "hepatotoxicity", "Hepatotoxicity", "89", "103", "abstract", "",
         "Hepatotoxicity occurred in two of 12 (grade 3).", "present", "subject", "false", "", "", "3", "two", "12"],
        ["pubmed:102", "hepatotoxicity", "Hepatotoxicity", "46", "60", "abstract", "",
         "Hepatotoxicity is a risk of high doses.", "risk", "subject", "false", "risk of", "", "", "", ""],
        ["ema:zolgensma/assessment-report", "hepatotoxicity", "Hepatotoxicity", "29", "43", "clinical_safety", "14",
         "Hepatotoxicity was seen.", "present", "subject", "false", "", "", "", "", ""],
    ]  # fmt: skip


def test_long_json_has_the_fields_of_a_tag_in_their_order(ask: Gtminer) -> None:
    row = json.loads(ask("summarize", "--long", "-f", "jsonl", "--source", "ema", "--vector", "aav9").out)
    assert list(row) == [
        "doc_id", "source", "year", "title", "category", "concept", "label", "ids", "text", "start", "end", "section",
        "page", "sentence", "assertion", "role", "inferred", "cue", "rule", "grade", "n", "N", "pct", "arm",
        "retracted",
    ]  # fmt: skip
    assert (row["text"], row["inferred"], row["page"]) == ("Zolgensma", True, None)


def test_a_table_shows_one_state_of_the_store_whatever_is_written_meanwhile(tmp_path: Path) -> None:
    fill(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    fill(other)
    with options.opened(cast(typer.Context, SimpleNamespace(obj=other))) as connection:
        concepts = Concepts(connection)
        expected = list(documents.table(connection, concepts, select(connection, concepts, Filters())).rows)
    with options.opened(cast(typer.Context, SimpleNamespace(obj=tmp_path))) as connection:
        concepts = Concepts(connection)
        rows = iter(documents.table(connection, concepts, select(connection, concepts, Filters())).rows)
        first = next(rows)
        with Store.open(tmp_path / "gtminer.sqlite") as store:  # a vocabulary with a concept more, and its tags
            store.sync_concepts([ConceptRow("vector", "blorp", "Blorp", (), ())], version="other")
            keys = store.connection.execute("SELECT id FROM document").fetchall()
            tag = DocumentTags((), ("blorp",), (), (), (), (), (), True, Population.NONE)
            store.put_readings([(key, Reading((), (), tag)) for (key,) in keys], tagged_with="other")
        assert [first, *rows] == expected


# How it is written


def test_columns_sort_limit_and_no_header(ask: Gtminer) -> None:
    asked = ("summarize", "--columns", "year,id", "--sort", "-year,id", "--limit", "3", "--no-header")
    assert ask(*asked).out == "2024,pubmed:101\n2024,pubmed:103\n2023,pubmed:102\n"
    assert ask("summarize", "--columns", "id", "--sort", "year", "--limit", "0", "--no-header").out.split() == [
        "ema:zolgensma/assessment-report", "pubmed:102", "pubmed:101", "pubmed:103", "pubmed:104",
    ]  # fmt: skip


def test_text_from_outside_neither_runs_in_a_spreadsheet_nor_steers_a_terminal(ask: Gtminer) -> None:
    asked = ("summarize", "--columns", "title,journal", "--sort", "title", "--no-header", "--limit", "2")
    assert (
        ask(*asked).out == '"""Living"" drugs, a review",Invented Blood\n\'=1+1 is no title but it may come,\'+Annals\n'
    )
    assert ask(*asked, "--raw").out.splitlines()[1] == "=1+1 is no title but it may come,+Annals"
    for form in ("table", "csv", "tsv", "json", "jsonl", "md"):
        assert not {"\u202e", "\x07"} & set(ask("summarize", "-f", form).out), form


def test_excel_gets_a_byte_order_mark_and_crlf(ask: Gtminer, tmp_path: Path) -> None:
    assert ask("summarize", "--columns", "id", "--limit", "1", "--excel", "-o", "out.csv").code == 0
    assert (tmp_path / "out.csv").read_bytes() == b"\xef\xbb\xbfid\r\npubmed:101\r\n"


def test_the_suffix_of_a_file_names_its_format(ask: Gtminer, tmp_path: Path) -> None:
    for suffix, begins in (
        (".csv", "id\n"),
        (".tsv", "id\n"),
        (".json", "[\n"),
        (".jsonl", '{"doc_id"'),
        (".md", "| id |"),
    ):
        assert ask("summarize", "--columns", "id", "-o", f"out{suffix}") == (0, "", LEFT_OUT)
        assert (tmp_path / f"out{suffix}").read_text().startswith(begins)


def test_a_file_is_complete_or_as_it_was(ask: Gtminer, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("earlier")
    assert ask("summarize", "--columns", "nothing", "-o", "out.csv").code == 2
    assert (tmp_path / "out.csv").read_text() == "earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "out.csv"]


def test_a_folder_or_a_place_that_does_not_exist_is_refused(ask: Gtminer, tmp_path: Path) -> None:
    assert ask("summarize", "-f", "csv", "-o", "home") == (2, "", "gtminer: -o home: a folder; name a file in it\n")
    code, out, err = ask("summarize", "-o", "nowhere/out.csv")
    assert (code, out) == (2, "")
    assert err.startswith("gtminer: -o: ")
    assert err.endswith("cannot be written (No such file or directory); name another place\n")


def test_markdown_shows_markup_as_text(ask: Gtminer) -> None:
    out = ask("summarize", "-f", "md", "--columns", "id,population", "--population", "none").out
    assert out == "| id | population |\n|---|---|\n| pubmed:103 | none |\n| pubmed:104 | none |\n"


def test_a_table_fits_80_columns_with_whole_words(ask: Gtminer) -> None:
    out = ask("summarize", "-f", "table", env={"COLUMNS": "80"}).out
    table, gone = out.split("Not shown at this width: ")
    assert max(map(len, out.splitlines())) <= 80
    words = set(table.split())
    assert {"pubmed:101", "Hepatotoxicity", "ema:zolgensma/assessment-report"} <= words
    assert {"Cytokine", "release", "syndrome"} <= words
    assert "gene_therapy" not in gone


@pytest.mark.parametrize(
    ("command", "width"), [(("summarize",), "60"), (("summarize", "--long"), "80"), (("search", "retracted"), "60")]
)
def test_a_retracted_document_is_marked_in_a_narrow_table(ask: Gtminer, command: tuple[str, ...], width: str) -> None:
    out = ask(*command, "-f", "table", "--include-retracted", env={"COLUMNS": width}).out
    marked = [line.split()[0] for line in out.splitlines() if line.rstrip().endswith("retracted")]
    assert (marked[0], set(marked[1:])) == ("id", {"pubmed:105"})


def test_a_table_without_a_width_has_one_line_a_row(ask: Gtminer) -> None:
    out = ask("summarize", "-f", "table", "--columns", "id,title", "--limit", "2").out
    assert out == (
        "id          title                                                     \n"
        "──────────────────────────────────────────────────────────────────────\n"
        "pubmed:101  AAV9 gene addition in infants with spinal muscular atrophy\n"
        'pubmed:103  "Living" drugs, a review                                  \n'
    )


def test_colour_is_never_in_csv_and_in_a_table_only_when_asked(ask: Gtminer) -> None:
    assert "\x1b" not in ask("summarize", "--color", "always").out
    assert "\x1b" not in ask("summarize", "-f", "table").out
    assert "\x1b[1m" in ask("summarize", "-f", "table", "--color", "always").out


def test_a_closed_pipe_ends_quietly_with_141(library: Path, environment: dict[str, str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "gtminer", "--cache", str(library), "summarize"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_full_device_is_one_line(library: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "gtminer", "--cache", str(library), "summarize"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment, check=False)
    assert (done.returncode, done.stderr.decode()) == (
        1, "gtminer: output: no space left on the device; what was committed is kept; free some and repeat\n",
    )  # fmt: skip


def test_one_product_shows_what_each_source_says(ask: Gtminer) -> None:
    columns = "part,finding,ema_report,literature"
    code, out, err = ask("summarize", "--by", "product", "--product", "Zolgensma", "--columns", columns)
    rows = [line for line in out.splitlines() if line.startswith(("documents", "safety event", "tables"))]
    assert (code, err) == (0, "")
    assert rows == [
        "documents,documents,1,0",
        "tables,adverse-event tables,1 parsed; 1 picture,",
        'safety event,Hepatotoxicity,"present, p. 14",no document',
        'safety event,Pyrexia,"present, p. 14",no document',
        'safety event,Death,"negated, p. 14",no document',
    ]


def test_a_dossier_says_how_certain_its_facts_are(ask: Gtminer) -> None:
    columns = "finding,ema_report,fda_review,fda_label"
    out = ask("summarize", "--by", "product", "--product", "Aucatzyl", "--columns", columns).out
    assert out.splitlines()[1:5] == [
        "approved,2025-07,2024-11-08,",
        "status,conditional,approved,",
        "boxed warning,,,"
        "yes: cytokine release syndrome; neurological toxicities; secondary haematological malignancies",
        "certainty of these facts,high (US); medium (EU date and number),high (US); medium (EU date and number),",
    ]


def test_a_product_that_no_table_knows_is_found_by_its_name_and_shown_in_words(
    gtminer: Gtminer, tmp_path: Path
) -> None:
    fill(tmp_path / "cache", ())
    with Store.open(tmp_path / "cache" / "gtminer.sqlite") as store:
        store.put([REPORT._replace(product="some_vaccine_19_x")])
    out = gtminer("summarize", "--by", "product", "--product", "Some Vaccine-19 (X)", "--columns", "finding", "-q").out
    assert out.splitlines()[:2] == ["finding", "documents"]
    assert gtminer("summarize", "--columns", "product", "-q").out == "product\nsome vaccine 19 x\n"


def test_a_product_without_documents_still_has_its_facts(ask: Gtminer) -> None:
    code, out, err = ask("summarize", "--by", "product", "--product", "glybera", "--columns", "finding,ema_report")
    assert (code, err) == (0, "")
    assert out.splitlines()[:5] == [
        "finding,ema_report",
        "approved,2012-10-25",
        "status,expired 2017-10 (not renewed; exceptional circumstances)",
        "certainty of these facts,high",
        "documents,0",
    ]


@pytest.mark.parametrize("width", ["80", "120"])
def test_a_table_of_tags_always_shows_what_was_said_of_an_event(ask: Gtminer, width: str) -> None:
    out = ask("summarize", "--long", "-f", "table", "--event", "death", env={"COLUMNS": width}).out
    assert out.splitlines()[0].split()[0] == "id"
    assert "assertion" in out.splitlines()[0].split()
    assert "negated" in out.split()


def test_each_message_goes_to_the_log_too(ask: Gtminer, tmp_path: Path) -> None:
    assert ask("summarize", "-q", "--columns", "id", "--limit", "1", "--log-file", "log").err == ""
    assert (tmp_path / "log").read_text().endswith(f" info {LEFT_OUT}")


def two_reports(folder: Path) -> Path:
    """A store with two reports on one product, which are tagged as an import tags them."""
    sections = (
        ("clinical", "Nausea was seen. Adverse events: none was serious; it was well tolerated."),
        ("clinical_safety", "CRS occurred. Anaemia occurred. CRS was fatal. CRS resolved. Nausea was seen."),
    )
    one = sectioned(
        "Kymriah: assessment report", *sections, source="ema", regulator="EMA", kind="assessment-report",
        product="kymriah", doc_id="ema:kymriah/assessment-report",
    )  # fmt: skip
    one = one._replace(
        sections=tuple(section._replace(page=number) for number, section in enumerate(one.sections, start=9))
    )
    other = one._replace(doc_id="ema:kymriah/variation-report", kind="variation-report", title="Kymriah: variation")
    tagger = built_in()
    folder.mkdir(exist_ok=True)
    with Store.open(folder / "gtminer.sqlite", create=True) as store:
        run = store.start_run("import")
        store.sync_concepts(tagger.concepts(), version=tagger.version)
        fresh = store.put((one, other), run=run).fresh
        store.put_readings([(key, tagger.read(found)) for key, found in fresh], tagged_with=tagger.version, run=run)
        store.refresh_counts()
        store.finish_run(run, "complete", new=2)
    return folder


def test_a_dossier_lists_first_what_is_said_most_and_leaves_out_general_words(gtminer: Gtminer, tmp_path: Path) -> None:
    two_reports(tmp_path / "cache")
    ask = ("summarize", "--by", "product", "--product", "kymriah", "--columns", "part,finding,ema_report", "-q")
    rows = [line for line in gtminer(*ask).out.splitlines() if line.startswith("safety event")]
    assert rows == [
        'safety event,Cytokine release syndrome,"present, 2 of 2 documents"',
        'safety event,Nausea / vomiting,"present, 2 of 2 documents"',
        'safety event,Anaemia,"present, 2 of 2 documents"',
        'safety event,Death,"present, 2 of 2 documents"',
    ]


def test_a_report_whose_text_names_no_product_counts_for_its_own(gtminer: Gtminer, tmp_path: Path) -> None:
    fill(tmp_path / "cache", ())
    with Store.open(tmp_path / "cache" / "gtminer.sqlite") as store:
        store.put([REPORT._replace(product="some_vaccine_19_x")])
    assert "have no product" not in gtminer("summarize", "--by", "product").err.replace("has no", "have no")
