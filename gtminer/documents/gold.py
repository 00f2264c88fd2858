"""Gold files: documents with a curator's answers, one JSON object a line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gtminer.documents import medline
from gtminer.documents.pubmed_fields import compose
from gtminer.errors import InputError
from gtminer.model import Assertion, Category, Document, Population, SafetyTag, Section

SETS = (Category.MODALITY, Category.VECTOR, Category.INDICATION)


class Gold(NamedTuple):
    """A document and what curators say of it. What a line does not state is None and is not scored.

    ``ignored`` holds the slugs under `inferred` and `optional`: they cost nothing when missed and nothing when
    given; ``ignored_pairs`` the same for single readings of a safety event.
    """

    document: Document
    slugs: Mapping[Category, frozenset[str] | None]
    safety: frozenset[SafetyTag] | None
    ignored: Mapping[Category, frozenset[str]]
    ignored_pairs: frozenset[SafetyTag]
    gene_therapy: bool | None
    population: Population | None


def read(lines: Iterable[bytes], name: str) -> Iterator[Gold]:
    """Yield the documents of a gold file; raises InputError with *name* and line for one that cannot be scored."""
    count = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
            if not isinstance(fields, dict):
                raise ValueError("not a JSON object")
            gold = _gold(fields)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"{name} line {number}: {_reason(error)}; mend it or take it out") from error
        count += 1
        yield gold
    if not count:
        raise InputError(f"{name}: no documents in it; a gold file has one JSON object a line")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg})"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if isinstance(error, KeyError):
        return f"no '{error.args[0]}'"
    return str(error) if type(error) is ValueError else f"a field of another type ({error})"


def _gold(fields: Mapping[str, Any]) -> Gold:
    inferred, optional = fields.get("inferred") or {}, fields.get("optional") or {}
    slugs = {category: _slugs(fields[category]) if category in fields else None for category in SETS}
    safety = (
        frozenset(_event(one["term"], one["assertion"]) for one in fields["safety"]) if "safety" in fields else None
    )
    if safety is None and all(named is None for named in slugs.values()):
        raise ValueError("none of the fields modality, vector, indication, safety")
    population = fields.get("population")
    gene_therapy = fields.get("gene_therapy")
    if gene_therapy not in (None, True, False):
        raise ValueError(f"gene_therapy is {gene_therapy!r}; write true or false")
    return Gold(
        document(fields),
        slugs,
        safety,
        {
            category: _slugs(inferred.get(category, [])) | _slugs(optional.get(category, []))
            for category in (*SETS, Category.SAFETY)
        },
        frozenset(_event(term, assertion) for term, assertion in optional.get("safety_assertion", [])),
        gene_therapy,
        None if population is None else Population(population),
    )


def _slugs(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"a list of slugs is expected where {json.dumps(value, ensure_ascii=False)[:60]} stands")
    return frozenset(value)


def _event(term: str, assertion: str) -> SafetyTag:
    return SafetyTag(term, Assertion(assertion))


def document(fields: Mapping[str, Any]) -> Document:
    """Return the document of a gold line as a PubMed record would give it; a `text` begins with its title."""
    doc_id = f"pubmed:{fields['pmid']}" if fields.get("pmid") else str(fields["id"])
    if "text" in fields:
        text = str(fields["text"])
        title, found, _ = text.partition("\n")
        if not found:
            return Document(doc_id, "pubmed", "", text, (Section("abstract", "", 0, len(text)),))
        start = len(title) + 1
        places = (Section("title", "", 0, len(title)), Section("abstract", "", start, len(text)))
        return Document(doc_id, "pubmed", title, text, places)
    title = str(fields["title"])
    text, sections = compose(title, medline.abstract_parts(fields.get("abstract")))
    return Document(doc_id, "pubmed", title, text, sections)
