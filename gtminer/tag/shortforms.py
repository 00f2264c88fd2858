"""A text's own definitions decide what its short forms mean, at each place the one that stands nearest before it.

A definition whose long form is a concept makes its short form that concept; one whose long form is something else
takes the dictionary's reading away, and the reading is kept as rejected (curation rules 11).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gtminer.model import Category, Rejected
from gtminer.tag.abbreviations import Definition, Site, sites
from gtminer.tag.analysis import Analysis
from gtminer.tag.mention import Mention

Key = tuple[Category, str]

_SIGNS = re.compile(r"[(\[=;:|]")
_PARTED = re.compile(r"[\s-]")
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
    meanings = _meanings(text, candidates, rejected)
    if not meanings:
        return candidates, rejected
    readings = [item for item in rejected if text[item.start : item.end] in meanings]
    kept: list[Mention] = []
    dropped = _dropped(rejected)
    refused: list[Rejected] = [item for item in rejected if text[item.start : item.end] not in meanings]
    for mention in candidates:
        short = text[mention.start : mention.end]
        if short not in meanings:
            kept.append(mention)
            continue
        meaning = _meaning_at(meanings[short], mention.start)
        if _confirms(analysis, meaning, mention) and not _refused(meaning, mention, dropped):
            kept.append(mention)
        else:
            why = f"the text defines {short} as '{meaning.long}'"
            refused.append(Rejected(mention.category, mention.slug, mention.start, mention.end, why))
    for reading in readings:
        meaning = _meaning_at(meanings[text[reading.start : reading.end]], reading.start)
        mention = Mention(reading.start, reading.end, reading.category, reading.concept, "")
        if _confirms(analysis, meaning, mention) and not _refused(meaning, mention, dropped):
            kept.append(mention._replace(form=f"{text[reading.start : reading.end]} = {meaning.long}"))
        else:
            refused.append(reading)
    kept += _occurrences(text, meanings)
    return kept, refused


def _meanings(text: str, candidates: list[Mention], rejected: list[Rejected]) -> dict[str, list[_Meaning]]:
    """Return the meanings of the short forms that are read as concepts, or that may be defined as one."""
    places = sites(text)
    if not places:
        return {}
    by_end = sorted(candidates, key=_end)
    ends = [mention.end for mention in by_end]
    spelled = {text[item.start : item.end] for item in candidates} | {text[item.start : item.end] for item in rejected}
    grouped: dict[str, list[Site]] = {}
    telling: set[str] = set()
    for site in places:
        short = site.short
        if len(short) > 1:
            grouped.setdefault(short, []).append(site)
            if short not in telling and (short in spelled or _any_between(ends, site.first - 1, _reach(site))):
                telling.add(short)
    meanings: dict[str, list[_Meaning]] = {}
    for short, its in grouped.items():
        if short in telling:
            defined = dict.fromkeys(definition for site in its if (definition := site.definition(text)))
            if defined:
                meanings[short] = _trusted(
                    [
                        _Meaning(item.short_start, item.long, item.long_start, _concepts(item, by_end, ends))
                        for item in defined
                    ]
                )
    return meanings


def _trusted(meanings: list[_Meaning]) -> list[_Meaning]:
    """Return *meanings* without single words that are no concept, where the short form is defined as one elsewhere.

    A report that defines CRS may tell of "selected categories (CRS, infections)" a hundred pages later.
    """
    if not any(meaning.mentions for meaning in meanings):
        return meanings
    return [meaning for meaning in meanings if meaning.mentions or _PARTED.search(meaning.long)]


def _end(mention: Mention) -> int:
    return mention.end


def _reach(site: Site) -> int:
    """Return the last place at which a mention may end that is a long form with its short one, or without."""
    return max(site.last, site.start + len(site.short)) + 1


def _any_between(places: Sequence[int], first: int, last: int) -> bool:
    place = bisect_left(places, first)
    return place < len(places) and places[place] <= last


def _concepts(item: Definition, by_end: Sequence[Mention], ends: Sequence[int]) -> tuple[Mention, ...]:
    """Return the longest mentions that are a definition's long form, or that end it and are most of it."""
    end = max(item.long_end, item.short_end) + 1
    near = by_end[bisect_left(ends, item.long_end - 1) : bisect_right(ends, end)]
    found = [mention for mention in near if item.long_start - 40 <= mention.start <= item.long_start + 4] or [
        mention
        for mention in near
        if item.long_start <= mention.start
        and mention.end == item.long_end
        and (mention.end - mention.start) * 2 > item.long_end - item.long_start
    ]
    # "infectious adverse events (AEs)": the words before the long form are no part of what is shortened.
    found = [mention for mention in found if mention.start >= item.long_start - 1] or found
    longest = max((mention.end - mention.start for mention in found), default=0)
    return tuple(mention for mention in found if mention.end - mention.start == longest)


def _meaning_at(meanings: Sequence[_Meaning], offset: int) -> _Meaning:
    """Return the last definition before *offset*, else the first one."""
    return meanings[max(0, bisect_right(meanings, offset, key=_start) - 1)]


def _start(meaning: _Meaning) -> int:
    return meaning.start


def _confirms(analysis: Analysis, meaning: _Meaning, mention: Mention) -> bool:
    """Say whether a long form is the concept that the dictionary reads, in these or in kindred words."""
    if any((item.category, item.slug) == (mention.category, mention.slug) for item in meaning.mentions):
        return True
    if not mention.slug or any(item.category == mention.category for item in meaning.mentions):
        return False
    stems = {word[:_STEM] for word in re.findall(r"[a-z]{3,}", meaning.long.lower())}
    known = analysis.vocabulary.stems(mention.category, mention.slug, _STEM)
    return bool(stems) and len(stems & known) * 3 >= len(stems) * 2


def _refused(meaning: _Meaning, mention: Mention, dropped: Mapping[Key, Sequence[int]]) -> bool:
    """Say whether the long form itself was read as the concept, and that reading dropped."""
    starts = dropped.get((mention.category, mention.slug), ())
    return _any_between(starts, meaning.long_start, meaning.long_start + len(meaning.long) - 1)


def _dropped(rejected: Sequence[Rejected]) -> dict[Key, list[int]]:
    """Return where the dropped readings of each concept begin, in order."""
    starts: dict[Key, list[int]] = {}
    for item in sorted(rejected, key=lambda item: item.start):
        starts.setdefault((item.category, item.concept), []).append(item.start)
    return starts


def _occurrences(text: str, meanings: dict[str, list[_Meaning]]) -> list[Mention]:
    """Return the mentions that defined short forms are, wherever they stand."""
    found: list[Mention] = []
    for short, defined in meanings.items():
        if not any(meaning.mentions for meaning in defined):
            continue
        for start, end in _places(text, short):
            meaning = _meaning_at(defined, start)
            for item in meaning.mentions:
                found.append(Mention(start, end, item.category, item.slug, f"{short} = {meaning.long}"))
    return found


def _places(text: str, short: str) -> Iterator[tuple[int, int]]:
    """Yield where *short* stands as a word, with the s of its plural."""
    at = text.find(short)
    while at >= 0:
        end = at + len(short)
        if text[end : end + 1] == "s" and not _is_letter(text[end + 1 : end + 2]):
            end += 1
        if _is_letter(text[end : end + 1]) or _is_letter(text[max(0, at - 1) : at]):
            end = at + 1
        else:
            yield at, end
        at = text.find(short, end)


def _is_letter(char: str) -> bool:
    return char.isalnum() or char == "_"
