"""What shares a word with a mention: "haemophilia A and B", "AAV1, -2 and -5", "hepatic and renal toxicity".

The words put together must be, as a whole, a form of the vocabulary; nothing is guessed.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from gtminer.model import Category
from gtminer.tag.analysis import Analysis
from gtminer.tag.fold import fold
from gtminer.tag.forms import squeeze
from gtminer.tag.mention import Mention
from gtminer.tag.printed.tokens import cues
from gtminer.tag.vocabulary import Vocabulary

# What may follow a mention that lends its head: "A and B", "8 or 9", "1, -2 and -5", "IIIA and IIIB".
_MORE = re.compile(
    r"(?:\s?/\s?|,?\s+(?:and/or|and|or|as well as)\s+|,\s+)(?:type\s+)?-?"
    r"(?P<part>[A-Za-z]?\d{0,2}[a-zA-Z]?\d?|[IVX]+[A-D]?)(?![\w-])"
)
_LAST_PART = re.compile(r"(?:(?<=\s)[A-Z]|\d+[A-Za-z]?|(?<=[\s-])[IVX]+[A-D]?)$")
_PLURAL_HEAD = re.compile(r"(?<=type)s(?=\s)")
_COUNTED = re.compile(r"\s+([a-z]+)")
_COUNTS = ("people", "unit", "received")  # words behind a number of somebody or something
# What may stand before a mention that lends its last words, and what stands before that in a list.
_JOINED = re.compile(r",?\s+(?:and/or|and|or)\s+$")
_JOINTS = ("and", "or")
_LISTED = re.compile(r",\s+$")
_WORD = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*-?$")
_FAR_BACK = 48
_WORDS_BEFORE = 3
_LONGEST_FORM = 120
_MOST = 8
_STEMS = range(3, 9)  # letters of a stem that a hyphen replaces: "leuko- and thrombocytopenia"


def coordinated(analysis: Analysis, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Yield what shares a word with one of *mentions* and is none of them."""
    text = analysis.text
    for mention in mentions:
        start, end = mention.start, mention.end
        # The expressions are asked only where they may find something: most mentions share no word.
        if not text[end - 1].islower() or text[end - 2 : end - 1].isdigit():
            words = text[start:end]
            if last := _LAST_PART.search(words):
                yield from _following(analysis, mention, words[: last.start()], last[0])
        if text[max(0, start - _FAR_BACK) : start].rstrip().endswith(_JOINTS):
            yield from _preceding(analysis, mention, text[start:end])


def read_whole(analysis: Analysis, words: str) -> Sequence[tuple[Category, str]]:
    """Return the concepts that *words* as a whole stand for."""
    return _read_whole(analysis.vocabulary, words)


@lru_cache(maxsize=16384)  # the headings of MeSH come again and again
def _read_whole(vocabulary: Vocabulary, words: str) -> tuple[tuple[Category, str], ...]:
    folded = fold(words).text
    if len(folded) > _LONGEST_FORM:
        return ()
    letters = squeeze(words)
    found: list[tuple[Category, str]] = []
    for start, end, pattern in vocabulary.find_terms(folded):
        if (start, end) == (0, len(folded)):
            for form, wanted in vocabulary.term_entries[pattern]:
                if wanted in (None, letters):
                    found.append((form.category, form.slug))
    return tuple(found)


def _following(analysis: Analysis, mention: Mention, head: str, last: str) -> Iterator[Mention]:
    head = _PLURAL_HEAD.sub("", head)
    end = mention.end
    for _ in range(_MOST):
        more = _MORE.match(analysis.text, end)
        if not more or not more["part"] or _counts(analysis.text, more):
            return
        part = more["part"]
        if len(part) == 1 and part.islower() and last[-1].isupper():
            return  # "haemophilia B, a disorder"
        slugs = _read(analysis, head + part, mention.category)
        if not slugs and len(part) == 1 and part.isalpha() and len(last) > 1 and last[-1].isalpha():
            slugs = _read(analysis, head + last[:-1] + part, mention.category)  # "type IIIA and B"
        if not slugs:
            return
        for slug in slugs:
            if slug != mention.slug:
                yield Mention(more.start("part"), more.end(), mention.category, slug, f"{head}… {part}")
        end = more.end()


def _counts(text: str, more: re.Match[str]) -> bool:
    """Say whether a number counts what stands behind it: "AAV8 and 9 patients"."""
    if not more["part"].isdigit():
        return False
    word = _COUNTED.match(text, more.end())
    known = cues().get(word[1]) if word else None
    return known is not None and known.kind in _COUNTS


def _preceding(analysis: Analysis, mention: Mention, words: str) -> Iterator[Mention]:
    """Yield "hepatic … toxicity" and "renal … toxicity" before "cardiac toxicity", from the nearest to the farthest."""
    text = analysis.text
    start, joint = mention.start, _JOINED
    for _ in range(_MOST):
        between = joint.search(text, max(0, start - _FAR_BACK), start)
        if not between:
            return
        found = _shared(analysis, mention, words, text[max(0, between.start() - _FAR_BACK) : between.start()])
        if not found:
            return
        start, joint = between.start() - found[0], _LISTED
        yield from (Mention(start, mention.end, mention.category, slug, found[1]) for slug in found[2])


def _shared(analysis: Analysis, mention: Mention, words: str, before: str) -> tuple[int, str, list[str]] | None:
    """Return how long the last words of *before* are that the mention's own last words go with, and what they mean.

    The longest words that mean anything are taken: "diffuse large B-cell" before "and follicular lymphoma".
    """
    parts = before.split()[-_WORDS_BEFORE:]
    if not parts or not _WORD.match(parts[-1]):
        return None
    endings = _endings(words, parts[-1])
    for first in range(len(parts) if endings else 0):
        part = before[before.rindex(parts[first]) :] if first == len(parts) - 1 else " ".join(parts[first:])
        if not before.endswith(part):  # words apart by more than a space
            continue
        for joint, ending in endings:
            slugs = _read(analysis, f"{part.removesuffix('-')}{joint}{ending}", mention.category)
            if slugs and mention.slug not in slugs:
                return len(part), f"{part} … {ending}", slugs
    return None


def _endings(words: str, last: str) -> list[tuple[str, str]]:
    """Return what a mention may lend: its words but the first, its last word; its ending where *last* has a hyphen."""
    spaced, apart = words.split(), words.replace("-", " ").split()
    tails = dict.fromkeys(
        " ".join(found) for found in (spaced[1:], apart[1:], spaced[-1:]) if 0 < len(found) < len(apart)
    )
    endings = [(" ", tail) for tail in tails]
    if last.endswith("-") and len(apart) == 1:
        endings += [("", words[cut:]) for cut in _STEMS if len(words) - cut > 3]
    return endings


def _read(analysis: Analysis, words: str, category: Category) -> list[str]:
    return list(dict.fromkeys(slug for found, slug in read_whole(analysis, words) if found is category and slug))
