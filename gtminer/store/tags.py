"""The tagger's readings in the store: concepts, mentions, document-level tags."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from gtminer.model import Category, Document, DocumentTags, Reading
from gtminer.store.documents import Documents

Name = tuple[str, str]  # category, slug

_MENTION = (
    'INSERT INTO mention (document, ordinal, concept, start, "end", sentence_start, sentence_end, section, page, '
    "assertion, role, inferred, cue, rule, grade, n, denominator, pct, arm) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

_TAGGED = (
    "UPDATE document SET tagged_with = ?1, gene_therapy = ?2, population = ?3, tag_digest = ?4, tagged_run = "
    "CASE WHEN coalesce(tag_digest, '') = ?4 OR (tag_digest IS NULL AND first_run IS ?5) THEN tagged_run ELSE ?5 END "
    "WHERE id IN (SELECT value FROM json_each(?6))"
)


class ConceptRow(NamedTuple):
    """A concept as the store keeps it; *ancestors* are all of them (category, slug), without itself."""

    category: str
    slug: str
    label: str
    ids: Sequence[str] = ()
    ancestors: Sequence[Name] = ()


class Tags(Documents):
    """The store as a collection of tags."""

    def sync_concepts(self, concepts: Iterable[ConceptRow], *, version: str | None = None) -> None:
        """Make the store's concepts those of the vocabulary; ids of known ones stay, dropped ones stay readable.

        Where the store was synced with the same *version* last, nothing is read or written.
        """
        if version is not None and self.meta("concepts") == version:
            return
        rows = list(concepts)
        with self.transaction():
            self.connection.executemany(
                "INSERT INTO concept (category, slug, label, ids) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (category, slug) DO UPDATE SET label = excluded.label, ids = excluded.ids",
                [(row.category, row.slug, row.label, json.dumps(list(row.ids), ensure_ascii=False)) for row in rows],
            )
            ids = self._concept_ids()
            self.connection.execute("DELETE FROM concept_ancestor")
            self.connection.executemany(
                "INSERT OR IGNORE INTO concept_ancestor (concept, ancestor) VALUES (?, ?)",
                [(ids[row.category, row.slug], ids[ancestor]) for row in rows for ancestor in row.ancestors],
            )
            self.set_meta("concepts", version or "")

    def untagged(self, tagger_version: str, everything: bool = False) -> Iterator[tuple[int, Document]]:
        """Yield documents (with their ids) without tags of this version, or all; the store may be written meanwhile."""
        if everything:
            return self._pages("TRUE", ())
        return self._pages("tagged_with IS NOT ?", (tagger_version,))

    def count_untagged(self, tagger_version: str) -> int:
        """Return how many documents `untagged` would yield."""
        (count,) = self.connection.execute(
            "SELECT count(*) FROM document WHERE tagged_with IS NOT ?", (tagger_version,)
        ).fetchone()
        return int(count)

    def put_readings(self, readings: Iterable[tuple[int, Reading]], *, tagged_with: str, run: int | None = None) -> int:
        """Replace the tags of documents (by their ids) in one transaction; return how many documents that were.

        *tagged_with* is the version of vocabulary and code. The concepts must be known (`sync_concepts`).
        A document that *run* did not bring itself is marked with it where its document-level tags became others.
        """
        with self.transaction():
            ids = self._concept_ids()
            mentions: list[tuple[Any, ...]] = []
            tags: list[tuple[Any, ...]] = []
            documents: dict[tuple[Any, ...], list[int]] = {}  # most have no tags, and are marked at once
            for identifier, reading in readings:
                summary = reading.summary
                digest = _digest(summary)
                mark = (tagged_with, summary.gene_therapy, summary.population.value, digest, run)
                documents.setdefault(mark, []).append(identifier)
                if reading.tags:
                    mentions.extend(_mentions(identifier, reading, ids))
                if digest:
                    tags.extend(_document_tags(identifier, summary, ids))
            identifiers = [identifier for alike in documents.values() for identifier in alike]
            self.clear_tags(json.dumps(identifiers))
            self.connection.executemany(_MENTION, mentions)
            self.connection.executemany(
                "INSERT OR IGNORE INTO document_tag (document, concept, assertion, inferred, ordinal) "
                "VALUES (?, ?, ?, ?, ?)",
                tags,
            )
            self.connection.executemany(_TAGGED, [(*mark, json.dumps(alike)) for mark, alike in documents.items()])
            if documents:
                self.touch()
        return len(identifiers)

    def _concept_ids(self) -> dict[Name, int]:
        rows = self.connection.execute("SELECT category, slug, id FROM concept")
        return {(category, slug): identifier for category, slug, identifier in rows}


def _mentions(identifier: int, reading: Reading, ids: Mapping[Name, int]) -> Iterator[tuple[Any, ...]]:
    for ordinal, tag in enumerate(reading.tags):
        category, concept, _text, *places, assertion, role, inferred, cue, rule, grade, n, denominator, pct, arm = tag
        yield (
            identifier, ordinal, ids[category, concept], *places, str(assertion), str(role), inferred, cue, rule,
            grade, n, denominator, pct, arm,
        )  # fmt: skip


def _document_tags(identifier: int, summary: DocumentTags, ids: Mapping[Name, int]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a document's merged set; what is stated comes first, so that it wins over what is inferred."""
    merged: list[tuple[Category, str, str | None, int]] = [
        *((Category.PRODUCT, slug, None, 0) for slug in summary.product),
        *((Category.MODALITY, slug, None, 0) for slug in summary.modality),
        *((Category.VECTOR, slug, None, 0) for slug in summary.vector),
        *((Category.INDICATION, slug, None, 0) for slug in summary.indication),
        *((Category.SAFETY, event.term, str(event.assertion), 0) for event in summary.safety),
        *((Category.MODALITY, slug, None, 1) for slug in summary.inferred_modality),
        *((Category.VECTOR, slug, None, 1) for slug in summary.inferred_vector),
    ]
    for ordinal, (category, slug, assertion, inferred) in enumerate(merged):
        yield identifier, ids[category, slug], assertion, inferred, ordinal


def _digest(summary: DocumentTags) -> str:
    """Return what tells one set of document-level tags from another; empty for no tags at all."""
    if not any(summary[:7]):
        return ""
    return blake2b(repr(summary[:7]).encode(), digest_size=8).hexdigest()
