"""Is it said to have happened? Cues reach forward or back within a clause, ConText-like; the words are data.

Source of the method: Harkema et al. 2009 (ConText) with the scopes, exceptions and takings-back of the curation
rules (§2 negation, §3 risk, §4 background, §5 preclinical, §6 planned, §9 comparators).
"""

import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from gtminer.model import Assertion
from gtminer.tag import figures
from gtminer.tag.analysis import CueHit
from gtminer.tag.clauses import AND_THEN, TOUCHES, Clauses, end_of, start_of

# Kinds of cue that reach forward and back, in the order in which they decide, and whether they tell when or in whom.
_REACHES = (
    (Assertion.NEGATED, "negates", "negated", False),
    (Assertion.PLANNED, "planned", "planned_back", False),
    (Assertion.RISK, "risk", "risked", False),
    (Assertion.COMPARATOR, "comparator", "comparator_back", True),
    (Assertion.BACKGROUND, "background", "background_back", True),
)
_UNSEEN = (Assertion.RISK, Assertion.BACKGROUND)  # feared or told of earlier: "…, but was not seen" denies it here

_NEW = re.compile(r",\s(?:[\w≥-]+\s){0,3}?")  # between two events of which the second is told anew
_LISTED = re.compile(r"(?:\s|,|/|\b(?:or|and|nor)\b)+")
_LONGEST_LIST = 12
_SHORT_END = re.compile(r"[,()\[\]:]")
_NEAR = 60  # characters that a bare denial reaches
_NEAR_WHOM = 24  # characters between "patients with" and what they have
_RELATIVE = (" who ", "that ", "hich ")  # the five characters before a denial in a relative clause
_TWICE = 30  # characters between two denials of one thing: "none of them was without"


class Verdict(NamedTuple):
    """An assertion and the words that decided it; None where nothing did and the sentence states it plainly."""

    assertion: Assertion
    cue: str | None = None


class Assertions:
    """What one sentence says of its events."""

    def __init__(self, clauses: Clauses) -> None:
        self._in = clauses

    def of(self, mention: tuple[int, int]) -> Verdict:
        """Return what the sentence says of *mention*."""
        verdict = self._verdict(mention)
        unseen = verdict.assertion in _UNSEEN or self.heard(verdict)
        if unseen and (cue := self._in.behind(mention, "overruled", past=True)):
            return Verdict(Assertion.NEGATED, cue.text)
        return verdict

    def _verdict(self, mention: tuple[int, int]) -> Verdict:
        if short := self._touching(mention):
            return Verdict(Assertion.NEGATED, short)
        for assertion, forward, back, past in _REACHES:
            cue = self._in.before(mention, forward) or self._in.behind(mention, back, past)
            if cue is None and forward == "risk":
                cue = self._exemplified(mention)
            if cue is None:
                continue
            if assertion is Assertion.COMPARATOR and figures.of_another_arm(
                self._in.text, mention[1], cue.start, cue.end
            ):
                continue
            if assertion is Assertion.NEGATED and not self._is_denied(cue, mention):
                continue
            if assertion is Assertion.NEGATED:
                if taken_back := self._taken_back(cue, mention) or self._extent(cue, mention):
                    return Verdict(Assertion.PRESENT, taken_back.text)
                if required := self._in.behind(mention, "required") or self._in.next("compound", mention[1]):
                    return Verdict(Assertion.RISK, required.text)
            if assertion in (Assertion.RISK, Assertion.PLANNED):
                if counted := figures.counted(self._in.text, mention):
                    return Verdict(Assertion.PRESENT, counted)
                certain = self._certain(mention, cue)
                if certain and not (assertion is Assertion.PLANNED and mention[1] <= cue.start < certain.start):
                    return Verdict(Assertion.PRESENT, certain.text)
            return Verdict(assertion, cue.text)
        if counted := figures.counted(self._in.text, mention):
            return Verdict(Assertion.PRESENT, counted)
        if weak := next((hit for hit in self._in.kinds.get("itself", []) if _overlap(hit, mention)), None):
            return Verdict(Assertion.NEGATED, weak.text)
        certain = self._certain(mention)
        if certain is None and (number := figures.reckoned(self._in.text, mention, self._in.start, self._in.end)):
            return Verdict(Assertion.PRESENT, number)
        certain = certain or self._in.before(mention, "rated")
        return Verdict(Assertion.PRESENT, certain.text if certain else None)

    def opened(self, offset: int) -> bool:
        """Say whether a control arm is named before *offset* in the sentence."""
        return self._in.last("comparator", offset) is not None

    def rated(self, verdict: Verdict) -> bool:
        """Say whether the words that decided only name a rate: "the rate of bleeding fell"."""
        return any(hit.text == verdict.cue for hit in self._in.kinds.get("rated", []))

    def heard(self, verdict: Verdict) -> bool:
        """Say whether the words that decided are those in which the findings of others are told."""
        return any(hit.text == verdict.cue for hit in self._in.kinds.get("perfect", []))

    def told(self, mention: tuple[int, int]) -> str | None:
        """Return the words or figures of the mention's clause that speak of it as of something that occurred.

        "The median time to onset was 5 days", "17% of patients": weaker than a verb of happening, so only where nothing
        but the kind of section makes the mention a warning.
        """
        low, high = self._in.clause(mention[0])
        hits = self._in.kinds.get("sure_label", [])
        first = bisect_left(hits, low, key=start_of)
        if first < len(hits) and hits[first].end <= high:
            return hits[first].text
        figure = figures.SHARE.search(self._in.text, low, high)
        return figure[0] if figure else None

    def _touching(self, mention: tuple[int, int]) -> str | None:
        """Return a denial that reaches little: "but not X, …" up to a comma, "X-free" right behind."""
        before = self._in.kinds.get("negates_short", [])
        place = bisect_right(before, mention[0], key=end_of) - 1
        if place >= 0 and not self._in.broken(before[place].end, mention[0]):
            cue = before[place]
            if not _SHORT_END.search(self._in.text, cue.end, mention[0]) and not self._in.happened(cue.end, mention[0]):
                return cue.text
        before = self._in.kinds.get("negates_next", [])
        place = bisect_right(before, mention[0], key=end_of) - 1
        if place >= 0 and self._lists_only_events(before[place].end, mention[0]):
            return before[place].text
        if zero := figures.ZERO_BEHIND.match(self._in.text, mention[1], self._in.end):
            return zero[0].strip()
        behind = self._in.next("negated_touching", mention[1])
        return behind.text if behind and not self._in.broken(mention[1], behind.start) else None

    def _lists_only_events(self, start: int, end: int) -> bool:
        """Say whether nothing but a short list of events stands between the two places."""
        for _ in range(_LONGEST_LIST):
            joint = _LISTED.match(self._in.text, start)
            start = joint.end() if joint else start
            if start >= end:
                return True
            place = bisect_left(self._in.starts, start)
            if place == len(self._in.starts) or self._in.starts[place] != start:
                return False
            start = self._in.ends[place]
        return False

    def _is_denied(self, cue: CueHit, mention: tuple[int, int]) -> bool:
        """Say whether the denial is the mention's: with "[none were serious] and rash occurred" all is said."""
        complete = any(hit.start == cue.start for hit in self._in.kinds.get("complete", []))
        if complete and AND_THEN.search(self._in.text, cue.end, mention[0]):
            return False
        if any(hit.start == cue.start for hit in self._in.kinds.get("given", [])) and self._is_given(cue, mention):
            return False
        if self._is_told_anew(cue, mention):
            return False
        return not self._is_of_those(cue, mention) and self._is_near(cue, mention)

    def _is_given(self, cue: CueHit, mention: tuple[int, int]) -> bool:
        """Say whether an event is spoken of as known: "none of the infections was fatal"; not "… was observed"."""
        return 0 <= mention[0] - cue.end < TOUCHES and not self._in.happened(mention[1], self._in.end)

    def _is_told_anew(self, cue: CueHit, mention: tuple[int, int]) -> bool:
        """Say whether an event behind another one and a comma is counted: "no deaths, fever in 3 of 12"."""
        other = bisect_left(self._in.starts, mention[0]) - 1
        if other < 0 or self._in.starts[other] < cue.end or not figures.counted(self._in.text, mention):
            return False
        return _NEW.fullmatch(self._in.text, self._in.ends[other], mention[0]) is not None

    def _extent(self, cue: CueHit, mention: tuple[int, int]) -> CueHit | None:
        """Return the word behind a mention that makes a denial one of its rate or severity: "not tied to CRS grade"."""
        hit = self._in.next("extent", mention[1]) if cue.end <= mention[0] else None
        return hit if hit and self._in.text[mention[1] : hit.start] == " " else None

    def _is_near(self, cue: CueHit, mention: tuple[int, int]) -> bool:
        """Say whether a bare denial ("did not", "without") is near the mention behind it, or near a list up to it."""
        if cue.end > mention[0] or not any(hit.start == cue.start for hit in self._in.kinds.get("near", [])):
            return True
        if (may := self._in.last("risk", mention[0])) and may.start > cue.end:
            return False  # "the combination without X may cause Y"
        place = cue.end
        for other in range(bisect_left(self._in.starts, cue.end), len(self._in.starts)):
            start = self._in.starts[other]
            if start - place > _NEAR:
                return False
            if start >= mention[0]:
                return True
            place = self._in.ends[other]
        return mention[0] - place <= _NEAR

    def _is_of_those(self, cue: CueHit, mention: tuple[int, int]) -> bool:
        """Say whether those have the event to whom something else did not happen: "no deaths in patients with CRS".

        "No patients with CRS" denies it, and "no patients with CRS died" does not. "Those who did not respond developed
        CRS": so have they in the main clause.
        """
        if self._in.text[max(0, cue.start - 5) : cue.start] in _RELATIVE and self._in.happened(cue.end, mention[0]):
            return True
        whom = self._in.last("whom", mention[0])
        if whom is None or mention[0] - whom.end >= _NEAR_WHOM or whom.end <= cue.end:
            return False
        if bisect_left(self._in.starts, whom.end) < bisect_left(self._in.starts, mention[0]):
            return False  # "none of the patients with fever died"
        if self._in.next("acts", mention[1]):
            return True
        return whom.start > cue.end and (whom.start - cue.end > TOUCHES or " of" in cue.text)

    def _exemplified(self, mention: tuple[int, int]) -> CueHit | None:
        """Return the words of a risk whose examples follow: "reactions [may occur], including fever"."""
        example = self._in.last("examples", mention[0])
        cue = self._in.last("risked", example.start) if example else None
        return cue if cue and not self._in.broken(cue.end, mention[0]) else None

    def _taken_back(self, cue: CueHit, mention: tuple[int, int]) -> CueHit | None:
        """Return the words that turn a denial round: an exception behind or before it, or a denial before it."""
        if (hit := self._in.last("except", mention[0])) and hit.start >= cue.end:
            return hit
        if cue.start >= mention[1] and (hit := self._in.next("except", cue.end)):
            return hit  # "was not observed except in two patients"
        if cue.start >= mention[1] and (hit := self._in.last("except", mention[0])) and mention[0] - hit.end < TOUCHES:
            return hit  # "infections other than colds were absent"
        hit = self._in.last("turned_before", cue.start)
        if hit and not self._in.broken(hit.end, cue.start):
            return hit
        if cue.start < mention[0] and any(hit.start == cue.start for hit in self._in.kinds.get("absence", [])):
            hit = self._in.last("negates", cue.start)
            if hit and cue.start - hit.end < _TWICE and not self._in.broken(hit.end, cue.start):
                return hit
        return None

    def _certain(self, mention: tuple[int, int], cue: CueHit | None = None) -> CueHit | None:
        """Return the words of the mention's clause that say it happened; not those that *cue* before it governs."""
        low, _ = self._in.clause(mention[0])
        if cue is not None and cue.end <= mention[0]:
            low = max(low, cue.end)
        first = bisect_left(self._in.sure, low, key=start_of)
        if first == len(self._in.sure):
            return None
        hit = self._in.sure[first]
        return None if hit.start > mention[0] and self._in.broken(mention[0], hit.start) else hit


def _overlap(hit: CueHit, span: tuple[int, int]) -> bool:
    return hit.start < span[1] and span[0] < hit.end
