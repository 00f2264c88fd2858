"""From an ontology's terms to forms and concepts to add, and what is left out of it, with the reason.

A term whose identifier or name a built-in concept has adds its forms to that concept. A form is left out where it
would tag what it doesn't mean: too general, too short, a common word, an acronym of several diseases, or where the
vocabulary has it already.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from gtminer.errors import InputError
from gtminer.model import Category
from gtminer.tag.checking import JOINTS
from gtminer.tag.fold import plain
from gtminer.tag.obo import Term
from gtminer.tag.vocabulary import Form, Vocabulary

_SHORTEST = 4  # letters of a form that is no acronym
_SHORTEST_ACRONYM = 3
_LONGEST = 120  # characters; what is longer describes and is not written so in texts
_NEAR = 2  # steps to the common parent that a form of several terms is given to
_CONTEXT = 5  # letters of a word of the name that makes an acronym believable
_MOST_CONTEXT = 8
_ACRONYM = re.compile(r"(?=.*[A-Z].*[A-Z0-9])[A-Za-z0-9][A-Za-z0-9/.-]{0,11}$")
_QUALIFIER = re.compile(r"\s*(?:\((?:disease|disorder|finding|syndrome)\)|,? NOS|,? unspecified)$", re.IGNORECASE)
# What keeps its place behind a comma: "syndrome, type 2", "disease, with seizures", "asthma, susceptibility to".
_STAYS = re.compile(r"(?:type|with|without|due|and|or|in|of|susceptibility|formerly|including)\b|[IVX\d]+[A-Za-z]?$")
_PREFIXES = {"Orphanet": "ORPHA", "ORPHA": "ORPHA", "MESH": "MESH", "NCIT": "NCIT"}

# A word that tells how something is, and not what it is: "hemolytic", "gastric".
_ADJECTIVE = re.compile(r"[a-z]{3,}(?:ic|ical|al|ous|ary|ated|ative|atory)$")
# An acronym is a gene's or protein's where a name says so: "G6PD deficiency", "caused by mutation in WFS1".
_GENE = re.compile(
    r"\b([A-Z][A-Z0-9]{1,9})[- ](?:gene|deficien|mutation|mutant)"
    r"|(?:mutations?|variants?|defects?|alterations?) (?:in|of) (?:the )?([A-Z][A-Z0-9]{1,9})\b"
)

GENERAL = "too general"
GENE = "names a gene or protein"
ADJECTIVE = "an adjective"
ENDLESS = "ends in nothing"
SHORT = "too short"
LONG = "too long to be written so"
COMMON = "a common word"
ACRONYM = "an acronym without a name to know it by"
AMBIGUOUS = "means several terms"
THERE = "there already"
LOOSE = "not an exact synonym"


class Row(NamedTuple):
    """A form to add. *needs* are context words of an acronym."""

    slug: str
    form: str
    needs: tuple[str, ...]
    term: str


class Added(NamedTuple):
    """A new concept."""

    slug: str
    label: str
    parents: tuple[str, ...]
    axis: str
    ids: tuple[str, ...]


class LeftOut(NamedTuple):
    """A form that is not taken, and why; *instead* says what has it."""

    reason: str
    term: str
    form: str
    instead: str


class Plan(NamedTuple):
    """What an ontology adds to a category."""

    concepts: dict[str, Added]
    rows: list[Row]
    mapped: dict[str, str]  # term -> slug of a concept that was there
    parents: dict[str, tuple[str, ...]]  # new ones, of such concepts
    left_out: list[LeftOut]

    def reasons(self) -> Counter[str]:
        """Return how many forms were left out for each reason."""
        return Counter(item.reason for item in self.left_out)


class _Wish(NamedTuple):
    """A form that a term asks for."""

    term: str
    form: str
    is_name: bool


def plan(
    terms: Iterable[Term],
    category: Category,
    vocabulary: Vocabulary,
    *,
    common: frozenset[str],
    general: frozenset[str],
    american: Sequence[tuple[str, str]],
) -> Plan:
    """Return what *terms* add to *category* of *vocabulary*; *american* are pairs of spellings, British first."""
    return _Planner(terms, category, vocabulary, common, general, american).plan()


class _Planner:
    def __init__(
        self,
        terms: Iterable[Term],
        category: Category,
        vocabulary: Vocabulary,
        common: frozenset[str],
        general: frozenset[str],
        american: Sequence[tuple[str, str]],
    ) -> None:
        self._terms = {term.id: term for term in terms}
        self._category = category
        self._vocabulary = vocabulary
        self._common = common
        self._general = general
        self._american = american
        self._genes = {
            symbol
            for term in self._terms.values()
            for text in (term.name, *term.synonyms)
            for found in _GENE.findall(text)
            for symbol in found
            if symbol
        }
        self._left: list[LeftOut] = []
        self._above: dict[str, dict[str, int]] = {}

    def plan(self) -> Plan:
        mapped = self._mapped()
        rows: list[Row] = []
        for wishes in self._wishes().values():
            taken = self._settle(wishes)
            if taken is not None:
                rows += self._rows(*taken, mapped)
        rows.sort(key=lambda row: (row.slug, row.form))
        named = {row.term for row in rows} | set(mapped)
        concepts = {
            slug: self._concept(term, slug, named, mapped) for term in named - set(mapped) for slug in (_slug(term),)
        }
        self._left.sort(key=lambda item: (item.reason, item.term, item.form))
        parents = self._further_parents(concepts, named, mapped)
        return Plan(_distinct(concepts, self._vocabulary, self._category), rows, mapped, parents, self._left)

    def _further_parents(
        self, concepts: Mapping[str, Added], named: set[str], mapped: Mapping[str, str]
    ) -> dict[str, tuple[str, ...]]:
        """Return which new concepts lie above those that were there, so that "tumour" gives way to "glioblastoma"."""
        above = {slug: set(concept.parents) for slug, concept in concepts.items()}
        for slug in self._vocabulary.concepts.slugs(self._category):
            above[slug] = set(self._vocabulary.concepts[self._category, slug].parents)
        found: dict[str, list[str]] = {}
        for term, slug in sorted(mapped.items()):
            for parent in self._concept(term, slug, named, mapped).parents:
                if parent in concepts and parent not in above[slug] and not _leads_to(above, parent, slug):
                    above[slug].add(parent)
                    found.setdefault(slug, []).append(parent)
        return {slug: tuple(parents) for slug, parents in found.items()}

    def _mapped(self) -> dict[str, str]:
        """Return the concepts that terms have already: by identifier, else by cross-reference, else by name."""
        prefixes = {identifier.split(":")[0] for identifier in self._terms}
        own: dict[str, str] = {}
        other: dict[str, list[str]] = {}
        for slug in self._vocabulary.concepts.slugs(self._category):
            ids = self._vocabulary.concepts[self._category, slug].ids
            for identifier in ids:
                own.setdefault(identifier, slug)
            if not any(identifier.split(":")[0] in prefixes for identifier in ids):
                for identifier in ids:
                    other.setdefault(identifier, []).append(slug)
        found: dict[str, str] = {}
        referring: dict[str, list[str]] = {}
        for term in self._terms.values():
            if term.id in own:
                found[term.id] = own[term.id]
            for reference in _open_ids(term.xrefs):
                referring.setdefault(reference, []).append(term.id)
        for reference, slugs in other.items():
            candidates = referring.get(reference, [])
            if len(slugs) == len(candidates) == 1:
                found.setdefault(candidates[0], slugs[0])
        for term in self._terms.values():
            if term.id not in found:
                meant = {form.slug for form in self._there(plain(term.name)) if form.category is self._category}
                if len(meant) == 1 and (slug := meant.pop()):
                    found[term.id] = slug
        return found

    def _there(self, folded: str) -> Iterator[Form]:
        return self._vocabulary.whole(folded.strip())

    def _wishes(self) -> dict[str, list[_Wish]]:
        """Return the forms that may be taken by what their spellings share."""
        wishes: dict[str, list[_Wish]] = {}
        for term in self._terms.values():
            seen: set[str] = set()
            for form, is_name in _forms(term):
                folded = plain(form)
                if folded in seen:
                    continue
                seen.add(folded)
                reason = self._refusal(form, folded)
                if reason:
                    self._left.append(LeftOut(reason, term.id, form, ""))
                else:
                    wishes.setdefault(self._key(folded), []).append(_Wish(term.id, form, is_name))
            self._left += [LeftOut(LOOSE, term.id, form, "") for form in term.loose]
        return wishes

    def _key(self, folded: str) -> str:
        key = folded
        for british, american in self._american:
            key = key.replace(british, american)
        last = key.rpartition(" ")[2]
        if len(last) > _SHORTEST and last.endswith("s") and not last.endswith(("ss", "is", "us")):
            key = key[:-1]
        return key

    def _refusal(self, form: str, folded: str) -> str:
        letters = folded.replace(" ", "")
        words = folded.split()
        if len(form) > _LONGEST:
            return LONG
        if not re.search(r"[^\W\d_]", letters):
            return SHORT
        if _ACRONYM.match(form):
            if form in self._genes:
                return GENE
            return "" if len(letters) >= _SHORTEST_ACRONYM else SHORT
        if len(letters) < _SHORTEST:
            return SHORT
        if len(words) == 1:
            if words[0] in self._common or (words[0].endswith("s") and words[0][:-1] in self._common):
                return COMMON
            if _ADJECTIVE.match(words[0]):
                return ADJECTIVE
        if words[-1] in JOINTS:
            return ENDLESS
        return GENERAL if all(word in self._general for word in words) else ""

    def _settle(self, wishes: list[_Wish]) -> tuple[str, list[_Wish]] | None:
        """Return the term that a form means, with its spellings: its name's, or the common parent near by."""
        terms = list(dict.fromkeys(wish.term for wish in wishes))
        if len(terms) == 1:
            return terms[0], wishes
        named = list(dict.fromkeys(wish.term for wish in wishes if wish.is_name))
        if len(named) == 1:
            return named[0], wishes
        steps = [self._ancestors(term) for term in terms]
        shared = {term: max(ways[term] for ways in steps) for term in set(steps[0]).intersection(*steps[1:])}
        nearest = min(shared.values(), default=_NEAR + 1)
        common = [term for term, far in shared.items() if far == nearest]
        # An acronym of two diseases of one kind is no acronym of the kind, unless it is that itself.
        kind = common[0] if len(common) == 1 else ""
        if kind and self._terms[kind].parents and (kind in terms or not _ACRONYM.match(wishes[0].form)):
            return kind, wishes
        for wish in wishes:
            others = ", ".join(term for term in terms if term != wish.term)
            self._left.append(LeftOut(AMBIGUOUS, wish.term, wish.form, others))
        return None

    def _ancestors(self, term: str) -> dict[str, int]:
        """Return a term and what is above it, each with the steps to it, as far as is near."""
        if term not in self._above:
            found, level = {term: 0}, [term]
            for steps in range(1, _NEAR + 1):
                level = [
                    parent
                    for below in level
                    for parent in self._terms[below].parents
                    if parent in self._terms and parent not in found
                ]
                found.update(dict.fromkeys(level, steps))
            self._above[term] = found
        return self._above[term]

    def _rows(self, term: str, wishes: list[_Wish], mapped: Mapping[str, str]) -> Iterator[Row]:
        slug = mapped.get(term) or _slug(term)
        seen = set()
        for wish in wishes:
            folded = plain(wish.form)
            if folded in seen:
                continue
            seen.add(folded)
            there = list(self._there(folded))
            if there:
                name = f"{there[0].category} {there[0].slug}" if there[0].slug else there[0].source
                self._left.append(LeftOut(THERE, wish.term, wish.form, name))
                continue
            needs: tuple[str, ...] = ()
            if _ACRONYM.match(wish.form):
                needs = self._context(self._terms[term])
                if not needs:
                    self._left.append(LeftOut(ACRONYM, wish.term, wish.form, ""))
                    continue
            yield Row(slug, wish.form, needs, term)

    def _context(self, term: Term) -> tuple[str, ...]:
        """Return the words by which an acronym is believed: those of the names that are not said of every disease."""
        words: dict[str, None] = {}
        for text in (term.name, *term.synonyms):
            if not _ACRONYM.match(text):
                for word in plain(text).split():
                    if len(word) >= _CONTEXT and word not in self._general and word not in self._common:
                        words.setdefault(word)
        chosen = list(words)[:_MOST_CONTEXT]
        for british, american in self._american:
            chosen += [word.replace(american, british) for word in chosen if american in word and british not in word]
        return tuple(dict.fromkeys(chosen))

    def _concept(self, term: str, slug: str, named: set[str], mapped: Mapping[str, str]) -> Added:
        """Return a new concept; what is above it and left out gives way to what is above that."""
        parents: dict[str, None] = {}
        for above in self._upwards(term, until=named):
            if above in named:
                parents.setdefault(mapped.get(above) or _slug(above))
        known = (mapped[above] for above in self._upwards(term, until=mapped.keys()) if above in mapped)
        axes = (self._vocabulary.concepts[self._category, slug].axis for slug in known)
        axis = next(filter(None, axes), "")
        ids = (term, *_open_ids(self._terms[term].xrefs))
        return Added(slug, self._terms[term].name, tuple(parents), axis, tuple(dict.fromkeys(ids)))

    def _upwards(self, term: str, until: Set[str]) -> Iterator[str]:
        """Yield what is above *term*, the nearest first; what is above one of *until* is left out."""
        level, seen = [term], {term}
        while level:
            above = [
                parent
                for below in level
                for parent in self._terms[below].parents
                if parent in self._terms and parent not in seen
            ]
            level = list(dict.fromkeys(above))
            seen.update(level)
            yield from level
            level = [parent for parent in level if parent not in until]


def _forms(term: Term) -> Iterator[tuple[str, bool]]:
    """Yield how a term is written, and whether that is its name: qualifiers off, commas out, words in their order."""
    for text, is_name in ((term.name, True), *((synonym, False) for synonym in term.synonyms)):
        plainly = _QUALIFIER.sub("", text).lstrip("-")  # which would make it the end of a word
        yield plainly, is_name
        parts = [part.strip() for part in plainly.split(",")]
        if len(parts) > 1 and all(parts):
            yield " ".join(parts), is_name
            if not any(_STAYS.match(part) for part in parts[1:]):
                yield " ".join(reversed(parts)), is_name


def _open_ids(references: Iterable[str]) -> Iterator[str]:
    for reference in references:
        prefix, _, local = reference.partition(":")
        if prefix in _PREFIXES and local.isalnum():
            yield f"{_PREFIXES[prefix]}:{local}"


def _leads_to(above: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Say whether *goal* is *start* or lies above it."""
    open_, seen = [start], {start}
    while open_:
        slug = open_.pop()
        if slug == goal:
            return True
        new = above.get(slug, set()) - seen
        seen |= new
        open_ += new
    return False


def _slug(term: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", term.lower()).strip("_")


def _distinct(concepts: dict[str, Added], vocabulary: Vocabulary, category: Category) -> dict[str, Added]:
    """Return *concepts* with labels that no other concept has."""
    taken = {plain(vocabulary.concepts[category, slug].label) for slug in vocabulary.concepts.slugs(category)}
    found = {}
    for slug, concept in sorted(concepts.items()):
        label = concept.label
        if plain(label) in taken:
            label = f"{label} ({concept.ids[0]})"
        if plain(label) in taken:
            raise InputError(f"{concept.ids[0]}: two terms of this id; mend the ontology")
        taken.add(plain(label))
        found[slug] = concept._replace(label=label)
    return found
