"""`gtminer fetch fda`, second door: the label sections from openFDA, which no bot wall guards."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from gtminer.documents import label
from gtminer.errors import ContentError, SourceError
from gtminer.model import Document, Provenance
from gtminer.pipeline.holdings import Work
from gtminer.sources import openfda
from gtminer.sources.products import Product
from gtminer.store import listings
from gtminer.web.exchange import Answer
from gtminer.web.failures import ExchangeError, Trouble

LEAST_SHARE = 0.5  # records drop out of a release and come back, but never half of them
MAX_PAGES = 20
_MAX_BYTES = 100_000_000


def fetch(work: Work, products: list[Product], key: str | None = None) -> None:
    """Bring the labels of *products* up to date. Raises InputError where openFDA rejects the key."""
    name = "label " + sha256(" ".join(sorted(one.product_id for one in products)).encode()).hexdigest()[:16]
    known = listings.known_feed(work.store, "openfda", name)
    documents: dict[str, Document] = {}
    release: str | None = None
    problems = len(work.problems)
    try:
        for batch in openfda.batches(products):
            found, release_of_batch = _labels(work, batch, key)
            release = release_of_batch or release
            if known and release and known.timestamp == release and not work.full:
                if not work.dry_run:
                    listings.found_by(work.store, [label.doc_id(one.product_id) for one in products], work.query)
                return
            documents |= _read(work, batch, found)
    except ExchangeError as error:
        if error.trouble in (Trouble.RATE, Trouble.BUDGET, Trouble.UNREACHABLE, Trouble.BLOCKED, Trouble.CERTIFICATE):
            work.web.stop("openfda", str(error))
        limit = "; the daily limit may be reached (OPENFDA_API_KEY raises it)" if error.trouble is Trouble.RATE else ""
        work.problems.append(f"openFDA: {error}{limit}; labels stay as they are, the next run asks again")
        return
    except (SourceError, ContentError) as error:
        work.problems.append(str(error))
        return
    if known and len(documents) < known.records * LEAST_SHARE:
        work.problems.append(
            f"openFDA: labels of {len(documents)} products where {known.records} were; not believed, nothing is changed"
        )
        return
    # A label that could not be read is asked for again, although the release stays the same.
    _store(work, products, documents, name, release if len(work.problems) == problems else None)


class Found(NamedTuple):
    """A label and the answer in which it stood."""

    label: Mapping[str, Any]
    answer: Answer


def _labels(work: Work, batch: tuple[Product, ...], key: str | None) -> tuple[list[Found], str | None]:
    """Return all labels that answer a question, page after page; walked once more if their number moved."""
    for last in (False, True):
        labels: list[Found] = []
        url: str | None = openfda.question(batch)
        totals, release = set(), None
        for _ in range(MAX_PAGES):
            if url is None:
                break
            answer = work.web.get(url, max_bytes=_MAX_BYTES, headers=openfda.headers(key))
            page = openfda.read(answer.status, answer.body, answer.headers)
            release = page.last_updated or release
            labels += [Found(label, answer) for label in page.labels]
            totals.add(page.total)
            url = page.next_url if page.labels and len(labels) < page.total else None
        if len(totals) == 1 and len(labels) >= max(totals):
            break
        if last:
            work.warnings.append("openFDA: the number of labels changed while they were read; all that came are kept")
    return labels, release


def _read(work: Work, batch: tuple[Product, ...], labels: list[Found]) -> dict[str, Document]:
    documents = {}
    answers = {id(one.label): one.answer for one in labels}
    for product, found in openfda.assign((one.label for one in labels), batch).items():
        answer = answers[id(found)]
        provenance = Provenance(openfda.address(found) or answer.asked, answer.retrieved_at, answer.sha256)
        try:
            documents[product] = label.read(found, product=product, provenance=provenance)
        except ContentError as error:
            work.problems.append(str(error))
            continue
        if not work.dry_run:
            work.raw.put(answer.body)
    return documents


def _store(work: Work, products: list[Product], documents: dict[str, Document], name: str, release: str | None) -> None:
    work.expected += len(documents)
    missing = [one for one in products if one.product_id not in documents]
    brands = [one.brands[0] if one.brands else one.product_id for one in missing]
    work.tell("openfda missing", "openFDA: no label, not all CBER products are covered ({}): {}", brands)
    if work.dry_run:
        return
    work.received += len(documents)
    gone = work.store.known(label.doc_id(one.product_id) for one in missing)
    with work.store.transaction():
        work.put(documents.values())
        work.store.set_status([one.doc_id for one in documents.values()], "listed")
        # A label that left openFDA may come back with the next release: kept, and marked.
        work.store.set_status(gone, "delisted")
        listings.accept_feed(
            work.store, "openfda", name, records=len(documents), timestamp=release, sha256="", read_at=work.moment()
        )
