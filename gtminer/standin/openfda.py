"""A small openFDA: drug labels over invented products, in its shapes and with its limits."""

import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from gtminer.standin.server import Request, Response

PREFIXES = ("/drug/",)
LABELS = "/drug/label.json"
_TERM = re.compile(r'([a-z_.]+):"([^"]*)"')
_ALLOWED = ("search", "count", "limit", "skip", "sort", "search_after", "api_key")


class OpenFda:
    """The virtual source; mount it at each of ``PREFIXES``. With *keys* only those are accepted."""

    def __init__(self, labels: Iterable[Mapping[str, Any]] | None = None, *, keys: Iterable[str] = ()) -> None:
        self.labels: list[dict[str, Any]] = [dict(label) for label in (_corpus() if labels is None else labels)]
        self.last_updated = "2026-11-20"
        self._keys = frozenset(keys)

    def answer(self, request: Request) -> Response:
        """Return the answer to *request*."""
        key = request.headers.get("x-api-key") or request.params.get("api_key")
        if key and self._keys and key not in self._keys:
            return error(403, "API_KEY_INVALID", "An invalid api_key was supplied.")
        if request.path != LABELS:
            return Response(404, {"Content-Type": "text/html"}, b"<html><title>404 Not Found</title></html>")
        asked = request.params
        if unknown := next((name for name in asked if name not in _ALLOWED), None):
            return error(400, "BAD_REQUEST", f"Invalid parameter: {unknown}")
        limit, skip = int(asked.get("limit", "1")), int(asked.get("skip", "0"))
        if limit > 1000:
            return error(400, "BAD_REQUEST", "Limit cannot exceed 1000 results for search requests.")
        if skip > 25_000:
            return error(400, "BAD_REQUEST", "Skip value must 25000 or less.")
        found = [label for label in self.labels if _fits(label, asked.get("search", ""))]
        start = int(asked.get("search_after", str(skip)))
        if not found:
            return error(404, "NOT_FOUND", "No matches found!")
        page = found[start : start + limit]
        meta = {
            "disclaimer": "Invented labels.",
            "last_updated": self.last_updated,
            "results": {"skip": skip, "limit": limit, "total": len(found)},
        }
        headers = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "max-age=600"}
        if start + limit < len(found):
            query = urlencode({"search": asked["search"], "limit": limit, "search_after": start + limit})
            headers["Link"] = f'<https://api.fda.gov{LABELS}?{query}>; rel="next"'
        return Response(200, headers, json.dumps({"meta": meta, "results": page}).encode())


def error(status: int, code: str, message: str) -> Response:
    """Return one of openFDA's errors."""
    body = json.dumps({"error": {"code": code, "message": message}})
    return Response(status, {"Content-Type": "application/json; charset=utf-8"}, body.encode())


def _fits(label: Mapping[str, Any], search: str) -> bool:
    """Tell whether one of the terms is met: words in a row, whatever their case."""
    return any(f" {_words(value)} " in f" {_words(' '.join(_value(label, field)))} "
               for field, value in _TERM.findall(search))  # fmt: skip


def _value(label: Mapping[str, Any], field: str) -> list[str]:
    value: Any = label
    for name in field.split("."):
        value = value.get(name, {}) if isinstance(value, Mapping) else {}
    return list(value) if isinstance(value, list) else []


def _words(text: str) -> str:
    return " ".join(re.findall(r"[0-9a-z]+", text.lower()))


def _corpus() -> list[dict[str, Any]]:
    text = files("gtminer.standin").joinpath("corpus", "labels.json").read_text(encoding="utf-8")
    labels: list[dict[str, Any]] = json.loads(text)
    return labels
