"""Enough of PubMed's query language for our queries: AND, OR, NOT from left to right, brackets, phrases, field tags."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date
from typing import Protocol

_TOKEN = re.compile(r'\s*(\(|\)|"[^"]*"(?:\[[^\]]*\])?|[^\s()\[\]"]+(?:\[[^\]]*\])?)')
_RANGE = re.compile(r'^"?([\d/]+)"?(?:\[[^\]]*\])?:"?([\d/]+)"?\[([^\]]*)\]$')
_DATES = {"crdt": "created", "create date": "created", "edat": "created", "mdat": "revised", "lr": "revised",
          "dp": "published", "pdat": "published"}  # fmt: skip
# What is true of every record of a small corpus, or of no interest here.
_IGNORED = {"sb", "filter", "la", "lang"}


class Searchable(Protocol):
    """What a record must offer."""

    @property
    def pmid(self) -> int:
        """The PMID."""

    @property
    def title(self) -> str:
        """The title."""

    @property
    def words(self) -> str:
        """All that can be searched, in lower case."""


class Searcher:
    """A corpus that can be searched; what a term found is remembered."""

    def __init__(self, records: Mapping[int, Searchable]) -> None:
        self._records = records
        self._pmids = sorted(records)
        self._all = frozenset(records)
        self._folded = {pmid: _fold(record.words) for pmid, record in records.items()}
        self._found: dict[str, frozenset[int]] = {}

    def find(self, term: str) -> frozenset[int]:
        """Return the PMIDs that *term* finds; an empty term finds none."""
        tokens = _tokens(term)
        if not tokens:
            return frozenset()
        found, rest = self._expression(tokens)
        # An unbalanced bracket is forgiven, as PubMed does.
        return found if not rest else found & self.find(" ".join(rest[1:])) if len(rest) > 1 else found

    def phrases_not_found(self, term: str) -> list[str]:
        """Return the words and phrases of *term* that no record has."""
        leaves = (part for part in _tokens(term) if part.upper() not in ("(", ")", "AND", "OR", "NOT"))
        return [leaf.strip('"') for leaf in leaves if not _RANGE.match(leaf) and not self._leaf(leaf)]

    def _expression(self, tokens: list[str]) -> tuple[frozenset[int], list[str]]:
        found, tokens = self._unit(tokens)
        while tokens and tokens[0] != ")":
            operator = tokens[0].upper()
            if operator in ("AND", "OR", "NOT"):
                tokens = tokens[1:]
            other, tokens = self._unit(tokens)
            if operator == "OR":
                found |= other
            elif operator == "NOT":
                found -= other
            else:
                found &= other
        return found, tokens

    def _unit(self, tokens: list[str]) -> tuple[frozenset[int], list[str]]:
        if not tokens:
            return self._all, []
        if tokens[0] == "(":
            found, tokens = self._expression(tokens[1:])
            return found, tokens[1:]
        return self._leaf(tokens[0]), tokens[1:]

    def _leaf(self, leaf: str) -> frozenset[int]:
        if leaf not in self._found:
            self._found[leaf] = self._look_up(leaf)
        return self._found[leaf]

    def _look_up(self, leaf: str) -> frozenset[int]:
        if match := _RANGE.match(leaf):
            low, high, field = match.groups()
            if field.lower() in ("uid", "pmid"):
                chosen = self._pmids[bisect_left(self._pmids, int(low)) : bisect_right(self._pmids, int(high))]
                return frozenset(chosen)
            name = _DATES.get(field.lower())
            return frozenset(
                pmid for pmid, record in self._records.items()
                if name and _text(low, "0") <= _iso(getattr(record, name)) <= _text(high, "9")
            )  # fmt: skip
        words, _, field = leaf.partition("[")
        field = field.rstrip("]").lower()
        if field in _IGNORED:
            return self._all
        if field in ("uid", "pmid"):
            return self._all & {int(words)} if words.isdigit() else frozenset()
        pattern = _pattern(words.strip('"'))
        if field in ("ti", "title"):
            return frozenset(pmid for pmid, record in self._records.items() if pattern.search(_fold(record.title)))
        return frozenset(pmid for pmid, text in self._folded.items() if pattern.search(text))


def _tokens(term: str) -> list[str]:
    # `"2026/01/01"[crdt] : "3000"[crdt]` is one token; so is `1:9[uid]`.
    joined = re.sub(r"\s*:\s*", ":", re.sub(r"\s+\[", "[", term))
    joined = re.sub(r'"([\d/]+)"(\[[^\]]*\])?:"([\d/]+)"', r"\1:\3", joined)
    return _TOKEN.findall(joined)


def _pattern(words: str) -> re.Pattern[str]:
    stem = _fold(words.rstrip("*")).strip()
    return re.compile(rf"\b{re.escape(stem)}{'' if words.endswith('*') else chr(92) + 'b'}")


def _fold(text: str) -> str:
    return re.sub(r"[^\w]+", " ", text.lower())


def _iso(value: object) -> str:
    return value.strftime("%Y/%m/%d") if isinstance(value, date) else str(value)


def _text(day: str, pad: str) -> str:
    parts = day.split("/")
    return "/".join([parts[0], *(part.zfill(2) for part in parts[1:])]) + ("" if pad == "0" else "~")
