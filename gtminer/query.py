"""Query files: one question a TOML file, with what each source is to be asked."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from gtminer import tsv
from gtminer.errors import InputError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_QUOTED = re.compile(r'"[^"]*"')
_TAG = re.compile(r"\[([^\[\]]*)\]")
_SHORT_STEM = re.compile(r"(?<![\w-])\w{1,3}\*")  # PubMed User Guide: four characters at least before the *
_NEAR = re.compile(r":~\d+$")  # "gene therapy"[tiab:~3] asks for words near each other
# What looks right and is not, and what was meant.
_LOOKALIKES = {"\u2217": "*", "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "&amp;": "&", "\u00a0": " "}


@dataclass(frozen=True, slots=True)
class RegulatorQuestion:
    """What a regulator is asked: named products, all advanced therapies, or both."""

    products: tuple[str, ...] = ()
    advanced_therapy: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A question; a source that it does not mention is not asked. *pubmed* is PubMed's own query language."""

    name: str
    title: str
    pubmed: str | None = None
    ema: RegulatorQuestion | None = None
    fda: RegulatorQuestion | None = None

    def asks(self, source: str) -> bool:
        """Does this question concern *source* (`pubmed`, `ema`, `fda`)?"""
        return getattr(self, source) is not None


def load(names: Sequence[str] = (), here: Path | None = None) -> list[Query]:
    """Return the queries in force, by name; those in *names* only, where given. Raises InputError.

    The working directory's `queries/` wins over the ones that ship with gtminer.
    """
    found = {}
    for path in sorted(folder(here).glob("*.toml")):
        query = read(path)
        if query.name in found:
            raise InputError(f"{path}: a second query is named '{query.name}'; give each a name of its own")
        found[query.name] = query
    if not found:
        raise InputError(f"no query file in {folder(here)}; write one, or run gtminer elsewhere to use its own")
    for name in names:
        if name not in found:
            raise InputError(f"unknown query '{name}'; {_suggestion(name, list(found))}")
    return [query for query in found.values() if not names or query.name in names]


def folder(here: Path | None = None) -> Path:
    """Return the folder of query files: the working directory's, the wheel's, or the checkout's."""
    local = (here or Path.cwd()) / "queries"
    if local.is_dir():
        return local
    inside = Path(__file__).parent / "queries"
    return inside if inside.is_dir() else Path(__file__).parents[1] / "queries"


def read(path: Path) -> Query:
    """Return the query of one file. Raises InputError naming file, key and a remedy."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from error
    _check_keys(path, "", table, ("name", "title", "pubmed", "ema", "fda"))
    name = _text(path, "name", table)
    if not _NAME.fullmatch(name):
        raise InputError(f"{path}: name '{name}'; use small letters, digits, - and _")
    query = Query(name, _text(path, "title", table), _pubmed(path, table), *_regulators(path, table))
    if not any(query.asks(source) for source in ("pubmed", "ema", "fda")):
        raise InputError(f"{path}: no source is asked; add a table [pubmed], [ema] or [fda]")
    return query


def check_term(term: str) -> None:
    """Raise InputError where PubMed would misread *term* without a word."""
    for wrong, meant in _LOOKALIKES.items():
        if wrong in term:
            raise InputError(f"the term holds the character {wrong!r}, which PubMed does not read as {meant!r}")
    bare = _QUOTED.sub('""', term)
    if bare.count('"') % 2:
        raise InputError('the term has a " without its partner')
    if short := _SHORT_STEM.search(bare):
        raise InputError(f"PubMed truncates from four characters on; write out what {short.group()} stands for")
    for tag in _TAG.findall(bare):
        name = _NEAR.sub("", " ".join(tag.lower().split()))
        if name not in _fields():
            raise InputError(
                f"PubMed knows no field [{tag}] and would search everything; {_suggestion(name, _fields())}"
            )
    depth = 0
    for char in bare:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            break
    if depth:
        raise InputError("the term's round brackets do not match")


@cache
def _fields() -> tuple[str, ...]:
    rows = tsv.packaged("pubmed_fields.tsv", ("tag", "field", "source"))
    return tuple(row["tag"] for row in rows)


def _pubmed(path: Path, table: Mapping[str, object]) -> str | None:
    if "pubmed" not in table:
        return None
    asked = _table(path, "pubmed", table)
    _check_keys(path, "pubmed", asked, ("term",))
    term = " ".join(_text(path, "term", asked, "pubmed").split())
    try:
        check_term(term)
    except InputError as error:
        raise InputError(f"{path}: [pubmed] {error}") from None
    return term


def _regulators(path: Path, table: Mapping[str, object]) -> list[RegulatorQuestion | None]:
    questions: list[RegulatorQuestion | None] = []
    for source in ("ema", "fda"):
        if source not in table:
            questions.append(None)
            continue
        asked = _table(path, source, table)
        _check_keys(path, source, asked, ("products", "advanced_therapy"))
        products, every = asked.get("products", []), asked.get("advanced_therapy", False)
        if not isinstance(products, list) or not all(isinstance(name, str) and name.strip() for name in products):
            raise InputError(f'{path}: [{source}] products must be a list of names, such as ["Zolgensma"]')
        if not isinstance(every, bool):
            raise InputError(f"{path}: [{source}] advanced_therapy must be true or false")
        if not products and not every:
            raise InputError(f"{path}: [{source}] asks for nothing; name products or set advanced_therapy = true")
        questions.append(RegulatorQuestion(tuple(products), every))
    return questions


def _table(path: Path, key: str, table: Mapping[str, object]) -> Mapping[str, object]:
    value = table[key]
    if not isinstance(value, dict):
        raise InputError(f"{path}: {key} must be a table: [{key}]")
    return value


def _text(path: Path, key: str, table: Mapping[str, object], inside: str = "") -> str:
    where = f"[{inside}] {key}" if inside else key
    value = table.get(key)
    if value is None:
        raise InputError(f"{path}: {where} is missing")
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{path}: {where} must be a text in quotes")
    return value.strip()


def _check_keys(path: Path, inside: str, table: Mapping[str, object], known: Sequence[str]) -> None:
    for key in table:
        if key not in known:
            where = f"[{inside}] " if inside else ""
            raise InputError(f"{path}: {where}unknown key '{key}'; {_suggestion(key, known)}")


def _suggestion(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"did you mean '{near[0]}'?" if near else f"choose one of: {', '.join(known[:12])}"
