"""Forms with an abbreviation defined inside them: "cerebrospinal fluid (CSF) leak", "stem cell (HSC)-derived"."""

import re
from collections.abc import Iterator

from gtminer.tag.analysis import Analysis
from gtminer.tag.fold import fold

_DEFINED = re.compile(r"\((?<=\s\()[A-Za-z][A-Za-z0-9-]{1,9}\)[ -](?=[A-Za-z])")  # the bracket first: found fastest
_BEFORE = 60  # characters in which a form begins before the parenthesis
_BEHIND = 40  # and ends behind it


def across(analysis: Analysis) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and pattern of every form that a short parenthesis parts, with the parenthesis left out.

    Offsets are those of the document's text; the parenthesis lies between them.
    """
    text = analysis.text
    for gap in _DEFINED.finditer(text):
        space = gap.start() - 1
        low = max(0, space - _BEFORE)
        before, behind = text[low:space], text[gap.end() : gap.end() + _BEHIND]
        folded = fold(f"{before} {behind}")
        joint = len(before)  # the offset of the space between the two
        for first, finish, pattern in analysis.vocabulary.find_terms(folded.text):
            begin = folded.text.rfind(" ", 0, first) if folded.text[first] != " " else first
            start, end = folded.source(begin + 1), folded.source(finish - 2) + 1
            cut = (start == 0 and low > 0) or (end == joint + 1 + len(behind) and len(behind) == _BEHIND)
            if start < joint < end and not cut:
                yield low + start, gap.end() + end - joint - 1, pattern
