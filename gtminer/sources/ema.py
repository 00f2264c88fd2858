"""Which medicines of the EMA's feeds are gene therapies, and which of their documents are to be read."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from gtminer import tsv
from gtminer.sources.ema_feeds import Row
from gtminer.sources.products import ProductTable, ema_number, fold, names_in, slug
from gtminer.store.listings import Held, Listed

_PROCEDURE = re.compile(r"-H-C-(?:PSUSA|0*\d+)-?([0-9A-Z][0-9A-Z./-]*)|-(PAM-\d+)", re.IGNORECASE)
_PSUSA = re.compile(r"-H-C-(PSUSA-[0-9-]+)", re.IGNORECASE)
HOST = "https://www.ema.europa.eu"
TABLE = "product table"
_PLAIN = re.compile(rf"{re.escape(HOST)}/en/[A-Za-z0-9/._-]+")  # twenty thousand of them a night, nearly all like this
_PDF = re.compile(r"\.pdf(-\d+)?$", re.IGNORECASE)  # Drupal adds -0, -1 to a file name that exists already


class Medicine(NamedTuple):
    """A row of the medicines feed that is a gene therapy, and by what it was recognised."""

    product: str
    name: str
    number: str | None
    status: str
    because: str


class LeftOut(NamedTuple):
    """An advanced therapy that is none of ours, and why."""

    name: str
    reason: str


def choose_medicines(
    rows: Iterable[Row], table: ProductTable, products: tuple[str, ...] | None
) -> tuple[list[Medicine], list[LeftOut]]:
    """Return the gene therapies among *rows*, and the advanced therapies left out.

    Neither the flag `advanced_therapy` nor the product table is enough alone: the flag misses products and does not
    part gene therapies from cell and tissue products; the table does not know what was authorised yesterday. The
    status does not matter: withdrawn, refused and lapsed products are evidence, too. *products* (ids, brands, INNs or
    EMA numbers; None for all) narrows the choice.
    """
    asked = table.asked(products)
    chosen: list[Medicine] = []
    left_out: list[LeftOut] = []
    for row in rows:
        name, inns = row.get("name_of_medicine", ""), _inns(row)
        if row.get("category", "").casefold() == "veterinary" or not (name or inns):
            continue
        number = ema_number(row.get("ema_product_number", ""))
        flagged = row.get("advanced_therapy", "").casefold() == "yes"
        product = table.find(brand=name, inns=inns, ema_number=number)
        if product:
            medicine = Medicine(product.product_id, name, number, row.get("medicine_status", ""), TABLE)
        elif neighbour := table.neighbour(name, inns):
            if flagged:
                left_out.append(LeftOut(name, neighbour.reason))
            continue
        elif flagged or table.named_as_gene_therapy(inns):
            because = "advanced_therapy" if flagged else "its INN"
            medicine = Medicine(slug(name), name, number, row.get("medicine_status", ""), because)
        else:
            continue
        if asked is None or asked & {medicine.product, *map(fold, names_in(name)), *map(fold, inns)}:
            chosen.append(medicine)
    return chosen, left_out


def _inns(row: Row) -> tuple[str, ...]:
    both = (row.get("international_non_proprietary_name_common_name", ""), row.get("active_substance", ""))
    return tuple(dict.fromkeys(part.strip(" ,") for cell in both for part in cell.split(";") if part.strip(" ,")))


class DocumentChoice(NamedTuple):
    """The documents to hold, links of a type that cannot be read, and oddities of the feed in words.

    *unplaced* are titles of documents that name no medicine, *everywhere* the items of the whole feed.
    """

    listed: list[Listed]
    unsupported: list[Listed]
    oddities: list[str]
    unplaced: list[str]
    everywhere: set[str]


def document_types() -> dict[str, str | None]:
    """Return the document kind of each feed type that is read, and None for those passed over."""
    rows = tsv.packaged("ema_types.tsv", ("type", "kind", "read", "source"))
    return {row["type"]: row["kind"] if row["read"] == "yes" else None for row in rows}


def choose_documents(
    rows: Iterable[Row],
    medicines: Sequence[Medicine],
    table: ProductTable,
    products: tuple[str, ...] | None,
    held: Mapping[str, Held],
) -> DocumentChoice:
    """Return the documents of *medicines* that are to be read, each with its lasting doc_id.

    *held* is what earlier runs listed, by address. A row whose medicine is not in the medicines feed (the two feeds
    may be of different hours) is still ours when the product table knows it or an earlier run listed it.
    """
    types, asked = document_types(), table.asked(products)
    by_number = {medicine.number: medicine for medicine in medicines if medicine.number}
    by_name = {fold(name): medicine for medicine in medicines for name in names_in(medicine.name)}
    found: dict[str, tuple[Row, Listed]] = {}
    unknown: Counter[str] = Counter()
    oddities: list[str] = []
    unplaced: list[str] = []
    everywhere: set[str] = set()
    doubled = 0
    for row in rows:
        address = row.get("document_url", "")
        item = canonical(address) if address else ""
        everywhere.add(item)
        product = _product_of(row, by_number, by_name, table, asked)
        if product is None and item in held and (asked is None or held[item].product in asked):
            product = held[item].product
        if product is None:
            nameless = not row.get("medicine_name") and not row.get("ema_product_number")
            if asked is None and nameless and types.get(row.get("type", "")):
                unplaced.append(f"{row.get('name', '')} ({address})")
            continue
        type_ = row.get("type", "")
        if type_ not in types:
            unknown[type_] += 1
        kind = types.get(type_)
        if kind is None:
            continue
        if not address:
            oddities.append(f"'{row.get('name', '')}' has no document_url")
            continue
        if item in found:
            doubled += 1
            continue
        found[item] = (
            row,
            Listed(
                source="ema",
                item=item,
                address=urljoin(HOST, address),
                product=product,
                kind=kind,
                title=row.get("name", "") or f"{product} {kind}",
                doc_id="",
                date=row.get("first_published_date", "")[:10] or None,
                listed_date=row.get("last_updated_date", "") or None,
            ),
        )
    for name, count in sorted(unknown.items()):
        oddities.append(f"{count} of the unknown type '{name}', passed over")
    if doubled:
        oddities.append(f"{doubled} listed twice under one address")
    named = _name(found, {one.item: one.doc_id for one in held.values()})
    pdf = [listed for listed in named if _PDF.search(urlsplit(listed.item).path)]
    other = [listed for listed in named if not _PDF.search(urlsplit(listed.item).path)]
    return DocumentChoice(pdf, other, oddities, unplaced, everywhere)


def _product_of(
    row: Row,
    by_number: Mapping[str, Medicine],
    by_name: Mapping[str, Medicine],
    table: ProductTable,
    asked: set[str] | None,
) -> str | None:
    number = ema_number(row.get("ema_product_number", ""))
    name = row.get("medicine_name", "")
    if number and number in by_number:
        return by_number[number].product
    # A row may lack number and name of the medicine; its own title begins with that name.
    names = names_in(name) or (re.split(r"-H-C-|-PAM-|\s*[:–]", row.get("name", ""))[0].strip(),)
    for candidate in names:
        if fold(candidate) in by_name:
            return by_name[fold(candidate)].product
    known = table.find(brand=name or names[0], ema_number=number)
    if known and (asked is None or known.product_id in asked):
        return known.product_id
    return None


def _name(found: Mapping[str, tuple[Row, Listed]], taken: Mapping[str, str]) -> list[Listed]:
    """Give every document its doc_id: `ema:zolgensma/assessment-report`, further ones with their own number or date."""
    used = set(taken.values())
    named = []
    for item, (row, listed) in sorted(found.items(), key=lambda pair: (pair[1][1].date or "9", _order(pair[1][0]))):
        doc_id = taken.get(item)
        if doc_id is None:
            doc_id = next(name for name in _candidates(row, listed) if name not in used)
            used.add(doc_id)
        named.append(listed._replace(doc_id=doc_id))
    return named


def _candidates(row: Row, listed: Listed) -> Iterable[str]:
    plain = f"ema:{listed.product.replace('_', '-')}/{listed.kind}"
    if procedure := _own_number(row.get("name", "")):
        plain = f"{plain}-{procedure}"
    yield plain
    if not procedure and (number := ema_number(row.get("ema_product_number", ""))):
        yield f"{plain}-{number.rsplit('/', 1)[1]}"
    if listed.date:
        yield f"{plain}-{listed.date}"
    own = re.sub(r"\D", "", row.get("id", ""))[:12] or "copy"
    yield f"{plain}-{own}"
    for extra in range(2, 1000):
        yield f"{plain}-{own}-{extra}"


def _own_number(title: str) -> str | None:
    """Return the procedure number that a title bears, as it stands in a doc_id: "ii-0044", "p46-012-1", or None."""
    match = _PSUSA.search(title) or _PROCEDURE.search(title)
    number = next((group for group in match.groups() if group), "") if match else ""
    return re.sub(r"[^0-9a-z]+", "-", number.lower()).strip("-")[:40] or None


def _order(row: Row) -> tuple[int, str]:
    own = row.get("id", "")
    return (int(own) if own.isdecimal() and len(own) < 12 else 10**12, own)


def canonical(address: str) -> str:
    """Return the form under which an address is remembered: encoded, with /en/, without fragment.

    Before 2023 the paths lacked /en/; the old ones redirect to the new, and both are one document.
    """
    if _PLAIN.fullmatch(address):
        return address
    parts = urlsplit(quote(urljoin(HOST, address.strip()), safe="/:?#[]@!$&'()*+,;=%~-._"))
    path = re.sub(r"^/documents/", "/en/documents/", parts.path)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), path, parts.query, ""))
