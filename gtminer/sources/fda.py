"""Which products of FDA's list are gene therapies, and which of their documents are to be read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from gtminer.sources.fda_pages import IndexEntry, LinkRule, MediaLink, ProductPage, judge
from gtminer.sources.products import Product, ProductTable, fold, fold_inn, slug
from gtminer.store.listings import Listed


class ProductOnList(NamedTuple):
    """A gene therapy on FDA's list and the address of its page."""

    product: str
    name: str
    url: str


class Choice(NamedTuple):
    """The gene therapies of the list asked for; of the whole list, those the table lacks, and what was passed over."""

    chosen: list[ProductOnList]
    unknown: list[str]
    passed_over: list[str]


def choose_products(
    entries: Iterable[IndexEntry], table: ProductTable, products: tuple[str, ...] | None = None
) -> Choice:
    """Return the gene therapies on the list, of *products* (ids, brands or INNs) or (None) all.

    The list holds cell and tissue products, too, and no mark that parts them: the product table decides, or an INN
    that is built as those of gene therapies are. What neither knows is passed over and named.
    """
    asked = table.asked(products)
    chosen: dict[str, ProductOnList] = {}
    unknown: list[str] = []
    passed_over: list[str] = []
    for entry in entries:
        inns = (entry.proper_name,) if entry.proper_name else ()
        product = table.find(brand=entry.brand, inns=inns)
        if product is None and table.named_as_gene_therapy(inns):
            identifier, names = slug(entry.brand), {fold(entry.brand), *map(fold_inn, inns)}
            unknown.append(entry.name)
        elif product is None:
            neighbour = table.neighbour(entry.brand, (*inns, entry.name))
            passed_over.append(f"{entry.name} ({neighbour.reason if neighbour else 'not in the product table'})")
            continue
        else:
            identifier, names = product.product_id, {product.product_id}
        if asked is None or asked & (names | {identifier}):
            chosen.setdefault(entry.url, ProductOnList(identifier, entry.name, entry.url))
    return Choice(list(chosen.values()), unknown, passed_over)


def us_products(table: ProductTable, asked: set[str] | None, listed: Iterable[str] = ()) -> list[Product]:
    """Return the products whose US label may exist, of *asked* or all.

    They are those that FDA licensed (they bear an STN) and, of the product ids that a regulator *listed*, those that
    the table does not hold: their brand is all that is known of them.
    """
    known = [product for product in table.products.values() if product.stns]
    unknown = sorted(set(listed) - set(table.products))
    known += [Product(product, (product.replace("_", " "),), (), None, ()) for product in unknown]
    return [one for one in known if asked is None or asked & {one.product_id, fold(one.product_id)}]


def documents(page: ProductPage, product: str, taken: Mapping[str, str]) -> list[Listed]:
    """Return the documents of a product's page that are to be read, each with its lasting doc_id.

    Of several approval letters the earliest is the original approval and bears the plain id; all are kept.
    """
    wanted = [link for link in page.links if link.read != "no" and link.kind]
    wanted.sort(key=lambda link: (link.date or "9", int(link.media)))
    used = set(taken.values())
    listed = []
    for link in wanted:
        doc_id = taken.get(link.url)
        if doc_id is None:
            doc_id = next(name for name in _candidates(link, product) if name not in used)
            used.add(doc_id)
        listed.append(
            Listed(
                source="fda",
                item=link.url,
                address=link.url,
                product=product,
                kind=link.kind or "",
                title=link.words,
                doc_id=doc_id,
                date=link.date,
            )
        )
    return listed


def _candidates(link: MediaLink, product: str) -> Iterable[str]:
    plain = f"fda:{product.replace('_', '-')}/{link.kind}"
    yield plain
    if link.date:
        yield f"{plain}-{link.date}"
    yield f"{plain}-{link.media}"
    for extra in range(2, 1000):
        yield f"{plain}-{link.media}-{extra}"


def members_listed(
    archive: Listed, names: Sequence[str], rules: tuple[LinkRule, ...], taken: Mapping[str, str]
) -> tuple[list[tuple[int, Listed]], int]:
    """Return the files of a review archive that are to be read, each with its place in *names*, and how many are not.

    A file's name says what it is by the same words as a link's does.
    """
    used, items = set(taken.values()), set[str]()
    listed: list[tuple[int, Listed]] = []
    for place, name in enumerate(names):
        words = re.sub(r"[_-]+", " ", name.rsplit(".", 1)[0])
        rule = judge(words, rules)
        item = f"{archive.item}#{_slug(words)}"
        if rule is None or rule.read != "yes" or not rule.kind or item in items:
            continue
        items.add(item)
        doc_id = taken.get(item)
        if doc_id is None:
            plain = f"fda:{archive.product.replace('_', '-')}/{rule.kind}-{_slug(words)}"
            own = urlsplit(archive.item).path.strip("/").split("/")
            doc_id = next(
                one
                for one in (plain, f"{plain}-{own[1] if len(own) > 1 else place}", f"{plain}-{place}")
                if one not in used
            )
            used.add(doc_id)
        listed.append((place, Listed("fda", item, archive.address, archive.product, rule.kind, words, doc_id)))
    return listed, len(names) - len(listed)


def _slug(words: str) -> str:
    return fold(words).replace(" ", "-")[:80] or "file"


def lost_links(page: ProductPage, before: int) -> bool:
    """Tell whether a page that had documents has none now: its layout changed, or it is another page."""
    return before > 0 and not any(link.read != "no" for link in page.links)
