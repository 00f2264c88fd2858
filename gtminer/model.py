"""The nouns: documents, tags and their closed sets. No I/O, no third-party types.

Values are named tuples: immutable, comparable, and cheap enough to make by the million.
Offsets are 0-based, half-open and count code points of ``Document.text``. Pages are 1-based.
"""

from enum import StrEnum
from typing import NamedTuple


class Category(StrEnum):
    """What a tag is about; the order is the order of columns."""

    MODALITY = "modality"
    VECTOR = "vector"
    INDICATION = "indication"
    SAFETY = "safety"
    PRODUCT = "product"


class Assertion(StrEnum):
    """How a mention is meant, strongest first (taxonomy rules §1.3)."""

    PRESENT = "present"
    COMPARATOR = "comparator"
    NEGATED = "negated"
    PRECLINICAL = "preclinical"
    PLANNED = "planned"
    RISK = "risk"
    BACKGROUND = "background"


class Role(StrEnum):
    """Is the concept what the document is about, or only named in it?"""

    SUBJECT = "subject"
    MENTION = "mention"


class Population(StrEnum):
    """In whom or what the document's findings were made."""

    HUMAN = "human"
    ANIMAL = "animal"
    IN_VITRO = "in_vitro"
    MIXED = "mixed"
    NONE = "none"


# Reading state of a record whose format holds less than PubMed's XML: no MeSH ids, no categories of sections.
MEDLINE_TEXT = "medline text"


class Section(NamedTuple):
    """A stretch of ``Document.text``; *kind* is a closed word (`title`, `results`, `clinical_safety`)."""

    kind: str
    heading: str
    start: int
    end: int
    page: int | None = None
    language: str | None = None  # where it is not the record's main text: "spa"


class Author(NamedTuple):
    """A person (family, given) or, where *collective* is set, a group."""

    family: str
    given: str
    collective: bool = False


class Qualifier(NamedTuple):
    """A MeSH qualifier (`adverse effects`) and whether it is starred."""

    name: str
    is_major: bool


class MeshHeading(NamedTuple):
    """A MeSH descriptor with its unique id, its star and its qualifiers."""

    descriptor: str
    descriptor_id: str
    is_major: bool
    qualifiers: tuple[Qualifier, ...] = ()

    @property
    def major(self) -> bool:
        """A heading is major when it or one of its qualifiers is starred."""
        return self.is_major or any(qualifier.is_major for qualifier in self.qualifiers)


class Link(NamedTuple):
    """A CommentsCorrections entry: NLM's RefType as printed, and the other record's PMID if known."""

    kind: str
    pmid: str | None
    citation: str = ""


class Table(NamedTuple):
    """A table seen in a report: its caption, page, state (`parsed`, `picture`, `failed`), and rows if parsed.

    The words of a parsed table also stand in ``Document.text`` (one line a row, cells joined by ``" | "``)
    at [start, end), so that its tags have offsets like all others.
    """

    caption: str
    page: int
    state: str
    rows: tuple[tuple[str, ...], ...] = ()
    start: int = 0
    end: int = 0


class Provenance(NamedTuple):
    """Where the bytes came from, when (UTC, ISO 8601), and their sha256 as received.

    *made* is the day (ISO) on which the file says that it was made: no date of its content, but what tells the newer of
    two editions that bear none.
    """

    url: str
    retrieved_at: str
    sha256: str
    made: str | None = None


class Document(NamedTuple):
    """One abstract, book, or regulatory document with all that is kept of it.

    ``text`` is the title, then the sections in reading order. What does not exist is None or ();
    an empty string never stands for a missing value.
    """

    doc_id: str
    source: str
    title: str
    text: str
    sections: tuple[Section, ...] = ()
    published: str | None = None  # as given: "2019 Nov-Dec"
    date: str | None = None  # ISO, as precise as given: "2019", "2019-11", "2019-11-04"
    journal: str | None = None
    authors: tuple[Author, ...] = ()
    doi: str | None = None
    pmcid: str | None = None
    publication_types: tuple[str, ...] = ()
    mesh_headings: tuple[MeshHeading, ...] = ()
    keywords: tuple[str, ...] = ()
    chemicals: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    kind: str = "article"  # article, book, assessment-report, smpc, sbra, label, ...
    product: str | None = None  # product_id of the product table
    regulator: str | None = None  # EMA, FDA
    state: str = "ok"  # reading state of a PDF: ok, partial, no_text, garbled, ...
    pages: int | None = None
    tables: tuple[Table, ...] = ()
    version: int = 1  # PMID version; 1 for the others
    provenance: Provenance | None = None

    @property
    def year(self) -> int | None:
        """The publication year, where the date states one."""
        return int(self.date[:4]) if self.date else None

    @property
    def is_retracted(self) -> bool:
        """Retracted by publication type or by a RetractionIn link (either alone is enough)."""
        return "Retracted Publication" in self.publication_types or any(
            link.kind in ("RetractionIn", "RetractedandRepublishedIn") for link in self.links
        )

    @property
    def retraction_pmid(self) -> str | None:
        """The PMID of the retraction notice, where the record names it."""
        return next((link.pmid for link in self.links if link.kind == "RetractionIn" and link.pmid), None)


class Deletion(NamedTuple):
    """A PMID that NLM's update file lists under DeleteCitation."""

    pmid: str


class Tag(NamedTuple):
    """One mention of one concept. ``document.text[start:end] == text`` always.

    ``cue`` is the words that decided the assertion, ``rule`` the name of the rule that decided the role.
    ``grade``, ``n``, ``N``, ``pct`` and ``arm`` are as printed, never computed.
    An inferred tag points at the words it follows from.
    """

    category: Category
    concept: str
    text: str
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    section: str
    page: int | None = None
    assertion: Assertion = Assertion.PRESENT
    role: Role = Role.MENTION
    inferred: bool = False
    cue: str | None = None
    rule: str | None = None
    grade: str | None = None
    n: str | None = None
    N: str | None = None
    pct: str | None = None
    arm: str | None = None


class Rejected(NamedTuple):
    """A reading that was considered and not taken, kept so that `show` can say why."""

    category: Category
    concept: str
    start: int
    end: int
    reason: str


class SafetyTag(NamedTuple):
    """A safety event of a document with its strongest assertion."""

    term: str
    assertion: Assertion


class DocumentTags(NamedTuple):
    """The merged, document-level set that tables show and `evaluate` scores.

    The three tuples hold what is stated in words; ``inferred_*`` what follows only from a product name
    or from another tag. Slugs, in order of first mention.
    """

    modality: tuple[str, ...]
    vector: tuple[str, ...]
    indication: tuple[str, ...]
    safety: tuple[SafetyTag, ...]
    inferred_modality: tuple[str, ...]
    inferred_vector: tuple[str, ...]
    product: tuple[str, ...]
    gene_therapy: bool
    population: Population


class Reading(NamedTuple):
    """All that the tagger has to say of one document.

    ``reasons`` holds what the document is about though no words of it say so: category, concept, and the rule
    (a heading, a product, another tag).
    """

    tags: tuple[Tag, ...]
    rejected: tuple[Rejected, ...]
    summary: DocumentTags
    reasons: tuple[tuple[Category, str, str], ...] = ()
