"""What the fields of a PubMed record mean, whichever reader found them: dates, section kinds, identifiers, text."""

import datetime
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from gtminer import tsv
from gtminer.model import Section


class Part(NamedTuple):
    """A stretch of a record's text before it has a place."""

    kind: str
    heading: str
    text: str
    language: str | None = None


_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_DATE = re.compile(r"\b([12]\d{3})\b(?:[ /-]+([A-Za-z]{3,}|\d{1,2})\b)?(?:[ /-]+(\d{1,2})\b)?")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PMCID = re.compile(r"PMC\d+")
_CATEGORIES = frozenset(["background", "objective", "methods", "results", "conclusions"])


def iso_date(published: str) -> str | None:
    """Return the ISO date with which *published* begins, as precise as given; a range counts from its start.

    >>> [iso_date(words) for words in ("1998 Dec-1999 Jan", "1975 Jul 4-7", "2000 Spring", "1976-1977", "n.d.")]
    ['1998-12', '1975-07-04', '2000', '1976', None]
    """
    found = _DATE.search(published)
    if not found:
        return None
    year, month_name, day = found.groups()
    month = _MONTHS.get(month_name[:3].lower()) if month_name and month_name.isalpha() else int(month_name or 0)
    if not month or month > 12:
        return year
    try:
        return datetime.date(int(year), month, int(day)).isoformat() if day else f"{year}-{month:02}"
    except ValueError:
        return f"{year}-{month:02}"


def titles(title: str | None, vernacular: str | None, languages: Iterable[str]) -> tuple[str, list[Part]]:
    """Return the title and, as a part of its own, the vernacular one, unless there is no other.

    A missing title is "". "[Not Available]." is NLM's word for a title that was never translated.
    """
    if vernacular and (title is None or title.rstrip(".") == "[Not Available]"):
        return vernacular, []
    if not vernacular:
        return title or "", []
    language = next((one for one in languages if one != "eng"), None)
    return title or "", [Part("vernacular_title", "", vernacular, language)]


def section_kind(category: str, label: str) -> str:
    """Return the kind of an AbstractText: its NlmCategory, else what its label stands for, else ``abstract``."""
    kind = category.lower()
    if kind in _CATEGORIES:
        return kind
    return _labels().get(_normal(label), "abstract") if label else "abstract"


def is_label(words: str) -> bool:
    """Return whether *words* are a known label of structured abstracts."""
    return _normal(words) in _labels()


def _normal(label: str) -> str:
    return " ".join(label.upper().rstrip(":. ").split())


@cache
def _labels() -> dict[str, str]:
    table = files("gtminer") / "data" / "abstract_labels.tsv"
    return {row["label"]: row["kind"] for row in tsv.read(table, ("kind", "label", "source"))}


def doi(candidates: Iterable[str]) -> str | None:
    """Return the first of *candidates* that has the form of a DOI, without resolver or prefix."""
    for text in candidates:
        if found := _DOI.search(text):
            return found[0]
    return None


def pmcid(candidates: Iterable[str]) -> str | None:
    """Return the first PMCID (``PMC1234567``) among *candidates*."""
    return next((found[0] for text in candidates if (found := _PMCID.fullmatch(text.strip()))), None)


def compose(title: str, parts: Iterable[Part]) -> tuple[str, tuple[Section, ...]]:
    """Return the text of a document (title and parts, one below the other) and where each part stands in it."""
    lines = [title]
    new = tuple.__new__  # half the price of Section(...)
    sections = [new(Section, ("title", "", 0, len(title), None, None))]
    start = len(title) + 1
    for kind, heading, text, language in parts:
        end = start + len(text)
        sections.append(new(Section, (kind, heading, start, end, None, language)))
        lines.append(text)
        start = end + 1
    return "\n".join(lines), tuple(sections)
