"""The variants of a written form, by rule: spelling, hyphens, Greek letters, numerals, possessives, plurals."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from gtminer.tag.fold import GREEK, plain

_ROMAN = {"1": "i", "2": "ii", "3": "iii", "4": "iv", "5": "v", "6": "vi", "7": "vii"}
_ARABIC = {roman: arabic for arabic, roman in _ROMAN.items()}
_NUMBERED = re.compile(r"\b(type|grade|stage|mps|gsd|pfic|lad|igm) (iii|ii|iv|i|vii|vi|v|[1-7])([a-d]?)\b")
_LETTERS_DIGITS = re.compile(r"\b([a-z]{2,})(\d+)\b")
_LETTERS_SPACE_DIGITS = re.compile(r"\b([a-z]{2,}) (\d+)\b")
_POSSESSIVE = re.compile(r"^([a-z]+) s (?=[a-z])")
_EPONYM = re.compile(r"^([A-Z][a-zéü]+) (disease|syndrome|ataxia|dystrophy|amaurosis|palsy|sarcoma|tumou?r)\b")
_HYPHENS = re.compile("[-‐‑–—/]")
_SIGNS = re.compile(r"(?!(?<=\d)\.\d)[\W_]")
_GREEK = re.compile("|".join((*GREEK, *map(re.escape, GREEK.values()))))
_PLURAL = re.compile(r"[a-z]{3,}(?<![^e]ed)$")  # participles have none: "transduced", but "bleed"


class Spelling(NamedTuple):
    """A pair of spellings that are the same word; *start* ones count only where a word begins."""

    british: str
    american: str
    start: bool


def variants(form: str, spellings: Sequence[Spelling], *, case: bool) -> dict[str, str | None]:
    """Return the folded variants of *form*; where *case* counts, with the letters that must stand there.

    Those letters are without separators (`CAR-T` and `CAR T` are both `CART`). Plurals, spelling and
    possessives belong to words, so they are left out where case counts, but for the s of `SAEs`.
    """
    folded = _spaced(form)
    if not case:
        found = set(folded)
        for variant in folded:
            found.update(_spell(variant, spellings))
        for variant in list(found):
            found.update(_greek(variant))
        for variant in list(found):
            found.update(_possessive(variant, form))
        for variant in list(found):
            found.update(_numerals(variant))
        for variant in list(found):
            found.update(_plurals(variant))
        return dict.fromkeys(found)
    letters = squeeze(form)
    exact: dict[str, str | None] = dict.fromkeys(folded, letters)
    for variant in list(exact):
        exact.update(dict.fromkeys(_greek(variant), letters))
    if letters[-1:].isupper() and len(letters) > 2:
        exact.update({f"{variant}s": f"{letters}s" for variant in list(exact)})
    return exact


def squeeze(text: str) -> str:
    """Return the letters and digits of *text*, in their case; a decimal point stays ("AAV2/5" is no "AAV2.5")."""
    return text if text.isalnum() else _SIGNS.sub("", text)


def _spaced(form: str) -> set[str]:
    """Return *form* folded with its hyphens as spaces, and closed up."""
    found = {plain(form)}
    if _HYPHENS.search(form):
        closed = plain(_HYPHENS.sub("", form))
        if len(closed) > 3:
            found.add(closed)
    for variant in list(found):
        found.add(_LETTERS_DIGITS.sub(r"\1 \2", variant))
        found.add(_LETTERS_SPACE_DIGITS.sub(r"\1\2", variant))
    return found


@lru_cache(maxsize=4)
def _any_of(spellings: tuple[Spelling, ...]) -> re.Pattern[str]:
    """Return what finds either side of any pair: most forms hold none, and are done with."""
    sides = {side for pair in spellings for side in (pair.british, pair.american)}
    return re.compile("|".join(map(re.escape, sorted(sides))) or r"(?!)")


def _spell(folded: str, spellings: Sequence[Spelling]) -> Iterator[str]:
    """Yield *folded* in British, in American, and with single pairs swapped."""
    if not _any_of(tuple(spellings)).search(folded):
        return
    british = american = folded
    for pair in spellings:
        to_american = _replace(american, pair.british, pair.american, pair.start)
        to_british = _replace(british, pair.american, pair.british, pair.start)
        if pair.british not in british or not to_british.count(pair.british * 2):
            british = to_british
        american = to_american
        yield _replace(folded, pair.british, pair.american, pair.start)
        yield _replace(folded, pair.american, pair.british, pair.start)
    yield american
    yield british


def _replace(text: str, old: str, new: str, start: bool) -> str:
    if old not in text or (old in new and new in text):  # "esoph" stands in "oesoph" already
        return text
    return re.sub(rf"\b{old}", new, text) if start else text.replace(old, new)


def _greek(folded: str) -> Iterator[str]:
    """Yield *folded* with Greek letters spelled out, spelled ones as letters, and letters closed up or apart."""
    if not _GREEK.search(folded):
        return
    for name, letter in GREEK.items():
        if letter in folded:
            yield folded.replace(letter, f" {name} ").replace("  ", " ").strip()
            yield folded.replace(letter, name)
            yield folded.replace(f" {letter}", letter)
            yield folded.replace(f"{letter} ", letter)
        elif re.search(rf"\b{name}\b", folded):
            with_letter = re.sub(rf"\b{name}\b", letter, folded)
            yield with_letter
            yield with_letter.replace(f" {letter}", letter)
            yield with_letter.replace(f"{letter} ", letter)


def _possessive(folded: str, form: str) -> Iterator[str]:
    if _POSSESSIVE.match(folded):
        yield _POSSESSIVE.sub(r"\1 ", folded)
        yield _POSSESSIVE.sub(r"\1s ", folded)
    elif _EPONYM.match(form):
        first, rest = folded.split(" ", 1)
        yield f"{first} s {rest}"
        yield f"{first}s {rest}"


def _numerals(folded: str) -> Iterator[str]:
    """Yield `type IIIA` for `type 3a` and the reverse, together and apart."""
    if match := _NUMBERED.search(folded):
        word, numeral, letter = match.groups()
        for number in {numeral, _ROMAN.get(numeral, numeral), _ARABIC.get(numeral, numeral)}:
            for gap in {"", " "} if letter else {""}:
                yield f"{folded[: match.start()]}{word} {number}{gap}{letter}{folded[match.end() :]}"
            if word == "type":  # "types I and II"
                yield f"{folded[: match.start()]}types {number}{letter}{folded[match.end() :]}"
            else:
                yield f"{folded[: match.start()]}{word}{number}{letter}{folded[match.end() :]}"


def _plurals(folded: str) -> Iterator[str]:
    if not _PLURAL.search(folded) or folded.endswith("ss"):
        return
    if folded.endswith("s"):
        if folded.endswith(("ies",)):
            yield f"{folded[:-3]}y"
        return
    if folded.endswith("y") and folded[-2] not in "aeou":
        yield f"{folded[:-1]}ies"
    elif folded.endswith(("x", "ch", "sh")):
        yield f"{folded}es"
    else:
        yield f"{folded}s"
