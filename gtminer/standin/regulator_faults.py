"""The named faults of EMA, FDA and openFDA (E.., F..), as functions from a request and its right answer to a wrong one.

The names are those of the list of faults in ``docs/faults.md``. Faults that are a change at the source (a document
replaced, a page moved, a product gone) are methods of the virtual sources.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from gtminer.standin import openfda
from gtminer.standin.faults import edited, later, redirects, says, with_headers
from gtminer.standin.fda import APOLOGY
from gtminer.standin.server import Fault, Request, Response

_HTML = {"Content-Type": "text/html; charset=UTF-8"}
_PAGE = b"<!DOCTYPE html><html><head><title>European Medicines Agency (EMA)</title></head><body>Home</body></html>"
# In the manner of the real page, which is 40 kB long.
TOO_MANY = (
    b'<html lang="en" class="no-js">\n<head><meta charset="utf-8" /><title>Sorry - 7777777</title></head>\n<body>'
    b'<div>Server inaccessibility</div><p class="ecl-page-header-core__description">429 - Too Many Requests</br>'
    b"Status ID: <b>0</b> / Request ID: <b>7777777</b></p></body></html>"
)
APOLOGY_PAGE = (
    b"<!DOCTYPE html><html><head><title>FDA Apology</title><script>"
    b"location = '/apology_objects/excessive-requests-apology.html'</script></head><body></body></html>"
)


def changed_feed(change: Callable[[dict[str, Any]], None]) -> Fault:
    """The right feed after *change* was made to it."""

    def apply(request: Request, response: Response) -> Response:
        feed = json.loads(response.body)
        change(feed)
        return response._replace(body=json.dumps(feed).encode())

    return apply


def each(change: Callable[[dict[str, Any]], None]) -> Fault:
    """The right feed after *change* was made to each of its records."""

    def change_all(feed: dict[str, Any]) -> None:
        for row in feed["data"]:
            change(row)

    return changed_feed(change_all)


def first(fields: Mapping[str, str]) -> Fault:
    """The right feed with other values in its first record."""
    return changed_feed(lambda feed: feed["data"][0].update(fields))


def announced(total: int) -> Fault:
    """Another total than the feed holds."""
    return changed_feed(lambda feed: feed["meta"].update(total_records=total))


def _emptied(feed: dict[str, Any]) -> None:
    feed["meta"]["total_records"], feed["data"] = 0, []


def _older(days: int) -> Fault:
    def change(feed: dict[str, Any]) -> None:
        made = datetime.fromisoformat(feed["meta"]["timestamp"]) - timedelta(days=days)
        feed["meta"]["timestamp"] = made.isoformat().replace("+00:00", "Z")

    return changed_feed(change)


def _renamed(row: dict[str, Any]) -> None:
    row["url"] = row.pop("document_url")


def _iso_dates(row: dict[str, Any]) -> None:
    for field, value in row.items():
        if field.endswith("_date") and value:
            row[field] = "-".join(reversed(value.split("/")))


def _cut(request: Request, response: Response) -> Response:
    return response._replace(body=response.body[: len(response.body) // 2])


def _without_meta(request: Request, response: Response) -> Response:
    return response._replace(body=json.dumps(json.loads(response.body)["data"]).encode())


def _drifting(request: Request, response: Response) -> Response:
    """One label more on the second page than the first has announced."""
    if "search_after" not in request.params:
        return response
    answer = json.loads(response.body)
    answer["meta"]["results"]["total"] += 1
    return response._replace(body=json.dumps(answer).encode())


def wall(to: str = APOLOGY) -> Fault:
    """The bot wall: a redirect to the page of apology, which then answers 404."""
    return lambda request, response: response if request.path in to else redirects(to)(request, response)


E_FAULTS: Mapping[str, Fault] = {
    "E01": _cut,
    "E02": says(200, _PAGE, _HTML),
    "E03": changed_feed(_emptied),
    "E04": announced(18),
    "E04-gross": announced(20_000),
    "E05": each(_renamed),
    "E06-iso": each(_iso_dates),
    "E06-no-day": first({"last_updated_date": "31/02/2026"}),
    "E06-empty": first({"last_updated_date": ""}),
    "E07": _older(9),
    "E08": _older(30),
    "E09": says(404, b"<html><title>Page not found</title></html>", _HTML),
    "E13": says(429, TOO_MANY, _HTML),
    "E13-200": says(200, TOO_MANY, _HTML),
    "E14": says(403, b"<html><title>Access denied</title></html>", _HTML),
    "E15": says(404, b"<html><title>Page not found</title></html>", _HTML),
    "E21-xls": says(200, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000), {"Content-Type": "application/x"}),
    "E23": says(200, _PAGE, _HTML),
    "E24-octets": with_headers({"Content-Type": "application/octet-stream"}),
    "E24-html": with_headers({"Content-Type": "text/html"}),
    "E28": with_headers({"ETag": 'W/"0"'}),
    "bare-list": _without_meta,
}  # fmt: skip

F_FAULTS: Mapping[str, Fault] = {
    "F01": wall(),
    "F01-query": wall(f"{APOLOGY}?0.12345678.1234567890.abcdef01"),
    "F02": says(200, APOLOGY_PAGE, _HTML),
    "F06": says(404, b"<html><head><title>Page Not Found | FDA</title></head></html>", _HTML),
    "F06-200": says(200, b"<html><head><title>Page Not Found | FDA</title></head></html>", _HTML),
    "F07": edited(rb"/media/", rb"/files/"),
    "F07-index": edited(rb"<a [^>]*>", b"<span>"),
    "F10-csv": says(200, b"Reported Trade Name,STN\nFICTACEL,129901\n", {"Content-Type": "text/csv"}),
    "F10-html": says(200, b"<!DOCTYPE html><html><body>Document</body></html>", _HTML),
    "F11": with_headers({"Content-Disposition": 'attachment; filename="../../../etc/cron.d/x"'}),
    "F14": says(404, b"<html><title>404 Not Found</title></html>", _HTML),
    "F15": lambda request, response: openfda.error(403, "API_KEY_INVALID", "An invalid api_key was supplied."),
    "F16": lambda request, response: openfda.error(
        429,
        "OVER_RATE_LIMIT",
        "You have exceeded your rate limit. Try again later or contact us at https://api.fda.gov:443/contact/ "
        "for assistance",
    ),
    "F16-later": later(429, "30"),
    "F19": _drifting,
    "F22": edited(rb'"openfda": \{[^}]*\}', rb'"openfda": {}'),
}

FAULTS: Mapping[str, Fault] = {**E_FAULTS, **F_FAULTS}
