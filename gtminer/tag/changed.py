"""What was measured and how it changed, in any order: "ALT rose", "a fall in platelets", "low IgG and neutrophils".

A word of change (`cues/changes.tsv`) goes with the measures that it reaches over joints and empty words alone
(`roles/between.tsv`); a measure has the events that its rise or its fall is.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gtminer.model import Category
from gtminer.tag.analysis import Analysis, CueHit
from gtminer.tag.mention import Mention

_MOST = 48  # characters between a change and a measure, or two measures
_PIECE = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?|\d[\d.,]*|[^\s\w]")
_SIGNS = frozenset("()%×<>≤≥-–±~")  # beside figures, they part nothing
_TURNING = ("denial", "doubt")  # kinds of words that must stand before the span, to be read
_ADVERB = "ly"  # "markedly", "transiently"
_LINKS = ("in", "of")  # what stands between a noun of change and its measure
# Which change makes an event of a measure. A rise or a drop does not where its word stands before the measure, since
# that may name a state from before or an aim ("reduced blood pressure").
_SENSES = {"up": ("up", "rise"), "down": ("down", "drop")}
_ONLY_BEHIND = ("rise", "drop")


class _Measure(NamedTuple):
    start: int
    end: int
    events: tuple[tuple[str, str], ...]  # the change that makes it one, and the event


def changed(analysis: Analysis) -> Iterator[Mention]:
    """Yield the events that changes of measures are, as spans from the one to the other.

    Where a denial or a doubt stands between the two ("ALT did not rise", "may rise"), the span is the change alone, so
    that the word stands before it.
    """
    hits = analysis.cues("changes")
    measures = _measures(hits)
    if not measures:
        return
    reader = _Reader(analysis, measures)
    for hit in hits:
        if ":" not in hit.kind:
            yield from reader.events(hit)


def _measures(hits: Sequence[CueHit]) -> list[_Measure]:
    """Return the measures in reading order, the longest of a place, so that no two overlap."""
    found: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        sense, _, event = hit.kind.partition(":")
        last = next(reversed(found), (0, 0))
        if event and ((hit.start, hit.end) == last or hit.start >= last[1]):
            found.setdefault((hit.start, hit.end), []).append((sense, event))
    return [_Measure(start, end, tuple(events)) for (start, end), events in found.items()]


class _Reader:
    """Reads from a word of change to the measures on its sides."""

    def __init__(self, analysis: Analysis, measures: Sequence[_Measure]) -> None:
        self._text = analysis.text
        self._between = analysis.vocabulary.between
        self._measures = measures
        self._starts = [one.start for one in measures]
        self._ends = [one.end for one in measures]

    def events(self, change: CueHit) -> Iterator[Mention]:
        """Yield the events of the measures that *change* reaches; none where it is part of a measure's name."""
        place, _, way = change.kind.partition(" ")
        last, first = bisect_right(self._ends, change.start), bisect_left(self._starts, change.end)
        if first > last:
            return
        behind, before = range(last - 1, -1, -1), range(first, len(self._measures))
        if place != "noun" and (reached := self._reach(change, behind, forward=False)):
            yield from self._made(change, reached, _SENSES[way])
        elif place in ("noun", "either"):
            senses = tuple(sense for sense in _SENSES[way] if place == "noun" or sense not in _ONLY_BEHIND)
            if reached := self._reach(change, before, forward=True, linked=place == "noun"):
                yield from self._made(change, reached, senses)
            elif place == "noun" and (reached := self._reach(change, behind, forward=False, touching=True)):
                yield from self._made(change, reached, _SENSES[way])

    def _made(
        self, change: CueHit, reached: Sequence[tuple[_Measure, bool]], senses: Sequence[str]
    ) -> Iterator[Mention]:
        for measure, denied in reached:
            start, end = min(change.start, measure.start), max(change.end, measure.end)
            if denied:
                start, end = change.start, change.end
            for sense, event in measure.events:
                if sense in senses:
                    yield Mention(start, end, Category.SAFETY, event, self._text[start:end])

    def _reach(
        self,
        change: CueHit,
        places: range,
        *,
        forward: bool,
        linked: bool = False,
        touching: bool = False,
    ) -> list[tuple[_Measure, bool]]:
        """Return which of the measures at *places* a change reaches, each with whether it is denied or doubted."""
        found: list[tuple[_Measure, bool]] = []
        at, denied = (change.end if forward else change.start), False
        for measure in map(self._measures.__getitem__, places):
            start, end = (at, measure.start) if forward else (measure.end, at)
            if end - start > _MOST:
                break
            gap = self._text[start:end]
            kinds = self._kinds(gap)
            if kinds is None or (touching and gap.strip()):
                break
            if not found and linked and gap.strip() and gap.split()[0].lower() not in _LINKS:
                break
            if found and "joint" not in kinds:
                break
            denied = denied or not kinds.isdisjoint(_TURNING)
            found.append((measure, denied))
            at = measure.end if forward else measure.start
        return found

    def _kinds(self, gap: str) -> set[str] | None:
        """Return the kinds of the words of *gap*, None where one of them parts what stands on its sides."""
        kinds = set()
        for piece in _PIECE.findall(gap.lower()):
            kind = self._between.get(piece)
            if kind is None:
                if not (piece in _SIGNS or piece[0].isdigit() or piece.endswith(_ADVERB)):
                    return None
                kind = "empty"
            kinds.add(kind)
        return kinds
