"""The records of one list of PMIDs, each PMID accounted for: given, not given, or not readable."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from gtminer.documents.pubmed_xml import read_answer
from gtminer.errors import ContentError
from gtminer.model import Document, Provenance
from gtminer.sources.eutils import Eutils
from gtminer.web.exchange import Answer
from gtminer.web.failures import ExchangeError, Trouble

SIZE = 200  # PMIDs a request (NCBI, E-utilities manual)
MANY = 5  # an empty answer to so many PMIDs is a failure of the server, no sign that the records are gone
SINGLY = 10  # so few missing records are asked for again one by one
SPLITS = 24  # requests to find what spoils a page: three spoilt records in 200
_TRIES = 3  # of what comes whole and is wrong


class Page(NamedTuple):
    """What came of a list of PMIDs. *unreadable* says why; *doubted*: nothing came, and it is not believed."""

    documents: tuple[Document, ...]
    missing: tuple[str, ...] = ()
    unreadable: Mapping[str, str] = {}
    strangers: int = 0  # records that nobody asked for
    conflicting: tuple[str, ...] = ()  # given twice, with different words
    doubted: bool = False


def ask(
    eutils: Eutils,
    pmids: Sequence[str],
    *,
    hopeless: Collection[str] = (),
    find_witness: Callable[[], str | None] = lambda: None,
) -> Page:
    """Return the records of *pmids*. Those not given are asked for again, except the *hopeless* of earlier days.

    Where nothing comes, it is believed only if a witness, a record that was given lately, comes when it is asked for
    together with them. Raises ExchangeError where the server fails. A page that cannot be read is split until the
    record that spoils it is found.
    """
    asking = _Asking(eutils)
    try:
        asking.ask(pmids, emptiness=all(pmid in hopeless for pmid in pmids))
    except _EmptyError:
        return Page((), tuple(pmids), doubted=True)
    if not asking.given and not asking.unreadable and (witness := find_witness()) is not None:
        asking.ask([*pmids, witness], emptiness=True)
        if asking.given.pop(witness, None) is None:
            return Page((), tuple(pmids), doubted=True)
    again = [pmid for pmid in asking.missing(pmids) if pmid not in hopeless]
    if len(again) > SINGLY:
        asking.ask(again, emptiness=True)
        again = asking.missing(again)
    if len(again) <= SINGLY:
        for pmid in again:
            asking.ask([pmid], emptiness=True)
    documents = [document for given in asking.given.values() for document in given]
    return Page(
        tuple(documents),
        tuple(asking.missing(pmids)),
        asking.unreadable,
        asking.strangers,
        tuple(pmid for pmid, given in asking.given.items() if _conflict(given)),
    )


class _EmptyError(ExchangeError):
    """An empty set for many PMIDs."""


class _Asking:
    """One page in the making."""

    def __init__(self, eutils: Eutils) -> None:
        self.given: dict[str, list[Document]] = {}
        self.unreadable: dict[str, str] = {}
        self.strangers = 0
        self._eutils = eutils
        self._splits = SPLITS

    def missing(self, pmids: Sequence[str]) -> list[str]:
        return [pmid for pmid in pmids if pmid not in self.given and pmid not in self.unreadable]

    def ask(self, pmids: Sequence[str], *, emptiness: bool, tries: int | None = None) -> None:
        """Take in what is given of *pmids*; *emptiness* says whether nothing at all is believed."""
        asked = frozenset(pmids)
        refused = 0

        def read(answer: Answer) -> list[Document]:
            nonlocal refused
            refused += 1
            provenance = Provenance(answer.url, answer.retrieved_at, answer.sha256)
            try:
                documents = [item for item in read_answer(answer.body, provenance) if isinstance(item, Document)]
            except ContentError as error:
                raise ExchangeError(
                    f"eutils.ncbi.nlm.nih.gov: {error}", trouble=Trouble.GARBLED, transient=refused < _TRIES
                ) from error
            if not emptiness and len(pmids) >= MANY and not any(_pmid(document) in asked for document in documents):
                raise _EmptyError(
                    f"eutils.ncbi.nlm.nih.gov: none of {len(pmids)} records",
                    trouble=Trouble.UNEXPECTED,
                    transient=refused < _TRIES,
                )
            return documents

        try:
            documents = self._eutils.fetch(pmids, read, tries=tries)
        except ExchangeError as error:
            self._narrow_down(pmids, error)
            return
        for document in documents:
            if _pmid(document) in asked:
                self.given.setdefault(_pmid(document), []).append(document)
            else:
                self.strangers += 1

    def _narrow_down(self, pmids: Sequence[str], error: ExchangeError) -> None:
        """Ask for the halves of a page that cannot be read, each once: the waiting was done before."""
        if error.trouble not in (Trouble.GARBLED, Trouble.CUT):
            raise error
        if len(pmids) == 1:
            self.unreadable[pmids[0]] = str(error)
            return
        self._splits -= 2
        if self._splits < 0:
            raise error
        middle = len(pmids) // 2
        for half in (pmids[:middle], pmids[middle:]):
            self.ask(half, emptiness=True, tries=1)


def _pmid(document: Document) -> str:
    return document.doc_id.removeprefix("pubmed:")


def _conflict(given: Sequence[Document]) -> bool:
    """Tell whether a record came twice in one version, with different words."""
    return len({document.version for document in given}) < len(
        {(document.version, document.title, document.text) for document in given}
    )
