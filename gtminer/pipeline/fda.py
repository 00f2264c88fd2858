"""`gtminer fetch fda`: the index, the product pages, their media."""

import hashlib
import urllib.robotparser

from gtminer.errors import SourceError
from gtminer.pipeline.holdings import Work, bring, refuse_walls
from gtminer.sources import fda, fda_pages
from gtminer.sources.due import due, left
from gtminer.sources.fda import ProductOnList
from gtminer.sources.products import ProductTable
from gtminer.store import listings
from gtminer.web.exchange import Answer
from gtminer.web.failures import ExchangeError, Trouble

HOST = "https://www.fda.gov"
# Pages bear no date: each night those seen longest ago are looked at again, so few because of the pace.
PAGES_A_NIGHT = 3
CHECKS_A_NIGHT = 2
LEAST_SHARE = 0.9
MAX_PAGE_BYTES = 10_000_000
_ADVICE = (
    "what is stored is kept; do not retry in a loop, try again later from this address, or save the PDF in a browser "
    "and run: gtminer import FILE.pdf --source fda --url ADDRESS"
)
_HOST_TROUBLE = (Trouble.BLOCKED, Trouble.RATE, Trouble.BUDGET, Trouble.UNREACHABLE, Trouble.CERTIFICATE)


def fetch(work: Work, table: ProductTable, products: tuple[str, ...] | None) -> None:
    """Bring the documents of FDA's gene therapies (of *products*, None for all) up to date."""
    try:
        _keep_pace(work)
        chosen, pages = _choose(work, table, products)
        listed = _visit(work, chosen)
        _mark_lost_pages(work, pages)
    except ExchangeError as error:
        if error.trouble in _HOST_TROUBLE:
            work.web.stop("fda", str(error))
        word = "blocked" if error.trouble is Trouble.BLOCKED else "stopped"
        work.problems.append(f"FDA: {word} ({error}); {_ADVICE}")
        return
    except SourceError as error:
        work.problems.append(str(error))
        return
    held = listings.held(work.store, "fda")
    asked = {one.product for one in chosen}
    still = [one for one in held.values() if one.product in asked]
    wanted = due(
        listed, {one.item: one for one in still}, now=work.now(), parser=work.read_pdf.version, full=work.full,
        checks=CHECKS_A_NIGHT,
    )  # fmt: skip
    bring(work, "fda", wanted)


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


def _choose(work: Work, table: ProductTable, products: tuple[str, ...] | None) -> tuple[list[ProductOnList], set[str]]:
    answer = _page(work, fda_pages.INDEX, "the list of approved cellular and gene therapy products")
    entries = fda_pages.read_index(answer.body, fda_pages.INDEX)
    known = listings.known_feed(work.store, "fda", "index")
    if known and len(entries) < int(known.records * LEAST_SHARE):
        raise SourceError(
            f"FDA: {len(entries)} products on the list where {known.records} were; the list of last time stays in force"
        )
    choice = fda.choose_products(entries, table, products)
    work.warnings += choice.warnings
    unknown = [line for line in choice.passed_over if line.endswith("not in the product table")]
    if unknown and known is None:
        work.warnings.append(
            f"FDA: {len(unknown)} products of the list are not known as gene therapies: {'; '.join(unknown)}"
        )
    if not work.dry_run:
        listings.accept_feed(
            work.store,
            "fda",
            "index",
            records=len(entries),
            timestamp=None,
            sha256=answer.sha256,
            read_at=work.moment(),
        )
    return choice.chosen, {entry.url for entry in entries}


def _visit(work: Work, chosen: list[ProductOnList]) -> list[listings.Listed]:
    """Return the documents of the pages that are due and, from the store, those of the pages that are not."""
    seen = {one.url: listings.known_feed(work.store, "fda", f"page {one.url}") for one in chosen}
    old = sorted((known.read_at, url) for url, known in seen.items() if known)
    again = {url for _, url in (old if work.full else old[:PAGES_A_NIGHT])}
    found: list[listings.Listed] = []
    for one in chosen:
        if seen[one.url] is None or one.url in again:
            try:
                found += _read_page(work, one)
            except ExchangeError as error:
                if error.trouble in _HOST_TROUBLE:
                    raise
                work.problems.append(f"FDA: the page of {one.name}: {error}; what is known of it stays in force")
            except SourceError as error:
                work.problems.append(str(error))
    items = {one.item for one in found}
    products = {one.product for one in chosen}
    return found + [
        one for one in listings.listed(work.store, "fda") if one.item not in items and one.product in products
    ]


def _mark_lost_pages(work: Work, pages: set[str]) -> None:
    """Mark the documents whose page left the list; a page that moved has been read at its new place by now."""
    gone = [
        one
        for one in listings.held(work.store, "fda").values()
        if one.page is not None and one.page not in pages and one.state != "delisted"
    ]
    if gone and not work.dry_run:
        with work.store.transaction():
            listings.delist(work.store, "fda", [one.item for one in gone])
            work.store.set_status([one.doc_id for one in gone], "delisted")
        names = ", ".join(sorted({one.product for one in gone}))
        work.warnings.append(f"FDA: documents of {names} that are no longer listed, kept and marked ({len(gone)})")


def _read_page(work: Work, one: ProductOnList) -> list[listings.Listed]:
    """Return the documents of a product's page, noted in the store; refuse a page that has lost all of them."""
    answer = _page(work, one.url, f"the page of {one.name}")
    page = fda_pages.read_product_page(answer.body, answer.url)
    held = listings.held(work.store, "fda")
    there = [known for known in held.values() if known.state != "delisted" and known.page == one.url]
    before = sum("#" not in known.item for known in there)
    if fda.lost_links(page, before):
        raise SourceError(
            f"FDA: 0 documents where {before} were on the page of {one.name} ({one.url}); its layout may have changed; "
            "what is known of it stays in force"
        )
    found = fda.documents(page, one.product, {item: known.doc_id for item, known in held.items()})
    if work.dry_run:
        return found
    gone = left({known.item: known for known in there}, (listed.item for listed in found))
    # The files of an archive are listed as long as the archive is.
    gone = [known for known in gone if known.item.split("#")[0] not in {listed.item for listed in found}]
    moment = work.moment()
    with work.store.transaction():
        listings.note(work.store, found, moment, page=one.url)
        listings.delist(work.store, "fda", [known.item for known in gone])
        work.store.set_status([known.doc_id for known in gone], "delisted")
        work.store.set_status([listed.doc_id for listed in found], "listed")
        work.store.mark_seen([listed.doc_id for listed in found], moment[:10])
        listings.found_by(work.store, [listed.doc_id for listed in found], work.query)
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
