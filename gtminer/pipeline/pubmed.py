"""`gtminer fetch pubmed` for one run: what is owed, each question, and the slow round of what is stored."""

import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256

from gtminer.errors import SourceError
from gtminer.pipeline import pages
from gtminer.pipeline.holdings import Report
from gtminer.pipeline.intake import NOT_GIVEN, SOURCE, Intake, is_old, names
from gtminer.pipeline.pages import Page
from gtminer.pipeline.planning import Manner, Planner
from gtminer.pipeline.progress import Progress, unseen
from gtminer.pipeline.tagging import Tagger
from gtminer.sources.eutils import Calendar, Eutils
from gtminer.store import plans
from gtminer.store.database import Store
from gtminer.store.plans import Plan
from gtminer.web.download import Web
from gtminer.web.failures import ExchangeError

AGAIN_SHARE = 30  # of the records, one in so many is fetched again each day
AGAIN_MOST = 20_000  # a day: whoever imported a baseline does not fetch a million records each night
_LAST_ROUND = "fetched again:pubmed"  # the day of the last round
_CLOCK_S = 300  # so far may our clock be from the server's
_PROBE_TRIES = 3  # where there is no network, nobody wants to wait long to hear of it

# Fetches and stores for a run, and says how PubMed read the query and whether all that it finds was asked for.
Flow = Callable[[Intake], tuple[str | None, bool]]


class PubMed:
    """PubMed in one run of `fetch`: `fetch_owed`, `fetch` for each question, then `fetch_again`."""

    def __init__(
        self,
        store: Store,
        web: Web,
        eutils: Eutils,
        *,
        tagger: Tagger | None = None,
        manner: Manner | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        progress: Progress = unseen,
    ) -> None:
        """Nothing is asked yet. *now* is this machine's clock: compared with the server's and used for nothing else."""
        self._store, self._web, self._eutils, self._tagger = store, web, eutils, tagger
        self._manner, self._now, self._progress = manner or Manner(), now, progress
        self._calendar: Calendar | None = None
        self.stopped = False  # it failed, and is asked nothing more in this run

    def fetch(self, query: str, term: str) -> Report:
        """Bring the records that *term* finds up to date. Raises InputError where NCBI rejects the key."""

        def flow(intake: Intake) -> tuple[str, bool]:
            while True:
                plan = self._plan(intake, query, term)
                complete = self._work_off(intake, query, plan)
                # A plan of an earlier day that is worked off at last leaves the days since then.
                if not complete or plan.day >= intake.day:
                    return plan.translation, not plan.keeps_watermark

        return self._recorded("fetch", flow, query, term)

    def count(self, query: str, term: str) -> tuple[int, int]:
        """Return how many records *term* finds, and how many of them a fetch would ask for. Nothing is written."""
        intake = Intake(self._store, self._eutils, None, "")
        intake.day = self._today(intake)
        plan, _ = self._planner(intake, query, term).plan()
        return plan.total, len(plan.pmids)

    def fetch_owed(self) -> Report | None:
        """Ask again for what PubMed did not give, and for imported lists of PMIDs; None where nothing is owed."""
        owed = {pending.item: pending for pending in self._store.pending(SOURCE)}
        if not owed:
            return None

        def flow(intake: Intake) -> tuple[None, bool]:
            hopeless = {pmid for pmid, pending in owed.items() if pending.reason == NOT_GIVEN}
            self._pages(intake, "PubMed records owed", sorted(owed, key=int, reverse=True), hopeless=hopeless)
            if old := [pending.item for pending in self._store.pending(SOURCE) if is_old(pending)]:
                intake.warnings.append(f"{names(old)}: not given or not readable for days; asked for at each fetch")
            return None, True

        return self._recorded("refresh", flow)

    def fetch_again(self) -> Report | None:
        """Fetch again, once a day, what was seen longest ago; None where that was done today.

        Changes that PubMed does not date and records that vanish show in no other way.
        """
        if self._calendar and (self._store.meta(_LAST_ROUND) or "") >= self._calendar.today.isoformat():
            return None

        def flow(intake: Intake) -> tuple[None, bool]:
            due = plans.due_again(self._store, intake.day, AGAIN_SHARE, AGAIN_MOST)
            self._pages(intake, "PubMed records again", due)
            if not intake.problems:
                self._store.set_meta(_LAST_ROUND, intake.day)
            return None, True

        return self._recorded("refresh", flow)

    def _recorded(self, command: str, flow: Flow, query: str | None = None, term: str | None = None) -> Report:
        """Run *flow* as one run of the log book; what fails is a problem of its report."""
        requests, started = self._web.requests, time.monotonic()
        intake = Intake(self._store, self._eutils, self._tagger, "", query=query)
        with self._store.recorded_run(command, source=SOURCE, query=query, term=term) as run:
            intake.run = run
            translation, whole = None, False
            try:
                intake.day = self._today(intake)
                translation, whole = flow(intake)
            except ExchangeError as error:
                self.stopped = True
                self._web.stop("eutils", str(error))
                intake.problems.append(f"{error} (after {error.tries} tries)" if error.tries > 1 else str(error))
            except SourceError as error:
                intake.problems.append(str(error))
            report = intake.report(self._web.requests - requests)
            said = [*report.problems, *report.warnings]
            if report.complete:
                state = "complete" if whole else "part"
            else:
                state = "partial" if whole or report.received else "failed"
            self._store.finish_run(
                run,
                state,
                expected=report.expected,
                received=report.received,
                new=report.new,
                changed=report.changed,
                unchanged=report.unchanged,
                requests=report.requests,
                seconds=round(time.monotonic() - started, 3),
                translation=translation,
                tagger=self._tagger.version if self._tagger else None,
                message="; ".join(said)[:2000] or None,
            )
        return report

    def _today(self, intake: Intake) -> str:
        """Return the server's day, ISO; asked once a run."""
        if self._calendar is None:
            self._calendar = self._eutils.calendar(tries=_PROBE_TRIES)
            clock = self._calendar.clock
            if clock and (off := abs((self._now() - clock).total_seconds())) > _CLOCK_S:
                intake.warnings.append(
                    f"this machine's clock and PubMed's are {off / 60:.0f} min apart; PubMed's counts"
                )
        return self._calendar.today.isoformat()

    def _planner(self, intake: Intake, query: str, term: str) -> Planner:
        today = date.fromisoformat(intake.day)
        return Planner(self._store, self._eutils, query, term, today, self._manner, intake.warnings)

    def _plan(self, intake: Intake, query: str, term: str) -> Plan:
        """Return the plan that was left unfinished, or a new one."""
        left = plans.plan(self._store, query)
        going_on = self._manner.limit is None
        if left is not None and going_on and (left.term, left.mode) == (term, self._manner.mode):
            return left
        plan, found = self._planner(intake, query, term).plan()
        with self._store.transaction():
            plans.say_found(self._store, query, found)
            if going_on:
                self._store.clear_slices(SOURCE, query)
                plans.keep_plan(self._store, query, plan)
        return plan

    def _work_off(self, intake: Intake, query: str, plan: Plan) -> bool:
        """Fetch what *plan* lists and close it. Return whether all of it is there."""
        if plan.fault:
            intake.problems.append(plan.fault)
        self._pages(intake, f"PubMed {query}", plan.pmids)
        complete = not intake.problems
        moves = complete and not plan.keeps_watermark
        with self._store.transaction():
            if moves and intake.run is not None:
                self._store.set_watermark(SOURCE, query, plan.day, run=intake.run)
                plans.remember(self._store, query, plan)
            if moves or self._manner.limit is None:
                plans.drop_plan(self._store, query)
                self._store.clear_slices(SOURCE, query)
        return complete

    def _pages(
        self, intake: Intake, what: str, pmids: Sequence[str], *, hopeless: Collection[str] = frozenset()
    ) -> None:
        """Fetch and store *pmids*, page by page; the pages of a question that are finished are passed over."""
        finished = self._store.finished_slices(SOURCE, intake.query) if intake.query else set()
        with self._progress(what, len(pmids)) as advance:
            for start in range(0, len(pmids), pages.SIZE):
                page = pmids[start : start + pages.SIZE]
                digest = sha256(",".join(page).encode()).hexdigest()
                if digest not in finished:
                    intake.page(page, hopeless=hopeless, done=self._checkpoint(intake, digest, page))
                advance(len(page))

    def _checkpoint(self, intake: Intake, digest: str, pmids: Sequence[str]) -> Callable[[Page], None]:
        """Return what marks a page as finished, inside the transaction that stores it."""

        def done(page: Page) -> None:
            if intake.query and intake.run and self._manner.limit is None:
                self._store.finish_slice(
                    SOURCE, intake.query, digest, run=intake.run, expected=len(pmids), received=len(page.documents)
                )

        return done
