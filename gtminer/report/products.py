"""The product view: what regulators and literature say of each product, side by side, and one product's dossier."""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from gtminer import tsv
from gtminer.model import Assertion, Category
from gtminer.report.concepts import Concepts
from gtminer.report.documents import TAGS, Tagged, unpack
from gtminer.report.filters import SOURCES, Filters, Selection
from gtminer.report.table import Column, Row, Table

_UNVERIFIED = re.compile(r"\bK(?:-high)?\b")  # the product table's mark for "from memory"
_LABELLING = {"ema": ("smpc",), "fda": ("label", "package-insert")}
_GROUPS = {
    "ema_report": "EMA report",
    "ema_smpc": "SmPC",
    "fda_review": "FDA review",
    "fda_label": "US label",
    "literature": "literature",
}
_PRESENT = Assertion.PRESENT.value
# Kinds of section whose page is the evidence to read first.
_ON_SAFETY = ("clinical_safety", "adverse_event_table", "adverse_reactions", "warnings", "boxed_warning")
NO_DOCUMENT = "no document"
NOT_FOUND = "not found"


class _Document(NamedTuple):
    """What the product view needs of a document."""

    key: int
    source: str
    kind: str
    year: int | None
    tags: Tagged
    tables: tuple[str, ...]  # states of the adverse-event tables seen

    @property
    def group(self) -> str:
        """The column of the dossier that the document stands in."""
        if self.source not in _LABELLING:
            return "literature"
        labelling = self.kind in _LABELLING[self.source]
        if self.source == "ema":
            return "ema_smpc" if labelling else "ema_report"
        return "fda_label" if labelling else "fda_review"


def facts() -> dict[str, Mapping[str, str]]:
    """Return the rows of the product table by product id; values from memory say "unverified"."""
    wanted = ("product_id", "brand", "inn", "vector_class", "disease_slugs", "ema_ma_date", "fda_approval_date")
    return {
        row["product_id"]: {name: _UNVERIFIED.sub("unverified", value) for name, value in row.values.items()}
        for row in tsv.packaged("product_facts.tsv", wanted)
    }


def one_product(concepts: Concepts, filters: Filters) -> str | None:
    """Return the slug of the product that the filters name, where they name exactly one."""
    slugs = {concepts.resolve(Category.PRODUCT, value) for value in filters.product}
    return slugs.pop() if len(slugs) == 1 else None


_COLUMNS = (
    Column("product"),
    Column("documents", "docs", right=True),
    *(Column(source, right=True, gives_way=8) for source in SOURCES),
    Column("first_year", gives_way=9, right=True),
    Column("last_year", gives_way=9, right=True),
    Column("regulators", gives_way=7),
    Column("approvals", gives_way=3, least=14),
    Column("vector", gives_way=2),
    Column("indication", gives_way=4),
    Column("events_ema", "events: EMA", gives_way=1),
    Column("events_fda", "events: FDA", gives_way=1),
    Column("events_literature", "events: literature"),
    Column("tables", "adverse-event tables", gives_way=6),
    Column("inn", hidden=True),
    Column("slug", hidden=True),
    Column("certainty", hidden=True),
    Column("ema_status", hidden=True),
    Column("fda_status", hidden=True),
)


def table(connection: sqlite3.Connection, concepts: Concepts, selection: Selection) -> Table:
    """Return one row per product that a selected document is about; facts of the product table beside the tags."""
    known = facts()

    def rows() -> Iterator[Row]:
        groups = _by_product(connection, concepts, selection)
        for slug, documents in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
            fact = known.get(slug, {})
            years = [document.year for document in documents if document.year]
            often = _told(connection, documents)
            events = {source: _affirmed(documents, concepts, source, often) for source in SOURCES}
            regulators = [name.upper() for name in ("ema", "fda") if fact.get(_DATES[name])]
            yield (
                concepts.label(Category.PRODUCT, slug) if slug not in known else fact["brand"] or fact["inn"],
                len(documents),
                *(sum(document.source == source for document in documents) for source in SOURCES),
                min(years, default=None), max(years, default=None), tuple(regulators), _approvals(fact),
                _labels(fact, "vector_class", Category.VECTOR, concepts) or _tagged(documents, "vector", concepts),
                _labels(fact, "disease_slugs", Category.INDICATION, concepts)
                or _tagged(documents, "indication", concepts),
                events["ema"], events["fda"], events["pubmed"], _states(documents), fact.get("inn") or None, slug,
                fact.get("certainty") or None, fact.get("ema_status") or None, fact.get("fda_status") or None,
            )  # fmt: skip

    return Table("Documents by product", _COLUMNS, rows())


def dossier(connection: sqlite3.Connection, concepts: Concepts, selection: Selection, slug: str) -> Table:
    """Return what each kind of source says of product *slug*: facts, merged tags, and every safety event.

    A cell of an event holds its strongest assertion, and the page in its one document or how many documents say so;
    ``not found`` where the sources of the column were read and do not name it, ``no document`` where there are none.
    """
    documents = _by_product(connection, concepts, selection).get(slug, [])
    groups = {name: [document for document in documents if document.group == name] for name in _GROUPS}
    fact = facts().get(slug, {})
    columns = (
        Column("part", hidden=True),
        Column("finding", least=16),
        *(Column(name, heading, least=12, gives_way=not groups[name]) for name, heading in _GROUPS.items()),
    )
    lines: list[Row] = []
    for name, ema, fda in _FACTS:
        values = {"ema_report": fact.get(ema, ""), "fda_review": fact.get(fda, "")}
        if any(values.values()):
            lines.append(("fact", name, *(values.get(group) or None for group in _GROUPS)))
    if boxed := fact.get("boxed_warning_us"):
        lines.append(("fact", "boxed warning", *(boxed if group == "fda_label" else None for group in _GROUPS)))
    if certainty := fact.get("certainty"):
        stated = {"ema_report": fact.get("ema_ma_date"), "fda_review": fact.get("fda_approval_date")}
        cells = (certainty if stated.get(group) else None for group in _GROUPS)
        lines.append(("fact", "certainty of these facts", *cells))
    lines.append(("documents", "documents", *(len(groups[group]) for group in _GROUPS)))
    for name in ("modality", "vector", "indication"):
        lines.append((name, name, *(_tagged(groups[group], name, concepts) for group in _GROUPS)))
    lines.append(("tables", "adverse-event tables", *(_states(groups[group]) for group in _GROUPS)))
    lines.extend(_event_rows(connection, concepts, groups))
    title = fact.get("brand") or concepts.label(Category.PRODUCT, slug)
    return Table(f"Dossier of {title}", columns, lines if documents or fact else [])


_DATES = {"ema": "ema_ma_date", "fda": "fda_approval_date"}
_FACTS = (("approved", "ema_ma_date", "fda_approval_date"), ("status", "ema_status", "fda_status"))


def _by_product(connection: sqlite3.Connection, concepts: Concepts, selection: Selection) -> dict[str, list[_Document]]:
    """Return the selected documents by product: a report counts for its own, an article for those it is about."""
    sql = (
        f"SELECT id, source, kind, year, product, {TAGS}, json_extract(record, '$.tables') FROM document "
        "WHERE (document.product IS NOT NULL OR document.id IN (SELECT document FROM document_tag WHERE concept IN "
        f"(SELECT id FROM concept WHERE category = 'product'))) AND {selection.where} ORDER BY document.doc_id"
    )
    wanted = {concepts.by_key[key].slug for key in selection.concepts.get(Category.PRODUCT, ())}
    found: dict[str, list[_Document]] = {}
    for key, source, kind, year, own, packed, tables in connection.execute(sql, selection.parameters):
        tags = unpack(packed, concepts)
        document = _Document(key, source, kind, year, tags, _table_states(tables))
        for slug in [own] if own else [concepts.by_key[number].slug for number in tags.product]:
            if not wanted or slug in wanted:
                found.setdefault(slug, []).append(document)
    return found


def _event_rows(
    connection: sqlite3.Connection, concepts: Concepts, groups: Mapping[str, list[_Document]]
) -> Iterator[Row]:
    """Yield one row per safety event, those said by most groups and most often first.

    General words ("adverse events") say nothing beside the events themselves, and are left out where any occurred.
    """
    strength = {assertion.value: rank for rank, assertion in enumerate(Assertion)}
    said: dict[int, dict[str, list[tuple[str, int]]]] = {}
    for group, documents in groups.items():
        for document in documents:
            for concept, assertion in document.tags.safety:
                said.setdefault(concept, {}).setdefault(group, []).append((assertion, document.key))

    affirmed = {
        concept: sum(any(word == _PRESENT for word, _ in found) for found in groups.values())
        for concept, groups in said.items()
    }
    if any(affirmed.values()):
        said = {concept: found for concept, found in said.items() if concepts.by_key[concept].slug not in _general()}
    often = _told(connection, [document for found in groups.values() for document in found])

    def rank(concept: int) -> tuple[int, int, int, str]:
        label = concepts.by_key[concept].label.casefold()
        return (-affirmed[concept], -len(said[concept]), -often.get(concept, 0), label)

    for concept in sorted(said, key=rank):
        cells: list[str] = []
        for group in _GROUPS:
            found = said[concept].get(group)
            if found is None:
                cells.append(NOT_FOUND if groups[group] else NO_DOCUMENT)
                continue
            strongest = min((word for word, _ in found), key=lambda word: strength.get(word, len(strength)))
            keys = [key for word, key in found if word == strongest]
            page = _page(connection, concept, strongest, keys[0]) if len(groups[group]) == 1 else None
            where = f", {len(keys)} of {len(groups[group])} documents" if len(groups[group]) > 1 else ""
            cells.append(strongest + where + (f", p. {page}" if page is not None else ""))
        yield ("safety event", concepts.by_key[concept].label, *cells)


def _page(connection: sqlite3.Connection, concept: int, assertion: str, document: int) -> int | None:
    """Return the first page that says it of an event, one of a section on safety before all others."""
    safety = ", ".join(f"'{kind}'" for kind in _ON_SAFETY)
    sql = (
        "SELECT page FROM mention WHERE document = ? AND concept = ? AND assertion = ? AND role = 'subject' "
        f"AND page IS NOT NULL ORDER BY section IN ({safety}) DESC, page LIMIT 1"
    )
    found = connection.execute(sql, (document, concept, assertion)).fetchone()
    return None if found is None else int(found[0])


def _told(connection: sqlite3.Connection, documents: list[_Document]) -> dict[int, int]:
    """Return how often regulators' *documents* say of each concept that it occurred."""
    listed = ",".join(str(document.key) for document in documents if document.source in _LABELLING)
    sql = (
        f"SELECT concept, count(*) FROM mention WHERE document IN ({listed}) AND assertion = '{_PRESENT}' "
        "AND role = 'subject' GROUP BY concept"
    )
    return dict(connection.execute(sql)) if listed else {}


@cache
def _general() -> frozenset[str]:
    return frozenset(row["concept"] for row in tsv.packaged("roles/general.tsv", ("category", "concept")))


def _affirmed(documents: list[_Document], concepts: Concepts, source: str, often: Mapping[int, int]) -> tuple[str, ...]:
    """Return the affirmed events of *source* with the number of documents, if several: those of most documents first.

    Of as many documents, those that are told most *often* come first.
    """
    counted: dict[int, int] = {}
    for document in documents:
        if document.source == source:
            for key, assertion in document.tags.safety:
                if assertion == _PRESENT:
                    counted[key] = counted.get(key, 0) + 1
    ranked = sorted(counted, key=lambda key: (-counted[key], -often.get(key, 0), concepts.by_key[key].label.casefold()))
    return tuple(
        f"{concepts.by_key[key].label} ({counted[key]})" if counted[key] > 1 else concepts.by_key[key].label
        for key in ranked
    )


def _tagged(documents: list[_Document], name: str, concepts: Concepts) -> tuple[str, ...]:
    keys = [key for document in documents for key in getattr(document.tags, name)]
    return tuple(dict.fromkeys(concepts.by_key[key].label for key in keys))


def _labels(fact: Mapping[str, str], column: str, category: Category, concepts: Concepts) -> tuple[str, ...]:
    slugs = [slug.strip() for slug in fact.get(column, "").split(";")]
    return tuple(concepts.label(category, slug) for slug in slugs if slug)


def _approvals(fact: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{name.upper()} {fact[column]}" for name, column in _DATES.items() if fact.get(column))


def _states(documents: list[_Document]) -> tuple[str, ...]:
    """Return how many adverse-event tables were read, are pictures, or failed: none is passed over in silence."""
    states = [state for document in documents for state in document.tables]
    return tuple(f"{states.count(state)} {state}" for state in dict.fromkeys(sorted(states)))


def _table_states(tables: str | None) -> tuple[str, ...]:
    if not tables or tables == "[]":
        return ()
    return tuple(table[2] if isinstance(table, list) else table["state"] for table in json.loads(tables))
