"""`fetch fda` on loopback: index, pages, media, labels, and the named faults F01 to F22."""

import csv
import io
import zipfile
from contextlib import suppress
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest
from conftest import Gtminer
from hypothesis import given
from hypothesis import strategies as st
from regulatory_nights import Nights, nights, reader  # noqa: F401  # fixtures

from gtminer.errors import ContentError, GtminerError, InputError, SourceError
from gtminer.model import Document
from gtminer.sources import archives, fda, fda_pages, openfda, products
from gtminer.standin.fda import INDEX
from gtminer.standin.regulator_faults import FAULTS
from gtminer.standin.world import World
from gtminer.store.raw import RawFiles

# A fixture that is imported would be "redefined" by every argument of its name.
# ruff: noqa: F811

ALL = [
    "fda:fictacel/approval-letter",
    "fda:fictacel/approval-letter-2022-05-27",
    "fda:fictacel/clinical-review-clinical-review-memo-march-1-2019-fictacel",
    "fda:fictacel/label",
    "fda:fictacel/package-insert",
    "fda:fictacel/sbra",
    "fda:imaginzo/label",
    "fda:imaginzo/sbra",
]
LABELS = ["fda:fictacel/label", "fda:imaginzo/label"]
PAPERS = [name for name in ALL if name not in LABELS]
PAGE = "/vaccines-blood-biologics/approved-blood-products/fictacel"
FICTACEL = "FICTACEL™ (fictacabtagene exemplleucel"
ADVICE = (
    "do not retry in a loop, try again later from this address, or save the PDF in a browser and run: "
    "gtminer import FILE.pdf --source fda --url ADDRESS"
)
BLOCKED = (
    "FDA: blocked (www.fda.gov shows its page of apology for automated requests); what is stored is kept; " + ADVICE
)


def pdf(name: str) -> bytes:
    """An invented PDF of the corpus."""
    return files("gtminer.standin").joinpath("corpus", "pdf", name).read_bytes()


def pages_asked(nights: Nights) -> list[str]:
    """What www.fda.gov was asked for."""
    return [path for path in nights.asked() if not path.startswith("/drug/")]


# What is chosen.


def test_the_documents_of_all_gene_therapies_of_the_index_are_fetched(nights: Nights) -> None:
    report = nights.fda()
    assert nights.stored() == ALL
    assert (report.expected, report.received, report.new, report.problems) == (8, 8, 8, ())
    assert pages_asked(nights) == [
        "/robots.txt", INDEX, PAGE, "/vaccines-blood-biologics/vaccines/imaginzo", *(
            f"/media/{media}/download" for media in (990011, 990012, 990014, 990010, 990013, 990020)
        ),
    ]  # fmt: skip


def test_the_first_night_names_what_the_table_does_not_hold_and_what_was_passed_over(nights: Nights) -> None:
    warnings = nights.fda().warnings
    assert warnings[:3] == (
        "FDA: products that the product table does not hold, taken (2): "
        f"{FICTACEL}; IMAGINZO (imaginogene testparvovec-zzzz)",
        "FDA: products of the list that are not known as gene therapies (2): CORDINVENT (HPC, Cord Blood) "
        "(its active substance is cells or tissue, without a gene); KNORPELIN (autologous invented chondrocytes on a "
        "membrane) (its active substance is cells or tissue, without a gene)",
        "FDA: 1 of 2 files in https://www.fda.gov/media/990013/download are of a kind that is not read",
    )
    assert warnings[3].startswith("openFDA: no label, not all CBER products are covered (")
    assert nights.fda().warnings == ()


def test_a_night_with_nothing_new_asks_little_and_changes_nothing(nights: Nights) -> None:
    nights.fda()
    nights.forget()
    report = nights.fda()
    assert (report.new, report.changed, report.unchanged, report.problems) == (0, 0, 2, ())
    assert len(pages_asked(nights)) == 6  # robots.txt, the index, two pages, two documents compared
    assert nights.stored() == ALL


def test_a_query_that_names_products_gets_theirs_alone(nights: Nights) -> None:
    nights.fda(("Imaginzo",))
    assert nights.stored() == ["fda:imaginzo/label", "fda:imaginzo/sbra"]


def test_a_dry_run_counts_and_changes_nothing(nights: Nights) -> None:
    before = nights.dump()
    report = nights.fda(dry_run=True)
    assert (report.expected, report.received, nights.dump() == before) == (6, 0, True)
    assert not [path for path in nights.asked() if "/media/" in path]


def test_questions_of_one_run_share_the_index(nights: Nights) -> None:
    with nights.run() as run:
        run.fetch_fda("one", ("Fictacel",))
        run.fetch_fda("two", ("Fictacel",))
    assert (nights.asked().count(INDEX), nights.asked().count(PAGE)) == (1, 1)
    found = nights.store.connection.execute("SELECT query, count(*) FROM found_by GROUP BY query ORDER BY query")
    assert found.fetchall() == [("one", 6), ("two", 6)]


def test_a_file_of_an_archive_is_a_document_of_its_own(nights: Nights) -> None:
    nights.fda()
    document = nights.store.get("fda:fictacel/clinical-review-clinical-review-memo-march-1-2019-fictacel")
    assert isinstance(document, Document)
    assert document.provenance is not None
    assert (document.kind, document.regulator, document.product) == ("clinical-review", "FDA", "fictacel")
    assert document.provenance.url == "https://www.fda.gov/media/990013/download"
    assert "INVENTA-1" in document.text


# The bot wall.


@pytest.mark.parametrize(
    ("fault", "on"),
    [("F01", "/vaccines"), ("F01-query", "/vaccines"), ("F02", "/vaccines"), ("F01", "/robots"), ("F02", "/robots")],
    ids=["F01-apology-302-404", "F01-with-a-number", "F02-apology-200", "F04-on-robots-302", "F04-on-robots-200"],
)
def test_the_wall_is_blocked_and_never_missing_and_is_tried_once(nights: Nights, fault: str, on: str) -> None:
    nights.fda()
    before = [row for row in nights.dump() if row[0] != "watermark"]
    nights.forget()
    nights.standin.fail(FAULTS[fault], on=on)
    report = nights.fda()
    assert report.problems == (BLOCKED,)
    assert [row for row in nights.dump() if row[0] != "watermark"] == before
    first = ["/robots.txt"] if on == "/robots" else ["/robots.txt", INDEX]
    behind = [] if fault == "F02" else ["/apology_objects/abuse-detection-apology.html"]
    assert pages_asked(nights) == first + behind
    nights.standin.heal()
    assert nights.fda().complete


def test_F01_openfda_is_the_second_door_for_the_products_that_the_ema_listed(nights: Nights) -> None:
    nights.ema()
    nights.standin.fail(FAULTS["F01"], on="/robots")
    report = nights.fda()
    assert report.problems == (BLOCKED,)
    assert [name for name in nights.stored() if name.startswith("fda:")] == LABELS


def test_F01_all_questions_of_a_run_hear_of_the_wall_and_it_is_tried_once(nights: Nights) -> None:
    nights.standin.fail(FAULTS["F01"], on="/robots")
    with nights.run() as run:
        reports = [run.fetch_fda("one"), run.fetch_fda("two", ("Fictacel",))]
    assert [report.problems for report in reports] == [(BLOCKED,), (BLOCKED,)]
    assert len(pages_asked(nights)) == 2


def test_F03_what_came_before_the_wall_is_kept_and_the_next_night_goes_on(nights: Nights) -> None:
    nights.standin.fail(FAULTS["F01"], on="/media/", at=3)
    report = nights.fda()
    assert report.problems == (
        "FDA: blocked (www.fda.gov shows its page of apology for automated requests); 2 of 6 documents were dealt with "
        f"and are kept, the rest is for the next run; {ADVICE}",
    )
    assert nights.stored() == sorted(["fda:fictacel/approval-letter", "fda:fictacel/sbra", *LABELS])
    nights.forget()
    report = nights.fda()
    assert (report.received, len([path for path in nights.asked() if "/media/" in path])) == (0, 1)
    nights.standin.heal()
    assert nights.fda().complete
    assert nights.stored() == ALL


def test_F03_a_wall_before_a_page_keeps_what_is_known(nights: Nights) -> None:
    nights.standin.fail(FAULTS["F01"], on="/vaccines/imaginzo")
    assert nights.fda().problems == (BLOCKED,)
    nights.standin.heal()
    assert nights.fda().complete
    assert nights.stored() == ALL


def test_F05_an_apology_in_the_cache_is_fetched_anew(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    nights.fda()
    page = RawFiles(nights.cache / "raw").put(b"<!DOCTYPE html><html><head><title>FDA Apology</title></head></html>")
    nights.store.connection.execute("UPDATE listing SET sha256 = ? WHERE item LIKE '%/990020/%'", (page,))
    monkeypatch.setattr(nights.reader, "version", "pdf-next")
    report = nights.fda()
    assert report.complete
    assert nights.store.versions("fda:imaginzo/sbra") == []
    assert nights.held("fda")["990020"].sha256 == sha256(pdf("imaginzo-sbra.pdf")).hexdigest()


# Pages that move, break or change.


def test_F06_a_page_that_moved_is_followed_and_its_documents_stay_the_same(nights: Nights) -> None:
    nights.fda()
    nights.sources.fda.move("FICTACEL", "/vaccines-blood-biologics/cellular-gene-therapy-products/fictacel")
    report = nights.fda()
    assert (report.problems, report.new, report.changed) == ((), 0, 0)
    assert nights.stored() == ALL
    assert {nights.status(name) for name in ALL} == {"listed"}
    assert len([path for path in nights.asked() if path.endswith("/cellular-gene-therapy-products/fictacel")]) == 1


def test_F06_a_page_that_moved_without_the_index_knowing_is_followed(nights: Nights) -> None:
    page = "/vaccines-blood-biologics/cellular-gene-therapy-products/fictacel"
    product = nights.sources.fda.product("FICTACEL")
    nights.sources.fda.products.append(dict(product, name="Elsewhere", page=page))
    nights.sources.fda.moved[product["page"]] = page
    assert nights.fda().complete
    assert nights.stored() == ALL


@pytest.mark.parametrize(("fault", "status"), [("F06", 404), ("F06-200", 200)])
def test_F06_a_page_that_is_gone_is_named_and_its_links_stay_known(nights: Nights, fault: str, status: int) -> None:
    nights.fda()
    nights.standin.fail(FAULTS[fault], on="/vaccines/imaginzo")
    report = nights.fda()
    assert report.problems == (
        "FDA: the page of IMAGINZO (imaginogene testparvovec-zzzz) is not at "
        f"https://www.fda.gov/vaccines-blood-biologics/vaccines/imaginzo any more ({status}); "
        "what is known of it stays in force",
    )
    assert nights.status("fda:imaginzo/sbra") == "listed"
    nights.sources.fda.replace(990020, pdf("fictacel-sbra.pdf"))
    assert sum(nights.fda().changed for _ in range(3)) == 1


@pytest.mark.parametrize(
    ("fault", "on", "why"),
    [
        ("F06", INDEX, "the list of approved cellular and gene therapy products is not at "
         f"https://www.fda.gov{INDEX} any more (404); what is known of it stays in force"),
        ("F07-index", INDEX, f"no products on https://www.fda.gov{INDEX}; its layout may have changed; "
         "the list of last time stays in force"),
    ],
    ids=["F06-index-404", "F07-index-layout"],
)  # fmt: skip
def test_an_index_that_is_not_believed_changes_nothing(nights: Nights, fault: str, on: str, why: str) -> None:
    nights.fda()
    before = [row for row in nights.dump() if row[0] != "watermark"]
    nights.standin.fail(FAULTS[fault], on=on)
    assert nights.fda().problems == (f"FDA: {why}",)
    assert [row for row in nights.dump() if row[0] != "watermark"] == before


def test_F07_an_index_that_lost_half_its_products_is_not_believed(nights: Nights) -> None:
    nights.fda()
    nights.sources.fda.products = nights.sources.fda.products[:2]
    assert nights.fda().problems == ("FDA: 2 products on the list where 4 were; the list of last time stays in force",)
    assert nights.status("fda:imaginzo/sbra") == "listed"


def test_F07_a_page_that_lost_all_its_links_is_not_believed(nights: Nights) -> None:
    nights.fda()
    nights.standin.fail(FAULTS["F07"], on=PAGE)
    assert nights.fda().problems == (
        f"FDA: 0 documents where 5 were on the page of {FICTACEL} (https://www.fda.gov{PAGE}); its layout may have "
        "changed; what is known of it stays in force",
    )
    assert {nights.status(name) for name in ALL} == {"listed"}


def test_a_link_that_leaves_a_page_is_kept_and_marked_with_what_was_in_its_archive(nights: Nights) -> None:
    nights.fda()
    product = nights.sources.fda.product("FICTACEL")
    product["link"] = [link for link in product["link"] if link["media"] != 990013]
    report = nights.fda()
    assert report.complete
    assert report.warnings == (
        f"FDA: documents that are no longer linked on the page of {FICTACEL}, kept and marked (2)",
    )
    assert [name for name in nights.stored() if nights.status(name) == "delisted"] == [
        "fda:fictacel/clinical-review-clinical-review-memo-march-1-2019-fictacel"
    ]


def test_a_product_that_leaves_the_index_is_kept_and_marked(nights: Nights) -> None:
    filler = {
        "name": "CORD {} (HPC, Cord Blood)",
        "manufacturer": "Sample",
        "page": "/vaccines-blood-biologics/cord-{}",
    }
    nights.sources.fda.products += [{key: text.format(n) for key, text in filler.items()} for n in range(20)]
    nights.fda()
    nights.sources.fda.products.remove(nights.sources.fda.product("IMAGINZO"))
    report = nights.fda()
    assert report.complete
    assert report.warnings == ("FDA: documents of imaginzo that are no longer listed, kept and marked (1)",)
    assert nights.status("fda:imaginzo/sbra") == "delisted"


def test_F08_links_in_any_spelling_are_one_document_each() -> None:
    page = b"""<html><body><article><p>STN: BL 129901 and 129903<br>Proper Name: fictacabtagene exemplleucel</p>
    <a href="/media/1/download?attachment"> <img> </a> <a href="/media/1/download">Package Insert - X</a>
    <a href=" https://www.fda.gov/media/2/download ">Summary Basis for
      Regulatory Action</a> <a href="//www.fda.gov/media/3/download#x">March 18, 2024 Approval Letter - X</a>
    <a href="/media/4">12/16/2022 Approval Letter</a> <a href="/media/5/download">Demographic Subgroup Information</a>
    <a href="mailto:x@example.org">Mail</a> <a href="http://[">Broken</a> <a>No address</a></article></body></html>"""
    read = fda_pages.read_product_page(page, f"https://www.fda.gov{PAGE}")
    assert (read.stns, read.proper_name) == (("129901", "129903"), "fictacabtagene exemplleucel")
    assert [(link.media, link.kind, link.date) for link in read.links] == [
        ("1", "package-insert", None),
        ("2", "sbra", None),
        ("3", "approval-letter", "2024-03-18"),
        ("4", "approval-letter", "2022-12-16"),
        ("5", None, None),
    ]
    assert {link.url for link in read.links} == {f"https://www.fda.gov/media/{n}/download" for n in range(1, 6)}


@given(st.one_of(st.binary(max_size=300), st.text("<>/=\"' atrdhef0123456789()STN:,&;#", max_size=300).map(str.encode)))
def test_no_bytes_break_the_reading_of_pages(body: bytes) -> None:
    for read in (fda_pages.read_index, fda_pages.read_product_page):
        with suppress(SourceError):
            read(b"<a href='/vaccines-blood-biologics/x'>X (y)</a>" + body, f"https://www.fda.gov{PAGE}")


@pytest.mark.parametrize(
    "body",
    [b"", b"<div>" * 100_000, b"STN: " + b"125646," * 50_000, b"<a href='/media/1/download'>" + b"x" * 1_000_000],
    ids=["empty", "deep", "many numbers", "long words"],
)
def test_large_and_deep_pages_are_read_or_refused(body: bytes) -> None:
    with suppress(SourceError):
        fda_pages.read_product_page(body, f"https://www.fda.gov{PAGE}")


def test_F09_media_replaced_under_its_id_is_a_new_version(nights: Nights) -> None:
    nights.fda()
    nights.sources.fda.replace(990020, pdf("fictacel-sbra.pdf"))
    assert sum(nights.fda().changed for _ in range(4)) == 1
    assert len(nights.store.versions("fda:imaginzo/sbra")) == 1


def test_F10_a_spreadsheet_is_told_by_its_bytes_and_kept_as_a_link(nights: Nights) -> None:
    nights.standin.fail(FAULTS["F10-csv"], on="/media/990020")
    report = nights.fda()
    assert report.complete
    assert (
        "FDA: fda:imaginzo/sbra: unsupported type of file (unknown bytes), kept as a link "
        "(https://www.fda.gov/media/990020/download)"
    ) in report.warnings
    assert nights.held("fda")["990020"].state == "unsupported"
    nights.standin.heal()
    for _ in range(4):
        nights.fda()
    assert nights.stored() == ALL


def test_F10_a_web_page_at_a_media_address_is_no_document(nights: Nights) -> None:
    nights.standin.fail(FAULTS["F10-html"], on="/media/990020")
    assert nights.fda().problems == (
        "FDA: fda:imaginzo/sbra failed: a web page where a document was expected "
        "(https://www.fda.gov/media/990020/download); asked again next time",
    )
    assert nights.pending("fda") == {"990020": "a web page where a document was expected"}


def test_F11_a_name_in_a_header_is_never_a_path(nights: Nights, tmp_path: Path) -> None:
    nights.standin.fail(FAULTS["F11"], on="/media/")
    assert nights.fda().complete
    assert nights.stored() == ALL
    assert not [path for path in tmp_path.rglob("*") if path.name == "x" or "cron" in path.name]


def test_F12_of_several_approval_letters_the_earliest_is_the_original_and_all_are_kept(nights: Nights) -> None:
    nights.fda()
    letters = {name: nights.store.get(name) for name in ALL if "letter" in name}
    assert {name: one.date for name, one in letters.items() if one} == {
        "fda:fictacel/approval-letter": "2019-03-01",
        "fda:fictacel/approval-letter-2022-05-27": "2022-05-27",
    }


def archive(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("packed", "why"),
    [
        (archive(**{"../../etc/cron.d/x.pdf": b"x"}), "a path that leads out of it ('../../etc/cron.d/x.pdf')"),
        (archive(**{"/etc/x.pdf": b"x"}), "a path that leads out of it ('/etc/x.pdf')"),
        (archive(**{"C:\\x.pdf": b"x"}), "a path that leads out of it ('C:/x.pdf')"),
        (archive(**{"bomb.pdf": bytes(50_000_000)}), "'bomb.pdf' would unpack to 50000000 bytes"),
        (archive(**{f"{n}.pdf": b"x" for n in range(2_001)}), "2001 files where 2000 are allowed"),
    ],
    ids=["S13-zip-slip", "S13-absolute", "S13-drive", "S13-zip-bomb", "S13-many"],
)
def test_a_hostile_archive_is_refused_before_anything_is_unpacked(packed: bytes, why: str) -> None:
    with pytest.raises(ContentError) as refusal:
        list(archives.members(packed))
    assert str(refusal.value) == f"zip archive: refused, {why}"


def test_a_hostile_archive_fails_alone_and_in_one_line(nights: Nights) -> None:
    nights.sources.fda.replace(990013, archive(**{"../x.pdf": b"x"}))
    report = nights.fda()
    assert report.problems == (
        "FDA: fda:fictacel/review-archive failed: zip archive: refused, a path that leads out of it ('../x.pdf') "
        "(https://www.fda.gov/media/990013/download); asked again next time",
    )
    assert nights.stored() == [name for name in ALL if "clinical-review" not in name]


def test_a_broken_file_in_an_archive_does_not_keep_the_others_back(nights: Nights) -> None:
    whole = pdf("fictacel-clinical-review.pdf")
    packed = archive(**{"A clinical review.pdf": whole[:900], "B clinical review.pdf": whole})
    nights.sources.fda.replace(990013, packed)
    report = nights.fda()
    assert len(report.problems) == 1
    assert report.problems[0].startswith(
        "FDA: fda:fictacel/clinical-review-a-clinical-review "
        "(in https://www.fda.gov/media/990013/download): truncated: "
    )
    assert "fda:fictacel/clinical-review-b-clinical-review" in nights.stored()
    assert "fda:fictacel/clinical-review-a-clinical-review" not in nights.stored()


# openFDA.


def test_F13_no_match_is_no_failure_and_said_once(nights: Nights) -> None:
    nights.sources.openfda.labels = []
    report = nights.fda()
    assert (report.complete, nights.stored()) == (True, PAPERS)
    assert report.warnings[-1].startswith("openFDA: no label, not all CBER products are covered (")
    assert "fictacel" in report.warnings[-1]
    assert nights.fda().warnings == ()


def test_F14_another_404_is_not_taken_for_no_match(nights: Nights) -> None:
    nights.fda()
    nights.standin.fail(FAULTS["F14"], on="/drug/")
    assert nights.fda().problems == (
        "openFDA answers 404 (not openFDA's words); labels stay as they are, the next run asks again",
    )
    assert {nights.status(name) for name in LABELS} == {"listed"}


def test_F15_a_rejected_key_is_a_matter_of_configuration_and_is_not_quoted(nights: Nights) -> None:
    nights.openfda_key = "invented-secret"
    nights.standin.fail(FAULTS["F15"], on="/drug/")
    with pytest.raises(InputError) as refusal:
        nights.fda()
    assert str(refusal.value) == ("openFDA rejects the key (API_KEY_INVALID); mend or remove OPENFDA_API_KEY")
    assert nights.stored() == PAPERS
    assert nights.standin.asked("/drug/")[0].headers["x-api-key"] == "invented-secret"
    assert "invented-secret" not in nights.standin.asked("/drug/")[0].query
    assert nights.store.connection.execute("SELECT state FROM run").fetchall() == [("failed",)]


@pytest.mark.parametrize("fault", ["F16", "F16-later"])
def test_F16_too_many_requests_are_waited_out(nights: Nights, fault: str) -> None:
    nights.standin.fail(FAULTS[fault], on="/drug/", times=1)
    assert nights.fda().complete
    assert nights.stored() == ALL
    assert nights.clock.waited > (30 if fault == "F16-later" else 1)


def test_F17_the_daily_limit_stops_the_labels_alone_until_tomorrow(nights: Nights) -> None:
    nights.standin.fail(FAULTS["F16"], on="/drug/")
    report = nights.fda()
    assert report.problems == (
        "openFDA: api.fda.gov: too many requests (429); the daily limit may be reached (OPENFDA_API_KEY raises it); "
        "labels stay as they are, the next run asks again",
    )
    assert (nights.stored(), len(nights.asked("/drug/"))) == (PAPERS, 5)
    nights.standin.heal()
    assert nights.fda().complete
    assert nights.stored() == ALL


def more_labels(nights: Nights, count: int) -> None:
    """Older versions of one label, so that an answer has two pages."""
    labels = nights.sources.openfda.labels
    labels += [dict(labels[0], effective_time=f"2019{number:04}", version="1") for number in range(count)]


def test_F18_pages_are_walked_by_search_after_and_the_newest_label_wins(nights: Nights) -> None:
    more_labels(nights, 120)
    assert nights.fda().complete
    asked = [request.params for request in nights.standin.asked("/drug/")]
    assert [params["search_after"] for params in asked if "search_after" in params] == ["100"]
    assert not [params for params in asked if "skip" in params]
    label = nights.store.get("fda:fictacel/label")
    assert label is not None
    assert label.date == "2026-04-15"


def test_F19_a_number_of_labels_that_moves_is_walked_again(nights: Nights) -> None:
    more_labels(nights, 120)
    nights.standin.fail(FAULTS["F19"], on="/drug/")
    report = nights.fda()
    assert report.complete
    assert "openFDA: the number of labels changed while they were read; all that came are kept" in report.warnings
    assert nights.stored() == ALL


def test_F20_a_label_that_drops_out_of_a_release_is_kept_and_marked_and_comes_back(nights: Nights) -> None:
    nights.fda()
    source = nights.sources.openfda
    whole, source.last_updated = list(source.labels), "2026-11-27"
    source.labels = whole[1:]
    assert nights.fda().complete
    assert (nights.stored(), nights.status("fda:fictacel/label")) == (ALL, "delisted")
    source.labels, source.last_updated = whole, "2026-12-04"
    assert nights.fda().complete
    assert nights.status("fda:fictacel/label") == "listed"
    assert nights.store.versions("fda:fictacel/label") == []


def test_F20_a_release_without_any_of_the_labels_is_not_believed(nights: Nights) -> None:
    nights.fda()
    nights.sources.openfda.labels, nights.sources.openfda.last_updated = [], "2026-11-27"
    assert nights.fda().problems == ("openFDA: labels of 0 products where 2 were; not believed, nothing is changed",)
    assert {nights.status(name) for name in LABELS} == {"listed"}


def test_a_new_release_with_another_text_is_a_new_version(nights: Nights) -> None:
    nights.fda()
    source = nights.sources.openfda
    source.labels[1] |= {"effective_time": "20261101", "adverse_reactions": ["6 ADVERSE REACTIONS Nausea."]}
    assert nights.fda().changed == 0
    source.last_updated = "2026-11-27"
    assert nights.fda().changed == 1
    assert len(nights.store.versions("fda:imaginzo/label")) == 1


def test_F21_an_unchanged_release_is_not_read_again(nights: Nights) -> None:
    nights.fda()
    nights.forget()
    report = nights.fda()
    assert (report.expected, report.received) == (2, 2)  # two media compared, no label
    assert len(nights.asked("/drug/")) <= 3


def test_F22_a_label_without_names_is_known_by_its_product_data(nights: Nights) -> None:
    nights.standin.fail(FAULTS["F22"], on="/drug/")
    assert nights.fda().complete
    assert nights.stored() == ALL


def test_a_label_becomes_a_document_with_sections_and_a_table(nights: Nights) -> None:
    nights.fda()
    label = nights.store.get("fda:fictacel/label")
    assert label is not None
    assert (label.title, label.date, label.regulator) == (
        "FICTACEL (fictacabtagene exemplleucel): US prescribing information", "2026-04-15", "FDA",
    )  # fmt: skip
    assert [section.kind for section in label.sections] == [
        "title", "boxed_warning", "indication", "warnings", "adverse_reactions",
    ]  # fmt: skip
    assert [table.rows[2] for table in label.tables] == [("Tachycardia", "24", "1")]


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b""), (200, b"<html>"), (200, b"[]"), (200, b'{"results": {}}'), (500, b"{}"), (400, b'{"error": []}')],
    ids=range(6),
)
def test_what_is_no_answer_of_openfda_is_refused_in_one_line(status: int, body: bytes) -> None:
    with pytest.raises(GtminerError) as refusal:
        openfda.read(status, body, {})
    assert str(refusal.value).startswith("openFDA")


# The real lists.


@pytest.mark.shared
def test_of_the_real_list_the_gene_therapies_are_chosen(shared: Path) -> None:
    """53 products of September 2026, with nine cord bloods, cells and tissues among them."""
    table = shared / "data" / "regulatory" / "fda_web" / "everyday-genomics_fda_cgt_product_pages_2026-09.csv"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    page = "".join(f'<tr><td><a href="{row["url"]}">{row["product"]}</a></td></tr>' for row in rows)
    entries = fda_pages.read_index(f"<html><table>{page}</table></html>".encode())
    choice = fda.choose_products(entries, products.load())
    assert (len(entries), len(rows)) == (53, 53)
    assert " ".join(sorted(one.product for one in choice.chosen)) == (
        "abecma adstiladrin aucatzyl beqvez breyanzi carvykti casgevy elevidys encelto genglycos hemgenix imlygic "
        "itvisma kresladi kymriah libmeldy luxturna lyfgenia otarmeni papzimeos roctavian skysona tecartus tecelra "
        "tudriqev upstaza vyjuvek waskyra yescarta zevaskyn zolgensma zynteglo"
    )
    assert choice.unknown == []
    assert len(choice.passed_over) == 21
    assert not [line for line in choice.passed_over if "not in the product table" in line]


@pytest.mark.shared
def test_the_real_media_addresses_are_media_links(shared: Path) -> None:
    table = shared / "data" / "regulatory" / "fda_web" / "cber_products_trove_2026-05.csv"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    links = "".join(f'<a href="{row["label_pdf_url"]}">Package Insert - {row["drug_name"]}</a>' for row in rows)
    read = fda_pages.read_product_page(f"<html>{links}</html>".encode(), f"https://www.fda.gov{PAGE}")
    assert {link.kind for link in read.links} == {"package-insert"}
    assert len(read.links) == len({row["label_pdf_url"] for row in rows if row["label_pdf_url"]})


# The command.


def test_the_command_says_blocked_and_ends_with_3_and_openfda_is_still_asked(gtminer: Gtminer) -> None:
    with World() as world:
        gtminer("fetch", "ema", "--query", "gene-therapy", env=world.environment())
        world.standin.fail(FAULTS["F01"], on="/vaccines")
        outcome = gtminer("fetch", "fda", "--query", "gene-therapy", "-q", env=world.environment())
        walls = world.standin.asked("/apology_objects")
    assert (outcome.code, outcome.out, len(walls)) == (3, "", 1)
    assert outcome.err.splitlines()[-2:] == [
        f"warning: FDA gene-therapy: {BLOCKED.removeprefix('FDA: ')}",
        "gtminer: fetched FDA 2 new, 0 changed (6 requests); not all could be had: what was verified is kept, the rest "
        "is asked for again by the next fetch",
    ]
    shown = gtminer("summarize", "--source", "fda", "-f", "csv", "--columns", "doc_id", "--no-header")
    assert shown.out.split() == LABELS


def test_the_command_ends_with_2_for_a_rejected_key_and_shows_it_nowhere(gtminer: Gtminer, tmp_path: Path) -> None:
    with World() as world:
        world.standin.fail(FAULTS["F15"], on="/drug/")
        secret = {"OPENFDA_API_KEY": "invented-secret"}
        outcome = gtminer("fetch", "fda", "--query", "gene-therapy", env=world.environment() | secret)
    assert outcome.code == 2
    assert outcome.err.splitlines()[-1] == (
        "gtminer: openFDA rejects the key (API_KEY_INVALID); mend or remove OPENFDA_API_KEY"
    )
    assert "invented-secret" not in outcome.err
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"invented-secret" in path.read_bytes()]
