"""A small FDA: the index of cellular and gene therapy products, their pages, their media, the bot wall's apology."""

import io
import tomllib
import zipfile
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from gtminer.standin.server import Request, Response

PREFIXES = ("/vaccines-blood-biologics/", "/media/", "/robots.txt", "/apology_objects/")
INDEX = "/vaccines-blood-biologics/cellular-gene-therapy-products/approved-cellular-and-gene-therapy-products"
APOLOGY = "/apology_objects/abuse-detection-apology.html"
ROBOTS = b"User-agent: *\nCrawl-delay: 30\nDisallow: /search/\n"
_HTML = {"Content-Type": "text/html; charset=UTF-8"}
_PDF = {"Content-Type": "application/pdf", "Content-Disposition": 'attachment; filename="Document.pdf"'}
_ZIP = {"Content-Type": "application/zip", "Content-Disposition": 'attachment; filename="Reviews.zip"'}
_NEVER = (2020, 1, 1, 0, 0, 0)


class Fda:
    """The virtual source; mount it at each of ``PREFIXES``. *products* are the tables of corpus/fda.toml."""

    def __init__(self) -> None:
        self.products: list[dict[str, Any]] = tomllib.loads(_corpus("fda.toml").decode())["product"]
        self.media: dict[str, tuple[Mapping[str, str], bytes]] = {}
        self.moved: dict[str, str] = {}  # pages, from where to where
        for product in self.products:
            for link in product.get("link", ()):
                if "file" in link:
                    self.media[str(link["media"])] = (_PDF, _corpus(f"pdf/{link['file']}"))
                elif "members" in link:
                    self.media[str(link["media"])] = (_ZIP, _zip(link["members"]))

    def product(self, brand: str) -> dict[str, Any]:
        """Return the product of that brand."""
        return next(product for product in self.products if product["name"].startswith(brand))

    def move(self, brand: str, page: str) -> None:
        """Move a product's page: the index and a redirect lead to the new place."""
        product = self.product(brand)
        self.moved[product["page"]] = page
        product["page"] = page

    def replace(self, media: int, body: bytes, headers: Mapping[str, str] = _PDF) -> None:
        """Put other bytes under a media id."""
        self.media[str(media)] = (headers, body)

    def answer(self, request: Request) -> Response:
        """Return the answer to *request*."""
        path = request.path.rstrip("/")
        if path == "/robots.txt":
            return Response(200, {"Content-Type": "text/plain"}, ROBOTS)
        if path == INDEX:
            return Response(200, _HTML, self._index().encode())
        if path in self.moved:
            return Response(301, {"Location": self.moved[path]})
        if path.startswith("/media/"):
            headers, body = self.media.get(path.split("/")[2], ({}, b""))
            return Response(200, headers, body) if body else _not_found()
        if path.startswith("/apology_objects/"):
            return Response(404, {"Content-Type": "text/html"}, b"Not found\n")
        for product in self.products:
            if product["page"] == path:
                return Response(200, _HTML, _page(product).encode())
        return _not_found()

    def _index(self) -> str:
        rows = "".join(
            f'<tr><td><a href="{product["page"]}" data-entity-type="node">{escape(product["name"])}</a></td>'
            f"<td>{escape(product['manufacturer'])}</td></tr>\n"
            for product in self.products
        )
        return _document(
            "Approved Cellular and Gene Therapy Products",
            f"<table><thead><tr><th>Product</th><th>Manufacturer</th></tr></thead><tbody>\n{rows}</tbody></table>",
        )


def _page(product: Mapping[str, Any]) -> str:
    name = product.get("trade", product["name"])
    facts = (
        (f"{escape(product['stn'])}<br />" if "stn" in product else "")
        + "".join(
            f"<strong>{label}:</strong> {escape(product[key])}<br />"
            for label, key in (("Proper Name", "proper"), ("Trade Name", "trade"), ("Manufacturer", "manufacturer"),
                               ("Indication", "indication")) if key in product
        )
    )  # fmt: skip
    links = "".join(f"<li>{_link(link, place)}</li>\n" for place, link in enumerate(product.get("link", ())))
    return _document(name, f"<p>{facts}</p>\n<h2>Supporting Documents</h2>\n<ul>\n{links}</ul>")


def _link(link: Mapping[str, Any], place: int) -> str:
    """Return a media link in one of the spellings that pages mix; the first also stands behind an icon."""
    target = f"/media/{link['media']}/download"
    spellings = (f"{target}?attachment", f" {target} ", f"https://www.fda.gov{target}", f"{target}?attachment=#top")
    icon = f'<a href="{target}"><span class="icon"></span></a> ' if place == 0 else ""
    return f'{icon}<a href="{spellings[place % len(spellings)]}">{escape(link["words"])}</a>'


def _document(title: str, body: str) -> str:
    return (
        f"<!DOCTYPE html>\n<html lang='en'><head><title>{escape(title)} | FDA</title></head><body>\n"
        '<nav><a href="/vaccines-blood-biologics">Vaccines, Blood &amp; Biologics</a></nav>\n'
        f'<main><article><h1>{escape(title)}</h1>\n{body}\n</article></main>\n<footer><a href="/">FDA</a></footer>\n'
        "</body></html>"
    )


def _not_found() -> Response:
    return Response(404, _HTML, b"<html><head><title>Page Not Found | FDA</title></head><body></body></html>")


def _zip(members: Mapping[str, str]) -> bytes:
    """Return an archive; a member without a file of the corpus is a short text."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in members.items():
            body = _corpus(f"pdf/{source}") if source else b"List of the invented memos.\n"
            archive.writestr(zipfile.ZipInfo(name, _NEVER), body, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _corpus(name: str) -> bytes:
    return files("gtminer.standin").joinpath("corpus", name).read_bytes()
