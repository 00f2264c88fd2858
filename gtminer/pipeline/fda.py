"""`gtminer fetch fda`: the index, the product pages, their media."""

import hashlib
import urllib.robotparser
from datetime import datetime, timedelta
from typing import NamedTuple

from gtminer.errors import SourceError
from gtminer.pipeline.holdings import HOST_TROUBLE, Work, bring, give_up, refuse_walls
from gtminer.sources import fda, fda_pages
from gtminer.sources.due import due, left
from gtminer.sources.fda import ProductOnList
from gtminer.sources.fda_pages import IndexEntry
from gtminer.sources.products import ProductTable
from gtminer.store import listings
from gtminer.web.exchange import Answer
from gtminer.web.failures import ExchangeError

HOST = "https://www.fda.gov"
# Pages bear no date: each night those seen longest ago are looked at again, so few because of the pace.
PAGES_A_NIGHT = 3
CHECKS_A_NIGHT = 2
LEAST_SHARE = 0.9
MAX_PAGE_BYTES = 10_000_000
_REST = timedelta(hours=20)  # a page that another question of this night has read is not read again


class Index(NamedTuple):
    """The list of approved products, believed, with the sha256 of its page."""

    entries: tuple[IndexEntry, ...]
    sha256: str


def load(work: Work) -> Index:
    """Ask for the list of products, as slowly as robots.txt wishes.

    Raises SourceError for a list that is not there or not believed; after a wall the host is asked nothing more.
    """
    try:
        _keep_pace(work)
        answer = _page(work, fda_pages.INDEX, "the list of approved cellular and gene therapy products")
    except ExchangeError as error:
        raise SourceError(give_up(work, "fda", error)) from error
    entries = fda_pages.read_index(answer.body, fda_pages.INDEX)
    known = listings.known_feed(work.store, "fda", "index")
    if known and len(entries) < int(known.records * LEAST_SHARE):
        raise SourceError(
            f"FDA: {len(entries)} products on the list where {known.records} were; the list of last time stays in force"
        )
    return Index(entries, answer.sha256)


def fetch(work: Work, index: Index, table: ProductTable, products: tuple[str, ...] | None) -> None:
    """Bring the documents of FDA's gene therapies (of *products*, None for all) up to date."""
    choice = fda.choose_products(index.entries, table, products)
    work.tell("fda taken", "FDA: products that the product table does not hold, taken ({}): {}", choice.unknown)
    work.tell(
        "fda left out", "FDA: products of the list that are not known as gene therapies ({}): {}", choice.passed_over
    )
    if not work.dry_run:
        listings.accept_feed(
            work.store, "fda", "index", records=len(index.entries), timestamp=None, sha256=index.sha256,
            read_at=work.moment(),
        )  # fmt: skip
    try:
        pages = {entry.url for entry in index.entries}
        listed = _visit(work, choice.chosen, pages)
    except ExchangeError as error:
        work.problems.append(give_up(work, "fda", error))
        return
    everywhere = fda.choose_products(index.entries, table).chosen
    _mark_lost(work, {one.product for one in everywhere}, pages)
    asked = {one.product for one in choice.chosen}
    held = {item: one for item, one in listings.held(work.store, "fda").items() if one.product in asked}
    if not work.dry_run:
        listings.found_by(work.store, [one.doc_id for one in held.values()], work.query)
    bring(
        work,
        "fda",
        due(listed, held, now=work.now(), parser=work.read_pdf.version, full=work.full, checks=CHECKS_A_NIGHT),
    )


def _keep_pace(work: Work) -> None:
    """Ask as slowly as robots.txt wishes; where it cannot be read the pace stays the slow one of the table."""
    answer = work.web.get(f"{HOST}/robots.txt", max_bytes=1_000_000, accept=refuse_walls)
    if answer.status != 200:
        return
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(answer.body.decode("utf-8", errors="replace").splitlines())
    delay = robots.crawl_delay("gtminer")
    if delay:
        work.web.slow_down("fda", int(float(delay) * 1000))


def _page(work: Work, url: str, what: str) -> Answer:
    answer = work.web.get(url, max_bytes=MAX_PAGE_BYTES, accept=refuse_walls)
    if answer.status != 200 or fda_pages.is_not_found(answer.body):
        raise SourceError(f"FDA: {what} is not at {url} any more ({answer.status}); what is known of it stays in force")
    return answer


def _visit(work: Work, chosen: list[ProductOnList], pages: set[str]) -> list[listings.Listed]:
    """Return the documents of the pages that are due and, from the store, those of the pages that are not.

    *pages* are those of all products on the list.
    """
    seen = {one.url: listings.known_feed(work.store, "fda", f"page {one.url}") for one in chosen}
    rested = sorted(
        (known.read_at, url)
        for url, known in seen.items()
        if known and (work.full or work.now() - datetime.fromisoformat(known.read_at) > _REST)
    )
    again = {url for _, url in (rested if work.full else rested[:PAGES_A_NIGHT])}
    found: list[listings.Listed] = []
    for one in chosen:
        if seen[one.url] is None or one.url in again:
            try:
                found += _read_page(work, one, pages - {one.url})
            except ExchangeError as error:
                if error.trouble in HOST_TROUBLE:
                    raise
                work.problems.append(f"FDA: the page of {one.name}: {error}; what is known of it stays in force")
            except SourceError as error:
                work.problems.append(str(error))
    items = {one.item for one in found}
    products = {one.product for one in chosen}
    return found + [
        one for one in listings.listed(work.store, "fda") if one.item not in items and one.product in products
    ]


def _mark_lost(work: Work, products: set[str], pages: set[str]) -> None:
    """Mark the documents of products that left the list; a product whose page moved is still on it."""
    gone = [
        one
        for one in listings.held(work.store, "fda").values()
        if one.product not in products and one.page not in pages and one.state != "delisted"
    ]
    if gone and not work.dry_run:
        with work.store.transaction():
            listings.delist(work.store, "fda", [one.item for one in gone])
            work.store.set_status([one.doc_id for one in gone], "delisted")
        names = ", ".join(sorted({one.product for one in gone}))
        work.warnings.append(f"FDA: documents of {names} that are no longer listed, kept and marked ({len(gone)})")


def _read_page(work: Work, one: ProductOnList, others: set[str]) -> list[listings.Listed]:
    """Return the documents of a product's page, noted in the store; refuse a page that has lost all of them.

    What stood on a page that is none of the *others* now stood on this one, before it moved.
    """
    answer = _page(work, one.url, f"the page of {one.name}")
    page = fda_pages.read_product_page(answer.body, answer.url)
    held = listings.held(work.store, "fda")
    there = {
        item: known
        for item, known in held.items()
        if known.product == one.product and known.page not in others and known.state != "delisted"
    }
    before = sum("#" not in item for item in there)
    if fda.lost_links(page, before):
        raise SourceError(
            f"FDA: 0 documents where {before} were on the page of {one.name} ({one.url}); its layout may have changed; "
            "what is known of it stays in force"
        )
    found = fda.documents(page, one.product, {item: known.doc_id for item, known in held.items()})
    if work.dry_run:
        return found
    # The files of an archive are listed as long as the archive is.
    items = {listed.item for listed in found}
    members = [known for item, known in there.items() if "#" in item and item.split("#")[0] in items]
    gone = left(there, [*items, *(known.item for known in members)])
    doc_ids = [*(listed.doc_id for listed in found), *(known.doc_id for known in members)]
    moment = work.moment()
    with work.store.transaction():
        listings.note(work.store, found, moment, page=one.url)
        listings.delist(work.store, "fda", [known.item for known in gone])
        work.store.set_status([known.doc_id for known in gone], "delisted")
        work.store.set_status(doc_ids, "listed")
        work.store.mark_seen(doc_ids, moment[:10])
        listings.accept_feed(
            work.store, "fda", f"page {one.url}", records=len(found), timestamp=None,
            sha256=hashlib.sha256(answer.body).hexdigest(), read_at=moment,
        )  # fmt: skip
    if gone:
        work.warnings.append(
            f"FDA: documents that are no longer linked on the page of {one.name}, kept and marked ({len(gone)})"
        )
    if not found:
        work.warnings.append(f"FDA: no documents on the page of {one.name} ({one.url})")
    return found
