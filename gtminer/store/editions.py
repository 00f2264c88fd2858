"""Which of two editions of a regulator's document is the older one: by its date, else by the day its file was made."""

from typing import NamedTuple

from gtminer.model import Document


class Edition(NamedTuple):
    """What tells when a document is of, in ISO dates as precise as printed; None where nothing does."""

    date: str | None
    made: str | None
    sha256: str | None = None


def edition(document: Document) -> Edition:
    """Return what a document and its file say of their age."""
    where = document.provenance
    return Edition(document.date, where and where.made, where and where.sha256)


def older_by(one: Edition, other: Edition) -> tuple[str, str] | None:
    """Return the two dates by which *one* is older than *other*; None where it is not, or nothing tells.

    >>> older_by(Edition("2022-05", None), Edition("2024-01-31", None))
    ('2022-05', '2024-01-31')
    """
    for mine, its in ((one.date, other.date), (one.made, other.made)):
        if mine and its:
            common = min(len(mine), len(its))
            if mine[:common] != its[:common]:
                return (mine, its) if mine < its else None
    return None
