"""Which concepts are mentioned where: matches accepted by their letters and context, the longest one of a place.

A form whose capitals count must stand in its letters; what a form *needs* must stand somewhere in the text and what it
excludes (*unless*) must not; the definition of an abbreviation in the text wins over the dictionary.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gtminer.model import Category, Rejected
from gtminer.tag import footnotes, parentheses, shortforms
from gtminer.tag.analysis import Analysis
from gtminer.tag.changed import changed
from gtminer.tag.coordination import coordinated
from gtminer.tag.forms import squeeze
from gtminer.tag.mention import Mention
from gtminer.tag.vocabulary import Form, Product

# A form of several words never reaches over the end of a sentence or a clause.
_BROKEN = re.compile(r"[;?!]|[.:]\s")


class Found(NamedTuple):
    """The mentions of a text in reading order, and the readings that were considered and not taken."""

    mentions: list[Mention]
    rejected: list[Rejected]


def find(analysis: Analysis) -> Found:
    """Return all mentions of a text, no two of one category overlapping (but for several concepts of one form)."""
    candidates, rejected = _candidates(analysis)
    if not candidates and not rejected:
        return Found([], [])
    candidates, rejected = shortforms.apply(analysis, candidates, rejected)
    mentions = _longest(candidates, analysis.vocabulary.roles.asides)
    mentions = _with_changes(analysis, _with_coordinated(analysis, mentions))
    rejected = [item for item in rejected if not _inside_longer(item, mentions)]
    for decoy in mentions:
        if not decoy.slug:
            rejected.append(Rejected(decoy.category, "", decoy.start, decoy.end, f"'{decoy.form}' is something else"))
    return Found([mention for mention in mentions if mention.slug], rejected)


def _candidates(analysis: Analysis) -> tuple[list[Mention], list[Rejected]]:
    """Return every match that its letters and context allow, and those that the context forbids."""
    text, folded, vocabulary = analysis.text, analysis.folded.text, analysis.vocabulary
    entries = vocabulary.term_entries
    source = analysis.folded.source if analysis.folded.breaks else None
    found: list[Mention] = []
    lacking: list[tuple[Mention, Form]] = []
    rejected: list[Rejected] = []
    matches: list[tuple[int, int, int]] = []
    for first, finish, pattern in vocabulary.find_terms(folded):
        begin = first
        if folded[begin] != " ":  # a stem: the word it ends is the mention
            begin = folded.rfind(" ", 0, begin)
        start, end = (source(begin + 1), source(finish - 2) + 1) if source else (begin, finish - 2)
        if text[start].isdigit() and analysis.in_number(start):
            continue
        if finish - begin > 8 and _BROKEN.search(text[start:end]):
            continue
        matches.append((start, end, pattern))
    matches += parentheses.across(analysis)
    if analysis.is_label:
        matches += footnotes.marked(analysis)
    for start, end, pattern in matches:
        for form, wanted in entries[pattern]:
            if wanted is not None and squeeze(text[start:end]) != wanted:
                continue
            mention = Mention(start, end, form.category, form.slug, form.text)
            if form.unless and analysis.has_any(form.unless):
                reason = f"another reading is near: {_some(form.unless)}"
                rejected.append(Rejected(form.category, form.slug, start, end, reason))
            elif form.needs and not analysis.has_any(form.needs):
                lacking.append((mention, form))
            else:
                found.append(mention)
    if lacking:
        products = {mention.slug for mention in found if mention.category is Category.PRODUCT}
        for mention, form in lacking:
            if any(_known_of(vocabulary.products[product], mention) for product in products):
                found.append(mention)
            else:
                reason = f"none of its words stands in the text: {_some(form.needs)}"
                rejected.append(Rejected(form.category, form.slug, mention.start, mention.end, reason))
    return found, rejected


def _inside_longer(reading: Rejected, mentions: Sequence[Mention]) -> bool:
    """Say whether a reading is part of a longer mention, so that nobody would ask for it: "AAV" in "AAV-DJ"."""
    place = bisect_right(mentions, reading.start, key=lambda item: item.start)
    size = reading.end - reading.start
    return any(
        item.category is reading.category and item.end >= reading.end and item.end - item.start > size
        for item in mentions[max(0, place - 8) : place]
    )


def _known_of(product: Product, mention: Mention) -> bool:
    """Say whether a product named in the text is context enough for a short form: its own disease, any event."""
    if mention.category is Category.INDICATION:
        return mention.slug in product.indications
    return mention.category is Category.SAFETY and product.gene_therapy


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:4])


def _longest(candidates: Iterable[Mention], asides: Mapping[str, str]) -> list[Mention]:
    """Return the leftmost-longest mentions of each category; several concepts of the same place stay together.

    *asides*: modalities that say where and whose cells, beside what is done: "ex vivo gene editing" says both.
    """
    sides = set(asides.values())  # words that mean something else do so whatever is asked of them
    taken: dict[tuple[Category, str], tuple[int, int, bool]] = {}
    kept: dict[tuple[int, int, Category, str], Mention] = {}
    for mention in sorted(candidates, key=lambda item: (item[0], -item[1], item[3] != "")):
        start, end, category, slug, _form = mention
        kind = (category, asides.get(slug, ""))
        last = taken.get(kind)
        if last is not None and start < last[1] and (last[2] or (start, end) != last[:2]):
            continue
        kept.setdefault(mention[:4], mention)
        taken[kind] = (start, end, not slug)
        if not slug:
            taken |= {(category, side): (start, end, True) for side in sides}
    return list(kept.values())


def _with_coordinated(analysis: Analysis, mentions: list[Mention]) -> list[Mention]:
    """Return *mentions* with those that share their words, where the words of their own are in no other mention."""
    named = [mention for mention in mentions if mention.slug]
    more = dict.fromkeys(coordinated(analysis, named))
    if not more:
        return mentions
    taken: dict[Category, list[tuple[int, int]]] = {}
    for mention in mentions:
        taken.setdefault(mention.category, []).append((mention.start, mention.end))
    return sorted([*mentions, *(item for item in more if not _stands_in(item.start, taken.get(item.category, [])))])


def _with_changes(analysis: Analysis, mentions: list[Mention]) -> list[Mention]:
    """Return *mentions* with the events that changes of measures are, where no form of theirs stands in the place.

    A form that is the measure itself ("troponin I") gives way to its change.
    """
    changes = dict.fromkeys(changed(analysis))
    if not changes:
        return mentions
    measures = {(hit.start, hit.end) for hit in analysis.cues("changes") if ":" in hit.kind}
    known: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for start, end, category, slug, _ in mentions:
        if category is Category.SAFETY and not (slug and (start, end) in measures):
            known[slug].append((start, end))
    more: list[Mention] = []
    for item in changes:
        if not _overlaps(item, known[item.slug]) and not _overlaps(item, known[""]):
            more.append(item)
            insort(known[item.slug], (item.start, item.end))
    if not more:
        return mentions
    kept = [
        item for item in mentions if (item.start, item.end) not in measures or not _overlaps(item, known[item.slug])
    ]
    return sorted([*kept, *more])


def _overlaps(mention: Mention, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether *mention* overlaps one of *spans*, which are in order and apart."""
    place = bisect_left(spans, (mention.end,)) - 1
    return place >= 0 and mention.start < spans[place][1]


def _stands_in(offset: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether *offset* lies in one of *spans*, which are in order and apart."""
    place = bisect_right(spans, offset, key=lambda span: span[0]) - 1
    return place >= 0 and offset < spans[place][1]
