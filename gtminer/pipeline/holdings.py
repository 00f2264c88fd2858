"""One regulatory document after another: ask, look at what came, keep the bytes, read them, store the text."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple, Protocol

from gtminer.documents.pdf import describe
from gtminer.documents.pdf_states import READABLE, State
from gtminer.errors import ContentError, StoreError
from gtminer.model import Document, Provenance
from gtminer.pipeline import tagging
from gtminer.pipeline.progress import Progress, unseen
from gtminer.pipeline.tagging import Tagger
from gtminer.sources import archives, fda
from gtminer.sources.due import Due, Reason
from gtminer.sources.fda_pages import is_apology, link_rules
from gtminer.store import listings
from gtminer.store.database import Store
from gtminer.store.listings import Listed
from gtminer.store.raw import RawFiles
from gtminer.web.download import Web
from gtminer.web.exchange import Answer
from gtminer.web.failures import ExchangeError, Trouble

MAX_DOCUMENT_BYTES = 300_000_000  # a zip of 109 memos
DOCUMENT_DEADLINE_S = 900.0
NAMES = {"ema": "EMA", "fda": "FDA"}
# After these the host is left alone for the rest of the run.
HOST_TROUBLE = (Trouble.BLOCKED, Trouble.RATE, Trouble.BUDGET, Trouble.UNREACHABLE, Trouble.CERTIFICATE)


class PdfReader(Protocol):
    """Reads the bytes of a PDF in a process of its own; *version* changes when it reads better."""

    version: str

    def __call__(self, content: bytes, listed: Listed, provenance: Provenance) -> Document:
        """Return the document, whatever its state."""


class Report(NamedTuple):
    """What a fetch from a regulator brought. *problems* make the run partial (exit code 3), *warnings* do not."""

    source: str
    query: str
    expected: int
    received: int
    new: int
    changed: int
    unchanged: int
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    requests: int

    @property
    def complete(self) -> bool:
        """Everything that was asked for was given."""
        return not self.problems


@dataclass
class Work:
    """What the flows of one run share, and what they have to say."""

    store: Store
    web: Web
    raw: RawFiles
    read_pdf: PdfReader
    query: str
    tagger: Tagger | None = None
    run: int | None = None
    full: bool = False
    limit: int | None = None
    dry_run: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    progress: Progress = unseen
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    expected: int = 0
    received: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    in_part: bool = False  # the limit left something for another run

    def moment(self) -> str:
        """Return the time, UTC, to the second."""
        return self.now().astimezone(UTC).isoformat(timespec="seconds")

    def put(self, documents: Iterable[Document]) -> None:
        """Store documents, with their tags, and count what became of them."""
        with self.store.transaction():
            counts = self.store.put(documents, run=self.run, query=self.query, seen=self.moment()[:10])
            if self.tagger is not None and counts.fresh:
                self.problems += tagging.tag(self.store, counts.fresh, self.tagger, run=self.run).failed
        self.new += counts.new
        self.changed += counts.changed
        self.unchanged += counts.unchanged

    def tell(self, topic: str, line: str, names: list[str]) -> None:
        """Warn of those *names* that were not there last time; *line* has a place for their number and one for them.

        What stays as it is would be said every night, and hide what is new.
        """
        key = f"told {self.query}: {topic}"
        told = json.loads(self.store.meta(key) or "[]")
        if news := [name for name in names if name not in told]:
            self.warnings.append(line.format(len(news), "; ".join(news)))
        if names != told and not self.dry_run:
            self.store.set_meta(key, json.dumps(names))

    def report(self, source: str, requests: int) -> Report:
        """Return what is to be said at the end."""
        return Report(
            source, self.query, self.expected, self.received, self.new, self.changed, self.unchanged,
            tuple(dict.fromkeys(self.problems)), tuple(dict.fromkeys(self.warnings)), requests,
        )  # fmt: skip


def bring(work: Work, source: str, wanted: list[Due]) -> None:
    """Ask for *wanted*, one after another, each kept as soon as it is read.

    What a source does not give is recorded and asked for again by the next run. A wall, a limit or a host that does
    not answer ends the asking: retrying deepens a block.
    """
    if work.limit is not None and len(wanted) > work.limit:
        wanted = wanted[: work.limit]
        work.in_part = True
    work.expected += len(wanted)
    if work.dry_run:
        return
    with work.progress(f"{NAMES[source]} documents", len(wanted)) as advance:
        for place, due in enumerate(wanted):
            try:
                work.received += _bring(work, due)
            except ExchangeError as error:
                if error.trouble in HOST_TROUBLE:
                    kept = (
                        f"{place} of {len(wanted)} documents were dealt with and are kept, the rest is for the next run"
                    )
                    work.problems.append(give_up(work, source, error, kept))
                    return
                _failed(work, due, "failed", str(error))
            except ContentError as error:
                _failed(work, due, "failed", str(error))
            advance(1)


def _bring(work: Work, due: Due) -> bool:
    """Deal with one document; tell whether it was given and can be read."""
    listed, held = due.listed, due.held
    content = _kept(work, held.sha256) if due.reason is Reason.REREAD and held and held.sha256 else None
    if content is not None:
        stored = work.store.get(listed.doc_id)
        provenance = (stored.provenance if stored else None) or Provenance(
            listed.address, work.moment(), sha256(content).hexdigest()
        )
        return _read(work, due, content, provenance)
    answer = work.web.get(
        listed.address, max_bytes=MAX_DOCUMENT_BYTES, deadline_s=DOCUMENT_DEADLINE_S, accept=acceptor()
    )
    if answer.status in (404, 410):
        _failed(work, due, "missing", f"{NAMES[listed.source]} lists it, but answers {answer.status}")
        return False
    known = held is not None and held.sha256 == answer.sha256
    if (
        known
        and held is not None
        and held.parser == work.read_pdf.version
        and held.state in ("read", "failed", "unsupported")
    ):
        with work.store.transaction():
            listings.record(
                work.store, listed, state=held.state, checked_at=work.moment(), sha256=answer.sha256, parser=held.parser
            )
            work.store.clear_pending(listed.source, [listed.item] if held.state == "read" else [])
            listings.found_by(work.store, [listed.doc_id], work.query)
        work.unchanged += 1
        return True
    work.raw.put(answer.body)
    if work.store.get(listed.doc_id) is None:
        due = due._replace(listed=listings.adopt(work.store, listed, answer.sha256))
    return _read(work, due, answer.body, Provenance(answer.url, answer.retrieved_at, answer.sha256))


def _kept(work: Work, digest: str) -> bytes | None:
    """Return the bytes that we hold of a document, None where they are to be fetched anew."""
    try:
        content = work.raw.get(digest)
    except StoreError as error:
        work.warnings.append(f"{error}; deleted, and the document fetched anew")
        work.raw.path(digest).unlink(missing_ok=True)
        return None
    # A wall's page may once have been taken for the document.
    return None if content is None or looks_like_html(content[:1024]) else content


def _read(work: Work, due: Due, content: bytes, provenance: Provenance) -> bool:
    listed = due.listed
    if content[:4] == b"PK\x03\x04":
        documents = _read_archive(work, listed, content, provenance)
    elif b"%PDF-" not in content[:1024]:
        listings.record(
            work.store, listed, state="unsupported", checked_at=work.moment(), sha256=provenance.sha256,
            parser=work.read_pdf.version,
        )  # fmt: skip
        work.warnings.append(
            f"{NAMES[listed.source]}: {listed.doc_id}: unsupported type of file ({_looks_like(content)}), "
            f"kept as a link ({listed.address})"
        )
        return True
    else:
        document = dated(work.read_pdf(content, listed, provenance), listed)
        if document.state not in READABLE:
            _unreadable(work, due, document, provenance)
            return False
        documents = [document]
    _keep(work, listed, documents, provenance.sha256, "read")
    return True


def _keep(work: Work, listed: Listed, documents: list[Document], digest: str, state: str) -> None:
    with work.store.transaction():
        work.put(documents)
        listings.record(
            work.store, listed, state=state, checked_at=work.moment(), sha256=digest, parser=work.read_pdf.version
        )
        if state == "read":
            work.store.clear_pending(listed.source, [listed.item])
    work.warnings += [
        f"{one.doc_id}: {describe(one)} ({listed.address})" for one in documents if one.state == "partial"
    ]


def _unreadable(work: Work, due: Due, document: Document, provenance: Provenance) -> None:
    """Deal with a PDF in which nothing can be read: named, owed, and never in the place of a text that we have."""
    listed, version = due.listed, work.read_pdf.version
    work.store.add_pending(listed.source, [listed.item], describe(document), parser=version, sha256=provenance.sha256)
    stored = work.store.get(listed.doc_id)
    settled = True
    if document.state in (State.NOT_PDF, State.TRUNCATED):
        # Not what the source means to give: nothing is stored of it, and the next run fetches it again.
        listings.record(work.store, listed, state="failed", checked_at=work.moment())
        settled = False
    elif stored is None or stored.state not in READABLE:
        _keep(work, listed, [document], provenance.sha256, "failed")
    else:
        listings.record(
            work.store, listed, state="failed", checked_at=work.moment(), sha256=provenance.sha256, parser=version
        )
    _say(work, due, "failed", describe(document), settled=settled)


def _read_archive(work: Work, listed: Listed, content: bytes, provenance: Provenance) -> list[Document]:
    """Read the documents of a zip of reviews; one that cannot be read does not keep the others back."""
    found = list(archives.members(content))
    if not found:
        raise ContentError(f"an archive without PDF files ({_looks_like(content)})")
    held = listings.held(work.store, listed.source)
    taken = {item: one.doc_id for item, one in held.items()}
    members, others = fda.members_listed(listed, [member.name for member in found], link_rules(), taken)
    page = held[listed.item].page if listed.item in held else None
    listings.note(work.store, [one for _, one in members], work.moment(), page=page)
    documents = []
    for place, one in members:
        digest = work.raw.put(found[place].content)
        document = dated(work.read_pdf(found[place].content, one, provenance._replace(sha256=digest)), one)
        readable = document.state in READABLE
        if readable:
            documents.append(document)
            work.store.clear_pending(one.source, [one.item])
        else:
            version = work.read_pdf.version
            work.store.add_pending(one.source, [one.item], describe(document), parser=version, sha256=digest)
            work.problems.append(f"FDA: {one.doc_id} (in {listed.address}): {describe(document)}")
        listings.record(
            work.store, one, state="read" if readable else "failed", checked_at=work.moment(), sha256=digest,
            parser=work.read_pdf.version,
        )  # fmt: skip
    if others:
        work.warnings.append(f"FDA: {others} of {len(found)} files in {listed.address} are of a kind that is not read")
    return documents


def dated(document: Document, listed: Listed) -> Document:
    """Return *document* under its lasting name, with the list's date where it has none of its own."""
    return document._replace(
        doc_id=listed.doc_id,
        source=listed.source,
        kind=listed.kind,
        product=listed.product,
        regulator=NAMES[listed.source],
        date=listed.date or document.date,
        published=document.published or listed.date,
    )


def acceptor() -> Callable[[Answer], None]:
    """Return a judge of a document's answer: blocked, not what was asked for, or cut; asked again once."""
    seen: list[str] = []

    def accept(answer: Answer) -> None:
        refuse_walls(answer)
        if answer.status in (404, 410):
            return
        if answer.status != 200:
            raise ExchangeError(f"answers {answer.status}", trouble=Trouble.STATUS)
        head, again = answer.body[:1024], not seen
        seen.append(answer.sha256)
        if b"%PDF-" in head:
            # A file that stays without its end after a second try is broken at the source: the reader names it.
            if b"%%EOF" not in answer.body[-2048:] and (again or seen.count(answer.sha256) < 2):
                raise ExchangeError("the PDF was cut", trouble=Trouble.CUT, transient=again)
        elif looks_like_html(head):
            raise ExchangeError("a web page where a document was expected", trouble=Trouble.UNEXPECTED, transient=again)
        elif not answer.body:
            raise ExchangeError("an empty answer", trouble=Trouble.UNEXPECTED, transient=again)

    return accept


def refuse_walls(answer: Answer) -> None:
    """Raise ExchangeError for an answer that says "not you" or "not so fast", whatever its status is."""
    if is_apology(answer.url, answer.body):
        raise ExchangeError("www.fda.gov shows its page of apology for automated requests", trouble=Trouble.BLOCKED)
    if answer.status in (401, 403, 451):
        raise ExchangeError(f"{answer.url} answers {answer.status}: access refused", trouble=Trouble.BLOCKED)
    head = answer.body[:60_000].lower()
    if looks_like_html(head) and b"429 - too many requests" in head:
        raise ExchangeError(f"{answer.url}: too many requests", trouble=Trouble.RATE, transient=True)


def looks_like_html(head: bytes) -> bool:
    """Tell whether a body begins as a web page does."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<!--"))


def _looks_like(content: bytes) -> str:
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "an old Office file"
    if content[:2] == b"PK":
        return "an Office file or another archive" if b"[Content_Types].xml" in content[:4096] else "an archive"
    if content[:5] in (b"{\\rtf",):
        return "RTF"
    return "unknown bytes"


def _failed(work: Work, due: Due, state: str, reason: str) -> None:
    with work.store.transaction():
        listings.record(work.store, due.listed, state=state, checked_at=work.moment())
        work.store.add_pending(due.listed.source, [due.listed.item], reason)
    _say(work, due, state, reason, settled=state == "missing")


def _say(work: Work, due: Due, state: str, reason: str, *, settled: bool) -> None:
    """A failure makes the run partial; a *settled* one, that only the source can mend, is later only named again."""
    one = due.listed
    line = f"{NAMES[one.source]}: {one.doc_id} {state}: {reason} ({one.address}); asked again next time"
    old = settled and due.held is not None and due.held.state == state and due.reason is not Reason.CHANGED
    (work.warnings if old else work.problems).append(line)


def give_up(work: Work, source: str, error: ExchangeError, kept: str = "what is stored is kept") -> str:
    """Ask *source* nothing more in this run where that would be pointless or harmful; return what is to be said."""
    if error.trouble in HOST_TROUBLE:
        work.web.stop(source, str(error))
    name = NAMES[source]
    if error.trouble is Trouble.BLOCKED:
        return (
            f"{name}: blocked ({error}); {kept}; do not retry in a loop, try again later from this address, or save "
            f"the PDF in a browser and run: gtminer import FILE.pdf --source {source} --url ADDRESS"
        )
    return f"{name}: stopped ({error}); {kept}"
