"""A text's own definitions decide what its short forms mean, at each place the one that stands nearest before it.

A definition whose long form is a concept makes its short form that concept; one whose long form is something else
takes the dictionary's reading away, and the reading is kept as rejected (curation rules 11).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from gtminer.model import Rejected
from gtminer.tag.abbreviations import Definition, definitions
from gtminer.tag.analysis import Analysis
from gtminer.tag.mention import Mention

_SIGNS = re.compile(r"[(\[=;:|]")
_STEM = 5  # letters that words of one meaning share: "deficient", "deficiency"


class _Meaning(NamedTuple):
    start: int
    long: str
    long_start: int
    mentions: tuple[Mention, ...]


def apply(
    analysis: Analysis, candidates: list[Mention], rejected: list[Rejected]
) -> tuple[list[Mention], list[Rejected]]:
    """Return *candidates* and *rejected* as the definitions of the text leave them."""
    text = analysis.text
    if not _SIGNS.search(text):
        return candidates, rejected
    meanings: dict[str, list[_Meaning]] = {}
    for item in definitions(text):
        if len(item.short) > 1:
            found = _concepts(item, candidates)
            meanings.setdefault(item.short, []).append(_Meaning(item.short_start, item.long, item.long_start, found))
    if not meanings:
        return candidates, rejected
    readings = [item for item in rejected if text[item.start : item.end] in meanings]
    kept: list[Mention] = []
    refused: list[Rejected] = [item for item in rejected if text[item.start : item.end] not in meanings]
    for mention in candidates:
        meaning = _meaning_at(meanings.get(text[mention.start : mention.end], ()), mention.start)
        if meaning is None or _confirms(analysis, meaning, mention):
            kept.append(mention)
        else:
            why = f"the text defines {text[mention.start : mention.end]} as '{meaning.long}'"
            refused.append(Rejected(mention.category, mention.slug, mention.start, mention.end, why))
    for reading in readings:
        meaning = _meaning_at(meanings[text[reading.start : reading.end]], reading.start)
        mention = Mention(reading.start, reading.end, reading.category, reading.concept, "")
        if meaning is not None and _confirms(analysis, meaning, mention):
            kept.append(mention._replace(form=f"{text[reading.start : reading.end]} = {meaning.long}"))
        else:
            refused.append(reading)
    kept += _occurrences(text, meanings)
    return kept, refused


def _concepts(item: Definition, candidates: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the longest mentions that are a definition's long form, or that end it and are most of it."""
    end = max(item.long_end, item.short_end) + 1
    found = [
        mention
        for mention in candidates
        if item.long_start - 40 <= mention.start <= item.long_start + 4 and item.long_end - 1 <= mention.end <= end
    ] or [
        mention
        for mention in candidates
        if item.long_start <= mention.start
        and mention.end == item.long_end
        and (mention.end - mention.start) * 2 > item.long_end - item.long_start
    ]
    longest = max((mention.end - mention.start for mention in found), default=0)
    return tuple(mention for mention in found if mention.end - mention.start == longest)


def _meaning_at(meanings: Sequence[_Meaning], offset: int) -> _Meaning | None:
    """Return the last definition before *offset*, else the first one."""
    before = [meaning for meaning in meanings if meaning.start <= offset]
    return before[-1] if before else meanings[0] if meanings else None


def _confirms(analysis: Analysis, meaning: _Meaning, mention: Mention) -> bool:
    """Say whether a long form is the concept that the dictionary reads, in these or in kindred words."""
    if any((item.category, item.slug) == (mention.category, mention.slug) for item in meaning.mentions):
        return True
    if not mention.slug or any(item.category == mention.category for item in meaning.mentions):
        return False
    stems = {word[:_STEM] for word in re.findall(r"[a-z]{3,}", meaning.long.lower())}
    known = analysis.vocabulary.stems(mention.category, mention.slug, _STEM)
    return bool(stems) and len(stems & known) * 3 >= len(stems) * 2


def _occurrences(text: str, meanings: dict[str, list[_Meaning]]) -> list[Mention]:
    """Return the mentions that defined short forms are, wherever they stand."""
    found: list[Mention] = []
    for short, defined in meanings.items():
        if not any(meaning.mentions for meaning in defined):
            continue
        for place in re.finditer(rf"(?<!\w){re.escape(short)}(?:s(?=\W|$))?(?!\w)", text):
            meaning = _meaning_at(defined, place.start())
            for item in meaning.mentions if meaning else ():
                form = f"{short} = {meaning.long}" if meaning else short
                found.append(Mention(place.start(), place.end(), item.category, item.slug, form))
    return found
