"""The pages of FDA's biologics centre (CBER): the index of approved products, and the media links of a product."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from gtminer import tsv
from gtminer.errors import SourceError
from gtminer.sources.products import fold
from gtminer.text import one_line

INDEX = (
    "https://www.fda.gov/vaccines-blood-biologics/cellular-gene-therapy-products/"
    "approved-cellular-and-gene-therapy-products"
)
_PRODUCTS = "/vaccines-blood-biologics/"
_MEDIA = re.compile(r"/media/(\d{1,9})(?:/download|/?$)")
_STN = re.compile(r"\bSTN:?\s*(?:BLA?\s*)?((?:\d{6}(?:\s*(?:[,;/&]|and)\s*)?)+)", re.IGNORECASE)
_FIELDS = {
    "proper_name": re.compile(r"^Proper Name:?\s*(.+)", re.IGNORECASE),
    "trade_name": re.compile(r"^Trade ?name:?\s*(.+)", re.IGNORECASE),
    "manufacturer": re.compile(r"^Manufacturer:?\s*(.+)", re.IGNORECASE),
}
_DATE = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December)"
    r"\s+(\d{1,2}),?\s+(\d{4})\b",
    re.IGNORECASE,
)
_MONTH_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")  # American: month first
_BLOCKS = frozenset(("p", "li", "tr", "div", "h1", "h2", "h3", "h4", "h5", "td", "th", "br", "ul", "dt", "dd"))


class IndexEntry(NamedTuple):
    """A row of the index: "TRADE (proper name)", who makes it, and its page, taken as given: paths are irregular."""

    name: str
    brand: str
    proper_name: str | None
    manufacturer: str | None
    url: str


class MediaLink(NamedTuple):
    """A media link: its id, its words, what they say it is, and the date in them (ISO)."""

    media: str
    url: str
    words: str
    kind: str | None
    read: str  # yes, no, archive; no for an unknown kind
    date: str | None


class ProductPage(NamedTuple):
    """A product's page."""

    url: str
    stns: tuple[str, ...]
    proper_name: str | None
    trade_name: str | None
    manufacturer: str | None
    links: tuple[MediaLink, ...]


class LinkRule(NamedTuple):
    """Words of a link and what they mean."""

    words: str
    kind: str | None
    read: str


def link_rules() -> tuple[LinkRule, ...]:
    """Return the table of link words, in its order."""
    rows = tsv.packaged("fda_links.tsv", ("words", "kind", "read", "source"))
    return tuple(LinkRule(fold(row["words"]), row["kind"] or None, row["read"]) for row in rows)


def is_apology(url: str, body: bytes) -> bool:
    """Tell whether an answer is the bot wall: it redirects to a page of apology, which itself answers 404."""
    if "apology_objects" in url:
        return True
    head = body[:4096].lower()
    return b"apology_objects" in head or re.search(rb"<title>\s*fda apology", head) is not None


def is_not_found(body: bytes) -> bool:
    """Tell whether a page says that there is none, whatever its status."""
    return re.search(rb"<title>\s*page not found", body[:8192].lower()) is not None


def read_index(body: bytes, url: str = INDEX) -> tuple[IndexEntry, ...]:
    """Return the products of the index page. Raises SourceError for a page without any."""
    tree = _parse(body, url)
    rows = [row for row in tree.iter("tr") if row.find(".//a[@href]") is not None]
    found = {entry.url: entry for row in rows if (entry := _entry(row, url))}
    if not found:
        # The table may become a list: take every link to a page of the biologics centre inside the article.
        main = tree.find(".//article") if tree.find(".//article") is not None else tree.find(".//main")
        for anchor in main.iter("a") if main is not None else ():
            if entry := _entry(anchor, url):
                found.setdefault(entry.url, entry)
    if not found:
        raise SourceError(
            f"FDA: no products on {url}; its layout may have changed; the list of last time stays in force"
        )
    return tuple(found.values())


def _entry(element: Any, base: str) -> IndexEntry | None:
    anchor = element if element.tag == "a" else element.find(".//a[@href]")
    href = anchor.get("href")
    name = one_line(anchor.text_content())
    if not href or not name:
        return None
    target = _absolute(base, href)
    if target is None or not urlsplit(target).path.startswith(_PRODUCTS) or target == base.rstrip("/"):
        return None
    cells = [one_line(cell.text_content()) for cell in element.iter("td")]
    brand, _, rest = name.partition("(")
    proper = re.sub(r"\)\s*$", "", rest).strip() if rest else ""
    return IndexEntry(
        name=name,
        brand=re.sub(r"[™®]", "", brand).strip(" ,") or name,
        proper_name=proper or None,
        manufacturer=cells[1] if len(cells) > 1 and cells[1] else None,
        url=target,
    )


def read_product_page(body: bytes, url: str, rules: tuple[LinkRule, ...] | None = None) -> ProductPage:
    """Return what a product's page says, its media links in their order, each id once."""
    tree = _parse(body, url)
    lines = list(_lines(tree))
    fields: dict[str, str] = {}
    for line in lines:
        for field, pattern in _FIELDS.items():
            if match := pattern.match(line):
                fields.setdefault(field, match[1])
    numbers = (number for line in lines for match in _STN.finditer(line) for number in re.findall(r"\d{6}", match[1]))
    return ProductPage(
        url=url,
        stns=tuple(dict.fromkeys(numbers)),
        proper_name=fields.get("proper_name"),
        trade_name=fields.get("trade_name"),
        manufacturer=fields.get("manufacturer"),
        links=tuple(_links(tree, url, rules or link_rules())),
    )


def _links(tree: Any, url: str, rules: tuple[LinkRule, ...]) -> Iterator[MediaLink]:
    found: dict[str, MediaLink] = {}
    for anchor in tree.iter("a"):
        target = _absolute(url, anchor.get("href") or "")
        match = _MEDIA.search(urlsplit(target).path) if target else None
        if match is None:
            continue
        words = one_line(anchor.text_content())
        rule = judge(words, rules)
        link = MediaLink(
            media=match[1],
            url=f"https://www.fda.gov/media/{match[1]}/download",
            words=words,
            kind=rule.kind if rule else None,
            read=rule.read if rule else "no",
            date=date_in(words),
        )
        # One document may be linked twice, once by an icon without words.
        if match[1] not in found or (found[match[1]].kind is None and link.kind):
            found[match[1]] = link
    yield from found.values()


def judge(words: str, rules: tuple[LinkRule, ...]) -> LinkRule | None:
    """Return the first rule whose words stand in *words*, or None."""
    folded = f" {fold(words)} "
    return next((rule for rule in rules if f" {rule.words}" in folded), None)


def date_in(words: str) -> str | None:
    """Return the date in a link's words as ISO, or None.

    >>> date_in("March 18, 2024 Approval Letter - EXAMPLE")
    '2024-03-18'
    """
    try:
        if match := _DATE.search(words):
            return datetime.strptime(f"{match[1]} {match[2]} {match[3]}", "%B %d %Y").date().isoformat()
        if match := _MONTH_DATE.search(words):
            return datetime(int(match[3]), int(match[1]), int(match[2])).date().isoformat()
    except ValueError:
        pass
    return None


def _absolute(base: str, href: str) -> str | None:
    """Return a link's address without its fragment, with spaces taken off, or None where it leads to no page."""
    try:
        target = urljoin(base, re.sub(r"\s+", "", href))
        parts = urlsplit(target)
    except ValueError:
        return None
    return parts._replace(fragment="").geturl().rstrip("/") if parts.scheme in ("http", "https") else None


def _parse(body: bytes, url: str) -> Any:
    import lxml.html  # an import of records asks this module for words, and reads no page
    from lxml.etree import LxmlError

    try:
        text = body.decode("utf-8", errors="replace").replace("\x00", "")
        tree = lxml.html.document_fromstring(text, parser=lxml.html.HTMLParser(no_network=True, huge_tree=False))
    except (LxmlError, ValueError) as error:
        raise SourceError(f"FDA: {url} is no readable page ({one_line(str(error))[:100]})") from error
    return tree


def _lines(tree: Any) -> Iterator[str]:
    """Yield the lines of a page as they are seen: blocks and line breaks part them."""
    pieces: list[str] = []

    def walk(element: Any) -> Iterator[str]:
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "nav", "footer"):
            return
        block = element.tag in _BLOCKS
        if block:
            yield from flush()
        pieces.append(element.text or "")
        for child in element:
            yield from walk(child)
            pieces.append(child.tail or "")
        if block:
            yield from flush()

    def flush() -> Iterator[str]:
        line = one_line("".join(pieces))
        pieces.clear()
        if line:
            yield line

    yield from walk(tree)
    yield from flush()
