"""Nights of fetching from the stand-in's EMA and FDA, through the ordinary code: web, sources, pipeline, store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from gtminer.model import Document, Provenance
from gtminer.pipeline.holdings import Report
from gtminer.pipeline.regulators import Regulators, WorkerReader
from gtminer.standin import regulators
from gtminer.standin.server import StandIn
from gtminer.store.database import Store
from gtminer.store.listings import Held, Listed, held
from gtminer.web.download import Web

FIRST_NIGHT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


class FakeClock:
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.at = 1_000.0
        self.waited = 0.0

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds
        self.waited += seconds


class RememberingReader:
    """The real reader in its worker process; the same bytes are read once in a session."""

    def __init__(self, reader: WorkerReader) -> None:
        self.version = reader.version
        self.read: list[str] = []  # doc_ids asked for
        self._reader = reader
        self._known: dict[tuple[bytes, Listed], Document] = {}

    def __call__(self, content: bytes, listed: Listed, provenance: Provenance) -> Document:
        self.read.append(listed.doc_id)
        if (content, listed) not in self._known:
            self._known[content, listed] = self._reader(content, listed, provenance)
        return self._known[content, listed]._replace(provenance=provenance)


@pytest.fixture(scope="session")
def reader() -> Iterator[RememberingReader]:
    """One PDF worker for all nights."""
    own = WorkerReader()
    yield RememberingReader(own)
    own.close()


class Nights:
    """A stand-in, a store, and a clock; each call of `ema` or `fda` is a night's run, the next day."""

    def __init__(self, folder: Path, reader: RememberingReader) -> None:
        self.standin = StandIn()
        self.sources = regulators.Regulators.mounted(self.standin)
        self.today = FIRST_NIGHT
        self.standin.now = self.sources.ema.now = lambda: self.today
        self.cache = folder / "cache"
        self.cache.mkdir()
        self.store = Store.open(self.cache / "gtminer.sqlite", create=True)
        self.clock = FakeClock()
        self.environment: dict[str, str] = {}
        self.openfda_key: str | None = None
        self.reader = reader

    def __enter__(self) -> Self:
        self.standin.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()
        self.standin.__exit__(kind, error, trace)

    @contextmanager
    def run(self, **options: bool | int) -> Iterator[Regulators]:
        """One run of `fetch`: its own way to the network, whose waits cost no time."""
        web = Web(self.standin.base_urls, clock=self.clock)
        try:
            with Regulators(
                self.store, web, self.cache, read_pdf=self.reader, now=lambda: self.today,
                environment=self.environment, openfda_key=self.openfda_key, **options,  # type: ignore[arg-type]  # tests pass full, limit, dry_run
            ) as run:  # fmt: skip
                yield run
        finally:
            web.close()
            self.today += timedelta(days=1)

    def ema(self, products: tuple[str, ...] | None = None, **options: bool | int) -> Report:
        """Fetch from the EMA, one night."""
        with self.run(**options) as run:
            return run.fetch_ema("gene-therapy", products)

    def fda(self, products: tuple[str, ...] | None = None, **options: bool | int) -> Report:
        """Fetch from FDA and openFDA, one night."""
        with self.run(**options) as run:
            return run.fetch_fda("gene-therapy", products)

    def stored(self) -> list[str]:
        """The ids of all stored documents."""
        return sorted(document.doc_id for _, document in self.store.documents())

    def held(self, source: str) -> Mapping[str, Held]:
        """What a source ever listed, by file name or media id."""
        return {_short(item): one for item, one in held(self.store, source).items()}

    def dump(self) -> list[tuple[object, ...]]:
        """All that the store knows of documents and lists, to be compared."""
        rows: list[tuple[object, ...]] = []
        for table in ("document", "document_version", "listing", "feed", "found_by", "pending", "watermark"):
            rows += self.store.connection.execute(f"SELECT '{table}', * FROM {table} ORDER BY 2, 3").fetchall()
        return rows

    def status(self, doc_id: str) -> str:
        """`listed`, `delisted`..."""
        rows = self.store.connection.execute("SELECT status FROM document WHERE doc_id = ?", (doc_id,))
        return str(rows.fetchone()[0])

    def pending(self, source: str) -> dict[str, str]:
        """What is asked for again, with the reason."""
        return {_short(one.item): one.reason for one in self.store.pending(source)}

    def asked(self, on: str = "") -> list[str]:
        """The paths asked for, since last forgotten."""
        return [request.path for request in self.standin.asked(on)]

    def forget(self) -> None:
        """Forget what was asked."""
        self.standin.requests.clear()


def _short(item: str) -> str:
    return item.removesuffix("/download").rsplit("/", 1)[1]


@pytest.fixture
def nights(tmp_path: Path, reader: RememberingReader) -> Iterator[Nights]:
    """A stand-in and an empty store."""
    with Nights(tmp_path, reader) as opened:
        yield opened
