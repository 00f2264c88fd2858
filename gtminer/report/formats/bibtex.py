"""BibTeX: one entry a document, in UTF-8, with nothing that TeX would obey."""

import re
from typing import TextIO

from gtminer.report.table import Style, Table, words
from gtminer.text import one_line

SUFFIXES = (".bib",)
BINARY = False

_TYPES = {"article": "article", "book": "book"}
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{char: f"\\{char}" for char in "&%$#_"},
}  # fmt: skip


def write(table: Table, out: TextIO, style: Style) -> None:
    """Write the references of *table* (`report.citations`)."""
    names = [column.name for column in table.columns]
    for row in table.rows:
        reference = dict(zip(names, row, strict=True))
        authors, keywords = reference["authors"], reference["keywords"]
        title = ("RETRACTED: " if reference["retracted"] else "") + words(reference["title"])
        fields = {
            "title": f"{{{_tex(title)}}}",
            "author": " and ".join(_author(one) for one in authors) if isinstance(authors, tuple) else "",
            "year": words(reference["date"])[:4],
            "journal": _tex(reference["journal"]),
            "institution": _tex(reference["regulator"]),
            "doi": _plain(reference["doi"]),
            "url": _plain(reference["url"]),
            "keywords": ", ".join(_tex(one) for one in keywords) if isinstance(keywords, tuple) else "",
            "note": _tex(reference["doc_id"]),
        }
        key = re.sub(r"[^A-Za-z0-9]+", "-", words(reference["doc_id"]))
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
        out.write(f"@{_TYPES.get(str(reference['kind']), 'techreport')}{{{key},\n{lines}}}\n\n")


def _author(name: object) -> str:
    """A group in braces, so that its name is not taken apart."""
    text = _tex(name)
    return text if ", " in text else f"{{{text}}}"


def _tex(value: object) -> str:
    return "".join(_SPECIAL.get(char, char) for char in one_line(words(value)))


def _plain(value: object) -> str:
    return re.sub(r"[{}\\\s]", "", one_line(words(value)))
