"""All that is known of one document and why: its tags by concept, rejected readings, tables, versions."""

import sys
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from gtminer.errors import InputError
from gtminer.model import Assertion, Category, Document, Reading, Rejected, Role, Tag
from gtminer.report.concepts import Concepts
from gtminer.store.database import Store

_STRENGTH = {assertion.value: number for number, assertion in enumerate(Assertion)}


class Finding(NamedTuple):
    """One concept of a document with its mentions, those first that decide what is said of the document.

    Without mentions the document is about the concept for the ``reason`` given, which no words of it state.
    """

    category: Category
    concept: str
    label: str
    ids: tuple[str, ...]
    mentions: tuple[Tag, ...]
    reason: str | None = None

    @property
    def verdict(self) -> str:
        """What the mentions come to: a safety event's strongest assertion, else subject or mention."""
        if not self.mentions:
            return Role.SUBJECT
        return self.mentions[0].assertion if self.category is Category.SAFETY else self.mentions[0].role


class Refusal(NamedTuple):
    """A reading that was not taken, as often as it occurs for the same reason; [start, end) is its first place."""

    category: Category
    concept: str
    label: str
    text: str
    start: int
    end: int
    reason: str
    times: int


class Evidence(NamedTuple):
    """One document, explained. ``tagged_with`` is None where it waits for its tags."""

    document: Document
    status: str
    tagged_with: str | None
    gene_therapy: bool | None
    population: str | None
    queries: tuple[str, ...]
    replaced_at: tuple[str, ...]  # when each earlier version was replaced, oldest first
    findings: tuple[Finding, ...]
    refusals: tuple[Refusal, ...]


def find(store: Store, name: str) -> str:
    """Return the doc_id that *name* (a doc_id or PMID) means; raise InputError, with the nearest, if none is stored."""
    wanted = name.strip()
    wanted = f"pubmed:{wanted}" if wanted.isascii() and wanted.isdigit() else wanted
    row = store.connection.execute(
        "SELECT doc_id FROM document WHERE doc_id = ? COLLATE NOCASE ORDER BY doc_id = ? DESC", (wanted, wanted)
    ).fetchone()
    if row:
        return str(row[0])
    source = wanted.partition(":")[0]
    known = [
        doc_id
        for (doc_id,) in store.connection.execute(
            "SELECT doc_id FROM document WHERE source <> 'pubmed' "
            "AND (source = ?1 OR ?1 NOT IN ('pubmed', 'ema', 'fda')) ORDER BY doc_id",
            (source,),
        )
    ]
    product = "-".join(wanted.casefold().partition(":")[2].split()) or wanted.casefold()
    near = get_close_matches(wanted, known, 1) or [doc_id for doc_id in known if f":{product}/" in doc_id]
    hint = f"did you mean '{near[0]}'?" if near else "'gtminer search' and 'gtminer summarize' list ids"
    raise InputError(f"{name}: not in the store; {hint}")


def explain(store: Store, doc_id: str, read: Callable[[Document], Reading] | None = None) -> Evidence:
    """Return the evidence for a stored document; rejected readings are found by *reading* it again.

    Tags are those of the store, which tables show too; where the document waits for its tags they are *read*'s.
    """
    document = store.get(doc_id)
    assert document is not None, doc_id
    key, status, tagged_with, flag, population = store.connection.execute(
        "SELECT id, status, tagged_with, gene_therapy, population FROM document WHERE doc_id = ?", (doc_id,)
    ).fetchone()
    reading = read(document) if read else None
    tags: Iterable[Tag] = _stored(store, key, document)
    if tagged_with is None and reading is not None:
        tags, flag, population = reading.tags, reading.summary.gene_therapy, reading.summary.population.value
    concepts = Concepts(store.connection)
    reasons = {(category, slug): rule for category, slug, rule in (reading.reasons if reading else ())}
    about = reasons
    if tagged_with is not None:
        about = {name: reasons.get(name, "another tag or a heading") for name in _about(store, key)}
    queries = store.connection.execute("SELECT query FROM found_by WHERE document = ? ORDER BY query", (key,))
    replaced = store.connection.execute(
        "SELECT replaced_at FROM document_version WHERE document = ? ORDER BY rowid", (key,)
    )
    return Evidence(
        document,
        status,
        tagged_with,
        None if flag is None else bool(flag),
        population,
        tuple(query for (query,) in queries),
        tuple(moment for (moment,) in replaced),
        tuple(_findings(tags, about, concepts)),
        tuple(_refusals(reading.rejected if reading else (), document.text, concepts)),
    )


def _stored(store: Store, key: int, document: Document) -> list[Tag]:
    rows = store.connection.execute(
        'SELECT category, slug, start, "end", sentence_start, sentence_end, section, page, assertion, role, inferred, '
        "cue, rule, grade, n, denominator, pct, arm FROM mention JOIN concept ON concept.id = mention.concept "
        "WHERE document = ? ORDER BY ordinal",
        (key,),
    )
    return [
        Tag(
            Category(category), slug, document.text[start:end], start, end, first, last, section, page,
            Assertion(assertion), Role(role), bool(inferred), *rest,
        )
        for category, slug, start, end, first, last, section, page, assertion, role, inferred, *rest in rows
    ]  # fmt: skip


def _about(store: Store, key: int) -> Iterable[tuple[Category, str]]:
    """Return what the tables say the document is about."""
    rows = store.connection.execute(
        "SELECT category, slug FROM document_tag JOIN concept ON concept.id = concept WHERE document = ? "
        "AND category <> 'safety' ORDER BY ordinal",
        (key,),
    )
    return [(Category(category), slug) for category, slug in rows]


def _findings(tags: Iterable[Tag], about: Mapping[tuple[Category, str], str], concepts: Concepts) -> Iterable[Finding]:
    grouped: dict[tuple[Category, str], list[Tag]] = {}
    for tag in tags:
        grouped.setdefault((tag.category, tag.concept), []).append(tag)
    order = list(Category)
    # What the document is about stands before what is only named; safety events stand by their strength.
    found = [_finding(category, slug, mentions, concepts) for (category, slug), mentions in grouped.items()]
    found += [
        Finding(category, slug, concepts.label(category, slug), concepts.ids(category, slug), (), reason)
        for (category, slug), reason in about.items()
        if (category, slug) not in grouped
    ]
    return sorted(found, key=lambda one: (order.index(one.category), *_place(one.mentions)))


def _place(mentions: tuple[Tag, ...]) -> tuple[int, int]:
    """The order of findings; one that no words state stands behind those of its role."""
    return (_weight(mentions[0]), mentions[0].start) if mentions else (0, sys.maxsize)


def _finding(category: Category, slug: str, mentions: list[Tag], concepts: Concepts) -> Finding:
    ranked = sorted(mentions, key=lambda tag: (_weight(tag), tag.inferred, tag.start))
    return Finding(category, slug, concepts.label(category, slug), concepts.ids(category, slug), tuple(ranked))


def _weight(tag: Tag) -> int:
    return _STRENGTH[tag.assertion] if tag.category is Category.SAFETY else int(tag.role != Role.SUBJECT)


def _refusals(rejected: Iterable[Rejected], text: str, concepts: Concepts) -> Iterable[Refusal]:
    grouped: dict[tuple[Category, str, str, str], Refusal] = {}
    for one in rejected:
        words = text[one.start : one.end]
        name = (one.category, one.concept, words, one.reason)
        first = grouped.get(name) or Refusal(
            one.category, one.concept, concepts.label(one.category, one.concept), words, one.start, one.end,
            one.reason, 0,
        )  # fmt: skip
        grouped[name] = first._replace(times=first.times + 1)
    return grouped.values()


def as_json(evidence: Evidence, every: Mapping[str, object]) -> dict[str, object]:
    """Return *evidence* as JSON can hold it: *every* field of the document's record, then tags, readings, tables."""
    text = evidence.document.text
    return {
        **every,
        "text": text,
        "tagged_with": evidence.tagged_with,
        "queries": evidence.queries,
        "tags": [
            {"category": one.category, "concept": one.concept, "label": one.label, "ids": one.ids}
            | {name: value for name, value in tag._asdict().items() if name not in ("category", "concept")}
            | {"sentence": text[tag.sentence_start : tag.sentence_end]}
            for one in evidence.findings
            for tag in one.mentions
        ],
        "not_stated": [
            {"category": one.category, "concept": one.concept, "label": one.label, "rule": one.reason}
            for one in evidence.findings
            if not one.mentions
        ],
        "rejected": [one._asdict() for one in evidence.refusals],
        "tables": [table._asdict() for table in evidence.document.tables],
        "replaced_at": evidence.replaced_at,
    }
