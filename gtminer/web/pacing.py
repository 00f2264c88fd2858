"""How fast a host may be asked: one budget a host, shared by all processes of this user on this machine.

NCBI counts 3 requests a second per address without a key and 10 with one; we stay below in *any* second, so
requests are spaced evenly instead of allowing bursts.
"""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from pyrate_limiter import Rate, RateItem, SQLiteBucket

# Milliseconds between two requests.
NCBI = 400  # 2.5 a second
NCBI_WITH_KEY = 125  # 8 a second
EMA = 2_000  # one request each 2 s was answered without blocking (EMA, 2026)
FDA = 5_000  # its abuse detection answers faster clients with an apology
OPENFDA = 300  # 240 a minute are allowed
STAND_IN = 10  # a server of ours on this machine


class Clock(Protocol):
    """Time as pacing and retries need it; tests bring their own."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait; a signal handler that raises ends it."""
        time.sleep(seconds)


class _MachineBucket(SQLiteBucket):
    """A bucket on the monotonic clock, which all processes share and which no clock change moves."""

    clock: Clock

    def now(self) -> int:
        """Milliseconds since the machine started."""
        return int(self.clock.monotonic() * 1000)


class Pace:
    """Waits until a host may be asked again; *directory* is where the processes meet (None: this process alone)."""

    def __init__(self, directory: Path | None, clock: Clock | None = None) -> None:
        self._directory = directory
        self._clock = clock or SystemClock()
        self._buckets: dict[tuple[str, int], _MachineBucket] = {}
        self._not_before: dict[str, float] = {}

    def wait(self, host: str, spacing_ms: int) -> None:
        """Return when *host* may be asked, at least *spacing_ms* after the last request of any process."""
        pause = self._not_before.get(host, 0.0) - self._clock.monotonic()
        if pause > 0:
            self._clock.sleep(pause)
        bucket = self._bucket(host, spacing_ms)
        while True:
            with _locked(bucket):
                now = bucket.now()
                item = RateItem(host, now)
                if bucket.put(item):
                    bucket.leak(now)
                    return
                decision = bucket._recorded_wait(item)  # the wait belongs to the verdict of this very put
            self._clock.sleep((decision or 1) / 1000)

    def hold(self, host: str, seconds: float) -> None:
        """Let nobody of this process ask *host* for *seconds*."""
        self._not_before[host] = max(self._not_before.get(host, 0.0), self._clock.monotonic() + seconds)

    def close(self) -> None:
        """Close the meeting place."""
        for bucket in self._buckets.values():
            bucket.close()  # type: ignore[no-untyped-call]  # its type is missing there
        self._buckets.clear()

    def _bucket(self, host: str, spacing_ms: int) -> _MachineBucket:
        key = (host, spacing_ms)
        if key not in self._buckets:
            name = "".join(char if char.isalnum() else "_" for char in host)
            path = self._directory / f"pace-{name}.sqlite" if self._directory else None
            bucket: _MachineBucket = _MachineBucket.init_from_file(  # type: ignore[assignment]  # says SQLiteBucket
                [Rate(1, spacing_ms)],
                table="asked",
                db_path=str(path) if path else ":memory:",
                use_file_lock=path is not None,
            )
            bucket.clock = self._clock
            with _locked(bucket):
                # The monotonic clock starts anew with the machine: what lies ahead is from before.
                bucket.conn.execute("DELETE FROM asked WHERE item_timestamp > ?", (bucket.now(),))
                bucket.conn.commit()
            self._buckets[key] = bucket
        return self._buckets[key]


@contextmanager
def _locked(bucket: SQLiteBucket) -> Iterator[None]:
    # The bucket's own locks are re-entrant: what we do between two of its calls is seen by nobody.
    with bucket.lock:
        yield


def meeting_place() -> Path:
    """Return the directory where the user's processes meet, 0700 and not a link; made when missing."""
    from platformdirs import PlatformDirs

    with warnings.catch_warnings():
        # cron sets no XDG_RUNTIME_DIR; the fall-back is what we want then.
        warnings.simplefilter("ignore")
        directory = Path(PlatformDirs("gtminer", appauthor=False).user_runtime_dir)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory
