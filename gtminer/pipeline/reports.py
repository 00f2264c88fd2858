"""PDFs of regulators that a user has: read in a worker process, placed under source, product and kind, or named."""

import re
from collections import Counter
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from gtminer.documents import pdf, regulatory
from gtminer.documents.files import FoundFile
from gtminer.documents.pdf_states import READABLE, State
from gtminer.documents.regulatory import Guess
from gtminer.errors import ContentError, InputError
from gtminer.model import Document, Provenance
from gtminer.sources.ema import document_types
from gtminer.sources.fda_pages import link_rules
from gtminer.sources.products import Product, ProductTable, ema_number, fold, load, slug
from gtminer.store.database import Store
from gtminer.store.raw import RawFiles
from gtminer.text import one_line

PENDING = "import"  # under which unreadable files are remembered, by their sha256
LABEL, UNKNOWN = "label", "document"  # kinds: sections of a label from openFDA, and what nothing tells
REGULATORS = {"ema": "EMA", "fda": "FDA"}

# Kinds of which a product has one, in versions; of the others it has several, told apart by number or date.
_ONE_EACH = (
    "assessment-report", "smpc", "sbra", "package-insert", "label", "scientific-discussion", "procedural-steps",
)  # fmt: skip
_OWN_NUMBER = re.compile(r"EMEA/H/[CW]/(?:(PSUSA/[\d/]+)|(?:WS/)?\d+/(?!0+$)([A-Z0-9/]+))", re.IGNORECASE)
_SUPPLEMENT = re.compile(r"\d{6}/0*([1-9]\d*)")
_ORIGINAL = re.compile(r"\d{6}/0+")
_HEAD = 6000  # characters of a document that name its product


class ReportOptions(NamedTuple):
    """What the user says of PDFs: source (ema, fda), product, kind and address; None is guessed from the text."""

    source: str | None = None
    product: str | None = None
    kind: str | None = None
    url: str | None = None


def options_of(source: str | None, product: str | None, kind: str | None, url: str | None) -> ReportOptions:
    """Return what the user says of PDFs, understood; raise InputError for a kind or name that cannot be one."""
    if product is not None and not fold(product):
        raise InputError(f"--product: '{product}' is no name; write a brand, an INN or a product id")
    if kind is not None and kind.casefold() not in (known := kinds_of_reports()):
        near = get_close_matches(kind.casefold(), known, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"choose one of: {', '.join(known)}"
        raise InputError(f"--kind: unknown value '{kind}'; {hint}")
    return ReportOptions(source, product, kind and kind.casefold(), url)


def kinds_of_reports() -> list[str]:
    """Return the kinds under which documents of regulators stand in the store."""
    listed = [kind for kind in document_types().values() if kind]
    linked = [rule.kind for rule in link_rules() if rule.kind]
    return sorted({*regulatory.kinds(), *listed, *linked, LABEL, UNKNOWN})


def near_product(options: ReportOptions) -> str | None:
    """Return the brand that the user may have meant by a product that is in no table, None where none is near."""
    if options.product is None:
        return None
    table = load()
    if table.resolve(options.product):
        return None
    brands = [brand for product in table.products.values() for brand in product.brands]
    near = get_close_matches(options.product.title(), brands, 1, cutoff=0.8)
    return near[0] if near else None


class UnplacedError(ContentError):
    """A readable PDF that is of no regulator we know, or of which the user must say more."""


class Reports:
    """Reads the PDFs of one import with one worker process, which `close` ends.

    What was decided for each file, for the user to check, is appended to *notes*.
    """

    def __init__(self, store: Store, options: ReportOptions, raw: RawFiles | None, notes: list[str]) -> None:
        self._store, self._options, self._raw, self._notes = store, options, raw, notes
        self._reader = pdf.PdfReader()
        self._table: ProductTable = load()
        self._unreadable = {item.item: item for item in store.pending(PENDING)}
        self._seen: dict[str, str] = {}  # doc_id by sha256

    def close(self) -> None:
        """End the worker process."""
        self._reader.close()

    def read(self, found: FoundFile, provenance: Provenance) -> Document | None:
        """Return the document in a file, None where the same bytes were read before; the bytes are kept as received.

        Raises ContentError, with the state, for a file in which nothing can be read (known ones are not read
        again before the reader is a better one), and UnplacedError for a text of no known regulator.
        """
        if provenance.sha256 in self._seen:
            self._notes.append(one_line(f"{found.path}: the same file as {self._seen[provenance.sha256]}; read once"))
            return None
        with found.open() as stream:
            content = stream.read()
        known = self._unreadable.get(provenance.sha256)
        if known and known.parser == pdf.PARSER_VERSION:
            raise ContentError(f"{found.path}: {known.reason} (known since {known.first_at[:10]})")
        name = "standard input" if found.path == "-" else Path(found.path).name
        document, guess, why = self._reader.examine(content, name=name.removesuffix(".pdf"))
        if document.state not in READABLE:
            # A cut file is mended by getting it again, which has another sha256: nothing to remember.
            reason = pdf.describe(document, why)
            if document.state not in (State.TRUNCATED, State.NOT_PDF):
                self._store.add_pending(
                    PENDING, [provenance.sha256], reason, parser=pdf.PARSER_VERSION, sha256=provenance.sha256
                )
            raise ContentError(f"{found.path}: {reason}")
        placed = self._place(found, document, guess, provenance)
        if known:
            self._store.clear_pending(PENDING, [provenance.sha256])
        if self._raw is not None:
            self._raw.put(content)
        self._seen[provenance.sha256] = placed.doc_id
        self._notes.append(self._said(found, placed))
        return placed

    def _place(self, found: FoundFile, document: Document, guess: Guess, provenance: Provenance) -> Document:
        """Put the document under what the user says, what the store knows of these bytes, and what its text says."""
        options, listed = self._options, self._listed(provenance)
        source = options.source or (listed and listed[0]) or guess.source
        if source is None:
            raise UnplacedError(
                f"{found.path}: {document.state}, but left out: its first pages name neither EMA nor FDA; if it is "
                "theirs, import it with --source ema|fda --product NAME --kind KIND"
            )
        product = self._product(document, guess)
        product_id = (listed and listed[1]) or (product.product_id if product else None)
        if options.product:
            asked = self._table.resolve(options.product)
            product_id = asked.product_id if asked else slug(options.product)
        elif product_id is None and guess.product:
            product_id = slug(guess.product)
        kind = options.kind or (listed and listed[2]) or guess.kind or UNKNOWN
        # One that was stored without a product keeps its name when the user says which product it is of.
        if listed and listed[1] in (None, product_id) and (source, kind) == (listed[0], listed[2]):
            doc_id = listed[3]
        else:
            stem = Path(found.path).stem
            suffix = _own_suffix(kind, guess)
            if suffix is None and product_id:
                suffix = stem  # nothing tells it from others of its kind: another one must not take its place
            doc_id = regulatory.doc_id(source, product_id or stem, kind, suffix)
        return document._replace(
            doc_id=doc_id,
            source=source,
            kind=kind,
            product=product_id,
            regulator=REGULATORS[source],
            provenance=provenance._replace(
                url=options.url or provenance.url, made=document.provenance and document.provenance.made
            ),
        )

    def _listed(self, provenance: Provenance) -> tuple[str, str | None, str, str] | None:
        """Source, product, kind and doc_id under which a regulator lists this address, or the store has these bytes.

        The bytes of a stored document decide also where their name was made of the file's: a copy has another name.
        """
        execute = self._store.connection.execute
        listed = execute(
            "SELECT source, product, kind, doc_id FROM listing WHERE item = ?1 OR sha256 = ?2 "
            "ORDER BY item = ?1 DESC, item LIMIT 1",
            (self._options.url or "", provenance.sha256),
        )
        stored = execute(  # between doc_ids, which are indexed: reports are few among records
            "SELECT source, product, kind, doc_id FROM document WHERE sha256 = ? "
            "AND (doc_id > 'ema:' AND doc_id < 'ema;' OR doc_id > 'fda:' AND doc_id < 'fda;') ORDER BY doc_id LIMIT 1",
            (provenance.sha256,),
        )
        row = listed.fetchone() or stored.fetchone()
        return None if row is None else (row[0], row[1], row[2], row[3])

    def _product(self, document: Document, guess: Guess) -> Product | None:
        """The gene therapy of the table that the cover names, or else the one most named on the first pages."""
        number, stns = ema_number(guess.number or ""), re.findall(r"^\d{6}", guess.number or "")
        found = self._table.find(
            brand=guess.product or "", inns=(guess.inn,) if guess.inn else (), ema_number=number, stns=stns
        )
        if found or guess.product:
            return found
        head = f" {fold(document.text[:_HEAD])} "
        named = Counter(
            {
                product.product_id: sum(head.count(f" {fold(name)} ") for name in (*product.brands, *product.inns))
                for product in self._table.products.values()
            }
        )
        (first, most), (_, second) = named.most_common(2)
        return self._table.products[first] if most > 2 * second else None

    def _said(self, found: FoundFile, document: Document) -> str:
        guessed = [
            name
            for name, given in (("source", self._options.source), ("product", self._options.product),
                                ("kind", self._options.kind))
            if given is None
        ]  # fmt: skip
        parts = [f"{found.path}: {document.doc_id}", pdf.describe(document)]
        if document.product is None:
            parts.append("no product recognised (name it with --product)")
        elif guessed:
            parts.append(f"{', '.join(guessed)} guessed from its text")
        return one_line("; ".join(parts))


def _own_suffix(kind: str, guess: Guess) -> str | None:
    """What tells a document from others of its kind: own procedure, supplement or date; "" where it needs nothing."""
    number = guess.number or ""
    if own := _OWN_NUMBER.search(number):
        return own[1] or own[2]
    if kind in _ONE_EACH or _ORIGINAL.fullmatch(number):
        return ""
    supplement = _SUPPLEMENT.fullmatch(number)
    return supplement[1] if supplement else guess.date
