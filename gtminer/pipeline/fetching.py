"""One run of `gtminer fetch`: each source for each question, one after another."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from gtminer.config import Settings
from gtminer.errors import SourceError
from gtminer.pipeline.holdings import Report
from gtminer.pipeline.planning import Manner
from gtminer.pipeline.progress import Progress
from gtminer.pipeline.pubmed import PubMed
from gtminer.pipeline.regulators import Regulators
from gtminer.pipeline.tagging import Tagger
from gtminer.query import Query, RegulatorQuestion
from gtminer.sources.eutils import Eutils
from gtminer.store.database import Store
from gtminer.web.download import Web


class Count(NamedTuple):
    """How many documents a question finds in a source (None: not told), and how many a fetch would ask for."""

    source: str
    query: str
    found: int | None
    wanted: int
    problems: tuple[str, ...] = ()


class Fetch(NamedTuple):
    """What a run works with. *tagger* None leaves the documents untagged."""

    store: Store
    web: Web
    settings: Settings
    manner: Manner
    tagger: Tagger | None
    progress: Progress

    def reports(self, sources: Collection[str], questions: Sequence[Query]) -> Iterator[Report]:
        """Fetch and yield what came of each question and source. Raises InputError where a key is rejected."""
        self.store.close_dead_runs()
        if "pubmed" in sources:
            yield from self._pubmed(questions)
        if "ema" in sources or "fda" in sources:
            yield from self._regulators(sources, questions)
        self.store.refresh_counts()

    def counts(self, sources: Collection[str], questions: Sequence[Query]) -> Iterator[Count]:
        """Yield how much a fetch would ask for; nothing is written."""
        if "pubmed" in sources:
            pubmed = self._open_pubmed()
            for question in questions:
                if question.pubmed is not None:
                    yield Count("pubmed", question.name, *pubmed.count(question.name, question.pubmed))
        for report in self._regulators(sources, questions, dry_run=True):
            yield Count(report.source, report.query, None, report.expected, report.problems)

    def _pubmed(self, questions: Iterable[Query]) -> Iterator[Report]:
        pubmed = self._open_pubmed()
        if (owed := pubmed.fetch_owed()) is not None:
            yield owed
        for question in questions:
            if question.pubmed is not None and not pubmed.stopped:
                yield pubmed.fetch(question.name, question.pubmed)
        in_part = self.manner.limit is not None or self.manner.since is not None
        if not (pubmed.stopped or in_part) and (again := pubmed.fetch_again()) is not None:
            yield again

    def _regulators(
        self, sources: Collection[str], questions: Sequence[Query], *, dry_run: bool = False
    ) -> Iterator[Report]:
        with Regulators(
            self.store,
            self.web,
            self.settings.cache,
            openfda_key=self.settings.openfda_key,
            tagger=self.tagger,
            full=self.manner.full,
            limit=self.manner.limit,
            dry_run=dry_run,
            progress=self.progress,
        ) as regulators:
            for source, fetch in (("ema", regulators.fetch_ema), ("fda", regulators.fetch_fda)):
                for question in questions:
                    asked: RegulatorQuestion | None = getattr(question, source)
                    if source in sources and asked is not None:
                        try:
                            yield fetch(question.name, None if asked.advanced_therapy else asked.products)
                        except SourceError as error:  # the other sources go on
                            yield Report(source, question.name, 0, 0, 0, 0, 0, (str(error),), (), 0)

    def _open_pubmed(self) -> PubMed:
        eutils = Eutils(
            self.web,
            email=self.settings.email or "",
            api_key=self.settings.api_key,
            key_setting=self.settings.origin.get("api_key", "NCBI_API_KEY"),
        )
        return PubMed(self.store, self.web, eutils, tagger=self.tagger, manner=self.manner, progress=self.progress)
