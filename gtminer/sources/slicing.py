"""All PMIDs of a search, however many: ESearch gives 9,999 at most, so the PMID range is halved until all are there.

The sort order of ESearch is not relied upon; the counts that PubMed announces for the parts must add up to the
count of the whole, and each part must give as many PMIDs as it announces.
"""

from collections.abc import Callable
from typing import NamedTuple

from gtminer.sources.eutils import Found

FIRST, LAST = 1, 9_999_999_999
ROUNDS = 3

# What a search in a range of PMIDs gives; the range is None for the whole.
Search = Callable[[tuple[int, int] | None], Found]


class Listing(NamedTuple):
    """What a search found. *fault* says why it is not known to be complete; None when it is."""

    pmids: frozenset[str]
    whole: Found
    fault: str | None = None
    drifted: bool = False


class UnsoundError(Exception):
    """An answer that no amount of slicing can mend; a *search* may raise it as well."""


def everything(search: Search, whole: Found) -> Listing:
    """Return all PMIDs of which *whole* is the first answer.

    The set may change while we ask: the union of what was seen is returned, and a further round made, until
    the parts agree with the whole before or after.
    """
    if whole.total == len(whole.pmids):
        return Listing(frozenset(whole.pmids), whole)
    union: set[str] = set(whole.pmids)
    before = whole
    total = 0
    for number in range(ROUNDS):
        try:
            found = _parts(search, before, union)
            after = search(None)
        except UnsoundError as fault:
            return Listing(frozenset(union), whole, str(fault))
        union |= set(after.pmids)
        total = len(found)
        steady = total == after.total
        between = min(before.total, after.total) <= total <= max(before.total, after.total)
        if steady or (between and number == ROUNDS - 1):
            return Listing(frozenset(union), after, drifted=number > 0 or before.total != after.total)
        before = after
    return Listing(frozenset(union), before, f"PubMed announces {before.total} records and its parts add up to {total}")


def _parts(search: Search, whole: Found, seen: set[str]) -> set[str]:
    """Return the PMIDs of all parts; all that is given goes to *seen*. Raises UnsoundError where one is not whole."""
    union: set[str] = set()
    open_parts = [(FIRST, LAST, whole)]
    budget = 64 + whole.total // 50
    while open_parts:
        first, last, found = open_parts.pop()
        stray = next((pmid for pmid in found.pmids if not first <= int(pmid) <= last), None)
        if stray is not None:
            raise UnsoundError(f"PubMed gave PMID {stray} when asked for {first} to {last}")
        seen |= set(found.pmids)
        if len(found.pmids) == found.total:
            union |= set(found.pmids)
            continue
        if first == last or budget <= 0:
            raise UnsoundError(
                f"PubMed announces {found.total} records from PMID {first} to {last} and gives {len(found.pmids)}"
            )
        # Halved at the median of what was given, so that no empty stretch of numbers is asked for.
        given = sorted(int(pmid) for pmid in found.pmids)
        middle = min(max(given[len(given) // 2] if given else (first + last) // 2, first), last - 1)
        for part in ((first, middle), (middle + 1, last)):
            budget -= 1
            open_parts.append((*part, search(part)))
    return union
