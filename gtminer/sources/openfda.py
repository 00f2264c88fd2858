"""openFDA's drug labels: which address asks for them, what an answer means, and whose label each is."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from gtminer.errors import ContentError, InputError, SourceError
from gtminer.sources.products import Product, fold, fold_inn
from gtminer.text import one_line

LABELS = "https://api.fda.gov/drug/label.json"
LIMIT = 100  # labels an answer; 1,000 are allowed, of up to half a megabyte each
BATCH = 12  # products a question, so that the address stays below two thousand characters
_NEXT = re.compile(r'<([^<>]+)>\s*;\s*rel="?next"?', re.IGNORECASE)


class LabelPage(NamedTuple):
    """One answer: the labels, how many there are in all, the release they are of, and where the next page is."""

    labels: tuple[Mapping[str, Any], ...]
    total: int
    last_updated: str | None
    next_url: str | None


def batches(products: Iterable[Product]) -> list[tuple[Product, ...]]:
    """Return the products that have a name, as many together as one question takes."""
    named = [product for product in products if product.brands or product.inns]
    return [tuple(named[start : start + BATCH]) for start in range(0, len(named), BATCH)]


def question(products: Sequence[Product]) -> str:
    """Return the address that asks for the labels of *products*: terms parted by a space are alternatives.

    A label whose block `openfda` is empty, as of many cellular products, is found by its product data.
    """
    terms: list[str] = []
    for product in products:
        terms += [f'openfda.brand_name:"{_bare(brand)}"' for brand in product.brands]
        terms += [f'spl_product_data_elements:"{_bare(brand)}"' for brand in product.brands]
        terms += [f'openfda.generic_name:"{_bare(inn)}"' for inn in product.inns[:1] if len(inn) < 60]
    query = urlencode({"search": " ".join(dict.fromkeys(terms)), "limit": LIMIT}, quote_via=quote)
    return f"{LABELS}?{query}"


def address(label: Mapping[str, Any]) -> str | None:
    """Return the address that gives one label in whatever version is in force, None for one without a number."""
    number = label.get("set_id")
    if not isinstance(number, str) or not re.fullmatch(r"[0-9A-Za-z-]{8,64}", number):
        return None
    search = f'set_id:"{number}"'
    return f"{LABELS}?{urlencode({'search': search}, quote_via=quote)}"


def _bare(name: str) -> str:
    """Return *name* without characters that mean something in a question."""
    return re.sub(r'["\\:()\[\]{}+&|!^~*?/]', " ", name).strip()


def headers(key: str | None) -> dict[str, str]:
    """Return the request headers; a key travels here and never in an address."""
    return {"Accept": "application/json", **({"X-Api-Key": key} if key else {})}


def read(status: int, body: bytes, response_headers: Mapping[str, str]) -> LabelPage:
    """Return the answer's labels; openFDA says "no matches" with 404, which is an empty page.

    Raises InputError for a rejected key, ContentError for a body that is not openFDA's, SourceError for the rest.
    """
    content = _json(body)
    error = content.get("error") if isinstance(content, dict) else None
    code = str(error.get("code", "")) if isinstance(error, dict) else ""
    if status == 404 and code == "NOT_FOUND":
        return LabelPage((), 0, None, None)
    if status in (401, 403) and code.startswith("API_KEY"):
        raise InputError(f"openFDA rejects the key ({code}); mend or remove OPENFDA_API_KEY")
    if status != 200 or not isinstance(content, dict):
        said = one_line(str(error.get("message", "")))[:150] if isinstance(error, dict) else "not openFDA's words"
        raise SourceError(f"openFDA answers {status} ({said}); labels stay as they are, the next run asks again")
    results = content.get("results")
    if not isinstance(results, list):
        raise ContentError("openFDA: an answer without 'results'; labels stay as they are")
    meta = _object(content.get("meta"))
    count = _object(meta.get("results")).get("total")
    stamp = meta.get("last_updated")
    link = _NEXT.search(response_headers.get("link", ""))
    return LabelPage(
        labels=tuple(one for one in results if isinstance(one, dict)),
        total=count if isinstance(count, int) else len(results),
        last_updated=stamp if isinstance(stamp, str) and stamp else None,
        next_url=_same_door(link[1]) if link else None,
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _same_door(url: str) -> str | None:
    """Return the next page's address at openFDA's own host, or None for one that is no further page of labels."""
    cursor = parse_qs(urlsplit(url).query)
    if "search" not in cursor or "search_after" not in cursor:
        return None
    keep = {name: values[0] for name, values in cursor.items() if name in ("search", "limit", "search_after", "sort")}
    return f"{LABELS}?{urlencode(keep, quote_via=quote)}"


def assign(labels: Iterable[Mapping[str, Any]], products: Sequence[Product]) -> dict[str, Mapping[str, Any]]:
    """Return the newest label of each product that has one; labels of other medicines are passed over.

    The brand decides; a proper name decides only where one product bears it, since two may share an INN.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for label in labels:
        product = _whose(label, products)
        if product is None:
            continue
        known = found.get(product.product_id)
        if known is None or _rank(label) > _rank(known):
            found[product.product_id] = label
    return found


def _whose(label: Mapping[str, Any], products: Sequence[Product]) -> Product | None:
    names = _object(label.get("openfda"))
    brands = {fold(name) for name in _texts(names.get("brand_name"))}
    data = " ".join(fold(part) for part in _texts(label.get("spl_product_data_elements")))
    for product in products:
        folded = [fold(brand) for brand in product.brands]
        if brands & set(folded) or (not brands and any(data.startswith(f"{brand} ") for brand in folded)):
            return product
    if brands:
        return None
    inns = {fold_inn(name) for name in _texts(names.get("generic_name"))}
    fitting = [product for product in products if inns & {fold_inn(inn) for inn in product.inns}]
    return fitting[0] if len(fitting) == 1 else None


def _texts(value: object) -> list[str]:
    return [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, str)]


def _rank(label: Mapping[str, Any]) -> tuple[str, int]:
    version = str(label.get("version", ""))
    return str(label.get("effective_time", "")), int(version) if version.isdecimal() and len(version) < 9 else 0
