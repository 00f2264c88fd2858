"""What a question to PubMed wants fetched: all that it finds and is not stored, and what has changed.

The first time, and with ``full``, every PMID is listed. After that, new records are found by the day of their
creation (CRDT) and changed ones by that of their modification (MDAT), from the watermark on with some days of
overlap; and where PubMed's count is another than these account for, every PMID is listed again.
"""

from datetime import date, timedelta
from typing import NamedTuple

from gtminer.errors import SourceError
from gtminer.sources.eutils import Eutils, Found, Window
from gtminer.sources.slicing import UnsoundError, everything
from gtminer.store import plans
from gtminer.store.database import Store
from gtminer.store.plans import Memory, Plan
from gtminer.web.failures import ExchangeError, Trouble

OVERLAP = timedelta(days=7)  # an index is built once a day and days are New York's
LIST_ANEW = timedelta(
    days=30
)  # one record that leaves a question could hide one that comes, if only counts were compared
AGAIN = timedelta(days=1)  # what changed so lately may have changed once more since it was fetched
FEW = 200  # one page: fetching it costs no more than asking what may be left out
_NEVER = date(3000, 1, 1)
_NAMED = 8  # phrases named in a warning
_DOUBTED_DROP = 10  # of at least so many records, more than half are gone at once


class Manner(NamedTuple):
    """How a question is asked: everything anew (*full*), what is new or changed since a day, *limit* records."""

    full: bool = False
    since: date | None = None
    limit: int | None = None
    accept_drop: bool = False

    @property
    def mode(self) -> str:
        """The word under which a plan is kept: another manner cannot go on with it."""
        return "full" if self.full else f"since {self.since}" if self.since else ""


class Planner:
    """Makes the plan of one question."""

    def __init__(
        self, store: Store, eutils: Eutils, query: str, term: str, today: date, manner: Manner, warnings: list[str]
    ) -> None:
        """*today* is the server's day; *warnings* takes what the user should know of PubMed's reading."""
        self._store, self._eutils, self._query, self._term = store, eutils, query, term
        self._today, self._manner = today, manner
        self._whole = Found(0, ())
        self._faults: list[str] = []
        self._listed = today.isoformat()
        self._warnings = warnings

    def plan(self) -> tuple[Plan, set[str]]:
        """Return what is to be fetched, and all that was found. Raises SourceError for what is not believed."""
        self._whole = self._eutils.search(self._term)
        memory = plans.memory(self._store, self._query)
        if memory is not None and (memory.term != self._term or self._watermark() is None):
            memory = None
        self._judge(memory)
        listed, changed, window = self._find(memory)
        stored = plans.stored(self._store, listed)
        seen = plans.seen_since(self._store, self._today.isoformat())
        wanted = listed if self._manner.full else (listed - stored) | (changed - seen)
        # What is owed was asked for at the beginning of the run.
        wanted -= {pending.item for pending in self._store.pending("pubmed")}
        chosen = sorted(wanted, key=int, reverse=True)
        limit = self._manner.limit
        cut = limit is not None and limit < len(chosen)
        plan = Plan(
            term=self._term,
            mode=self._manner.mode,
            day=self._today.isoformat(),
            total=self._whole.total,
            translation=self._whole.translation,
            pmids=tuple(chosen[:limit]),
            window=tuple(sorted(window)),
            listed=self._listed,
            unknown=(*self._whole.phrases_not_found, *self._whole.ignored),
            fault="; ".join(self._faults) or None,
            keeps_watermark=cut or self._leaves_a_gap(),
        )
        return plan, listed | changed

    def _judge(self, memory: Memory | None) -> None:
        whole, warn = self._whole, self._warnings.append
        told = memory.unknown if memory is not None else ()
        unknown = [phrase for phrase in (*whole.phrases_not_found, *whole.ignored) if phrase not in told]
        if unknown:
            more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
            warn(f"PubMed does not know {', '.join(unknown[:_NAMED])}{more}; check the spelling, or leave it")
        if whole.rejected:
            warn(f"PubMed gave {whole.rejected} identifiers that are no PMIDs; not asked for")
        if whole.total == 0:
            warn("PubMed finds nothing")
        if memory is None:
            return
        before = self._store.last_translation("pubmed", self._query)
        if before is not None and before != whole.translation:
            warn("PubMed reads the query otherwise than last time; " + _difference(before, whole.translation))
        if memory.total >= _DOUBTED_DROP and whole.total * 2 < memory.total and not self._manner.accept_drop:
            raise SourceError(
                f"PubMed finds {whole.total} records where it found {memory.total} last time; that is not believed, "
                "nothing was changed; run again later, or with --accept-drop if it is right"
            )

    def _find(self, memory: Memory | None) -> tuple[set[str], set[str], set[str]]:
        """Return what the question finds (all of it, or what is new), what of it changed, and the window's PMIDs."""
        if self._manner.full:
            return self._list(), set(), set()
        if self._manner.since:
            window = self._within("mdat", self._manner.since)
            return self._within("crdt", self._manner.since), window, window
        known = self._known_day()
        if known is None:
            return self._list(), set(), set()
        window = self._within("mdat", known - OVERLAP)
        if memory is None:
            return self._list(), window, window
        changed = window
        if len(window) > FEW:
            # What was in the window last time was fetched then; only late comers and the last days are asked for.
            changed = (window - set(memory.window)) | self._within("mdat", known - AGAIN)
        if self._whole.total == len(self._whole.pmids):
            return self._list(), changed, window
        listed = self._within("crdt", known - OVERLAP)
        fresh = len((listed | window) - plans.found_by(self._store, self._query))
        if self._whole.total != memory.total + fresh or date.fromisoformat(memory.listed) <= self._today - LIST_ANEW:
            return listed | self._list(), changed, window
        self._listed = memory.listed
        return listed, changed, window

    def _known_day(self) -> date | None:
        """Return the day up to which what is stored of the question is as PubMed had it; None where nothing is."""
        watermark = self._watermark()
        if watermark is not None and watermark > self._today + timedelta(days=1):
            self._warnings.append(f"the watermark {watermark} lies in PubMed's future; every record is listed again")
            watermark = None
        if watermark is None and (seen := plans.first_seen(self._store, self._query)):
            return date.fromisoformat(seen)  # no run was complete yet
        return watermark

    def _leaves_a_gap(self) -> bool:
        """With --since, days before it may never have been asked for."""
        watermark = self._watermark()
        return self._manner.since is not None and (watermark is None or watermark < self._manner.since)

    def _watermark(self) -> date | None:
        value = self._store.watermark("pubmed", self._query)
        return date.fromisoformat(value) if value else None

    def _list(self) -> set[str]:
        return self._all_of(self._whole)

    def _within(self, kind: str, first: date) -> set[str]:
        window = Window(kind, first)
        found = self._eutils.search(self._term, window=window)
        if found.total and found.total >= self._whole.total and self._ignores_days(kind):
            self._faults.append(f"PubMed passes over the days asked for ({kind}), so that changes are not known")
            return set()
        return self._all_of(found, window)

    def _all_of(self, found: Found, window: Window | None = None) -> set[str]:
        """Return all PMIDs of which *found* is the first answer; why they may not be all is noted as a fault."""

        def part(pmids: tuple[int, int] | None) -> Found:
            try:
                return self._eutils.search(self._term, pmids=pmids, window=window)
            except ExchangeError as error:
                if error.trouble is Trouble.UNEXPECTED:
                    raise UnsoundError(str(error)) from error
                raise

        listing = everything(part, found)
        if listing.fault:
            self._faults.append(listing.fault)
        return set(listing.pmids)

    def _ignores_days(self, kind: str) -> bool:
        """A search for days to come finds nothing, unless the days are not looked at."""
        return self._eutils.search(self._term, window=Window(kind, _NEVER), retmax=0).total > 0


def _difference(before: str, after: str) -> str:
    """Return both readings from shortly before where they part."""
    same = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    start = max(0, same - 40)
    return " ".join(
        f"{when}: {'...' if start else ''}{text[start : start + 160]}{'...' if len(text) > start + 160 else ''};"
        for when, text in (("then", before), ("now", after))
    ).rstrip(";")
