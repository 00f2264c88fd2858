"""What a document is about: each concept's evidence is added up, and the rule that gave most is kept for `show`.

Title, sections, the words before a mention, MeSH headings and keywords are evidence (curation rules, role); a concept
named only in passing, as an example or as an exclusion stays a mention.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from gtminer.model import Category
from gtminer.tag.analysis import Analysis, within
from gtminer.tag.mentions import Mention

Key = tuple[Category, str]

_ENOUGH = 2.5
_TITLE = 3.0
_SECTIONS = {"background": 0.5, "objective": 1.5, "methods": 1.0, "results": 1.2, "conclusions": 1.5}
_PLAIN = 1.0
_REACH = 48  # characters in which words before a mention belong to it


class Evidence(NamedTuple):
    """How much speaks for a concept being the subject, the strongest reason, and whether a title names it."""

    weight: float
    rule: str
    in_title: bool


def weigh(analysis: Analysis, mentions: Sequence[Mention]) -> dict[Key, Evidence]:
    """Return the evidence for every concept of *mentions* and of the document's headings and keywords."""
    points: dict[Key, float] = defaultdict(float)
    best: dict[Key, tuple[float, str]] = {}
    titled: set[Key] = set()
    cues = analysis.cues.get("roles", [])
    title = len(analysis.document.title)
    for mention in mentions:
        key = (mention.category, mention.slug)
        weight, rule = _mention(analysis, mention, cues, title)
        if mention.start < title and weight >= _TITLE:
            titled.add(key)
        points[key] += weight
        if weight > best.get(key, (0.0, ""))[0]:
            best[key] = (weight, rule)
    for key, weight, rule in _indexed(analysis):
        points[key] += weight
        if weight > best.get(key, (0.0, ""))[0]:
            best[key] = (weight, rule)
    return {
        key: Evidence(total, best.get(key, (0.0, "named in passing"))[1], key in titled)
        for key, total in points.items()
    }


def is_enough(evidence: Evidence | None) -> bool:
    """Say whether the evidence makes a concept the subject."""
    return evidence is not None and evidence.weight >= _ENOUGH


def _mention(analysis: Analysis, mention: Mention, cues: Sequence, title: int) -> tuple[float, str]:  # type: ignore[type-arg]
    number = analysis.sentence_number(mention.start)
    start, end = analysis.sentences[number] if analysis.sentences else (0, len(analysis.text))
    near = within(list(cues), max(start, mention.start - _REACH), mention.start)
    before = [hit for hit in near if hit.kind in ("treats", "example", "excluded", "event")]
    nearest = max(before, key=lambda hit: (hit.end, hit.start * -1), default=None)
    if mention.start < title:
        return (_TITLE, "the title names it")
    if nearest is not None and nearest.kind == "excluded":
        return (0.0, f"excluded: {nearest.text}")
    if nearest is not None and nearest.kind == "example" and mention.start - nearest.end < 30:
        return (0.4, f"an example: {nearest.text}")
    kind = analysis.section(mention.start).kind
    weight, rule = _SECTIONS.get(kind, _PLAIN), f"named in {kind}"
    if nearest is not None and nearest.kind == "treats" and mention.start - nearest.end < 12:
        weight, rule = weight + 0.8, f"treated or studied: {nearest.text}"
    if any(hit.kind == "aims" for hit in within(list(cues), start, end)):
        weight, rule = weight + 0.7, "in the sentence that says what was done"
    return (weight, rule)


def _indexed(analysis: Analysis) -> list[tuple[Key, float, str]]:
    """Return what MeSH headings and keywords say a document is about."""
    from gtminer.tag.mentions import read_whole

    found: list[tuple[Key, float, str]] = []
    document = analysis.document
    for heading in document.mesh_headings:
        for key in read_whole(analysis, heading.descriptor):
            weight = 2.0 if heading.major else 0.8
            found.append((key, weight, f"MeSH heading {heading.descriptor}{' (major)' if heading.major else ''}"))
    for keyword in document.keywords:
        for key in read_whole(analysis, keyword):
            found.append((key, 1.5, f"keyword {keyword}"))
    return found
