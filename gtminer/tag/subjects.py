"""What a document is about: modality, vector and indication with role subject, stated in words or only inferred."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from gtminer.model import Category, Population
from gtminer.tag.analysis import Analysis, CueHit, Span
from gtminer.tag.population import Subjects
from gtminer.tag.roles import Evidence, Key
from gtminer.tag.vocabulary import Product

# How much evidence makes a subject. A vector or delivery needs little once it is clear that a therapy is meant.
_ENOUGH = {Category.MODALITY: 2.2, Category.VECTOR: 2.5, Category.INDICATION: 1.7, Category.PRODUCT: 1.5}
_THERAPY = (Category.MODALITY, Category.VECTOR, Category.PRODUCT)
_BESIDE_A_THERAPY = 0.5
_VECTOR_BESIDE = 0.8  # more than an introduction gives
_IN_A_PROTOCOL = 1.0  # the heaviest action, where nothing else is tested
_UNNAMED_IN_A_PROTOCOL = 1.7  # "gene therapy" alone may be an outlook
_OF_THE_PRODUCT = 0.1  # a disease that the product of a label is for
_BESIDE_THE_TITLE = 2.4  # a disease that the title lacks, where it names another
_TOOL_MEANT = 1.3  # an editor in the sentence that says what was done, where a therapy is meant
_TOOL_GIVEN = 1.0  # one plain mention, where a route is told as well
_OBJECT = 40  # characters between a verb and what is carried
_LONG = 12_000  # characters; abstracts are shorter, reports longer
_SHARE = 0.2
_BESIDE_IT = 0.8  # a neighbour that weighs less beside a gene therapy is what that is compared with
_CELLS = 2
_VACCINE = 3


Source = Key | Span  # what something follows from: another concept, or the words at a place


class Decided(NamedTuple):
    """What the document is about: the rule by concept; what follows from a product or another tag is *inferred*.

    *sources* tells what each concept that is not mentioned itself follows from.
    """

    stated: dict[Key, str]
    inferred: dict[Key, str]
    gene_therapy: bool
    sources: Mapping[Key, Source] = {}


class Words:
    """The cues of the family `therapy` by kind: what is done with a vector, where, and whether it is a tool."""

    def __init__(self, analysis: Analysis) -> None:
        self._found: dict[str, list[CueHit]] = {}
        self._titled: set[str] = set()
        title = len(analysis.document.title)
        for hit in analysis.cues("therapy"):
            self._found.setdefault(hit.kind, []).append(hit)
            if hit.start < title:
                self._titled.add(hit.kind)

    def first(self, kind: str) -> str | None:
        """Return the first words of *kind*, None where there are none."""
        found = self._found.get(kind)
        return found[0].text if found else None

    def first_but(self, kind: str, other: str) -> CueHit | None:
        """Return the first words of *kind* that have none of *other* right behind them: "expressing", not "shRNA"."""
        others = [hit.start for hit in self._found.get(other, ())]
        return next(
            (hit for hit in self._found.get(kind, ()) if not any(0 <= at - hit.end < _OBJECT for at in others)), None
        )

    def place(self, kind: str) -> Span | None:
        """Return where the first words of *kind* stand."""
        found = self._found.get(kind)
        return (found[0].start, found[0].end) if found else None

    def count(self, kind: str) -> int:
        """Return how often words of *kind* stand in the text."""
        return len(self._found.get(kind, ()))

    def in_title(self, kind: str) -> bool:
        """Say whether the title has words of *kind*."""
        return kind in self._titled


def decide(
    analysis: Analysis, evidence: Mapping[Key, Evidence], subjects: Subjects, *, names_a_drug: bool = False
) -> Decided:
    """Return what the document is about, from the *evidence* for each concept and whose findings it reports.

    *names_a_drug*: an international nonproprietary name stands in the text, so that a therapy is meant.
    """
    return _Decision(analysis, evidence, subjects, names_a_drug).decided()


class _Decision:
    def __init__(
        self, analysis: Analysis, evidence: Mapping[Key, Evidence], subjects: Subjects, names_a_drug: bool
    ) -> None:
        self._names_a_drug = names_a_drug
        self._vocabulary = analysis.vocabulary
        self._roles = analysis.vocabulary.roles
        self._told = self._roles.told
        self._evidence = evidence
        self._subjects = subjects
        self._analysis = analysis
        self._stated: dict[Key, str] = {}
        self._inferred: dict[Key, str] = {}
        self._sources: dict[Key, Source] = {}
        self._floor = self._floors(len(analysis.text))

    def decided(self) -> Decided:
        products = [
            self._vocabulary.products[slug]
            for (category, slug), item in self._evidence.items()
            if category is Category.PRODUCT and self._is_enough((category, slug), _ENOUGH[category])
        ]
        for product in products:
            self._stated[Category.PRODUCT, product.slug] = self._evidence[Category.PRODUCT, product.slug].rule
        self._take_clear_ones(products)
        if self._subjects.is_protocol:
            self._take_heaviest()
        if not any(category in _THERAPY for category, _ in self._evidence):
            self._keep_most_specific()
            return Decided(self._stated, {}, gene_therapy=False)
        if self._therapy_is_meant(products):
            self._take_tools()
        self._give_way(any(product.gene_therapy for product in products))
        self._imply()
        self._complete()
        self._infer_from(products)
        self._keep_most_specific()
        counts = bool(self._counting()) or any(product.gene_therapy for product in products)
        self._part_what_follows()
        return Decided(self._stated, self._inferred, counts, self._sources)

    def _part_what_follows(self) -> None:
        """Move the delivery that no words name and an action implies from the stated to the inferred."""
        for key, source in self._sources.items():
            if key in self._stated and key not in self._evidence and source[0] is Category.MODALITY:
                self._inferred[key] = self._stated.pop(key)

    @cached_property
    def _words(self) -> Words:
        return Words(self._analysis)

    def _floors(self, length: int) -> dict[Category, float]:
        """Return what a concept must weigh beside the heaviest of its category; a long report names everything."""
        floors: dict[Category, float] = {}
        if length > _LONG:
            for (category, _), item in self._evidence.items():
                floors[category] = max(floors.get(category, 0.0), item.weight * _SHARE)
        return floors

    def _is_enough(self, key: Key, enough: float) -> bool:
        return self._evidence[key].weight >= max(enough, self._floor.get(key[0], 0.0))

    def _modalities(self) -> set[str]:
        return {slug for category, slug in self._stated if category is Category.MODALITY}

    def _vectors(self) -> set[str]:
        return {slug for category, slug in self._stated if category is Category.VECTOR}

    def _actions(self) -> set[str]:
        return {slug for slug in self._modalities() if self._roles.is_action(slug)}

    def _counting(self) -> set[str]:
        """Return the modalities that make a document one about gene therapy."""
        return self._actions() | (self._modalities() & self._roles.counting)

    def _state(self, slug: str, rule: str, source: Source | None = None) -> None:
        key = (Category.MODALITY, slug)
        if key not in self._stated:
            self._stated[key] = rule
            if source is not None:
                self._sources[key] = source

    def _take_clear_ones(self, products: Sequence[Product]) -> None:
        """Take what no laboratory uses as a tool, and the diseases; a label speaks of those of its product."""
        labelled = {slug for product in products for slug in product.indications} if self._is_label() else set()
        titled = {
            slug
            for (category, slug), item in self._evidence.items()
            if category is Category.INDICATION and item.in_title
        }
        for key, item in self._evidence.items():
            category, slug = key
            if category in (Category.SAFETY, Category.PRODUCT) or self._roles.is_tool(category, slug):
                continue
            beside = titled and category is Category.INDICATION
            if beside and titled.isdisjoint(self._vocabulary.ancestors(category, slug)):
                enough = _BESIDE_THE_TITLE
            elif category is Category.INDICATION and slug in labelled:
                enough = _OF_THE_PRODUCT
            else:
                enough = _ENOUGH[category]
            if self._is_enough(key, enough):
                self._stated[key] = item.rule

    def _take_heaviest(self) -> None:
        """Take the heaviest action of a protocol that has none yet: it tests something, however seldom it is named."""
        if self._modalities():
            return
        actions = {
            key: item
            for key, item in self._evidence.items()
            if key[0] is Category.MODALITY and self._roles.is_action(key[1]) and not self._roles.is_tool(*key)
        }
        if actions:
            key = max(actions, key=lambda key: actions[key].weight)
            unnamed = key[1] == self._told["vector"]
            if self._is_enough(key, _UNNAMED_IN_A_PROTOCOL if unnamed else _IN_A_PROTOCOL):
                self._stated[key] = actions[key].rule

    def _is_label(self) -> bool:
        return self._analysis.titled_kind is not None

    def _therapy_is_meant(self, products: list[Product]) -> bool:
        """Say whether editing, silencing and vectors are a therapy here and not a laboratory's tools."""
        if (
            self._names_a_drug
            or self._actions()
            or products
            or any(self._roles.is_neighbour(slug) for slug in self._modalities())
        ):
            return True
        if self._words.in_title("tool"):
            return False
        therapy, tool = self._words.count("therapy"), self._words.count("tool")
        if self._words.in_title("vaccine") or self._words.count("vaccine") >= _VACCINE:
            return True
        titled_neighbour = any(
            item.in_title and category is Category.MODALITY and self._roles.is_neighbour(slug)
            for (category, slug), item in self._evidence.items()
        )
        titled = any(
            item.in_title and category is Category.VECTOR and self._vocabulary.is_viral(slug)
            for (category, slug), item in self._evidence.items()
        )
        if titled and self._words.in_title("production"):
            return True
        if titled_neighbour and any(
            item.in_title and category is Category.VECTOR and self._vocabulary.is_particle(slug)
            for (category, slug), item in self._evidence.items()
        ):
            return True
        edited = any(item.in_title and category is Category.MODALITY for (category, _), item in self._evidence.items())
        return (therapy > tool and (therapy > 1 or titled)) or ((edited or titled) and self._given() > tool)

    def _given(self) -> int:
        """Count the words that tell a route or cells that were changed, where living beings are treated."""
        living = self._subjects.population in (Population.HUMAN, Population.ANIMAL, Population.MIXED)
        return self._words.count("route") + self._words.count("cells") // _CELLS if living else 0

    def _take_tools(self) -> None:
        meant = _TOOL_GIVEN if self._given() else _TOOL_MEANT
        for key, item in self._evidence.items():
            category, slug = key
            if category in (Category.MODALITY, Category.VECTOR) and self._roles.is_tool(category, slug):
                enough = meant
                if self._actions() and category is Category.VECTOR:
                    enough = _VECTOR_BESIDE
                elif self._actions() and not self._roles.is_action(slug):
                    enough = _BESIDE_A_THERAPY
                if self._is_enough(key, enough) and not self._roles.is_donor(slug):
                    self._stated[key] = item.rule

    def _give_way(self, of_product: bool) -> None:
        """Drop what another modality makes superfluous, and neighbours that a gene therapy is compared with.

        *of_product*: a gene therapy's product is what the document is about.
        """
        modalities = self._modalities()
        for slug, replaced in self._roles.replaced:
            if slug in modalities:
                self._stated.pop((Category.MODALITY, replaced), None)
        actions = self._actions()
        if not actions and not of_product:
            return
        strongest = max((self._weight(slug) for slug in actions), default=0.0)
        titled = of_product or any(
            self._in_title(slug) for slug in self._modalities() if not self._roles.is_neighbour(slug)
        )
        for slug in self._modalities():
            if not self._roles.is_neighbour(slug) or self._in_title(slug):
                continue
            if titled or self._weight(slug) <= _BESIDE_IT * strongest:
                del self._stated[Category.MODALITY, slug]

    def _in_title(self, slug: str) -> bool:
        item = self._evidence.get((Category.MODALITY, slug))
        return item is not None and item.in_title

    def _weight(self, slug: str) -> float:
        item = self._evidence.get((Category.MODALITY, slug))
        return item.weight if item else 0.0

    def _imply(self) -> None:
        modalities = self._modalities()
        for slug, implied, unless in self._roles.implied:
            if slug in modalities and not (unless and unless in modalities):
                self._state(implied, f"follows from {slug}", (Category.MODALITY, slug))

    def _complete(self) -> None:
        """Add the action that the words around a vector tell, and the delivery that a route or cells tell."""
        neighbours = {slug for slug in self._modalities() if self._roles.is_neighbour(slug)}
        if not neighbours and self._actions() <= {self._told["vector"]} and (told := self._told_action()):
            self._state(*told)
        if self._counting():
            self._state_delivery()
        elif neighbours <= self._roles.vectorless:
            for slug in self._vectors():
                if neighbours or self._vocabulary.is_particle(slug):  # particles that carry no gene
                    del self._stated[Category.VECTOR, slug]

    def _told_action(self) -> tuple[str, str, Source | None] | None:
        """Return the action that no word names and the words around the vector tell, with the rule and the words."""
        words, vectors = self._words, self._vectors()
        if vectors and self._vaccinates_or_treats_tumour():
            # A DNA vaccine against an infection has no action: its plasmid is the vector, and that is all.
            return self._immunises()
        if (lyses := words.first("oncolyses")) and self._works_by_virus() and self._heaviest_disease_is_tumour():
            return self._told["oncolyses"], f"a virus lyses tumour cells: {lyses}", words.place("oncolyses")
        adds, silenced = words.first_but("adds", "silences"), words.first("silences")
        if vectors and silenced and not adds:
            return self._told["silences"], f"a gene is silenced: {silenced}", words.place("silences")
        if adds and (vectors or self._actions()):
            return self._told["adds"], f"a gene is carried: {adds.text}", (adds.start, adds.end)
        if self._works_by_virus():
            return self._told["vector"], "a vector is what the document is about", self._first_vector()
        return None

    def _first_vector(self) -> Key | None:
        return next((key for key in self._stated if key[0] is Category.VECTOR), None)

    def _works_by_virus(self) -> bool:
        return any(self._vocabulary.is_viral(slug) for slug in self._vectors())

    def _state_delivery(self) -> None:
        words, outside, inside = self._words, self._told["cells"], self._told["route"]
        if not {outside, inside} & self._modalities():
            cells, route = words.first("cells"), words.first("route")
            if cells and words.count("cells") >= _CELLS and words.count("cells") > words.count("route"):
                self._state(outside, f"cells are changed outside the body: {cells}", words.place("cells"))
            elif route and self._subjects.population in (Population.HUMAN, Population.ANIMAL, Population.MIXED):
                self._state(inside, f"given to a living being: {route}", words.place("route"))
            elif self._subjects.population in (Population.ANIMAL, Population.MIXED) and self._may_be_given():
                self._state(inside, "given to animals", self._first_vector())
            elif self._subjects.population is Population.HUMAN and not cells and self._is_given_whole():
                self._state(inside, "a viral vector is given to people", self._first_vector())
        if outside in self._modalities():
            for category, slug in self._evidence:
                donor = category is Category.MODALITY and self._roles.is_donor(slug)
                if donor and self._is_enough((category, slug), _BESIDE_A_THERAPY):
                    self._state(slug, self._evidence[category, slug].rule)

    def _may_be_given(self) -> bool:
        """Say whether the vectors are not all of those that mostly change cells outside the body."""
        vectors = self._vectors()
        return not vectors or bool(vectors - self._roles.outside)

    def _is_given_whole(self) -> bool:
        """Say whether a stated action works by viruses given as such; other vectors change cells outside the body."""
        vectors = self._vectors()
        stated = not self._actions() <= {self._told["vector"]}
        return (
            stated
            and bool(vectors)
            and all(self._vocabulary.is_viral(slug) and slug not in self._roles.outside for slug in vectors)
        )

    def _vaccinates(self) -> bool:
        return self._words.in_title("vaccine") or self._words.count("vaccine") >= _VACCINE

    def _rouses_immunity(self) -> bool:
        words = self._words
        return words.in_title("immunotherapy") or words.count("immunotherapy") >= _VACCINE

    def _vaccinates_or_treats_tumour(self) -> bool:
        return self._vaccinates() or (self._rouses_immunity() and self._heaviest_disease_is_tumour())

    def _immunises(self) -> tuple[str, str, Source | None] | None:
        """Return what a vector is that immunises: immunotherapy against a tumour, else a viral vector's vaccine."""
        kind = "vaccine" if self._words.first("vaccine") else "immunotherapy"
        said, place = f"a vector immunises: {self._words.first(kind)}", self._words.place(kind)
        if self._heaviest_disease_is_tumour():
            return self._told["immunises_tumour"], said, place
        if self._works_by_virus():
            return self._told["immunises"], said, place
        return None

    def _heaviest_disease_is_tumour(self) -> bool:
        diseases = {
            slug: item.weight for (category, slug), item in self._evidence.items() if category is Category.INDICATION
        }
        return bool(diseases) and self._vocabulary.is_tumour(max(diseases, key=lambda slug: diseases[slug]))

    def _infer_from(self, products: list[Product]) -> None:
        for product in products:
            for category, slugs in ((Category.MODALITY, product.modality), (Category.VECTOR, product.vector)):
                for slug in slugs:
                    key = (category, slug)
                    if key not in self._stated and key not in self._inferred:
                        self._inferred[key] = f"product {product.label}"
                        self._sources[key] = (Category.PRODUCT, product.slug)

    def _keep_most_specific(self) -> None:
        """Drop the parents of what is there; deliveries stand beside the donor that tells more."""
        for category, slug in list(self._stated):
            for parent in self._vocabulary.ancestors(category, slug):
                delivery = category is Category.MODALITY and not self._roles.is_action(parent)
                if parent != slug and not delivery:
                    self._stated.pop((category, parent), None)
