"""Is it said to have happened? Cues reach forward or back within a clause, ConText-like; the words are data.

Source of the method: Harkema et al. 2009 (ConText) with the scopes, exceptions and takings-back of the curation
rules (§2 negation, §3 risk, §4 background, §5 preclinical, §6 planned, §9 comparators). A mention costs a few
bisections, however long its sentence is.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from gtminer.model import Assertion
from gtminer.tag import figures
from gtminer.tag.analysis import Analysis, CueHit, outermost_first, within
from gtminer.tag.hiding import outermost

# The signs come first: found fastest.
_MARKS = re.compile(
    r"[;•:aA](?:(?<=[;•])|(?<=:)\s(?=(?i:no|one|two|three|four|five)\b)"
    r"|(?<=\b[aA])[nN][dD] (?=(?i:(?:(?:the|other|all) ){0,3}\d+ (?:of|patients|subjects|participants|\()))"
    r")"
)
_AND_THEN = re.compile(r"[,;]? (?:and|but|while|whereas)\b")
_NEW = re.compile(r",\s(?:[\w≥-]+\s){0,3}?")  # between two events of which the second is told anew
_LISTED = re.compile(r"(?:\s|,|/|\b(?:or|and|nor)\b)+")
_LONGEST_LIST = 12
_ARMS = ("comparator", "background")
_LEADS = 40  # characters in which an arm or an earlier study opens a sentence, and then a comma follows
_SHORT_END = re.compile(r"[,()\[\]:]")

_NEAR_WHOM = 24  # characters between "patients with" and what they have
_INITIAL = re.compile(r"\s[A-Z]{1,2}[,.]")
_NEAR = 60  # characters that a bare denial reaches
_RELATIVE = (" who ", "that ", "hich ")  # the five characters before a denial in a relative clause
_TWICE = 30  # characters between two denials of one thing: "none of them was without"
_TOUCHES = 3  # characters between an event and a cue that must touch it: "seizure-free"
_CLAUSE = 200  # characters within which the comma that ends a clause is looked for
_VERBS = frozenset(("sure", "happens", "negated", "risked", "planned_back"))
_DOUBT = 8  # characters between a word of doubt and the words that it casts doubt on: "may have caused"

# Kinds of cue that reach forward and back, in the order in which they decide, and whether they tell when or in whom.
_REACHES = (
    (Assertion.NEGATED, "negates", "negated", False),
    (Assertion.PLANNED, "planned", "planned_back", False),
    (Assertion.RISK, "risk", "risked", False),
    (Assertion.COMPARATOR, "comparator", "comparator_back", True),
    (Assertion.BACKGROUND, "background", "background_back", True),
)


class Verdict(NamedTuple):
    """An assertion and the words that decided it; None where nothing did and the sentence states it plainly."""

    assertion: Assertion
    cue: str | None = None


class Clauses:
    """One sentence, with its cues, ready to judge the mentions in it."""

    def __init__(self, analysis: Analysis, start: int, end: int, mentions: Sequence[tuple[int, int]]) -> None:
        """*mentions* are the events of the sentence in reading order, as spans of the document's text."""
        self.text = analysis.text
        self.start, self.end = start, end
        self._in_number = analysis.in_number
        sentence = self.text[start:end]
        hits = within(analysis.clause_cues, start, end)
        if "/" in sentence and (none := list(figures.ZERO.finditer(sentence))):
            hits += [CueHit(start + match.start(), start + match.end(), "negates", match[0]) for match in none]
            hits.sort(key=outermost_first)
        self.hits = self._main([hit for hit in outermost(hits) if not self._is_misread(hit)])
        self._kinds: dict[str, list[CueHit]] = {}
        for hit in self.hits:
            self._kinds.setdefault(hit.kind, []).append(hit)
        happens = self._kinds.get("happens", [])
        self._happens = [hit.start for hit in happens]
        self._mention_starts = [mention[0] for mention in mentions]
        self._mention_ends = [mention[1] for mention in mentions]
        self._ends = sorted(self._clause_ends(start, end))
        # "No fever was seen, chills occurred": a verb of happening with a comma behind it ends its clause.
        self._stops = [hit.end for hit in happens if self.text[hit.end : hit.end + 1] == ","]
        self._sure = [hit for hit in self._kinds.get("sure", []) if not self._in_doubt(hit)]

    def _is_misread(self, hit: CueHit) -> bool:
        """Say whether *hit* is part of a decimal ("was 0.5", "10.0 of"), or NO, which is nitric oxide."""
        text = self.text
        if self._in_number(hit.start):
            return True
        if text[hit.end : hit.end + 1] == ":" and hit.kind == "risk" and hit.text.startswith("warning"):
            return True
        if text[hit.end : hit.end + 1] == "." and text[hit.start : hit.end] == "No":
            return True  # "No. of events": a number
        if hit.text == "lack" and text[hit.start].isupper() and _INITIAL.match(text, hit.end):
            return True  # an author
        if text[hit.end - 1].isdigit():
            return text[hit.end : hit.end + 1] in (".", ",", "·") and text[hit.end + 1 : hit.end + 2].isdigit()
        return (
            text[hit.start : hit.end] == "NO"
            and (text[max(0, hit.start - 1)] + text[hit.end : hit.end + 1]).strip() != ""
        )

    def _clause_ends(self, start: int, end: int) -> list[int]:
        ends = [start + match.start() for match in _MARKS.finditer(self.text[start:end])]
        if headed := next(
            (hit for hit in self._kinds.get("planned", []) if self.text[hit.end : hit.end + 1] == ":"), None
        ):
            # "Primary endpoints: survival; deaths": what follows the colon is a list of what the head says.
            ends = [place for place in ends if place < headed.end or self.text[place] != ";"]
        ends += [hit.start for hit in self._kinds.get("ends", [])]
        # A comma with the subject of a sentence behind it ("…, it induces"; "…, the patients") begins a clause.
        # "Although none had fever, chills were frequent": the comma behind the verb ends what the first word opened.
        for hit in self._kinds.get("subordinate", []):
            if hit.start <= start + 1 or self.text[hit.start - 2] in ",;":
                comma = self._comma_behind_verb(hit, end)
                if comma >= 0:
                    ends.append(comma)
        for hit in self._kinds.get("opens", []):
            # "Without steroids, hepatitis occurred"; not "without fever, chills or rash".
            comma = self.text.find(",", hit.end, min(end, hit.end + _CLAUSE)) if hit.start <= start + 1 else -1
            if comma >= 0 and comma not in self._mention_ends:
                ends.append(comma)
        ends += [hit.start for hit in self._kinds.get("subject", []) if self.text[hit.start - 2 : hit.start] == ", "]
        return ends

    def _comma_behind_verb(self, hit: CueHit, end: int) -> int:
        """Return the place of the comma behind the verb (or, without one, the event) that follows *hit*; -1: none."""
        verb = bisect_right(self._happens, hit.end)
        other = bisect_right(self._mention_ends, hit.end)
        if verb < len(self._happens):
            return self.text.find(",", self._happens[verb], min(end, self._happens[verb] + _CLAUSE))
        if other < len(self._mention_ends):
            return self.text.find(",", self._mention_ends[other], min(end, self._mention_ends[other] + _CLAUSE))
        return -1

    def _main(self, hits: list[CueHit]) -> list[CueHit]:
        """Return *hits* without those of relative clauses that stand between a subject and its verb.

        "Falls in platelet count, some of which [may be] severe, were observed": the verb behind the comma counts.
        """
        verbs = {hit.start for hit in hits if hit.kind in _VERBS}
        inner: list[tuple[int, int]] = []
        for hit in hits:
            if hit.kind == "relative" and self.text[hit.start - 2 : hit.start] == ", ":
                comma = self.text.find(",", hit.end, hit.end + _CLAUSE)
                if comma >= 0 and not verbs.isdisjoint((comma + 1, comma + 2)):
                    inner.append((hit.start, comma))
        if not inner:
            return hits
        starts = [start for start, _ in inner]
        kept = []
        for hit in hits:
            place = bisect_right(starts, hit.start) - 1
            if place < 0 or hit.start >= inner[place][1]:
                kept.append(hit)
        return kept

    def judge(self, mention: tuple[int, int]) -> Verdict:
        """Return what the sentence says of *mention*."""
        if short := self._touching(mention):
            return Verdict(Assertion.NEGATED, short)
        for assertion, forward, back, past in _REACHES:
            cue = self._before(mention, forward) or self._behind(mention, back, past)
            if cue is None and forward == "risk":
                cue = self._exemplified(mention)
            if cue is None:
                continue
            if assertion is Assertion.COMPARATOR and figures.of_another_arm(self.text, mention[1], cue.start, cue.end):
                continue
            if assertion is Assertion.NEGATED and not self._is_denied(cue, mention):
                continue
            if assertion is Assertion.NEGATED:
                if taken_back := self._taken_back(cue, mention) or self._extent(cue, mention):
                    return Verdict(Assertion.PRESENT, taken_back.text)
                if required := self._behind(mention, "required") or self._next("compound", mention[1]):
                    return Verdict(Assertion.RISK, required.text)
            if assertion in (Assertion.RISK, Assertion.PLANNED):
                if counted := figures.counted(self.text, mention):
                    return Verdict(Assertion.PRESENT, counted)
                certain = self._certain(mention, cue)
                if certain and not (assertion is Assertion.PLANNED and mention[1] <= cue.start < certain.start):
                    return Verdict(Assertion.PRESENT, certain.text)
            return Verdict(assertion, cue.text)
        if counted := figures.counted(self.text, mention):
            return Verdict(Assertion.PRESENT, counted)
        if weak := next((hit for hit in self._kinds.get("itself", []) if _overlap(hit, mention)), None):
            return Verdict(Assertion.NEGATED, weak.text)
        certain = self._certain(mention)
        if certain is None and (number := figures.reckoned(self.text, mention, self.start, self.end)):
            return Verdict(Assertion.PRESENT, number)
        certain = certain or self._before(mention, "rated")
        return Verdict(Assertion.PRESENT, certain.text if certain else None)

    def opened(self, offset: int) -> bool:
        """Say whether a control arm is named before *offset* in the sentence."""
        return self._last("comparator", offset) is not None

    def rated(self, verdict: Verdict) -> bool:
        """Say whether the words that decided only name a rate: "the rate of bleeding fell"."""
        return any(hit.text == verdict.cue for hit in self._kinds.get("rated", []))

    def heard(self, verdict: Verdict) -> bool:
        """Say whether the words that decided are those in which the findings of others are told."""
        return any(hit.text == verdict.cue for hit in self._kinds.get("perfect", []))

    def told(self, mention: tuple[int, int]) -> str | None:
        """Return the words or figures of the mention's clause that speak of it as of something that occurred.

        "The median time to onset was 5 days", "17% of patients": weaker than a verb of happening, so only where nothing
        but the kind of section makes the mention a warning.
        """
        place = bisect_right(self._ends, mention[0])
        low = self._ends[place - 1] if place else self.start
        high = self._ends[place] if place < len(self._ends) else self.end
        hits = self._kinds.get("sure_label", [])
        first = bisect_left(hits, low, key=_start)
        if first < len(hits) and hits[first].end <= high:
            return hits[first].text
        figure = figures.SHARE.search(self.text, low, high)
        return figure[0] if figure else None

    def _touching(self, mention: tuple[int, int]) -> str | None:
        """Return a denial that reaches little: "but not X, …" up to a comma, "X-free" right behind."""
        before = self._kinds.get("negates_short", [])
        place = bisect_right(before, mention[0], key=_end) - 1
        if place >= 0 and not self._broken(before[place].end, mention[0]):
            cue = before[place]
            if not _SHORT_END.search(self.text, cue.end, mention[0]) and not self._happened(cue.end, mention[0]):
                return cue.text
        before = self._kinds.get("negates_next", [])
        place = bisect_right(before, mention[0], key=_end) - 1
        if place >= 0 and self._lists_only_events(before[place].end, mention[0]):
            return before[place].text
        if zero := figures.ZERO_BEHIND.match(self.text, mention[1], self.end):
            return zero[0].strip()
        behind = self._next("negated_touching", mention[1])
        return behind.text if behind and not self._broken(mention[1], behind.start) else None

    def _lists_only_events(self, start: int, end: int) -> bool:
        """Say whether nothing but a short list of events stands between the two places."""
        for _ in range(_LONGEST_LIST):
            joint = _LISTED.match(self.text, start)
            start = joint.end() if joint else start
            if start >= end:
                return True
            place = bisect_left(self._mention_starts, start)
            if place == len(self._mention_starts) or self._mention_starts[place] != start:
                return False
            start = self._mention_ends[place]
        return False

    def _next(self, kind: str, offset: int) -> CueHit | None:
        """Return the cue of *kind* that begins right behind *offset*."""
        hits = self._kinds.get(kind, [])
        place = bisect_left(hits, offset, key=_start)
        return hits[place] if place < len(hits) and hits[place].start - offset < _TOUCHES else None

    def _before(self, mention: tuple[int, int], kind: str) -> CueHit | None:
        """Return the nearest cue of *kind* before the mention, if its clause reaches it and it has had no event yet.

        A cue has had its event when a mention and then a verb of happening follow: "no deaths occurred and fever …".
        Where the nearest cue fails, so do those before it.
        """
        hits = self._kinds.get(kind)
        if not hits:
            return None
        # "[no serious] adverse events": a cue may reach into the event.
        place = bisect_left(hits, mention[0], key=_start) - 1
        if place < 0 or hits[place].end > mention[1]:
            return None
        cue = hits[place]
        comma = self.text.find(",", cue.end, min(cue.end + _LEADS, mention[0])) if kind in _ARMS else -1
        # "In the control arm, four …" opens a sentence that is all about it.
        reach = comma + len(", ") + 1 if comma >= 0 and cue.start == self.start else cue.end
        if self._broken(reach, mention[0]):
            return None
        if comma >= 0 and cue.start - self.start < _LEADS:
            return cue
        verb = bisect_left(self._happens, mention[0]) - 1
        if verb >= 0 and self._happens[verb] >= cue.end:
            other = bisect_right(self._mention_ends, self._happens[verb]) - 1
            if other >= 0 and self._mention_starts[other] >= cue.end:
                return None
        stop = bisect_left(self._stops, mention[0]) - 1
        return None if stop >= 0 and self._stops[stop] > cue.end else cue

    def _behind(self, mention: tuple[int, int], kind: str, past: bool = False) -> CueHit | None:
        """Return the nearest cue of *kind* behind the mention, where nothing happens in between.

        What tells when or in whom (*past*) stands behind the verb; there no other mention may stand in between.
        """
        hits = self._kinds.get(kind)
        if not hits:
            return None
        place = bisect_left(hits, mention[1], key=_start)
        if place == len(hits):
            return None
        cue = hits[place]
        if self._broken(mention[1], cue.start):
            return None
        if past:
            other = bisect_left(self._mention_starts, mention[1])
            return None if other < len(self._mention_starts) and self._mention_starts[other] < cue.start else cue
        if self._happened(mention[1], cue.start) or self._told_between(mention[1], cue.start):
            return None
        if kind == "negated" and figures.SHARE.search(self.text, mention[1], cue.start):
            return None  # "CRS occurred in 81%, grade 3 or higher in none"
        return cue

    def _is_denied(self, cue: CueHit, mention: tuple[int, int]) -> bool:
        """Say whether the denial is the mention's: with "[none were serious] and rash occurred" all is said."""
        complete = any(hit.start == cue.start for hit in self._kinds.get("complete", []))
        if complete and _AND_THEN.search(self.text, cue.end, mention[0]):
            return False
        if any(hit.start == cue.start for hit in self._kinds.get("given", [])) and self._is_given(cue, mention):
            return False
        if self._is_told_anew(cue, mention):
            return False
        return not self._is_of_those(cue, mention) and self._is_near(cue, mention)

    def _is_given(self, cue: CueHit, mention: tuple[int, int]) -> bool:
        """Say whether an event is spoken of as known: "none of the infections was fatal"; not "… was observed"."""
        return 0 <= mention[0] - cue.end < _TOUCHES and not self._happened(mention[1], self.end)

    def _is_told_anew(self, cue: CueHit, mention: tuple[int, int]) -> bool:
        """Say whether an event behind another one and a comma is counted: "no deaths, fever in 3 of 12"."""
        other = bisect_left(self._mention_starts, mention[0]) - 1
        if other < 0 or self._mention_starts[other] < cue.end or not figures.counted(self.text, mention):
            return False
        return _NEW.fullmatch(self.text, self._mention_ends[other], mention[0]) is not None

    def _extent(self, cue: CueHit, mention: tuple[int, int]) -> CueHit | None:
        """Return the word behind a mention that makes a denial one of its rate or severity: "not tied to CRS grade"."""
        hit = self._next("extent", mention[1]) if cue.end <= mention[0] else None
        return hit if hit and self.text[mention[1] : hit.start] == " " else None

    def _is_near(self, cue: CueHit, mention: tuple[int, int]) -> bool:
        """Say whether a bare denial ("did not", "without") is near the mention behind it, or near a list up to it."""
        if cue.end > mention[0] or not any(hit.start == cue.start for hit in self._kinds.get("near", [])):
            return True
        place = cue.end
        for other in range(bisect_left(self._mention_starts, cue.end), len(self._mention_starts)):
            start = self._mention_starts[other]
            if start - place > _NEAR:
                return False
            if start >= mention[0]:
                return True
            place = self._mention_ends[other]
        return mention[0] - place <= _NEAR

    def _is_of_those(self, cue: CueHit, mention: tuple[int, int]) -> bool:
        """Say whether those have the event to whom something else did not happen: "no deaths in patients with CRS".

        "No patients with CRS" denies it, and "no patients with CRS died" does not. "Those who did not respond developed
        CRS": so have they in the main clause.
        """
        if self.text[max(0, cue.start - 5) : cue.start] in _RELATIVE and self._happened(cue.end, mention[0]):
            return True
        whom = self._last("whom", mention[0])
        if whom is None or mention[0] - whom.end >= _NEAR_WHOM or whom.end <= cue.end:
            return False
        if bisect_left(self._mention_starts, whom.end) < bisect_left(self._mention_starts, mention[0]):
            return False  # "none of the patients with fever died"
        if self._next("acts", mention[1]):
            return True
        return whom.start > cue.end and (whom.start - cue.end > _TOUCHES or " of" in cue.text)

    def _exemplified(self, mention: tuple[int, int]) -> CueHit | None:
        """Return the words of a risk whose examples follow: "reactions [may occur], including fever"."""
        example = self._last("examples", mention[0])
        cue = self._last("risked", example.start) if example else None
        return cue if cue and not self._broken(cue.end, mention[0]) else None

    def _told_between(self, start: int, end: int) -> bool:
        """Say whether a clause that tells of what happened ends between the places: "did not exceed 1, and …"."""
        first = bisect_left(self._sure, start, key=_start)
        if first == len(self._sure) or self._sure[first].end >= end:
            return False
        joint = _AND_THEN.search(self.text, self._sure[first].end, end)
        if joint is None:
            return False
        other = bisect_left(self._mention_starts, joint.end())
        return other < len(self._mention_starts) and self._mention_starts[other] < end

    def _broken(self, start: int, end: int) -> bool:
        """Say whether a clause ends between the two places."""
        place = bisect_left(self._ends, start)
        return place < len(self._ends) and self._ends[place] < end

    def _happened(self, start: int, end: int) -> bool:
        """Say whether a verb of happening stands between the two places."""
        place = bisect_left(self._happens, start)
        return place < len(self._happens) and self._happens[place] < end

    def _taken_back(self, cue: CueHit, mention: tuple[int, int]) -> CueHit | None:
        """Return the words that turn a denial round: an exception behind or before it, or a denial before it."""
        if (hit := self._last("except", mention[0])) and hit.start >= cue.end:
            return hit
        if cue.start >= mention[1] and (hit := self._next("except", cue.end)):
            return hit  # "was not observed except in two patients"
        if cue.start >= mention[1] and (hit := self._last("except", mention[0])) and mention[0] - hit.end < _TOUCHES:
            return hit  # "infections other than colds were absent"
        hit = self._last("turned_before", cue.start)
        if hit and not self._broken(hit.end, cue.start):
            return hit
        if cue.start < mention[0] and any(hit.start == cue.start for hit in self._kinds.get("absence", [])):
            hit = self._last("negates", cue.start)
            if hit and cue.start - hit.end < _TWICE and not self._broken(hit.end, cue.start):
                return hit
        return None

    def _last(self, kind: str, offset: int) -> CueHit | None:
        """Return the last cue of *kind* that ends at *offset* or before it."""
        hits = self._kinds.get(kind, [])
        place = bisect_right(hits, offset, key=_end) - 1
        return hits[place] if place >= 0 else None

    def _certain(self, mention: tuple[int, int], cue: CueHit | None = None) -> CueHit | None:
        """Return the words of the mention's clause that say it happened; not those that *cue* before it governs."""
        place = bisect_right(self._ends, mention[0]) - 1
        low = self._ends[place] if place >= 0 else 0
        if cue is not None and cue.end <= mention[0]:
            low = max(low, cue.end)
        first = bisect_left(self._sure, low, key=_start)
        if first == len(self._sure):
            return None
        hit = self._sure[first]
        return None if hit.start > mention[0] and self._broken(mention[0], hit.start) else hit

    def _in_doubt(self, hit: CueHit) -> bool:
        """Say whether a possibility, a plan or a denial stands right before *hit*: "may have caused"."""
        for kind in ("risk", "negates", "planned"):
            others = self._kinds.get(kind, [])
            place = bisect_right(others, hit.start, key=_end) - 1
            if place >= 0 and hit.start - others[place].end <= _DOUBT:
                return True
        return False


def _overlap(hit: CueHit, span: tuple[int, int]) -> bool:
    return hit.start < span[1] and span[0] < hit.end


def _start(hit: CueHit) -> int:
    return hit.start


def _end(hit: CueHit) -> int:
    return hit.end
