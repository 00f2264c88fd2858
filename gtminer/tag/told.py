"""What the words around a vector or cells tell: the action that no word names, and where the genes are given."""

import re

from gtminer.model import Category, Population
from gtminer.tag.analysis import Span, within
from gtminer.tag.roles import Key
from gtminer.tag.standing import Source, Standing

BESIDE_A_THERAPY = 0.5  # what a delivery or a donor must weigh once it is clear that a therapy is meant
CELLS = 2  # words of cells that are changed outside the body
VACCINE = 3  # words of a vaccine
_CARGO = 16  # characters behind a vector and a promoter in which what it carries is named
# The gene behind a vector's name: a symbol of two capitals, or of a capital and a figure ("-SMN1", "-hFIX", ".GAN").
_GENE = re.compile(r"[-./](?:[a-z]{1,2}(?=[A-Z]))?([A-Z][A-Za-z]{0,5}[A-Z0-9]\w{0,6})\b")


def complete(standing: Standing) -> None:
    """Add the action that the words around a vector tell, and the delivery that a route or cells tell."""
    _Teller(standing).complete()


class _Teller:
    def __init__(self, standing: Standing) -> None:
        self._at = standing
        self._told = standing.roles.told

    def complete(self) -> None:
        """Add the action that the words around a vector tell, and the delivery that a route or cells tell."""
        neighbours, roles = self._at.neighbours(), self._at.roles
        # A product that is a neighbour, and has a vector, explains the vector.
        explained = neighbours or any(slug in roles.neighbours - roles.vectorless for _, slug in self._at.inferred)
        if not explained and self._at.actions() <= {self._told["vector"]} and (told := self._told_action()):
            self._at.state(*told)
        if self._at.counting():
            self._state_delivery()
        elif neighbours <= self._at.roles.vectorless:
            for slug in self._at.slugs(Category.VECTOR):
                if neighbours or self._at.vocabulary.is_particle(slug):  # particles that carry no gene
                    del self._at.stated[Category.VECTOR, slug]

    def _told_action(self) -> tuple[str, str, Source | None] | None:
        """Return the action that no word names and the words around the vector tell, with the rule and the words."""
        words, vectors = self._at.words, self._at.slugs(Category.VECTOR)
        if vectors and not self._is_of_a_known_therapy() and self._vaccinates_or_treats_tumour():
            # A DNA vaccine against an infection has no action: its plasmid is the vector, and that is all.
            return self._immunises()
        if (lyses := words.first("oncolyses")) and self._works_by_virus() and self._heaviest_disease_is_tumour():
            return self._told["oncolyses"], f"a virus lyses tumour cells: {lyses}", words.place("oncolyses")
        carried, silenced = words.but("adds", "silences", "reporter"), words.first("silences")
        adds = carried[0] if carried and words.count("silences") <= 2 * len(carried) else None
        if silenced and not adds and (vectors or self._told["cells"] in self._at.slugs(Category.MODALITY)):
            return self._told["silences"], f"a gene is silenced: {silenced}", words.place("silences")
        if adds and (vectors or self._at.actions()):
            return self._told["adds"], f"a gene is carried: {adds.text}", (adds.start, adds.end)
        if self._works_by_virus() or self._at.actions():
            if not silenced and (cargo := self._cargo()):
                return self._told["adds"], f"a gene is carried: {self._at.analysis.text[slice(*cargo)]}", cargo
            if disease := self._of_a_lost_function():
                return (
                    self._told["adds"],
                    f"a copy of the gene that is lost in {disease}",
                    (Category.INDICATION, disease),
                )
        if self._works_by_virus():
            return self._told["vector"], "a vector is what the document is about", self._first_vector()
        return None

    def _is_of_a_known_therapy(self) -> bool:
        """Say whether a gene therapy of the product table is meant, whose report tells of its immunogenicity too."""
        products = self._at.vocabulary.products
        return any(category is Category.PRODUCT and products[slug].gene_therapy for category, slug in self._at.stated)

    def _cargo(self) -> Span | None:
        """Return where a gene is named as part of a viral vector's name: "AAV9-SMN1", "rAAV2/5-hFIX"."""
        analysis = self._at.analysis
        for mention in self._at.mentions:
            if mention.category is Category.VECTOR and self._at.vocabulary.is_viral(mention.slug):
                gene = _GENE.match(analysis.text, mention.end)
                if gene and not within(analysis.cues("therapy", "reporter"), mention.end, gene.end() + _CARGO):
                    return mention.start, gene.end()
        return None

    def _of_a_lost_function(self) -> str | None:
        """Return the disease that is treated, where it comes of a function that one gene has lost."""
        stated, copied = self._at.stated, self._at.roles.copied
        return next((slug for kind, slug in stated if kind is Category.INDICATION and slug in copied), None)

    def _first_vector(self) -> Key | None:
        return next((key for key in self._at.stated if key[0] is Category.VECTOR), None)

    def _works_by_virus(self) -> bool:
        return any(self._at.vocabulary.is_viral(slug) for slug in self._at.slugs(Category.VECTOR))

    def _state_delivery(self) -> None:
        words, outside, inside = self._at.words, self._told["cells"], self._told["route"]
        known = self._at.slugs(Category.MODALITY) | {slug for _, slug in self._at.inferred}
        if not {outside, inside} & known:
            cells, route = words.first("cells"), words.first("route")
            if cells and words.count("cells") >= CELLS and words.count("cells") > words.count("route"):
                self._at.state(outside, f"cells are changed outside the body: {cells}", words.place("cells"))
            elif route and self._at.people.population in (Population.HUMAN, Population.ANIMAL, Population.MIXED):
                self._at.state(inside, f"given to a living being: {route}", words.place("route"))
            elif self._at.people.population in (Population.ANIMAL, Population.MIXED) and self._may_be_given():
                self._at.state(inside, "given to animals", self._first_vector())
            elif not cells and (living := words.first("living")) and self._may_be_given():
                self._at.state(inside, f"given to animals: {living}", words.place("living"))
            elif self._at.people.population is Population.HUMAN and not cells and self._is_given_whole():
                self._at.state(inside, "a viral vector is given to people", self._first_vector())
            elif self._at.people.population is Population.HUMAN and not self._may_be_given():
                self._at.state(outside, "such vectors change cells outside the body", self._first_vector())
        if outside in self._at.slugs(Category.MODALITY):
            for category, slug in self._at.evidence:
                donor = category is Category.MODALITY and slug in self._at.roles.donors
                if donor and self._at.is_enough((category, slug), BESIDE_A_THERAPY):
                    self._at.state(slug, self._at.evidence[category, slug].rule)

    def _may_be_given(self) -> bool:
        """Say whether the vectors are not all of those that mostly change cells outside the body."""
        vectors = self._at.slugs(Category.VECTOR)
        return not vectors or bool(vectors - self._at.roles.outside)

    def _is_given_whole(self) -> bool:
        """Say whether a disease is treated by viruses given as such; other vectors change cells outside the body."""
        vectors = self._at.slugs(Category.VECTOR)
        treated = not self._at.actions() <= {self._told["vector"]} or bool(self._at.slugs(Category.INDICATION))
        return (
            treated
            and bool(vectors)
            and all(self._at.vocabulary.is_viral(slug) and slug not in self._at.roles.outside for slug in vectors)
        )

    def _vaccinates(self) -> bool:
        return self._at.words.in_title("vaccine") or self._at.words.count("vaccine") >= VACCINE

    def _rouses_immunity(self) -> bool:
        words = self._at.words
        return words.in_title("immunotherapy") or words.count("immunotherapy") >= VACCINE

    def _vaccinates_or_treats_tumour(self) -> bool:
        return self._vaccinates() or (self._rouses_immunity() and self._heaviest_disease_is_tumour())

    def _immunises(self) -> tuple[str, str, Source | None] | None:
        """Return what a vector is that immunises: immunotherapy against a tumour, else a viral vector's vaccine."""
        kind = "vaccine" if self._at.words.first("vaccine") else "immunotherapy"
        said, place = f"a vector immunises: {self._at.words.first(kind)}", self._at.words.place(kind)
        if self._heaviest_disease_is_tumour():
            return self._told["immunises_tumour"], said, place
        if self._works_by_virus():
            return self._told["immunises"], said, place
        return None

    def _heaviest_disease_is_tumour(self) -> bool:
        diseases = {
            slug: item.weight for (category, slug), item in self._at.evidence.items() if category is Category.INDICATION
        }
        return bool(diseases) and self._at.vocabulary.is_tumour(max(diseases, key=lambda slug: diseases[slug]))
