"""Terms of an OBO file (flat file format 1.2 and 1.4), read as a stream: ids, names, exact synonyms, parents."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from gtminer.errors import InputError
from gtminer.text import one_line

# No ontology comes near these; a file that passes them is not one.
_LONGEST_LINE = 1_000_000
_MOST_TERMS = 2_000_000
_TAG = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*):(?:\s+|$)(.*)", re.DOTALL)
_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"\s*([A-Z]*)')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": " ", "W": " ", "t": " "}
_HIDDEN = re.compile(r"\s+(?:!.*|\{[^{}]*\}\s*(?:!.*)?)$")  # trailing modifiers and comments


class Term(NamedTuple):
    """A term that is not obsolete. *loose* are synonyms that mean more, less or something near."""

    id: str
    name: str
    synonyms: tuple[str, ...]
    loose: tuple[str, ...]
    xrefs: tuple[str, ...]
    parents: tuple[str, ...]


class _Stanza:
    """The lines of one term, gathered."""

    def __init__(self, at: str) -> None:
        self.at = at
        self.values: dict[str, list[str]] = {}

    def first(self, tag: str) -> str:
        return self.values.get(tag, [""])[0]

    def is_obsolete(self) -> bool:
        return self.first("is_obsolete") == "true" or self.first("name").lower().startswith("obsolete ")

    def term(self) -> Term:
        exact: list[str] = []
        loose: list[str] = []
        for value in self.values.get("synonym", ()):
            match = _SYNONYM.match(value)
            if not match:
                raise InputError(
                    f"{self.at}: a synonym of '{self.first('id')}' is not in quotes; the file is no OBO file"
                )
            (exact if match[2] == "EXACT" else loose).append(_text(match[1]))
        # Format 1.0 has a tag for each kind.
        for value in self.values.get("exact_synonym", ()):
            if match := _SYNONYM.match(value):
                exact.append(_text(match[1]))
        return Term(
            self.first("id"),
            _text(self.first("name")),
            tuple(filter(None, dict.fromkeys(exact))),
            tuple(filter(None, dict.fromkeys(loose))),
            tuple(value.split(" ")[0] for value in self.values.get("xref", ())),
            tuple(value.split(" ")[0] for value in self.values.get("is_a", ())),
        )


def read(path: Path) -> Iterator[Term]:
    """Yield the terms of *path* that are not obsolete.

    Raises InputError, with file and line, for a file that is not OBO, not UTF-8, or cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            yield from _terms(file, path.name)
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: not UTF-8 text; give an ontology in OBO format") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name an OBO file") from error


def _terms(file: IO[str], name: str) -> Iterator[Term]:
    stanza: _Stanza | None = None
    headed = False
    seen: dict[str, int] = {}
    for number, line in _lines(file, name):
        if line.startswith("["):
            if stanza:
                yield from _finished(stanza, seen)
            stanza = _Stanza(f"{name}:{number}") if line == "[Term]" else None
            headed = True
            continue
        tagged = _TAG.match(line)
        if not tagged:
            if headed:
                continue  # a line that other programs wrote; nothing we read stands there
            raise InputError(f"{name}:{number}: not a line of an OBO file; give an ontology in OBO format")
        headed = True
        if stanza is not None:
            tag, value = tagged.groups()
            stanza.values.setdefault(tag, []).append(value if tag == "synonym" else _HIDDEN.sub("", value).strip())
    if stanza:
        yield from _finished(stanza, seen)
    if not seen:
        raise InputError(f"{name}: holds no [Term]; give an ontology in OBO format")


def _lines(file: IO[str], name: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, with their numbers."""
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE:
            raise InputError(f"{name}:{number}: a line of more than a million characters; the file is no OBO file")
        line = line.strip()
        if line and not line.startswith("!"):
            yield number, line


def _finished(stanza: _Stanza, seen: dict[str, int]) -> Iterator[Term]:
    identifier = stanza.first("id")
    if not identifier:
        raise InputError(f"{stanza.at}: a [Term] without an id; the file is no whole OBO file")
    if identifier in seen:
        raise InputError(f"{stanza.at}: the id '{one_line(identifier)[:60]}' a second time; mend the file")
    seen[identifier] = len(seen)
    if len(seen) > _MOST_TERMS:
        raise InputError(f"{stanza.at}: more than {_MOST_TERMS:,} terms; give a smaller ontology")
    if not stanza.is_obsolete() and stanza.first("name"):
        yield stanza.term()


def _text(value: str) -> str:
    return one_line(_ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), value))
