"""The merged set of a document, which tables show and `evaluate` scores."""

from collections.abc import Iterable, Sequence

from gtminer.model import Assertion, Category, DocumentTags, Population, Role, SafetyTag, Tag
from gtminer.tag.roles import Key
from gtminer.tag.subjects import Decided

_STRENGTH = {assertion: place for place, assertion in enumerate(Assertion)}


def summarise(tags: Sequence[Tag], decided: Decided, population: Population) -> DocumentTags:
    """Return what is stated and inferred by category, in order of first mention; events with their strongest assertion.

    Only events with role subject count: those of, or discussed with, the therapy that the document is about.
    """
    order: dict[Key, int] = {}
    events: dict[str, Assertion] = {}
    safety, subject = Category.SAFETY, Role.SUBJECT
    for number, tag in enumerate(tags):
        category, slug = tag.category, tag.concept
        order.setdefault((category, slug), number)
        if category is safety and tag.role is subject:
            known = events.get(slug)
            if known is None or _STRENGTH[tag.assertion] < _STRENGTH[known]:
                events[slug] = tag.assertion

    def of(category: Category, keys: Iterable[Key]) -> tuple[str, ...]:
        slugs = [slug for found, slug in keys if found is category]
        if len(slugs) > 1:
            slugs.sort(key=lambda slug: (order.get((category, slug), len(tags)), slug))
        return tuple(slugs)

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
