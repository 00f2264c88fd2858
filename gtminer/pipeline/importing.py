"""Files that the user has, brought into the store: records parsed, stored and tagged batch by batch."""

import gc
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from gtminer.documents import kinds
from gtminer.documents.files import FoundFile, walk
from gtminer.errors import ContentError
from gtminer.model import Deletion, Document, Provenance
from gtminer.pipeline import tagging
from gtminer.pipeline.reports import ReportOptions, Reports, UnplacedError
from gtminer.pipeline.tagging import Tagger
from gtminer.store.database import Store
from gtminer.store.editions import edition, older_by
from gtminer.store.raw import RawFiles
from gtminer.text import one_line

BATCH = 3000  # documents a transaction
_PORTION = 250  # documents given to the store while they are at hand in the processor's cache
_LENGTH = 8_000_000  # or code points of text, of a portion or a transaction: reports are long
_LISTED = 5  # files named in the result line itself

Items = Iterator[Document | Deletion]


@dataclass
class Imported:
    """What became of an import, for its result line."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    tagged: int = 0
    pmids: int = 0
    files: int = 0
    empty: list[tuple[str, str]] = field(default_factory=list)  # path, what it is instead
    broken: list[str] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)  # PDFs of no known regulator
    notes: list[str] = field(default_factory=list)  # what was guessed of PDFs
    displaced: list[str] = field(default_factory=list)  # reports that took the place of another body of theirs
    failed: list[str] = field(default_factory=list)  # documents on which the tagger broke

    @property
    def documents(self) -> int:
        """How many documents the files held."""
        return self.new + self.changed + self.unchanged

    @property
    def complete(self) -> bool:
        """Every file was read to its end and every document tagged."""
        return not self.broken and not self.unplaced and not self.failed

    @property
    def names_in_line(self) -> bool:
        """Whether the files without documents are few enough to stand in the result line."""
        return len(self.empty) <= _LISTED

    def line(self) -> str:
        """Return the one line that says what was done."""
        parts = [
            f"imported {_count(self.documents, 'document')}: {self.new} new, {self.changed} changed, "
            f"{self.unchanged} unchanged"
        ]
        if self.deleted:
            parts.append(f"{self.deleted} marked as deleted")
        if self.pmids:
            parts.append(f"{_count(self.pmids, 'PMID')} noted for the next fetch pubmed")
        if self.empty:
            names = ", ".join(f"{path} ({what})" for path, what in self.empty)
            held = "holds" if len(self.empty) == 1 else "hold"
            more = f": {names}" if self.names_in_line else ""
            parts.append(f"{_count(len(self.empty), 'file')} {held} no documents{more}")
        if self.broken:
            parts.append(f"{_count(len(self.broken), 'file')} could not be read to the end")
        if self.unplaced:
            parts.append(f"{_count(len(self.unplaced), 'PDF')} of no known regulator left out")
        if self.failed:
            parts.append(f"{_count(len(self.failed), 'document')} could not be tagged")
        return "; ".join(parts)


class Import:
    """One import into *store*; *tagger* None leaves the documents untagged."""

    def __init__(
        self,
        store: Store,
        *,
        run: int | None = None,
        tagger: Tagger | None = None,
        raw: RawFiles | None = None,
        reports: ReportOptions | None = None,
        advance: Callable[[int], None] = lambda count: None,
    ) -> None:
        self.store = store
        self.run = run
        self.tagger = tagger
        self.raw = raw
        self.reports = reports or ReportOptions()
        self.advance = advance
        self.result = Imported()
        self._reports: Reports | None = None  # its worker process is started by the first PDF
        self._portion: list[Document | Deletion] = []
        self._transaction = ExitStack()  # holds the open one
        self._fresh: dict[int, Document] = {}  # what it brought, to be tagged
        self._count = self._length = 0  # documents of it and of the portion, and their code points
        self._held = 0  # records read so far

    @tagging.uncollected()
    def read(self, paths: Iterable[str | Path]) -> Imported:
        """Import all files at *paths* (directories are walked, ``-`` is standard input).

        A file without documents and a broken one are named in the result; what could be read whole is kept.
        Raises InputError for a path that does not exist.
        """
        with self._transaction:
            try:
                for found in walk(paths):
                    self.result.files += 1
                    try:
                        self._read(found)
                    except UnplacedError as error:
                        self.result.unplaced.append(str(error))
                    except ContentError as error:
                        self.result.broken.append(str(error))
            finally:
                if self._reports is not None:
                    self._reports.close()
            self.flush()
        self.store.refresh_counts()
        return self.result

    def _read(self, found: FoundFile) -> None:
        if found.problem is not None:
            raise found.problem
        reader = READERS.get(found.kind)
        if reader is None and found.path.lower().endswith(".pdf"):
            raise ContentError(f"{found.path}: not_pdf: {found.kind}, not a PDF; get the file again")
        if reader is None:
            self.result.empty.append((found.path, found.kind))
        else:
            held = self._held
            for item in reader(self, found):
                self._add(item)
            if held == self._held and found.kind not in (kinds.PMIDS, kinds.PDF):
                self.result.empty.append((found.path, "a set without records"))

    def report(self, found: FoundFile) -> Document | None:
        """Return the document of a PDF, None for one that was read before; see `Reports.read`."""
        if self._reports is None:
            self._reports = Reports(self.store, self.reports, self.raw, self.result.notes)
        return self._reports.read(found, provenance(found))

    def _add(self, item: Document | Deletion) -> None:
        self._held += 1
        self._portion.append(item)
        self._count += 1
        self._length += len(item.text) if isinstance(item, Document) else 0
        if self._count >= BATCH or self._length >= _LENGTH:
            self.flush()
        elif len(self._portion) >= _PORTION:
            self._put()

    def flush(self) -> None:
        """Store what was read, with its tags, and end the transaction that holds it."""
        self._put()
        if self.tagger is not None and self._fresh:
            tagged = tagging.tag(self.store, self._fresh.items(), self.tagger, run=self.run)
            self.result.tagged += tagged.documents
            self.result.failed += tagged.failed
        self._transaction.close()
        self._fresh.clear()
        self._count = self._length = 0
        gc.collect(0)

    def settle(self) -> None:
        """Hold no transaction open while something slow is done."""
        if self.store.connection.in_transaction:
            self.flush()

    def _put(self) -> None:
        """Store the portion; the transaction stays open, since one of many documents costs less than many of few."""
        if not self._portion:
            return
        if not self.store.connection.in_transaction:
            self._transaction.enter_context(self.store.transaction())
        before = self._bodies()
        counts = self.store.put(self._portion, run=self.run)
        self.result.displaced += self._displaced(before, counts.older)
        if self.tagger is not None:
            self._fresh.update(counts.fresh)
        self.result.new += counts.new
        self.result.changed += counts.changed
        self.result.unchanged += counts.unchanged
        self.result.deleted += counts.deleted
        self.advance(len(self._portion))
        self._portion.clear()

    def _bodies(self) -> dict[str, tuple[str, int]]:
        """Where the stored bodies of the reports of this portion come from, and how many came before them."""
        names = [one.doc_id for one in self._reports_of_portion()]
        if not names:
            return {}
        rows = self.store.connection.execute(
            "SELECT doc_id, url, (SELECT count(*) FROM document_version WHERE document = document.id) FROM document "
            "WHERE doc_id IN (SELECT value FROM json_each(?))",
            (json.dumps(names),),
        )
        return {doc_id: (url or "", versions) for doc_id, url, versions in rows}

    def _reports_of_portion(self) -> list[Document]:
        return [one for one in self._portion if isinstance(one, Document) and one.regulator]

    def _displaced(self, before: Mapping[str, tuple[str, int]], older: Sequence[Document]) -> Iterator[str]:
        """Say which report took the place of which, and which did not since it is the older one."""
        behind = Counter(one.doc_id for one in older)
        for one in older:
            current = self.store.get(one.doc_id)
            dates = current and older_by(edition(one), edition(current))
            if current and dates:
                number = self.store.versions(one.doc_id).index(one) + 1
                yield (
                    f"{one.doc_id}: {_name(_file(one))} ({dates[0]}) is older than {_name(_file(current))} "
                    f"({dates[1]}), which stays; 'gtminer show {one.doc_id} --earlier {number}' shows the older one"
                )
        first = {one.doc_id: _file(one) for one in reversed(self._reports_of_portion())}
        for doc_id, (url, versions) in self._bodies().items():
            earlier, count = before.get(doc_id, ("", 0))
            if versions - behind[doc_id] > count:
                yield (
                    f"{doc_id}: {_name(url)} takes the place of {_name(earlier or first[doc_id])}, "
                    f"{self._why(doc_id)}; 'gtminer show {doc_id} --earlier {versions}' shows the other"
                )

    def _why(self, doc_id: str) -> str:
        """Say why a report took the place of the one before it."""
        current, versions = self.store.get(doc_id), self.store.versions(doc_id)
        dates = older_by(edition(versions[-1]), edition(current)) if current and versions else None
        if dates is None:
            return "since it was read later; which is the newer one they do not say"
        return f"which is older ({dates[0]}, {dates[1]})"


def _file(document: Document) -> str:
    return (document.provenance and document.provenance.url) or ""


def _name(url: str) -> str:
    return one_line(unquote(url.rpartition("/")[2]) or url)


def _records(work: Import, found: FoundFile) -> Items:
    return found.read(provenance(found))


def _pmids(work: Import, found: FoundFile) -> Items:
    """Note the PMIDs of a list that are not stored; `fetch pubmed` asks for what is noted."""
    listed = found.pmids()
    work.flush()
    known = work.store.known(f"pubmed:{pmid}" for pmid in listed)
    wanted = [pmid for pmid in listed if f"pubmed:{pmid}" not in known]
    work.store.add_pending("pubmed", wanted, f"listed in {one_line(Path(found.path).name)}")
    work.result.pmids += len(wanted)
    return iter(())


def _report(work: Import, found: FoundFile) -> Items:
    work.settle()
    document = work.report(found)
    if document is not None:
        yield document
    else:
        work.result.unchanged += 1


# How each kind of file becomes documents: a new kind is a new row.
READERS: Mapping[str, Callable[[Import, FoundFile], Items]] = {
    kinds.PUBMED_XML: _records,
    kinds.MEDLINE: _records,
    kinds.PMIDS: _pmids,
    kinds.PDF: _report,
}


def provenance(found: FoundFile) -> Provenance:
    """Return where the records of a file come from: its path as an address, now, and the sha256 of its bytes."""
    url = "stdin:" if found.path == "-" else Path(found.path).resolve().as_uri()
    return Provenance(url, datetime.now(UTC).isoformat(timespec="seconds"), found.sha256())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
