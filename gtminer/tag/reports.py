"""What a regulator's document only names: headings, tests, the state of those treated, what a letter asks for.

Curation rules 14. The words are cues of the family `events`: tested, tested_back and studied_back touch the event,
state holds it, asked stands before it in a letter, legend begins the sentence.
"""

import re
from collections.abc import Mapping, Sequence

from gtminer.model import Assertion
from gtminer.tag.analysis import Analysis, CueHit, Span, within
from gtminer.tag.assertion import Verdict
from gtminer.tag.mention import Mention

LABELS = frozenset(
    ("smpc", "label", "package-insert", "article")
)  # kinds of document that are one, or may be, as texts
_TOUCHES = 3  # characters between an event and the words of a test
_SHORT_NAME = re.compile(r"\s*\([^()\n]{2,40}\)")  # "replication-competent retrovirus (RCR) was studied"
_HEADING = re.compile(r"[A-Z][^.;:,|\d\n]{2,89}")
_BULLET = re.compile(r"[•▪]\s*")
_SHORT_FORM = re.compile(
    r"\s*(?:\w{0,8}[A-Z]\w{0,8}[A-Z]\w{0,8}|[A-Za-z])\s*(?:[,:=–-]|\s)\s*[^\W\d]"
)  # "SAE serious", "y, years"
_SCALE = re.compile(r"\b[Gg]rade [1-5]\s*[:=]")
_DEFINED = re.compile(r"[A-Z][^.=]{2,80}\s=\s[A-Za-z]")  # "PTs included = Fall, Syncope"
_EXPLAINED = 3  # short forms that a legend explains at least
_PROSE = 60  # a line of running text is longer than this
_WORDS = 3  # spaces of a short sentence
_LABELLED = re.compile(r":\s[A-Z][^\d.]{30}")  # "RCR: The search was carried out …"; not "Fever: 3 patients"
_ENDS = (".", ":", ";", ")")
_EVENTS_LISTED = ("adverse_reactions", "clinical_safety", "warnings", "boxed_warning")
_FEWEST = 0.02  # of the words of an English text, that are among those it can hardly do without
_TELLING = 200  # words that tell a language


def is_report(analysis: Analysis) -> bool:
    """Say whether the document is a regulator's and no label."""
    return analysis.document.regulator is not None and analysis.document.kind not in LABELS


def is_foreign(analysis: Analysis) -> bool:
    """Say whether a regulator's document is in another language than English, whose words the cues are."""
    if analysis.document.regulator is None:
        return False
    words = analysis.folded.text.split()
    english = analysis.vocabulary.english
    return len(words) > _TELLING and sum(word in english for word in words) < _FEWEST * len(words)


def is_indication(analysis: Analysis, mention: Mention) -> bool:
    """Say whether the section of *mention*, or its sentence before it, tells what a product is for."""
    if analysis.section_kind(mention.start) == "indication":
        return True
    start, _ = analysis.sentence(mention.start)
    return bool(within(analysis.cues("events", "indicated"), start, mention.start))


def only_named(
    analysis: Analysis, mention: Mention, verdict: Verdict, cues: Mapping[str, Sequence[CueHit]]
) -> str | None:
    """Return why an event is only named in a regulator's document, None where it is told of.

    *cues* are those of its sentence, by kind.
    """
    if analysis.document.regulator is None:
        return None
    if (asked := _before(cues, "asked", mention)) and analysis.document.kind.endswith("letter"):
        return f"a letter asks for it: {asked.text}"
    if eased := next((hit for hit in cues.get("eased", ()) if 0 <= mention.start - hit.end < _TOUCHES), None):
        return f"tells of the disease: {eased.text}"
    if instrument := next((hit for hit in cues.get("instrument", ()) if 0 <= hit.start - mention.end < _TOUCHES), None):
        return f"an instrument measures it: {instrument.text}"
    plain = verdict.assertion is Assertion.PRESENT and verdict.cue is None
    if plain or verdict.assertion is Assertion.NEGATED:
        tested = _touching(analysis.text, mention, cues)
        if tested and (plain or tested.kind == "studied_back"):
            return f"a test, whose result stands elsewhere: {tested.text}"
    if not plain:
        return None
    state = next((hit for hit in cues.get("state", ()) if _overlap(hit, mention)), None)
    if state and not _is_listed(analysis, mention):
        return f"a state of those treated: {state.text}"
    span = analysis.sentence(mention.start)
    if len(_SCALE.findall(analysis.text, *span)) >= _EXPLAINED:
        return "a scale of grades only names it"
    if is_report(analysis):
        if _is_heading(analysis, span) or (mention.start == span[0] and _LABELLED.match(analysis.text, mention.end)):
            return "a heading only names it"
        begins_legend = any(hit.start == span[0] for hit in cues.get("legend", ()))
        if begins_legend or _is_legend(analysis.text[slice(*span)]):
            return "a legend only names it"
    return None


def _is_listed(analysis: Analysis, mention: Mention) -> bool:
    """Say whether a mention is an item of a list of events: "hypoxia, renal insufficiency, and hypotension"."""
    text = analysis.text
    comma = text[mention.start - 2 : mention.start] == ", " or text[mention.end : mention.end + 1] == ","
    return comma and analysis.section_kind(mention.start) in _EVENTS_LISTED


def _before(cues: Mapping[str, Sequence[CueHit]], kind: str, mention: Mention) -> CueHit | None:
    return next((hit for hit in cues.get(kind, ()) if hit.end <= mention.start), None)


def _touching(text: str, mention: Mention, cues: Mapping[str, Sequence[CueHit]]) -> CueHit | None:
    """Return the words of a test right before or behind *mention*."""
    before = next((hit for hit in cues.get("tested", ()) if 0 <= mention.start - hit.end < _TOUCHES), None)
    if before:
        return before
    name = _SHORT_NAME.match(text, mention.end)
    end = name.end() if name else mention.end
    behind = (*cues.get("tested_back", ()), *cues.get("studied_back", ()))
    return min((hit for hit in behind if 0 <= hit.start - end < _TOUCHES), default=None)


def _overlap(hit: CueHit, mention: Mention) -> bool:
    return hit.start < mention.end and mention.start < hit.end


def _is_legend(sentence: str) -> bool:
    """Say whether a sentence explains the short forms of a table: "CRS, cytokine release syndrome; FL: ..."."""
    if _DEFINED.match(sentence):
        return True
    parts = sentence.split(";")
    return len(parts) >= _EXPLAINED and sum(bool(_SHORT_FORM.match(part)) for part in parts) > 0.7 * len(parts)


def _is_heading(analysis: Analysis, span: Span) -> bool:
    """Say whether a sentence is a line of its own over running text and under the end of such; no item of a list."""
    text, (start, end) = analysis.text, span
    bullet = _BULLET.match(text, start, end)  # headings of reports before 2009 have one
    words = text[bullet.end() if bullet else start : end]
    if (start and text[start - 1] != "\n") or text[end : end + 1] != "\n" or not _HEADING.fullmatch(words):
        return False
    behind = text[end + 1 : end + 1 + _PROSE].partition("\n")[0]
    is_prose = len(behind) == _PROSE or (behind.endswith(".") and behind.count(" ") >= _WORDS)
    if not is_prose or " | " in behind or not behind[0].isupper():
        return False
    before = text[max(0, text.rfind("\n", 0, max(0, start - 1)) + 1) : max(0, start - 1)]
    return analysis.section(start).start == start or len(before) >= _PROSE or before.rstrip().endswith(_ENDS)
