"""Measures of table rows: the header gives arm, N and grade, the cell n and percentage (taxonomy rules 14)."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from gtminer.documents import table_words
from gtminer.tag.measures import Measures
from gtminer.tag.printed.grades import find_grades
from gtminer.tag.printed.tokens import Tokens

_SIZE = re.compile(r"\(?\s*\b[nN]\s*=\s*(\d[\d,]{0,9})\s*\)?")
_UNIT = re.compile(
    r"\b(?:n|no\.?|number)\s*[(,/]\s*%\s*\)?|\(\s*%\s*\)|\bn\b(?!\s*=)|%\.?|\(\s*n\s*\)|\bno\.(?=\s*$)", re.IGNORECASE
)
_NUMBER = r"(?:[<>≤≥]\s?)?\d+(?:[.·]\d+)?"
_CELL = re.compile(
    rf"(?P<n>\d[\d,]{{0,9}})(?:\s*/\s*(?P<N>\d[\d,]{{0,9}}))?\s*[(\[]\s*(?P<pct>{_NUMBER})\s*%?\s*[)\]]"
    rf"|(?P<part>\d{{1,9}})\s*/\s*(?P<whole>\d{{1,9}})"
    rf"|(?P<turned>{_NUMBER})\s*%\s*[(\[]\s*(?:n\s*=\s*)?(?P<inner>\d{{1,9}})(?:\s*/\s*(?P<all>\d{{1,9}}))?\s*[)\]]"
    rf"|(?P<rate>{_NUMBER})\s*%"
    rf"|(?P<alone>{_NUMBER})",
)
_NONE = re.compile(r"0(?:[.·]0+)?")
_BLANK = frozenset(("", "-", "–", "—", "−", "nr", "na", "n/a", "nd", "not reported", "."))
_NOTE = re.compile(r"\s*(?:[*†‡§#]+|\[[a-z]\])$")


_SIGNS = frozenset(
    ("(", ")", "%", "n", ",", ":", "/", "[", "]", "no", ".", "na", "total", "number")
)  # of columns, no arms


class _Column(NamedTuple):
    """What a header says of its column: *unit* `n`, `%`, `both` or nothing."""

    arm: str | None
    size: str | None
    grade: str | None
    unit: str
    counts_people: bool


def measure_row(header: Sequence[str], row: Sequence[str]) -> list[Measures]:
    """Return one record for each column of *row* that counts, in order; the first column is the term.

    '-' and blank are unknown (n and pct None); '0' is n "0", which denies the event. Frequency words, term and class
    columns and columns of events rather than people give no record. A column of numbers and the column of percentages
    behind it that are of one arm and grade give one.
    """
    records: list[Measures] = []
    counted: _Column | None = None  # the column of numbers that the last record is of
    for index, cell in enumerate(row[1:], start=1):
        column = _column(header[index] if index < len(header) else "")
        text = _NOTE.sub("", cell.strip()[:60])
        match = _CELL.fullmatch(text)
        before, counted = counted, None
        if not column.counts_people or (match is None and not (column.unit or column.size or column.grade)):
            continue
        if match is None:
            if text.lower() in _BLANK:
                records.append(Measures(column.grade, None, column.size, None, column.arm))
            continue
        record = _record(column, match)
        if before is not None and column == before._replace(unit="%") and record.n in (None, "0"):
            records[-1] = records[-1]._replace(pct=record.pct)
            continue
        records.append(record)
        if column.unit == "n" and record.n is not None and record.pct is None:
            counted = column
    return records


def _record(column: _Column, match: re.Match[str]) -> Measures:
    n = match["n"] or match["part"] or match["inner"]
    whole = match["N"] or match["whole"] or match["all"] or column.size
    pct = match["pct"] or match["rate"] or match["turned"]
    if alone := match["alone"]:
        if column.unit == "%":
            pct = alone
        elif alone.isdecimal():
            n = alone
        elif column.unit:
            pct = alone
    if n is None and pct is not None and _NONE.fullmatch(pct):
        n = "0"
    return Measures(column.grade, n, whole, _sign(pct), column.arm)


def _sign(printed: str | None) -> str | None:
    return printed.replace(" ", "").replace("≤", "<=").replace("≥", ">=") if printed else None


@lru_cache(maxsize=1024)
def _column(header: str) -> _Column:
    header = header[:300]
    size = _SIZE.search(header)
    name = _SIZE.sub(" ", header)
    signs = {sign.lower() for sign in _UNIT.findall(name)}
    has_n = any("n" in sign for sign in signs)
    has_pct = any("%" in sign for sign in signs)
    unit = "both" if has_n and has_pct else "%" if has_pct else "n" if has_n else ""
    tokens = Tokens(name)
    grades = find_grades(tokens)
    arm = _name(tokens)
    counts_people = "events" not in tokens.words and not table_words.counts_nobody(name)
    return _Column(arm, size[1] if size else None, grades[0].value if grades else None, unit, counts_people)


def _name(tokens: Tokens) -> str | None:
    """Return the words of a header that name an arm: without grade, unit and the nouns of columns."""
    kept = [place for place in range(tokens.size) if not tokens.used[place] and tokens.words[place] not in _SIGNS]
    telling = [
        place
        for place in kept
        if tokens.kinds[place]
        not in ("column", "people", "person", "and", "function", "among", "in", "with", "all", "events", "notarm")
    ]
    if not telling:
        return None
    first, last = telling[0], telling[-1]
    if tokens.kinds[last] == "group" and last > first:
        last -= 1
    return tokens.text(first, last + 1)
