"""The vocabulary in force: concepts with their forms, cues, products; made ready from data files, and cached.

What it holds is plain (tuples, strings, bytes), so that it is read back from its cache in milliseconds. The cache is
named by a hash of the data files, the user's overlay and this package's code, checked by a hash of its own, and made
anew where it is missing or damaged.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from gtminer.errors import InputError
from gtminer.model import Assertion, Category
from gtminer.tag import compiling, fold
from gtminer.tag.bytewise import ByteAutomaton
from gtminer.tag.cache import Cached
from gtminer.tag.compiling import ELSEWHERE
from gtminer.tag.packed import Bytes, Packed, Remembered
from gtminer.tag.words import Match, WordAutomaton

_ASIDES = ("delivery", "donor")  # axes that say where and whose cells, beside what is done
_LABEL = "label"
_TUMOURS = ("solid tumour", "haematological malignancy")  # axes of indication.tsv
_TUMOUR_EVENTS = "genotoxicity / malignancy"  # axis of safety.tsv
_ARISING = (*_TUMOURS, "infectious")


class Concept(NamedTuple):
    """A concept of a category; *axis* groups it (a modality's action or delivery, an event's organ class).

    *at* is where it stands: file and line.
    """

    category: Category
    slug: str
    label: str
    parents: tuple[str, ...] = ()
    axis: str = ""
    definition: str = ""
    ids: tuple[str, ...] = ()
    source: str = ""
    at: str = ""


class Form(NamedTuple):
    """A written form of a concept. Where *case*, capitals count; *needs* / *unless* are folded words of the text."""

    category: Category
    slug: str
    text: str
    case: bool
    needs: tuple[str, ...]
    unless: tuple[str, ...]
    source: str
    at: str


class Added(NamedTuple):
    """What a file of the user's overlay adds and takes out."""

    file: str
    concepts: int
    forms: int
    kills: int

    def told(self) -> str:
        """Return it in a line."""
        return f"{self.file}: new concepts {self.concepts:,}, forms {self.forms:,}, kill lines {self.kills:,}"


# What a matched cue stands for: family and kind, letters between its end and the match's, kind, words; of each row one.
CueEntries = tuple[tuple[str, int, str, str], ...]
# What a matched pattern stands for: forms, each with the letters that must stand there where capitals count.
Entries = tuple[tuple[Form, str | None], ...]


class Concepts(Mapping[tuple[Category, str], Concept]):
    """All concepts by category and slug, in the order of the files; each is made when it is asked for."""

    def __init__(self, rows: Bytes, by_slug: Mapping[str, bytes]) -> None:
        self._rows = Packed(rows, lambda values: Concept(Category(values[0]), *values[1:]))
        self._made = Remembered(self._rows.__getitem__)
        # The places of each category's concepts, sorted by slug.
        self._by_slug = {category: memoryview(places).cast("I") for category, places in by_slug.items()}
        self._numbers: dict[tuple[Category, str], int] = {}

    def number(self, key: tuple[Category, str]) -> int:
        """Return the place of a concept; raises KeyError where there is none."""
        number = self._numbers.get(key)
        if number is None:
            category, slug = key
            places = self._by_slug.get(category)
            found = bisect_left(places, slug, key=self._slug) if places else 0
            if not places or found == len(places) or self._slug(places[found]) != slug:
                raise KeyError(key)
            self._numbers[key] = number = places[found]
        return number

    def _slug(self, number: int) -> str:
        return self._rows[number].slug

    def key(self, number: int) -> tuple[Category, str]:
        """Return category and slug of the concept at a place."""
        concept = self._made[number]
        return concept.category, concept.slug

    def slugs(self, category: Category) -> list[str]:
        """Return the slugs of a category, sorted."""
        return [self._slug(number) for number in self._by_slug.get(category, ())]

    def __getitem__(self, key: tuple[Category, str]) -> Concept:
        return self._made[self.number(key)]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[tuple[Category, str]]:
        return ((concept.category, concept.slug) for concept in self._rows)


class Product(NamedTuple):
    """What a product's name implies. *modality* holds action, delivery and donor."""

    slug: str
    label: str
    inn: str
    modality: tuple[str, ...]
    vector: tuple[str, ...]
    route: str
    gene_therapy: bool
    indications: tuple[str, ...]


class Roles:
    """What the data say of concepts as subjects: tools of the laboratory, neighbours, what a modality implies."""

    def __init__(self, rows: Mapping[str, Any], axes: Mapping[str, str]) -> None:
        tools = {(Category(category), slug) for category, slug in rows["tools"]}
        self._all_tools = frozenset(category for category, slug in tools if slug == "*")
        self._tools = frozenset(tools)
        self.implied: list[tuple[str, str, str]] = list(rows["implies"])
        self.replaced: list[tuple[str, str]] = list(rows["replaces"])
        self.outside = frozenset(rows["outside"])  # vectors that change cells outside the body
        self.made = frozenset(rows["made"])  # viruses whose name means a vector made of them
        self.complications = frozenset(rows["complications"])  # indications that are events of cell therapies
        self.vectorless = frozenset(rows["vectorless"])  # neighbours that carry no gene
        self.copied = frozenset(rows["copied"])  # diseases whose gene a therapy gives a copy of
        self.counting = frozenset(rows["counts"])  # neighbours that make a document one about gene therapy
        self.told: Mapping[str, str] = dict(rows["told_by"])
        self.donors = frozenset(rows["donors"])  # they tell whose the cells are: autologous, allogeneic
        # A gene therapy's actions (not its deliveries), and what shares the words and is no gene therapy.
        self.actions = frozenset(slug for slug, axis in axes.items() if axis == "action")
        self.neighbours = frozenset(slug for slug, axis in axes.items() if axis == "neighbour")
        self.asides = {slug: axis for slug, axis in axes.items() if axis in _ASIDES}

    def is_tool(self, category: Category, slug: str) -> bool:
        """Say whether laboratories use it as a tool."""
        return (category, slug) in self._tools or category in self._all_tools


class Vocabulary:
    """All that is known of words. *version* names data and code: tags of another version are older."""

    def __init__(self, version: str, compiled: Mapping[str, Any]) -> None:
        self.version = version
        self._compiled = compiled
        self._terms = ByteAutomaton(compiled["terms"])
        more = compiled["more_terms"]
        self._more_terms = WordAutomaton(more, compiled["first_more"]) if more else None
        self._cues = ByteAutomaton(compiled["cues"])
        self.concepts = Concepts(compiled["concepts"], compiled["by_slug"])
        self.forms = Packed(compiled["forms"], self._made_form)
        self._form = Remembered(self.forms.__getitem__)
        self._forms_of = Packed[tuple[int, ...]](compiled["forms_of"], tuple)
        self._entries_at = memoryview(compiled["entries_at"]).cast("I")
        self._entries = Packed[tuple[tuple[int, str | None], ...]](compiled["entries"], tuple)
        self.term_entries: Mapping[int, Entries] = Remembered(self._entries_of)
        self._cue_rows = Packed(compiled["cue_entries"], self._made_cues)
        self.cue_entries: Mapping[int, CueEntries] = Remembered(self._cue_rows.__getitem__)
        self.cue_kinds: Mapping[str, tuple[str, ...]] = compiled["cue_kinds"]
        self.overlays = [Added(*values) for values in compiled["overlays"]]
        self.idle_kills: list[tuple[str, str]] = compiled["idle_kills"]
        self._ancestors: dict[tuple[Category, str], frozenset[str]] = {}
        self._stems: dict[tuple[Category, str], frozenset[str]] = {}

    def _made_form(self, values: tuple[Any, ...]) -> Form:
        concept, text, case, needs, unless, source, file, line = values
        if isinstance(concept, str):  # a decoy
            category, slug = Category(concept), ""
        else:
            category, slug = self.concepts.key(concept)
        at = f"{self._compiled['files'][file]}:{line}"
        return Form(category, slug, text, case, needs, unless, self._compiled["sources"][source], at)

    def _made_cues(self, values: tuple[tuple[int, int, str], ...]) -> CueEntries:
        places = self._compiled["cue_places"]
        return tuple((places[place][0], beyond, places[place][1], text) for place, beyond, text in values)

    def _entries_of(self, pattern: int) -> Entries:
        at = self._entries_at[pattern]
        if at < ELSEWHERE:
            return ((self._form[at], None),)
        return tuple((self._form[number], letters) for number, letters in self._entries[at - ELSEWHERE])

    def shared_entries(self) -> Iterator[Entries]:
        """Yield what those patterns stand for that are more than one form, or one whose capitals count."""
        for entries in self._entries:
            yield tuple((self._form[number], letters) for number, letters in entries)

    def count_forms(self, category: Category, slug: str) -> int:
        """Return how many written forms a concept has."""
        return len(self._forms_of[self.concepts.number((category, slug))])

    def forms_of(self, category: Category, slug: str) -> list[Form]:
        """Return the written forms of a concept; none for one that is not known."""
        if (category, slug) not in self.concepts:
            return []
        return [self._form[number] for number in self._forms_of[self.concepts.number((category, slug))]]

    @cached_property
    def roles(self) -> Roles:
        """What the data say of concepts as subjects."""
        modalities = self.concepts.slugs(Category.MODALITY)
        axes = {slug: self.concepts[Category.MODALITY, slug].axis for slug in modalities}
        return Roles(self._compiled["roles"], axes)

    @cached_property
    def symptoms(self) -> frozenset[tuple[str, str]]:
        """Pairs of indication and event where the event is the disease's own."""
        return frozenset((indication, event) for indication, event in self._compiled["roles"]["symptoms"])

    @cached_property
    def between(self) -> dict[str, str]:
        """Words that may stand between a measure and its change, with their kind: joint, denial or empty."""
        return dict(self._compiled["roles"]["between"])

    @cached_property
    def treated(self) -> frozenset[str]:
        """Events that befall nobody who is not treated."""
        return frozenset(self._compiled["roles"]["treated"])

    @cached_property
    def conditions(self) -> frozenset[str]:
        """Events that are also diseases, models or states of a laboratory."""
        return frozenset(self._compiled["roles"]["conditions"])

    def stems(self, category: Category, slug: str, length: int) -> frozenset[str]:
        """Return the first *length* letters of the words of a concept's label and forms."""
        key = (category, slug)
        if key not in self._stems:
            texts = [form.text for form in self.forms_of(category, slug)]
            if key in self.concepts:
                texts.append(self.concepts[key].label)
            words = " ".join(texts).lower()
            self._stems[key] = frozenset(word[:length] for word in re.findall(r"[a-z]{3,}", words))
        return self._stems[key]

    def is_tumour(self, slug: str) -> bool:
        """Say whether an indication is a tumour, solid or of the blood."""
        return self.concepts[Category.INDICATION, slug].axis in _TUMOURS

    def is_tumour_event(self, slug: str) -> bool:
        """Say whether an event is a tumour, or on the way to one."""
        return self.concepts[Category.SAFETY, slug].axis == _TUMOUR_EVENTS

    def arises(self, slug: str) -> bool:
        """Say whether an indication may also befall those who are treated for another."""
        return self.concepts[Category.INDICATION, slug].axis in _ARISING

    def is_viral(self, slug: str) -> bool:
        """Say whether a vector is made of a virus."""
        return self.concepts[Category.VECTOR, slug].axis == "viral"

    def is_particle(self, slug: str) -> bool:
        """Say whether a vector carries other drugs as well as genes."""
        return self.concepts[Category.VECTOR, slug].axis == "particle"

    @cached_property
    def carried(self) -> frozenset[str]:
        """Modalities that differ by the cells which carry the receptor."""
        return frozenset(place.split()[1] for place in self.cue_kinds["carriers"])

    @cached_property
    def general(self) -> frozenset[tuple[Category, str]]:
        """Concepts that give way to more concrete ones beside them."""
        return frozenset((Category(category), slug) for category, slug in self._compiled["roles"]["general"])

    @cached_property
    def sections(self) -> dict[str, tuple[Assertion, str]]:
        """How an event is meant that a kind of section names, and how certainly (see sections.tsv)."""
        rows = self._compiled["roles"]["sections"]
        return {kind: (Assertion(assertion), certain) for kind, assertion, certain in rows}

    @cached_property
    def reported(self) -> frozenset[str]:
        """Kinds of section in which an event counts only where words or figures say that it occurred."""
        return frozenset(self._compiled["roles"]["reported"])

    @cached_property
    def english(self) -> frozenset[str]:
        """Words that English text can hardly do without."""
        return frozenset(self._compiled["roles"]["english"])

    @cached_property
    def title_sections(self) -> list[tuple[str, str]]:
        """Folded words of a label's title, between spaces, and the kind of section that a text under it is."""
        rows = self._compiled["roles"]["title_sections"]
        return [(f" {words} ", kind) for words, kind in rows if kind != _LABEL]

    @cached_property
    def title_labels(self) -> list[str]:
        """Folded words of which one must stand in a title, between spaces, for its other words to name a section."""
        return [f" {words} " for words, kind in self._compiled["roles"]["title_sections"] if kind == _LABEL]

    @cached_property
    def products(self) -> dict[str, Product]:
        """What each product's name implies, by its id."""
        return {values[0]: Product(*values) for values in self._compiled["products"]}

    def find_terms(self, folded: str) -> list[Match]:
        """Return all matches of forms in a folded text, overlapping ones too: (start, end, place in term_entries).

        Patterns begin and end with the spaces between words.
        """
        found = self._terms.find(folded)
        if self._more_terms:
            found += self._more_terms.find(folded)
        return found

    def find_cues(self, folded: str) -> list[Match]:
        """Return all matches of cues in a folded text, as `find_terms` does."""
        return self._cues.find(folded)

    def ancestors(self, category: Category, slug: str) -> frozenset[str]:
        """Return the slugs above *slug*, with itself."""
        key = (category, slug)
        if key not in self._ancestors:
            found, above = {slug}, [slug]
            while above:
                concept = self.concepts.get((category, above.pop()))
                new = [parent for parent in (concept.parents if concept else ()) if parent not in found]
                found.update(new)
                above += new
            self._ancestors[key] = frozenset(found)
        return self._ancestors[key]

    def resolve(self, category: Category, value: str) -> str:
        """Return the slug that *value* (slug, label, synonym) means; raises InputError that suggests the nearest."""
        wanted = fold.plain(value.strip())
        names: dict[str, str] = {}
        for concept in self.concepts.values():
            if concept.category == category:
                names.setdefault(concept.slug, concept.slug)
                names.setdefault(fold.plain(concept.slug), concept.slug)
                names.setdefault(fold.plain(concept.label), concept.slug)
        if wanted in names:
            return names[wanted]
        meant = [form.slug for form in self.whole(wanted) if form.category == category and form.slug]
        if meant:
            return meant[0]
        for form in self.forms:
            if form.category == category and form.slug:
                names.setdefault(fold.plain(form.text), form.slug)
        squeezed = wanted.replace(" ", "")  # "AAV-9" for AAV9
        for name, slug in names.items():
            if name.replace(" ", "") == squeezed:
                return slug
        option = "event" if category is Category.SAFETY else category.value
        kind = "safety event" if category is Category.SAFETY else category.value
        near = get_close_matches(wanted, names, 1, 0.6)
        hint = f"did you mean '{names[near[0]]}'?" if near else f"see 'gtminer vocab list {category.value}'"
        raise InputError(f"--{option}: unknown {kind} '{value}'; {hint}")

    def whole(self, folded: str) -> Iterator[Form]:
        """Yield the forms that all of *folded* can be, whatever its capitals and context."""
        text = f" {folded} "
        for start, end, pattern in self.find_terms(text):
            if (start, end) == (0, len(text)):
                yield from (form for form, _letters in self.term_entries[pattern])


_loaded: dict[str, Vocabulary] = {}


_SHOWN = 12  # digits of the hash


def version(overlay: Path | None = None) -> str:
    """Return the version that `load` gives, without loading; raises InputError where the overlay cannot be read."""
    return compiling.Files(overlay).version()[:_SHOWN]


def load(overlay: Path | None = None, but: Path | None = None) -> Vocabulary:
    """Return gtminer's vocabulary with the user's *overlay* (a TSV file, or a folder of them) over it.

    *but* is a file of that folder to leave out. Raises InputError, with file and line, for an overlay that cannot
    be taken.
    """
    files = compiling.Files(overlay, but)
    digest = files.version()
    if digest not in _loaded:
        cached = Cached(digest)
        compiled = cached.read()
        if compiled is None:
            compiled = compiling.compile_(files)
            cached.write(compiled)
        _loaded[digest] = Vocabulary(digest[:_SHOWN], compiled)
    return _loaded[digest]
