"""Which concepts are mentioned where: matches accepted by their letters and context, the longest one of a place.

A form whose capitals count must stand in its letters; what a form *needs* must stand somewhere in the text and what it
excludes (*unless*) must not; the definition of an abbreviation in the text wins over the dictionary.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from gtminer.model import Category, Rejected
from gtminer.tag import shortforms
from gtminer.tag.analysis import Analysis
from gtminer.tag.fold import fold
from gtminer.tag.forms import squeeze
from gtminer.tag.mention import Mention
from gtminer.tag.vocabulary import Form, Product

# A form of several words never reaches over the end of a sentence or a clause.
_BROKEN = re.compile(r"[;?!]|[.:]\s")
# "haemophilia A and B", "AAV8 or 9", "AAV1, 2 and 5": what may follow a mention that lends its head.
_MORE = re.compile(
    r"(?:\s?/\s?|,?\s+(?:and/or|and|or|as well as)\s+|,\s+)(?:type\s+)?(?P<part>[A-Za-z]?\d{0,2}[a-zA-Z]?\d?)(?![\w-])"
)
# "hepatic and renal toxicity": what may stand before a mention that lends its last word.
_BEFORE = re.compile(r"(?P<part>[A-Za-z]{4,})-?,?\s+(?:and/or|and|or)\s+$")
_LAST_PART = re.compile(r"(?:(?<=\s)[A-Z]|\d+[A-Za-z]?|(?<=\s)[IVX]+)$")
_LONGEST_FORM = 120


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
    mentions = _longest(candidates)
    mentions = _longest([*mentions, *_coordinated(analysis, mentions)])
    for decoy in mentions:
        if not decoy.slug:
            rejected.append(Rejected(decoy.category, "", decoy.start, decoy.end, f"'{decoy.form}' is something else"))
    return Found([mention for mention in mentions if mention.slug], rejected)


def _candidates(analysis: Analysis) -> tuple[list[Mention], list[Rejected]]:
    """Return every match that its letters and context allow, and those that the context forbids."""
    folded, text, vocabulary = analysis.folded, analysis.text, analysis.vocabulary
    forms, entries = vocabulary.forms, vocabulary.term_entries
    source = folded.source
    found: list[Mention] = []
    lacking: list[tuple[Mention, Form]] = []
    rejected: list[Rejected] = []
    for first, finish, pattern in vocabulary.find_terms(folded.text):
        begin = first
        if folded.text[begin] != " ":  # a stem: the word it ends is the mention
            begin = folded.text.rfind(" ", 0, begin)
        start, end = source(begin + 1), source(finish - 2) + 1
        if analysis.in_number(start):
            continue
        words = text[start:end]
        if finish - begin > 8 and _BROKEN.search(words):
            continue
        letters = None
        for number, wanted in entries[pattern]:
            if wanted is not None:
                letters = letters or squeeze(words)
                if letters != wanted:
                    continue
            form = forms[number]
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


def _known_of(product: Product, mention: Mention) -> bool:
    """Say whether a product named in the text is context enough for a short form: its own disease, any event."""
    if mention.category is Category.INDICATION:
        return mention.slug in product.indications
    return mention.category is Category.SAFETY and product.gene_therapy


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:4])


def _longest(candidates: Iterable[Mention]) -> list[Mention]:
    """Return the leftmost-longest mentions of each category; several concepts of the same place stay together."""
    taken: dict[Category, tuple[int, int, bool]] = {}
    kept: dict[tuple[int, int, Category, str], Mention] = {}
    for mention in sorted(candidates, key=lambda item: (item.start, -item.end, item.slug != "")):
        start, end, category, slug, _form = mention
        last = taken.get(category)
        if last is not None and start < last[1] and (last[2] or (start, end) != last[:2]):
            continue
        kept.setdefault(mention[:4], mention)
        taken[category] = (start, end, not slug)
    return list(kept.values())


def _coordinated(analysis: Analysis, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Yield what shares a word with a mention: "haemophilia A and B", "AAV8 or 9", "hepatic and renal toxicity"."""
    text = analysis.text
    for mention in mentions:
        words = text[mention.start : mention.end]
        if last := _LAST_PART.search(words):
            yield from _following(analysis, mention, words[: last.start()], mention.end)
        if " " in words or "-" in words:
            before = _BEFORE.search(text, max(0, mention.start - 40), mention.start)
            if before:
                _first, _, rest = words.replace("-", " ").partition(" ")
                for slug in _read_whole(analysis, f"{before['part']} {rest}", mention.category):
                    if slug != mention.slug:
                        yield Mention(before.start(), mention.end, mention.category, slug, f"{before['part']} … {rest}")


def _following(analysis: Analysis, mention: Mention, head: str, end: int) -> Iterator[Mention]:
    text = analysis.text
    for _ in range(8):
        more = _MORE.match(text, end)
        if not more or not more["part"]:
            return
        slugs = _read_whole(analysis, head + more["part"], mention.category)
        if not slugs:
            return
        for slug in slugs:
            if slug != mention.slug:
                yield Mention(more.start("part"), more.end(), mention.category, slug, f"{head}… {more['part']}")
        end = more.end()


def read_whole(analysis: Analysis, words: str) -> list[tuple[Category, str]]:
    """Return the concepts that *words* as a whole stand for."""
    folded = fold(words).text
    if len(folded) > _LONGEST_FORM:
        return []
    vocabulary = analysis.vocabulary
    letters = squeeze(words)
    found: list[tuple[Category, str]] = []
    for start, end, pattern in vocabulary.find_terms(folded):
        if (start, end) == (0, len(folded)):
            for number, wanted in vocabulary.term_entries[pattern]:
                form = vocabulary.forms[number]
                if wanted in (None, letters):
                    found.append((form.category, form.slug))
    return found


def _read_whole(analysis: Analysis, words: str, category: Category) -> list[str]:
    return [slug for found, slug in read_whole(analysis, words) if found is category]
