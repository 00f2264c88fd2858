"""Documents as rows of the store, and back. What has no column of its own is JSON in the column `record`."""

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from json.encoder import encode_basestring as _quoted
from typing import Any

from gtminer.model import Author, Document, Link, MeshHeading, Provenance, Qualifier, Section, Table
from gtminer.text import encodable

# The columns that `row` fills, in its order; an article that was not retracted has none of the last ones.
COLUMNS = (
    "doc_id", "source", "title", "text", "year", "date", "published", "journal", "doi", "pmcid", "kind", "state",
    "version", "retracted", "record", "fingerprint", "url", "retrieved_at", "sha256",
    "product", "regulator", "pages", "retraction_pmid",
)  # fmt: skip
RARE = COLUMNS.index("product")
FINGERPRINT = COLUMNS.index("fingerprint")

_DIRECT = ("doc_id", "source", "title", "text", "published", "date", "journal", "doi", "pmcid", "kind", "product",
           "regulator", "state", "pages", "version")  # fmt: skip
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_NOWHERE = (None, None, None)
_REMEMBERED = 1 << 15


class _Json(dict[Any, str]):
    """The JSON of what comes again and again, written once."""

    def __missing__(self, value: Any) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[value] = text = _encode(value)
        return text


_JSON = _Json()


def row(document: Document) -> tuple[Any, ...]:
    """Return *document* as the values of COLUMNS; the same document always gives the same fingerprint."""
    try:
        return _row(document)
    except UnicodeEncodeError:  # unpaired surrogates from a reader that did not look
        return _row(_storable(document))


def _row(document: Document) -> tuple[Any, ...]:
    (
        doc_id, source, title, text, sections, published, date, journal, authors, doi, pmcid, publication_types,
        mesh_headings, keywords, chemicals, languages, links, kind, product, regulator, state, pages, tables, version,
        provenance,
    ) = document  # fmt: skip
    parts = []
    if sections:
        parts.append(f'"sections":[{_sections(sections)}]')
    if authors:
        parts.append(f'"authors":[{_authors(authors)}]')
    if publication_types:
        parts.append(f'"publication_types":{_JSON[publication_types]}')
    if mesh_headings:
        parts.append(f'"mesh_headings":[{_headings(mesh_headings)}]')
    if keywords:
        parts.append(f'"keywords":{_encode(keywords)}')
    if chemicals:
        parts.append(f'"chemicals":{_encode(chemicals)}')
    if languages:
        parts.append(f'"languages":{_JSON[languages]}')
    if links:
        parts.append(f'"links":{_encode(links)}')
    if tables:
        parts.append(f'"tables":{_encode(tables)}')
    record = f"{{{','.join(parts)}}}"
    content = f"{doc_id}\n{source}\n{date}\n{published}\n{journal}\n{doi}\n{pmcid}\n{kind}\n{product}\n{regulator}\n"
    content = f"{content}{state}\n{pages}\n{version}\n"
    digest = blake2b(content.encode(), digest_size=16)
    digest.update(record.encode())
    digest.update(f"\n{text}\n{title}".encode())
    fingerprint = digest.hexdigest()
    if provenance and provenance.made:  # of the file, not of the document: no part of its fingerprint
        record = f'{record[:-1]}{"," if len(record) > 2 else ""}"made":{json.dumps(provenance.made)}}}'
    return (
        doc_id, source, title, text, int(date[:4]) if date else None, date, published, journal, doi, pmcid, kind, state,
        version, int(document.is_retracted), record, fingerprint, *(provenance or _NOWHERE)[:3],
        product, regulator, pages, document.retraction_pmid if links else None,
    )  # fmt: skip


def _sections(sections: Sequence[Section]) -> str:
    return ",".join([
        f"[{_JSON[kind]},{_JSON[heading]},{start},{end},{'null' if page is None else page},"
        f"{'null' if language is None else _JSON[language]}]"
        for kind, heading, start, end, page, language in sections
    ])  # fmt: skip


def _authors(authors: Sequence[Author]) -> str:
    return ",".join([
        f"[{_quoted(family)},{_quoted(given)},{'true' if collective else 'false'}]"
        for family, given, collective in authors
    ])  # fmt: skip


def _headings(headings: Sequence[MeshHeading]) -> str:
    return ",".join([
        f"[{_quoted(name)},{_quoted(identifier)},{'true' if major else 'false'},{_JSON[qualifiers]}]"
        for name, identifier, major, qualifiers in headings
    ])  # fmt: skip


def document(values: Mapping[str, Any]) -> Document:
    """Return the document of a row of the table `document` (a mapping by column name)."""
    record = json.loads(values["record"])
    sha256, retrieved_at = values["sha256"], values["retrieved_at"]
    return _assemble(
        {name: values[name] for name in _DIRECT},
        record,
        Provenance(values["url"] or "", retrieved_at or "", sha256, record.get("made")) if sha256 else None,
    )


def dump(whole: Document) -> str:
    """Return *whole* as JSON text, for versions that are kept."""
    return _encode(whole._asdict())


def load(snapshot: str) -> Document:
    """Return the document that `dump` wrote."""
    fields = json.loads(snapshot)
    provenance = fields["provenance"]
    return _assemble({name: fields[name] for name in _DIRECT}, fields, Provenance(*provenance) if provenance else None)


def _assemble(direct: dict[str, Any], record: Mapping[str, Sequence[Any]], provenance: Provenance | None) -> Document:
    return Document(
        **direct,
        sections=tuple(Section(*values) for values in record.get("sections", ())),
        authors=tuple(Author(*values) for values in record.get("authors", ())),
        publication_types=tuple(record.get("publication_types", ())),
        mesh_headings=tuple(
            MeshHeading(name, identifier, major, tuple(Qualifier(*values) for values in qualifiers))
            for name, identifier, major, qualifiers in record.get("mesh_headings", ())
        ),
        keywords=tuple(record.get("keywords", ())),
        chemicals=tuple(record.get("chemicals", ())),
        languages=tuple(record.get("languages", ())),
        links=tuple(Link(*values) for values in record.get("links", ())),
        tables=tuple(
            Table(caption, page, state, tuple(tuple(cells) for cells in rows), start, end)
            for caption, page, state, rows, start, end in record.get("tables", ())
        ),
        provenance=provenance,
    )


def _storable(value: Any) -> Any:
    """Return *value* with every string in it storable; tuples keep their type."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, tuple):
        parts = [_storable(part) for part in value]
        return value._make(parts) if hasattr(value, "_make") else tuple(parts)
    return value
