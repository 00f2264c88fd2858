"""US drug labels as openFDA gives them (JSON, one field a section) as documents."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import lxml.html
from lxml.etree import LxmlError

from gtminer import tsv
from gtminer.documents import regulatory
from gtminer.errors import ContentError
from gtminer.model import Document, Provenance, Section, Table
from gtminer.text import encodable, one_line

_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBER = r"(?:\d{1,2}(?:\.\d{1,2})?\s+)?"


class Field(NamedTuple):
    """A field of the label and the section it becomes; *number* is the printed section's."""

    field: str
    kind: str
    heading: str
    number: str


@cache
def fields() -> tuple[Field, ...]:
    """Return the table of fields, in the order of the printed label."""
    rows = tsv.packaged("openfda_fields.tsv", ("field", "kind", "heading", "number", "source"))
    return tuple(Field(row["field"], row["kind"], row["heading"], row["number"]) for row in rows)


def doc_id(product: str) -> str:
    """Return the id of a product's label: it has one, in versions."""
    return regulatory.doc_id("fda", product, "label")


def read(label: Mapping[str, Any], *, product: str, provenance: Provenance | None = None) -> Document:
    """Return the label as a document `fda:<product>/label`.

    Sections stand in the order of the printed label, each followed by its tables as lines of cells. Every list and
    object may be missing (openFDA leaves out what it could not match). Raises ContentError for a label in which no
    section is filled.
    """
    title = encodable(_title(label))
    text, sections, tables = title, [Section("title", "", 0, len(title))], []
    for field in fields():
        prose = "\n".join(_prose(part, field) for part in _parts(label.get(field.field)))
        grids = [grid for html in _parts(label.get(f"{field.field}_table")) for grid in _grids(html)]
        if not prose and not grids:
            continue
        start = len(text) + 1
        text += "\n" + prose
        for caption, rows in grids:
            begin = len(text) + 1
            text += "\n" + "\n".join(" | ".join(cell for cell in row if cell) for row in rows)
            tables.append(Table(caption, 0, "parsed", rows, begin, len(text)))
        sections.append(Section(field.kind, field.heading, start, len(text)))
    if len(sections) == 1:
        raise ContentError(f"openFDA label of {product}: no section is filled; kept as missing")
    day = _DAY.fullmatch(str(label.get("effective_time", "")))
    return Document(
        doc_id=doc_id(product),
        source="fda",
        title=title,
        text=text,
        sections=tuple(sections),
        published=day[0] if day else None,
        date=f"{day[1]}-{day[2]}-{day[3]}" if day else None,
        languages=("eng",),
        kind="label",
        product=product,
        regulator="FDA",
        tables=tuple(tables),
        provenance=provenance,
    )


def _title(label: Mapping[str, Any]) -> str:
    names = label.get("openfda") if isinstance(label.get("openfda"), dict) else {}
    brand = next(iter(_parts((names or {}).get("brand_name"))), "")
    proper = next(iter(_parts((names or {}).get("generic_name"))), "")
    if not brand:
        # Cellular products often come with an empty "openfda"; the product data begin with the name.
        elements = next(iter(_parts(label.get("spl_product_data_elements"))), "")
        brand = " ".join(elements.split()[:2])
    name = f"{brand} ({proper.lower()})" if brand and proper else brand or proper or "Unnamed product"
    return f"{one_line(name)}: US prescribing information"


def _parts(value: object) -> tuple[str, ...]:
    """Return the texts of a field: a list of texts as a rule, sometimes one text, sometimes nothing."""
    values = value if isinstance(value, list) else [value]
    return tuple(encodable(part) for part in values if isinstance(part, str) and part.strip())


def _prose(part: str, field: Field) -> str:
    """Return a field's text without its own heading, subsections on lines of their own.

    openFDA runs all together: "6 ADVERSE REACTIONS The following ... 6.1 Clinical Trials Experience Because ...".
    """
    text = one_line(part)
    text = re.sub(rf"^{_NUMBER}{re.escape(field.heading)}\b[\s.:]*", "", text, flags=re.IGNORECASE)
    if field.number:
        # A reference to a subsection stands in brackets: "( 5.2 )", "[see Warnings and Precautions (5.1) ]".
        major = re.escape(field.number.split(".")[0])
        text = re.sub(rf"(?<![(,\[]) (?={major}\.\d{{1,2}} [A-Z])", "\n", text)
    return text


def _grids(html: str) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Yield caption and rows of every table in *html*; a cell that spans columns or rows fills only its first place."""
    try:
        tree = lxml.html.fragment_fromstring(html, create_parent="div", parser=lxml.html.HTMLParser(no_network=True))
    except (LxmlError, ValueError):
        return
    for table in tree.iter("table"):
        caption = table.find("caption")
        rows = tuple(
            cells
            for row in table.iter("tr")
            if any(cells := tuple(_cell(cell) for cell in row if cell.tag in ("td", "th")))
        )
        if rows:
            yield (_cell(caption) if caption is not None else ""), rows


def _cell(element: Any) -> str:
    """Return a cell's words: raised digits after a number are a power, a raised mark at a word is a footnote."""
    for raised in element.iter("sup"):
        words = (raised.text_content() or "").strip()
        before = _before(raised)
        power = (
            before[-1:].isdigit()
            and words.lstrip("-−").isdigit()
            and words
            and before.rstrip("0123456789 ")[-1:] in "×x*"
        )
        for child in list(raised):
            raised.remove(child)
        raised.text = f"^{words}" if power else ""
    return one_line(element.text_content())


def _before(element: Any) -> str:
    previous = element.getprevious()
    if previous is not None:
        return (previous.tail or previous.text_content() or "").rstrip()
    return (element.getparent().text or "").rstrip() if element.getparent() is not None else ""
