"""The network as the sources see it: paced, patient, and only where it may go."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from gtminer import __version__
from gtminer.text import one_line
from gtminer.web.addresses import SOURCES, Addresses
from gtminer.web.exchange import Answer, Call, Exchanger
from gtminer.web.failures import ExchangeError, Trouble
from gtminer.web.pacing import EMA, FDA, NCBI, NCBI_WITH_KEY, OPENFDA, STAND_IN, Clock, Pace
from gtminer.web.retries import Patience, retry_after

T = TypeVar("T")

USER_AGENT = f"gtminer/{__version__} (evidence mining of gene-therapy literature; one request at a time)"


class Web:
    """One run's way to the servers. Every request of gtminer passes here."""

    def __init__(
        self,
        base_urls: Mapping[str, str] | None = None,
        *,
        meeting_place: Path | None = None,
        with_key: bool = False,
        user_agent: str | None = None,
        clock: Clock | None = None,
        spacing_ms: Mapping[str, int] | None = None,
        patience: Patience | None = None,
    ) -> None:
        """*base_urls* is config's, *meeting_place* the directory of pacing, *spacing_ms* a pace by source."""
        self.addresses = Addresses(base_urls)
        self.pace = Pace(meeting_place, clock)
        self.patience = patience or Patience(clock)
        self.requests = 0
        self.answers = 0  # of servers that work: with none, nobody was reached
        self._exchanger = Exchanger(self.addresses, user_agent or USER_AGENT)
        self._spacing = {"eutils": NCBI_WITH_KEY if with_key else NCBI, "ema": EMA, "fda": FDA, "openfda": OPENFDA}
        for source in ("ema", "fda", "openfda"):
            if self.addresses.is_loopback(source):
                self._spacing[source] = STAND_IN
        self._spacing |= spacing_ms or {}

    def get(
        self,
        url: str,
        *,
        max_bytes: int = 50_000_000,
        deadline_s: float = 300.0,
        accept: Callable[[Answer], None] | None = None,
        into: Path | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer to a GET of *url*; what is transient (no answer, cut, 408, 429, 5xx) was tried again.

        Other statuses (200, 304, 403, 404, ...) are returned for the caller to judge. *accept* may raise
        ExchangeError to refuse a body; with ``transient=True`` it is asked for again. With *into* the body goes to a
        new file in that directory (`Answer.path`), which the caller renames or removes.
        """
        return self.ask(Call(url, None, headers or {}, max_bytes, deadline_s, into), accept)

    def ask(self, call: Call, accept: Callable[[Answer], None] | None = None) -> Answer:
        """Return the answer to *call*, as `get` does."""
        place = self.addresses.locate(call.url)

        def exchange() -> Answer:
            answer = self.once(call)
            try:
                if accept is not None:
                    accept(answer)
            except BaseException:
                if answer.path is not None:
                    answer.path.unlink(missing_ok=True)
                raise
            return answer

        return self.attempt(place.source, exchange)

    def attempt(self, source: str, exchange: Callable[[], T], *, tries: int | None = None) -> T:
        """Return *exchange*'s value, trying again what is transient; for what asks through `once`."""
        return self.patience.attempt(SOURCES[source].hosts[0], exchange, tries=tries)

    def once(self, call: Call) -> Answer:
        """Return the answer to one request, paced. Raises a transient ExchangeError for "later"."""
        place = self.addresses.locate(call.url)
        host = SOURCES[place.source].hosts[0]
        self.pace.wait(host, self._spacing[place.source])
        self.requests += 1
        answer = self._exchanger.ask(call)
        self.answers += answer.status < 500
        try:
            self._check_status(answer, host, place.source)
        except ExchangeError:
            if answer.path is not None:
                answer.path.unlink(missing_ok=True)
            raise
        return answer

    def stop(self, source: str, why: str) -> None:
        """Ask *source*'s host nothing more in this run."""
        self.patience.stop(SOURCES[source].hosts[0], why)

    def slow_down(self, source: str, spacing_ms: int) -> None:
        """Ask *source* from now on at most once in *spacing_ms*, as its robots.txt wishes; never faster than before."""
        if not self.addresses.is_loopback(source):
            self._spacing[source] = max(self._spacing[source], spacing_ms)

    def close(self) -> None:
        """Close connections and the meeting place."""
        self._exchanger.close()
        self.pace.close()

    def _check_status(self, answer: Answer, host: str, source: str) -> None:
        """Raise a transient ExchangeError for the statuses that mean "later"."""
        wish = retry_after(answer.headers.get("retry-after"), answer.headers.get("date"))
        if answer.status == 429 or (answer.status == 200 and says_rate_limit(answer.body)):
            self._spacing[source] *= 2  # the server knows better what it stands
            raise ExchangeError(
                f"{host}: too many requests ({answer.status})", trouble=Trouble.RATE, transient=True, retry_after=wish
            )
        if answer.status == 408 or answer.status >= 500:
            raise ExchangeError(
                f"{host} answers {answer.status}", trouble=Trouble.SERVER, transient=True, retry_after=wish
            )


def says_rate_limit(body: bytes) -> bool:
    """Is *body* a gateway's JSON note about too many requests? It has come with status 200 as well."""
    if body.lstrip()[:1] != b"{" or len(body) > 2_000:
        return False
    try:
        note = json.loads(body)
    except (ValueError, RecursionError):
        return False
    error = note.get("error") if isinstance(note, dict) else None
    return isinstance(error, str) and "rate limit" in one_line(error).lower()
