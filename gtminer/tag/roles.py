"""How much speaks for a concept being what a document is about; the reason that gave most is kept for `show`.

Title, sections, the words before a mention, MeSH headings and keywords are evidence (curation rules, role); a concept
named only in passing, as an example, as earlier therapy or as an exclusion adds next to nothing.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from gtminer.model import Category
from gtminer.tag import reports
from gtminer.tag.analysis import INTRODUCTIONS, Analysis, CueHit, within
from gtminer.tag.coordination import read_whole
from gtminer.tag.mention import Mention

Key = tuple[Category, str]

_TITLE = 3.0
_PLAIN = 1.0
_INTRODUCED = 0.5  # named before the text says what was done
_INTRODUCTION = 1.0  # all that an introduction can give a concept
_SECTIONS = {
    "background": _INTRODUCED, "disease_background": _INTRODUCED, "objective": 1.5,
    "methods": 1.0, "results": 1.2, "conclusions": 1.4,
    "indication": 6.0, "risk_management": 0.1, "warnings": 0.1, "contraindications": 0.0, "posology": 0.3,
    "interactions": 0.0, "special_populations": 0.0, "administrative": 0.3, "references": 0.0, "leaflet": 0.3,
}  # fmt: skip
_BEFORE = 0.4  # what the title names as earlier therapy only, and a disease that befell patients
# "acute leukaemia after", "lymphoma in", "T-ALL developed following": a therapy's name must follow at once.
_AFTER = re.compile(
    r"\s*(?:\([^()]{2,12}\)\s*)?(?:in\s(?:mice|rats|dogs|monkeys|an?\s\w+|one\s\w+)\s+)?"
    r"(?:that\s+)?(?:developed|developing|occurring|arising|arose)?\s*(?:after|following)\s+(?:therapeutic\s+)?"
)
_FOR = re.compile(r"\bfor\b")
# "4 patients (2 mantle cell lymphoma, 2 chronic lymphocytic leukaemia)": who has it is counted.
_COUNTED = re.compile(
    r"(?<![\d.,/-])(?<!type )\d{1,3}\s+"
    r"(?:(?:adults|children|infants|participants|patients|people|subjects)\s+)?(?:(?:had|with)\s+)?$"
)
_NEXT_OF_LIST = re.compile(r"(?:\s\([^()]{1,24}\))?(?:/|,\s(?:and\s|or\s)?|\s(?:and|or|and/or)\s)(?:[a-z-]+\s){0,2}")
_REACH = 48  # characters in which words before a mention belong to it
_TOUCHES = 12
_SCREENED = 24  # characters behind an editor in which a screen or a diagnostic test is named
_EARLIER = 0.3
_PRIOR = "earlier or other therapy"
_BEFELL = "an event after a therapy"
_AROSE = "an event"
_EVENTS = (f"{_BEFELL}: ", f"{_AROSE}: ")
_NAMED = (Category.MODALITY, Category.PRODUCT)  # what a study is about, where it is not what came before
_WORK = (Category.MODALITY, Category.VECTOR)  # what earlier work may have used
# Cues that are not looked for right before a mention.
_ELSEWHERE = ("aims", "earlier", "event_back", "excluded_back", "befalls", "befalls_title")


class Evidence(NamedTuple):
    """How much speaks for a concept being the subject, the strongest reason, and whether the title names it.

    *own* is the weight of what stands outside the introduction.
    """

    weight: float
    rule: str
    in_title: bool = False
    own: float = 0.0


class _Point(NamedTuple):
    weight: float
    rule: str
    introduced: bool = False


def weigh(analysis: Analysis, mentions: Sequence[Mention], *, is_protocol: bool = False) -> dict[Key, Evidence]:
    """Return the evidence for every concept of *mentions* and of the document's headings and keywords.

    A protocol (*is_protocol*) has no introduction: it tells its purpose anywhere.

    Events are passed over: whose they are is not a matter of weight (see `whose`).
    """
    points: dict[Key, list[_Point]] = defaultdict(list)
    titled: set[Key] = set()
    before: set[Key] = set()
    safety = Category.SAFETY
    concepts = [mention for mention in mentions if mention.category is not safety]
    if concepts:
        setting = _Setting(analysis, concepts, is_protocol)
        ends: dict[Key, int] = {}
        for mention in concepts:
            key = (mention.category, mention.slug)
            defined = 0 < mention.start - ends.get(key, -_TOUCHES) <= 2  # "adeno-associated virus (AAV)" names it once
            ends[key] = mention.end
            if not defined:
                point = setting.weigh(mention)
                points[key].append(point)
                if mention.start < setting.title:
                    (titled if point.weight >= _TITLE else before).add(key)
    _only_before(points, titled, {key for key in before if key[1] not in analysis.vocabulary.roles.neighbours})
    for key, point in _indexed(analysis):
        points[key].append(point)
    # What arose is an event, whatever else is said of it, where the title names what is treated.
    events = _EVENTS if any(key[0] is Category.INDICATION for key in titled) else _EVENTS[:1]
    return {key: _sum(found, key in titled, key in before, events) for key, found in points.items()}


def _only_before(points: dict[Key, list[_Point]], titled: set[Key], before: set[Key]) -> None:
    """Take the therapy before the outcome for the title's, where the title has no other: "progression after CAR-T"."""
    therapies = {
        key for key in before if key[0] in _NAMED and any(point.rule.startswith(_PRIOR) for point in points[key])
    }
    if therapies and not any(key[0] in _NAMED for key in titled):
        for key in therapies:
            points[key].append(_Point(_TITLE, "the title names it"))
        titled |= therapies


def _sum(points: Sequence[_Point], in_title: bool, before: bool, events: tuple[str, ...]) -> Evidence:
    introduced = rest = 0.0
    strongest = points[0]
    for point in points:
        if point.introduced:
            introduced += point.weight
        else:
            rest += point.weight
        if point.weight > strongest.weight:
            strongest = point
    befell = any(point.rule.startswith(events) for point in points)  # what befell once did so where it stands alone
    share = _BEFORE if (before or befell) and not in_title else 1.0
    weight = rest + min(introduced, _INTRODUCTION)
    return Evidence(round(weight * share, 2), strongest.rule, in_title, round(rest * share, 2))


def _tumours_that_befell(analysis: Analysis, titled: Sequence[Mention], end: int) -> str | None:
    """Return the words of a title that make all tumours of its text events, None where it does not.

    "Blood cancers after gene therapy of X", "leukaemia in a trial for X", where X, or what the title's product is for,
    is no disease that may befall those who are treated. *titled* are the mentions of the title, which ends at *end*.
    """
    vocabulary = analysis.vocabulary
    named = [item.form for item in titled if item.category is Category.INDICATION and vocabulary.is_tumour(item.slug)]
    named += [hit.text for hit in within(analysis.cues("roles", "befalls_title"), 0, end)]
    if not named:
        return None
    treated = {item.slug for item in titled if item.category is Category.INDICATION}
    for item in titled:
        if item.category is Category.PRODUCT:
            treated |= set(vocabulary.products[item.slug].indications)
    return None if all(map(vocabulary.arises, treated)) else named[0]


def _followed(analysis: Analysis, mention: Mention, therapies: set[int]) -> re.Match[str] | None:
    """Match the words between *mention* and a therapy that it came after: "T-ALL after gene therapy"."""
    behind = _AFTER.match(analysis.text, mention.end)
    return behind if behind and behind.end() in therapies else None


def _came_after(analysis: Analysis, titled: Sequence[Mention], therapies: set[int]) -> dict[str, str]:
    """Return the diseases that came after a therapy of another, with the words: "X after CAR-T cells for Y" (rules D).

    *titled* are the mentions of the title, *therapies* the offsets at which a therapy is named.
    """
    diseases = [item for item in titled if item.category is Category.INDICATION]
    last = {item.slug: item.start for item in diseases}
    found = {}
    for item in diseases:
        if behind := _followed(analysis, item, therapies):
            other = max((start for slug, start in last.items() if slug != item.slug), default=0)
            if _FOR.search(analysis.text, behind.end(), other):
                found[item.slug] = behind[0].strip()
    return found


class _Setting:
    """What of a document decides the weight of a mention: its title, its cues, where its introduction ends."""

    def __init__(self, analysis: Analysis, mentions: Sequence[Mention], is_protocol: bool) -> None:
        self._analysis = analysis
        self._roles = analysis.vocabulary.roles
        actions, neighbours = self._roles.actions, self._roles.neighbours
        grouped: defaultdict[Category, list[Mention]] = defaultdict(list)
        for mention in mentions:
            grouped[mention.category].append(mention)
        modalities, vectors = grouped[Category.MODALITY], grouped[Category.VECTOR]
        self._therapies = {mention.start for mention in (*grouped[Category.PRODUCT], *vectors)}
        self._therapies |= {mention.start for mention in modalities if mention.slug in actions}
        self._vectored = {analysis.sentence_number(mention.start) for mention in vectors}
        # "allogeneic stem cell transplantation" tells no donor of the gene therapy.
        self._others = [(mention.start, mention.end) for mention in modalities if mention.slug in neighbours]
        self._knocks = analysis.cues("therapy", "knocks") if self._others else []
        self._screens = analysis.cues("therapy", "screens") if self._therapies else []
        self._near = [hit for hit in analysis.cues("roles") if hit.kind not in _ELSEWHERE]
        self._starts = [hit.start for hit in self._near]
        self._back = analysis.cues("roles", "excluded_back")
        self._past = analysis.cues("roles", "earlier")
        self.title = len(analysis.document.title)
        self._befallen = {analysis.sentence_number(hit.start): hit.text for hit in analysis.cues("roles", "befalls")}
        titled = [mention for mention in mentions if mention.start < self.title]
        self._came = _came_after(analysis, titled, self._therapies)
        titled = [mention for mention in titled if mention.slug not in self._came]
        self._entitled = _tumours_that_befell(analysis, titled, self.title)
        aims = [hit.start for hit in analysis.cues("roles", "aims") if hit.start > self.title]
        self._aims = {analysis.sentence_number(start) for start in aims}
        self._listed: tuple[int, CueHit | None, int] = (0, None, 0)  # where the last disease ended, and its cue
        self._first_aim = -1 if is_protocol else min(self._aims, default=-1)
        if (cases := analysis.cues("subjects", "case")) and self._first_aim > 0:  # a case is told from its first word
            self._first_aim = min(self._first_aim, analysis.sentence_number(cases[0].start))

    def weigh(self, mention: Mention) -> _Point:
        analysis = self._analysis
        category = mention.category
        is_modality, is_disease = category is Category.MODALITY, category is Category.INDICATION
        if is_modality and mention.slug in self._roles.donors and self._in_other(mention):
            return _Point(0.0, "whose cells another therapy uses")
        number = analysis.sentence_number(mention.start)
        if is_modality and (method := self._method(mention)):
            return _Point(_EARLIER, f"a laboratory's method: {method}")
        start = analysis.sentences[number][0]
        cue, distance = self._reaching(mention, start)
        if cue is not None and distance < _TOUCHES and self._is_prior(cue, mention):
            return _Point(0.2, f"{_PRIOR}: {cue.text}")
        if cue is not None and cue.kind == "excluded" and distance < 2 * _TOUCHES:
            return _Point(0.0, f"excluded: {cue.text}")
        if self._back and (after := self._after(mention, number)):
            return _Point(0.0, f"excluded: {after.text}")
        if is_disease and (arose := self._arose(mention, cue if distance < _TOUCHES else None)):
            return _Point(0.0, f"{_AROSE}: {arose}")
        if is_disease and (self._befallen or self._entitled) and (befell := self._befell(mention, number)):
            return _Point(0.0, f"{_BEFELL}: {befell}")
        if mention.start < self.title:
            return _Point(_TITLE, "the title names it")
        if mention.slug in self._roles.complications and analysis.document.regulator is not None:
            if not reports.is_indication(analysis, mention):
                return _Point(0.0, "a complication of cell therapies; the product is not said to be for it")
            return _Point(_SECTIONS["indication"], "what the product is indicated for")
        if cue is not None and cue.kind == "example" and distance < _TOUCHES:
            return _Point(0.4, f"an example: {cue.text}")
        if self._past and category in _WORK and (earlier := self._earlier(start, mention.start)):
            return _Point(_EARLIER, f"earlier work: {earlier.text}")
        kind = analysis.section_kind(mention.start)
        introduced = kind in INTRODUCTIONS or (kind not in _SECTIONS and number < self._first_aim)
        weight = _INTRODUCED if introduced else _SECTIONS.get(kind, _PLAIN)
        rule = "named in the introduction" if introduced else f"named in {kind}"
        worked_with = introduced and category in _WORK  # "has been tried with AAV8"
        aside = is_disease and self._tells_of_others(kind)
        if is_disease and not aside and self._is_counted(start, mention):
            weight, rule = weight + 1.5, "patients are counted"
        elif not aside and cue is not None and cue.kind == "treats" and distance < _TOUCHES and not worked_with:
            weight, rule = weight + 0.8, f"treated or studied: {cue.text}"
        elif not introduced and is_modality and number in self._vectored and mention.slug in self._roles.actions:
            weight, rule = weight + 0.8, "beside a vector"
        if number in self._aims:
            weight, rule = weight + 0.7, "in the sentence that says what was done"
        return _Point(weight, rule, introduced)

    def _tells_of_others(self, kind: str) -> bool:
        """Say whether a section of a whole label or report tells whom to treat otherwise: "patients with HIV"."""
        return _SECTIONS.get(kind, _PLAIN) < _INTRODUCED and self._analysis.titled_kind is None

    def _is_counted(self, start: int, mention: Mention) -> bool:
        """Say whether a number stands right before *mention*, in the sentence that begins at *start*."""
        near = max(start, mention.start - 2 * _TOUCHES)
        return _COUNTED.search(self._analysis.text, near, mention.start) is not None

    def _method(self, mention: Mention) -> str | None:
        """Return the words beside a laboratory's tool that say it is one: "knockdown by siRNA", "CRISPR screen"."""
        if not self._roles.is_tool(mention.category, mention.slug):
            return None
        if mention.slug in self._roles.actions:
            near = within(self._screens, mention.start, mention.end + _SCREENED)
        elif mention.slug in self._roles.neighbours and mention.start >= self.title:
            near = within(self._knocks, mention.start - _REACH, mention.end + _REACH)
        else:
            near = []
        return near[0].text if near else None

    def _in_other(self, mention: Mention) -> bool:
        return any(start <= mention.start and mention.end <= end for start, end in self._others)

    def _arose(self, mention: Mention, cue: CueHit | None) -> str | None:
        """Return the words that make a disease, mostly a tumour or an infection, one that came later."""
        if came := self._came.get(mention.slug):
            return came
        if not self._analysis.vocabulary.arises(mention.slug):
            return None
        if cue is not None and cue.kind == "event":
            return cue.text
        behind = _followed(self._analysis, mention, self._therapies)
        return behind[0].strip() if behind else None

    def _befell(self, mention: Mention, number: int) -> str | None:
        """Return the words of a tumour's sentence that make it one after a therapy: "secondary malignancies"."""
        if not self._analysis.vocabulary.is_tumour(mention.slug):
            return None
        return self._befallen.get(number) or self._entitled

    def _is_prior(self, cue: CueHit, mention: Mention) -> bool:
        if cue.kind == "prior_neighbour":  # "after transplantation"; not "fever after CAR-T cells"
            return mention.category is Category.MODALITY and mention.slug in self._roles.neighbours
        return cue.kind == "prior"

    def _after(self, mention: Mention, number: int) -> CueHit | None:
        """Return the words behind a mention that exclude it: "patients with HIV infection were excluded"."""
        place = bisect_left(self._back, (mention.end,))
        if place == len(self._back):
            return None
        hit = self._back[place]
        return hit if hit.start < min(mention.end + _REACH, self._analysis.sentences[number][1]) else None

    def _earlier(self, start: int, end: int) -> CueHit | None:
        """Return the words between *start* and *end* that make what follows earlier work."""
        return next(iter(within(self._past, start, end)), None)

    def _reaching(self, mention: Mention, start: int) -> tuple[CueHit | None, int]:
        """Return the cue before *mention* and how far off it is; the diseases of a list share the first one's."""
        cue = self._before(max(start, mention.start - _REACH), mention.start)
        distance = mention.start - cue.end if cue else 0
        if mention.category is Category.INDICATION:
            end, shared, near = self._listed
            if shared and end <= mention.start and _NEXT_OF_LIST.fullmatch(self._analysis.text, end, mention.start):
                cue, distance = shared, near
            self._listed = (mention.end, cue, distance)
        return cue, distance

    def _before(self, start: int, end: int) -> CueHit | None:
        """Return the cue that ends nearest before *end*, the longest of several."""
        found: CueHit | None = None
        for hit in self._near[bisect_left(self._starts, start) : bisect_right(self._starts, end)]:
            if hit.end <= end and (found is None or (hit.end, -hit.start) > (found.end, -found.start)):
                found = hit
        return found


def _indexed(analysis: Analysis) -> list[tuple[Key, _Point]]:
    """Return what MeSH headings and keywords say a document is about."""
    found: list[tuple[Key, _Point]] = []
    for heading in analysis.document.mesh_headings:
        if keys := read_whole(analysis, heading.descriptor):
            major = " (major)" if heading.major else ""
            point = _Point(2.0 if heading.major else 0.8, f"MeSH heading {heading.descriptor}{major}")
            found += [(key, point) for key in keys]
    for keyword in analysis.document.keywords:
        found += [(key, _Point(1.5, f"keyword {keyword}")) for key in read_whole(analysis, keyword)]
    return found
