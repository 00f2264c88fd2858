"""The filters that all reports share, turned into one SQL condition over the store."""

import calendar
import re
import sqlite3
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple

from gtminer.errors import InputError
from gtminer.model import Assertion, Category, Population, Role
from gtminer.report.concepts import Concepts

SOURCES = ("pubmed", "ema", "fda")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class Filters(NamedTuple):
    """What the user asked for, as typed. Values of one filter are alternatives; the filters all have to hold."""

    source: Sequence[str] = ()
    query: Sequence[str] = ()
    product: Sequence[str] = ()
    modality: Sequence[str] = ()
    vector: Sequence[str] = ()
    indication: Sequence[str] = ()
    event: Sequence[str] = ()
    assertion: Sequence[str] = ()
    role: Sequence[str] = ()
    population: Sequence[str] = ()
    since: str | None = None
    until: str | None = None
    include_retracted: bool = False


class Selection(NamedTuple):
    """The filters, understood. The conditions are SQL over ``document`` and, for rows of tags, ``mention``."""

    documents: str
    parameters: tuple[str, ...]
    include_retracted: bool
    concepts: Mapping[Category, frozenset[int]]
    assertions: tuple[str, ...]
    roles: tuple[str, ...]
    dates: str = ""  # bounds on the date, kept apart: a document without a date meets none

    @property
    def matching(self) -> str:
        """The condition that a document has to meet, retracted or not."""
        return f"{self.documents} AND {self.dates}" if self.dates else self.documents

    @property
    def where(self) -> str:
        """The condition that a document has to meet to be shown."""
        return self.matching + self._not_retracted

    @property
    def undated(self) -> str:
        """The condition of documents that are left out only because they state no date."""
        return f"{self.documents} AND document.date IS NULL{self._not_retracted}" if self.dates else "0"

    @property
    def _not_retracted(self) -> str:
        return "" if self.include_retracted else " AND document.retracted = 0"

    @property
    def everything(self) -> bool:
        """True where no filter but the one for retracted documents is set."""
        return self.matching == "1"


def select(
    connection: sqlite3.Connection, concepts: Concepts, filters: Filters, *, every_mention: bool = False
) -> Selection:
    """Return *filters* as a selection; raise InputError, with the nearest known value, for an unknown one.

    A concept filter looks at the merged tags of a document, or with *every_mention* (tables of single tags) or a
    role at each mention. A parent includes its children. A date that is less precise than a bound passes where it
    may lie within: nothing is lost for want of a month.
    """
    conditions: list[str] = []
    parameters: list[str] = []

    def among(column: str, values: Sequence[str]) -> None:
        conditions.append(f"{column} IN ({', '.join('?' * len(values))})")
        parameters.extend(values)

    if filters.source:
        among("document.source", [_choice("source", value, SOURCES) for value in filters.source])
    if filters.population:
        among("document.population", _closed("population", filters.population, Population))
    if filters.query:
        among(
            "document.id IN (SELECT document FROM found_by WHERE query",
            _queries(connection, filters.query),
        )
        conditions[-1] += ")"
    assertions = _closed("assertion", filters.assertion, Assertion)
    roles = _closed("role", filters.role, Role)
    chosen: dict[Category, frozenset[int]] = {}
    for category, values in (
        (Category.MODALITY, filters.modality),
        (Category.VECTOR, filters.vector),
        (Category.INDICATION, filters.indication),
        (Category.SAFETY, filters.event),
    ):
        if values:
            keys = concepts.with_narrower(category, [concepts.resolve(category, value) for value in values])
            chosen[category] = keys
            conditions.append(_has_concept(category, keys, assertions, roles, every_mention))
    if filters.product:
        slugs = [concepts.resolve(Category.PRODUCT, value) for value in filters.product]
        keys = concepts.with_narrower(Category.PRODUCT, slugs)
        among("(document.product", slugs)
        conditions[-1] += f" OR {_has_concept(Category.PRODUCT, keys, (), roles, every_mention)})"
    if assertions and not filters.event and not every_mention:
        conditions.append(
            f"document.id IN (SELECT document FROM document_tag WHERE assertion IN ({_texts(assertions)}))"
        )
    if roles and not chosen and not every_mention:
        conditions.append(f"document.id IN (SELECT document FROM mention WHERE role IN ({_texts(roles)}))")
    dates = []
    if filters.since:  # a date that was checked is safe to stand in SQL
        dates.append(f"document.date >= substr('{_date('since', filters.since)}', 1, length(document.date))")
    if filters.until:
        until = _date("until", filters.until)
        dates.append(f"substr(document.date, 1, {len(until)}) <= '{until}'")
    if filters.since and filters.until and filters.until < filters.since[: len(filters.until)]:
        raise InputError(f"--since {filters.since} is after --until {filters.until}; nothing can lie between")
    documents = " AND ".join(conditions) or "1"
    return Selection(
        documents, tuple(parameters), filters.include_retracted, chosen, assertions, roles, " AND ".join(dates)
    )


def mention_condition(selection: Selection) -> str:
    """Return the SQL condition for the rows of a table of tags: the concepts, assertions and roles asked for.

    A product chooses documents, whose tags are all shown; the other concepts choose their own rows.
    """
    conditions = []
    if selection.concepts:
        keys = sorted(frozenset().union(*selection.concepts.values()))
        conditions.append(f"mention.concept IN ({','.join(map(str, keys))})")
    if selection.assertions:
        conditions.append(f"mention.assertion IN ({_texts(selection.assertions)})")
    if selection.roles:
        conditions.append(f"mention.role IN ({_texts(selection.roles)})")
    return " AND ".join(conditions) or "1"


def left_out_as_retracted(connection: sqlite3.Connection, selection: Selection) -> int:
    """Return how many retracted documents the selection would show if it included them."""
    if selection.include_retracted:
        return 0
    sql = f"SELECT count(*) FROM document WHERE document.retracted = 1 AND {selection.matching}"
    return int(connection.execute(sql, selection.parameters).fetchone()[0])


def _has_concept(
    category: Category, keys: frozenset[int], assertions: Sequence[str], roles: Sequence[str], every_mention: bool
) -> str:
    listed = ",".join(map(str, sorted(keys)))
    if every_mention or roles:
        role = f" AND role IN ({_texts(roles)})" if roles else ""
        condition = f"document.id IN (SELECT document FROM mention WHERE concept IN ({listed}){role})"
        if every_mention:
            return condition
    else:
        condition = f"document.id IN (SELECT document FROM document_tag WHERE concept IN ({listed}))"
    if category is Category.SAFETY and assertions:
        condition += (
            f" AND document.id IN (SELECT document FROM document_tag WHERE concept IN ({listed})"
            f" AND assertion IN ({_texts(assertions)}))"
        )
    return condition


def _texts(values: Sequence[str]) -> str:
    """Return *values*, all of them from closed sets of ours, as SQL texts."""
    return ", ".join(f"'{value}'" for value in values)


def _closed(name: str, values: Sequence[str], known: type[StrEnum]) -> tuple[str, ...]:
    return tuple(_choice(name, value, [member.value for member in known]) for value in values)


def _choice(name: str, value: str, known: Sequence[str]) -> str:
    wanted = value.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted in known:
        return wanted
    if "," in value:
        raise InputError(f"--{name}: '{value}' is one value; for several write --{name} again for each")
    raise InputError(f"--{name}: unknown value '{value}'; choose one of: {', '.join(known)}")


def _queries(connection: sqlite3.Connection, names: Sequence[str]) -> list[str]:
    known = [name for (name,) in connection.execute("SELECT DISTINCT query FROM found_by ORDER BY query")]
    ran = [name for (name,) in connection.execute("SELECT DISTINCT query FROM run WHERE query IS NOT NULL")]
    for name in names:
        if name not in known and name not in ran and name not in _query_files():
            near = get_close_matches(name, known + ran, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"the queries are: {', '.join(known) or 'none yet'}"
            raise InputError(f"--query: unknown query '{name}'; {hint}")
    return list(names)


def _query_files() -> Sequence[str]:
    """Return the names of the query files, for a query that was never run: it has no documents, but it exists."""
    try:
        from gtminer import query

        return [found.name for found in query.load()]
    except InputError:
        return []


def _date(name: str, value: str) -> str:
    """Return *value* if it is a year, month or day in ISO form; raise InputError otherwise."""
    match = _DATE.fullmatch(value.strip())
    if match:
        year, month, day = (int(part) if part else None for part in match.groups())
        days = calendar.monthrange(year, month)[1] if year and month and month <= 12 else 0
        if year and (month is None or days) and (day is None or 1 <= day <= days):
            return value.strip()
    raise InputError(f"--{name}: '{value}' is not a date; write 2024, 2024-06 or 2024-06-30")
