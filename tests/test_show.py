"""`show`: one document, its tags with their evidence and why."""

import json
from pathlib import Path

import pytest
from conftest import Gtminer
from library import INFANTS, fill

from gtminer.model import Category, Document, MeshHeading, Reading, Rejected
from gtminer.report import evidence
from gtminer.store.database import Store


def test_a_document_is_shown_with_evidence_and_why(ask: Gtminer) -> None:
    assert ask("show", "pubmed:101") == (0, """\
pubmed:101
AAV9 gene addition in infants with spinal muscular atrophy
Invented Neurology; 2024-03-05; article; doi:10.5555/101
From https://example.org/feed, 2026-01-02T03:04:05+00:00
About a gene therapy; population: human

MODALITY
  Gene addition [gene_addition]: subject
    title: AAV9 **gene addition** in infants with spinal muscular atrophy
      matched 'gene addition'; subject by rule 'title'

VECTOR
  AAV9 [aav9]: subject
    title: **AAV9** gene addition in infants with spinal muscular atrophy
      matched 'AAV9'; subject by rule 'title'

INDICATION
  Spinal muscular atrophy (5q) [sma; MONDO:0001516; ORPHA:70; MESH:D009134; NCIT:C85075]: subject
    title: AAV9 gene addition in infants with **spinal muscular atrophy**
      matched 'spinal muscular atrophy'; subject by rule 'title'

SAFETY
  Hepatotoxicity [hepatotoxicity; CTCAE:Hepatobiliary disorders - Other, specify; MESH:D056486]: present
    abstract: **Hepatotoxicity** occurred in two of 12 (grade 3).
      matched 'Hepatotoxicity'; present, no cue; subject; grade 3; n = two; N = 12
  Thrombotic microangiopathy [thrombotic_microangiopathy; CTCAE:Hemolytic uremic syndrome; MESH:D057049]: negated
    abstract: No **thrombotic microangiopathy** was seen.
      matched 'thrombotic microangiopathy'; negated by 'No'; subject
""", "")  # fmt: skip


def test_a_report_shows_pages_and_what_became_of_its_tables(ask: Gtminer) -> None:
    code, out, err = ask("show", "ema:zolgensma/assessment-report")
    assert (code, err) == (0, "")
    assert "assessment-report; EMA; 90 pages\n" in out
    assert (
        "    p. 14, clinical safety: **Death** was not related.\n      matched 'Death'; negated by 'not'; subject\n"
        in out
    )
    assert "      follows from 'Zolgensma'; subject by rule 'product'\n" in out
    assert out.endswith(
        "\nTABLES\n  p. 14: Table 3. Events (2 rows read)\n  p. 15: Table 4. Doses (picture, not read)\n"
    )


def test_a_retraction_is_shown_with_its_notice(ask: Gtminer) -> None:
    assert "\nRETRACTED; the notice is pubmed:106\n" in ask("show", "105").out


def test_a_bare_pmid_and_another_case_are_understood(ask: Gtminer) -> None:
    assert ask("show", "101") == ask("show", "PubMed:101") == ask("show", "pubmed:101")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ema:zolgensma/assesment-report", "did you mean 'ema:zolgensma/assessment-report'?"),
        ("Zolgensma", "did you mean 'ema:zolgensma/assessment-report'?"),
        ("ema:Zolgensma", "did you mean 'ema:zolgensma/assessment-report'?"),
        ("999", "'gtminer search' and 'gtminer summarize' list ids"),
        ("", "'gtminer search' and 'gtminer summarize' list ids"),
    ],
)
def test_an_id_that_is_not_stored_suggests_the_nearest(ask: Gtminer, name: str, hint: str) -> None:
    assert ask("show", name) == (2, "", f"gtminer: {name}: not in the store; {hint}\n")


def test_the_whole_text_is_shown_with_its_tags_marked(ask: Gtminer) -> None:
    assert ask("show", "102", "--text").out == (
        "**AAV8** in mice with **haemophilia B**: a dose study\n**Hepatotoxicity** is a risk of high doses.\n"
    )


def test_evidence_is_coloured_where_colour_is_asked_for(ask: Gtminer) -> None:
    out = ask("show", "102", "--text", "--color", "always").out
    assert out.startswith("\x1b[1;33mAAV8\x1b[0m in mice")


def test_control_and_bidirectional_characters_are_not_shown(ask: Gtminer) -> None:
    for form in ("text", "json"):
        assert not {"\u202e", "\x07"} & set(ask("show", "104", "-f", form).out)


def test_json_has_the_record_the_tags_and_the_tables(ask: Gtminer) -> None:
    shown = json.loads(ask("show", "102", "-f", "json").out)
    assert (shown["doc_id"], shown["vector"], shown["population"]) == ("pubmed:102", ["aav8"], "animal")
    assert shown["tags"][-1] == {
        "category": "safety", "concept": "hepatotoxicity", "label": "Hepatotoxicity",
        "ids": ["CTCAE:Hepatobiliary disorders - Other, specify", "MESH:D056486"], "text": "Hepatotoxicity",
        "start": 46, "end": 60, "sentence_start": 46, "sentence_end": 85, "section": "abstract", "page": None,
        "assertion": "risk", "role": "subject", "inferred": False, "cue": "risk of", "rule": None, "grade": None,
        "n": None, "N": None, "pct": None, "arm": None, "sentence": "Hepatotoxicity is a risk of high doses.",
    }  # fmt: skip


def test_an_earlier_version_stays_readable(gtminer: Gtminer, tmp_path: Path) -> None:
    fill(tmp_path / "cache", (INFANTS,))
    with Store.open(tmp_path / "cache" / "gtminer.sqlite") as store:
        run = store.start_run("fetch")
        store.put([INFANTS._replace(text=f"{INFANTS.title}\nCorrected.")], run=run, seen="2026-01-03")
    out = gtminer("show", "101").out
    assert "\nEARLIER VERSIONS\n  1, replaced " in out
    assert out.endswith("; --earlier 1 shows it\n")
    assert gtminer("show", "101", "--earlier", "1").out == INFANTS.text + "\n"
    assert gtminer("show", "101", "--earlier", "2") == (
        2, "", "gtminer: --earlier 2: pubmed:101 has no such earlier version; it has 1\n"
    )  # fmt: skip


def test_a_document_without_tags_is_shown_as_it_would_be_tagged(gtminer: Gtminer, tmp_path: Path) -> None:
    fill(tmp_path / "cache", (INFANTS,))
    with Store.open(tmp_path / "cache" / "gtminer.sqlite") as store:
        store.put([INFANTS._replace(text=f"{INFANTS.title}\nHepatotoxicity occurred.")], seen="2026-01-03")
    code, out, err = gtminer("show", "101")
    assert (code, err) == (0, "not tagged yet: shown as 'gtminer tag' would tag it now\n")
    assert "    abstract: **Hepatotoxicity** occurred.\n" in out


def test_what_no_words_state_is_shown_with_its_rule(gtminer: Gtminer, tmp_path: Path) -> None:
    fill(tmp_path / "cache", (INFANTS,))
    headings = (MeshHeading("Hepatolenticular Degeneration", "D006527", True, ()),)
    title = "Gene therapy of the liver"
    headed = INFANTS._replace(text=f"{title}\nTwelve adults were treated.", title=title, mesh_headings=headings)
    with Store.open(tmp_path / "cache" / "gtminer.sqlite") as store:
        store.put([headed], seen="2026-01-03")
    rule = "MeSH heading Hepatolenticular Degeneration (major)"
    expected = f"not stated in words; by rule '{rule}'\n"
    assert expected in gtminer("show", "101").out
    assert gtminer("tag").code == 0
    assert expected in gtminer("show", "101").out
    copied = "a copy of the gene that is lost in wilson_disease"
    assert json.loads(gtminer("show", "101", "-f", "json").out)["not_stated"] == [
        {"category": "modality", "concept": "gene_addition", "label": "Gene addition", "rule": copied},
        {"category": "indication", "concept": "wilson_disease", "label": "Wilson disease", "rule": rule},
    ]
    columns = ["--columns", "doc_id"]
    assert gtminer("summarize", "--indication", "wilson_disease", "--columns", "id").out == "id\npubmed:101\n"
    assert gtminer("summarize", "--long", "--indication", "wilson_disease", *columns) == (
        0, "doc_id\n", "no tags match\n1 document without a row: what was asked for follows from a heading, a product "
        "or another tag, and no words of theirs state it; they are listed without --long\n",
    )  # fmt: skip
    assert gtminer("export", "csv", "--indication", "wilson_disease", *columns).err.endswith("; --documents has them\n")


def test_rejected_readings_are_found_by_reading_again_and_told_once(library: Path) -> None:
    def read(document: Document) -> Reading:
        start = document.text.index("AAV9")
        again = document.text.index("AAV9", start + 1)
        rejected = tuple(
            Rejected(Category.VECTOR, "aav", place, place + 4, "a longer form is there") for place in (start, again)
        )
        return Reading((), rejected, evidence_summary)

    from library import READINGS

    evidence_summary = READINGS[INFANTS].summary
    with Store.open(library / "gtminer.sqlite", read_only=True) as store:
        found = evidence.explain(store, "pubmed:101", read)
    assert found.refusals == (
        (Category.VECTOR, "aav", "Adeno-associated virus vector", "AAV9", 0, 4, "a longer form is there", 2),
    )
