"""The invented records of the stand-in: those that ship with gtminer, and small ones made to measure."""

import gzip
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

_RECORD = re.compile(rb"<(PubmedArticle|PubmedBookArticle)>.*?</\1>", re.DOTALL)
_PMID = re.compile(r"<PMID\b[^>]*>(\d+)</PMID>")


class Record(NamedTuple):
    """A record: what search needs to know of it, and its XML."""

    pmid: int
    created: date
    revised: date
    published: int  # year
    title: str
    words: str  # lower case, of title, abstract, MeSH, types, keywords
    xml: str


def corpus() -> Iterator[Record]:
    """Yield the invented records that ship with gtminer."""
    folder = files("gtminer.standin").joinpath("corpus")
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.endswith((".xml", ".xml.gz")):
            yield from records(_bytes(path))


def records(body: bytes) -> Iterator[Record]:
    """Yield the records of a PubmedArticleSet."""
    for match in _RECORD.finditer(body):
        yield record(match.group().decode("utf-8"))


def record(xml: str) -> Record:
    """Return the record that *xml* (a PubmedArticle or PubmedBookArticle) is."""
    pmid = _PMID.search(xml)
    assert pmid is not None, "a record without PMID"
    entrez = _status_date(xml, "entrez")
    revised = _date(xml, "DateRevised") or entrez
    title = re.search(r"<(ArticleTitle|BookTitle)\b[^>]*>(.*?)</\1>", xml, re.DOTALL)
    year = re.search(r"<PubDate>\s*(?:<Year>|<MedlineDate>)(\d{4})", xml)
    shown = "\n".join(
        found[1]
        for found in re.findall(
            r"<(ArticleTitle|BookTitle|AbstractText|DescriptorName|PublicationType|Keyword|NameOfSubstance)\b[^>]*>(.*?)</\1>",
            xml,
            re.DOTALL,
        )
    )
    return Record(
        int(pmid.group(1)), entrez, revised, int(year.group(1)) if year else entrez.year,
        _plain(title.group(2) if title else ""), _plain(shown).lower(), xml,
    )  # fmt: skip


def article(
    pmid: int, title: str, abstract: str = "", *, created: date, revised: date | None = None, version: int = 1,
    retracted_by: int | None = None, mesh: Iterable[str] = (),
) -> Record:  # fmt: skip
    """Return a small invented record; *title* and *abstract* are XML, with markup if wanted."""
    revised = revised or created
    headings = "".join(
        f'<MeshHeading><DescriptorName UI="D000001" MajorTopicYN="N">{name}</DescriptorName></MeshHeading>'
        for name in mesh
    )
    kinds = '<PublicationType UI="D016428">Journal Article</PublicationType>'
    links = ""
    if retracted_by is not None:
        kinds += '<PublicationType UI="D016441">Retracted Publication</PublicationType>'
        links = (
            '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn">'
            "<RefSource>J Invented. 2026</RefSource>"
            f'<PMID Version="1">{retracted_by}</PMID></CommentsCorrections></CommentsCorrectionsList>'
        )
    text = f"<Abstract><AbstractText>{abstract}</AbstractText></Abstract>" if abstract else ""
    entrez = f"<Year>{created.year}</Year><Month>{created.month}</Month><Day>{created.day}</Day>"
    return record(
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="{version}">{pmid}</PMID>'
        f"<DateRevised><Year>{revised.year}</Year><Month>{revised.month:02}</Month><Day>{revised.day:02}</Day></DateRevised>"
        '<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Internet">'
        f"<PubDate><Year>{created.year}</Year></PubDate></JournalIssue>"
        "<Title>Journal of Invented Findings</Title></Journal>"
        f"<ArticleTitle>{title}</ArticleTitle>{text}<Language>eng</Language>"
        f"<PublicationTypeList>{kinds}</PublicationTypeList></Article>"
        "<MedlineJournalInfo><MedlineTA>J Invented</MedlineTA></MedlineJournalInfo>"
        f"{links}<MeshHeadingList>{headings}</MeshHeadingList></MedlineCitation>"
        f'<PubmedData><History><PubMedPubDate PubStatus="entrez">{entrez}</PubMedPubDate></History>'
        f'<PublicationStatus>ppublish</PublicationStatus><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>'
        "</ArticleIdList></PubmedData></PubmedArticle>"
    )


def synthetic(
    count: int, *, first: int = 80_000_001, step: int = 1, days: int = 3_000, until: date
) -> Iterator[Record]:
    """Yield *count* plain records about gene therapy, created evenly over the *days* that end with *until*."""
    for number in range(count):
        pmid = first + number * step
        created = until - timedelta(days=days - days * (number + 1) // count)
        yield article(
            pmid,
            f"Invented gene therapy record number {number + 1}",
            f"An AAV vector was given to {number % 90 + 10} patients.",
            created=created,
        )


def _bytes(path: Traversable) -> bytes:
    body = path.read_bytes()
    return gzip.decompress(body) if path.name.endswith(".gz") else body


def _plain(xml: str) -> str:
    return re.sub(r"<[^>]+>", "", xml).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _date(xml: str, element: str) -> date | None:
    match = re.search(rf"<{element}\b[^>]*>(.*?)</{element}>", xml, re.DOTALL)
    return _day_of(match.group(1)) if match else None


def _status_date(xml: str, status: str) -> date:
    match = re.search(rf'<PubMedPubDate PubStatus="{status}">(.*?)</PubMedPubDate>', xml, re.DOTALL)
    return (_day_of(match.group(1)) if match else None) or date(2000, 1, 1)


def _day_of(xml: str) -> date | None:
    numbers = [re.search(rf"<{part}>\s*(\d+)", xml) for part in ("Year", "Month", "Day")]
    year, month, day = (int(found.group(1)) if found else 1 for found in numbers)
    return date(year, month, day) if numbers[0] else None
