"""A small E-utilities: esearch, efetch and einfo over an invented corpus, in NCBI's shapes and with its limits.

It knows the truth (``matching``), so that a test can compare a store with it, and lets time pass: records are
added, changed, taken away; ``today`` is the server's day.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from html import escape

from gtminer.standin.faults import rejected_key
from gtminer.standin.records import Record
from gtminer.standin.search import Searcher
from gtminer.standin.server import Request, Response

PATH = "/entrez/eutils/"
CEILING = 9_999

DOCTYPE = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2026//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_260101.dtd">'
)
_SEARCH_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
    '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
)
_INFO_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eInfoResult PUBLIC "-//NLM//DTD einfo 20190110//EN" '
    '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20190110/einfo.dtd">\n'
)
_RETSTART = (
    "Search Backend failed: Exception:\n'retstart' cannot be larger than 9998. For PubMed, ESearch can only retrieve "
    "the first 9,999 records matching the query. To obtain more than 9,999 PubMed records, consider using EDirect "
    "that contains additional logic to batch PubMed search results automatically"
)
_XML = {"Content-Type": "text/xml; charset=UTF-8"}


class Eutils:
    """The virtual source; mount it at ``PATH``."""

    def __init__(self, records: Iterable[Record] = (), *, today: date = date(2026, 11, 22), keys: Iterable[str] = ()):
        """*keys* are the API keys that are accepted; without any, every key is."""
        self.today = today
        self.records: dict[int, Record] = {}
        self._keys = frozenset(keys)
        self._searcher: Searcher | None = None
        self.add(*records)

    def add(self, *records: Record) -> None:
        """Add records, or put them in the place of those with the same PMID."""
        self.records |= {record.pmid: record for record in records}
        self._searcher = None

    def remove(self, *pmids: int) -> None:
        """Take records away, as NLM does with a withdrawn or merged PMID."""
        for pmid in pmids:
            del self.records[pmid]
        self._searcher = None

    def next_day(self, days: int = 1) -> None:
        """Let time pass."""
        self.today += timedelta(days=days)

    def now(self) -> datetime:
        """What the Date header says: noon in New York of the server's day."""
        return datetime.combine(self.today, time(17, 0), UTC)

    def matching(self, term: str) -> set[str]:
        """Return the PMIDs that *term* finds: the truth a store is compared with."""
        return {str(pmid) for pmid in self._search(term)}

    def answer(self, request: Request) -> Response:
        """Return the answer to *request*."""
        key = request.params.get("api_key")
        if key is not None and (not key or (self._keys and key not in self._keys)):
            return rejected_key(request, Response())
        utility = request.path.removeprefix(PATH)
        answers: Mapping[str, Callable[[Request], Response]] = {
            "esearch.fcgi": self._esearch,
            "efetch.fcgi": self._efetch,
            "einfo.fcgi": self._einfo,
        }
        if utility not in answers:
            return Response(404, {"Content-Type": "text/html"}, b"<html><title>404 Not Found</title></html>")
        return answers[utility](request)

    def _search(self, term: str) -> list[int]:
        """Return the PMIDs that *term* finds, newest first."""
        if self._searcher is None:
            self._searcher = Searcher(self.records)
        return sorted(self._searcher.find(term), reverse=True)

    def _esearch(self, request: Request) -> Response:
        asked = request.params
        term = asked.get("term", "")
        if asked.get("db") != "pubmed":
            return _search_error(f"Invalid db name specified: {asked.get('db', '')}", asked)
        found = self._within(self._search(term), asked)
        start = _number(asked.get("retstart"), 0)
        wanted = _number(asked.get("retmax"), 20)
        if start > CEILING - 1 and len(found) >= CEILING:
            return _search_error(_RETSTART, asked)
        assert self._searcher is not None
        missing = self._searcher.phrases_not_found(term)
        count = max(0, min(wanted, CEILING - start))
        notes = []
        if start + wanted > CEILING and len(found) > CEILING:
            notes.append(f"Restrictions achieved. start and count adjusted to {start}, {count}")
        if not found:
            notes.append("No items found.")
        ids = [] if asked.get("rettype") == "count" else [str(pmid) for pmid in found[start : start + count]]
        if asked.get("retmode") == "json":
            result = {"count": str(len(found)), "retmax": str(len(ids)), "retstart": str(start), "idlist": ids,
                      "translationset": [], "querytranslation": self.translation(term)}  # fmt: skip
            body = json.dumps({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result})
            return Response(200, {"Content-Type": "application/json"}, body.encode())
        errors = "".join(f"<PhraseNotFound>{escape(phrase)}</PhraseNotFound>" for phrase in missing)
        warnings = "".join(f"<OutputMessage>{note}</OutputMessage>" for note in notes)
        xml = (
            f"{_SEARCH_HEAD}<eSearchResult><Count>{len(found)}</Count><RetMax>{len(ids)}</RetMax>"
            f"<RetStart>{start}</RetStart>"
            + (f"<IdList>\n{''.join(f'<Id>{pmid}</Id>{chr(10)}' for pmid in ids)}</IdList>" if ids else "<IdList/>")
            + f"<TranslationSet/><QueryTranslation>{escape(self.translation(term))}</QueryTranslation>"
            + (f"<ErrorList>{errors}</ErrorList>" if errors else "")
            + (f"<WarningList>{warnings}</WarningList>" if warnings else "")
            + "</eSearchResult>"
        )
        return Response(200, _XML, xml.encode())

    def translation(self, term: str) -> str:
        """Return how the search was read. Tests may replace this method."""
        return " ".join(term.split())

    def _within(self, pmids: list[int], asked: Mapping[str, str]) -> list[int]:
        """Return those of *pmids* in the date window asked for; a misspelt datetype finds nothing, as at NCBI."""
        kind = asked.get("datetype")
        low, high = asked.get("mindate"), asked.get("maxdate")
        if "reldate" in asked:
            first, last = self.today - timedelta(days=_number(asked["reldate"], 0)), date.max
        elif low and high:
            first, last = _day(low, end=False), _day(high, end=True)
        else:
            return pmids
        chosen = []
        for pmid in pmids:
            record = self.records[pmid]
            days = {"crdt": record.created, "edat": record.created, "mdat": record.revised,
                    "pdat": date(record.published, 1, 1)}  # fmt: skip
            if kind is None or kind in days:
                day = days[kind or "pdat"]
                if first <= day <= last:
                    chosen.append(pmid)
        return chosen

    def _efetch(self, request: Request) -> Response:
        asked = request.params
        if "WebEnv" in asked:
            return _fetch_error("Unable to obtain query #1")
        if not asked.get("id"):
            return Response(200, {"Content-Type": "text/plain; charset=UTF-8"}, b"Supplied+id+parameter+is+empty.\n")
        pmids = [int(pmid) for pmid in asked["id"].split(",") if pmid.strip().isdigit() and int(pmid)]
        if not pmids:
            return _fetch_error("ID list is empty! Possibly it has no correct IDs.", 400)
        chosen = [self.records[pmid].xml for pmid in dict.fromkeys(pmids) if pmid in self.records]
        body = f'<?xml version="1.0" ?>\n{DOCTYPE}\n<PubmedArticleSet>\n{chr(10).join(chosen)}\n</PubmedArticleSet>'
        if not chosen:
            body = f'<?xml version="1.0" ?>\n{DOCTYPE}\n<PubmedArticleSet></PubmedArticleSet>'
        return Response(200, _XML, body.encode())

    def _einfo(self, request: Request) -> Response:
        xml = (
            f"{_INFO_HEAD}<eInfoResult><DbInfo><DbName>pubmed</DbName><MenuName>PubMed</MenuName>"
            f"<Description>PubMed bibliographic record</Description>"
            f"<DbBuild>Build-{self.today:%Y.%m.%d}.06.33</DbBuild><Count>{len(self.records)}</Count>"
            f"<LastUpdate>{self.today:%Y/%m/%d} 06:33</LastUpdate></DbInfo></eInfoResult>"
        )
        return Response(200, _XML, xml.encode())


def _search_error(text: str, asked: Mapping[str, str]) -> Response:
    if asked.get("retmode") == "json":
        # NCBI leaves the line end as it is, so that this is no JSON.
        body = f'{{"header":{{"type":"esearch","version":"0.3"}},"esearchresult":{{"ERROR":"{text}"}}}}'
        return Response(200, {"Content-Type": "application/json"}, body.encode())
    return Response(200, _XML, f"{_SEARCH_HEAD}<eSearchResult><ERROR>{escape(text)}</ERROR></eSearchResult>".encode())


def _fetch_error(text: str, status: int = 200) -> Response:
    head = (
        '<?xml version="1.0" ?>\n<!DOCTYPE eEfetchResult PUBLIC "-//NLM//DTD efetch 20131226//EN" '
        '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20131226/efetch.dtd">'
    )
    return Response(status, _XML, f"{head}\n<eFetchResult>\n\t<ERROR>{text}</ERROR>\n</eFetchResult>".encode())


def _day(text: str, *, end: bool) -> date:
    """Return a day as mindate and maxdate give it: `2026`, `2026/11`, `2026/11/22`."""
    numbers = [int(part) for part in text.split("/")]
    year = numbers[0]
    month = numbers[1] if len(numbers) > 1 else 12 if end else 1
    if len(numbers) > 2:
        return date(year, month, numbers[2])
    if not end:
        return date(year, month, 1)
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default
