"""Forms with the letter of a footnote grown on, as the flattened tables of labels have them: "Deliriume"."""

import re
from collections.abc import Iterator

from gtminer.tag.analysis import Analysis
from gtminer.tag.fold import fold

_MARKED = re.compile(r"\b[A-Za-z]{5,}[a-k](?=[\s,;.)]|$)")
_BEFORE = 60  # characters in which a form begins before its last word


def marked(analysis: Analysis) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and pattern of every form in a label that a footnote's letter ends; the letter is left out."""
    if analysis.titled_kind is None:
        return
    text = analysis.text
    for word in _MARKED.finditer(text):
        low, end = max(0, word.start() - _BEFORE), word.end() - 1
        folded = fold(text[low:end])
        for first, finish, pattern in analysis.vocabulary.find_terms(folded.text):
            if finish == len(folded.text) and folded.text[first] == " " and (first or not low):
                yield low + folded.source(first + 1), end, pattern
