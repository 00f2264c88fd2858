"""One run of `gtminer fetch`: each source for each question, one after another."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from gtminer.config import Settings
from gtminer.pipeline.holdings import Report
from gtminer.pipeline.planning import Manner
from gtminer.pipeline.pubmed import Progress, PubMed
from gtminer.pipeline.tagging import Tagger
from gtminer.query import Query
from gtminer.sources.eutils import Eutils
from gtminer.store.database import Store
from gtminer.web.download import Web


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
        self.store.refresh_counts()

    def counts(self, questions: Iterable[Query]) -> Iterator[tuple[str, int, int]]:
        """Yield, for each question to PubMed, its name, how many records it finds, and how many would be fetched."""
        pubmed = self._open_pubmed()
        for question in questions:
            if question.pubmed is not None:
                yield (question.name, *pubmed.count(question.name, question.pubmed))

    def _pubmed(self, questions: Iterable[Query]) -> Iterator[Report]:
        pubmed = self._open_pubmed()
        if (owed := pubmed.fetch_owed()) is not None:
            yield owed
        for question in questions:
            if question.pubmed is not None and not pubmed.stopped:
                yield pubmed.fetch(question.name, question.pubmed)
        if not pubmed.stopped and (again := pubmed.fetch_again()) is not None:
            yield again

    def _open_pubmed(self) -> PubMed:
        eutils = Eutils(
            self.web,
            email=self.settings.email or "",
            api_key=self.settings.api_key,
            key_setting=self.settings.origin.get("api_key", "NCBI_API_KEY"),
        )
        return PubMed(self.store, self.web, eutils, tagger=self.tagger, manner=self.manner, progress=self.progress)
