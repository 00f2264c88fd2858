"""The product table for the sources: which names and numbers mean which gene therapy, and which are look-alikes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from gtminer import tsv

_NUMBER = re.compile(r"EMEA/([HV])/C/0*(\d+)")
_STN = re.compile(r"\b(\d{6})\b")
_PREVIOUSLY = re.compile(r"\(previously ([^)]*)\)", re.IGNORECASE)
_US_SUFFIX = re.compile(r"[- ][a-z]{4}$")  # the four letters of US biological names: "-xioi", "-rzyl"


class Product(NamedTuple):
    """A gene therapy of the product table; names are as printed there."""

    product_id: str
    brands: tuple[str, ...]
    inns: tuple[str, ...]
    ema_number: str | None
    stns: tuple[str, ...]


class Neighbour(NamedTuple):
    """A medicine that looks like a gene therapy and is none, and why."""

    name: str
    reason: str


class ProductTable:
    """Look-up of products and look-alikes by any name or number that a source prints."""

    def __init__(
        self,
        products: Iterable[Product],
        neighbours: Mapping[str, Neighbour],
        stems: Iterable[tuple[str, str]] = (),
        cell_words: Mapping[str, str] | None = None,
    ) -> None:
        self.products = {product.product_id: product for product in products}
        self._neighbours = neighbours
        self._stems = tuple(stems)
        self._cell_words = dict(cell_words or {})
        self._brands = {fold(brand): product for product in self.products.values() for brand in product.brands}
        self._numbers = {product.ema_number: product for product in self.products.values() if product.ema_number}
        self._stns = {stn: product for product in self.products.values() for stn in product.stns}
        self._inns: dict[str, set[str]] = {}
        for product in self.products.values():
            for inn in product.inns:
                self._inns.setdefault(fold_inn(inn), set()).add(product.product_id)

    def find(
        self, *, brand: str = "", inns: Iterable[str] = (), ema_number: str | None = None, stns: Iterable[str] = ()
    ) -> Product | None:
        """Return the product that the names and numbers mean, or None.

        The brand decides before numbers, and numbers before the INN: Zolgensma and Itvisma share one INN,
        and Roctavian had two EMA numbers. An INN of several products decides nothing.
        """
        for name in names_in(brand):
            if product := self._brands.get(fold(name)):
                return product
        if ema_number and (product := self._numbers.get(ema_number)):
            return product
        for stn in stns:
            if product := self._stns.get(stn):
                return product
        for inn in inns:
            ids = self._inns.get(fold_inn(inn), set())
            if len(ids) == 1:
                return self.products[next(iter(ids))]
        return None

    def neighbour(self, brand: str, inns: Iterable[str] = ()) -> Neighbour | None:
        """Return the look-alike of that brand or INN, or None; cells and tissues are told by their substance."""
        inns = tuple(inns)
        for name in (*names_in(brand), *inns):
            if found := self._neighbours.get(fold(name)):
                return found
        if self.named_as_gene_therapy(inns):
            return None
        told = {tells for inn in inns for words, tells in self._cell_words.items() if f" {words}" in f" {fold(inn)}"}
        return (
            Neighbour(brand, "its active substance is cells or tissue, without a gene") if told == {"tissue"} else None
        )

    def named_as_gene_therapy(self, inns: Iterable[str]) -> bool:
        """Tell whether an INN is built as those of gene therapies are (lenadogene nolparvovec)."""
        for inn in inns:
            words = inn.lower().split()
            if len(words) == 2 and any(
                words[0].endswith(gene) and _US_SUFFIX.sub("", words[1]).endswith(carrier)
                for gene, carrier in self._stems
            ):
                return True
        return False

    def asked(self, names: Iterable[str] | None) -> set[str] | None:
        """Return the product ids that *names* mean (folded names where the table knows none); None for all."""
        if names is None:
            return None
        found = ((name, self.resolve(name)) for name in names)
        return {product.product_id if product else fold(name) for name, product in found}

    def resolve(self, name: str) -> Product | None:
        """Return the product a user's query file means by id, brand, INN or EMA number."""
        return self.products.get(name) or self.find(brand=name, inns=(name,), ema_number=ema_number(name))


def load(products: Path | Traversable | None = None, neighbours: Path | Traversable | None = None) -> ProductTable:
    """Read the product table and the table of look-alikes (package data, unless given)."""
    data = files("gtminer") / "data"
    stems = tsv.read(data / "inn_stems.tsv", ("gene_word", "carrier_word", "source"))
    return ProductTable(
        _products(products or data / "product_facts.tsv"),
        dict(_neighbours(neighbours or data / "neighbours.tsv")),
        tuple((row["gene_word"], row["carrier_word"]) for row in stems),
        {row["words"]: row["tells"] for row in tsv.read(data / "cell_words.tsv", ("words", "tells", "source"))},
    )


def _products(path: Path | Traversable) -> Iterator[Product]:
    needed = ("product_id", "brand", "brand_other", "inn", "us_proper_name", "ema_procedure", "fda_stn")
    for row in tsv.read(path, needed):
        brands = [
            name for cell in (row["brand"], row["brand_other"]) for part in cell.split(";") for name in names_in(part)
        ]
        yield Product(
            product_id=row["product_id"],
            brands=tuple(brands),
            inns=tuple(dict.fromkeys(name for name in (row["inn"], row["us_proper_name"]) if name)),
            ema_number=ema_number(row["ema_procedure"]),
            stns=tuple(_STN.findall(row["fda_stn"])),
        )


def _neighbours(path: Path | Traversable) -> Iterator[tuple[str, Neighbour]]:
    for row in tsv.read(path, ("name", "inn", "why_not_gene_therapy_in_eu_law")):
        for cell in (row["name"], row["inn"]):
            for part in re.split(r"[;/]", cell):
                for name in names_in(part):
                    yield fold(name), Neighbour(name, row["why_not_gene_therapy_in_eu_law"])


def ema_number(text: str) -> str | None:
    """Return the EMA product number in one spelling, or None: "EMEA/H/C/4090 " is "EMEA/H/C/004090"."""
    match = _NUMBER.search(text.upper())
    return f"EMEA/{match[1]}/C/{int(match[2]):06d}" if match and len(match[2]) <= 6 else None


def names_in(text: str) -> tuple[str, ...]:
    """Return the names a cell holds: "Beqvez (previously Durveqtix)" has two, "Lenmeldy (US)" one."""
    earlier = tuple(name.strip() for found in _PREVIOUSLY.findall(text) for name in found.split(","))
    rest = _PREVIOUSLY.sub("", text)
    aside = re.findall(r"\(([^)]*)\)", rest)
    main = re.sub(r"\([^)]*\)?", "", rest).strip()
    # A bracket of two or three capitals is a country, not a name.
    extra = tuple(name.strip() for name in aside if len(name) > 3 and not name.isupper())
    return tuple(name for name in (main, *earlier, *extra) if name)


def fold(name: str) -> str:
    """Return *name* without case, signs of trade marks and the form of its spaces and dashes."""
    return re.sub(r"[^0-9a-z]+", " ", name.casefold().replace("™", "").replace("®", "")).strip()


def fold_inn(name: str) -> str:
    """Return *name* folded and without the four-letter suffix of US biological names and what stands in brackets."""
    bare = re.sub(r"\[[^]]*\]", "", name).strip()
    words = bare.split()
    return fold(_US_SUFFIX.sub("", bare) if len(words) > 1 or "-" in bare else bare)


def slug(name: str) -> str:
    """Return the product id of a medicine that the table does not hold: its first name in lower case."""
    names = names_in(name)
    return fold(names[0]).replace(" ", "_")[:60] if names and fold(names[0]) else "unnamed"
