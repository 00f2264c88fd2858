"""Counts of concepts and of pairs of concepts, made once after a run so that tables need not count again."""

from collections import Counter
from itertools import groupby
from operator import itemgetter

from gtminer.model import Category
from gtminer.store.tags import Tags

# Safety comes last, so that the assertion of a pair is always that of its second concept.
_ORDER = {category.value: number for number, category in enumerate((*Category, Category.SAFETY))}

_ADD_CONCEPT_COUNT = """
INSERT INTO concept_count (concept, source, assertion, documents, first_year, last_year)
VALUES (?1, ?2, ?3, ?5, ?4, ?4) ON CONFLICT DO UPDATE SET
    documents = documents + excluded.documents,
    first_year = min(coalesce(first_year, excluded.first_year), coalesce(excluded.first_year, first_year)),
    last_year = max(coalesce(last_year, excluded.last_year), coalesce(excluded.last_year, last_year))
"""


class Counted(Tags):
    """The store as a table of counts."""

    @property
    def counts_hold(self) -> bool:
        """Whether `concept_count` and `pair_count` are those of the documents as they are."""
        return self.meta("counted") == (self.meta("data") or "0")

    def refresh_counts(self) -> None:
        """Count again if anything changed since; to be called at the end of a run. About 20 s a million documents."""
        if self.counts_hold:
            return
        with self.transaction():
            concepts, pairs = self._count()
            self.connection.execute("DELETE FROM concept_count")
            self.connection.executemany(
                _ADD_CONCEPT_COUNT,
                [(*key, count) for key, count in concepts.items()],
            )
            self.connection.execute("DELETE FROM pair_count")
            self.connection.executemany(
                "INSERT INTO pair_count (a, b, assertion, documents) VALUES (?, ?, ?, ?)",
                [(*key, count) for key, count in pairs.items()],
            )
            self.set_meta("counted", self.meta("data") or "0")

    def _count(self) -> tuple[Counter[tuple[int, str, str, int | None]], Counter[tuple[int, int, str]]]:
        """Count, over the documents that are not retracted, concepts by source, assertion and year, and pairs."""
        order = {
            concept: _ORDER[category]
            for concept, category in self.connection.execute("SELECT id, category FROM concept")
        }
        facts = {
            identifier: (source, year)
            for identifier, source, year in self.connection.execute(
                "SELECT id, source, year FROM document WHERE retracted = 0"
            )
        }
        concepts: Counter[tuple[int, str, str, int | None]] = Counter()
        pairs: Counter[tuple[int, int, str]] = Counter()
        rows = self.connection.execute(
            "SELECT document, concept, coalesce(assertion, '') FROM document_tag ORDER BY document"
        )
        for document, group in groupby(rows, key=itemgetter(0)):
            if document not in facts:
                continue
            source, year = facts[document]
            tags = sorted((order[concept], concept, assertion) for _, concept, assertion in group)
            concepts.update([(concept, source, assertion, year) for _, concept, assertion in tags])
            pairs.update(
                [
                    (concept, other, assertion)
                    for number, (rank, concept, _) in enumerate(tags, start=1)
                    for other_rank, other, assertion in tags[number:]
                    if rank != other_rank
                ]
            )
        return concepts, pairs
