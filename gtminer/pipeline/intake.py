"""Pages of PubMed records into the store: each with its tags and its checkpoint, or not at all."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gtminer.pipeline import pages, tagging
from gtminer.pipeline.holdings import Report
from gtminer.pipeline.pages import Page
from gtminer.pipeline.tagging import Tagger
from gtminer.sources.eutils import Eutils
from gtminer.store import plans
from gtminer.store.database import Store
from gtminer.store.runs import Pending

SOURCE = "pubmed"
NOT_GIVEN = "not given by PubMed"
_NAMED = 5  # PMIDs named in a message
_TRIES, _DAYS = 3, 2  # after three tries over three days a record is owed, but no longer an alarm


@dataclass
class Intake:
    """What is stored in one run, and what is to be said of it. *day* is the server's, ISO."""

    store: Store
    eutils: Eutils
    tagger: Tagger | None
    day: str
    run: int | None = None
    query: str | None = None
    expected: int = 0
    received: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    strangers: int = 0

    def page(
        self,
        pmids: Sequence[str],
        *,
        hopeless: Collection[str] = (),
        done: Callable[[Page], None] = lambda page: None,
    ) -> None:
        """Fetch and store the records of *pmids*; *done* runs in the same transaction. Raises ExchangeError."""
        page = pages.ask(self.eutils, pmids, hopeless=hopeless, find_witness=lambda: plans.witness(self.store, pmids))
        with self.store.transaction():
            counts = self.store.put(page.documents, run=self.run, query=self.query, seen=self.day)
            if self.tagger is not None and counts.fresh:
                tagged = tagging.tag(self.store, counts.fresh, self.tagger, run=self.run)
                self.problems += tagged.failed
            self._note_absent(page)
            self.store.clear_pending(SOURCE, [_pmid(document.doc_id) for document in page.documents])
            done(page)
        self.expected += len(pmids)
        self.received += len({document.doc_id for document in page.documents})
        self.new += counts.new
        self.changed += counts.changed
        self.unchanged += counts.unchanged
        self.strangers += page.strangers
        if page.conflicting:
            self.warnings.append(f"PubMed gave two texts of {names(page.conflicting)}; the last one is kept")

    def _note_absent(self, page: Page) -> None:
        """Record what was not given: a miss of a stored record, a debt for a new or unreadable one."""
        known = plans.stored(self.store, page.missing)
        owed = [pmid for pmid in page.missing if pmid not in known]
        self.store.add_pending(SOURCE, owed, NOT_GIVEN)
        if page.doubted:
            self.problems.append(
                f"PubMed gave none of {len(page.missing)} records; that is not believed, and they are asked for again"
            )
        else:
            gone = self.store.mark_missed([f"pubmed:{pmid}" for pmid in known], self.day, run=self.run)
            self.vanished += len(gone)
            self.missed += known
            if young := self._young(owed):
                self.problems.append(f"{NOT_GIVEN}, and asked for again next time: {names(young)}")
        for pmid, why in page.unreadable.items():
            self.store.add_pending(SOURCE, [pmid], why)
        if young := self._young(page.unreadable):
            first = page.unreadable[young[0]]
            self.problems.append(f"unreadable, and asked for again next time: {names(young)} ({first})")

    def _young(self, pmids: Collection[str]) -> list[str]:
        """Return those of *pmids* that have not been owed for long."""
        old = {pending.item for pending in self.store.pending(SOURCE) if is_old(pending)} if pmids else set()
        return [pmid for pmid in pmids if pmid not in old]

    def report(self, requests: int) -> Report:
        """Return what is to be said at the end."""
        warnings = list(self.warnings)
        if self.vanished:
            warnings.append(f"{_records(self.vanished)} no longer given by PubMed; kept, and marked as vanished")
        if still := len(self.missed) - self.vanished:
            warnings.append(f"{_records(still)} not given by PubMed today ({names(self.missed)}); kept, asked again")
        if self.strangers:
            warnings.append(f"PubMed gave {_records(self.strangers)} that nobody asked for; not stored")
        return Report(
            SOURCE, self.query or "", self.expected, self.received, self.new, self.changed, self.unchanged,
            tuple(dict.fromkeys(self.problems)), tuple(dict.fromkeys(warnings)), requests,
        )  # fmt: skip


def is_old(pending: Pending) -> bool:
    """Tell whether something has been owed for three days and three tries: still asked for, but no news."""
    age = datetime.fromisoformat(pending.last_at) - datetime.fromisoformat(pending.first_at)
    return pending.tries >= _TRIES and age.days >= _DAYS


def names(pmids: Sequence[str]) -> str:
    """Return the first few of *pmids* in words."""
    more = f" and {len(pmids) - _NAMED} more" if len(pmids) > _NAMED else ""
    return f"PMID{'s' if len(pmids) > 1 else ''} {', '.join(pmids[:_NAMED])}{more}"


def _records(count: int) -> str:
    return f"{count} record{'' if count == 1 else 's'}"


def _pmid(doc_id: str) -> str:
    return doc_id.removeprefix("pubmed:")
