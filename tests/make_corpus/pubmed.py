"""Write `gtminer/standin/corpus/pubmed.xml.gz` from the stories: `python tests/make_corpus/pubmed.py`.

The XML has NLM's element order and is checked against the PubMed DTD that Biopython ships.
"""

import gzip
import io
import json
import random
import re
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

sys.path.insert(0, str(Path(__file__).parent))

from stories import Record, records

CORPUS = Path(__file__).parents[2] / "gtminer" / "standin" / "corpus"
DOCTYPE = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2026//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_260101.dtd">'
)

# title, ISO abbreviation, ISSN (the 0000 block is never assigned), country, NLM unique id, PubDate style
JOURNALS = (
    ("Annals of Invented Gene Medicine", "Ann Invent Gene Med", "0000-0101", "England", "990000101", "day"),
    ("Fictional Journal of Haematology", "Fict J Haematol", "0000-0102", "United States", "990000102", "month"),
    ("The Example Journal of Medicine", "Example J Med", "0000-0103", "United States", "990000103", "day"),
    ("Specimen Cell Therapy", "Specimen Cell Ther", "0000-0104", "Netherlands", "990000104", "month"),
    ("Placeholder Neurology", "Placehold Neurol", "0000-0105", "Germany", "990000105", "medline"),
    ("Acta Imaginaria Ophthalmologica", "Acta Imagin Ophthalmol", "0000-0106", "Denmark", "990000106", "month"),
    ("Molecular Make-Believe", "Mol Make Believe", "0000-0107", "Switzerland", "990000107", "day"),
    ("Journal of Hypothetical Vectors", "J Hypothet Vectors", "0000-0108", "United States", "990000108", "month"),
    ("Oncology That Never Was", "Oncol Never Was", "0000-0109", "Ireland", "990000109", "day"),
    ("Toxicology of Nowhere", "Toxicol Nowhere", "0000-0110", "Japan", "990000110", "season"),
    ("Clinical Trials in Utopia", "Clin Trials Utopia", "0000-0111", "England", "990000111", "year"),
    ("Revista Ejemplar de Medicina", "Rev Ejempl Med", "0000-0112", "Spain", "990000112", "month"),
)
FAMILY = [
    "Example",
    "Sample",
    "Specimen",
    "Placeholder",
    "Fictive",
    "Invented",
    "Notreal",
    "Madeup",
    "Dummyson",
    "Exemplar",
    "Testcase",
    "Nobody",
]
GIVEN = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota", "Kappa", "Lambda", "My"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
TYPES = {
    "Journal Article": "D016428",
    "Review": "D016454",
    "Systematic Review": "D000078182",
    "Meta-Analysis": "D017418",
    "Case Reports": "D002363",
    "Clinical Trial": "D016430",
    "Clinical Trial, Phase I": "D017426",
    "Clinical Trial, Phase II": "D017427",
    "Clinical Trial, Phase III": "D017428",
    "Clinical Trial Protocol": "D000078325",
    "Randomized Controlled Trial": "D016449",
    "Multicenter Study": "D016448",
    "Observational Study": "D064888",
    "Letter": "D016422",
    "Editorial": "D016421",
    "Comment": "D016420",
    "Published Erratum": "D016425",
    "Retracted Publication": "D016441",
    "Retraction of Publication": "D016440",
    "Expression of Concern": "D000075742",
    "Preprint": "D000076942",
    "English Abstract": "D004740",
    "Research Support, Non-U.S. Gov't": "D013485",
}
RIGHTS = "Invented for the gtminer stand-in; no such study exists."


def element(tag: str, content: str | None = None, **attributes: str) -> str:
    """Return one element as text; *content* is XML already."""
    inside = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{inside}/>" if content is None else f"<{tag}{inside}>{content}</{tag}>"


def day_elements(when: date, *, padded: bool = True) -> str:
    """Return Year, Month, Day; History prints them unpadded, the citation's own dates padded."""
    form = "02d" if padded else "d"
    return (
        element("Year", str(when.year))
        + element("Month", f"{when.month:{form}}")
        + element("Day", f"{when.day:{form}}")
    )


def pub_date(record: Record, style: str) -> str:
    """Return the PubDate in the journal's manner: day, month, season, year alone, or a MedlineDate."""
    style = record.extra.get("pub_date", style)
    year = element("Year", str(record.year))
    month = MONTHS[record.month - 1]
    if style == "day":
        return year + element("Month", month) + element("Day", f"{record.day:02d}")
    if style == "month":
        return year + element("Month", month)
    if style == "season":
        return year + element("Season", ("Winter", "Spring", "Summer", "Autumn")[(record.month - 1) // 3])
    if style == "medline":
        last = record.month % 12
        following = record.year + (record.month == 12)
        span = f"{month}-{MONTHS[last]}" if following == record.year else f"{month}-{following} {MONTHS[last]}"
        return element("MedlineDate", f"{record.year} {span}")
    return year


def authors(record: Record, rng: random.Random) -> str:
    """Return the AuthorList: invented people, sometimes a study group as collective author."""
    if record.extra.get("no_authors"):
        return ""
    people = rng.sample(FAMILY, record.extra.get("authors", rng.randint(1, 7)))
    items = []
    for number, family in enumerate(people):
        given = rng.choice(GIVEN)
        initial = rng.choice("ABCDEFGH")
        place = (
            element("AffiliationInfo", element("Affiliation", "Institute of Invented Medicine, Example City."))
            if not number
            else ""
        )
        items.append(
            element(
                "Author",
                element("LastName", family)
                + element("ForeName", f"{given} {initial}")
                + element("Initials", given[0] + initial)
                + place,
                ValidYN="Y",
            )
        )
    if group := record.extra.get("collective"):
        items.append(element("Author", element("CollectiveName", group), ValidYN="Y"))
    return element("AuthorList", "".join(items), CompleteYN="Y")


def mesh_heading(spec: str) -> str:
    """Return a MeshHeading from `Name|D000001*|qualifier|*starred qualifier`."""
    name, unique, *qualifiers = spec.split("|")
    star = "Y" if unique.endswith("*") else "N"
    content = element("DescriptorName", name, UI=unique.rstrip("*"), MajorTopicYN=star)
    for qualifier in qualifiers:
        text = qualifier.lstrip("*")
        ui = QUALIFIERS[text]
        content += element("QualifierName", text, UI=ui, MajorTopicYN="Y" if qualifier.startswith("*") else "N")
    return element("MeshHeading", content)


QUALIFIERS = {
    "therapy": "Q000628",
    "genetics": "Q000235",
    "adverse effects": "Q000009",
    "administration & dosage": "Q000008",
    "methods": "Q000379",
    "immunology": "Q000276",
    "pathology": "Q000473",
    "drug therapy": "Q000188",
    "toxicity": "Q000633",
    "etiology": "Q000209",
    "therapeutic use": "Q000627",
    "trends": "Q000639",
    "diagnosis": "Q000175",
    "complications": "Q000150",
}


def abstract(record: Record) -> str:
    """Return the Abstract, with CopyrightInformation as real ones have it, or nothing."""
    if not record.parts:
        return ""
    texts = [
        element("AbstractText", part.text, Label=part.label, NlmCategory=part.category or "UNASSIGNED")
        if part.label
        else element("AbstractText", part.text)
        for part in record.parts
    ]
    return element("Abstract", "".join(texts) + element("CopyrightInformation", RIGHTS))


def article(record: Record) -> str:
    """Return one PubmedArticle."""
    rng = random.Random(f"article {record.pmid}")
    extra = record.extra
    journal = JOURNALS[extra.get("journal", rng.randrange(len(JOURNALS) - 1))]
    title, abbreviation, issn, country, nlm_id, style = journal
    published = date(record.year, record.month, record.day)
    created = published + timedelta(days=extra.get("created_after", rng.randint(1, 20)))
    revised = min(created + timedelta(days=rng.choice((1, 3, 40, 90, 400))), date(2026, 11, 20))
    doi = extra.get("doi", f"10.5555/gtminer.{record.year}.{record.pmid % 1000000:06d}")
    indexed = bool(record.mesh) and extra.get("status", "MEDLINE") == "MEDLINE"
    version = str(extra.get("version", 1))
    issue = (
        element("Volume", str(record.year - 1990))
        + element("Issue", str(record.month))
        + element("PubDate", pub_date(record, style))
    )
    pages = f"{rng.randint(1, 900)}"
    language = extra.get("language", "eng")
    content = element(
        "Journal",
        element("ISSN", issn, IssnType="Electronic")
        + element("JournalIssue", issue, CitedMedium="Internet")
        + element("Title", title)
        + element("ISOAbbreviation", abbreviation),
    )
    content += element("ArticleTitle", record.title)
    content += element("Pagination", element("StartPage", pages) + element("MedlinePgn", pages))
    content += element("ELocationID", doi, EIdType="doi", ValidYN="Y")
    content += abstract(record) + authors(record, rng) + element("Language", language)
    if extra.get("registry"):
        numbers = element("AccessionNumberList", element("AccessionNumber", extra["registry"]))
        bank = element("DataBank", element("DataBankName", "ClinicalTrials.gov") + numbers)
        content += element("DataBankList", bank, CompleteYN="Y")
    types = "".join(element("PublicationType", name, UI=TYPES[name]) for name in record.publication_types)
    content += element("PublicationTypeList", types)
    if "vernacular" in extra:
        content += element("VernacularTitle", extra["vernacular"])
    if style == "day":
        content += element("ArticleDate", day_elements(published), DateType="Electronic")
    status = extra.get("status", "MEDLINE" if indexed else "Publisher")
    citation = element("PMID", str(record.pmid), Version=version)
    if indexed:
        citation += element("DateCompleted", day_elements(min(created + timedelta(days=30), revised)))
    citation += element("DateRevised", day_elements(revised))
    citation += element("Article", content, PubModel="Print-Electronic" if style == "day" else "Print")
    citation += element(
        "MedlineJournalInfo",
        element("Country", country) + element("MedlineTA", abbreviation) + element("NlmUniqueID", nlm_id),
    )
    if chemicals := extra.get("chemicals"):
        items = (
            element("Chemical", element("RegistryNumber", "0") + element("NameOfSubstance", name, UI=unique))
            for unique, name in chemicals
        )
        citation += element("ChemicalList", "".join(items))
    citation += element("CitationSubset", "IM") if indexed else ""
    citation += links(extra)
    if indexed:
        citation += element("MeshHeadingList", "".join(mesh_heading(spec) for spec in record.mesh))
    for text, code in extra.get("other_abstracts", ()):
        citation += element("OtherAbstract", element("AbstractText", text), Type="Publisher", Language=code)
    if record.keywords:
        items = (element("Keyword", keyword, MajorTopicYN="N") for keyword in record.keywords)
        citation += element("KeywordList", "".join(items), Owner="NOTNLM")
    attributes = {"Status": status, "Owner": "NLM"}
    if version != "1":
        attributes |= {"VersionID": version, "VersionDate": f"{revised:%Y/%m/%d}"}
    data = history(created, revised, indexed)
    data += element("PublicationStatus", "ppublish")
    ids = element("ArticleId", str(record.pmid), IdType="pubmed")
    if record.pmid % 4 == 0:
        ids += element("ArticleId", f"PMC99{record.pmid % 1000000:06d}", IdType="pmc")
    ids += element("ArticleId", doi, IdType="doi")
    data += element("ArticleIdList", ids)
    return element("PubmedArticle", element("MedlineCitation", citation, **attributes) + element("PubmedData", data))


def links(extra: Mapping[str, Any]) -> str:
    """Return the CommentsCorrectionsList, or nothing."""
    items = [
        element(
            "CommentsCorrections",
            element("RefSource", source) + (element("PMID", str(pmid), Version="1") if pmid else ""),
            RefType=kind,
        )
        for kind, source, pmid in extra.get("links", ())
    ]
    return element("CommentsCorrectionsList", "".join(items)) if items else ""


def history(created: date, revised: date, indexed: bool) -> str:
    """Return the History: received, entrez and pubmed (the creation date), medline once indexed."""
    moments = [("received", created - timedelta(days=120))]
    dated = element("PubMedPubDate", day_elements(moments[0][1], padded=False), PubStatus="received")
    for status, when in (("entrez", created), ("pubmed", created), ("medline", revised if indexed else None)):
        if when:
            clock = element("Hour", "6") + element("Minute", "0")
            dated += element("PubMedPubDate", day_elements(when, padded=False) + clock, PubStatus=status)
    return element("History", dated)


def book(record: Record) -> str:
    """Return one PubmedBookArticle: a chapter with an accession instead of a DOI."""
    extra = record.extra
    published = date(record.year, record.month, record.day)
    accession = f"NBK99{record.pmid % 10000:04d}"
    ids = element("ArticleId", accession, IdType="bookaccession")
    rng = random.Random(f"book {record.pmid}")
    source = element(
        "Publisher",
        element("PublisherName", "Imaginary University Press") + element("PublisherLocation", "Example City"),
    )
    source += element("BookTitle", extra["book_title"], book="invented")
    source += element("PubDate", element("Year", str(record.year)))
    source += element("BeginningDate", element("Year", str(record.year - 5)))
    source += authors(record, rng).replace('CompleteYN="Y"', 'Type="editors" CompleteYN="Y"')
    source += element("Medium", "Internet")
    content = element("PMID", str(record.pmid), Version="1") + element("ArticleIdList", ids) + element("Book", source)
    content += element("ArticleTitle", record.title, book="invented", part="chapter")
    content += element("Language", "eng")
    content += authors(record, rng).replace('CompleteYN="Y"', 'Type="authors" CompleteYN="Y"')
    content += element("PublicationType", "Review", UI=TYPES["Review"])
    content += abstract(record)
    content += element(
        "Sections", element("Section", element("SectionTitle", "Management", book="invented", part="s1"))
    )
    if record.keywords:
        items = "".join(element("Keyword", keyword, MajorTopicYN="N") for keyword in record.keywords)
        content += element("KeywordList", items, Owner="NOTNLM")
    content += element("ContributionDate", day_elements(published, padded=False))
    content += element("DateRevised", day_elements(published + timedelta(days=200), padded=False))
    data = history(published, published, indexed=False).replace('PubStatus="received"', 'PubStatus="pmc-release"')
    data += element("PublicationStatus", "ppublish")
    data += element("ArticleIdList", element("ArticleId", str(record.pmid), IdType="pubmed"))
    return element("PubmedBookArticle", element("BookDocument", content) + element("PubmedBookData", data))


def article_set(found: list[Record]) -> str:
    """Return the whole PubmedArticleSet, one record a line group, as efetch prints it."""
    items = [book(record) if "book_title" in record.extra else article(record) for record in found]
    # The stories are XML, with markup, but an ampersand of their prose is written bare.
    items = [re.sub(r"&(?!\w+;|#)", "&amp;", item) for item in items]
    body = "\n".join(["<PubmedArticleSet>", *items, "</PubmedArticleSet>", ""])
    return f'<?xml version="1.0" ?>\n{DOCTYPE}\n{body}'


def check(xml: str) -> list[str]:
    """Return what NLM's DTD says against *xml* (empty when valid)."""
    import Bio.Entrez

    path = Path(Bio.Entrez.__file__).parent / "DTDs" / "pubmed_250101.dtd"
    dtd = etree.DTD(str(path))
    tree = etree.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", xml).encode(), etree.XMLParser(resolve_entities=False))
    return [] if dtd.validate(tree) else [str(error) for error in dtd.error_log.filter_from_errors()]


def oracle(found: list[Record]) -> dict[str, Any]:
    """Return the answer key: what a complete import must hold."""
    return {
        "records": len(found),
        "pmids": [str(record.pmid) for record in found],
        "books": [str(record.pmid) for record in found if "book_title" in record.extra],
        "retracted": [str(r.pmid) for r in found if "Retracted Publication" in r.publication_types],
        "without_abstract": [str(record.pmid) for record in found if not record.parts],
        "not_gene_therapy": [str(record.pmid) for record in found if record.extra.get("not_gene_therapy")],
        "versions": {str(r.pmid): r.extra["version"] for r in found if "version" in r.extra},
    }


def main() -> int:
    """Write the corpus and its answer key; exit 1 where the DTD disagrees."""
    found = records()
    xml = article_set(found)
    for line in (errors := check(xml))[:10]:
        print(line, file=sys.stderr)
    if errors:
        return 1
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as stream:
        stream.write(xml.encode())
    (CORPUS / "pubmed.xml.gz").write_bytes(packed.getvalue())
    text = json.dumps(oracle(found), indent=1, ensure_ascii=False)
    (CORPUS / "oracle.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(found)} records, {len(xml):,} characters, {len(packed.getvalue()):,} bytes packed", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
