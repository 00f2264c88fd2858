"""Which cells a plain receptor is in: "CAR" beside NK cells is no CAR-T."""

from collections.abc import Sequence

from gtminer.model import Category
from gtminer.tag.analysis import Analysis, CueHit, within
from gtminer.tag.mention import Mention


def resolve(analysis: Analysis, mentions: Sequence[Mention]) -> list[Mention]:
    """Return *mentions* with each receptor that names no cells given those of its sentence, else of the title."""
    known = analysis.vocabulary.carried
    if known.isdisjoint([item.slug for item in mentions]):
        return list(mentions)
    cues = analysis.cues("carriers")
    titled = within(cues, 0, len(analysis.document.title))
    return [_resolved(analysis, item, cues, titled) if item.slug in known else item for item in mentions]


def _resolved(analysis: Analysis, mention: Mention, cues: list[CueHit], titled: Sequence[CueHit]) -> Mention:
    if mention.category is not Category.MODALITY or within(cues, mention.start, mention.end):
        return mention
    near = within(cues, *analysis.sentence(mention.start)) or list(titled)
    if not near:
        return mention
    # Longest first where two begin together: "regulatory T cells" is no plain T cell.
    nearest = min(near, key=lambda hit: (max(hit.start - mention.end, mention.start - hit.end), hit.start - hit.end))
    return mention._replace(slug=nearest.kind)
