"""NCBI's E-utilities through Bio.Entrez: each answer judged by its body, each failure worth a retry tried again."""

import re
import urllib.request
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import Bio.Entrez
from lxml import etree

from gtminer.documents.answers import Reason, classify
from gtminer.errors import InputError
from gtminer.web.download import Web
from gtminer.web.exchange import Answer
from gtminer.web.failures import ExchangeError, Trouble
from gtminer.web.opener import Handle, Opener

Entrez: Any = Bio.Entrez  # it ships no types

CEILING = 9_999  # ESearch gives no more PMIDs of one search
TOOL = "gtminer"
_PMID = re.compile(r"[1-9]\d{0,9}")
_EASTERN_WINTER = timedelta(hours=-5)  # NCBI's days; in summer this is an hour late, which errs on the safe side
_PARSER: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": True}

# What a body that is no result means, in words; and whether another try may help.
_WORDS = {
    Reason.RATE_LIMITED: ("too many requests", Trouble.RATE, True),
    Reason.NO_IDS: ("none of the PMIDs asked for is a PMID", Trouble.UNEXPECTED, True),
    Reason.HISTORY_LOST: ("it forgot the search", Trouble.SERVER, True),
    Reason.WINDOW: ("asked beyond the first 9,999 records; this is a bug in gtminer", Trouble.UNEXPECTED, False),
    Reason.BACKEND_ERROR: ("PubMed is failing", Trouble.UNEXPECTED, True),
    Reason.HTML: ("a web page where data were expected", Trouble.UNEXPECTED, True),
    Reason.EMPTY: ("an empty answer", Trouble.UNEXPECTED, True),
    Reason.TRUNCATED: ("the answer was cut", Trouble.CUT, True),
    Reason.GARBLED: ("the answer is garbled", Trouble.GARBLED, True),
    Reason.HOSTILE: ("the answer holds what NLM never sends", Trouble.GARBLED, True),
    Reason.UNEXPECTED: ("an unexpected answer", Trouble.UNEXPECTED, True),
}


class Window(NamedTuple):
    """Days of creation (`crdt`) or modification (`mdat`), from *first* on."""

    kind: str
    first: date


class Found(NamedTuple):
    """An ESearch answer. *total* is what PubMed announces, *pmids* what it gives; *rejected* were no PMIDs."""

    total: int
    pmids: tuple[str, ...]
    translation: str = ""
    phrases_not_found: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    rejected: int = 0


class Calendar(NamedTuple):
    """The server's day, and its clock; never ours."""

    today: date
    clock: datetime | None


class Eutils:
    """E-utilities for db=pubmed, through *web*."""

    def __init__(self, web: Web, *, email: str, api_key: str | None, key_setting: str = "NCBI_API_KEY") -> None:
        """*key_setting* is where the key came from, for the message that it is rejected."""
        self._web = web
        self._email, self._api_key, self._key_setting = email, api_key or None, key_setting
        self._opener = Opener(web)

    def search(
        self, term: str, *, pmids: tuple[int, int] | None = None, window: Window | None = None, retmax: int = CEILING
    ) -> Found:
        """Return what *term* finds, among *pmids* (first, last) and in *window* only, where given."""
        asked: dict[str, Any] = {"retmax": retmax}
        if pmids is not None:
            term = f"({term}) AND {pmids[0]}:{pmids[1]}[uid]"
        if window is not None:
            asked |= {"datetype": window.kind, "mindate": f"{window.first:%Y/%m/%d}", "maxdate": "3000"}

        def read(answer: Answer) -> Found:
            self._judge(answer, Reason.RESULT)
            found = _read_search(answer.body)
            if retmax and found.total and not found.pmids and not found.rejected:
                raise _failure(f"a count of {found.total} and no PMIDs", Trouble.UNEXPECTED)
            return found

        found: Found = self._exchange(lambda: Entrez.esearch("pubmed", term, **asked, **self._identity()), read)
        return found

    def fetch(self, pmids: Sequence[str], read: Callable[[Answer], Any], *, tries: int | None = None) -> Any:
        """Return what *read* makes of the records of *pmids*; asked by POST. *read* raises ExchangeError to refuse."""

        def judge(answer: Answer) -> Any:
            self._judge(answer, Reason.RECORDS)
            return read(answer)

        asked = {"id": ",".join(pmids), "retmode": "xml"}
        return self._exchange(lambda: Entrez.efetch("pubmed", **asked, **self._identity()), judge, tries=tries)

    def calendar(self, *, tries: int | None = None) -> Calendar:
        """Return the server's day: that of the index, or of its clock in New York where that is earlier."""

        def read(answer: Answer) -> Calendar:
            self._judge(answer, Reason.RESULT)
            days = []
            match = re.search(rb"<LastUpdate>\s*(\d{4})/(\d\d?)/(\d\d?)", answer.body)
            clock = _clock(answer.headers.get("date"))
            try:
                if match:
                    days.append(date(*(int(part) for part in match.groups())))
            except ValueError:
                pass
            if clock:
                days.append((clock + _EASTERN_WINTER).date())
            if not days:
                raise _failure("it does not say what day it is", Trouble.UNEXPECTED)
            return Calendar(min(days), clock)

        calendar: Calendar = self._exchange(lambda: Entrez.einfo(db="pubmed", **self._identity()), read, tries=tries)
        return calendar

    def _identity(self) -> dict[str, Any]:
        # None is left out by Bio.Entrez; an empty api_key would be rejected like a wrong one.
        return {"tool": TOOL, "email": self._email, "api_key": self._api_key}

    def _exchange(self, call: Callable[[], Handle], read: Callable[[Answer], Any], *, tries: int | None = None) -> Any:
        def exchange() -> Any:
            urllib.request.install_opener(self._opener)
            Entrez.max_tries = 1
            # Its own limiter knows one process and the wall clock; ours knows the machine (web/pacing.py).
            Entrez._open.previous = 0.0
            with call() as handle:
                return read(handle.answer)

        return self._web.attempt("eutils", exchange, tries=tries)

    def _judge(self, answer: Answer, wanted: Reason) -> None:
        """Raise what an answer is that is not *wanted*: InputError for the key, else ExchangeError."""
        verdict = classify(answer.body)
        if verdict.reason is wanted and answer.status == 200:
            return
        if verdict.reason is Reason.KEY_REJECTED:
            raise InputError(
                f"NCBI rejects the API key of {self._key_setting}; correct it, or unset it and go on slower"
            )
        words, trouble, transient = _WORDS.get(verdict.reason, ("an unexpected answer", Trouble.UNEXPECTED, True))
        # No IP address of ours, which NCBI quotes as "api-key", is repeated.
        said = f" ({verdict.message})" if verdict.message and not answer.body.lstrip().startswith(b"{") else ""
        status = f" with status {answer.status}" if answer.status != 200 else ""
        raise _failure(f"{words}{status}{said}", trouble, transient=transient)


def _failure(words: str, trouble: Trouble, *, transient: bool = True) -> ExchangeError:
    return ExchangeError(f"eutils.ncbi.nlm.nih.gov: {words}", trouble=trouble, transient=transient)


def _read_search(body: bytes) -> Found:
    try:
        root = etree.fromstring(body, etree.XMLParser(**_PARSER))
        total = int(root.findtext("Count", ""))
    except (etree.XMLSyntaxError, ValueError):
        raise _failure("a search result that cannot be read", Trouble.UNEXPECTED) from None
    ids = [(element.text or "").strip() for element in root.iterfind("IdList/Id")]
    pmids = tuple(dict.fromkeys(pmid for pmid in ids if _PMID.fullmatch(pmid)))
    return Found(
        total=total,
        pmids=pmids,
        translation=" ".join(root.findtext("QueryTranslation", "").split()),
        phrases_not_found=_texts(root, "ErrorList/PhraseNotFound") + _texts(root, "ErrorList/FieldNotFound"),
        ignored=_texts(root, "WarningList/PhraseIgnored") + _texts(root, "WarningList/QuotedPhraseNotFound"),
        rejected=sum(not _PMID.fullmatch(pmid) for pmid in ids),
    )


def _texts(root: Any, path: str) -> tuple[str, ...]:
    return tuple(" ".join((element.text or "").split()) for element in root.iterfind(path) if element.text)


def _clock(header: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment else None
