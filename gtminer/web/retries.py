"""When to try again: stamina around a whole exchange, body included, with budgets a call, a host and a run."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import stamina
import stamina.instrumentation

from gtminer.web.failures import ExchangeError, Trouble
from gtminer.web.pacing import Clock, SystemClock

TRIES = 5
WAITS_S = (1.0, 4.0, 15.0, 60.0)  # before the 2nd, 3rd, 4th, 5th try; up to half as much again is added
LONGEST_WAIT_S = 600.0  # what Retry-After may ask of us
HOST_FAILURES = 10  # in a row: the host is left alone for the rest of the run
RUN_WAIT_S = 1_800.0  # for all waits of a run together

# Retries are recorded in the run; stamina's own log line would land on stderr.
stamina.instrumentation.set_on_retry_hooks([])

T = TypeVar("T")


class Patience:
    """The retries of one run. All waits pass through *clock*, so that a test need not wait; *tell* hears of each."""

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        tries: int = TRIES,
        run_wait_s: float = RUN_WAIT_S,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._tries = tries
        self._tell = tell
        self._left_s = run_wait_s
        self._failures: dict[str, int] = {}
        self._stopped: dict[str, str] = {}
        self.retries = 0

    def attempt(self, host: str, exchange: Callable[[], T], *, tries: int | None = None) -> T:
        """Return *exchange*'s value, trying again what is transient. The last ExchangeError is raised, with its tries.

        *exchange* includes the reading and the checking of the body: a status says little. *tries* may lower the
        number of tries, for a part of a page that has failed as a whole.
        """
        self._refuse_if_stopped(host)
        most = min(tries or self._tries, self._tries)
        done = 0

        def wait(error: Exception) -> bool | float:
            if not isinstance(error, ExchangeError) or not error.transient or done >= most:
                return False
            return self._wait(host, error, done)

        try:
            for attempt in stamina.retry_context(on=wait, attempts=most, timeout=None):
                with attempt:
                    done += 1
                    value = exchange()
                    self._failures[host] = 0
                    return value
        except ExchangeError as error:
            error.tries = done
            raise
        raise AssertionError("stamina ends with a value or an error")

    def stop(self, host: str, why: str) -> None:
        """Ask *host* nothing more in this run."""
        self._stopped.setdefault(host, why)

    def _wait(self, host: str, error: ExchangeError, tries: int) -> bool | float:
        self._failures[host] = self._failures.get(host, 0) + 1
        if self._failures[host] >= HOST_FAILURES:
            self.stop(host, f"{HOST_FAILURES} failures in a row, the last: {error}")
            return False
        base = WAITS_S[min(tries, len(WAITS_S)) - 1]
        seconds = base + random.uniform(0, base / 2)  # noqa: S311  # jitter, not a secret
        if error.retry_after is not None:
            if error.retry_after > min(LONGEST_WAIT_S, self._left_s):
                self.stop(host, f"the server asks to wait {error.retry_after:.0f} s, longer than this run may")
                return False
            seconds = max(seconds, error.retry_after)
        if seconds > self._left_s:
            self.stop(host, "this run has waited long enough")
            return False
        self._left_s -= seconds
        self.retries += 1
        self._tell(f"{error}; trying again in {seconds:.0f} s")
        # We wait here, by a clock that tests can replace, and tell stamina to go on at once.
        self._clock.sleep(seconds)
        return 0.0

    def _refuse_if_stopped(self, host: str) -> None:
        if why := self._stopped.get(host):
            raise ExchangeError(f"{host} is not asked any more in this run: {why}", trouble=Trouble.BUDGET, tries=0)


def retry_after(value: str | None, date: str | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for, or None where it says nothing usable.

    A date is compared with the server's own *date* header, never with our clock. Zero, negative and
    unreadable values are no wish at all: the usual growing waits apply.
    """
    if value is None:
        return None
    try:
        seconds = float(min(int(value.strip()), 10**9))
    except ValueError:
        try:
            now = parsedate_to_datetime(date) if date else datetime.now(UTC)
            seconds = (parsedate_to_datetime(value) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return seconds if seconds > 0 else None
