"""Nights of fetching from the stand-in's PubMed through the ordinary code: web, sources, pipeline, store, exit code."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from clocks import FalseClock

from gtminer.cli import fetch
from gtminer.config import Settings
from gtminer.errors import GtminerError
from gtminer.pipeline.fetching import Fetch
from gtminer.pipeline.holdings import Report
from gtminer.pipeline.planning import Manner
from gtminer.pipeline.progress import Progress, unseen
from gtminer.pipeline.tagging import Tagger
from gtminer.query import Query
from gtminer.standin.eutils import PATH, Eutils
from gtminer.standin.records import Record, synthetic
from gtminer.standin.server import StandIn
from gtminer.store import plans
from gtminer.store.database import Store
from gtminer.web.download import Web

TERM = '"gene therapy"[tiab]'
FIRST_NIGHT = date(2026, 11, 22)


class Outcome(NamedTuple):
    """How a night ended: its exit code and line, what each step reports, and how many requests it took."""

    code: int
    line: str
    reports: list[Report]
    requests: int

    @property
    def warnings(self) -> list[str]:
        return [line for report in self.reports for line in report.warnings]

    @property
    def problems(self) -> list[str]:
        return [line for report in self.reports for line in report.problems]


class Nights:
    """A PubMed and a store, night after night."""

    def __init__(self, standin: StandIn, folder: Path) -> None:
        self.standin = standin
        self.pubmed = Eutils(today=FIRST_NIGHT)
        standin.mount(PATH, self.pubmed)
        standin.now = self.pubmed.now
        self.settings = Settings(folder, email="reader@example.org", base_urls=standin.base_urls)
        self.questions = [Query("gene-therapy", "Gene therapy", TERM)]
        self.tagger: Tagger | None = None
        self.clock = FalseClock()
        self.base_urls = standin.base_urls

    def holds(self, count: int, **options: Any) -> list[Record]:
        """Let PubMed hold *count* plain records; return them, newest first."""
        records = list(synthetic(count, until=FIRST_NIGHT, **options))
        self.pubmed.add(*records)
        return sorted(records, key=lambda record: -record.pmid)

    def night(
        self,
        *,
        progress: Progress = unseen,
        dry_run: bool = False,
        **manner: Any,
    ) -> Outcome:
        """Run `gtminer fetch pubmed` once."""
        before = len(self.standin.requests)
        self.clock = FalseClock()
        web = Web(self.base_urls, clock=self.clock, spacing_ms={"eutils": 1})
        reports: list[Report] = []
        code, line = 0, ""
        with closing(web), self.store(create=True) as store:
            work = Fetch(store, web, self.settings, Manner(**manner), self.tagger, progress)
            try:
                if dry_run:
                    line = str(list(work.counts(("pubmed",), self.questions)))
                else:
                    reports += work.reports(("pubmed",), self.questions)
                    fetch.tell(reports, reached=web.answers > 0)
            except GtminerError as error:
                code, line = error.exit_code, str(error)
        return Outcome(code, line, reports, len(self.standin.requests) - before)

    def next_day(self, days: int = 1) -> None:
        self.pubmed.next_day(days)

    def store(self, *, create: bool = False) -> Store:
        return Store.open(self.settings.store_path, create=create)

    def stored(self) -> set[str]:
        """The PMIDs in the store."""
        with self.store() as store:
            return {document.doc_id.removeprefix("pubmed:") for _, document in store.documents()}

    def texts(self) -> dict[str, str]:
        with self.store() as store:
            return {document.doc_id: document.text for _, document in store.documents()}

    def truth(self) -> set[str]:
        """The PMIDs that PubMed finds."""
        return self.pubmed.matching(TERM)

    def watermark(self) -> str | None:
        with self.store() as store:
            return store.watermark("pubmed", "gene-therapy")

    def plan(self) -> plans.Plan | None:
        with self.store() as store:
            return plans.plan(store, "gene-therapy")

    def status(self, pmid: str | int) -> str:
        with self.store() as store:
            (status,) = store.connection.execute(
                "SELECT status FROM document WHERE doc_id = ?", (f"pubmed:{pmid}",)
            ).fetchone()
            return str(status)

    def owed(self) -> set[str]:
        with self.store() as store:
            return {pending.item for pending in store.pending("pubmed")}

    def runs(self) -> list[tuple[Any, ...]]:
        with self.store() as store:
            return store.connection.execute(
                "SELECT command, query, state, expected, received, new, changed FROM run ORDER BY id"
            ).fetchall()

    def fetched(self, since: int = 0) -> list[str]:
        """The PMIDs that were asked for by efetch, from the request number *since* on."""
        return [
            pmid
            for request in self.standin.requests[since:]
            if request.path.endswith("efetch.fcgi")
            for pmid in request.params["id"].split(",")
        ]


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    """A stand-in and an empty store."""
    with StandIn() as standin:
        yield Nights(standin, tmp_path / "cache")


def pmids(records: Iterable[Record]) -> set[str]:
    return {str(record.pmid) for record in records}
