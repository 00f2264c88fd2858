"""PubMed XML for tests: invented records, sets of them, and how the readers read them."""

import gzip
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import etree

from gtminer.documents import pubmed_tree, pubmed_xml
from gtminer.errors import ContentError
from gtminer.model import Deletion, Document

CORPUS = Path(__file__).parents[1] / "gtminer" / "standin" / "corpus"
HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2099//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_990101.dtd">\n'
)


def article(
    pmid: str = "99000001",
    *,
    version: str = "1",
    title: str = "<ArticleTitle>A title.</ArticleTitle>",
    abstract: str = "",
    date: str = "<Year>2021</Year>",
    journal: str = "<Title>Annals of Nothing</Title>",
    languages: str = "<Language>eng</Language>",
    authors: str = "",
    elocations: str = "",
    types: str = '<PublicationType UI="D016428">Journal Article</PublicationType>',
    vernacular: str = "",
    behind: str = "",
    ids: str = "",
) -> str:
    """One PubmedArticle; *behind* is what follows MedlineJournalInfo."""
    abstract = f"<Abstract>{abstract}</Abstract>" if abstract else ""
    authors = f'<AuthorList CompleteYN="Y">{authors}</AuthorList>' if authors else ""
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="{version}">{pmid}</PMID>'
        f'<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Internet"><PubDate>{date}</PubDate>'
        f"</JournalIssue>{journal}</Journal>{title}{elocations}{abstract}{authors}{languages}"
        f"<PublicationTypeList>{types}</PublicationTypeList>{vernacular}</Article>"
        f"<MedlineJournalInfo><MedlineTA>Ann Nothing</MedlineTA></MedlineJournalInfo>{behind}</MedlineCitation>"
        "<PubmedData><PublicationStatus>ppublish</PublicationStatus>"
        f"<ArticleIdList>{ids}</ArticleIdList></PubmedData></PubmedArticle>"
    )


def record_set(*records: str, head: str = HEAD) -> bytes:
    return f"{head}<PubmedArticleSet>{''.join(records)}</PubmedArticleSet>\n".encode()


def read(body: bytes) -> list[Document | Deletion]:
    return list(pubmed_xml.read(io.BytesIO(body)))


def only(*records: str) -> Document:
    """The one document of a set, read by both readers alike."""
    (document,) = read(record_set(*records))
    (by_tree,) = by_lxml(record_set(*records))
    assert document == by_tree
    assert isinstance(document, Document)
    return document


def by_lxml(body: bytes) -> list[Document | Deletion]:
    """The records of a sound set by the tree reader alone."""
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, huge_tree=True))
    children = [root] if root.tag in pubmed_tree.RECORDS else root.iterchildren(*pubmed_tree.RECORDS, "DeleteCitation")
    return [item for child in children for item in pubmed_tree.read_element(child)]


def parts(document: Document) -> list[tuple[str, str, str]]:
    return [(kind, heading, document.text[start:end]) for kind, heading, start, end, *_ in document.sections]


@cache
def corpus() -> bytes:
    return gzip.decompress((CORPUS / "pubmed.xml.gz").read_bytes())


BOOK = (
    '<PubmedBookArticle><BookDocument><PMID Version="1">99000021</PMID>{ids}<Book><Publisher><PublisherName>Nobody'
    '</PublisherName></Publisher><BookTitle book="x">All <i>Genes</i></BookTitle><PubDate><Year>1999</Year></PubDate>'
    '<AuthorList Type="editors"><Author><LastName>Editor</LastName></Author></AuthorList></Book>{inside}'
    "</BookDocument></PubmedBookArticle>"
)


SOUND = article("99000001"), article("99000002", abstract="<AbstractText><!-- --></AbstractText>")


def until_the_fault(body: bytes) -> tuple[list[Document | Deletion], ContentError | None]:
    items: list[Document | Deletion] = []
    try:
        for item in pubmed_xml.read(io.BytesIO(body)):
            items.append(item)
    except ContentError as error:
        return items, error
    return items, None


def ordinary(body: bytes) -> Iterator[bytes]:
    yield from body[body.index(b"<PubmedArticle>") :].split(b"</PubmedArticle>")[:-1]
