"""What the tests of the tagger share: one vocabulary, documents in a line, answers as plain sets."""

from functools import cache
from typing import Any

from gtminer.model import Category, Document, Reading, Section, Table
from gtminer.tag.tagger import read_document
from gtminer.tag.vocabulary import Vocabulary, load


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships."""
    return load()


def document(title: str, text: str = "", **fields: Any) -> Document:
    """Return a document whose text is its title and *text*; *fields* are those of Document."""
    whole = f"{title}\n{text}" if title and text else title or text
    return Document("pubmed:1", "pubmed", title, whole)._replace(**fields)


def sectioned(title: str, *parts: tuple[str, str], **fields: Any) -> Document:
    """Return a document of sections: (kind, words)."""
    text = title
    sections = [Section("title", "", 0, len(title))]
    for kind, words in parts:
        start = len(text) + 1
        text += f"\n{words}"
        sections.append(Section(kind, kind, start, len(text)))
    return Document("pubmed:1", "pubmed", title, text, tuple(sections))._replace(**fields)


def report(title: str, caption: str, *rows: tuple[str, ...]) -> Document:
    """Return a report with one table in its section on clinical safety."""
    lines = "\n".join(" | ".join(filter(None, row)) for row in rows)
    text = f"{title}\n{caption}\n{lines}"
    start = text.index(lines)
    table = Table(caption, 1, "parsed", rows, start, len(text))
    sections = (
        Section("title", "", 0, len(title), 1),
        Section("clinical_safety", "Clinical safety", len(title) + 1, len(text), 1),
    )
    return Document("ema:x/assessment-report", "ema", title, text, sections, tables=(table,), regulator="EMA")


def read(title: str, text: str = "", **fields: Any) -> Reading:
    """Return what is said of a document."""
    return read_document(document(title, text, **fields), vocabulary())


def mentions(text: str, *categories: Category) -> list[tuple[str, str]]:
    """Return the concepts of a text with the words that name them, in reading order."""
    tags = [tag for tag in read("", text).tags if not tag.inferred]
    return [(tag.concept, tag.text) for tag in tags if not categories or tag.category in categories]
