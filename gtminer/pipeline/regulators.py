"""`gtminer fetch ema` and `gtminer fetch fda` for one run: what the questions share, and the log book.

`fetching` opens one `Regulators` a run and calls `fetch_ema` and `fetch_fda` for each query file that asks them.
"""

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from gtminer.documents import pdf
from gtminer.errors import InputError, SourceError
from gtminer.model import Document, Provenance
from gtminer.pipeline import ema, fda, labels
from gtminer.pipeline.holdings import PdfReader, Report, Work
from gtminer.pipeline.progress import Progress, unseen
from gtminer.pipeline.tagging import Tagger
from gtminer.sources.fda import us_products
from gtminer.sources.products import ProductTable, load
from gtminer.store import listings
from gtminer.store.database import Store
from gtminer.store.listings import Listed
from gtminer.store.raw import RawFiles
from gtminer.web.download import Web


class WorkerReader:
    """Reads PDFs in one worker process, started when the first is read."""

    version = pdf.PARSER_VERSION

    def __init__(self) -> None:
        self._reader = pdf.PdfReader()

    def __call__(self, content: bytes, listed: Listed, provenance: Provenance) -> Document:
        """Return the document, whatever its state."""
        return self._reader.read(
            content,
            source=listed.source,
            product=listed.product,
            kind=listed.kind,
            url=provenance.url,
            retrieved_at=provenance.retrieved_at,
            doc_id=listed.doc_id,
            title=listed.title,
            date=listed.date,
        )

    def close(self) -> None:
        """End the worker process."""
        self._reader.close()


class Regulators:
    """EMA and FDA in one run of `fetch`. A context manager: the PDF worker ends with it."""

    def __init__(
        self,
        store: Store,
        web: Web,
        cache: Path,
        *,
        openfda_key: str | None = None,
        tagger: Tagger | None = None,
        full: bool = False,
        limit: int | None = None,
        dry_run: bool = False,
        environment: Mapping[str, str] = os.environ,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        progress: Progress = unseen,
        table: ProductTable | None = None,
        read_pdf: PdfReader | None = None,
    ) -> None:
        """*cache* is the folder of the store; bytes as received go to its `raw`. *limit* is documents a question."""
        self._store, self._web, self._raw = store, web, RawFiles(cache / "raw")
        self._openfda_key, self._tagger, self._environment = openfda_key, tagger, environment
        self._full, self._limit, self._dry_run = full, limit, dry_run
        self._now, self._progress = now, progress
        self._table = table or load()
        self._own_reader = WorkerReader() if read_pdf is None else None
        self._read_pdf: PdfReader = read_pdf or self._own_reader  # type: ignore[assignment]  # one of them is there
        # What all questions of a run share is asked for once.
        self._feeds: ema.Feeds | SourceError | None = None
        self._index: fda.Index | SourceError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own_reader is not None:
            self._own_reader.close()

    def fetch_ema(self, query: str, products: tuple[str, ...] | None = None) -> Report:
        """Bring EMA's documents of gene therapies (of *products*, None for all) up to date, and say what came of it."""

        def flow(work: Work) -> None:
            if self._feeds is None:
                try:
                    self._feeds = ema.load(work, ema.feed_names(self._environment))
                except SourceError as error:
                    self._feeds = error
            if isinstance(self._feeds, SourceError):
                work.problems.append(str(self._feeds))
            else:
                ema.fetch(work, self._feeds, self._table, products)

        return self._recorded("ema", query, flow)

    def fetch_fda(self, query: str, products: tuple[str, ...] | None = None) -> Report:
        """Bring FDA's documents and openFDA's labels up to date, and say what came of it.

        Raises InputError, after the documents, where openFDA rejects the key.
        """

        def flow(work: Work) -> None:
            if self._index is None:
                try:
                    self._index = fda.load(work)
                except SourceError as error:
                    self._index = error
            if isinstance(self._index, SourceError):
                work.problems.append(str(self._index))
            else:
                fda.fetch(work, self._index, self._table, products)
            listed = {one.product for source in ("ema", "fda") for one in listings.held(self._store, source).values()}
            labels.fetch(work, us_products(self._table, self._table.asked(products), listed), self._openfda_key)

        return self._recorded("fda", query, flow)

    def _recorded(self, source: str, query: str, flow: Callable[[Work], None]) -> Report:
        """Run *flow* as one recorded run of the log book."""
        work = Work(
            store=self._store, web=self._web, raw=self._raw, read_pdf=self._read_pdf, query=query,
            tagger=self._tagger, full=self._full,
            limit=self._limit, dry_run=self._dry_run, now=self._now, progress=self._progress,
        )  # fmt: skip
        requests, started = self._web.requests, time.monotonic()
        if self._dry_run:
            flow(work)
            return work.report(source, self._web.requests - requests)
        with self._store.recorded_run("fetch", source=source, query=query) as run:
            work.run = run
            try:
                flow(work)
            except InputError as error:
                work.problems.append(str(error))
                self._finish(work, run, source, requests, started)
                raise
            return self._finish(work, run, source, requests, started)

    def _finish(self, work: Work, run: int, source: str, requests: int, started: float) -> Report:
        report = work.report(source, self._web.requests - requests)
        said = [*report.problems, *report.warnings]
        self._store.finish_run(
            run,
            "partial" if not report.complete else "part" if work.in_part else "complete",
            expected=report.expected,
            received=report.received,
            new=report.new,
            changed=report.changed,
            unchanged=report.unchanged,
            requests=report.requests,
            tagger=self._tagger.version if self._tagger else None,
            seconds=round(time.monotonic() - started, 3),
            message="; ".join(said)[:2000] or None,
        )
        if report.complete and not work.in_part:
            self._store.set_watermark(source, query=report.query, value=work.moment(), run=run)
        return report
