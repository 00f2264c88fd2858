"""What a regulatory document says of itself on its first pages: source, kind, product, numbers, date.

These are guesses for files found by hand; what a feed states about a document is better and is passed in.
"""

import re
import unicodedata
from datetime import date
from functools import cache
from typing import NamedTuple

from gtminer import tsv

_HEAD = 6000  # characters of the first pages
_COVER = 1200  # characters of a cover, where its date stands
_VARIATION = re.compile(r"EMEA/H/C/0*\d+/(?:II|WS|IB|X|R|P46|A\d|\d{4}/II)\b", re.IGNORECASE)
_PROCEDURE = re.compile(r"EMEA/H/[CW](?:/WS)?/(?:PSUSA/)?0*\d+(?:/[A-Z0-9]+)*", re.IGNORECASE)
_STN = re.compile(r"\b(?:BLA|STN)[^\d\n]{0,24}(\d{6})(?:/(\d+))?", re.IGNORECASE)
_APPLICATION = re.compile(r"\b(\d{6})Orig\d", re.IGNORECASE)
_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), start=1)}
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(_MONTHS)})\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b({'|'.join(_MONTHS)})\s+(\d{{1,2}}),\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_REVISED = re.compile(r"\bRevised:?\s*(\d{1,2})/((?:19|20)\d\d)\b")
_INN = re.compile(
    r"(?:International non-?proprietary name|Common name|Active substance\(s\)|Established/Proper Name)[:\s]+(.+)",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"\s+(?:\d|\(|concentrate|dispersion|suspension|solution|powder|cells|genetically|eye|gel|injection|film|hard|®)",
    re.IGNORECASE,
)
# The lines that the product's name follows, or the name within its line.
_NAMES = (
    re.compile(
        r"^(?:CHMP |CAT |PRAC )?(?:[a-z]+ ){0,4}assessment report(?:\s+for)?[ \t]*\n+(?:for[ \t]*\n+)?([^\n]{2,80})",
        re.IGNORECASE | re.MULTILINE,
    ),
    re.compile(r"NAME OF THE (?:VETERINARY )?MEDICINAL PRODUCT[ \t]*\n+([^\n]{2,120})"),
    re.compile(r"^(?:[a-z]+ ){1,2}assessment report +([A-Z][\w-]+)[ \t]*$", re.IGNORECASE | re.MULTILINE),
    re.compile(r"D[ÉE]NOMINATION DU M[ÉE]DICAMENT[ \t]*\n+([^\n]{2,120})"),
    re.compile(
        r"^Proprietary Name(?: of Product)?(?: ?/ ?(?:Established|Proper)(?: Name)?)*[:\s]+(?:Name:\s+)?([^\n/]{2,60})",
        re.IGNORECASE | re.MULTILINE,
    ),
    re.compile(r"needed to use\s+([A-Z][\w-]+)"),
    re.compile(
        r"^(?:\(Proposed\) )?(?:Trade|Product|Medicinal product) name[: \t]+([^\n]{2,60})", re.IGNORECASE | re.MULTILINE
    ),
    re.compile(r"application for Marketing Authorisation to the [^\n]{5,60} for ([A-Z][\w-]+)"),
    re.compile(r"initial scientific discussion for the approval of ([A-Z][\w-]+)"),
    re.compile(r"approved your (?:BLA|request|biologics license application)[^\n.]{0,20}? for ([\w-]+)"),
)
_NOT_A_NAME = re.compile(
    r"(?:international|common name|procedure|table of|note\b|page\b|for\b|\d|under |please |refer )", re.IGNORECASE
)


class Guess(NamedTuple):
    """What the first pages say; None where they do not."""

    source: str | None = None  # ema, fda
    kind: str | None = None
    label: str | None = None  # the kind in words
    product: str | None = None  # the name as printed
    inn: str | None = None
    number: str | None = None  # procedure number or STN
    date: str | None = None  # ISO, as precise as printed

    @property
    def title(self) -> str | None:
        """`Yescarta: assessment report (EMEA/H/C/004480/0000)`."""
        if not self.kind:
            return None
        name = f"{self.product}: {self.label}" if self.product else (self.label or self.kind).capitalize()
        return f"{name} ({self.number})" if self.number else name


class _Rule(NamedTuple):
    words: tuple[str, ...]
    source: str
    kind: str
    label: str


@cache
def _rules() -> tuple[_Rule, ...]:
    rows = tsv.packaged("document_kinds.tsv", ("words", "source", "kind", "label"))
    return tuple(_Rule(tuple(row["words"].split(" & ")), row["source"], row["kind"], row["label"]) for row in rows)


def kinds() -> set[str]:
    """Return the kinds that a text can be guessed to be."""
    return {rule.kind for rule in _rules()}


def guess(text: str) -> Guess:
    """Judge a document by the text of its first pages, lines kept."""
    head = text[:_HEAD]
    folded = " ".join(head.casefold().split())
    rule = next((rule for rule in _rules() if all(phrase in folded for phrase in rule.words)), None)
    number = _number(head)
    inn = _INN.search(head)
    found = Guess(
        product=_product(head),
        inn=inn[1].strip(" .") if inn else None,
        number=number,
        date=_date(head[:_COVER]),
    )
    if rule is None:
        return found._replace(source="ema" if number and number.startswith("EMEA") else None)
    kind, label = rule.kind, rule.label
    if kind == "assessment-report" and number and _VARIATION.match(number):
        kind, label = "variation-report", "variation report"
    return found._replace(source=rule.source, kind=kind, label=label)


def _number(head: str) -> str | None:
    if procedure := _PROCEDURE.search(head):
        return procedure[0].upper()
    if stn := _STN.search(head):
        return f"{stn[1]}/{stn[2]}" if stn[2] else stn[1]
    application = _APPLICATION.search(head)
    return application[1] if application else None


def _product(head: str) -> str | None:
    for pattern in _NAMES:
        for found in pattern.finditer(head):
            name = _FORM.split(found[1].strip(), maxsplit=1)[0].strip(" .,:;®™")
            if 1 < len(name) < 60 and not _NOT_A_NAME.match(name):
                return name.title() if name.isupper() and len(name) > 5 else name
    return None


def _date(head: str) -> str | None:
    """The first date of the cover."""
    dates: list[tuple[int, str]] = []
    for found in _DAY_FIRST.finditer(head):
        dates.append((found.start(), iso(int(found[3]), _MONTHS[found[2].casefold()], int(found[1]))))
    for found in _MONTH_FIRST.finditer(head):
        dates.append((found.start(), iso(int(found[3]), _MONTHS[found[1].casefold()], int(found[2]))))
    for found in _MONTH.finditer(head):
        dates.append((found.start(), f"{found[2]}-{_MONTHS[found[1].casefold()]:02d}"))
    for found in _REVISED.finditer(head):
        dates.append((found.start(), f"{found[2]}-{int(found[1]):02d}" if 1 <= int(found[1]) <= 12 else found[2]))
    return min(dates)[1] if dates else None


def iso(year: int, month: int, day: int) -> str:
    """Return a date in ISO, year and month where there is no such day."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return f"{year}-{month:02d}"


def slug(name: str) -> str:
    """Return *name* as it stands in a doc_id: lower case, hyphens, no marks."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def doc_id(source: str, product: str, kind: str, suffix: str | None = None) -> str:
    """Return `ema:zolgensma/assessment-report`, with *suffix* (number or date) for a second one of its kind."""
    tail = f"-{slug(suffix)}" if suffix else ""
    return f"{source}:{slug(product)}/{kind}{tail}"
