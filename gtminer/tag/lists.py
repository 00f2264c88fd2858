"""Items of a list: what the words that open it say holds for each ("have been observed: • … • …")."""

import re

from gtminer.tag.analysis import Analysis, within

_OPENS = re.compile(r":\s*[•▪‣]")
_REACH = 1500  # characters of a list
_ITEM = 300  # characters of an item


def happened(analysis: Analysis, offset: int) -> str | None:
    """Return the words before a list's colon that say its items occurred, for the first sentence of an item.

    None where *offset* stands in no list, in a later sentence of an item, or the list is opened by other words.
    """
    text = analysis.text
    bullet = max(text.rfind(mark, max(0, offset - _ITEM), offset) for mark in "•▪‣")
    if bullet < 0 or ". " in text[bullet:offset] or "; " in text[bullet:offset]:
        return None
    low = max(0, bullet - _REACH)
    opened = [match.start() + low for match in _OPENS.finditer(text[low : bullet + 1])]
    if not opened:
        return None
    start, _ = analysis.sentence(opened[-1])
    hits = [hit for hit in within(analysis.cues("uncertainty"), start, opened[-1]) if hit.kind == "sure"]
    return hits[-1].text if hits else None
