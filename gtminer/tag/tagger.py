"""From a document to its tags: a pure function of the document and the vocabulary."""

from gtminer.model import Assertion, Document, DocumentTags, Population, Reading, Role, Tag
from gtminer.tag import carriers, derived, events, mentions, roles, subjects
from gtminer.tag.analysis import Analysis
from gtminer.tag.population import Subjects
from gtminer.tag.summary import summarise
from gtminer.tag.vocabulary import Vocabulary

_PRESENT, _SUBJECT, _MENTION = Assertion.PRESENT, Role.SUBJECT, Role.MENTION  # an enum is slow to give its members
NOTHING = Reading((), (), DocumentTags((), (), (), (), (), (), (), False, Population.NONE))


def tag_document(document: Document, vocabulary: Vocabulary) -> list[Tag]:
    """Return the tags of *document* in reading order. Pure: the same document and vocabulary give the same tags."""
    return list(read_document(document, vocabulary).tags)


def read_document(document: Document, vocabulary: Vocabulary) -> Reading:
    """Return all that can be said of *document*: its tags, the readings not taken, its merged set."""
    analysis = Analysis(document, vocabulary)
    found = mentions.find(analysis)
    if not found.mentions:
        return NOTHING._replace(rejected=tuple(found.rejected)) if found.rejected else NOTHING
    people = Subjects(analysis)
    receptors = carriers.resolve(analysis, found.mentions)
    named = sorted([*receptors, *events.endpoints(analysis, found.mentions, people)])
    evidence = roles.weigh(analysis, named, is_protocol=people.is_protocol)
    names_a_drug = "-" in [item.form[:1] for item in named]
    decided = subjects.decide(analysis, named, evidence, people, names_a_drug=names_a_drug)
    judged = events.judge(analysis, named, decided, people)
    tags = []
    for mention in named:
        begin, finish, category, slug, _form = mention
        if event := judged.get(mention):
            place = analysis.place(begin, finish, event.line)
            tags += [
                Tag(category, slug, *place, assertion, event.role, False, event.cue, event.rule, *record)
                for record, assertion in event.records()
            ]
        else:
            key = (category, slug)
            rule = decided.stated.get(key) or decided.inferred.get(key)
            role = _SUBJECT if rule else _MENTION
            rule = rule or evidence[key].rule
            tags.append(Tag(category, slug, *analysis.place(begin, finish), _PRESENT, role, False, None, rule))
    if following := derived.tags(analysis, named, decided):
        tags = sorted([*tags, *following], key=_place)
    said = {(tag.category, tag.concept) for tag in tags}
    reasons = tuple(
        (*key, rule) for rules in (decided.stated, decided.inferred) for key, rule in rules.items() if key not in said
    )
    return Reading(tuple(tags), tuple(found.rejected), summarise(tags, decided, people.reported), reasons)


def _place(tag: Tag) -> tuple[int, int]:
    return tag.start, tag.end
