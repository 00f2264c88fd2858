"""What in the vocabulary would tag wrongly or never: a finding a row, each with its place and what to do."""

from collections.abc import Iterator
from typing import NamedTuple

from gtminer.errors import InputError
from gtminer.model import Category
from gtminer.tag import compiling, overlay
from gtminer.tag.fold import plain
from gtminer.tag.vocabulary import Form, Vocabulary

_CONTEXT = 4  # letters below which a context word begins too many other words
_SHORTEST = 3
REFUSED, NOTE = "refused", "note"
# Words behind which more must follow.
JOINTS = ("an", "and", "as", "by", "for", "from", "of", "or", "than", "the", "to", "with", "without")


class Finding(NamedTuple):
    """*state* is refused (the file is not taken) or note; *at* is file and line."""

    state: str
    at: str
    says: str
    advice: str


def refusals(files: compiling.Files) -> list[Finding]:
    """Return all rows of the overlay that would be refused."""
    found: list[InputError] = []
    overlay.read(files.overlays(), compiling.built_in_concepts(files.data), files.common_words(), found.append)
    return [Finding(REFUSED, *_parted(str(error))) for error in found]


def _parted(line: str) -> tuple[str, str, str]:
    """Return place, fault and advice of an error's line."""
    at, _, rest = line.partition(": ")
    says, _, advice = rest.rpartition("; ")
    return (at, says, advice) if says else (at, rest, "")


def notes(vocabulary: Vocabulary, files: compiling.Files) -> Iterator[Finding]:
    """Yield what in a vocabulary that can be used deserves a look, the overlay's files first."""
    common = files.common_words()
    own = {path.name for path in files.overlays()}
    found = [
        *_forms(vocabulary, common, files.short_words()),
        *_shared(vocabulary),
        *_unreachable(vocabulary),
        *_idle_kills(vocabulary),
    ]
    yield from sorted(found, key=lambda item: (item.at.rpartition(":")[0] not in own, *_place(item.at), item.says))


def _place(at: str) -> tuple[str, int]:
    name, _, line = at.rpartition(":")
    return (name, int(line)) if line.isdigit() else (at, 0)


def _forms(vocabulary: Vocabulary, common: frozenset[str], short: frozenset[str]) -> Iterator[Finding]:
    for form in vocabulary.forms:
        if not form.slug:  # decoys may be any words
            continue
        words = plain(form.text).split()
        letters = "".join(words)
        if (
            not form.case
            and not form.needs
            and len(words) == 1
            and words[0] in common
            and not _is_label(vocabulary, form)
        ):
            yield Finding(
                NOTE, form.at, f"the form '{form.text}' is a common word", "match case, or give context words in needs"
            )
        if not form.needs and len(letters) < _SHORTEST:
            yield Finding(
                NOTE, form.at, f"the form '{form.text}' is short", "give context words in needs, or take the row out"
            )
        if len(words) > 1 and words[-1] in JOINTS and not form.case:
            yield Finding(NOTE, form.at, f"the form '{form.text}' ends in nothing", "write the words that belong to it")
        for column, context in (("needs", form.needs), ("unless", form.unless)):
            for word in context:
                if len(word.strip()) < _CONTEXT and word.strip() not in short:
                    yield Finding(NOTE, form.at, f"'{word}' in {column} begins many other words", "write a longer word")
        for word in form.needs:
            if any(word.startswith(other) for other in form.unless):
                yield Finding(NOTE, form.at, f"'{word}' is in needs and excluded by unless", "take one of the two out")


def _is_label(vocabulary: Vocabulary, form: Form) -> bool:
    """Say whether a concept is named by that word."""
    concept = vocabulary.concepts.get((form.category, form.slug))
    return concept is not None and plain(form.text) in plain(concept.label).split()


def _shared(vocabulary: Vocabulary) -> Iterator[Finding]:
    """Yield forms that two concepts of a category have, where neither lies above the other."""
    told: set[tuple[str, str]] = set()
    for entries in vocabulary.shared_entries():
        by_words: dict[tuple[Category, str | None], list[Form]] = {}
        for form, letters in entries:
            if form.slug and not form.needs:
                by_words.setdefault((form.category, letters), []).append(form)
        for (category, _letters), forms in by_words.items():
            first = forms[0]
            for other in forms[1:]:
                if _are_kin(vocabulary, category, first.slug, other.slug) or first.at == other.at:
                    continue
                if (first.slug, other.slug) in told:  # one example of each pair
                    continue
                told.add((first.slug, other.slug))
                yield Finding(
                    NOTE,
                    other.at,
                    f"'{other.text}' means {other.slug} here and {first.slug} at {first.at}",
                    "kill one of the two, unless both are meant",
                )


def _are_kin(vocabulary: Vocabulary, category: Category, one: str, other: str) -> bool:
    return one in vocabulary.ancestors(category, other) or other in vocabulary.ancestors(category, one)


def _unreachable(vocabulary: Vocabulary) -> Iterator[Finding]:
    parents = {(concept.category, parent) for concept in vocabulary.concepts.values() for parent in concept.parents}
    for key, concept in vocabulary.concepts.items():
        if concept.category is not Category.PRODUCT and key not in parents and not vocabulary.count_forms(*key):
            yield Finding(
                NOTE, concept.at, f"the concept '{concept.slug}' has no form and nothing below it", "give it a form"
            )


def _idle_kills(vocabulary: Vocabulary) -> Iterator[Finding]:
    for at, words in vocabulary.idle_kills:
        yield Finding(NOTE, at, f"no form matches '{words}'", "mend the spelling, or take the row out")
