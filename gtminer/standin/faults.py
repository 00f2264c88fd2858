"""The named faults of the network and of NCBI, as functions from a request and its right answer to a wrong one.

The names are those of the list of faults in ``docs/faults.md``. EMA and FDA have their own in their modules.
"""

import gzip
import json
import re
import zlib
from collections.abc import Mapping

from gtminer.standin.server import Fault, Request, Response

_XML = {"Content-Type": "text/xml; charset=UTF-8"}
_HTML = {"Content-Type": "text/html; charset=UTF-8"}
_JSON = {"Content-Type": "application/json"}
_PLAIN = {"Content-Type": "text/plain; charset=UTF-8"}
_PROLOG = b'<?xml version="1.0" ?>\n'
_EFETCH = (
    b'<!DOCTYPE eEfetchResult PUBLIC "-//NLM//DTD efetch 20131226//EN" '
    b'"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20131226/efetch.dtd">'
)
_ESEARCH = (
    b'<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
    b'"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">'
)


def sent(how: str) -> Fault:
    """The right answer, sent wrongly (`server.SENDING`)."""
    return lambda request, response: response._replace(sending=how)


def says(status: int, body: bytes, headers: Mapping[str, str] = _XML) -> Fault:
    """Another answer altogether."""
    return lambda request, response: Response(status, headers, body)


def redirects(to: str, status: int = 302) -> Fault:
    """A redirect."""
    return says(status, b"", {"Location": to})


def with_headers(headers: Mapping[str, str]) -> Fault:
    """More headers."""
    return lambda request, response: response._replace(headers={**response.headers, **headers})


def later(status: int, wish: str | None = None) -> Fault:
    """A status that means "later", with a Retry-After or without."""
    return says(status, b"later", _PLAIN | ({"Retry-After": wish} if wish is not None else {}))


def efetch_error(text: str, status: int = 200) -> Fault:
    """An efetch error envelope."""
    return says(status, _PROLOG + _EFETCH + f"\n<eFetchResult>\n\t<ERROR>{text}</ERROR>\n</eFetchResult>".encode())


def esearch_error(text: str) -> Fault:
    """An esearch answer that is an ERROR, with status 200."""
    return says(200, _PROLOG + _ESEARCH + f"\n<eSearchResult>\n\t<ERROR>{text}</ERROR>\n</eSearchResult>".encode())


def rate_limit_note(limit: int = 3) -> bytes:
    """The gateway's note about too many requests (real shape)."""
    note = {"error": "API rate limit exceeded", "api-key": "192.0.2.7", "count": str(limit + 1), "limit": str(limit)}
    return json.dumps(note).encode()


def rejected_key(request: Request, response: Response) -> Response:
    """What NCBI says to a wrong key: 400, and the key quoted back."""
    note = {"error": "API key invalid", "api-key": request.params.get("api_key", ""), "type": "invalid",
            "status": "unknown"}  # fmt: skip
    return Response(400, _JSON, json.dumps(note).encode())


def edited(pattern: bytes, replacement: bytes, count: int = 0) -> Fault:
    """The right answer with some bytes replaced (a regular expression)."""
    return lambda request, response: response._replace(
        body=re.sub(pattern, replacement, response.body, count=count, flags=re.DOTALL)
    )


def gzip_cut(request: Request, response: Response) -> Response:
    """A gzip body, not asked for, of which the end is missing although the length matches."""
    whole = gzip.compress(response.body)
    return response._replace(body=whole[: len(whole) // 2], headers={**response.headers, "Content-Encoding": "gzip"})


def gzip_bomb(request: Request, response: Response) -> Response:
    """300 MB of zeros in 300 kB, as gzip that was not asked for."""
    deflate = zlib.compressobj(9, wbits=31)
    piece = bytes(1_000_000)
    bomb = b"".join(deflate.compress(piece) for _ in range(300)) + deflate.flush()
    return response._replace(body=bomb, headers={**response.headers, "Content-Encoding": "gzip"})


def without(*pmids: str) -> Fault:
    """Records left out of an efetch answer, silently."""

    def apply(request: Request, response: Response) -> Response:
        body = response.body
        for pmid in pmids:
            body = _drop(body, pmid)
        return response._replace(body=body)

    return apply


def without_last(count: int) -> Fault:
    """A set that is closed properly although its last *count* records are absent."""

    def apply(request: Request, response: Response) -> Response:
        ends = [match.end() for match in re.finditer(rb"</PubmedArticle>\n?", response.body)]
        if len(ends) <= count:
            return response
        return response._replace(body=response.body[: ends[-count - 1]] + b"</PubmedArticleSet>")

    return apply


def poisoned(pmid: str, poison: bytes) -> Fault:
    """Bytes that no XML may hold, inside one record's title."""

    def apply(request: Request, response: Response) -> Response:
        at = response.body.find(f">{pmid}</PMID>".encode())
        title = response.body.find(b"<ArticleTitle>", at)
        if at < 0 or title < 0:
            return response
        title += len(b"<ArticleTitle>")
        return response._replace(body=response.body[:title] + poison + response.body[title:])

    return apply


def broken_off_in_text(request: Request, response: Response) -> Response:
    """Valid XML up to the middle, then the gateway's message in the text and the end of the file."""
    return response._replace(body=response.body[: len(response.body) // 2] + b"Bad+gateway\n")


def _drop(body: bytes, pmid: str) -> bytes:
    return re.sub(
        rb"<PubmedArticle>(?:(?!</PubmedArticle>).)*?<PMID Version=\"\d+\">%s</PMID>.*?</PubmedArticle>\n?"
        % pmid.encode(),
        b"",
        body,
        flags=re.DOTALL,
    )


_MAINTENANCE = (
    b"<!DOCTYPE html><html><head><title>NCBI - Scheduled maintenance</title></head><body>Back soon</body></html>"
)
_PORTAL = b"<html><head><title>Guest network login</title></head><body><form>user</form></body></html>"
_EMPTY_SET = (
    b'<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2026//EN" '
    b'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_260101.dtd">\n<PubmedArticleSet></PubmedArticleSet>'
)

FAULTS: Mapping[str, Fault] = {
    "G03": sent("reset"),
    "G04": sent("reset_in_body"),
    "G06": sent("silent"),
    "G07": sent("silent_in_body"),
    "G08": sent("drip"),
    "G09": sent("short"),
    "G10": sent("short_no_length"),
    "G11": sent("chunked_cut"),
    "G12": gzip_cut,
    "G13": gzip_bomb,
    "G14": with_headers({"Content-Encoding": "br"}),
    "G15": later(500),
    "G15-502": later(502),
    "G15-503": later(503),
    "G15-504": later(504),
    "G16": later(500),
    "G17": later(503, "120"),
    "G18-date": later(503, "Fri, 31 Dec 1999 23:59:59 GMT"),
    "G18-negative": later(503, "-5"),
    "G18-huge": later(503, "1000000000"),
    "G18-garbage": later(503, "soon"),
    "G20": says(200, _PORTAL, _HTML),
    "G21": redirects("http://eutils.ncbi.nlm.nih.gov/entrez/eutils/esearch.fcgi"),
    "G22-link-local": redirects("https://169.254.169.254/latest/meta-data/"),
    "G22-private": redirects("https://10.0.0.1/"),
    "G22-ipv6": redirects("https://[::1]/"),
    "G22-localhost": redirects("https://localhost/"),
    "G23": redirects("file:///etc/passwd"),
    "G24": lambda request, response: Response(302, {"Location": request.path}),
    "G25": redirects("https://files.example.org/x.pdf"),
    "G27": with_headers({"Content-Type": "text/xml; charset=ISO-8859-1"}),
    "G28": with_headers({f"X-Filler-{number}": "x" * 50 for number in range(2_000)}),
    "N01": says(429, rate_limit_note(), _JSON | {"Retry-After": "2", "X-RateLimit-Limit": "3"}),
    "N02": says(429, rate_limit_note(), _JSON),
    "N03": says(200, rate_limit_note(), _JSON),
    "N04": says(429, rate_limit_note(), _JSON),
    "N06": rejected_key,
    "N08": efetch_error("proxy_stream() failed: 502 Bad Gateway", 400),
    "N08-pubone": efetch_error("Failed to connect to PubOne service", 400),
    "N09": efetch_error(
        "Search backend cannot retrieve history data. Reason: Exception: 'retstart' cannot be larger than 9998.", 400
    ),
    "N16": esearch_error("Search Backend failed: Database is not supported: pubmed"),
    "N17": esearch_error("Search Backend failed: Unable to open connection to #PMQuerySrv?dbaf=pubmed"),
    "N19": edited(
        rb"<eSearchResult>.*</eSearchResult>",
        rb"<eSearchResult><Count>0</Count><RetMax>0</RetMax><RetStart>0</RetStart><IdList/></eSearchResult>",
    ),
    "N24": edited(rb"<IdList>.*</IdList>", rb"<IdList/>"),
    "N25": edited(rb"<Id>(\d+)</Id>", rb"<Id>\1</Id><Id>\1</Id>", 1),
    "N26": edited(rb"<IdList>", rb"<IdList>\n<Id>abc</Id><Id>-5</Id><Id>12345678901234567890</Id><Id>../x</Id>"),
    "N29": says(200, _EMPTY_SET),
    "N30": says(200, b""),
    "N31": says(200, _EMPTY_SET.partition(b"<PubmedArticleSet>")[0]),
    "N32": says(200, b"Supplied+id+parameter+is+empty.\n", _PLAIN),
    "N33": efetch_error(" Error: External viewer error: Empty Response. Bytes read: 0 Status: Timeout"),
    "N34": efetch_error("Unable to obtain query #1"),
    "N35": broken_off_in_text,
    "N36": lambda request, response: response._replace(body=response.body[: len(response.body) * 2 // 3]),
    "N37": without_last(40),
    "N38": says(200, _MAINTENANCE, _HTML),
    "N39": says(500, b"<html><head><title>WWW Error 500 Diagnostic</title></head></html>", _HTML),
    "N40": says(500, b'{"error":"error forwarding request","api-key":"192.0.2.7","type":"ip","status":"ok"}', _JSON),
    "N41": edited(rb"<!DOCTYPE PubmedArticleSet[^>]*>",
                  rb'<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2099//EN" '
                  rb'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_990101.dtd">'),
    "N42": edited(rb"<!DOCTYPE PubmedArticleSet[^>]*>\n?", rb""),
    "N43": edited(rb"<ArticleTitle>", rb'<NeverSeen Kind="x">words</NeverSeen><ArticleTitle Odd="1">'),
}  # fmt: skip
