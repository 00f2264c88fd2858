"""The user's own terms over the built-in ones: rows that add a form, a concept, or kill a form.

Columns: ``category concept form match needs unless source``, and where a concept is new ``label parents axis ids``.
``match`` is ``fold``, ``case``, or ``kill``: no form that would match these words shall be taken (of this concept, or
of any where the concept is empty), but for those of the file that says so. A form that begins with a hyphen is the
end of a word.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from gtminer import tsv
from gtminer.errors import InputError
from gtminer.model import Category
from gtminer.tag.fold import plain

COLUMNS = ("category", "concept", "form", "match", "needs", "unless", "source")
OF_CONCEPTS = ("label", "parents", "axis", "ids")
MADE_BY_IMPORT = "# Made by gtminer vocab import"  # the first line of such a file
MATCHES = ("fold", "case", "kill")

Values = tuple[Any, ...]
_SHORTEST_STEM = 5
_SLUG = re.compile(r"[a-z0-9_]+")


class Kill(NamedTuple):
    """A line that takes forms out: those of the files but *path* that match *words* (folded)."""

    category: str
    slug: str
    words: str
    path: Path
    at: str


class Overlay(NamedTuple):
    """What the user's files add and take out; *forms* and *concepts* are rows of the compiled vocabulary."""

    concepts: list[Values]
    forms: list[Values]
    kills: dict[str, list[Kill]]  # by their words
    origins: list[Path]  # of each form: its file
    used: set[Kill]
    parents: dict[tuple[str, str], tuple[str, ...]]  # of concepts that are there and have more of them now

    def keeps(self, number: int, form: Values, variants: Iterable[str]) -> bool:
        """Say whether no line kills *form*, which matches *variants*; *number* counts from the overlay's first form.

        Built-in forms have negative numbers.
        """
        home = self.origins[number] if number >= 0 else None
        killing = [
            kill
            for variant in variants
            for kill in self.kills.get(variant.strip(), ())
            if kill.category == form[0] and kill.slug in ("", form[1]) and kill.path != home
        ]
        self.used.update(killing)
        return not killing

    def idle_kills(self) -> list[tuple[str, str]]:
        """Return place and words of the lines that have killed nothing."""
        return [(kill.at, kill.words) for same in self.kills.values() for kill in same if kill not in self.used]

    def files(self) -> list[tuple[str, int, int, int]]:
        """Return each file's name and how many concepts, forms and kill lines it has, in order."""
        concepts = Counter(concept[-1].rpartition(":")[0] for concept in self.concepts)
        forms = Counter(path.name for path in self.origins)
        kills = Counter(kill.path.name for same in self.kills.values() for kill in same)
        return [(name, concepts[name], forms[name], kills[name]) for name in sorted({*concepts, *forms, *kills})]


def read(
    paths: Sequence[Path],
    concepts: Sequence[Values],
    common: frozenset[str],
    refuse: Callable[[InputError], None] | None = None,
) -> Overlay:
    """Return what the files *paths* say beside the built-in *concepts*; *common* words cannot be forms.

    Raises InputError, with file and line, for a row that cannot be taken, or gives each of them to *refuse*.
    """
    reader = _Reader(concepts, common)
    for path in paths:
        reader.file(path, refuse or _raise)
    reader.check_parents(refuse or _raise)
    return reader.found


def _raise(error: InputError) -> None:
    raise error


class _Reader:
    """Reads files one after the other; what one says, the next may build on."""

    def __init__(self, concepts: Sequence[Values], common: frozenset[str]) -> None:
        self.found = Overlay([], [], {}, [], set(), {})
        self._common = common
        self._known = {(row[0], row[1]): row[3] for row in concepts}
        self._labels = {(row[0], plain(row[2])): row[1] for row in concepts}
        self._new: list[tuple[str, str, str]] = []

    def file(self, path: Path, refuse: Callable[[InputError], None]) -> None:
        """Take over the rows of *path*."""
        renew = " (an ontology's file: import it again)" if is_import(path) else ""
        try:
            for row in rows(path):
                try:
                    self._row(row, path)
                except InputError as error:
                    refuse(InputError(f"{error}{renew}"))
        except InputError as error:  # the file itself
            refuse(error)

    def _row(self, row: tsv.Row, path: Path) -> None:
        found = self.found
        category, slug = _category(row), sys.intern(row["concept"].strip())
        if row["match"] == "kill":
            words = _words(row)
            found.kills.setdefault(words, []).append(Kill(category, slug, words, path, row.at))
            return
        if not slug:
            raise InputError(f"{row.at}: no concept; name the one that '{row['form']}' means")
        form = _form(row, category, slug, self._common)
        if (category, slug) not in self._known:
            concept = _new_concept(row, category, slug)
            label = (category, plain(concept[2]))
            if label in self._labels:
                raise InputError(
                    f"{row.at}: the label '{concept[2]}' is that of the {category} '{self._labels[label]}'; "
                    "write that as the concept, or another label"
                )
            self._labels[label] = slug
            self._known[category, slug] = concept[3]
            self._new.append((row.at, category, slug))
            found.concepts.append(concept)
        elif more := _listed(row, "parents"):
            known = self._known[category, slug]
            self._known[category, slug] = (*known, *(parent for parent in more if parent not in known))
            self._new.append((row.at, category, slug))
            found.parents[category, slug] = self._known[category, slug]
        found.forms.append(form)
        found.origins.append(path)

    def check_parents(self, refuse: Callable[[InputError], None]) -> None:
        """Refuse parents that are not there, and concepts that lie below themselves."""
        settled: set[tuple[str, str]] = set()
        whole = True
        for at, category, slug in self._new:
            for parent in self._known[category, slug]:
                if (category, parent) not in self._known:
                    whole = False
                    names = [name for kind, name in self._known if kind == category]
                    near = get_close_matches(parent, names, 1)
                    hint = f"did you mean '{near[0]}'?" if near else f"name a {category} that exists, or none"
                    refuse(InputError(f"{at}: unknown parent '{parent}'; {hint}"))
        for at, category, slug in self._new if whole else ():
            if _is_below_itself(self._known, (category, slug), settled):
                refuse(InputError(f"{at}: '{slug}' lies below itself; take one of its parents out"))


def is_import(path: Path) -> bool:
    """Say whether *path* was made by `gtminer vocab import`, which may write over it."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.readline(200).startswith(MADE_BY_IMPORT)
    except OSError:
        return False


def rows(path: Path) -> Iterator[tsv.Row]:
    """Yield the rows of an overlay; raises InputError for a column that no overlay has."""
    first = True
    for row in tsv.read(path, COLUMNS):
        if first:
            first = False
            allowed = (*COLUMNS, *OF_CONCEPTS)
            for column in row.values:
                if column not in allowed:
                    near = get_close_matches(column, allowed, 1)
                    hint = f"did you mean '{near[0]}'?" if near else f"the columns are: {', '.join(allowed)}"
                    raise InputError(f"{row.at}: unknown column '{column}'; {hint}")
        yield row


def _category(row: tsv.Row) -> str:
    names = [category.value for category in Category]
    if row["category"] not in names:
        raise InputError(f"{row.at}: unknown category '{row['category']}'; choose one of: {', '.join(names)}")
    return sys.intern(row["category"])


def _words(row: tsv.Row) -> str:
    words = plain(row["form"]).strip()
    if not words:
        raise InputError(f"{row.at}: the form '{row['form']}' has no letter or digit; take the row out")
    return words


def _form(row: tsv.Row, category: str, slug: str, common: frozenset[str]) -> Values:
    from gtminer.tag.compiling import form_row

    if row["match"] not in MATCHES:
        raise InputError(f"{row.at}: match '{row['match']}'; write {', '.join(MATCHES[:2])} or {MATCHES[2]}")
    words, form = _words(row), row["form"].strip()
    plainly = row["match"] == "fold" or form in (form.lower(), form.capitalize())
    if words in common and (plainly or (form.isupper() and not row["needs"].strip())):
        raise InputError(
            f"{row.at}: the form '{form}' is a common word and would match everywhere; take the row out, "
            "or write it in capitals with match case and context words in needs"
        )
    if form.startswith("-") and len(words) < _SHORTEST_STEM:
        raise InputError(f"{row.at}: the end of a word '{form}' is too short; give at least {_SHORTEST_STEM} letters")
    if len(words.replace(" ", "")) < 2 or (len(words) == 2 and not row["needs"].strip()):
        raise InputError(f"{row.at}: the form '{form}' is too short; take the row out, or give context words in needs")
    return form_row(Category(category), slug, form, row)


def _new_concept(row: tsv.Row, category: str, slug: str) -> Values:
    if category == Category.PRODUCT:
        raise InputError(
            f"{row.at}: unknown product '{slug}'; forms can be added to those of 'gtminer vocab list product'"
        )
    if not _SLUG.fullmatch(slug):
        raise InputError(f"{row.at}: the concept '{slug}' is new; name it in small letters, digits and underscores")
    label = row.values.get("label", "").strip()
    if not label:
        raise InputError(f"{row.at}: the concept '{slug}' is new; give it a label in a column 'label'")
    axis = row.values.get("axis", "").strip()
    return (category, slug, label, _listed(row, "parents"), axis, "", _listed(row, "ids"), row["source"], row.at)


def _listed(row: tsv.Row, column: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in row.values.get(column, "").split(";") if part.strip())


def _is_below_itself(
    known: Mapping[tuple[str, str], tuple[str, ...]], start: tuple[str, str], settled: set[tuple[str, str]]
) -> bool:
    """Say whether the way up from *start* comes back to where it was; *settled* are known to be free of that."""
    trail, open_ = [(start, iter(known[start]))], {start}
    while trail:
        at, above = trail[-1]
        for parent in above:
            key = (at[0], parent)
            if key in open_:
                return True
            if key not in settled:
                open_.add(key)
                trail.append((key, iter(known[key])))
                break
        else:
            trail.pop()
            open_.discard(at)
            settled.add(at)
    return False
