"""The way to the servers: paced, patient within bounds, only where it may go, and never fooled by half an answer.

Faults have their ids of docs/faults.md in the tests' ids. Servers are real, on loopback; the clock of pacing and
retries is a false one, so that nobody waits.
"""

import contextlib
import gzip
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from clocks import FalseClock
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gtminer.errors import InputError
from gtminer.standin import faults
from gtminer.standin.faults import FAULTS
from gtminer.standin.server import Request, Response, StandIn
from gtminer.web import exchange
from gtminer.web.addresses import Addresses
from gtminer.web.download import Web
from gtminer.web.exchange import Call
from gtminer.web.failures import ExchangeError, Trouble
from gtminer.web.pacing import Pace, meeting_place
from gtminer.web.retries import Patience, retry_after

BODY = "The whole answer: β-globin, 10 µm, and so on.\n".encode() * 100
ADDRESS = "https://www.ema.europa.eu/documents/report.pdf"


class Pages:
    """A source that answers everything with BODY."""

    def answer(self, request: Request) -> Response:
        return Response(200, {"Content-Type": "application/octet-stream"}, BODY)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn() as server:
        server.mount("/", Pages())
        yield server


@pytest.fixture
def clock() -> FalseClock:
    return FalseClock()


@pytest.fixture
def web(standin: StandIn, clock: FalseClock) -> Iterator[Web]:
    # The pace of the stand-in's sources is of no interest here; waits are then those of retries alone.
    opened = Web(standin.base_urls, clock=clock, spacing_ms=dict.fromkeys(standin.base_urls, 1))
    yield opened
    opened.close()


def failure(act: Callable[[], object]) -> ExchangeError:
    with pytest.raises(ExchangeError) as caught:
        act()
    assert "\n" not in str(caught.value)
    return caught.value


def waits(clock: FalseClock) -> list[float]:
    """What was slept for longer than the pace."""
    return [seconds for seconds in clock.slept if seconds > 0.5]


def growing(slept: list[float], count: int) -> bool:
    bases = (1.0, 4.0, 15.0, 60.0)[:count]
    return len(slept) == count and all(
        base <= seconds <= base * 1.5 for base, seconds in zip(bases, slept, strict=True)
    )


# An answer, whole


def test_an_answer_is_what_the_server_sent_with_its_official_address(web: Web, standin: StandIn) -> None:
    answer = web.get(ADDRESS)
    assert (answer.status, answer.body, answer.url, answer.asked, answer.size) == (
        200, BODY, ADDRESS, ADDRESS, len(BODY),
    )  # fmt: skip
    (request,) = standin.requests
    assert request.path == "/documents/report.pdf"
    assert request.headers["user-agent"].startswith("gtminer/")
    assert request.headers["accept-encoding"] == "identity"


def test_a_large_body_goes_to_a_file_of_our_own_naming(web: Web, standin: StandIn, tmp_path: Path) -> None:
    evil = "attachment; filename=\"../../../etc/cron.d/x\"; filename*=UTF-8''..%2f..%2fevil.pdf"
    standin.fail(faults.with_headers({"Content-Disposition": evil}))
    answer = web.get("https://www.ema.europa.eu/a/..%2f..%2fevil.pdf", into=tmp_path / "raw")
    assert answer.path is not None
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()] == [
        f"raw/{answer.path.name}"
    ]
    assert answer.path.name.startswith("download-")
    assert (answer.path.read_bytes(), answer.body) == (BODY, b"")
    assert oct(answer.path.stat().st_mode & 0o777) == "0o600"


# Where an address leads


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://www.ema.europa.eu/x", "only https is allowed"),
        ("file:///etc/passwd", "only https is allowed"),
        ("ftp://www.ema.europa.eu/x", "only https is allowed"),
        ("https://www.ema.europa.eu:8443/x", "only the usual port is allowed"),
        ("https://www.ema.europa.eu@files.example.org/x", "an address with a user name is not allowed"),
        ("https://www.ema.europa.eu.example.org/x", "www.ema.europa.eu.example.org is not one of"),
        ("https://files.example.org/x", "files.example.org is not one of the sources' own hosts"),
        ("https://169.254.169.254/latest", "169.254.169.254 is not one of the sources' own hosts"),
        ("https://[::1]/", "::1 is not one of the sources' own hosts"),
        ("https://localhost/", "localhost is not one of the sources' own hosts"),
        ("https://[::1/", "Invalid IPv6 URL"),
    ],
)
def test_only_https_and_the_sources_own_hosts_are_asked(url: str, why: str) -> None:
    error = failure(lambda: Addresses().locate(url))
    assert str(error).startswith(f"refused to ask {url}: ")
    assert why in str(error)
    assert (error.trouble, error.transient) == (Trouble.REFUSED, False)


def test_a_base_address_is_asked_instead_and_announced() -> None:
    addresses = Addresses({"ema": "http://127.0.0.1:8080"})
    place = addresses.locate("https://www.ema.europa.eu/a b/ü.pdf#page=2")
    assert place == (
        "ema", "http://127.0.0.1:8080/a%20b/%C3%BC.pdf", "https://www.ema.europa.eu/a%20b/%C3%BC.pdf", True,
    )  # fmt: skip
    assert addresses.announcements() == [
        "https://www.ema.europa.eu is asked at http://127.0.0.1:8080/ (GTMINER_EMA_URL)"
    ]
    assert Addresses().announcements() == []


@pytest.mark.parametrize("base", ["ftp://x/", "127.0.0.1:80", "http://user:word@x/", "http://x/?a=b", "http://x:no/"])
def test_a_base_address_that_is_none_is_refused_with_an_example(base: str) -> None:
    with pytest.raises(InputError) as caught:
        Addresses({"ema": base})
    assert str(caught.value) == (
        f"GTMINER_EMA_URL: '{base}' is not a base address; write for example http://127.0.0.1:8080/"
    )


@pytest.mark.parametrize("address", ["10.1.2.3", "169.254.169.254", "127.0.0.1", "::1", "fd00::1", "192.168.1.1"])
def test_a_name_of_a_source_that_leads_to_a_private_address_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int, **how: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = failure(lambda: Web().get(ADDRESS))
    assert str(error) == "refused to ask www.ema.europa.eu: the name leads to a private address"
    assert (error.trouble, error.tries) == (Trouble.REFUSED, 1)


# Redirects


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ("G21", "refused to ask http://eutils.ncbi.nlm.nih.gov/entrez/eutils/esearch.fcgi: only https is allowed"),
        ("G22-link-local", "169.254.169.254 is not one of the sources' own hosts"),
        ("G22-private", "10.0.0.1 is not one of the sources' own hosts"),
        ("G22-ipv6", "::1 is not one of the sources' own hosts"),
        ("G22-localhost", "localhost is not one of the sources' own hosts"),
        ("G23", "refused to ask file:///etc/passwd: only https is allowed"),
        ("G24", "redirects more than 5 times"),
        ("G25", "files.example.org is not one of the sources' own hosts"),
    ],
)
def test_a_redirect_is_checked_before_it_is_followed(fault: str, named: str, web: Web, standin: StandIn) -> None:
    standin.fail(FAULTS[fault])
    error = failure(lambda: web.get(ADDRESS))
    assert named in str(error)
    assert (error.trouble, error.tries) == (Trouble.REFUSED, 1)
    assert len(standin.requests) == (6 if fault == "G24" else 1)


def test_a_redirect_within_the_source_is_followed_and_its_address_told(web: Web, standin: StandIn) -> None:
    standin.fail(faults.redirects("https://www.ema.europa.eu/en/report.pdf", 301), times=1)
    answer = web.get(ADDRESS)
    assert (answer.body, answer.url, answer.asked) == (BODY, "https://www.ema.europa.eu/en/report.pdf", ADDRESS)


def test_a_form_is_never_sent_on_to_another_address(web: Web, standin: StandIn) -> None:
    standin.fail(faults.redirects("https://www.ema.europa.eu/elsewhere"))
    error = failure(lambda: web.ask(Call(ADDRESS, b"api_key=0123456789abcdef")))
    assert str(error).endswith("redirects to https://www.ema.europa.eu/elsewhere; refused for a POST")
    assert len(standin.requests) == 1


def test_a_password_in_netrc_is_not_sent(
    web: Web, standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    web.get(ADDRESS)
    assert "authorization" not in standin.requests[0].headers


# Answers that break off, and servers that say nothing

SILENT = ("G06", "G07")


@pytest.mark.parametrize("fault", ["G03", "G04", "G06", "G07", "G08", "G09", "G11", "G12", "G15", "G15-502", "G15-503",
                                   "G15-504", "N01", "N02", "N03"])  # fmt: skip
def test_what_fails_once_or_twice_is_asked_again_without_a_word(
    fault: str, web: Web, standin: StandIn, clock: FalseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault in SILENT:
        monkeypatch.setattr(exchange, "SILENCE_TIMEOUT_S", 0.2)
    standin.fail(FAULTS[fault], times=2)
    assert web.get(ADDRESS, deadline_s=0.7).body == BODY
    assert (len(standin.requests), web.requests, web.patience.retries) == (3, 3, 2)
    assert len(waits(clock)) == 2
    if fault == "N01":
        assert min(waits(clock)) >= 2
    else:
        assert growing(waits(clock), 2)


FOREVER = {
    "G03": ("cannot reach 127.0.0.1:PORT (Connection reset by peer)", Trouble.UNREACHABLE),
    "G04": ("127.0.0.1:PORT broke off in the middle of an answer (Connection reset by peer)", Trouble.CUT),
    "G06": ("127.0.0.1:PORT does not answer", Trouble.UNREACHABLE),
    "G07": ("127.0.0.1:PORT fell silent in the middle of an answer", Trouble.CUT),
    "G08": ("www.ema.europa.eu did not finish answering within 0.7 s", Trouble.UNREACHABLE),
    "G09": ("127.0.0.1:PORT: the answer was cut", Trouble.CUT),
    "G11": ("127.0.0.1:PORT: the answer was cut", Trouble.CUT),
    "G12": ("127.0.0.1:PORT: the answer was cut", Trouble.CUT),
    "G14": ("127.0.0.1:PORT sends an unexpected encoding 'br' that was not asked for", Trouble.UNEXPECTED),
    "G16": ("www.ema.europa.eu answers 500", Trouble.SERVER),
    "G28": ("cannot reach 127.0.0.1:PORT (got more than 100 headers)", Trouble.UNREACHABLE),
    "N04": ("www.ema.europa.eu: too many requests (429)", Trouble.RATE),
}


@pytest.mark.parametrize("fault", FOREVER)
def test_what_fails_for_ever_ends_after_five_tries_in_one_line(
    fault: str, web: Web, standin: StandIn, clock: FalseClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, trouble = FOREVER[fault]
    if fault in SILENT:
        monkeypatch.setattr(exchange, "SILENCE_TIMEOUT_S", 0.2)
    standin.fail(FAULTS[fault])
    error = failure(lambda: web.get(ADDRESS, deadline_s=0.7, into=tmp_path / "raw"))
    assert str(error) == words.replace("PORT", standin.url.rpartition(":")[2])
    assert (error.trouble, error.tries, len(standin.requests)) == (trouble, 5, 5)
    assert growing(waits(clock), 4)
    for thread in threading.enumerate():  # a dripping answer is dropped at its next drop
        if thread.name == "exchange":
            thread.join(10)
    assert not list((tmp_path / "raw").glob("*")), "nothing of the answer was kept"


def test_a_server_whose_headers_drip_is_given_up_at_the_deadline(web: Web, standin: StandIn) -> None:
    standin.fail(faults.sent("drip_headers"))
    call = Call(ADDRESS, deadline_s=0.6)
    error = failure(lambda: web.once(call))
    assert str(error) == "www.ema.europa.eu did not finish answering within 0.6 s"
    standin.heal()
    assert web.once(call).body == BODY, "the next request has a connection of its own"


def test_a_connection_that_nobody_accepts_is_given_up_g05(clock: FalseClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "CONNECT_TIMEOUT_S", 0.1)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port = listening.getsockname()[1]
        fillers = [socket.socket() for _ in range(3)]  # with the queue full, the system swallows further SYNs
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
            web = Web({"ema": f"http://127.0.0.1:{port}"}, clock=clock, patience=Patience(clock, tries=2))
            error = failure(lambda: web.get(ADDRESS))
        finally:
            for filler in fillers:
                filler.close()
    assert (str(error), error.tries) == (f"127.0.0.1:{port} does not answer", 2)


def test_a_closed_port_is_one_line_g02(clock: FalseClock) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    error = failure(lambda: Web({"ema": f"http://127.0.0.1:{port}"}, clock=clock).get(ADDRESS))
    assert str(error) == f"cannot reach 127.0.0.1:{port} (Connection refused)"
    assert (error.trouble, error.tries) == (Trouble.UNREACHABLE, 5)
    assert growing(waits(clock), 4)


def test_a_name_that_does_not_resolve_is_one_line_g01(clock: FalseClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int, **how: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = failure(lambda: Web(clock=clock).get(ADDRESS))
    assert str(error) == "cannot resolve www.ema.europa.eu (Name or service not known)"
    assert (error.trouble, error.tries) == (Trouble.UNREACHABLE, 5)


def test_a_broken_proxy_is_named_g26(clock: FalseClock, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    monkeypatch.setenv("https_proxy", f"http://someone:secret@127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "")
    error = failure(lambda: Web(clock=clock).get(ADDRESS))
    assert str(error) == (
        f"www.ema.europa.eu cannot be reached through the proxy 127.0.0.1:{port} (Connection refused)"
    )


def test_a_server_on_this_machine_is_asked_without_the_proxy(
    web: Web, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    assert web.get(ADDRESS).body == BODY


def test_a_body_that_ends_early_without_a_length_is_for_the_caller_to_refuse_g10(
    web: Web, standin: StandIn, tmp_path: Path
) -> None:
    def whole(answer: exchange.Answer) -> None:
        assert answer.path is not None
        if answer.path.read_bytes() != BODY:
            raise ExchangeError("not whole", trouble=Trouble.CUT, transient=True)

    standin.fail(FAULTS["G10"], times=1)
    answer = web.get(ADDRESS, accept=whole, into=tmp_path)
    assert (list(tmp_path.iterdir()), len(standin.requests)) == ([answer.path], 2)


@pytest.mark.parametrize("fault", ["G27"])
def test_bytes_are_handed_on_whatever_charset_the_header_claims(fault: str, web: Web, standin: StandIn) -> None:
    standin.fail(FAULTS[fault])
    assert web.get(ADDRESS).body == BODY


# Too much


def test_a_body_larger_than_allowed_is_stopped_and_not_asked_again(web: Web, standin: StandIn) -> None:
    error = failure(lambda: web.get(ADDRESS, max_bytes=len(BODY) - 1))
    assert str(error) == f"{ADDRESS} is larger than 0.004799 MB"
    assert (error.trouble, error.transient, len(standin.requests)) == (Trouble.TOO_LARGE, False, 1)
    assert web.get(ADDRESS, max_bytes=len(BODY)).body == BODY


@pytest.mark.parametrize("fault", ["G13"])
def test_a_bomb_is_stopped_at_the_cap_and_never_held_whole(
    fault: str, web: Web, standin: StandIn, tmp_path: Path
) -> None:
    bomb = FAULTS[fault](Request(1, 0.0, "GET", "/", "", {}, {}), Response())
    standin.fail(lambda request, response: bomb)
    tracemalloc.start()
    try:
        error = failure(lambda: web.get(ADDRESS, max_bytes=20_000_000, into=tmp_path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (str(error), error.trouble) == (f"{ADDRESS} is larger than 20 MB", Trouble.TOO_LARGE)
    assert peak < 10_000_000
    assert list(tmp_path.iterdir()) == []


def test_gzip_that_was_not_asked_for_is_read_to_its_last_member(web: Web, standin: StandIn) -> None:
    parts = gzip.compress(BODY[:1000]) + gzip.compress(BODY[1000:])
    standin.fail(faults.says(200, parts, {"Content-Encoding": "gzip"}))
    assert web.get(ADDRESS).body == BODY


def test_headers_without_end_are_a_clean_error(web: Web, standin: StandIn, clock: FalseClock) -> None:
    standin.fail(faults.with_headers({"X-Filler": "x" * 60_000, "X-More": "y" * 60_000}))
    error = failure(lambda: web.get(ADDRESS))
    assert error.trouble in (Trouble.TOO_LARGE, Trouble.UNREACHABLE)


# Waits


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("2", 2.0),
        (" 120 ", 120.0),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1e400", None),
        ("9" * 400, 1e9),
        ("1000000000000", 1e9),
        ("Sun, 22 Nov 2026 17:00:30 GMT", 30.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
    ],
)
def test_a_wish_to_be_asked_later_is_read_by_the_servers_clock_g18(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, "Sun, 22 Nov 2026 17:00:00 GMT") == seconds


@pytest.mark.parametrize("fault", ["G17"])
def test_a_server_that_asks_for_two_minutes_gets_them(
    fault: str, web: Web, standin: StandIn, clock: FalseClock
) -> None:
    standin.fail(FAULTS[fault], times=1)
    assert web.get(ADDRESS).body == BODY
    assert waits(clock) == [120.0]


@pytest.mark.parametrize("fault", ["G18-date", "G18-negative", "G18-garbage"])
def test_a_senseless_wish_is_no_wish(fault: str, web: Web, standin: StandIn, clock: FalseClock) -> None:
    standin.fail(FAULTS[fault], times=1)
    assert web.get(ADDRESS).body == BODY
    assert growing(waits(clock), 1)


@pytest.mark.parametrize("fault", ["G18-huge"])
def test_a_wish_beyond_what_a_run_may_wait_stops_the_host(
    fault: str, web: Web, standin: StandIn, clock: FalseClock
) -> None:
    standin.fail(FAULTS[fault])
    assert str(failure(lambda: web.get(ADDRESS))) == "www.ema.europa.eu answers 503"
    later = failure(lambda: web.get(ADDRESS))
    assert str(later) == (
        "www.ema.europa.eu is not asked any more in this run: "
        "the server asks to wait 1000000000 s, longer than this run may"
    )
    assert (later.trouble, len(standin.requests), waits(clock)) == (Trouble.BUDGET, 1, [])
    standin.heal()
    assert web.get("https://www.fda.gov/x").body == BODY, "other hosts are still asked"


def test_each_wait_is_told_with_its_reason(clock: FalseClock) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    told: list[str] = []
    web = Web({"ema": f"http://127.0.0.1:{port}"}, clock=clock, patience=Patience(clock, tries=3, tell=told.append))
    why = str(failure(lambda: web.get(ADDRESS)))
    assert told == [f"{why}; trying again in {seconds:.0f} s" for seconds in waits(clock)]
    assert len(told) == 2


def test_a_host_that_fails_ten_times_in_a_row_is_left_alone(web: Web, standin: StandIn) -> None:
    standin.fail(FAULTS["G16"])
    tries = [failure(lambda: web.get(ADDRESS)).tries for _ in range(4)]
    assert tries == [5, 5, 2, 0]
    assert len(standin.requests) == 12


def test_a_run_waits_no_longer_than_its_budget(standin: StandIn, clock: FalseClock) -> None:
    web = Web(standin.base_urls, clock=clock, patience=Patience(clock, run_wait_s=10.0))
    standin.fail(FAULTS["G16"])
    assert failure(lambda: web.get(ADDRESS)).tries == 3
    assert sum(waits(clock)) <= 10
    assert str(failure(lambda: web.get(ADDRESS))).endswith("this run has waited long enough")


def test_waits_are_not_the_same_in_two_runs(standin: StandIn) -> None:
    standin.fail(FAULTS["G16"])
    slept = []
    for _ in range(2):
        clock = FalseClock()
        failure(partial(Web(standin.base_urls, clock=clock).get, ADDRESS))
        slept.append(waits(clock))
    assert slept[0] != slept[1]


@pytest.mark.parametrize("status", [304, 400, 401, 403, 404, 410])
def test_a_status_that_another_try_cannot_change_is_the_callers_to_judge(
    status: int, web: Web, standin: StandIn
) -> None:
    standin.fail(faults.says(status, b""))
    assert (web.get(ADDRESS).status, len(standin.requests)) == (status, 1)


def test_a_source_that_says_too_many_requests_is_asked_more_slowly(standin: StandIn, clock: FalseClock) -> None:
    web = Web(standin.base_urls, clock=clock, spacing_ms={"ema": 400})
    standin.fail(FAULTS["N01"], times=1)
    web.get(ADDRESS)
    before = clock.time
    web.get(ADDRESS)
    assert clock.time - before == pytest.approx(0.8, abs=0.01)


# The pace


def test_requests_to_a_host_are_spaced_evenly_and_hosts_do_not_wait_for_each_other(clock: FalseClock) -> None:
    pace = Pace(None, clock)
    asked = []
    for host in ("a", "a", "b", "a"):
        pace.wait(host, 400)
        asked.append(round(clock.time - 1_000, 2))
    pace.close()
    assert asked == [0, 0.4, 0.4, 0.8]


def test_a_restart_of_the_machine_does_not_hold_requests_back(tmp_path: Path) -> None:
    late, early = FalseClock(), FalseClock()
    late.time = 1e6
    for clock in (late, early):  # the monotonic clock begins anew with the machine
        pace = Pace(tmp_path, clock)
        pace.wait("a", 400)
        pace.close()
    assert early.slept == []


def test_the_place_where_processes_meet_is_the_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    place = meeting_place()
    assert (place.parent, oct(place.stat().st_mode & 0o777)) == (tmp_path, "0o700")


ASK = """
import sys
from pathlib import Path
from gtminer.web.download import Web
url, place, key, count = sys.argv[1:]
web = Web({"eutils": f"{url}/entrez/eutils/"}, meeting_place=Path(place), with_key=key == "key")
for number in range(int(count)):
    web.get(f"https://eutils.ncbi.nlm.nih.gov/entrez/eutils/einfo.fcgi?n={number}")
"""


@pytest.mark.parametrize("fault", ["N05-no-key", "N05-key"])
def test_two_processes_together_stay_below_the_limit_in_any_second(fault: str, tmp_path: Path) -> None:
    key = fault == "N05-key"
    limit, each = (10, 10) if key else (3, 4)
    with StandIn(limit_per_s=lambda request: limit) as standin:
        standin.mount("/", Pages())
        asking = [
            subprocess.Popen([sys.executable, "-c", ASK, standin.url, str(tmp_path), "key" if key else "", str(each)])
            for _ in range(2)
        ]
        assert [process.wait(60) for process in asking] == [0, 0]
        moments = [request.at for request in standin.requests]
    assert (len(moments), standin.rate_violations) == (2 * each, 0)
    assert max(sum(start <= other < start + 1 for other in moments) for start in moments) <= limit


# Certificates


class Certificates(NamedTuple):
    """Files of a throw-away authority and of a server it vouches for."""

    authority: Path
    chain: Path


def certificates(folder: Path, *, name: str, days: int, signed_by_itself: bool = False) -> Certificates:
    """Make a certificate for *name* that ends in *days*, and the authority that signed it."""

    def subject(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    built = []
    for number, (text, ends) in enumerate([("Invented authority", 30), (name, days)]):
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject(text))
            .issuer_name(subject(text if signed_by_itself else "Invented authority"))
            .public_key(keys[number].public_key())
            .serial_number(number + 1)
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=ends))
            .add_extension(x509.BasicConstraints(ca=number == 0, path_length=None), critical=True)
        )
        if number == 1:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        built.append(builder.sign(keys[number if signed_by_itself else 0], hashes.SHA256()))
    pem = serialization.Encoding.PEM
    made = Certificates(folder / "authority.pem", folder / "server.pem")
    made.authority.write_bytes(built[0].public_bytes(pem))
    key = keys[1].private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made.chain.write_bytes(key + built[1].public_bytes(pem))
    return made


class Shaking(socketserver.BaseRequestHandler):
    """Shakes hands over TLS, and answers nothing."""

    def handle(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server.chain)  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):
            context.wrap_socket(self.request, server_side=True).close()


@pytest.mark.parametrize(
    ("fault", "how", "why"),
    [
        ("G19-expired", {"name": "localhost", "days": -1}, "certificate has expired"),
        ("G19-wrong-host", {"name": "other.example.org", "days": 30}, "certificate is not valid for 'localhost'"),
        ("G19-self-signed", {"name": "localhost", "days": 30, "signed_by_itself": True}, "self-signed certificate"),
    ],
    ids=["G19-expired", "G19-wrong-host", "G19-self-signed"],
)
def test_a_certificate_that_does_not_hold_ends_it_at_once(
    fault: str,
    how: dict[str, Any],
    why: str,
    clock: FalseClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = certificates(tmp_path, **how)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made.authority))
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Shaking) as server:
        server.chain = made.chain  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        port = server.server_address[1]
        web = Web({"ema": f"https://localhost:{port}"}, clock=clock)
        error = failure(lambda: web.get(ADDRESS))
        server.shutdown()
    assert str(error).startswith(f"localhost:{port}: the certificate is not valid (")
    assert why in str(error).replace("doesn't match", "is not valid for").replace("Hostname mismatch, ", "")
    assert (error.trouble, error.tries, clock.slept) == (Trouble.CERTIFICATE, 1, [])
