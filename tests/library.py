"""A small store of invented documents with invented tags, for tests of what is shown of it."""

from pathlib import Path
from typing import Any

from gtminer.model import (
    Assertion,
    Author,
    Category,
    Document,
    DocumentTags,
    Link,
    Population,
    Provenance,
    Reading,
    Role,
    SafetyTag,
    Section,
    Table,
    Tag,
)
from gtminer.pipeline.tagging import built_in
from gtminer.store.database import Store

M, V, IND, S, P = Category.MODALITY, Category.VECTOR, Category.INDICATION, Category.SAFETY, Category.PRODUCT
FEED = Provenance("https://example.org/feed", "2026-01-02T03:04:05+00:00", "0" * 64)


def article(pmid: str, title: str, abstract: str, **fields: Any) -> Document:
    text = f"{title}\n{abstract}"
    sections = (Section("title", "", 0, len(title)), Section("abstract", "", len(title) + 1, len(text)))
    return Document(f"pubmed:{pmid}", "pubmed", title, text, sections, provenance=FEED)._replace(**fields)


INFANTS = article(
    "101",
    "AAV9 gene addition in infants with spinal muscular atrophy",
    "Twelve infants received AAV9. Hepatotoxicity occurred in two of 12 (grade 3). "
    "No thrombotic microangiopathy was seen.",
    date="2024-03-05", published="2024 Mar 5", journal="Invented Neurology", doi="10.5555/101",
    authors=(Author("Doe", "Jo"), Author("Roe", "Al")),
)  # fmt: skip
MICE = article(
    "102",
    "AAV8 in mice with haemophilia B: a dose study",
    "Hepatotoxicity is a risk of high doses.",
    date="2023-11", published="2023 Nov", journal="Invented Blood",
)  # fmt: skip
CELLS = article(
    "103",
    '"Living" drugs, a review',
    "Lentiviral CAR-T cells caused cytokine release syndrome.",
    date="2024", published="2024", journal="Invented Blood",
)  # fmt: skip
FORMULA = article(
    "104",
    "=1+1 is no title\u202e but\x07 it may come",
    "Nothing is named here.",
    journal="+Annals",
)  # fmt: skip
RETRACTED = article(
    "105",
    "A retracted trial of AAV9",
    "AAV9 caused hepatotoxicity.",
    date="2022-01", published="2022 Jan", journal="Invented Neurology",
    publication_types=("Retracted Publication",), links=(Link("RetractionIn", "106"),),
)  # fmt: skip
_REPORT = (
    "Zolgensma: assessment report\nHepatotoxicity was seen.\nDeath was not related.\nEvent | Patients\nPyrexia | 7"
)
REPORT = Document(
    "ema:zolgensma/assessment-report", "ema", "Zolgensma: assessment report", _REPORT,
    (Section("title", "", 0, 28), Section("clinical_safety", "2.6 Clinical safety", 29, len(_REPORT), page=14)),
    date="2020-05-18", kind="assessment-report", product="zolgensma", regulator="EMA", pages=90,
    tables=(
        Table("Table 3. Events", 14, "parsed", (("Event", "Patients"), ("Pyrexia", "7")), 76, len(_REPORT)),
        Table("Table 4. Doses", 15, "picture"),
    ),
    provenance=FEED,
)  # fmt: skip

DOCUMENTS = (INFANTS, MICE, CELLS, FORMULA, RETRACTED, REPORT)


def tag(document: Document, category: Category, concept: str, words: str, **fields: Any) -> Tag:
    """A tag at the first place of *words*; its sentence is the line or what stands between full stops."""
    text = document.text
    start = text.index(words)
    end = start + len(words)
    first = max(text.rfind(stop, 0, start) + len(stop) if stop in text[:start] else 0 for stop in ("\n", ". "))
    stops = [place for place in (text.find(". ", end), text.find("\n", end)) if place >= 0]
    last = min(stops) if stops else len(text)
    last += text[last : last + 1] == "."
    section = next(one for one in document.sections if one.start <= start <= one.end)
    made = Tag(category, concept, words, start, end, first, last, section.kind, section.page, role=Role.SUBJECT)
    return made._replace(**fields)


def reading(
    *tags: Tag, gene_therapy: bool = True, population: Population = Population.HUMAN, product: tuple[str, ...] = ()
) -> Reading:
    """A reading whose merged tags are those of *tags*, in their order."""

    def slugs(category: Category, inferred: bool = False) -> tuple[str, ...]:
        named = [one.concept for one in tags if one.category is category and one.inferred is inferred]
        return tuple(dict.fromkeys(named))

    events = {one.concept: one.assertion for one in reversed(tags) if one.category is S}
    summary = DocumentTags(
        slugs(M), slugs(V), slugs(IND), tuple(SafetyTag(*event) for event in reversed(events.items())),
        slugs(M, True), slugs(V, True), product, gene_therapy, population,
    )  # fmt: skip
    return Reading(tags, (), summary)


READINGS = {
    INFANTS: reading(
        tag(INFANTS, M, "gene_addition", "gene addition", rule="title"),
        tag(INFANTS, V, "aav9", "AAV9", rule="title"),
        tag(INFANTS, IND, "sma", "spinal muscular atrophy", rule="title"),
        tag(INFANTS, S, "hepatotoxicity", "Hepatotoxicity", grade="3", n="two", N="12"),
        tag(INFANTS, S, "thrombotic_microangiopathy", "thrombotic microangiopathy",
            assertion=Assertion.NEGATED, cue="No"),
    ),
    MICE: reading(
        tag(MICE, V, "aav8", "AAV8", rule="title"),
        tag(MICE, IND, "haemophilia_b", "haemophilia B", rule="title"),
        tag(MICE, S, "hepatotoxicity", "Hepatotoxicity", assertion=Assertion.RISK, cue="risk of"),
        population=Population.ANIMAL,
    ),
    CELLS: reading(
        tag(CELLS, M, "car_t", "CAR-T cells", rule="subject of the sentence"),
        tag(CELLS, M, "ex_vivo", "CAR-T cells", inferred=True, rule="follows from CAR-T"),
        tag(CELLS, V, "lentiviral", "Lentiviral", role=Role.MENTION, rule="named in abstract"),
        tag(CELLS, S, "cytokine_release_syndrome", "cytokine release syndrome"),
        population=Population.NONE,
    ),
    FORMULA: reading(gene_therapy=False, population=Population.NONE),
    RETRACTED: reading(
        tag(RETRACTED, V, "aav9", "AAV9", rule="title"),
        tag(RETRACTED, S, "hepatotoxicity", "hepatotoxicity"),
    ),
    REPORT: reading(
        tag(REPORT, P, "zolgensma", "Zolgensma", rule="title"),
        tag(REPORT, V, "aav9", "Zolgensma", inferred=True, rule="product"),
        tag(REPORT, S, "hepatotoxicity", "Hepatotoxicity"),
        tag(REPORT, S, "death", "Death", assertion=Assertion.NEGATED, cue="not"),
        tag(REPORT, S, "pyrexia", "Pyrexia", n="7"),
        product=("zolgensma",),
    ),
}  # fmt: skip


def fill(folder: Path, documents: tuple[Document, ...] = DOCUMENTS) -> Path:
    """Make a store of *documents* in *folder*, as one import would, tagged by the tagger in force."""
    tagger = built_in()
    with Store.open(folder / "gtminer.sqlite", create=True) as store:
        run = store.start_run("import")
        store.sync_concepts(tagger.concepts(), version=tagger.version)
        counts = store.put(documents, run=run)
        store.put_readings(
            [(key, READINGS[document]) for key, document in counts.fresh], tagged_with=tagger.version, run=run
        )
        store.refresh_counts()
        store.finish_run(run, "complete", new=len(documents))
    return folder
