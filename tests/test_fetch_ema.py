"""`fetch ema` on loopback: the feeds, the choice, the documents, and the named faults E01 to E28."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile

import pytest
from conftest import Gtminer
from lxml import etree
from regulatory_nights import Nights, nights, reader  # noqa: F401  # fixtures

from gtminer.errors import SourceError
from gtminer.model import Document, Provenance
from gtminer.pipeline.ema import FEED_DEADLINE_S
from gtminer.pipeline.holdings import refuse_walls
from gtminer.sources import ema, ema_feeds, products
from gtminer.sources.ema_feeds import Known
from gtminer.standin import faults
from gtminer.standin.regulator_faults import FAULTS as REGULATORS_FAULTS
from gtminer.standin.world import World
from gtminer.store.listings import Listed
from gtminer.store.raw import RawFiles
from gtminer.web.exchange import Answer
from gtminer.web.failures import ExchangeError, Trouble

# A fixture that is imported would be "redefined" by every argument of its name.
# ruff: noqa: F811

FAULTS = {**faults.FAULTS, **REGULATORS_FAULTS}
MEDICINES, DOCUMENTS = (
    "medicines-output-medicines_json-report_en.json",
    "documents-output-epar_documents_json-report_en.json",
)
PDF = "imaginzo-epar-public-assessment-report_en.pdf"
ADDRESS = f"https://www.ema.europa.eu/en/documents/assessment-report/{PDF}"
ALL = [
    "ema:antiquagen/scientific-discussion",
    "ema:examplema/assessment-report",
    "ema:examplema/smpc",
    "ema:fictacel/assessment-report",
    "ema:fictacel/smpc",
    "ema:fictacel/variation-report-ii-0007",
    "ema:imaginzo/assessment-report",
    "ema:imaginzo/smpc",
    "ema:nullivec/assessment-report",
    "ema:nullivec/smpc",
    "ema:refusomel/assessment-report",
]
ADVICE = (
    "do not retry in a loop, try again later from this address, or save the PDF in a browser and run: "
    "gtminer import FILE.pdf --source ema --url ADDRESS"
)


def pdf(name: str) -> bytes:
    """An invented PDF of the corpus."""
    return files("gtminer.standin").joinpath("corpus", "pdf", name).read_bytes()


# What is chosen.


def test_the_documents_of_all_gene_therapies_are_fetched_withdrawn_and_refused_ones_too(nights: Nights) -> None:
    report = nights.ema()
    assert nights.stored() == ALL
    assert report._replace(warnings=()) == (
        "ema", "gene-therapy", 11, 11, 11, 0, 0, (), (), 13,
    )  # fmt: skip
    # Antiquagen's address is redirected: one more than the 2 feeds and 11 documents.
    assert len(nights.asked()) == 14


def test_the_first_night_names_what_the_table_does_not_hold_and_what_was_left_out(nights: Nights) -> None:
    assert nights.ema().warnings == (
        "EMA: medicines that the product table does not hold, taken (7): Imaginzo (by advanced_therapy); "
        "Imaginzo (by its INN); Fictacel (previously Inventleucel Fictional) (by advanced_therapy); "
        "Examplema (by advanced_therapy); Nullivec (by advanced_therapy); Refusomel (by its INN); "
        "Antiquagen (by its INN)",
        "EMA: advanced therapies that are no gene therapies, left out (2): "
        "Knorpelin (its active substance is cells or tissue, without a gene); "
        "Cornealis Invent (its active substance is cells or tissue, without a gene)",
    )
    assert nights.ema().warnings == ()


def medicine(name: str, inn: str, flag: str, number: str = "", category: str = "Human") -> dict[str, str]:
    return {
        "category": category,
        "name_of_medicine": name,
        "ema_product_number": number,
        "international_non_proprietary_name_common_name": inn,
        "active_substance": inn,
        "advanced_therapy": flag,
        "medicine_status": "Authorised",
    }


@pytest.mark.parametrize(
    ("row", "because"),
    [
        pytest.param(medicine("Beqvez (previously Durveqtix)", "fidanacogene elaparvovec", "No"), "product table",
                     id="the flag misses it, the table knows it"),
        pytest.param(medicine("Lumevoq", "lenadogene nolparvovec", "No"), "its INN",
                     id="neither flag nor table: its INN is built like one"),
        pytest.param(medicine("Novelgen", "a sentence about cells encoding a gene", "Yes"), "advanced_therapy",
                     id="the table does not know what was authorised yesterday"),
        pytest.param(medicine("Renamed", "", "No", "EMEA/H/C/4090 "), "product table", id="only the number is known"),
        pytest.param(medicine("Holoclar", "ex vivo expanded autologous human corneal epithelial cells", "Yes"), None,
                     id="flagged, but tissue"),
        pytest.param(medicine("Ebvallo", "tabelecleucel", "Yes"), None, id="flagged, but cells without a gene"),
        pytest.param(medicine("Onpattro", "patisiran", "No"), None, id="a look-alike"),
        pytest.param(medicine("Plain", "placebotinib", "No"), None, id="nothing of the kind"),
        pytest.param(medicine("Barkgen", "barkagene dogaparvovec", "Yes", category="Veterinary"), None, id="for dogs"),
    ],
)  # fmt: skip
def test_flag_table_and_inn_choose_together(row: dict[str, str], because: str | None) -> None:
    chosen, _ = ema.choose_medicines([row], products.load(), None)
    assert [one.because for one in chosen] == ([because] if because else [])


def test_a_query_that_names_products_gets_theirs_alone(nights: Nights) -> None:
    report = nights.ema(("fictacabtagene exemplleucel", "Nullivec", "Kymriah"))
    assert nights.stored() == [name for name in ALL if "fictacel" in name or "nullivec" in name]
    assert (
        report.warnings[-1] == "EMA: products asked for that are no gene therapies of the medicines feed (1): Kymriah"
    )


def test_a_dry_run_counts_and_changes_nothing(nights: Nights) -> None:
    before = nights.dump()
    report = nights.ema(dry_run=True)
    assert (report.expected, report.received, nights.dump() == before) == (11, 0, True)
    assert nights.asked() == [f"/en/documents/report/{MEDICINES}", f"/en/documents/report/{DOCUMENTS}"]


def test_a_limit_leaves_the_rest_for_the_next_night(nights: Nights) -> None:
    nights.ema(limit=4)
    assert len(nights.stored()) == 4
    nights.ema(limit=40)
    assert nights.stored() == ALL
    states = nights.store.connection.execute("SELECT state FROM run ORDER BY id").fetchall()
    assert states == [("part",), ("complete",)]


def test_questions_of_one_run_share_the_feeds(nights: Nights) -> None:
    with nights.run() as run:
        run.fetch_ema("one", ("Fictacel",))
        run.fetch_ema("two", ("Fictacel", "Nullivec"))
    assert nights.asked().count(f"/en/documents/report/{MEDICINES}") == 1
    found = nights.store.connection.execute(
        "SELECT query, count(*) FROM found_by GROUP BY query ORDER BY query"
    ).fetchall()
    assert found == [("one", 3), ("two", 5)]


def test_a_night_with_nothing_new_asks_little_and_changes_no_document(nights: Nights) -> None:
    nights.ema()
    documents = [row for row in nights.dump() if row[0] == "document_version"]
    nights.forget()
    report = nights.ema()
    assert (report.new, report.changed, report.unchanged, report.problems) == (0, 0, 6, ())
    assert len(nights.asked()) == 8  # the feeds, and six documents compared
    assert [row for row in nights.dump() if row[0] == "document_version"] == documents == []


def test_a_document_says_what_it_is_and_where_it_came_from(nights: Nights) -> None:
    nights.ema()
    document = nights.store.get("ema:imaginzo/assessment-report")
    assert document is not None
    assert document.provenance is not None
    assert (document.regulator, document.product, document.kind, document.date, document.state) == (
        "EMA", "imaginzo", "assessment-report", "2023-12-05", "ok",
    )  # fmt: skip
    assert document.provenance.url == ADDRESS
    assert nights.held("ema")[PDF].sha256 == document.provenance.sha256


# Feeds that are not believed: nothing is changed, and the next night is as if nothing had been.

REFUSED = [
    ("E01", MEDICINES, "no complete JSON, it was cut; the feed of last time stays in force"),
    ("E01", DOCUMENTS, "no complete JSON, it was cut; the feed of last time stays in force"),
    ("E02", DOCUMENTS, "a web page where JSON was expected; the feed of last time stays in force"),
    (
        "E03",
        MEDICINES,
        "0 records where at least 12 were expected (14 last time); the feed of last time stays in force",
    ),
    (
        "E03",
        DOCUMENTS,
        "0 records where at least 16 were expected (18 last time); the feed of last time stays in force",
    ),
    ("E04-gross", MEDICINES, "20000 records announced and 14 received; the feed of last time stays in force"),
    (
        "E05",
        DOCUMENTS,
        "the field 'document_url' is missing in 18 of 18 records (fields: consultation_date, ema_product_number, "
        "first_published_date, id, last_updated_date, medicine_name, name, reference_number, status, type, url); "
        "the feed of last time stays in force",
    ),
    (
        "E06-iso",
        MEDICINES,
        "'first_published_date' has 14 dates that are not DD/MM/YYYY, such as '2023-12-05'; "
        "the feed of last time stays in force",
    ),
    (
        "E08",
        MEDICINES,
        "its time stamp went back from 2026-11-22T17:45:08Z to 2026-10-24T17:45:08Z; "
        "the feed of last time stays in force",
    ),
    (
        "E09",
        MEDICINES,
        "not found (404); it may have been renamed: look it up on EMA's page 'Download website data in JSON data "
        "format' and set GTMINER_EMA_MEDICINES_FEED",
    ),
]


@pytest.mark.parametrize(("fault", "feed", "why"), REFUSED, ids=[f"{row[0]} {row[1][:9]}" for row in REFUSED])
def test_a_feed_that_is_not_believed_changes_nothing(nights: Nights, fault: str, feed: str, why: str) -> None:
    nights.ema()
    before = nights.dump()
    nights.standin.fail(FAULTS[fault], on=feed)
    report = nights.ema()
    assert report.problems == (f"EMA: feed {feed}: {why}",)
    assert nights.dump() == before
    nights.standin.heal()
    assert nights.ema().complete


@pytest.mark.parametrize(
    ("fault", "feed", "warning"),
    [
        ("E04", MEDICINES, "EMA: feed {}: 18 records announced and 14 received"),
        ("E06-no-day", MEDICINES, "EMA: feed {}: 'last_updated_date' '31/02/2026' is no date and was left out"),
        ("E06-empty", MEDICINES, None),
        ("bare-list", DOCUMENTS, None),
    ],
    ids=["E04 a few announced in vain", "E06 one date that is none", "E06 empty date", "no envelope"],
)
def test_a_feed_with_a_small_flaw_is_used_and_the_flaw_said(
    nights: Nights, fault: str, feed: str, warning: str | None
) -> None:
    nights.standin.fail(FAULTS[fault], on=feed)
    report = nights.ema()
    assert nights.stored() == ALL
    assert report.complete
    assert report.warnings[: len(report.warnings) - 2] == ((warning.format(feed),) if warning else ())


def test_E07_an_old_feed_is_used_and_said_to_be_old(nights: Nights) -> None:
    nights.standin.fail(FAULTS["E07"], on=MEDICINES)
    report = nights.ema()
    assert report.complete
    assert report.warnings[0] == (f"EMA: feed {MEDICINES} is old: made 9 days ago (2026-11-13T17:45:08Z)")


def test_E09_a_renamed_feed_is_read_under_the_name_that_the_user_sets(nights: Nights) -> None:
    nights.environment["GTMINER_EMA_MEDICINES_FEED"] = "medicines-new_en.json"
    assert nights.ema().problems == (
        "EMA: feed medicines-new_en.json: not found (404); it may have been renamed: look it up on EMA's page "
        "'Download website data in JSON data format' and set GTMINER_EMA_MEDICINES_FEED",
    )
    assert nights.asked() == ["/en/documents/report/medicines-new_en.json"]


def test_E01_a_feed_that_was_cut_once_is_asked_for_again(nights: Nights) -> None:
    nights.standin.fail(FAULTS["E01"], on=DOCUMENTS, times=1)
    assert nights.ema().complete
    assert nights.stored() == ALL


def test_E03_a_first_feed_of_the_real_address_must_not_be_small() -> None:
    spec = ema_feeds.specs()["medicines"]
    row = dict.fromkeys(spec.needed, "")
    with pytest.raises(SourceError) as refusal:
        ema_feeds.read(json.dumps({"data": [row] * 999}).encode(), spec, now=datetime.now(UTC))
    assert str(refusal.value) == (
        f"EMA: feed {MEDICINES}: 999 records where at least 1000 were expected; the feed of last time stays in force"
    )


@pytest.mark.parametrize("records", [89, 90], ids=["E03 below nine tenths", "E03 nine tenths"])
def test_a_feed_may_shrink_by_a_tenth(records: int) -> None:
    spec = ema_feeds.specs()["medicines"]
    body = json.dumps([dict.fromkeys(spec.needed, "")] * records).encode()
    if records == 90:
        assert len(ema_feeds.read(body, spec, Known(100, None), now=datetime.now(UTC), floor=1).rows) == 90
    else:
        with pytest.raises(SourceError, match="89 records where at least 90 were expected"):
            ema_feeds.read(body, spec, Known(100, None), now=datetime.now(UTC), floor=1)


@pytest.mark.parametrize(
    "body",
    [b"", b"\xef\xbb\xbf", b"null", b"{}", b'{"data": {}}', b"[1, 2]", b"[NaN]", b"[" * 100_000, b'{"data": [{"a": 1}',
     b"<html>", b'{"meta": [], "data": []}'],
    ids=range(11),
)  # fmt: skip
def test_S05_what_is_no_feed_is_refused_in_one_line(body: bytes) -> None:
    with pytest.raises(SourceError) as refusal:
        ema_feeds.read(body, ema_feeds.specs()["documents"], now=datetime.now(UTC), floor=1)
    assert str(refusal.value).startswith(f"EMA: feed {DOCUMENTS}: ")
    assert "\n" not in str(refusal.value)


def test_E12_the_largest_feed_may_come_at_50_kB_a_second() -> None:
    assert FEED_DEADLINE_S > 2 * 28_000_000 / 50_000


def test_E10_odd_records_are_kept_and_counted(nights: Nights) -> None:
    rows = nights.sources.ema.documents
    rows[0]["id"] = rows[1]["id"]
    rows.append(dict(rows[0], name="Untold : EPAR - Public assessment report", medicine_name="", ema_product_number="",
                     document_url=ADDRESS.replace("imaginzo", "untold")))  # fmt: skip
    report = nights.ema()
    assert nights.stored() == ALL
    assert report.warnings[-1] == (
        "EMA: documents that name neither medicine nor number, passed over (1): "
        f"Untold : EPAR - Public assessment report ({ADDRESS.replace('imaginzo', 'untold')})"
    )


def test_E10_a_type_that_nobody_knows_and_a_missing_address_are_named_once(nights: Nights) -> None:
    rows = nights.sources.ema.documents
    rows += [
        dict(rows[0], type="assessment-video", document_url=ADDRESS + "#video"),
        dict(rows[0], name="Imaginzo : EPAR - Lost", document_url=""),
        dict(rows[0], name="Imaginzo : EPAR - Again"),
    ]
    assert nights.ema().warnings[0] == (
        "EMA: documents that are odd (3): 'Imaginzo : EPAR - Lost' has no document_url; "
        "1 of the unknown type 'assessment-video', passed over; 1 listed twice under one address"
    )
    assert nights.stored() == ALL
    assert nights.ema().warnings == ()


def test_E11_a_medicine_that_one_feed_lacks_for_a_night_loses_nothing(nights: Nights) -> None:
    nights.ema()
    source = nights.sources.ema
    whole = list(source.medicines)
    source.medicines = [row for row in whole if row["name_of_medicine"] != "Nullivec"]
    source.replace("nullivec-epar-product-information", pdf("imaginzo-product-information.pdf"),
                   updated="2026-11-23T09:00:00Z")  # fmt: skip
    report = nights.ema()
    assert (report.complete, report.changed) == (True, 1)
    assert nights.status("ema:nullivec/smpc") == "listed"
    source.medicines = whole
    assert nights.ema().complete
    assert nights.stored() == ALL


# Documents that are refused, missing, or something else.


@pytest.mark.parametrize("fault", ["E13", "E13-200"])
def test_E13_too_many_requests_slow_down_then_stop_and_the_next_night_goes_on(nights: Nights, fault: str) -> None:
    nights.standin.fail(FAULTS[fault], on="/en/documents/", at=6)
    report = nights.ema()
    said = "www.ema.europa.eu: too many requests (429)" if fault == "E13" else "too many requests"
    assert len(report.problems) == 1
    assert said in report.problems[0]
    assert report.problems[0].startswith("EMA: stopped (")
    assert report.problems[0].endswith("3 of 11 documents were dealt with and are kept, the rest is for the next run")
    assert (report.received, len(nights.stored())) == (3, 3)
    assert nights.clock.waited > 80  # four growing waits
    assert len(nights.asked()) == 6 + 5  # two feeds, three documents and a redirect, then five tries
    nights.standin.heal()
    report = nights.ema()
    assert (report.complete, report.new) == (True, 8)
    assert nights.stored() == ALL


def test_E14_a_refused_document_means_blocked_and_nothing_more_is_asked(nights: Nights) -> None:
    nights.standin.fail(FAULTS["E14"], on=PDF)
    report = nights.ema()
    assert report.problems == (
        f"EMA: blocked ({ADDRESS} answers 403: access refused); 8 of 11 documents were dealt with and are kept, "
        f"the rest is for the next run; {ADVICE}",
    )
    assert [path for path in nights.asked() if PDF in path] == [nights.asked()[-1]]
    nights.standin.heal()
    assert nights.ema().complete
    assert nights.stored() == ALL


def test_E14_a_refused_feed_means_blocked_for_all_questions_of_the_run(nights: Nights) -> None:
    nights.standin.fail(FAULTS["E14"])
    with nights.run() as run:
        reports = [run.fetch_ema("one", ("Fictacel",)), run.fetch_ema("two", ("Nullivec",))]
    assert len(nights.asked()) == 1
    assert {report.problems for report in reports} == {
        (f"EMA: blocked (https://www.ema.europa.eu/en/documents/report/{MEDICINES} answers 403: access refused); "
         f"what is stored is kept; {ADVICE}",)
    }  # fmt: skip


def test_E15_a_document_that_is_listed_and_not_there_holds_nothing_up(nights: Nights) -> None:
    line = (
        f"EMA: ema:imaginzo/assessment-report missing: EMA lists it, but answers 404 ({ADDRESS}); asked again next time"
    )
    nights.standin.fail(FAULTS["E15"], on=PDF)
    report = nights.ema()
    assert (report.problems, report.received, len(nights.stored())) == ((line,), 10, 10)
    assert nights.pending("ema") == {PDF: "EMA lists it, but answers 404"}
    report = nights.ema()
    assert (report.problems, report.warnings) == ((), (line,))
    nights.standin.heal()
    assert nights.ema().complete
    assert (nights.stored(), nights.pending("ema")) == (ALL, {})


@pytest.mark.parametrize(
    ("fault", "reason", "tries"),
    [
        ("E23", "a web page where a document was expected", 2),
        ("G09", "the answer was cut", 5),
        ("G10", "truncated: ", 2),
        ("G12", "the answer was cut", 5),
        ("G16", "www.ema.europa.eu answers 500", 5),
        ("N30", "an empty answer", 2),
    ],
    ids=["E23-html", "G09-short", "G10-short-no-length", "G12-gzip-cut", "G16-500-always", "N30-empty"],
)
def test_what_is_no_whole_pdf_is_never_stored_and_fails_every_night(
    nights: Nights, fault: str, reason: str, tries: int
) -> None:
    nights.standin.fail(FAULTS[fault], on=PDF)
    for _ in range(2):
        nights.forget()
        report = nights.ema()
        assert len(report.problems) == 1
        assert reason in report.problems[0]
        assert report.problems[0].startswith("EMA: ema:imaginzo/assessment-report failed: ")
        assert len([path for path in nights.asked() if PDF in path]) == tries
        assert nights.stored() == [name for name in ALL if name != "ema:imaginzo/assessment-report"]
        assert nights.held("ema")[PDF].sha256 is None
    nights.standin.heal()
    assert nights.ema().complete
    assert (nights.stored(), nights.pending("ema")) == (ALL, {})


@pytest.mark.parametrize("fault", ["E23", "G09", "G10", "E15", "E14"])
def test_a_bad_answer_never_takes_the_place_of_a_text_that_we_have(nights: Nights, fault: str) -> None:
    nights.ema()
    text = nights.store.get("ema:imaginzo/assessment-report")
    nights.sources.ema.row(PDF)["last_updated_date"] = "2026-11-23T09:00:00Z"
    nights.standin.fail(FAULTS[fault], on=PDF)
    assert not nights.ema().complete
    assert nights.store.get("ema:imaginzo/assessment-report") == text
    nights.standin.heal()
    assert nights.ema().complete
    assert nights.held("ema")[PDF].fetched_date == "2026-11-23T09:00:00Z"


@pytest.mark.parametrize("fault", ["E24-octets", "E24-html", "E28"])
def test_headers_decide_nothing_the_bytes_do(nights: Nights, fault: str) -> None:
    nights.standin.fail(FAULTS[fault])
    assert nights.ema().complete
    assert nights.stored() == ALL
    assert nights.ema().changed == 0


# Documents that change.


def test_E16_a_document_replaced_in_place_is_a_new_version_and_the_old_one_is_kept(nights: Nights) -> None:
    nights.ema()
    old = nights.store.get("ema:imaginzo/smpc")
    nights.sources.ema.replace("imaginzo-epar-product-information_en.pdf", pdf("fictacel-product-information.pdf"),
                               updated="2026-11-23T09:00:00Z")  # fmt: skip
    report = nights.ema()
    assert (report.new, report.changed) == (0, 1)
    new = nights.store.get("ema:imaginzo/smpc")
    assert old is not None
    assert new is not None
    assert [one.text for one in nights.store.versions("ema:imaginzo/smpc")] == [old.text]
    assert new.text != old.text
    assert (new.doc_id, new.product) == (old.doc_id, old.product)


def test_E17_bytes_that_change_under_an_unchanged_date_are_found_within_nights(nights: Nights) -> None:
    nights.ema()
    nights.sources.ema.replace("imaginzo-epar-product-information_en.pdf", pdf("fictacel-product-information.pdf"))
    assert sum(nights.ema().changed for _ in range(2)) == 1


def test_E17_a_full_run_compares_all(nights: Nights) -> None:
    nights.ema()
    nights.sources.ema.replace("imaginzo-epar-product-information_en.pdf", pdf("fictacel-product-information.pdf"))
    report = nights.ema(full=True)
    assert (report.changed, report.unchanged) == (1, 10)


def test_E18_a_new_date_over_the_same_bytes_is_no_new_version(nights: Nights) -> None:
    nights.ema()
    nights.sources.ema.row(PDF)["last_updated_date"] = "2026-11-23T09:00:00Z"
    nights.forget()
    assert nights.ema().changed == 0
    assert [path for path in nights.asked() if PDF in path] == [ADDRESS.removeprefix("https://www.ema.europa.eu")]
    assert nights.store.versions("ema:imaginzo/assessment-report") == []
    assert nights.held("ema")[PDF].fetched_date == "2026-11-23T09:00:00Z"


def test_E19_a_file_older_than_the_feeds_date_is_not_passed_over(nights: Nights) -> None:
    # The stand-in's Last-Modified is always a month old.
    nights.ema()
    nights.sources.ema.replace(PDF, pdf("fictacel-epar.pdf"), updated="2026-11-23T09:00:00Z")
    assert nights.ema().changed == 1


def test_E20_two_files_that_differ_in_the_suffix_0_are_two_documents(nights: Nights) -> None:
    nights.ema()
    held = nights.held("ema")
    assert {name: one.doc_id for name, one in held.items() if name.startswith("epar-public")} == {
        "epar-public-assessment-report_en.pdf": "ema:nullivec/assessment-report",
        "epar-public-assessment-report_en.pdf-0": "ema:examplema/assessment-report",
    }


def test_E20_copies_of_one_report_each_keep_a_name_of_their_own(nights: Nights) -> None:
    row = nights.sources.ema.row("-ii-0007-")
    for copy in ("0", "1"):
        address = f"{row['document_url']}-{copy}"
        nights.sources.ema.documents.append(dict(row, id=f"4201{7 + int(copy)}", document_url=address))
        nights.sources.ema.files[address.removeprefix("https://www.ema.europa.eu")] = pdf("fictacel-variation.pdf")
    nights.ema()
    assert [name for name in nights.stored() if "variation" in name] == [
        "ema:fictacel/variation-report-ii-0007",
        "ema:fictacel/variation-report-ii-0007-2022-04-19",
        "ema:fictacel/variation-report-ii-0007-42018",
    ]


@pytest.mark.parametrize("suffix", ["xls", "zip", "docx"])
def test_E21_a_type_of_file_that_is_not_read_is_kept_as_a_link(nights: Nights, suffix: str) -> None:
    address = f"https://www.ema.europa.eu/en/documents/assessment-report/imaginzo-annex_en.{suffix}"
    row = nights.sources.ema.row(PDF)
    nights.sources.ema.documents.append(dict(row, id="43000", document_url=address))
    report = nights.ema()
    assert report.complete
    assert report.warnings[-1] == (
        f"EMA: documents of an unsupported type, kept as links (1): ema:imaginzo/assessment-report-990101 ({address})"
    )
    assert nights.held("ema")[f"imaginzo-annex_en.{suffix}"].state == "unsupported"
    assert not [path for path in nights.asked() if "annex" in path]


def test_E21_an_office_file_at_a_pdfs_address_is_told_by_its_bytes(nights: Nights) -> None:
    nights.standin.fail(FAULTS["E21-xls"], on=PDF)
    report = nights.ema()
    assert report.complete
    assert report.warnings[-1] == (
        "EMA: ema:imaginzo/assessment-report: unsupported type of file (an old Office file), kept as a link "
        f"({ADDRESS})"
    )


def test_E22_an_old_address_is_followed_and_the_new_one_is_stored(nights: Nights) -> None:
    nights.ema()
    document = nights.store.get("ema:antiquagen/scientific-discussion")
    assert document is not None
    assert document.provenance is not None
    assert document.provenance.url == (
        "https://www.ema.europa.eu/en/documents/scientific-discussion/antiquagen-epar-scientific-discussion_en.pdf"
    )
    row = nights.sources.ema.row("antiquagen")
    row["document_url"] = row["document_url"].replace("/documents/", "/en/documents/")
    assert (nights.ema().new, len(nights.stored())) == (0, 11)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("imaginzo epar_en.pdf", "imaginzo%20epar_en.pdf"),
        ("imäginzo_en.pdf", "im%C3%A4ginzo_en.pdf"),
        ("imaginzo_en.pdf#page=3", "imaginzo_en.pdf"),
        ("imaginzo%20epar_en.pdf ", "imaginzo%20epar_en.pdf"),
    ],
    ids=["E25-space", "E25-umlaut", "E25-fragment", "E25-encoded"],
)
def test_E25_odd_addresses_are_encoded(nights: Nights, written: str, asked: str) -> None:
    source = nights.sources.ema
    path = "/en/documents/assessment-report/"
    source.files[path + asked] = source.files.pop(path + PDF)
    source.row(PDF)["document_url"] = f"https://www.ema.europa.eu{path}{written}"
    assert nights.ema().complete
    assert nights.stored() == ALL
    assert path + asked in nights.asked()


def test_E25_a_relative_address_is_below_the_emas(nights: Nights) -> None:
    row = nights.sources.ema.row(PDF)
    row["document_url"] = row["document_url"].removeprefix("https://www.ema.europa.eu")
    assert nights.ema().complete
    assert nights.stored() == ALL


def test_E25_an_address_elsewhere_is_refused(nights: Nights) -> None:
    nights.sources.ema.row(PDF)["document_url"] = "https://files.example.org/imaginzo_en.pdf"
    assert nights.ema().problems == (
        "EMA: ema:imaginzo/assessment-report failed: refused to ask https://files.example.org/imaginzo_en.pdf: "
        "files.example.org is not one of the sources' own hosts (https://files.example.org/imaginzo_en.pdf); "
        "asked again next time",
    )


def test_E26_a_product_that_leaves_the_list_is_kept_and_marked_and_comes_back(nights: Nights) -> None:
    nights.ema()
    source = nights.sources.ema
    whole = list(source.medicines), list(source.documents)
    source.remove("Refusomel")
    report = nights.ema()
    assert report.complete
    assert report.warnings == ("EMA: documents that are no longer listed, kept and marked (1)",)
    assert (nights.stored(), nights.status("ema:refusomel/assessment-report")) == (ALL, "delisted")
    assert nights.ema().warnings == ()
    source.medicines, source.documents = whole
    assert nights.ema().complete
    assert nights.status("ema:refusomel/assessment-report") == "listed"
    assert nights.store.versions("ema:refusomel/assessment-report") == []


def test_P29_a_better_reader_reads_again_what_is_held_and_asks_for_nothing(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights.ema()
    nights.forget()
    nights.reader.read.clear()
    monkeypatch.setattr(nights.reader, "version", "pdf-next")
    report = nights.ema()
    assert (report.unchanged, sorted(nights.reader.read)) == (11, ALL)
    assert len(nights.asked()) == 2


def test_bytes_that_were_altered_on_the_disk_are_fetched_anew(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    nights.ema()
    digest = sha256(pdf("imaginzo-epar.pdf")).hexdigest()
    path = RawFiles(nights.cache / "raw").path(digest)
    path.write_bytes(b"%PDF-1.4 altered")
    monkeypatch.setattr(nights.reader, "version", "pdf-next")
    report = nights.ema()
    assert report.complete
    assert report.warnings == (
        f"{path}: the file was altered; delete it and fetch again; deleted, and the document fetched anew",
    )
    assert path.read_bytes() == pdf("imaginzo-epar.pdf")


def test_F05_a_wrong_page_in_the_cache_is_fetched_anew(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    nights.ema()
    page = RawFiles(nights.cache / "raw").put(b"<html><head><title>FDA Apology</title></head></html>")
    nights.store.connection.execute("UPDATE listing SET sha256 = ? WHERE item = ?", (page, ADDRESS))
    monkeypatch.setattr(nights.reader, "version", "pdf-next")
    assert nights.ema().complete
    assert nights.held("ema")[PDF].sha256 == sha256(pdf("imaginzo-epar.pdf")).hexdigest()


@pytest.mark.parametrize("documents", [0, 1, 5, 10])
def test_a_run_that_is_stopped_is_finished_by_the_next(
    nights: Nights, documents: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    whole = nights.reader.__class__.__call__

    def stop(self: object, content: bytes, listed: Listed, provenance: Provenance) -> Document:
        if len(read) == documents:
            raise KeyboardInterrupt
        read.append(listed.doc_id)
        return whole(nights.reader, content, listed, provenance)

    monkeypatch.setattr(nights.reader.__class__, "__call__", stop)
    with pytest.raises(KeyboardInterrupt):
        nights.ema()
    monkeypatch.undo()
    assert nights.stored() == sorted(read)
    report = nights.ema()
    assert (report.complete, report.new) == (True, 11 - documents)
    assert nights.stored() == ALL
    assert {one.state for one in nights.held("ema").values()} == {"read"}


# The real feeds.


@pytest.mark.shared
def test_the_real_excerpts_are_read_and_their_documents_named(shared: Path) -> None:
    folder = shared / "data" / "regulatory" / "ema_feeds"
    specs = ema_feeds.specs()
    now = datetime(2026, 9, 27, tzinfo=UTC)
    medicines = ema_feeds.read(
        (folder / "medicines_json__transcribed_excerpt_2026-09.json").read_bytes(), specs["medicines"], now=now, floor=1
    )
    documents = ema_feeds.read(
        (folder / "epar_documents_json__transcribed_excerpt_2026-09.json").read_bytes(), specs["documents"],
        now=now, floor=1,
    )  # fmt: skip
    chosen, left_out = ema.choose_medicines(medicines.rows, products.load(), None)
    assert [(one.product, one.because) for one in chosen] == [("kymriah", "product table")]
    choice = ema.choose_documents(documents.rows, chosen, products.load(), None, {})
    report = "ema:kymriah/variation-report-"
    assert [one.doc_id for one in choice.listed] == [
        "ema:kymriah/assessment-report",
        f"{report}p46-011",
        f"{report}p46-012",
        f"{report}p46-012-2021-10-29",  # _en.pdf-0, -1 and another spelling of the number: four documents
        f"{report}p46-012-52954",
        f"{report}p46-012-52955",
        f"{report}p46-012-1",
        f"{report}ii-0044",
        f"{report}p46-017",
        f"{report}ii-56",
        f"{report}p46-022",
        "ema:kymriah/scientific-conclusion-psusa-00010702-202408",
    ]
    assert (left_out, choice.unsupported, choice.unplaced, choice.oddities) == ([], [], [], [])
    assert now - timedelta(days=7) < datetime.fromisoformat(documents.timestamp or "")


def sheet(path: Path) -> list[list[str]]:
    """The cells of the first sheet of an XLSX file."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with ZipFile(path) as book:
        shared = etree.parse(book.open("xl/sharedStrings.xml"))
        texts = ["".join(item.itertext()) for item in shared.iter(f"{space}si")]
        rows = []
        for row in etree.parse(book.open("xl/worksheets/sheet1.xml")).iter(f"{space}row"):
            cells: dict[str, str] = {}
            for cell in row.iter(f"{space}c"):
                value = cell.findtext(f"{space}v") or ""
                column = "".join(char for char in cell.get("r") if char.isalpha())
                cells[column] = texts[int(value)] if cell.get("t") == "s" and value else value
            rows.append(cells)
        return [[cells.get(column, "") for column in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"] for cells in rows]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("table", "flagged", "unflagged"),
    [
        ("medicines_output_medicines_en__generated_2024-08-22.xlsx", 20, ["Durveqtix", "Lumevoq"]),
        ("medicines_output_medicines_en__last-updated_2025-01-27_edited.xlsx", 21, ["Lumevoq"]),
    ],
)
def test_of_the_real_medicines_the_gene_therapies_are_chosen_and_the_other_advanced_therapies_left_out(
    shared: Path, table: str, flagged: int, unflagged: list[str]
) -> None:
    rows = sheet(shared / "data" / "regulatory" / "ema_feeds" / table)
    head = next(row for row in rows if row[0] == "Category")
    names = {
        "Category": "category",
        "Name of medicine": "name_of_medicine",
        "EMA product number": "ema_product_number",
        "Medicine status": "medicine_status",
        "International non-proprietary name (INN) / common name": "international_non_proprietary_name_common_name",
        "Active substance": "active_substance",
        "Advanced therapy": "advanced_therapy",
    }
    fields = [names.get(" ".join(title.split()), "") for title in head]
    medicines = [dict(zip(fields, row, strict=True)) for row in rows[rows.index(head) + 1 :]]
    chosen, left_out = ema.choose_medicines(medicines, products.load(), None)
    marked = {row["name_of_medicine"] for row in medicines if row["advanced_therapy"] == "Yes"}
    assert sorted(one.name for one in chosen if one.name not in marked) == unflagged
    assert len([one for one in chosen if one.name in marked]) == flagged
    assert sorted(one.name for one in left_out) == [
        "Alofisel", "ChondroCelect", "Ebvallo", "Holoclar", "Maci", "Provenge", "Spherox",
    ]  # fmt: skip


@pytest.mark.shared
def test_E13_the_real_page_of_too_many_requests_is_told_from_a_document(shared: Path) -> None:
    page = (shared / "data" / "regulatory" / "error_pages" / "ema_429_too_many_requests_0.html").read_bytes()
    answer = Answer(200, {}, page, None, ADDRESS, ADDRESS, len(page), "", "")
    with pytest.raises(ExchangeError) as refusal:
        refuse_walls(answer)
    assert refusal.value.trouble == Trouble.RATE


# The command.


def test_the_command_fetches_tags_and_is_quiet_the_next_time(gtminer: Gtminer) -> None:
    with World() as world:
        first = gtminer("fetch", "ema", "--query", "gene-therapy", env=world.environment())
        asked = len(world.standin.requests)
        second = gtminer("fetch", "ema", "--query", "gene-therapy", env=world.environment())
    assert (first.code, first.out) == (0, "")
    assert first.err.splitlines()[-1] == "fetched EMA 11 new, 0 changed (13 requests)"
    assert (second.code, second.out, second.err.splitlines()[-1]) == (
        0, "", "fetched EMA 0 new, 0 changed (2 requests)",
    )  # fmt: skip
    assert (asked, len(world.standin.requests)) == (13 + 1, 13 + 1 + 2)  # one redirect
    dossier = gtminer(
        "summarize", "--by", "product", "--product", "imaginzo", "-f", "csv", "--columns", "finding,ema_report"
    )
    assert "vector,AAV8" in dossier.out.splitlines()


def test_the_command_ends_with_3_and_one_line_where_a_feed_is_not_believed(gtminer: Gtminer) -> None:
    with World() as world:
        gtminer("fetch", "ema", "--query", "gene-therapy", env=world.environment())
        world.standin.fail(FAULTS["E05"], on=DOCUMENTS)
        outcome = gtminer("fetch", "ema", "--query", "gene-therapy", "-q", env=world.environment())
    assert (outcome.code, outcome.out) == (3, "")
    why = next(why for fault, _, why in REFUSED if fault == "E05")
    assert outcome.err.splitlines() == [
        f"warning: EMA gene-therapy: feed {DOCUMENTS}: {why}",
        "gtminer: fetched EMA 0 new, 0 changed (2 requests); not all could be had: what was verified is kept, the rest "
        "is asked for again by the next fetch",
    ]


def test_a_report_that_was_imported_by_hand_and_is_fetched_later_stays_one_document(
    gtminer: Gtminer, tmp_path: Path
) -> None:
    (tmp_path / "saved.pdf").write_bytes(pdf("fictacel-variation.pdf"))
    (tmp_path / "letter.pdf").write_bytes(pdf("fictacel-supplement-letter.pdf"))
    with World() as world:
        imported = gtminer("import", "saved.pdf", "letter.pdf", "--product", "fictacel")
        fetched = gtminer("fetch", "ema", "fda", "--query", "gene-therapy", env=world.environment())
    assert (imported.code, fetched.code) == (0, 0)
    shown = gtminer("summarize", "-f", "csv", "--columns", "doc_id,kind", "--no-header")
    kinds = [line.split(",")[1] for line in shown.out.splitlines()]
    assert (kinds.count("variation-report"), kinds.count("approval-letter")) == (1, 2)
    assert len(kinds) == 19
