"""A PubMed record by the grammar of an ordinary article, without a tree; what is not ordinary is left to the tree.

The fields are cut out first and unescaped last, so that an escaped mark ("&lt;i&gt;") stays the text it is. Values that
come again and again (headings, journals, dates) are worked out once; the caches forget what was not met for long.
"""

import re
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from gtminer.documents import pubmed_fields as fields
from gtminer.documents import pubmed_grammar
from gtminer.documents.markup import LOWER, RAISE, settle
from gtminer.documents.pubmed_fields import Part
from gtminer.model import Author, Document, Link, MeshHeading, Provenance, Qualifier

_Value = TypeVar("_Value")
_CACHED = 1 << 15

_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NOT_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)")
_OTHER_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_XML_SPACE = " \t\r\n"
_MARK = re.compile(r"</?[a-z]+>")


def _inside(name: str) -> str:
    """What stands between ``<name>`` and the next ``</name>``, marks included."""
    return rf"([^<]*+(?:<(?!/{name}>)[^<]*+)*+)"


_ABSTRACT_TEXT = re.compile(rf'<AbstractText(?: Label="([^"]*)")?(?: NlmCategory="([^"]*)")?>{_inside("AbstractText")}')
_OTHER_ABSTRACT = re.compile(rf'<OtherAbstract(?: Type="[^"]*")?(?: Language="([^"]*)")?>{_inside("OtherAbstract")}')
_SPACE = pubmed_grammar.SPACE
_AUTHOR = re.compile(
    rf'<Author(?: ValidYN="([^"]*+)")?+[^>]*+>{_SPACE}'
    rf"(?:<LastName>([^<]*+)</LastName>{_SPACE}(?:<ForeName>([^<]*+)</ForeName>{_SPACE})?+"
    rf"(?:<Initials>([^<]*+)</Initials>{_SPACE})?+(?:<Suffix>{_inside('Suffix')})?+"
    rf"|<CollectiveName>{_inside('CollectiveName')})"
)
_LANGUAGE = re.compile(r"<Language>([^<]*)")
_TYPE = re.compile(r"<PublicationType[^>]*>([^<]*)")
_SUBSTANCE = re.compile(r"<NameOfSubstance[^>]*>([^<]*)")
_KEYWORD = re.compile(rf"<Keyword(?: [^>]*)?>{_inside('Keyword')}")
_HEADINGS_BEGIN, _HEADINGS_END = "<MeshHeadingList>", "</MeshHeadingList>"
_HEADING_ENDS, _QUALIFIER_BEGINS = "</MeshHeading>", "<QualifierName"
_QUALIFIER = re.compile(r' UI="[^"]*" MajorTopicYN="([^"]*)">([^<]*)')
_LINK = re.compile(rf'RefType="([^"]*)">\s*<RefSource>{_inside("RefSource")}</RefSource>\s*(?:<PMID[^>]*>([^<]*))?')
_DOI_LOCATION = re.compile(r'EIdType="doi" ValidYN="([^"]*)">([^<]*)')
_ARTICLE_ID = re.compile(r'IdType="(doi|pmc)">([^<]*)')
_DATE_FIELD = re.compile(r"<(Year|Season|Month|Day|MedlineDate)>([^<]*)")


_new = tuple.__new__  # a named tuple at half the price, and there are a dozen in a record
_OF_AN_ARTICLE = tuple(Document._field_defaults[name] for name in Document._fields[17:23])  # kind to tables


class _OddError(Exception):
    """Not as NLM writes it: the tree is to read it."""


class _Cache(dict[str, _Value], Generic[_Value]):
    """What a stretch of XML means, worked out the first time it is seen; what is met often is not forgotten."""

    def __init__(self, work_out: Callable[[str], _Value]) -> None:
        super().__init__()
        self._work_out = work_out
        self._earlier: dict[str, _Value] = {}

    def __missing__(self, raw: str) -> _Value:
        if len(self) >= _CACHED:
            self._earlier = dict(self)
            self.clear()
        value = self._earlier.get(raw)
        if value is None:
            value = self._work_out(raw)
        self[raw] = value
        return value


def scan(raw: bytes, provenance: Provenance | None = None) -> Document | None:
    """Return the document of *raw*, which begins before ``<PubmedArticle>`` and ends before ``</PubmedArticle>``.

    None means: not an ordinary record, or not well-formed, or not UTF-8; ask the tree reader.
    """
    record = _match(raw)
    if record is None:
        return None
    before, headings, after = record
    (
        version, pmid, date, journal, title, elocations, abstract, authors, languages, types, vernacular, chemicals,
        links,
    ) = before.groups("")  # fmt: skip
    other_abstracts, keywords, ids = after.groups()
    published, iso_date = _DATES[date]
    journal_title = _JOURNALS[journal]
    if not published or not journal_title:
        return None
    codes = _LANGUAGES[languages]
    title, parts = fields.titles(_words(title) or None, _words(vernacular) or None, codes)
    text, sections = fields.compose(title, _parts(abstract, parts, other_abstracts))
    values = (
        f"pubmed:{pmid}",
        "pubmed",
        title,
        text,
        sections,
        published,
        iso_date,
        journal_title,
        _authors(authors) if authors else (),
        *_identifiers(elocations, ids),
        _TYPES[types],
        headings,
        _all(_KEYWORD, keywords) if keywords else (),
        _chemicals(chemicals) if chemicals else (),
        codes,
        tuple(_links(links)) if links else (),
        *_OF_AN_ARTICLE,
        int(version or 1),
        provenance,
    )
    return _new(Document, values)


def scan_for_tagging(raw: bytes) -> Document | None:
    """Return only what tagging needs: PMID, title, text, MeSH headings and publication types; else as ``scan``."""
    record = _match(raw)
    if record is None:
        return None
    before, headings, after = record
    version, pmid, title, abstract, languages, types, vernacular = before.group(
        "version", "pmid", "title", "abstract", "languages", "types", "vernacular"
    )
    title, parts = fields.titles(_words(title) or None, _words(vernacular or "") or None, _LANGUAGES[languages])
    text, sections = fields.compose(title, _parts(abstract, parts, after["other_abstracts"]))
    return Document(
        doc_id=f"pubmed:{pmid}",
        source="pubmed",
        title=title,
        text=text,
        sections=sections,
        publication_types=_TYPES[types],
        mesh_headings=headings,
        version=int(version or 1),
    )


def _match(raw: bytes) -> tuple[re.Match[str], tuple[MeshHeading, ...], re.Match[str]] | None:
    """Return what stands before the MeSH headings, these, and what stands behind them."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    if "&" in text and _NOT_NAMED.search(text) and not _references_are_sound(text):
        return None
    if not text.isascii() and ("\ufffe" in text or "\uffff" in text):
        return None
    before = pubmed_grammar.before_headings().match(text)
    if before is None:
        return None
    end = before.end()
    headings: tuple[MeshHeading, ...] = ()
    if text.startswith(_HEADINGS_BEGIN, end):
        start, end = end + len(_HEADINGS_BEGIN), text.find(_HEADINGS_END, end)
        if end < 0:
            return None
        try:
            headings = _headings(text[start:end])
        except _OddError:
            return None
        end += len(_HEADINGS_END)
    after = pubmed_grammar.after_headings().fullmatch(text, end)
    return None if after is None else (before, headings, after)


def _references_are_sound(text: str) -> bool:
    """Whether every ``&`` begins one of XML's own five entities or a character that XML allows."""
    if _OTHER_REFERENCE.search(text):
        return False
    return all(
        code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
        for name, decimal, hexadecimal in _REFERENCE.findall(text)
        if not name
        for code in (int(decimal or hexadecimal, 10 if decimal else 16),)
    )


def _unescape(text: str) -> str:
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    return _NAMED[name] if name else chr(int(decimal or hexadecimal, 10 if decimal else 16))


def _words(raw: str) -> str:
    """The same as ``markup.words`` of the element whose inside is *raw*; "" where that is None."""
    if raw.isalnum() or not raw:
        return raw
    if "<" in raw:
        raw = _unescape(_MARK.sub("", raw.replace("<sup>", RAISE).replace("</sup>", LOWER)))
        if RAISE in raw:
            return settle(raw)
    elif "&" in raw:
        raw = _unescape(raw)
    if "  " not in raw and (
        not ("\n" in raw or "\t" in raw or "\r" in raw) if raw.isascii() else raw.isprintable()  # no space but " " is
    ):
        return raw.strip()
    return " ".join(raw.split())


def _all(pattern: re.Pattern[str], raw: str) -> tuple[str, ...]:
    return tuple(filter(None, map(_words, pattern.findall(raw))))


def _parts(abstract: str | None, between: list[Part], other_abstracts: str | None) -> list[Part]:
    if not (abstract or between or other_abstracts):
        return between
    parts = []
    for label, category, inside in _ABSTRACT_TEXT.findall(abstract or ""):
        if text := _words(inside):
            heading = _words(label)
            kind = fields.section_kind(category, heading) if category or heading else "abstract"
            parts.append(_new(Part, (kind, heading, text, None)))
    parts += between
    if not other_abstracts:
        return parts
    for language, abstract_texts in _OTHER_ABSTRACT.findall(other_abstracts):
        for label, _, inside in _ABSTRACT_TEXT.findall(abstract_texts):
            if text := _words(inside):
                parts.append(Part("other_abstract", _words(label), text, language.strip() or None))
    return parts


def _published(raw: str) -> tuple[str, str | None]:
    published = " ".join(text for _, inside in _DATE_FIELD.findall(raw) if (text := _words(inside)))
    return published, fields.iso_date(published)


def _authors(raw: str) -> tuple[Author, ...]:
    authors = []
    for valid, last_name, fore_name, initials, suffix, collective in _AUTHOR.findall(raw):
        if valid == "N":
            continue
        family = last_name if last_name.isalnum() else _words(last_name)
        given = fore_name if fore_name.isalnum() else _NAMES[fore_name] or _words(initials)
        if suffix and (tail := _words(suffix)):
            given = f"{given} {tail}" if given else tail
        if family or given:
            authors.append(_new(Author, (family, given, False)))
        elif name := _words(collective):
            authors.append(Author(name, "", True))
    return tuple(authors)


def _identifiers(elocations: str, ids: str) -> tuple[str | None, str | None]:
    """Return the DOI and the PMCID."""
    if not elocations and '"doi"' not in ids and '"pmc"' not in ids:
        return None, None
    located = [(valid, _words(text)) for valid, text in _DOI_LOCATION.findall(elocations)] if elocations else ()
    dois, pmcids = [text for _, text in located], []
    for kind, text in _ARTICLE_ID.findall(ids):
        if kind == "doi":
            dois.append(_words(text))
        else:
            pmcids.append(_unescape(text))
    for valid, text in located:
        if valid == "N":
            dois = [other for other in dois if other != text]
    return fields.doi(dois) if dois else None, fields.pmcid(pmcids) if pmcids else None


def _headings(raw: str) -> tuple[MeshHeading, ...]:
    """Return the headings; raises _OddError where something else stands among them."""
    *pieces, rest = raw.split(_HEADING_ENDS)
    if rest.strip(_XML_SPACE):
        raise _OddError
    headings = []
    for piece in pieces:
        raw_descriptor, more, qualifiers = piece.partition(_QUALIFIER_BEGINS)
        heading = _DESCRIPTORS[raw_descriptor]
        if more:
            name, identifier, major, _ = heading
            heading = _new(MeshHeading, (name, identifier, major, _QUALIFIERS[qualifiers]))
        headings.append(heading)
    return tuple(headings)


def _descriptor(raw: str) -> MeshHeading:
    """Return a heading without qualifiers."""
    found = pubmed_grammar.descriptor().fullmatch(raw)
    if found is None or not (name := _words(found[3])):
        raise _OddError
    return MeshHeading(name, _unescape(found[1]), found[2] == "Y")


def _qualifiers(raw: str) -> tuple[Qualifier, ...]:
    if pubmed_grammar.qualifiers().fullmatch(raw) is None:
        raise _OddError
    return tuple(Qualifier(name, major == "Y") for major, inside in _QUALIFIER.findall(raw) if (name := _words(inside)))


def _chemicals(raw: str) -> tuple[str, ...]:
    return tuple(filter(None, map(_SUBSTANCES.__getitem__, raw.split("</Chemical>"))))


def _substance(raw: str) -> str:
    name = _SUBSTANCE.search(raw)
    return _words(name[1]) if name else ""


def _links(raw: str) -> Iterator[Link]:
    for kind, source, pmid in _LINK.findall(raw):
        yield Link(_unescape(kind), _words(pmid) or None, _words(source))


_DATES = _Cache(_published)
_JOURNALS = _Cache(_words)
_LANGUAGES = _Cache(lambda raw: _all(_LANGUAGE, raw))
_TYPES = _Cache(lambda raw: _all(_TYPE, raw))
_NAMES = _Cache(_words)
_DESCRIPTORS = _Cache(_descriptor)
_QUALIFIERS = _Cache(_qualifiers)
_SUBSTANCES = _Cache(_substance)
