"""An ontology taken into the user's vocabulary: read, planned, checked, and only then written."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from gtminer import tsv
from gtminer.errors import InputError
from gtminer.model import Category
from gtminer.tag import compiling, obo, ontology, overlay, vocabulary
from gtminer.tag.ontology import Plan
from gtminer.text import one_line


class Imported(NamedTuple):
    """What became of an import; *in_force* says whether the next command knows it."""

    path: Path
    left_out: Path
    plan: Plan
    in_force: bool


def home(named: Path | None, own: Path) -> Path:
    """Return the folder that imports go to: the one that the settings have *named*, else the user's *own*."""
    folder = named or own
    if folder.is_file() or (not folder.exists() and folder.suffix == ".tsv"):
        raise InputError(
            f"{folder}: the vocabulary in force is one file; put it into a folder and name that, or give -o FILE.tsv"
        )
    return folder


def import_ontology(path: Path, category: Category, target: Path, named: Path | None) -> Imported:
    """Write the terms of the OBO file *path* to *target*, and what is left out to a file beside it.

    *named* is the overlay in force. Raises InputError, with nothing written, for a file that is no ontology, a target
    that is not an earlier import, or terms that the rest of the overlay contradicts.
    """
    _check_target(target)
    in_force = named is not None and named.resolve() in (target.resolve(), target.resolve().parent)
    others = compiling.Files(named if named and named.exists() and named != target else None, but=target)
    known = vocabulary.load(others.overlay, target)
    plan = ontology.plan(
        obo.read(path),
        category,
        known,
        common=others.common_words(),
        general=frozenset(row["word"] for row in tsv.read(others.data / "ontology" / "general_words.tsv", ("word",))),
        american=[(pair.british, pair.american) for pair in others.spellings() if not pair.start],
    )
    if not plan.rows:
        raise InputError(f"{path.name}: holds no form that can be taken; nothing was written")
    mark = (
        f"{overlay.MADE_BY_IMPORT} from {one_line(path.name)}: "
        "a new import replaces this file. Your own terms belong in another one."
    )
    left_out = target.with_suffix(".left-out.txt")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".import-") as folder:
            made, listed = Path(folder) / target.name, Path(folder) / left_out.name
            _write(made, (mark, *_lines(plan, category, path.name)))
            _write(listed, _left_out(plan))
            overlay.read(
                [*(others.overlays() if in_force else ()), made],
                compiling.built_in_concepts(others.data),
                others.common_words(),
            )
            made.replace(target)
            listed.replace(left_out)
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror}); name another file with -o") from error
    if in_force:
        vocabulary.load(named)  # the next command finds it ready
    return Imported(target, left_out, plan, in_force)


def _check_target(target: Path) -> None:
    """Refuse to write over what is no earlier import, or where the overlay would not find it."""
    if target.suffix != ".tsv":
        raise InputError(f"-o {target}: vocabulary files end in .tsv; name one that does")
    if not target.exists():
        return
    if not overlay.is_import(target):
        raise InputError(f"{target}: is there and no earlier import; move it away, or name another file with -o")


def _lines(made: Plan, category: Category, source: str) -> Iterator[str]:
    """Yield *made* as the rows of an overlay, the header first; *source* names the ontology."""
    yield "\t".join((*overlay.COLUMNS, *overlay.OF_CONCEPTS))
    told: set[str] = set()
    for row in made.rows:
        concept = made.concepts.get(row.slug)
        cells = [
            category.value, row.slug, row.form, "case" if row.needs else "fold", "|".join(row.needs), "",
            source if concept else f"{source}, {row.term}",
        ]  # fmt: skip
        if concept and row.slug not in told:
            told.add(row.slug)
            cells += [concept.label, ";".join(concept.parents), concept.axis, "; ".join(concept.ids)]
        else:
            parents = made.parents.get(row.slug, ()) if row.slug not in told else ()
            told.add(row.slug)
            cells += ["", ";".join(parents), "", ""]
        yield "\t".join(one_line(cell) for cell in cells)


def _left_out(plan: Plan) -> Iterable[str]:
    yield "reason\tterm\tform\tinstead"
    for item in plan.left_out:
        yield "\t".join(one_line(cell) for cell in item)


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", errors="replace", newline="") as out:
        out.writelines(f"{line}\n" for line in lines)
        out.flush()
        os.fsync(out.fileno())
