"""From a document to its tags: a pure function of the document and the vocabulary."""

from gtminer.model import Category, Document, DocumentTags, Population, Reading, Role, Tag
from gtminer.tag import carriers, events, mentions, roles, subjects
from gtminer.tag.analysis import Analysis
from gtminer.tag.population import Subjects
from gtminer.tag.summary import summarise
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
    people = Subjects(analysis)
    receptors = carriers.resolve(analysis, found.mentions)
    named = sorted([*receptors, *events.endpoints(analysis, found.mentions, people)])
    evidence = roles.weigh(analysis, named)
    names_a_drug = any(item.form.startswith("-") for item in named)
    decided = subjects.decide(analysis, evidence, people, names_a_drug=names_a_drug)
    judged = events.judge(analysis, named, decided, people)
    tags = []
    for mention in named:
        key = (mention.category, mention.slug)
        start, end = analysis.sentence(mention.start)
        section = analysis.section(mention.start)
        tag = Tag(
            category=mention.category,
            concept=mention.slug,
            text=analysis.text[mention.start : mention.end],
            start=mention.start,
            end=mention.end,
            sentence_start=min(start, mention.start),
            sentence_end=max(end, mention.end),
            section=section.kind,
            page=section.page,
        )
        if mention.category is Category.SAFETY:
            event = judged[mention]
            if event.line:
                tag = tag._replace(sentence_start=event.line[0], sentence_end=event.line[1])
            tag = tag._replace(cue=event.cue, role=event.role, rule=event.rule)
            tags += [
                tag._replace(assertion=assertion, grade=grade, n=n, N=whole, pct=pct, arm=arm)
                for (grade, n, whole, pct, arm), assertion in event.records()
            ]
        else:
            rule = decided.stated.get(key) or decided.inferred.get(key)
            role = Role.SUBJECT if rule else Role.MENTION
            tags.append(tag._replace(role=role, rule=rule or evidence[key].rule))
    return Reading(tuple(tags), tuple(found.rejected), summarise(tags, decided, people.population))
