"""Where a fetch from PubMed goes on: the plan it is working off, and what it remembers of the last complete one."""

import json
from collections.abc import Collection, Iterable
from typing import NamedTuple

from gtminer.store.connection import Connected
from gtminer.store.documents import Documents

_SOURCE = "pubmed"


class Plan(NamedTuple):
    """What one question wants fetched, decided once; an interrupted fetch works it off before it asks anew.

    *day* (the server's, ISO) is what the watermark becomes when all is done, unless *keeps_watermark*. *total* is
    what PubMed announced, *window* the records changed lately, *listed* the day on which every PMID was listed last,
    *unknown* the phrases that PubMed does not know, *fault* why the plan is not known to be complete.
    """

    term: str
    mode: str
    day: str
    total: int
    translation: str
    pmids: tuple[str, ...]
    window: tuple[str, ...] = ()
    listed: str = ""
    unknown: tuple[str, ...] = ()
    fault: str | None = None
    keeps_watermark: bool = False


class Memory(NamedTuple):
    """The last complete fetch of a question, as its plan was."""

    term: str
    total: int
    window: tuple[str, ...]
    listed: str
    unknown: tuple[str, ...]


def plan(store: Connected, query: str) -> Plan | None:
    """Return the plan that was left unfinished, None where there is none."""
    value = store.meta(_plan_key(query))
    if value is None:
        return None
    fields = json.loads(value)
    return Plan(**fields | {name: tuple(fields[name]) for name in ("pmids", "window", "unknown")})


def keep_plan(store: Connected, query: str, plan: Plan) -> None:
    """Keep *plan* until it is finished."""
    store.set_meta(_plan_key(query), json.dumps(plan._asdict()))


def drop_plan(store: Connected, query: str) -> None:
    """Forget the plan: it is worked off, or another takes its place."""
    with store.transaction():
        store.connection.execute("DELETE FROM meta WHERE key = ?", (_plan_key(query),))


def memory(store: Connected, query: str) -> Memory | None:
    """Return what is remembered of the last complete fetch of a question."""
    value = store.meta(_memory_key(query))
    if value is None:
        return None
    term, total, window, listed, unknown = json.loads(value)
    return Memory(term, total, tuple(window), listed, tuple(unknown))


def remember(store: Connected, query: str, plan: Plan) -> None:
    """Remember *plan* as the last one that was completed."""
    store.set_meta(
        _memory_key(query), json.dumps(Memory(plan.term, plan.total, plan.window, plan.listed, plan.unknown))
    )


def stored(store: Documents, pmids: Iterable[str]) -> set[str]:
    """Return those of *pmids* that are stored."""
    return {doc_id.removeprefix("pubmed:") for doc_id in store.known(f"pubmed:{pmid}" for pmid in pmids)}


def seen_since(store: Connected, day: str) -> set[str]:
    """Return the PMIDs that PubMed gave on *day* (ISO) or later."""
    return _pmids(store, "SELECT doc_id FROM document WHERE source = 'pubmed' AND seen_at >= ?", day)


def witness(store: Connected, pmids: Collection[str]) -> str | None:
    """Return the PMID that PubMed gave last, other than *pmids*; None where there is none."""
    row = store.connection.execute(
        "SELECT doc_id FROM document WHERE source = 'pubmed' AND missed = 0 AND seen_at IS NOT NULL "
        "AND doc_id NOT IN (SELECT 'pubmed:' || value FROM json_each(?)) ORDER BY seen_at DESC, id DESC LIMIT 1",
        (json.dumps(list(pmids)),),
    ).fetchone()
    return None if row is None else str(row[0]).removeprefix("pubmed:")


def found_by(store: Connected, query: str) -> set[str]:
    """Return the PMIDs of which it is known that *query* finds them."""
    return _pmids(store, "SELECT doc_id FROM found_by JOIN document ON id = document WHERE query = ?", query)


def first_seen(store: Connected, query: str) -> str | None:
    """Return the earliest day (ISO) on which PubMed last gave one of the records that *query* finds."""
    (day,) = store.connection.execute(
        "SELECT min(seen_at) FROM found_by JOIN document ON id = document WHERE query = ? AND source = 'pubmed'",
        (query,),
    ).fetchone()
    return day if isinstance(day, str) else None


def say_found(store: Connected, query: str, pmids: Iterable[str]) -> None:
    """Say that *query* finds those of *pmids* that are stored."""
    with store.transaction():
        store.connection.execute(
            "INSERT OR IGNORE INTO found_by "
            "SELECT id, ? FROM document WHERE doc_id IN (SELECT 'pubmed:' || value FROM json_each(?))",
            (query, json.dumps(list(pmids))),
        )


def due_again(store: Connected, day: str, share: int, most: int) -> list[str]:
    """Return the PMIDs to be fetched again on *day*: what was missed on an earlier day, and the longest unseen.

    Of the latter one in *share* of all records, *most* at most. What has vanished comes round like all others.
    """
    (count,) = store.connection.execute("SELECT count(*) FROM document WHERE source = 'pubmed'").fetchone()
    missed = store.connection.execute(
        "SELECT doc_id FROM document WHERE source = 'pubmed' AND missed > 0 AND status = 'listed' AND missed_at < ?",
        (day,),
    ).fetchall()
    oldest = store.connection.execute(
        "SELECT doc_id FROM document WHERE source = 'pubmed' "
        "AND max(coalesce(seen_at, ''), coalesce(missed_at, '')) < ? "
        "ORDER BY max(coalesce(seen_at, ''), coalesce(missed_at, '')), id LIMIT ?",
        (day, min(-(-count // share), most)),
    ).fetchall()
    return list(dict.fromkeys(doc_id.removeprefix("pubmed:") for (doc_id,) in (*missed, *oldest)))


def _pmids(store: Connected, sql: str, value: str) -> set[str]:
    return {doc_id.removeprefix("pubmed:") for (doc_id,) in store.connection.execute(sql, (value,))}


def _plan_key(query: str) -> str:
    return f"plan:{_SOURCE}:{query}"


def _memory_key(query: str) -> str:
    return f"fetched:{_SOURCE}:{query}"
