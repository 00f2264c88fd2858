"""One sentence as clauses: its cues, where their reach ends, and which cue reaches which place; the words are data.

Source of the method: Harkema et al. 2009 (ConText). What is asked of an event costs a few bisections, however long its
sentence is.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from gtminer.tag import figures
from gtminer.tag.analysis import Analysis, CueHit, outermost_first, within
from gtminer.tag.hiding import outermost

AND_THEN = re.compile(r"[,;]? (?:and|but|while|whereas)\b")
TOUCHES = 3  # characters between an event and a cue that must touch it: "seizure-free"

# The signs come first: found fastest.
_MARKS = re.compile(
    r"[;•:aA](?:(?<=[;•])|(?<=:)\s(?=(?i:no|one|two|three|four|five)\b)"
    r"|(?<=\b[aA])[nN][dD] (?=(?i:(?:(?:the|other|all) ){0,3}\d+ (?:of|patients|subjects|participants|\()))"
    r")"
)
_ARMS = ("comparator", "background")
_LEADS = 40  # characters in which an arm or an earlier study opens a sentence, and then a comma follows
_INITIAL = re.compile(r"\s[A-Z]{1,2}[,.]")
_CLAUSE = 200  # characters within which the comma that ends a clause is looked for
_VERBS = frozenset(("sure", "happens", "negated", "risked", "planned_back"))
_DOUBT = 8  # characters between a word of doubt and the words that it casts doubt on: "may have caused"


class Clauses:
    """One sentence, with its cues, ready to be asked which of them reaches a mention."""

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
        self.kinds: dict[str, list[CueHit]] = {}
        for hit in self.hits:
            self.kinds.setdefault(hit.kind, []).append(hit)
        happens = self.kinds.get("happens", [])
        self._happens = [hit.start for hit in happens]
        self.starts = [mention[0] for mention in mentions]
        self.ends = [mention[1] for mention in mentions]
        self._ends = sorted(self._clause_ends(start, end))
        # "No fever was seen, chills occurred": a verb of happening with a comma behind it ends its clause.
        self._stops = [hit.end for hit in happens if self.text[hit.end : hit.end + 1] == ","]
        self.sure = [hit for hit in self.kinds.get("sure", []) if not self._in_doubt(hit)]

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
            (hit for hit in self.kinds.get("planned", []) if self.text[hit.end : hit.end + 1] == ":"), None
        ):
            # "Primary endpoints: survival; deaths": what follows the colon is a list of what the head says.
            ends = [place for place in ends if place < headed.end or self.text[place] != ";"]
        ends += [hit.start for hit in self.kinds.get("ends", [])]
        # A comma with the subject of a sentence behind it ("…, it induces"; "…, the patients") begins a clause.
        # "Although none had fever, chills were frequent": the comma behind the verb ends what the first word opened.
        for hit in self.kinds.get("subordinate", []):
            if hit.start <= start + 1 or self.text[hit.start - 2] in ",;":
                comma = self._comma_behind_verb(hit, end)
                if comma >= 0:
                    ends.append(comma)
        for hit in self.kinds.get("opens", []):
            # "Without steroids, hepatitis occurred"; not "without fever, chills or rash".
            comma = self.text.find(",", hit.end, min(end, hit.end + _CLAUSE)) if hit.start <= start + 1 else -1
            if comma >= 0 and comma not in self.ends:
                ends.append(comma)
        ends += [hit.start for hit in self.kinds.get("subject", []) if self.text[hit.start - 2 : hit.start] == ", "]
        return ends

    def _comma_behind_verb(self, hit: CueHit, end: int) -> int:
        """Return the place of the comma behind the verb (or, without one, the event) that follows *hit*; -1: none."""
        verb = bisect_right(self._happens, hit.end)
        other = bisect_right(self.ends, hit.end)
        if verb < len(self._happens):
            return self.text.find(",", self._happens[verb], min(end, self._happens[verb] + _CLAUSE))
        if other < len(self.ends):
            return self.text.find(",", self.ends[other], min(end, self.ends[other] + _CLAUSE))
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

    def before(self, mention: tuple[int, int], kind: str) -> CueHit | None:
        """Return the nearest cue of *kind* before the mention, if its clause reaches it and it has had no event yet.

        A cue has had its event when a mention and then a verb of happening follow: "no deaths occurred and fever …".
        Where the nearest cue fails, so do those before it.
        """
        hits = self.kinds.get(kind)
        if not hits:
            return None
        # "[no serious] adverse events": a cue may reach into the event.
        place = bisect_left(hits, mention[0], key=start_of) - 1
        if place < 0 or hits[place].end > mention[1]:
            return None
        cue = hits[place]
        comma = self.text.find(",", cue.end, min(cue.end + _LEADS, mention[0])) if kind in _ARMS else -1
        # "In the control arm, four …" opens a sentence that is all about it.
        reach = comma + len(", ") + 1 if comma >= 0 and cue.start == self.start else cue.end
        if self.broken(reach, mention[0]):
            return None
        if comma >= 0 and cue.start - self.start < _LEADS:
            return cue
        verb = bisect_left(self._happens, mention[0]) - 1
        if verb >= 0 and self._happens[verb] >= cue.end:
            other = bisect_right(self.ends, self._happens[verb]) - 1
            if other >= 0 and self.starts[other] >= cue.end:
                return None
        stop = bisect_left(self._stops, mention[0]) - 1
        return None if stop >= 0 and self._stops[stop] > cue.end else cue

    def behind(self, mention: tuple[int, int], kind: str, past: bool = False) -> CueHit | None:
        """Return the nearest cue of *kind* behind the mention, where nothing happens in between.

        What tells when or in whom (*past*) stands behind the verb; there no other mention may stand in between.
        """
        hits = self.kinds.get(kind)
        if not hits:
            return None
        place = bisect_left(hits, mention[1], key=start_of)
        if place == len(hits):
            return None
        cue = hits[place]
        if self.broken(mention[1], cue.start):
            return None
        if past:
            other = bisect_left(self.starts, mention[1])
            return None if other < len(self.starts) and self.starts[other] < cue.start else cue
        if self.happened(mention[1], cue.start) or self._told_between(mention[1], cue.start):
            return None
        if kind == "negated" and figures.SHARE.search(self.text, mention[1], cue.start):
            return None  # "CRS occurred in 81%, grade 3 or higher in none"
        return cue

    def _told_between(self, start: int, end: int) -> bool:
        """Say whether a clause that tells of what happened ends between the places: "did not exceed 1, and …"."""
        first = bisect_left(self.sure, start, key=start_of)
        if first == len(self.sure) or self.sure[first].end >= end:
            return False
        joint = AND_THEN.search(self.text, self.sure[first].end, end)
        if joint is None:
            return False
        other = bisect_left(self.starts, joint.end())
        return other < len(self.starts) and self.starts[other] < end

    def _in_doubt(self, hit: CueHit) -> bool:
        """Say whether a possibility, a plan or a denial stands right before *hit*: "may have caused"."""
        for kind in ("risk", "negates", "planned"):
            others = self.kinds.get(kind, [])
            place = bisect_right(others, hit.start, key=end_of) - 1
            if place >= 0 and hit.start - others[place].end <= _DOUBT:
                return True
        return False

    def last(self, kind: str, offset: int) -> CueHit | None:
        """Return the last cue of *kind* that ends at *offset* or before it."""
        hits = self.kinds.get(kind, [])
        place = bisect_right(hits, offset, key=end_of) - 1
        return hits[place] if place >= 0 else None

    def next(self, kind: str, offset: int) -> CueHit | None:
        """Return the cue of *kind* that begins right behind *offset*."""
        hits = self.kinds.get(kind, [])
        place = bisect_left(hits, offset, key=start_of)
        return hits[place] if place < len(hits) and hits[place].start - offset < TOUCHES else None

    def clause(self, offset: int) -> tuple[int, int]:
        """Return the clause that *offset* stands in."""
        place = bisect_right(self._ends, offset)
        low = self._ends[place - 1] if place else self.start
        return low, self._ends[place] if place < len(self._ends) else self.end

    def broken(self, start: int, end: int) -> bool:
        """Say whether a clause ends between the two places."""
        place = bisect_left(self._ends, start)
        return place < len(self._ends) and self._ends[place] < end

    def happened(self, start: int, end: int) -> bool:
        """Say whether a verb of happening stands between the two places."""
        place = bisect_left(self._happens, start)
        return place < len(self._happens) and self._happens[place] < end


def start_of(hit: CueHit) -> int:
    """Return where a cue begins, as a key for bisection."""
    return hit.start


def end_of(hit: CueHit) -> int:
    """Return where a cue ends, as a key for bisection."""
    return hit.end
