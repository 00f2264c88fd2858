"""From a document to its tags: a pure function of the document and the vocabulary."""

from gtminer.model import Assertion, Category, Document, DocumentTags, Population, Reading, Role, Tag
from gtminer.tag import mentions, roles, subjects
from gtminer.tag.analysis import Analysis, within
from gtminer.tag.assertion import Clauses, Verdict
from gtminer.tag.mentions import Mention
from gtminer.tag.population import Subjects
from gtminer.tag.vocabulary import Vocabulary

NOTHING = Reading((), (), DocumentTags((), (), (), (), (), (), (), False, Population.NONE))


def tag_document(document: Document, vocabulary: Vocabulary) -> list[Tag]:
    """Return the tags of *document* in reading order. Pure: the same document and vocabulary give the same tags."""
    return list(read_document(document, vocabulary).tags)


def read_document(document: Document, vocabulary: Vocabulary) -> Reading:
    """Return all that can be said of *document*: its tags, the readings not taken, its merged set."""
    analysis = Analysis(document, vocabulary)
    found = mentions.find(analysis)
    if not found.mentions:
        return NOTHING._replace(rejected=tuple(found.rejected))
    subject = Subjects(analysis)
    evidence = roles.weigh(analysis, found.mentions)
    decided = subjects.decide(analysis, evidence, _context(analysis, subject))
    tags = []
    for mention, verdict in _judged(analysis, subject, found.mentions):
        key = (mention.category, mention.slug)
        is_subject = key in decided.stated or key in decided.inferred
        number = analysis.sentence_number(mention.start)
        start, end = analysis.sentences[number] if analysis.sentences else (mention.start, mention.end)
        section = analysis.section(mention.start)
        tags.append(
            Tag(
                category=mention.category,
                concept=mention.slug,
                text=analysis.text[mention.start : mention.end],
                start=mention.start,
                end=mention.end,
                sentence_start=min(start, mention.start),
                sentence_end=max(end, mention.end),
                section=section.kind,
                page=section.page,
                assertion=verdict.assertion,
                role=Role.SUBJECT if is_subject else Role.MENTION,
                cue=verdict.cue,
                rule=decided.stated.get(key) or decided.inferred.get(key) or evidence[key].rule,
            )
        )
    return Reading(tuple(tags), tuple(found.rejected), subjects.summarise(tags, decided, subject.population))


def _context(analysis: Analysis, subject: Subjects) -> subjects.Context:
    cues = analysis.cues.get("therapy", [])
    of = {
        kind: tuple(hit.text for hit in cues if hit.kind == kind)
        for kind in ("therapy", "tool", "route", "adds", "cells")
    }
    return subjects.Context(
        len(of["therapy"]), len(of["tool"]), of["route"], of["adds"], of["cells"], subject.population
    )


def _judged(analysis: Analysis, subject: Subjects, found: list[Mention]) -> list[tuple[Mention, Verdict]]:
    """Return every mention with what its sentence says of it; only events are denied, feared or planned."""
    sentences = analysis.sentences
    judged: list[tuple[Mention, Verdict]] = []
    clauses: dict[int, Clauses] = {}
    events = [item for item in found if item.category is Category.SAFETY]
    for mention in found:
        if mention.category is not Category.SAFETY:
            judged.append((mention, Verdict(Assertion.PRESENT)))
            continue
        number = analysis.sentence_number(mention.start)
        start, end = sentences[number] if sentences else (0, len(analysis.text))
        if number not in clauses:
            inside = [(item.start, item.end) for item in events if start <= item.start < end]
            clauses[number] = Clauses(analysis, start, end, inside)
        verdict = clauses[number].judge((mention.start, mention.end))
        if verdict.assertion is Assertion.PRESENT:
            kind = analysis.section(mention.start).kind
            if kind == "background":
                verdict = Verdict(Assertion.BACKGROUND, "section background")
            elif words := subject.preclinical((start, end)):
                verdict = Verdict(Assertion.PRECLINICAL, words)
        judged.append((mention, verdict))
    return judged


__all__ = ["NOTHING", "read_document", "tag_document", "within"]
