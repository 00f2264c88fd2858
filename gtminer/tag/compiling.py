"""From data files to a compiled vocabulary: rows checked, forms spelled out, two automata built."""

import hashlib
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gtminer import tsv
from gtminer.errors import InputError
from gtminer.model import Category
from gtminer.tag import spelled_out
from gtminer.tag.choices import wordings
from gtminer.tag.fold import plain
from gtminer.tag.forms import Spelling, variants
from gtminer.tag.packed import Bytes, pack

if TYPE_CHECKING:
    from gtminer.tag.overlay import Overlay

CATEGORIES = (Category.MODALITY, Category.VECTOR, Category.INDICATION, Category.SAFETY)
# Cues that are looked for in whole texts; those of counts and grades are read token by token (tokens.py).
_FAMILIES = (
    "carriers", "changes", "clauses", "events", "negation", "roles", "subjects", "therapy", "time", "uncertainty",
)  # fmt: skip
ELSEWHERE = 1 << 31
_FEW = 30_000  # patterns of an overlay that are looked for together with the built-in ones
_FORM_COLUMNS = ("concept", "form", "match", "needs", "unless", "source")
# The files of `roles/` and their columns; each row has its source as well.
_ROLES = {
    "tools": ("category", "concept"),
    "outside": ("concept",),
    "implies": ("concept", "implies", "unless"),
    "symptoms": ("indication", "event"),
    "conditions": ("event",),
    "general": ("category", "concept"),
    "sections": ("kind", "assertion", "certain"),
    "reported": ("kind",),
    "english": ("word",),
    "title_sections": ("words", "kind"),
    "made": ("concept",),
    "complications": ("concept",),
    "vectorless": ("concept",),
    "copied": ("concept",),
    "treated": ("event",),
    "between": ("word", "kind"),
    "counts": ("concept",),
    "told_by": ("told_by", "concept"),
    "replaces": ("concept", "replaces"),
}
_PACKAGE = Path(__file__).parents[1]  # importlib.resources takes longer to load than the vocabulary may need
_CONCEPT_COLUMNS = ("concept", "label", "parents", "axis", "definition", "ids", "source")


class Files:
    """The data files of the package, and the user's *overlay*: a file, or a folder of which *but* is left out."""

    def __init__(self, overlay: Path | None, but: Path | None = None) -> None:
        self.data = _PACKAGE / "data"
        self.overlay = overlay
        self._but = but

    def version(self) -> str:
        """Return a hash of all that decides a tag: vocabulary, cues, products, overlay, this package's code."""
        digest = hashlib.sha256()  # processors have instructions for it
        for name, content in self._all():
            digest.update(name.encode() + b"\0")
            digest.update(content)
            digest.update(b"\0")
        return digest.hexdigest()

    def _all(self) -> Iterator[tuple[str, bytes]]:
        code = _PACKAGE / "tag"
        for folder in (self.data / "vocabulary", self.data / "cues", self.data / "roles", code, code / "printed"):
            for path in sorted(folder.iterdir(), key=lambda path: path.name):
                if path.name.endswith((".tsv", ".py")):
                    yield path.name, path.read_bytes()
        for name in ("products.tsv", "product_names.tsv"):
            yield name, (self.data / name).read_bytes()
        for path in self.overlays():
            try:
                with path.open("rb", buffering=0) as file:
                    while piece := file.read(1 << 20):
                        yield path.name, piece
            except OSError as error:
                raise InputError(f"{path}: cannot be read ({error.strerror}); mend that, or move it away") from error

    def overlays(self) -> list[Path]:
        """Return the overlay's files. Raises InputError where it is named and not there."""
        if self.overlay is None:
            return []
        if self.overlay.is_dir():
            return [path for path in sorted(self.overlay.glob("*.tsv")) if path.is_file() and path != self._but]
        if not self.overlay.is_file():
            raise InputError(f"{self.overlay}: no such vocabulary file; mend GTMINER_VOCABULARY or gtminer.toml")
        return [self.overlay]

    def common_words(self) -> frozenset[str]:
        """Return the folded words that are too common to mean a concept by themselves."""
        return frozenset(
            plain(row["word"]) for row in tsv.read(self.data / "ontology" / "common_words.tsv", ("word", "source"))
        )

    def short_words(self) -> frozenset[str]:
        """Return the words that mean one thing though they are short, so that they may be context."""
        return frozenset(
            row["word"] for row in tsv.read(self.data / "ontology" / "short_words.tsv", ("word", "source"))
        )

    def spellings(self) -> tuple[Spelling, ...]:
        """Return the pairs of spellings that are the same word."""
        return tuple(
            Spelling(row["british"], row["american"], row["place"] == "start")
            for row in tsv.read(self.data / "vocabulary" / "spelling.tsv", ("british", "american", "place"))
        )


def compile_(source: Files) -> dict[str, Any]:
    """Return the compiled vocabulary: plain values only. Raises InputError with file and line for a bad row."""
    from gtminer.tag import bytewise, overlay

    concepts = built_in_concepts(source.data)
    built_in = list(_forms(source.data))
    added = overlay.read(source.overlays(), concepts, source.common_words())
    concepts = [
        (*row[:3], added.parents.get((row[0], row[1]), row[3]), *row[4:]) for row in (*concepts, *added.concepts)
    ]
    index: dict[str, dict[str, int]] = {}
    for number, (category, slug, *_rest) in enumerate(concepts):
        index.setdefault(category, {})[slug] = number
    cues: dict[str, list[tuple[str, str, str]]] = {}
    for family, kind, text in _cues(source.data):
        open_end = text.endswith("*")
        cues.setdefault(f" {plain(text.rstrip('*'))}{'' if open_end else ' '}", []).append((family, kind, text))
    return {
        "concepts": pack(concepts),
        "by_slug": {
            category: array("I", (slugs[slug] for slug in sorted(slugs))).tobytes() for category, slugs in index.items()
        },
        "products": list(_products(source.data)),
        **_terms(built_in, added, index, source.spellings()),
        "overlays": added.files(),
        "idle_kills": added.idle_kills(),
        "cues": bytewise.build(cues),
        **_cue_entries(cues),
        "roles": {
            **{name: _role(source.data, name, columns) for name, columns in _ROLES.items()},
            "donors": [row[1] for row in concepts if row[0] == Category.MODALITY and row[4] == "donor"],
        },
    }


def _cue_entries(cues: Mapping[str, Sequence[tuple[str, str, str]]]) -> dict[str, Any]:
    """Return what each cue's pattern stands for (see ``Vocabulary.cue_entries``), and the families with their kinds.

    *cues*: family, kind and words of each pattern.
    """
    places: dict[tuple[str, str], int] = {}
    rows = []
    for pattern, entries in cues.items():
        beyond = 2 if pattern.endswith(" ") else 1
        rows.append(
            tuple((places.setdefault((family, kind), len(places)), beyond, text) for family, kind, text in entries)
        )
    kinds: dict[str, list[str]] = {}
    for family, kind in places:
        kinds.setdefault(family, []).append(f"{family} {kind}")
    return {
        "cue_places": [(f"{family} {kind}", kind) for family, kind in places],
        "cue_entries": pack(rows),
        "cue_kinds": {family: tuple(found) for family, found in kinds.items()},
    }


def _role(data: Path, name: str, columns: tuple[str, ...]) -> list[Any]:
    """Return the rows of a file of `roles/`: the values of its column, or tuples where there are several."""
    rows = tsv.read(data / "roles" / f"{name}.tsv", (*columns, "source"))
    return [row[columns[0]] if len(columns) == 1 else tuple(row[column] for column in columns) for row in rows]


def _terms(
    built_in: Sequence[tuple[Any, ...]],
    added: "Overlay",
    index: Mapping[str, Mapping[str, int]],
    spellings: Sequence[Spelling],
) -> dict[str, Any]:
    """Return the forms, the patterns they match, and the automata that find those."""
    from gtminer.tag import bytewise, words

    forms: list[tuple[Any, ...]] = []
    forms_of: list[list[int]] = [[] for slugs in index.values() for _ in slugs]
    patterns: dict[str, list[tuple[int, str | None]]] = {}
    near: list[str] = []  # the patterns of the built-in forms
    for place, form in enumerate((*built_in, *added.forms), start=-len(built_in)):
        if place == 0:
            near = list(patterns)
        category, slug, text, case, *_rest = form
        found = _patterns(text, spellings, case=case)
        if added.kills and not added.keeps(place, form, found):
            continue
        number = len(forms)
        forms.append(form)
        if slug:
            forms_of[index[category][slug]].append(number)
        for pattern, letters in found.items():
            entries = patterns.setdefault(pattern, [])
            if (number, letters) not in entries:
                entries.append((number, letters))
    far = list(patterns)[len(near) :] if added.forms else []
    if len(far) <= _FEW:
        near, far = list(patterns), []
    else:  # word by word no ends of words are found
        near += [pattern for pattern in far if not pattern.startswith(" ")]
        far = [pattern for pattern in far if pattern.startswith(" ")]
    entries_at, shared = _entries(patterns[pattern] for pattern in (*near, *far))
    patterns.clear()  # the automata need memory of their own
    sources: dict[str, int] = {}
    names: dict[str, int] = {}
    return {
        "forms": pack(_slim(forms, index, sources, names)),
        "sources": list(sources),
        "files": list(names),
        "forms_of": pack(map(tuple, forms_of)),
        "terms": bytewise.build(near),
        "more_terms": words.build(far) if far else None,
        "first_more": len(near),
        "entries_at": entries_at,
        "entries": shared,
    }


def _slim(
    forms: Iterable[tuple[Any, ...]],
    index: Mapping[str, Mapping[str, int]],
    sources: dict[str, int],
    names: dict[str, int],
) -> Iterator[tuple[Any, ...]]:
    """Yield *forms* with numbers for what many share: concept, source, file; `vocabulary` turns them back.

    A decoy has no concept, and keeps its category.
    """
    for category, slug, text, case, needs, unless, source, at in forms:
        name, _, line = at.rpartition(":")
        yield (
            index[category][slug] if slug else category, text, case, needs, unless,
            sources.setdefault(source, len(sources)), names.setdefault(name, len(names)), int(line),
        )  # fmt: skip


def _entries(patterns: Iterable[Sequence[tuple[int, str | None]]]) -> tuple[bytes, Bytes]:
    """Return what each pattern stands for: a form's number where that is all, else where in the list beside it.

    That is told by the highest bit.
    """
    at = array("I")
    others: list[tuple[tuple[int, str | None], ...]] = []
    for entries in patterns:
        if len(entries) == 1 and entries[0][1] is None:
            at.append(entries[0][0])
        else:
            at.append(ELSEWHERE | len(others))
            others.append(tuple(entries))
    return at.tobytes(), pack(others)


def _patterns(text: str, spellings: Sequence[Spelling], *, case: bool) -> dict[str, str | None]:
    """Return what a form matches, with the spaces between words, and the letters that must stand there."""
    if text.startswith("-"):  # an INN stem: the end of a word
        return {f"{plain(text[1:])} ": None}
    return {f" {folded} ": letters for folded, letters in variants(text, spellings, case=case).items()}


def built_in_concepts(data: Path) -> list[tuple[Any, ...]]:
    """Return the package's own concepts, as ``vocabulary.Concept`` holds them."""
    found = list(_concepts(data))
    for slug, label, *_rest in _products(data):
        found.append((Category.PRODUCT.value, slug, label, (), "", "", (), "", "products.tsv"))
    return found


def _concepts(data: Path) -> Iterator[tuple[Any, ...]]:
    for category in CATEGORIES:
        for row in tsv.read(data / "vocabulary" / f"{category}.tsv", _CONCEPT_COLUMNS):
            yield (
                category.value, row["concept"], row["label"], _listed(row["parents"], ";"), row["axis"],
                row["definition"], _listed(row["ids"], ";"), row["source"], row.at,
            )  # fmt: skip


def _forms(data: Path) -> Iterator[tuple[Any, ...]]:
    for category in CATEGORIES:
        for row in tsv.read(data / "vocabulary" / f"{category}_forms.tsv", _FORM_COLUMNS):
            for form in wordings(row["form"]):
                yield form_row(category, row["concept"], form, row)
    yield from spelled_out.capsids(data / "vocabulary")
    yield from spelled_out.changed_cells(data / "vocabulary")
    for row in tsv.read(data / "vocabulary" / "decoys.tsv", ("category", "form", "match", "meaning", "source")):
        for form in wordings(row["form"]):
            yield (row["category"], "", form, row["match"] == "case", (), (), row["meaning"], row.at)
    for row in tsv.read(data / "product_names.tsv", ("product", "name", "match", "needs", "unless", "source")):
        yield form_row(Category.PRODUCT, row["product"], row["name"], row)


def form_row(category: Category, concept: str, form: str, row: tsv.Row) -> tuple[Any, ...]:
    """Return a form as the compiled vocabulary holds it (the fields of ``vocabulary.Form``)."""
    if row["match"] not in ("fold", "case"):
        raise InputError(f"{row.at}: match '{row['match']}'; write fold or case")
    if not plain(form).strip():
        raise InputError(f"{row.at}: the form '{form}' has no letter or digit; take the row out")
    needs = tuple(plain(word) for word in _listed(row["needs"], "|"))
    unless = tuple(plain(word) for word in _listed(row["unless"], "|"))
    return (category.value, concept, form, row["match"] == "case", needs, unless, sys.intern(row["source"]), row.at)


def _products(data: Path) -> Iterator[tuple[Any, ...]]:
    columns = ("product", "label", "inn", "modality", "vector", "route", "gene_therapy", "indications", "source")
    for row in tsv.read(data / "products.tsv", columns):
        yield (
            row["product"], row["label"], row["inn"], _listed(row["modality"], ";"), _listed(row["vector"], ";"),
            row["route"], row["gene_therapy"] == "yes", _listed(row["indications"], ";"),
        )  # fmt: skip


def _cues(data: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted((data / "cues").iterdir(), key=lambda path: path.name):
        family = path.name.removesuffix(".tsv")
        if family in _FAMILIES:
            for row in tsv.read(path, ("cue", "kind", "source")):
                for cue in wordings(row["cue"]):
                    yield family, row["kind"], cue


def _listed(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator) if part.strip())
