"""A PubMed record from its lxml tree: the reading that knows every element, and the measure of the fast scan."""

from collections.abc import Iterable, Iterator
from typing import Any

from gtminer.documents import pubmed_fields as fields
from gtminer.documents.markup import words
from gtminer.documents.pubmed_fields import Part
from gtminer.errors import ContentError
from gtminer.model import Author, Deletion, Document, Link, MeshHeading, Provenance, Qualifier

RECORDS = frozenset(["PubmedArticle", "PubmedBookArticle", "MedlineCitation", "BookDocument"])
DELETIONS = frozenset(["DeleteCitation", "DeleteDocument"])


def read_element(element: Any, provenance: Provenance | None = None) -> Iterator[Document | Deletion]:
    """Yield what a child of a record set holds: one document, or the deletions of an update file.

    Raises ContentError for a record without PMID.
    """
    if element.tag in DELETIONS:
        for pmid in element.iterfind("PMID"):
            yield Deletion((pmid.text or "").strip())
    elif element.tag in ("PubmedBookArticle", "BookDocument"):
        yield _book(element, provenance)
    else:
        yield _article(element, provenance)


def _article(record: Any, provenance: Provenance | None) -> Document:
    citation = record if record.tag == "MedlineCitation" else record.find("MedlineCitation")
    pmid, version = _pmid(citation)
    article = citation.find("Article")
    if article is None:
        raise ContentError(f"PMID {pmid}: the record has no Article; fetch it again")
    title, parts = fields.titles(
        words(article.find("ArticleTitle")), words(article.find("VernacularTitle")), _all(article, "Language")
    )
    parts = [*_abstract(article.find("Abstract")), *parts, *_other_abstracts(citation)]
    text, sections = fields.compose(title, parts)
    published, date = _published(article.find("Journal/JournalIssue/PubDate"))
    if published is None:
        published, date = _published(article.find("ArticleDate"))
    identifiers = record.findall("PubmedData/ArticleIdList/ArticleId")
    return Document(
        doc_id=f"pubmed:{pmid}",
        source="pubmed",
        title=title,
        text=text,
        sections=sections,
        published=published,
        date=date,
        journal=_first(article, "Journal/Title", "Journal/ISOAbbreviation")
        or _first(citation, "MedlineJournalInfo/MedlineTA"),
        authors=tuple(_authors(article.find("AuthorList"))),
        doi=_doi(article, identifiers),
        pmcid=_pmcid(identifiers),
        publication_types=_all(article, "PublicationTypeList/PublicationType"),
        mesh_headings=tuple(_mesh_headings(citation)),
        keywords=_all(citation, "KeywordList/Keyword"),
        chemicals=_all(citation, "ChemicalList/Chemical/NameOfSubstance"),
        languages=_all(article, "Language"),
        links=tuple(_links(citation)),
        kind="article",
        version=version,
        provenance=provenance,
    )


def _book(record: Any, provenance: Provenance | None) -> Document:
    """A chapter has its own title and date, and its book stands where the journal would; else the book is meant."""
    book_document = record if record.tag == "BookDocument" else record.find("BookDocument")
    pmid, version = _pmid(book_document)
    book = book_document.find("Book")
    chapter, whole = words(book_document.find("ArticleTitle")), words(book_document.find("Book/BookTitle"))
    title, parts = fields.titles(
        chapter or whole, words(book_document.find("VernacularTitle")), _all(book_document, "Language")
    )
    contents = "\n".join(_all(book_document, "Sections//SectionTitle"))
    parts = [*_abstract(book_document.find("Abstract")), *parts, *_other_abstracts(book_document)]
    parts += [Part("contents", "", contents)] if contents else []
    text, sections = fields.compose(title, parts)
    published, date = _published(book_document.find("ContributionDate"))
    if published is None:
        published, date = _published(book_document.find("Book/PubDate"))
    identifiers = [
        *book_document.findall("ArticleIdList/ArticleId"),
        *record.findall("PubmedBookData/ArticleIdList/ArticleId"),
    ]
    authors = [*_book_authors(book_document)] or ([*_book_authors(book)] if book is not None else [])
    return Document(
        doc_id=f"pubmed:{pmid}",
        source="pubmed",
        title=title,
        text=text,
        sections=sections,
        published=published,
        date=date,
        journal=whole if chapter else None,
        authors=tuple(authors),
        doi=_doi(book_document, identifiers),
        pmcid=_pmcid(identifiers),
        publication_types=_all(book_document, "PublicationType"),
        keywords=_all(book_document, "KeywordList/Keyword"),
        languages=_all(book_document, "Language"),
        kind="book",
        version=version,
        provenance=provenance,
    )


def _pmid(citation: Any) -> tuple[str, int]:
    element = citation.find("PMID") if citation is not None else None
    pmid = (element.text or "").strip() if element is not None else ""
    if element is None or not (pmid.isascii() and pmid.isdigit()):
        raise ContentError(f"a record without a PMID ({pmid!r}); fetch it again")
    version = element.get("Version", "1").strip()
    return pmid, int(version) if version.isascii() and version.isdigit() else 1


def _abstract(abstract: Any) -> Iterator[Part]:
    if abstract is None:
        return
    for element in abstract.iterfind("AbstractText"):
        text = words(element)
        if text:
            label = " ".join(element.get("Label", "").split())
            yield Part(fields.section_kind(element.get("NlmCategory", ""), label), label, text)


def _other_abstracts(citation: Any) -> Iterator[Part]:
    for abstract in citation.iterfind("OtherAbstract"):
        language = abstract.get("Language", "").strip() or None
        for element in abstract.iterfind("AbstractText"):
            text = words(element)
            if text:
                yield Part("other_abstract", " ".join(element.get("Label", "").split()), text, language)


def _published(date: Any) -> tuple[str | None, str | None]:
    if date is None:
        return None, None
    published = words(date.find("MedlineDate"))
    if published is None:
        names = ("Year", "Season", "Month", "Day")
        published = " ".join(text for name in names if (text := words(date.find(name)))) or None
    return published, fields.iso_date(published) if published else None


def _authors(authors: Any) -> Iterator[Author]:
    """Names that NLM marks as not valid (``ValidYN="N"``) were corrected, and the correct one stands beside them."""
    for author in () if authors is None else authors.iterfind("Author"):
        if author.get("ValidYN") == "N":
            continue
        collective, family = words(author.find("CollectiveName")), words(author.find("LastName"))
        given = " ".join(
            text for text in (_first(author, "ForeName", "Initials"), words(author.find("Suffix"))) if text
        )
        if family or given:
            yield Author(family or "", given)
        if collective:
            yield Author(collective, "", collective=True)


def _book_authors(parent: Any) -> Iterator[Author]:
    for authors in parent.iterfind("AuthorList"):
        if authors.get("Type") != "editors":
            yield from _authors(authors)


def _doi(article: Any, identifiers: Iterable[Any]) -> str | None:
    located = [one for one in article.iterfind("ELocationID") if one.get("EIdType") == "doi"]
    invalid = {words(one) for one in located if one.get("ValidYN") == "N"}
    candidates = [words(one) for one in located] + [words(one) for one in identifiers if one.get("IdType") == "doi"]
    return fields.doi(text for text in candidates if text and text not in invalid)


def _pmcid(identifiers: Iterable[Any]) -> str | None:
    return fields.pmcid(one.text or "" for one in identifiers if one.get("IdType") == "pmc")


def _mesh_headings(citation: Any) -> Iterator[MeshHeading]:
    for heading in citation.iterfind("MeshHeadingList/MeshHeading"):
        descriptor = heading.find("DescriptorName")
        name = words(descriptor)
        if name:
            qualifiers = tuple(
                Qualifier(text, qualifier.get("MajorTopicYN") == "Y")
                for qualifier in heading.iterfind("QualifierName")
                if (text := words(qualifier))
            )
            yield MeshHeading(name, descriptor.get("UI", ""), descriptor.get("MajorTopicYN") == "Y", qualifiers)


def _links(citation: Any) -> Iterator[Link]:
    for entry in citation.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        pmid = words(entry.find("PMID"))
        yield Link(entry.get("RefType", ""), pmid, words(entry.find("RefSource")) or "")


def _first(element: Any, *paths: str) -> str | None:
    return next((text for path in paths if (text := words(element.find(path)))), None)


def _all(element: Any, path: str) -> tuple[str, ...]:
    return tuple(text for one in element.iterfind(path) if (text := words(one)))
