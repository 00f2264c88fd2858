"""Is it said to have happened? Cues reach forward or back within a clause, ConText-like; the words are data.

Source of the method: Harkema et al. 2009 (ConText) with the scopes, exceptions and takings-back of the curation
rules (§2 negation, §3 risk, §4 background, §5 preclinical, §6 planned, §9 comparators).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from gtminer.model import Assertion
from gtminer.tag.analysis import Analysis, CueHit, within

_FAMILIES = ("clauses", "negation", "time", "uncertainty")
_SEMICOLON = re.compile(r"[;•]|:\s(?=no\b)", re.I)

# A figure behind an event is a result (rules §6): "(n=7; 7%)", "(4.2%)", "in 3 of 12", "in 4%".
_COUNTED = re.compile(
    r"\s*\((?:[nN]\s*=\s*)?(?!0\b(?!\.))\d[\d.,]*\s*(?:%|[;/)]|of\b|patients?\b)"
    r"|\s+in\s+[1-9]\d*(?:\.\d+)?(?:%| of\b|/\d| \()"
)

# Kinds of cue that reach forward and back, in the order in which they decide.
_REACHES = (
    (Assertion.NEGATED, "negates", "negated"),
    (Assertion.PLANNED, "planned", "planned_back"),
    (Assertion.RISK, "risk", "risked"),
    (Assertion.COMPARATOR, "comparator", "comparator_back"),
    (Assertion.BACKGROUND, "background", "background_back"),
)


class Verdict(NamedTuple):
    """An assertion and the words that decided it; None where nothing did and the sentence states it plainly."""

    assertion: Assertion
    cue: str | None = None


class Clauses:
    """One sentence, with its cues, ready to judge the mentions in it."""

    def __init__(self, analysis: Analysis, start: int, end: int, mentions: Sequence[tuple[int, int]]) -> None:
        """*mentions* are the events of the sentence, as spans of the document's text."""
        self.text = analysis.text
        self.mentions = mentions
        hits = [hit for family in _FAMILIES for hit in within(analysis.cues.get(family, []), start, end)]
        self.hits = _outermost(hits)
        self.by_kind: dict[str, list[CueHit]] = {}
        for hit in self.hits:
            self.by_kind.setdefault(hit.kind, []).append(hit)
        self.ends = sorted(
            [hit.start for hit in self.by_kind.get("ends", [])]
            + [start + match.start() for match in _SEMICOLON.finditer(analysis.text[start:end])]
        )

    def judge(self, mention: tuple[int, int]) -> Verdict:
        """Return what the sentence says of *mention*."""
        for assertion, forward, back in _REACHES:
            cue = self._before(mention, forward) or self._behind(mention, back)
            if cue is None:
                continue
            if assertion is Assertion.NEGATED and (taken_back := self._excepted(cue, mention)):
                return Verdict(Assertion.PRESENT, taken_back.text)
            if assertion in (Assertion.RISK, Assertion.PLANNED):
                if counted := _COUNTED.match(self.text, mention[1]):
                    return Verdict(Assertion.PRESENT, counted[0].strip())
                if certain := self._certain(cue, mention):
                    return Verdict(Assertion.PRESENT, certain.text)
            return Verdict(assertion, cue.text)
        if counted := _COUNTED.match(self.text, mention[1]):
            return Verdict(Assertion.PRESENT, counted[0].strip())
        certain = self._near(mention, "sure")
        return Verdict(Assertion.PRESENT, certain.text if certain else None)

    def _before(self, mention: tuple[int, int], kind: str) -> CueHit | None:
        """Return the nearest cue of *kind* before the mention whose clause reaches it."""
        for cue in reversed(self.by_kind.get(kind, [])):
            if cue.end > mention[0]:
                continue
            if self._broken(cue.end, mention[0]):
                return None
            if not self._closed(cue.end, mention[0]):
                return cue
        return None

    def _behind(self, mention: tuple[int, int], kind: str) -> CueHit | None:
        """Return the nearest cue of *kind* behind the mention, where nothing happens in between."""
        for cue in self.by_kind.get(kind, []):
            if cue.start < mention[1]:
                continue
            if self._broken(mention[1], cue.start) or any(
                mention[1] <= hit.start and hit.end <= cue.start for hit in self.by_kind.get("happens", [])
            ):
                return None
            return cue
        return None

    def _broken(self, start: int, end: int) -> bool:
        return any(start <= place < end for place in self.ends)

    def _closed(self, start: int, end: int) -> bool:
        """Say whether the cue ending at *start* has had its event: a mention, then a verb of happening."""
        for hit in self.by_kind.get("happens", []):
            if start <= hit.start < end and any(start <= other[0] and other[1] <= hit.start for other in self.mentions):
                return True
        return False

    def _excepted(self, cue: CueHit, mention: tuple[int, int]) -> CueHit | None:
        for hit in self.by_kind.get("except", []):
            if cue.end <= hit.start and hit.end <= mention[0]:
                return hit
        return None

    def _certain(self, cue: CueHit, mention: tuple[int, int]) -> CueHit | None:
        """Return the words of the mention's clause that say it happened, unless a possibility stands right before."""
        for hit in self.by_kind.get("sure", []):
            low, high = sorted((hit.start, mention[0]))
            if self._broken(low, high) or hit.start < cue.end <= mention[0]:
                continue
            doubtful = any(
                0 <= hit.start - other.end <= 8
                for kind in ("risk", "negates", "planned")
                for other in self.by_kind.get(kind, [])
            )
            if not doubtful:
                return hit
        return None

    def _near(self, mention: tuple[int, int], kind: str) -> CueHit | None:
        for hit in self.by_kind.get(kind, []):
            low, high = sorted((hit.start, mention[0]))
            if not self._broken(low, high):
                return hit
        return None


def _outermost(hits: list[CueHit]) -> list[CueHit]:
    """Return the hits that lie in no longer one, in reading order; a pseudo-cue only hides what it holds."""
    kept: list[CueHit] = []
    reach = -1
    last = (-1, -1)
    for hit in sorted(hits, key=lambda item: (item.start, -item.end)):
        place = (hit.start, hit.end)
        if hit.end <= reach and place != last:
            continue
        kept.append(hit)
        if hit.end > reach:
            reach, last = hit.end, place
    hidden = {(hit.start, hit.end) for hit in kept if hit.kind == "pseudo"}
    return [hit for hit in kept if (hit.start, hit.end) not in hidden]
