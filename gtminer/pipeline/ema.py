"""`gtminer fetch ema`: feeds, choice, documents."""

from collections.abc import Mapping
from typing import NamedTuple

from gtminer.errors import SourceError
from gtminer.pipeline.holdings import Work, bring, looks_like_html, refuse_walls
from gtminer.sources import ema, ema_feeds
from gtminer.sources.due import due, left
from gtminer.sources.ema_feeds import Feed, FeedSpec, Known
from gtminer.sources.products import ProductTable, slug
from gtminer.store import listings
from gtminer.web.exchange import Answer
from gtminer.web.failures import ExchangeError, Trouble

MAX_FEED_BYTES = 300_000_000  # 28 MB in 2026
FEED_DEADLINE_S = 1_800.0  # at 50 kB a second the documents feed takes ten minutes
SETTINGS = {"medicines": "GTMINER_EMA_MEDICINES_FEED", "documents": "GTMINER_EMA_DOCUMENTS_FEED"}


class Feeds(NamedTuple):
    """The two feeds of one run, believed, with the sha256 of their bytes."""

    medicines: Feed
    documents: Feed
    sha256: Mapping[str, str]


def feed_names(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the file names that the user set in place of the table's."""
    return {feed: value for feed, name in SETTINGS.items() if (value := environment.get(name, "").strip())}


def load(work: Work, names: Mapping[str, str] | None = None) -> Feeds:
    """Ask for both feeds and check them before anything is changed. Raises SourceError for one that is not believed."""
    feeds: dict[str, Feed] = {}
    digests: dict[str, str] = {}
    for short, spec in ema_feeds.specs(names).items():
        answer = _ask(work, spec)
        known = listings.known_feed(work.store, "ema", short)
        # Another base may serve a smaller list; what it served last time still binds it.
        floor = 1 if work.web.addresses.locate(_address(spec)).replaced else None
        feeds[short] = ema_feeds.read(
            answer.body, spec, Known(known.records, known.timestamp) if known else None, now=work.now(), floor=floor
        )
        digests[short] = answer.sha256
    return Feeds(feeds["medicines"], feeds["documents"], digests)


def _address(spec: FeedSpec) -> str:
    return f"https://www.ema.europa.eu{spec.path}"


def _ask(work: Work, spec: FeedSpec) -> Answer:
    tries = 0

    def accept(answer: Answer) -> None:
        nonlocal tries
        tries += 1
        refuse_walls(answer)
        if answer.status == 404:
            raise SourceError(
                f"EMA feed {spec.name}: not found (404); it may have been renamed: look it up on EMA's page "
                f"'Download website data in JSON data format' and set {SETTINGS[spec.feed]}"
            )
        if answer.status != 200:
            raise ExchangeError(f"EMA feed {spec.name}: answers {answer.status}", trouble=Trouble.STATUS)
        if looks_like_html(answer.body[:1024]):
            raise ExchangeError(
                f"EMA feed {spec.name}: a web page where JSON was expected; the feed of last time stays in force",
                trouble=Trouble.UNEXPECTED,
                transient=tries == 1,
            )
        if answer.body.rstrip()[-1:] not in (b"}", b"]"):
            raise ExchangeError(
                f"EMA feed {spec.name}: no complete JSON, it was cut; the feed of last time stays in force",
                trouble=Trouble.CUT,
                transient=tries < 3,
            )

    return work.web.get(_address(spec), max_bytes=MAX_FEED_BYTES, deadline_s=FEED_DEADLINE_S, accept=accept)


def fetch(work: Work, feeds: Feeds, table: ProductTable, products: tuple[str, ...] | None) -> None:
    """Bring the documents of the gene therapies in *feeds* (of *products*, None for all) up to date."""
    work.warnings += [*feeds.medicines.warnings, *feeds.documents.warnings]
    medicines, left_out, warnings = ema.choose_medicines(feeds.medicines.rows, table, products)
    work.warnings += warnings
    held = listings.held(work.store, "ema")
    taken = {item: one.doc_id for item, one in held.items()}
    choice = ema.choose_documents(feeds.documents.rows, medicines, table, products, taken)
    work.warnings += choice.warnings
    if left_out:
        names = "; ".join(f"{one.name} ({one.reason})" for one in left_out)
        work.warnings.append(
            f"EMA: {len(left_out)} advanced therapies that are no gene therapies were left out: {names}"
        )
    _name_missing(work, table, products, {medicine.product for medicine in medicines})
    work.warnings += [
        f"EMA: {one.doc_id}: unsupported type of file, kept as a link ({one.address})"
        for one in choice.unsupported
        if one.item not in held
    ]
    everywhere = [ema.canonical(row.get("document_url", "")) for row in feeds.documents.rows]
    gone = left(held, everywhere)
    if not work.dry_run:
        _remember(work, feeds, choice, [one.item for one in gone], [one.doc_id for one in gone])
    if gone:
        work.warnings.append(f"EMA: documents that are no longer listed, kept and marked ({len(gone)})")
    bring(work, "ema", due(choice.listed, held, now=work.now(), parser=work.read_pdf.version, full=work.full))


def _remember(work: Work, feeds: Feeds, choice: ema.DocumentChoice, gone: list[str], gone_ids: list[str]) -> None:
    """Make these feeds the ones that the next are compared with, and note what is listed."""
    moment = work.moment()
    with work.store.transaction():
        for short, feed in (("medicines", feeds.medicines), ("documents", feeds.documents)):
            listings.accept_feed(
                work.store, "ema", short, records=len(feed.rows), timestamp=feed.timestamp,
                sha256=feeds.sha256[short], read_at=moment,
            )  # fmt: skip
        listings.note(work.store, choice.listed, moment)
        listings.note(work.store, choice.unsupported, moment, state="unsupported")
        listings.delist(work.store, "ema", gone)
        work.store.set_status(gone_ids, "delisted")
        back = [one.doc_id for one in choice.listed]
        work.store.set_status(back, "listed")
        work.store.mark_seen(back, moment[:10])
        listings.found_by(work.store, back, work.query)


def _name_missing(work: Work, table: ProductTable, products: tuple[str, ...] | None, found: set[str]) -> None:
    """Name the products that a query asks for by name and the feed does not hold."""
    for name in products or ():
        if not {*(table.asked((name,)) or ()), slug(name)} & found:
            work.warnings.append(f"EMA: '{name}' is not among the gene therapies of the medicines feed")
