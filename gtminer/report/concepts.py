"""The concepts as the store knows them: labels, identifiers, and what lies below a concept."""

import json
import re
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from gtminer.errors import InputError
from gtminer.model import Category


class Concept(NamedTuple):
    """One row of the store's concept table."""

    category: str
    slug: str
    label: str
    ids: tuple[str, ...]


class Concepts:
    """The store's concept table by its integer keys."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._ids: dict[int, str] = {}
        self.by_key: dict[int, Concept] = {}
        for key, category, slug, label, ids in connection.execute("SELECT id, category, slug, label, ids FROM concept"):
            known = () if ids == "[]" else tuple(json.loads(ids))
            self.by_key[key] = Concept(category, slug, label, known)
        self._keys = {(concept.category, concept.slug): key for key, concept in self.by_key.items()}

    def __getitem__(self, key: int) -> Concept:
        return self.by_key[key]

    def label(self, category: Category, slug: str) -> str:
        """Return the preferred label of *slug*, or its words where the store has none."""
        key = self._keys.get((category.value, slug))
        if key is not None:
            return self.by_key[key].label
        return slug.replace("_", " ") if category is Category.PRODUCT else slug

    def ids(self, category: Category, slug: str) -> tuple[str, ...]:
        """Return the open identifiers of *slug*; none where the store does not know it."""
        key = self._keys.get((category.value, slug))
        return () if key is None else self.by_key[key].ids

    def keys(self, category: Category) -> list[int]:
        """Return the keys of all concepts of *category*."""
        return [key for key, concept in self.by_key.items() if concept.category == category]

    def with_narrower(self, category: Category, slugs: Iterable[str]) -> frozenset[int]:
        """Return the keys of *slugs* and of everything below them; slugs that no document has are passed over."""
        found = {self._keys[category.value, slug] for slug in slugs if (category.value, slug) in self._keys}
        listed = ",".join(map(str, found))
        below = self._connection.execute(f"SELECT concept FROM concept_ancestor WHERE ancestor IN ({listed})")
        return frozenset(found | {key for (key,) in below})

    def _is_reported(self, product: str) -> bool:
        """Tell whether a regulator's document is of *product*, though the vocabulary may not know it yet."""
        found = self._connection.execute("SELECT 1 FROM document WHERE product = ? LIMIT 1", (product,))
        return found.fetchone() is not None

    def resolve(self, category: Category, value: str) -> str:
        """Return the slug that *value* (slug, label or synonym) means; raise InputError that suggests the nearest.

        The vocabulary, which also knows the synonyms, is loaded only where the store's own names do not decide.
        """
        wanted = value.strip().casefold()
        if not wanted:
            raise InputError(f"--{option(category)}: an empty value; name a slug, label or synonym")
        matches = {
            concept.slug
            for concept in self.by_key.values()
            if concept.category == category and wanted in (concept.slug, concept.label.casefold())
        }
        if len(matches) == 1:
            return matches.pop()
        if category is Category.PRODUCT and self._is_reported(own := re.sub(r"[^a-z0-9]+", "_", wanted).strip("_")):
            return own
        if category is Category.PRODUCT and (named := _with_proper_name(wanted)):
            return named
        from gtminer import config
        from gtminer.tag import vocabulary

        return vocabulary.load(config.load().vocabulary).resolve(category, value)


def _with_proper_name(name: str) -> str | None:
    """Return the one product of which *name* is the INN, or the US proper name with its four letters; None else."""
    from gtminer.sources.products import fold, load

    found = [
        product.product_id
        for product in load().products.values()
        if fold(name) in (fold(known) for known in product.inns)
    ]
    return found[0] if len(found) == 1 else None


def option(category: Category) -> str:
    """Return the name of the option that filters by *category*."""
    return "event" if category is Category.SAFETY else category.value
