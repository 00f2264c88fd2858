"""`gtminer fetch ema`: feeds, choice, documents."""

from collections.abc import Mapping
from typing import NamedTuple

from gtminer.errors import SourceError
from gtminer.pipeline.holdings import HOST_TROUBLE, Work, bring, give_up, looks_like_html, refuse_walls
from gtminer.sources import ema, ema_feeds
from gtminer.sources.due import due, left
from gtminer.sources.ema_feeds import Feed, FeedSpec, Known
from gtminer.sources.products import ProductTable
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
        try:
            answer = _ask(work, spec)
        except ExchangeError as error:
            if error.trouble in HOST_TROUBLE:
                raise SourceError(give_up(work, "ema", error)) from error
            raise
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
                f"EMA: feed {spec.name}: not found (404); it may have been renamed: look it up on EMA's page "
                f"'Download website data in JSON data format' and set {SETTINGS[spec.feed]}"
            )
        if answer.status != 200:
            raise ExchangeError(f"EMA: feed {spec.name}: answers {answer.status}", trouble=Trouble.STATUS)
        if looks_like_html(answer.body[:1024]):
            raise ExchangeError(
                f"EMA: feed {spec.name}: a web page where JSON was expected; the feed of last time stays in force",
                trouble=Trouble.UNEXPECTED,
                transient=tries == 1,
            )
        if answer.body.rstrip()[-1:] not in (b"}", b"]"):
            raise ExchangeError(
                f"EMA: feed {spec.name}: no complete JSON, it was cut; the feed of last time stays in force",
                trouble=Trouble.CUT,
                transient=tries < 3,
            )

    return work.web.get(_address(spec), max_bytes=MAX_FEED_BYTES, deadline_s=FEED_DEADLINE_S, accept=accept)


def fetch(work: Work, feeds: Feeds, table: ProductTable, products: tuple[str, ...] | None) -> None:
    """Bring the documents of the gene therapies in *feeds* (of *products*, None for all) up to date."""
    work.warnings += [*feeds.medicines.warnings, *feeds.documents.warnings]
    medicines, left_out = ema.choose_medicines(feeds.medicines.rows, table, products)
    held = listings.held(work.store, "ema")
    choice = ema.choose_documents(feeds.documents.rows, medicines, table, products, held)
    work.tell("ema oddities", "EMA: documents that are odd ({}): {}", choice.oddities)
    _say_choice(work, medicines, left_out)
    missing = [name for name in products or () if not ema.choose_medicines(feeds.medicines.rows, table, (name,))[0]]
    work.tell(
        "ema missing", "EMA: products asked for that are no gene therapies of the medicines feed ({}): {}", missing
    )
    links = [f"{one.doc_id} ({one.address})" for one in choice.unsupported]
    work.tell("ema links", "EMA: documents of an unsupported type, kept as links ({}): {}", links)
    work.tell(
        "ema unplaced",
        "EMA: documents that name neither medicine nor number, passed over ({}): {}",
        choice.unplaced,
    )
    gone = left(held, choice.everywhere)
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


def _say_choice(work: Work, medicines: list[ema.Medicine], left_out: list[ema.LeftOut]) -> None:
    unknown = [f"{one.name} (by {one.because})" for one in medicines if one.because != ema.TABLE]
    work.tell("ema taken", "EMA: medicines that the product table does not hold, taken ({}): {}", unknown)
    others = [f"{one.name} ({one.reason})" for one in left_out]
    work.tell("ema left out", "EMA: advanced therapies that are no gene therapies, left out ({}): {}", others)
