"""Tags for what follows: each stands at the words that it follows from, so that every cell leads back to a sentence."""

from collections.abc import Sequence

from gtminer.model import Category, Role, Tag
from gtminer.tag.analysis import Analysis, Span
from gtminer.tag.mention import Mention
from gtminer.tag.roles import Key
from gtminer.tag.subjects import Decided


def tags(analysis: Analysis, mentions: Sequence[Mention], decided: Decided) -> list[Tag]:
    """Return a tag for every concept that is decided and not mentioned, where its words can be told.

    A product's name or another tag makes it inferred; the words around a vector ("encoding", "intravenous") state it.
    """
    first: dict[Key, Span] = {}
    for mention in mentions:
        first.setdefault((mention.category, mention.slug), (mention.start, mention.end))
    found = []
    for key, source in decided.sources.items():
        rule = decided.stated.get(key) or decided.inferred.get(key)
        place = first.get(source) if isinstance(source[0], Category) else source
        if key in first or rule is None or place is None:
            continue
        where = analysis.place(int(place[0]), int(place[1]))
        found.append(Tag(key[0], key[1], *where, role=Role.SUBJECT, inferred=key in decided.inferred, rule=rule))
    return found
