"""Which of the listed documents are to be asked for tonight."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from gtminer.store.listings import Held, Listed

# Bytes may change under an unchanged date (E17 of docs/faults.md). So many of the held documents, those compared
# longest ago, are compared each night; few, because a quiet night is to stay below ten requests a query.
CHECKS_A_NIGHT = 6
_REST = timedelta(hours=20)  # a second run on the same day compares nothing again


class Reason(StrEnum):
    """Why a document is asked for."""

    NEW = "new"
    CHANGED = "changed"
    RETRY = "retry"
    REREAD = "reread"  # a better reader for bytes we hold: nothing is fetched
    CHECK = "check"


class Due(NamedTuple):
    """A document to ask for, what we hold of it, and why."""

    listed: Listed
    held: Held | None
    reason: Reason


def due(
    listed: Iterable[Listed],
    held: Mapping[str, Held],
    *,
    now: datetime,
    parser: str,
    full: bool = False,
    checks: int = CHECKS_A_NIGHT,
) -> list[Due]:
    """Return what is to be asked for: new, changed by the source's date, owed, and a few to compare.

    The source's date alone is not trusted either way: bytes that turn out equal are no new version, and a document
    whose date stands still is compared from time to time. With *full* all are compared.
    """
    wanted: list[Due] = []
    resting: list[Due] = []
    for one in listed:
        known = held.get(one.item)
        if known is None or (known.sha256 is None and known.state in ("listed", "delisted")):
            wanted.append(Due(one, known, Reason.NEW))
        elif known.sha256 is None:
            wanted.append(Due(one, known, Reason.RETRY))
        elif one.listed_date != known.fetched_date:
            wanted.append(Due(one, known, Reason.CHANGED))
        elif known.state == "missing":
            wanted.append(Due(one, known, Reason.RETRY))
        elif known.parser != parser:
            wanted.append(Due(one, known, Reason.REREAD))
        elif full or _rested(known, now):
            resting.append(Due(one, known, Reason.CHECK))
    resting.sort(key=lambda one: (one.held.checked_at or "" if one.held else "", one.listed.item))
    wanted.sort(key=lambda one: list(Reason).index(one.reason))
    return wanted + (resting if full else resting[:checks])


def _rested(known: Held, now: datetime) -> bool:
    if known.checked_at is None:
        return True
    return now - datetime.fromisoformat(known.checked_at) > _REST


def left(
    held: Mapping[str, Held], listed_anywhere: Iterable[str], *, products: Iterable[str] | None = None
) -> list[Held]:
    """Return what was listed once and is in the list no more, of *products* (None: of all)."""
    there, of = set(listed_anywhere), None if products is None else set(products)
    return [
        one
        for one in held.values()
        if one.item not in there and one.state != "delisted" and (of is None or one.product in of)
    ]
