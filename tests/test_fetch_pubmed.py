"""`fetch pubmed` on loopback: complete, resumable, incremental, never fooled. Fault ids are those of docs/faults.md."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from pubmed_nights import FIRST_NIGHT, TERM, Nights, nights, pmids  # noqa: F401  # a fixture

from gtminer.documents.pubmed_xml import read_answer
from gtminer.pipeline.progress import Progress
from gtminer.query import Query
from gtminer.standin import faults
from gtminer.standin.faults import FAULTS
from gtminer.standin.records import article, corpus
from gtminer.standin.server import Request, Response
from gtminer.store import plans
from gtminer.store.database import Store

# A fixture that is imported would be "redefined" by every argument of its name.
# ruff: noqa: F811

# What passes by itself, at the first search, and at the first page of records.
PASSING_AT_SEARCH = ["G03", "G04", "G09", "G10", "G11", "G12", "G14", "G15", "G15-502", "G15-503", "G15-504", "G20",
                     "N01", "N02", "N03", "N08", "N16", "N17", "N24", "N30", "N36", "N38", "N39", "N40"]  # fmt: skip
PASSING_AT_FETCH = ["G03", "G04", "G09", "G10", "G11", "G12", "G14", "G15", "G15-502", "G15-503", "G15-504", "G20",
                    "N01", "N02", "N03", "N08", "N08-pubone", "N29", "N30", "N31", "N32", "N33", "N34", "N35", "N36",
                    "N37", "N38", "N39", "N40"]  # fmt: skip
# What lasts: the source is stopped, what was verified before is kept.
LASTING = ["G03", "G04", "G10", "G12", "G16", "G20", "N04", "N08", "N29", "N30", "N31", "N32", "N33", "N34", "N35",
           "N36", "N38", "N39", "N40"]  # fmt: skip


# All of it, and again


def test_every_record_is_fetched_and_the_watermark_is_the_servers_day(nights: Nights) -> None:
    nights.holds(450)
    done = nights.night()
    assert (done.code, done.requests) == (0, 2 + 3)
    assert nights.stored() == nights.truth()
    assert nights.watermark() == FIRST_NIGHT.isoformat()
    assert (nights.plan(), nights.owed()) == (None, set())
    assert nights.runs() == [
        ("fetch", "gene-therapy", "complete", 450, 450, 450, 0),
        ("refresh", None, "complete", 0, 0, 0, 0),
    ]


def test_records_are_asked_for_by_post_in_lists_of_200(nights: Nights) -> None:
    nights.holds(450)
    nights.night()
    asked = nights.standin.asked("efetch")
    assert [len(request.params["id"].split(",")) for request in asked] == [200, 200, 50]
    assert {request.method for request in nights.standin.requests} == {"POST"}
    assert {request.query for request in nights.standin.requests} == {""}
    assert {request.params["email"] for request in asked} == {"reader@example.org"}


@pytest.mark.parametrize("fault", ["L22"])
def test_a_second_run_asks_for_no_record_and_changes_nothing(nights: Nights, fault: str) -> None:
    nights.holds(450)
    nights.night()
    before = nights.texts()
    asked = len(nights.standin.requests)
    again = nights.night()
    assert (again.code, nights.fetched(asked), nights.texts()) == (0, [], before)
    assert again.requests <= 4


def test_a_night_with_nothing_new_takes_at_most_ten_requests(nights: Nights) -> None:
    nights.holds(12_000, days=3_000)
    listed = nights.pubmed.matching(TERM)
    with nights.store(create=True) as store:  # a store as it is after a complete fetch of them
        provide(nights, store)
    assert nights.stored() == listed
    nights.next_day()
    quiet = nights.night()
    assert (quiet.code, [report.new + report.changed for report in quiet.reports]) == (0, [0, 0])
    assert quiet.requests <= 10


def provide(nights: Nights, store: Store) -> None:
    """Put all records into the store without asking for them, as a complete fetch of today would."""
    records = list(nights.pubmed.records.values())
    body = "<PubmedArticleSet>" + "".join(record.xml for record in records) + "</PubmedArticleSet>"
    day = nights.pubmed.today.isoformat()
    run = store.start_run("fetch", source="pubmed", query="gene-therapy", term=TERM)
    store.put(read_answer(body.encode()), run=run, query="gene-therapy", seen=day)
    store.set_watermark("pubmed", "gene-therapy", day, run=run)
    store.finish_run(run, "complete", translation=TERM)
    recent = nights.pubmed.today - timedelta(days=7)
    window = tuple(sorted(str(record.pmid) for record in records if record.revised >= recent))
    plans.remember(store, "gene-therapy", plans.Plan(TERM, "", day, len(records), TERM, (), window, day))


def test_a_record_found_by_two_questions_is_fetched_once_and_belongs_to_both(nights: Nights) -> None:
    nights.holds(20)
    nights.questions.append(Query("other", "Other", "AAV[tiab]"))
    nights.night()
    assert len(nights.fetched()) == 20
    with nights.store() as store:
        assert plans.found_by(store, "other") == plans.found_by(store, "gene-therapy") == nights.truth()


# However many there are


def planned(nights: Nights) -> set[str]:
    """What a first fetch would ask for; the records themselves are not fetched."""
    from gtminer.pipeline.planning import Manner, Planner
    from gtminer.sources.eutils import Eutils
    from gtminer.web.download import Web

    web = Web(nights.standin.base_urls, clock=nights.clock, spacing_ms={"eutils": 1})
    with nights.store(create=True) as store:
        eutils = Eutils(web, email="reader@example.org", api_key=None)
        planner = Planner(store, eutils, "gene-therapy", TERM, nights.pubmed.today, Manner(), [])
        plan, _ = planner.plan()
    web.close()
    assert plan.fault is None
    assert len(plan.pmids) == len(set(plan.pmids))
    return set(plan.pmids)


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(9_998, id="N10-9998"),
        pytest.param(9_999, id="N10-9999"),
        pytest.param(10_000, id="N10-10000"),
        pytest.param(10_001, id="N10-10001"),
        pytest.param(25_000, id="N10-25000"),
    ],
)
def test_all_pmids_are_had_on_both_sides_of_the_ceiling(nights: Nights, count: int) -> None:
    nights.holds(count, step=3)
    assert planned(nights) == nights.truth()
    assert all(int(request.params.get("retstart", 0)) == 0 for request in nights.standin.requests)


@pytest.mark.parametrize("fault", ["N11"])
def test_a_single_day_above_the_ceiling_is_had_whole(nights: Nights, fault: str) -> None:
    nights.holds(60)
    nights.night()
    nights.next_day()
    nights.pubmed.add(*(article(90_000_000 + number, "A gene therapy", created=nights.pubmed.today)
                        for number in range(12_096)))  # fmt: skip
    assert planned(nights) | nights.stored() == nights.truth()


@pytest.mark.parametrize("fault", ["N12"])
def test_a_list_shorter_than_its_count_is_split(nights: Nights, fault: str) -> None:
    nights.holds(300)
    clamped = faults.edited(rb"(<IdList>(?:\s*<Id>\d+</Id>){100}).*?</IdList>", rb"\1</IdList>")
    nights.standin.fail(clamped, "esearch", at=1, times=1)
    assert nights.night().code == 0
    assert nights.stored() == nights.truth()


@pytest.mark.parametrize("fault", ["N12-always"])
def test_a_count_that_cannot_be_reached_is_never_a_success(nights: Nights, fault: str) -> None:
    nights.holds(30)
    nights.standin.fail(faults.edited(rb"\s*<Id>80000030</Id>", b""), "esearch")
    done = nights.night()
    assert done.code == 3
    assert done.problems == ["eutils.ncbi.nlm.nih.gov: a count of 1 and no PMIDs"]
    assert (nights.stored(), nights.watermark()) == (nights.truth() - {"80000030"}, None)
    nights.standin.heal()
    assert nights.night().code == 0
    assert nights.stored() == nights.truth()


@pytest.mark.parametrize("fault", ["N14"])
def test_records_that_appear_while_we_list_are_had_as_well(nights: Nights, fault: str) -> None:
    nights.holds(10_500)

    def appear(request: Request, response: Response) -> Response:
        nights.pubmed.add(*(article(99_000_000 + n, "A gene therapy", created=FIRST_NIGHT) for n in range(3)))
        return response

    nights.standin.fail(appear, "esearch", at=3, times=1)
    assert planned(nights) == nights.truth()


@pytest.mark.parametrize("fault", ["N15"])
def test_fewer_hits_than_yesterday_delete_nothing(nights: Nights, fault: str) -> None:
    records = nights.holds(50)
    nights.night()
    nights.pubmed.remove(*(record.pmid for record in records[:5]))
    nights.next_day()
    assert nights.night().code == 0
    assert nights.stored() == pmids(records)


# Interrupted and resumed


class StopError(Exception):
    """The user or the machine ends the run."""


def stops_after(pages: int) -> Progress:
    """A progress display in which the run dies after so many pages."""

    @contextmanager
    def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            done += 1
            if done > pages:
                raise StopError

        yield advance

    return progress


@pytest.mark.parametrize("fault", ["L23"])
def test_a_first_load_interrupted_five_times_costs_little_more(nights: Nights, fault: str) -> None:
    nights.holds(25_000)
    ideal = 1 + 3 + 125  # the calendar, three lists of PMIDs, and the pages
    for pages in (20, 40, 60, 80, 100):
        with pytest.raises(StopError):
            nights.night(progress=stops_after(pages))
    assert nights.night().code == 0
    assert nights.stored() == nights.truth()
    assert len(nights.standin.requests) <= 1.2 * ideal
    assert sorted(set(nights.fetched())) == sorted(nights.fetched())


def test_a_plan_of_an_earlier_day_is_worked_off_and_the_days_since_are_asked_for(nights: Nights) -> None:
    nights.holds(500)
    with pytest.raises(StopError):
        nights.night(progress=stops_after(1))
    assert nights.runs()[-1][2] == "failed"
    nights.next_day(3)
    nights.pubmed.add(article(99_000_000, "A gene therapy of today", created=nights.pubmed.today))
    assert nights.night().code == 0
    assert (nights.stored(), nights.watermark()) == (nights.truth(), nights.pubmed.today.isoformat())


def test_another_question_is_not_answered_by_an_old_plan(nights: Nights) -> None:
    nights.holds(500)
    with pytest.raises(StopError):
        nights.night(progress=stops_after(0))
    nights.pubmed.add(article(99_000_000, "Something else altogether", created=FIRST_NIGHT))
    nights.questions = [Query("gene-therapy", "Changed", "altogether[tiab]")]
    assert nights.night().code == 0
    assert "99000000" in nights.stored()
    assert len(nights.stored()) < 500


# Faults that pass, and faults that last


@pytest.mark.parametrize("fault", PASSING_AT_SEARCH)
def test_a_search_that_fails_once_is_asked_again(nights: Nights, fault: str) -> None:
    nights.holds(230)
    nights.standin.fail(FAULTS[fault], "esearch", at=1, times=1)
    done = nights.night()
    assert (done.code, done.problems) == (0, [])
    assert nights.stored() == nights.truth()
    assert nights.watermark() == FIRST_NIGHT.isoformat()
    assert done.requests == 1 + 2 + 2


@pytest.mark.parametrize("fault", PASSING_AT_FETCH)
def test_a_page_that_fails_once_is_asked_for_again_and_nothing_of_it_is_lost(nights: Nights, fault: str) -> None:
    nights.holds(430)
    nights.standin.fail(FAULTS[fault], "efetch", at=2, times=1)
    done = nights.night()
    assert (done.code, done.problems) == (0, [])
    assert nights.stored() == nights.truth()
    assert (nights.watermark(), nights.owed()) == (FIRST_NIGHT.isoformat(), set())
    assert done.requests == 2 + 3 + 1


@pytest.mark.parametrize("fault", LASTING)
def test_a_source_that_keeps_failing_is_left_alone_and_what_was_verified_is_kept(nights: Nights, fault: str) -> None:
    records = nights.holds(430)
    nights.standin.fail(FAULTS[fault], "efetch", at=2)
    done = nights.night()
    assert done.code == 3
    assert pmids(records[:200]) <= nights.stored() < nights.truth()
    assert nights.watermark() is None
    assert done.requests <= 50
    assert "\n" not in done.line
    nights.standin.heal()
    asked = len(nights.standin.requests)
    nights.next_day()
    assert nights.night().code == 0
    assert nights.stored() == nights.truth()
    assert (nights.watermark(), nights.owed()) == (nights.pubmed.today.isoformat(), set())
    assert not set(nights.fetched(asked)[:230]) & pmids(records[:200])


@pytest.mark.parametrize("fault", ["G16", "G15-503", "N39", "N40", "G03"])
def test_a_source_that_never_answers_moves_nothing_and_ends_with_75(nights: Nights, fault: str) -> None:
    nights.holds(30)
    nights.night()
    before = nights.texts()
    nights.next_day()
    nights.standin.fail(FAULTS[fault])
    done = nights.night()
    assert done.code == 75
    assert "nothing was moved forward" in done.line
    assert (nights.texts(), nights.watermark()) == (before, FIRST_NIGHT.isoformat())
    assert done.requests <= 5


@pytest.mark.parametrize("fault", ["G02"])
def test_a_closed_port_ends_with_75(nights: Nights, fault: str) -> None:
    nights.base_urls = {"eutils": "http://127.0.0.1:9/entrez/eutils/"}
    done = nights.night()
    assert done.code == 75
    assert done.line.startswith("no source could be reached: PubMed gene-therapy: cannot reach 127.0.0.1:9")


@pytest.mark.parametrize("fault", ["N04", "N16", "N17", "N38", "G20"])
def test_a_search_that_keeps_failing_is_no_fault_of_the_query(nights: Nights, fault: str) -> None:
    nights.holds(30)
    nights.standin.fail(FAULTS[fault], "esearch")
    done = nights.night()
    assert (done.code, nights.stored(), nights.watermark()) == (3, set(), None)
    assert done.requests == 1 + 5
    assert "query" not in done.problems[0]


@pytest.mark.parametrize("fault", ["G17"])
def test_a_wish_to_wait_is_granted(nights: Nights, fault: str) -> None:
    nights.holds(30)
    nights.standin.fail(FAULTS["G17"], "efetch", at=1, times=1)
    assert nights.night().code == 0
    assert max(nights.clock.slept) >= 120


@pytest.mark.parametrize("fault", ["G18-huge"])
def test_a_wish_beyond_reason_ends_the_run(nights: Nights, fault: str) -> None:
    nights.holds(30)
    nights.standin.fail(FAULTS["G18-huge"], "efetch", at=1, times=1)
    done = nights.night()
    assert (done.code, nights.stored()) == (3, set())
    assert nights.night().code == 0
    assert nights.stored() == nights.truth()


@pytest.mark.parametrize("fault", ["N06"])
def test_a_rejected_key_ends_the_run_and_is_shown_nowhere(
    nights: Nights,
    fault: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    key = "0123456789abcdef0123456789abcdef0123"
    nights.holds(30)
    nights.settings = type(nights.settings)(
        nights.settings.cache, email="reader@example.org", api_key=key, base_urls=nights.base_urls
    )
    nights.standin.fail(FAULTS["N06"])
    done = nights.night()
    assert (done.code, done.requests) == (2, 1)
    assert done.line == "NCBI rejects the API key of NCBI_API_KEY; correct it, or unset it and go on slower"
    files = [path for path in nights.settings.cache.rglob("*") if path.is_file()]
    assert not [path for path in files if key.encode() in path.read_bytes()]
    assert key not in "".join(capfd.readouterr())


@pytest.mark.parametrize("fault", ["N07"])
def test_an_empty_key_is_never_sent(nights: Nights, fault: str) -> None:
    nights.holds(3)
    nights.settings = type(nights.settings)(
        nights.settings.cache, email="reader@example.org", api_key="", base_urls=nights.base_urls
    )
    assert nights.night().code == 0
    assert all("api_key" not in request.params for request in nights.standin.requests)


# Searches that mislead


@pytest.mark.parametrize("fault", ["N18"])
def test_a_question_that_finds_nothing_names_the_phrase_that_pubmed_does_not_know(nights: Nights, fault: str) -> None:
    nights.holds(3)
    nights.questions = [Query("nothing", "Nothing", "abcxyz[tiab]")]
    done = nights.night()
    assert (done.code, nights.stored()) == (0, set())
    assert done.warnings[-2:] == [
        "PubMed does not know abcxyz[tiab]; check the spelling, or leave it",
        "PubMed finds nothing",
    ]


@pytest.mark.parametrize("fault", ["N19"])
def test_an_empty_answer_where_there_were_many_is_not_believed(nights: Nights, fault: str) -> None:
    nights.holds(80)
    nights.night()
    before = nights.texts()
    nights.next_day()
    nights.standin.fail(FAULTS["N19"], "esearch")
    done = nights.night()
    assert (done.code, nights.texts(), nights.watermark()) == (3, before, FIRST_NIGHT.isoformat())
    assert done.problems == [
        "PubMed finds 0 records where it found 80 last time; that is not believed, nothing was changed; "
        "run again later, or with --accept-drop if it is right"
    ]
    assert nights.night(accept_drop=True).code == 0
    assert nights.texts() == before


@pytest.mark.parametrize("fault", ["N21"])
def test_a_query_that_pubmed_reads_otherwise_is_told_with_both_readings(nights: Nights, fault: str) -> None:
    nights.holds(3)
    nights.night()
    nights.pubmed.translation = lambda term: f"{term} OR genetics[mh]"  # type: ignore[method-assign]  # as its docstring says
    done = nights.night()
    assert done.code == 0
    assert done.warnings[-1] == (
        "PubMed reads the query otherwise than last time; "
        'then: "gene therapy"[tiab]; now: "gene therapy"[tiab] OR genetics[mh]'
    )
    assert "reads the query" not in "".join(nights.night().warnings)


@pytest.mark.parametrize("fault", ["N22"])
def test_a_phrase_that_pubmed_does_not_know_is_told_once(nights: Nights, fault: str) -> None:
    nights.holds(3)
    nights.questions = [Query("gene-therapy", "Gene therapy", f"{TERM} OR abcxyz[tiab]")]
    assert "PubMed does not know abcxyz[tiab]; check the spelling, or leave it" in nights.night().warnings
    assert "does not know" not in "".join(nights.night().warnings)


@pytest.mark.parametrize("fault", ["N23"])
def test_a_server_that_passes_over_the_days_asked_for_is_found_out(nights: Nights, fault: str) -> None:
    nights.holds(300, days=3_000)
    nights.night()
    nights.next_day()
    within = nights.pubmed._within
    nights.pubmed._within = lambda pmids, asked: pmids  # type: ignore[method-assign]  # the window is ignored
    done = nights.night()
    assert done.code == 3
    assert done.problems == ["PubMed passes over the days asked for (mdat), so that changes are not known"]
    assert nights.watermark() == FIRST_NIGHT.isoformat()
    nights.pubmed._within = within  # type: ignore[method-assign]
    assert nights.night().code == 0
    assert nights.watermark() == nights.pubmed.today.isoformat()


@pytest.mark.parametrize("fault", ["N25"])
def test_a_pmid_given_twice_is_asked_for_once(nights: Nights, fault: str) -> None:
    nights.holds(30)
    nights.standin.fail(FAULTS["N25"], "esearch")
    assert nights.night().code == 0
    assert sorted(nights.fetched()) == sorted(nights.truth())


@pytest.mark.parametrize("fault", ["N26"])
def test_what_is_no_pmid_is_counted_and_never_asked_for(nights: Nights, fault: str) -> None:
    nights.holds(30)
    nights.standin.fail(FAULTS["N26"], "esearch")
    done = nights.night()
    assert done.code == 0
    assert "PubMed gave 4 identifiers that are no PMIDs; not asked for" in done.warnings
    assert sorted(nights.fetched()) == sorted(nights.truth())


# Pages that mislead


@pytest.mark.parametrize("fault", ["N27"])
def test_records_not_given_are_asked_for_singly_and_then_owed(nights: Nights, fault: str) -> None:
    nights.holds(200)
    gone = ("80000010", "80000020", "80000030")
    nights.standin.fail(faults.without(*gone), "efetch")
    done = nights.night()
    assert done.code == 3
    assert done.problems == ["not given by PubMed, and asked for again next time: PMIDs 80000030, 80000020, 80000010"]
    assert nights.stored() == nights.truth() - set(gone)
    assert nights.owed() == set(gone)
    assert [request.params["id"] for request in nights.standin.asked("efetch")[1:]] == sorted(gone, reverse=True)
    nights.standin.heal()
    nights.next_day()
    assert nights.night().code == 0
    assert (nights.stored(), nights.owed()) == (nights.truth(), set())


def test_what_is_not_given_for_days_is_no_alarm_any_more(nights: Nights) -> None:
    nights.holds(20)
    nights.standin.fail(faults.without("80000010"), "efetch")
    nights.night()
    for _ in range(2):
        nights.next_day()
        assert nights.night().code == 3
    with nights.store() as store, store.transaction():
        store.connection.execute("UPDATE pending SET first_at = '2026-01-01T00:00:00+00:00'")
    nights.next_day()
    done = nights.night()
    assert (done.code, nights.owed()) == (0, {"80000010"})
    assert "PMID 80000010: not given or not readable for days; asked for at each fetch" in done.warnings


@pytest.mark.parametrize("fault", ["N28"])
def test_a_record_that_nobody_asked_for_is_not_stored(nights: Nights, fault: str) -> None:
    nights.holds(20)
    stranger = article(99_000_000, "A stranger", created=FIRST_NIGHT).xml.encode()
    nights.standin.fail(faults.edited(rb"</PubmedArticleSet>", stranger + b"</PubmedArticleSet>"), "efetch")
    done = nights.night()
    assert (done.code, nights.stored()) == (0, nights.truth())
    assert "PubMed gave 1 record that nobody asked for; not stored" in done.warnings


@pytest.mark.parametrize("fault", ["N29-stored"])
def test_an_empty_set_for_records_that_are_stored_is_no_deletion(nights: Nights, fault: str) -> None:
    nights.holds(20)
    nights.night()
    for _ in range(4):
        nights.next_day(10)
        nights.standin.fail(FAULTS["N29"], "efetch")
        with nights.store() as store, store.transaction():
            store.connection.execute("UPDATE document SET seen_at = '2026-01-01'")
        nights.pubmed.add(*(record._replace(revised=nights.pubmed.today) for record in nights.pubmed.records.values()))
        assert nights.night().code == 3
    with nights.store() as store:
        assert store.connection.execute("SELECT DISTINCT status, missed FROM document").fetchall() == [("listed", 0)]


POISONS = {"N46-utf8": b"\xff\xfe", "N46-x0b": b"\x0b", "N46-nul": b"\x00", "N47": b"&beta;"}


@pytest.mark.parametrize("fault", POISONS)
def test_a_record_that_spoils_its_page_is_found_and_the_others_are_stored(nights: Nights, fault: str) -> None:
    nights.holds(230)
    nights.standin.fail(faults.poisoned("80000150", POISONS[fault]), "efetch")
    done = nights.night()
    assert done.code == 3
    assert done.problems[0].startswith("unreadable, and asked for again next time: PMID 80000150 (")
    assert nights.stored() == nights.truth() - {"80000150"}
    assert nights.owed() == {"80000150"}
    nights.standin.heal()
    assert nights.night().code == 0
    assert (nights.stored(), nights.owed()) == (nights.truth(), set())


@pytest.mark.parametrize("fault", ["N41", "N42", "N43", "G27"])
def test_records_of_another_year_or_shape_are_read_whole(nights: Nights, fault: str) -> None:
    nights.holds(20)
    nights.standin.fail(FAULTS[fault], "efetch")
    assert nights.night().code == 0
    assert nights.stored() == nights.truth()
    assert nights.texts()["pubmed:80000007"] == (
        "Invented gene therapy record number 7\nAn AAV vector was given to 16 patients."
    )


@pytest.mark.parametrize("fault", ["N51"])
def test_the_highest_version_of_a_record_is_kept(nights: Nights, fault: str) -> None:
    old = article(90_000_001, "A gene therapy, first version", created=FIRST_NIGHT)
    new = article(90_000_001, "A gene therapy, second version", created=FIRST_NIGHT, version=2)
    nights.pubmed.add(new._replace(xml=new.xml + old.xml))
    assert nights.night().code == 0
    assert nights.texts() == {"pubmed:90000001": "A gene therapy, second version"}


@pytest.mark.parametrize("fault", ["N52"])
def test_two_texts_of_one_record_are_told_and_the_last_one_counts(nights: Nights, fault: str) -> None:
    first = article(90_000_001, "A gene therapy, one text", created=FIRST_NIGHT)
    last = article(90_000_001, "A gene therapy, another text", created=FIRST_NIGHT)
    nights.pubmed.add(first._replace(xml=first.xml + last.xml))
    done = nights.night()
    assert (done.code, nights.texts()) == (0, {"pubmed:90000001": "A gene therapy, another text"})
    assert "PubMed gave two texts of PMID 90000001; the last one is kept" in done.warnings


@pytest.mark.parametrize("fault", ["N48", "N49", "N50"])
def test_the_whole_invented_corpus_is_stored_as_it_is(nights: Nights, fault: str) -> None:
    """Inline markup, books, records without abstract, title, year or author."""
    records = list(corpus())
    nights.pubmed.add(*records)
    nights.questions = [Query("all", "All", f"1:{max(record.pmid for record in records)}[uid]")]
    assert nights.night().code == 0
    assert nights.stored() == pmids(records)
    with nights.store() as store:
        assert {document.kind for _, document in store.documents()} == {"article", "book"}


# Night after night


@pytest.mark.parametrize("fault", ["N53"])
def test_a_retraction_is_seen_the_next_night_and_the_old_version_is_kept(nights: Nights, fault: str) -> None:
    nights.holds(30)
    nights.night()
    nights.next_day()
    nights.pubmed.add(
        article(80_000_007, "RETRACTED: a gene therapy", created=FIRST_NIGHT - timedelta(days=2_000),
                revised=nights.pubmed.today, retracted_by=99_000_000)
    )  # fmt: skip
    done = nights.night()
    assert (done.code, sum(report.changed for report in done.reports)) == (0, 1)
    with nights.store() as store:
        document = store.get("pubmed:80000007")
        assert document is not None
        assert (document.is_retracted, document.retraction_pmid) == (True, "99000000")
        assert [old.title for old in store.versions("pubmed:80000007")] == ["Invented gene therapy record number 7"]


@pytest.mark.parametrize("fault", ["N54"])
def test_a_change_that_pubmed_does_not_date_is_found_within_thirty_days(nights: Nights, fault: str) -> None:
    nights.holds(20, days=3_000)
    nights.night()
    record = nights.pubmed.records[80_000_007]
    nights.pubmed.add(record._replace(xml=record.xml.replace("Invented gene", "Corrected gene")))
    for _ in range(20):
        nights.next_day()
        assert nights.night().code == 0
    assert nights.texts()["pubmed:80000007"].startswith("Corrected gene therapy record")


@pytest.mark.parametrize("fault", ["N55"])
def test_headings_that_come_weeks_later_are_a_change_and_no_new_record(nights: Nights, fault: str) -> None:
    day = FIRST_NIGHT
    nights.pubmed.add(article(90_000_001, "A gene therapy", created=day))
    nights.night()
    nights.next_day(21)
    nights.pubmed.add(
        article(90_000_001, "A gene therapy", created=day, revised=nights.pubmed.today, mesh=["Dependovirus"])
    )
    done = nights.night()
    assert [sum(getattr(report, what) for report in done.reports) for what in ("new", "changed")] == [0, 1]


@pytest.mark.parametrize("fault", ["N56", "N57"])
def test_a_record_that_comes_late_into_the_index_is_found(nights: Nights, fault: str) -> None:
    """Dated some days back when it appears: by its publication (N56), or by a midnight in New York (N57)."""
    nights.holds(10_100)
    with nights.store(create=True) as store:
        provide(nights, store)
    late = nights.pubmed.today - timedelta(days=1)
    nights.next_day()
    nights.pubmed.add(article(70_000_000, "A gene therapy of long ago", created=late)._replace(published=2019))
    done = nights.night()
    assert (done.code, sum(report.new for report in done.reports)) == (0, 1)
    assert nights.stored() == nights.truth()


def test_a_record_that_no_date_announces_is_found_by_the_count(nights: Nights) -> None:
    nights.holds(10_100)
    with nights.store(create=True) as store:
        provide(nights, store)
    nights.next_day()
    nights.pubmed.add(article(70_000_000, "A gene therapy of long ago", created=date(2015, 1, 1)))
    assert nights.night().code == 0
    assert nights.stored() == nights.truth()


@pytest.mark.parametrize("fault", ["N58"])
def test_a_record_that_vanishes_is_kept_and_marked_after_three_days(nights: Nights, fault: str) -> None:
    nights.holds(3, days=3_000)
    nights.night()
    text = nights.texts()["pubmed:80000001"]
    nights.pubmed.remove(80_000_001)
    states = []
    for _ in range(6):
        nights.next_day()
        assert nights.night().code == 0
        assert nights.night().code == 0  # a second look on the same day is no second miss
        states.append(nights.status(80_000_001))
    assert states == ["listed"] * 3 + ["vanished"] * 3  # its turn came on the second day
    assert nights.texts()["pubmed:80000001"] == text
    nights.pubmed.add(article(80_000_001, "A gene therapy, back", created=FIRST_NIGHT, revised=nights.pubmed.today))
    nights.next_day()
    nights.night()
    assert nights.status(80_000_001) == "listed"


@pytest.mark.parametrize("fault", ["N62"])
def test_a_mass_of_modifications_makes_no_versions_and_is_not_fetched_each_night(nights: Nights, fault: str) -> None:
    records = nights.holds(1_000)
    nights.night()
    nights.next_day(30)
    nights.pubmed.add(*(record._replace(revised=nights.pubmed.today) for record in records[:600]))
    done = nights.night()
    assert (done.code, sum(report.changed for report in done.reports)) == (0, 0)
    for _ in range(3):
        nights.next_day()
        asked = len(nights.standin.requests)
        assert nights.night().code == 0
    assert len(nights.fetched(asked)) <= 34


@pytest.mark.parametrize("fault", ["N63", "N64"])
def test_no_request_is_too_long_or_asks_for_too_much(nights: Nights, fault: str) -> None:
    nights.holds(900)
    nights.night()
    assert max(len(request.params.get("id", "").split(",")) for request in nights.standin.requests) == 200
    assert all(request.method == "POST" and not request.query for request in nights.standin.requests)


@pytest.mark.parametrize("fault", ["L13-future"])
def test_a_watermark_from_the_future_is_not_believed(nights: Nights, fault: str) -> None:
    nights.holds(30)
    nights.night()
    with nights.store() as store:
        store.set_watermark("pubmed", "gene-therapy", "2036-01-01", run=1)
    done = nights.night()
    assert done.code == 0
    assert "the watermark 2036-01-01 lies in PubMed's future; every record is listed again" in done.warnings
    assert nights.watermark() == FIRST_NIGHT.isoformat()


def test_a_change_between_two_runs_that_were_not_complete_is_not_lost(nights: Nights) -> None:
    nights.holds(30, days=3_000)
    nights.standin.fail(faults.without("80000010"), "efetch")
    assert nights.night().code == 3
    nights.next_day(20)
    record = nights.pubmed.records[80_000_007]
    changed = record.xml.replace("Invented gene", "Corrected gene")
    nights.pubmed.add(record._replace(xml=changed, revised=nights.pubmed.today))
    nights.next_day(20)
    nights.standin.heal()
    assert nights.night().code == 0
    assert nights.texts()["pubmed:80000007"].startswith("Corrected gene therapy record")


def test_a_change_is_not_lost_when_the_question_is_edited(nights: Nights) -> None:
    nights.holds(300, days=3_000)
    nights.night()
    record = nights.pubmed.records[80_000_007]
    changed = record.xml.replace("Invented gene", "Corrected gene")
    nights.next_day(20)
    nights.pubmed.add(record._replace(xml=changed, revised=nights.pubmed.today))
    nights.next_day(20)
    nights.questions = [Query("gene-therapy", "Gene therapy", f"{TERM} OR AAV[tiab]")]
    assert nights.night().code == 0
    assert nights.texts()["pubmed:80000007"].startswith("Corrected gene therapy record")


def test_a_record_that_comes_while_another_leaves_is_found_within_thirty_days(nights: Nights) -> None:
    nights.holds(10_100)
    with nights.store(create=True) as store:
        provide(nights, store)
    nights.pubmed.remove(80_000_001)
    nights.pubmed.add(article(70_000_000, "A gene therapy of long ago", created=date(2015, 1, 1)))
    nights.next_day(30)
    assert nights.night().code == 0
    assert "70000000" in nights.stored()


# A part of it


def test_a_limit_leaves_the_rest_and_the_watermark_for_later(nights: Nights) -> None:
    records = nights.holds(300)
    assert nights.night(limit=20).code == 0
    assert (nights.stored(), nights.watermark()) == (pmids(records[:20]), None)
    assert nights.runs()[0][2] == "part"
    assert nights.night().code == 0
    assert (nights.stored(), nights.watermark()) == (nights.truth(), FIRST_NIGHT.isoformat())


def test_since_asks_only_for_what_was_created_or_changed_since(nights: Nights) -> None:
    nights.holds(300, days=300)
    assert nights.night(since=FIRST_NIGHT - timedelta(days=9)).code == 0
    assert (len(nights.stored()), nights.watermark()) == (10, None)


def test_full_fetches_everything_anew(nights: Nights) -> None:
    nights.holds(300)
    nights.night()
    asked = len(nights.standin.requests)
    assert nights.night(full=True).code == 0
    assert sorted(nights.fetched(asked)) == sorted(nights.truth())


def test_a_dry_run_counts_and_writes_nothing(nights: Nights) -> None:
    nights.holds(30)
    done = nights.night(dry_run=True)
    assert (done.code, nights.stored(), nights.runs()) == (0, set(), [])
    assert "found=30, wanted=30" in done.line


def test_imported_pmids_are_fetched(nights: Nights) -> None:
    nights.holds(3)
    nights.pubmed.add(article(70_000_000, "Something else altogether", created=FIRST_NIGHT))
    with nights.store(create=True) as store:
        store.add_pending("pubmed", ["70000000"], "listed in pmids.txt")
    assert nights.night().code == 0
    assert (nights.stored(), nights.owed()) == (nights.truth() | {"70000000"}, set())


def test_new_records_are_tagged_in_the_transaction_that_stores_them(nights: Nights) -> None:
    from gtminer.pipeline import tagging

    nights.holds(3)
    nights.tagger = tagging.built_in()
    assert nights.night().code == 0
    with nights.store() as store:
        assert store.count_untagged(nights.tagger.version) == 0
        tags = store.connection.execute("SELECT count(DISTINCT document) FROM document_tag").fetchone()
        assert tags == (3,)
