"""Forms that the data give by their parts: capsids in every notation, changed cells in every wording."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from gtminer import tsv
from gtminer.errors import InputError
from gtminer.model import Category

_PARTS = ("notation", "change", "done", "put", "begun", "cell")


def capsids(folder: Path) -> Iterator[tuple[Any, ...]]:
    """Yield every notation of every AAV capsid, as ``vocabulary.Form`` holds it."""
    notations = list(tsv.read(folder / "capsid_notations.tsv", ("notation", "also", "source")))
    for capsid in tsv.read(folder / "capsids.tsv", ("concept", "capsid", "source")):
        for notation in notations:
            text = notation["notation"].replace("{c}", capsid["capsid"])
            for concept in (capsid["concept"], notation["also"]):
                if concept:
                    yield (Category.VECTOR.value, concept, text, False, (), (), capsid["source"], capsid.at)


def changed_cells(folder: Path) -> Iterator[tuple[Any, ...]]:
    """Yield every wording of cells whose genes were changed, as ``vocabulary.Form`` holds it.

    Raises:
        InputError: a part of changed_cells.tsv that is none of notation, change, done, put, begun, cell.
    """
    parts: dict[str, list[tsv.Row]] = {name: [] for name in _PARTS}
    for row in tsv.read(folder / "changed_cells.tsv", ("part", "words", "concept", "instead", "source")):
        if row["part"] not in parts:
            raise InputError(f"{row.at}: part '{row['part']}'; write {', '.join(_PARTS)}")
        parts[row["part"]].append(row)
    for notation in parts["notation"]:
        changes, cells = (
            [part for part in pair if f"{{{part}}}" in notation["words"]]
            for pair in (("change", "done", "put"), ("begun", "cell"))
        )
        for change, cell in product(parts[changes[0]], parts[cells[0]]):
            text = notation["words"].replace(f"{{{changes[0]}}}", change["words"])
            text = text.replace(f"{{{cells[0]}}}", cell["words"])
            told = cell["concept"] if change["concept"] and cell["instead"] == change["concept"] else change["concept"]
            for concept in (notation["concept"], told):
                if concept:
                    yield (Category.MODALITY.value, concept, text, False, (), (), cell["source"], cell.at)
