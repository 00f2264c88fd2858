"""The words by which a table of adverse events is known, from table_words.tsv."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from gtminer import tsv

_CAPTION = re.compile(
    r"(?:Table|TABLE|Tableau|Tabelle|Tabla|Tabella)\s+[A-Z]?\d+(?!\d)[a-z]?(?:[-.–]\d+(?!\d))*"
    r"(?:\s*\((?:continued|cont[’'.]?d?\.?)\))?(?:\s*[-–:.]\s*|\s+(?=[A-Z(≥\d*“\"])|\s*$)"
)
_NUMBER = re.compile(r"\w+\s+[A-Z]?\d+[a-z]?(?:[-.–]\d+)*(?!\d)")
_SPACES = re.compile(r"\s+")
_FREQUENCY = re.compile(r"([^\W\d_][^(≥<:]*)(?:\([^()]{0,60}\)|[≥<][^,;()]{0,40})?:?")
_MARKS = " .:;*†‡#"


@cache
def _words(role: str) -> frozenset[str]:
    rows = tsv.packaged("table_words.tsv", ("role", "words", "source"))
    by_role: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        by_role[row["role"]].add(row["words"])
    return frozenset(by_role[role])


@cache
def _pattern(role: str) -> re.Pattern[str]:
    """Words in capitals as they stand, the others in any case."""
    capitals = [re.escape(words) for words in _words(role) if words[:2].isupper()]
    others = [re.escape(words) for words in _words(role) if not words[:2].isupper()]
    forms = [f"(?i:{form})" for form in sorted(others, key=len, reverse=True)] + capitals
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms) or '(?!)'})(?!\w)")


def is_caption(line: str) -> bool:
    """Tell whether a line begins as the caption of a table (`Table 33 AEs of ...`), not as a sentence about one."""
    return _CAPTION.match(line) is not None


def title_of(caption: str) -> str:
    """Return a caption without `Table 12`."""
    number = _CAPTION.match(caption)
    return caption[number.end() :] if number else caption


def promises_events(caption: str) -> bool:
    """Tell whether a caption is that of a table of adverse events."""
    return _pattern("caption").search(caption) is not None and not denies_events(caption)


def denies_events(text: str) -> bool:
    """Tell whether a caption or heading is that of advice on events, not of events."""
    return _pattern("not").search(text) is not None


@cache
def _hint() -> re.Pattern[str]:
    """A caption, or a word of the lists at the beginning of a line."""
    listed = sorted((*_words("class"), *_words("header"), *_words("frequency")), key=len, reverse=True)
    # Long names are broken over lines: their first two words are enough.
    starts = {" ".join(words.split(" ")[:2]) for words in listed}
    return re.compile(rf"^\W*(?:tab(?:le|ula|ela|leau|elle)\s+[a-z]?\d|(?:{'|'.join(map(re.escape, starts))})\b)", re.M)


def hints(text: str) -> bool:
    """Tell whether the text of a page may name a table of adverse events: cheap, and rather yes than no."""
    return _hint().search(text.casefold()) is not None


def is_same_table(caption: str, earlier: str) -> bool:
    """Tell whether a caption repeats that of the table before it (`Table 5 (continued)`)."""
    one, two = _NUMBER.match(caption), _NUMBER.match(earlier)
    return one is not None and two is not None and one[0].casefold() == two[0].casefold()


def counts_nobody(header: str) -> bool:
    """Tell whether the figures of a column count no people: a difference, a day."""
    return _pattern("uncounted").search(header) is not None


def is_organ_class(cell: str) -> bool:
    """Tell whether a cell is the name of a system organ class."""
    return _SPACES.sub(" ", cell).strip(_MARKS).casefold() in _words("class")


def frequency(cell: str) -> str | None:
    """Return the frequency class that a cell is, with or without its range (`very common (≥1/10)`), or None."""
    found = _FREQUENCY.fullmatch(_SPACES.sub(" ", cell).strip(_MARKS).casefold())
    return found[1].strip() if found and found[1].strip() in _words("frequency") else None


def heads_events(cells: Iterable[str]) -> bool:
    """Tell whether one of the cells is a heading of adverse events."""
    return any(len(cell) < 60 and _pattern("header").search(cell) for cell in cells)
