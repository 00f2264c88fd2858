"""What a document is about: modality, vector and indication with role subject, stated in words or only inferred."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from gtminer.model import Category, Population
from gtminer.tag import told
from gtminer.tag.analysis import Analysis
from gtminer.tag.mention import Mention
from gtminer.tag.population import Subjects
from gtminer.tag.roles import Evidence, Key
from gtminer.tag.standing import Source, Standing
from gtminer.tag.told import BESIDE_A_THERAPY, CELLS, VACCINE
from gtminer.tag.vocabulary import Product

# How much evidence makes a subject. A vector or delivery needs little once it is clear that a therapy is meant.
_ENOUGH = {Category.MODALITY: 1.7, Category.VECTOR: 2.5, Category.INDICATION: 1.7, Category.PRODUCT: 1.4}
_THERAPY = (Category.MODALITY, Category.VECTOR, Category.PRODUCT)
_IMPLYING = (Category.MODALITY, Category.INDICATION)
_VECTOR_BESIDE = 0.8  # more than an introduction gives
_IN_A_PROTOCOL = 1.0  # the heaviest action, where nothing else is tested
_UNNAMED_IN_A_PROTOCOL = 1.7  # "gene therapy" alone may be an outlook
_ONLY_ONE = 1.0  # one plain mention outside the introduction
_OF_A_LABEL = 0.1  # a disease that the product of a label is for
_OF_THE_PRODUCT = 1.0  # the same elsewhere
_A_COMPLICATION = 3.5  # more than words of the text; a heading and they
_BESIDE_THE_TITLE = 2.4  # a disease that the title lacks, where it names another
_TOOL_MEANT = 1.3  # an editor in the sentence that says what was done, where a therapy is meant
_TOOL_GIVEN = 1.0  # one plain mention, where a route is told as well
_AGAINST_THE_TITLE = 2.0  # the other way of delivery, beside that of the title
_OF_VECTORS = ("vector", "adds", "immunotherapy", "oncolyses", "route", "therapy")  # words that tell a vector
_BESIDE_IT = 0.8  # a neighbour that weighs less beside a gene therapy is what that is compared with


class Decided(NamedTuple):
    """What the document is about: the rule by concept; what follows from a product or another tag is *inferred*.

    *sources* tells what each concept that is not mentioned itself follows from.
    """

    stated: dict[Key, str]
    inferred: dict[Key, str]
    gene_therapy: bool
    sources: Mapping[Key, Source] = {}


def decide(
    analysis: Analysis,
    mentions: Sequence[Mention],
    evidence: Mapping[Key, Evidence],
    subjects: Subjects,
    *,
    names_a_drug: bool = False,
) -> Decided:
    """Return what the document is about, from the *evidence* for each concept and whose findings it reports.

    *names_a_drug*: an international nonproprietary name stands in the text, so that a therapy is meant.
    """
    return _Decision(Standing(analysis, mentions, evidence, subjects), names_a_drug).decided()


class _Decision:
    def __init__(self, standing: Standing, names_a_drug: bool) -> None:
        self._names_a_drug = names_a_drug
        self._at = standing
        self._vocabulary = standing.vocabulary
        self._roles = standing.roles
        self._evidence = standing.evidence

    def decided(self) -> Decided:
        products = self._products()
        for product in products:
            self._at.stated[Category.PRODUCT, product.slug] = self._evidence[Category.PRODUCT, product.slug].rule
        self._take_clear_ones(products)
        if self._at.people.is_protocol:
            self._take_heaviest()
        if not any(category in _THERAPY for category, _ in self._evidence):
            self._keep_most_specific()
            return Decided(self._at.stated, {}, gene_therapy=False)
        if self._therapy_is_meant(products):
            self._take_tools()
        self._give_way(any(product.gene_therapy for product in products))
        self._imply()
        self._infer_from(products)
        told.complete(self._at)
        counts = bool(self._at.counting()) or any(product.gene_therapy for product in products)
        self._part_what_follows()
        known = any(product.indications for product in products)
        if counts and not known and not self._at.analysis.titled_kind and not self._at.slugs(Category.INDICATION):
            self._take_only_disease()
        self._keep_most_specific()
        return Decided(self._at.stated, self._at.inferred, counts, self._at.sources)

    def _products(self) -> list[Product]:
        """Return the products that weigh enough; where no action does either, the one that is named at all."""
        named = {key[1]: item for key, item in self._evidence.items() if key[0] is Category.PRODUCT}
        found = [slug for slug in named if self._at.is_enough((Category.PRODUCT, slug), _ENOUGH[Category.PRODUCT])]
        if not found and not any(
            category is Category.MODALITY and item.weight >= _ENOUGH[category]
            for (category, _), item in self._evidence.items()
        ):
            products = self._vocabulary.products
            heavy = [slug for slug, item in named.items() if item.own >= _ONLY_ONE and products[slug].gene_therapy]
            found = heavy if len(heavy) == 1 else []
        return [self._vocabulary.products[slug] for slug in found]

    def _part_what_follows(self) -> None:
        """Move what no words name and another concept implies from the stated to the inferred."""
        for key, source in self._at.sources.items():
            if key in self._at.stated and key not in self._evidence and source[0] in _IMPLYING:
                self._at.inferred[key] = self._at.stated.pop(key)

    def _take_clear_ones(self, products: Sequence[Product]) -> None:
        """Take what no laboratory uses as a tool, and the diseases; a label speaks of those of its product."""
        treated = {slug for product in products for slug in product.indications}
        if not any((Category.INDICATION, slug) in self._evidence for slug in treated):
            # "Lymphoma" may be all that is said of one of its kinds.
            treated |= {kind for slug in treated for kind in self._vocabulary.ancestors(Category.INDICATION, slug)}
        labelled = treated if self._at.analysis.titled_kind else set()
        titled = self._at.in_title(Category.INDICATION)
        main = titled or treated  # cases of leukaemia after a therapy of another disease are events of it
        for key, item in self._evidence.items():
            category, slug = key
            if category in (Category.SAFETY, Category.PRODUCT) or self._roles.is_tool(category, slug):
                continue
            enough = _ENOUGH[category]
            if category is Category.INDICATION and slug not in titled:
                enough = self._for_a_disease(slug, main, treated, labelled)
            if self._at.is_enough(key, enough):
                self._at.stated[key] = item.rule

    def _take_only_disease(self) -> None:
        """Take the disease that weighs most where a gene therapy has none, since it is for something."""
        found = {key: item.own for key, item in self._evidence.items() if key[0] is Category.INDICATION}
        most = max(found.values(), default=0.0)
        heaviest = [key for key, weight in found.items() if weight == most >= _ONLY_ONE]
        if len(heaviest) == 1:
            (key,) = heaviest
            if self._at.is_enough(key, _ONLY_ONE) and key[1] not in self._roles.complications:
                self._at.stated[key] = self._evidence[key].rule

    def _for_a_disease(self, slug: str, main: Set[str], treated: Set[str], labelled: Set[str]) -> float:
        """Return what a disease must weigh that the title lacks.

        *main* are those that the title names or the products treat, *treated* the latter, *labelled* those of a label.
        """
        if slug in labelled:
            return _OF_A_LABEL
        if slug in treated:
            return _OF_THE_PRODUCT
        if slug in self._roles.complications:
            return _A_COMPLICATION
        if main and slug not in main and main.isdisjoint(self._vocabulary.ancestors(Category.INDICATION, slug)):
            return _BESIDE_THE_TITLE
        return _ENOUGH[Category.INDICATION]

    def _take_heaviest(self) -> None:
        """Take the heaviest action of a protocol that has none yet: it tests something, however seldom it is named."""
        if self._at.slugs(Category.MODALITY):
            return
        actions = {
            key: item
            for key, item in self._evidence.items()
            if key[0] is Category.MODALITY and key[1] in self._roles.actions and not self._roles.is_tool(*key)
        }
        if actions:
            key = max(actions, key=lambda key: actions[key].weight)
            unnamed = key[1] == self._roles.told["vector"]
            if self._at.is_enough(key, _UNNAMED_IN_A_PROTOCOL if unnamed else _IN_A_PROTOCOL):
                self._at.stated[key] = actions[key].rule

    def _therapy_is_meant(self, products: list[Product]) -> bool:
        """Say whether editing, silencing and vectors are a therapy here and not a laboratory's tools."""
        if self._names_a_drug or self._at.actions() or products or self._at.neighbours():
            return True
        if self._at.words.in_title("tool"):
            return False
        if self._at.words.in_title("silences") and self._at.people.population is Population.IN_VITRO:
            return False  # a gene is knocked down in cells to learn what it does
        titled_ways = {self._roles.told["cells"], self._roles.told["route"]} & self._at.in_title(Category.MODALITY)
        if titled_ways and self._roles.actions & self._at.in_title(Category.MODALITY):
            return True  # "in vivo base editing"
        therapy, tool = self._at.words.count("therapy"), self._at.words.count("tool")
        if self._at.words.in_title("vaccine") or self._at.words.count("vaccine") >= VACCINE:
            return True
        vectors, modalities = self._at.in_title(Category.VECTOR), self._at.in_title(Category.MODALITY)
        titled = any(self._vocabulary.is_viral(slug) for slug in vectors) and self._is_made(vectors)
        if titled and (not tool or self._at.words.in_title("production")):
            return True
        if self._is_vector_given():
            return True
        named = self._at.weight(self._roles.told["vector"]) >= _TOOL_GIVEN  # "gene therapy", if only once
        human = self._at.people.population is Population.HUMAN
        if not tool and modalities and (self._at.people.is_trial or named or human):
            return True
        carried = any(self._vocabulary.is_particle(slug) for slug in vectors)
        if carried and not self._roles.neighbours.isdisjoint(modalities):
            return True
        return (therapy > tool and (therapy > 1 or titled)) or (bool(modalities or titled) and self._given() > tool)

    def _is_vector_given(self) -> bool:
        """Say whether a text on people, not on methods, names a vector made of a virus outside its introduction."""
        if self._at.people.population is not Population.HUMAN or self._at.words.count("tool"):
            return False
        return any(
            category is Category.VECTOR
            and item.weight >= _TOOL_GIVEN
            and not self._roles.made.isdisjoint(self._vocabulary.ancestors(Category.VECTOR, slug))
            for (category, slug), item in self._evidence.items()
        )

    def _is_made(self, vectors: Set[str]) -> bool:
        """Say whether the title means a vector that is made of a virus, and not the virus itself."""
        kinds = {kind for slug in vectors for kind in self._vocabulary.ancestors(Category.VECTOR, slug)}
        words = any(self._at.words.in_title(kind) for kind in _OF_VECTORS)
        return words or not self._roles.made.isdisjoint(kinds)

    def _given(self) -> int:
        """Count the words that tell a route or cells that were changed, where living beings are treated."""
        living = self._at.people.population in (Population.HUMAN, Population.ANIMAL, Population.MIXED)
        return self._at.words.count("route") + self._at.words.count("cells") // CELLS if living else 0

    def _take_tools(self) -> None:
        meant = _TOOL_GIVEN if self._given() or self._is_vector_given() else _TOOL_MEANT
        for key, item in self._evidence.items():
            category, slug = key
            if category in (Category.MODALITY, Category.VECTOR) and self._roles.is_tool(category, slug):
                enough = meant
                if self._at.actions() and category is Category.VECTOR:
                    enough = _VECTOR_BESIDE
                elif self._at.actions() and slug not in self._roles.actions:
                    enough = BESIDE_A_THERAPY
                if self._at.is_enough(key, enough) and slug not in self._roles.donors:
                    self._at.stated[key] = item.rule

    def _give_way(self, of_product: bool) -> None:
        """Drop what another modality makes superfluous, and neighbours that a gene therapy is compared with.

        *of_product*: a gene therapy's product is what the document is about.
        """
        modalities, named = self._at.slugs(Category.MODALITY), self._at.in_title(Category.MODALITY)
        for slug, replaced in self._roles.replaced:
            if slug in modalities and (slug in named or replaced not in named):
                self._at.stated.pop((Category.MODALITY, replaced), None)
        self._contrast()
        actions = self._at.actions()
        if not actions and not of_product:
            return
        strongest = max((self._at.weight(slug) for slug in actions), default=0.0)
        neighbours = self._at.neighbours()
        titled = of_product or bool(named & (self._at.slugs(Category.MODALITY) - neighbours))
        for slug in neighbours - named:
            if titled or self._at.weight(slug) <= _BESIDE_IT * strongest:
                del self._at.stated[Category.MODALITY, slug]

    def _contrast(self) -> None:
        """Drop the delivery that the title's is told against: "in vivo editing", where ex vivo was done before."""
        ways = {self._roles.told["cells"], self._roles.told["route"]}
        named = ways & self._at.in_title(Category.MODALITY)
        if len(named) == 1:
            for slug in ways - named:
                if self._at.weight(slug) < _AGAINST_THE_TITLE:
                    self._at.stated.pop((Category.MODALITY, slug), None)

    def _imply(self) -> None:
        modalities = self._at.slugs(Category.MODALITY)
        for slug, implied, unless in self._roles.implied:
            if slug in modalities and not (unless and unless in modalities):
                self._at.state(implied, f"follows from {slug}", (Category.MODALITY, slug))

    def _infer_from(self, products: list[Product]) -> None:
        for product in products:
            for category, slugs in ((Category.MODALITY, product.modality), (Category.VECTOR, product.vector)):
                for slug in slugs:
                    key = (category, slug)
                    if key not in self._at.stated and key not in self._at.inferred:
                        self._at.inferred[key] = f"product {product.label}"
                        self._at.sources[key] = (Category.PRODUCT, product.slug)

    def _keep_most_specific(self) -> None:
        """Drop the parents of what is there; deliveries stand beside the donor that tells more."""
        for category, slug in list(self._at.stated):
            for parent in self._vocabulary.ancestors(category, slug):
                delivery = category is Category.MODALITY and parent not in self._roles.actions
                if parent != slug and not delivery:
                    self._at.stated.pop((category, parent), None)
