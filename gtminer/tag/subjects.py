"""The merged set of a document: which modality, vector and indication it is about, and how it speaks of each event."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gtminer.model import Assertion, Category, DocumentTags, Population, SafetyTag, Tag
from gtminer.tag.analysis import Analysis
from gtminer.tag.roles import Evidence, Key, is_enough

_STRENGTH = {assertion: place for place, assertion in enumerate(Assertion)}


class Decided(NamedTuple):
    """What the document is about: rule by concept; those that are only inferred stand in *inferred*."""

    stated: dict[Key, str]
    inferred: dict[Key, str]
    gene_therapy: bool


class Context(NamedTuple):
    """What of the text decides whether words of the laboratory mean a therapy."""

    therapy: int
    tool: int
    routes: tuple[str, ...]
    adds: tuple[str, ...]
    cells: tuple[str, ...]
    population: Population


def decide(analysis: Analysis, evidence: Mapping[Key, Evidence], context: Context) -> Decided:
    """Return what the document is about, from the *evidence* for each concept and the *context* of its words."""
    vocabulary = analysis.vocabulary
    roles = vocabulary.roles
    stated: dict[Key, str] = {}
    inferred: dict[Key, str] = {}
    about = {key: item for key, item in evidence.items() if is_enough(item)}
    products = [vocabulary.products[slug] for category, slug in about if category is Category.PRODUCT]
    therapies = [
        slug
        for category, slug in about
        if category is Category.MODALITY and not roles.is_tool(category, slug) and not roles.is_neighbour(slug)
    ]
    neighbours = [slug for category, slug in about if category is Category.MODALITY and roles.is_neighbour(slug)]
    is_therapy = bool(therapies) or any(product.gene_therapy for product in products)
    tools_are_meant = is_therapy or (context.therapy > 1 and context.therapy > context.tool)
    for key, item in about.items():
        category, slug = key
        if category is Category.SAFETY:
            continue
        if roles.is_tool(category, slug) and not (tools_are_meant or neighbours):
            continue
        stated[key] = item.rule
    _modalities(stated, inferred, context, vocabulary, analysis)
    for product in products:
        for slug in product.modality:
            inferred.setdefault((Category.MODALITY, slug), f"product {product.label}")
        for slug in product.vector:
            inferred.setdefault((Category.VECTOR, slug), f"product {product.label}")
    stated = _most_specific(stated, analysis)
    for key in list(inferred):
        if key in stated:
            del inferred[key]
    actions = [slug for category, slug in stated if category is Category.MODALITY and roles.is_action(slug)]
    gene_therapy = bool(actions) or any(product.gene_therapy for product in products)
    return Decided(stated, inferred, gene_therapy)


def _modalities(
    stated: dict[Key, str], inferred: dict[Key, str], context: Context, vocabulary: "object", analysis: Analysis
) -> None:
    """Complete the modalities: what the action implies, gene addition by a vector, in vivo by a route."""
    roles = analysis.vocabulary.roles
    modalities = {slug for category, slug in stated if category is Category.MODALITY}
    vectors = {slug for category, slug in stated if category is Category.VECTOR}
    for slug, implied, unless in roles.implied:
        if slug in modalities and not (unless and unless in modalities):
            stated.setdefault((Category.MODALITY, implied), f"follows from {slug}")
    actions = {slug for slug in modalities if roles.is_action(slug)}
    neighbours = {slug for slug in modalities if roles.is_neighbour(slug)}
    if actions <= {"gene_therapy"} and not neighbours and (vectors or actions) and context.adds:
        stated[Category.MODALITY, "gene_addition"] = f"a gene is carried: {context.adds[0]}"
        actions.add("gene_addition")
    elif vectors and not actions and not neighbours:
        stated[Category.MODALITY, "gene_therapy"] = "a vector is what the document is about"
        actions.add("gene_therapy")
    cell_based = any((Category.MODALITY, "ex_vivo") in stated for _ in (0,))
    if actions and not cell_based and context.routes and context.population is not Population.NONE:
        stated.setdefault((Category.MODALITY, "in_vivo"), f"given to a living being: {context.routes[0]}")
    if (Category.MODALITY, "in_vivo") in stated and context.population is Population.NONE and not actions:
        del stated[Category.MODALITY, "in_vivo"]


def _most_specific(stated: Mapping[Key, str], analysis: Analysis) -> dict[Key, str]:
    """Return *stated* without the parents of what is there, but for the deliveries, which stand beside each other."""
    vocabulary = analysis.vocabulary
    above = {
        (category, parent)
        for category, slug in stated
        for parent in vocabulary.ancestors(category, slug)
        if parent != slug and not (category is Category.MODALITY and not vocabulary.roles.is_action(parent))
    }
    return {key: rule for key, rule in stated.items() if key not in above}


def summarise(tags: Sequence[Tag], decided: Decided, population: Population) -> DocumentTags:
    """Return the merged set of a document."""

    def of(category: Category, keys: Iterable[Key]) -> tuple[str, ...]:
        order = {tag.concept: -number for number, tag in reversed(list(enumerate(tags))) if tag.category is category}
        return tuple(
            sorted(
                (slug for found, slug in keys if found is category),
                key=lambda slug: (-order.get(slug, -len(tags)), slug),
            )
        )

    events: dict[str, Assertion] = {}
    for tag in tags:
        if tag.category is Category.SAFETY:
            known = events.get(tag.concept)
            if known is None or _STRENGTH[tag.assertion] < _STRENGTH[known]:
                events[tag.concept] = tag.assertion
    return DocumentTags(
        modality=of(Category.MODALITY, decided.stated),
        vector=of(Category.VECTOR, decided.stated),
        indication=of(Category.INDICATION, decided.stated),
        safety=tuple(SafetyTag(slug, assertion) for slug, assertion in events.items()),
        inferred_modality=of(Category.MODALITY, decided.inferred),
        inferred_vector=of(Category.VECTOR, decided.inferred),
        product=of(Category.PRODUCT, decided.stated),
        gene_therapy=decided.gene_therapy,
        population=population,
    )
