"""The shape of the house: imports point down the floors, and no third-party package has two homes."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A module imports only from lower floors, or from its own package.
FLOORS = {
    "model": 0,
    "errors": 0,
    "text": 1,
    "tsv": 1,
    "query": 2,
    "config": 2,
    "web": 2,
    "standin": 2,
    "documents": 3,
    "store": 3,
    "sources": 4,
    "tag": 4,
    "report": 5,
    "pipeline": 6,
    "cli": 7,
    "__main__": 8,
    "__init__": 0,
}

MODULES = sorted((ROOT / "gtminer").rglob("*.py"))


def unit(path: Path) -> str:
    """The floor plan's name for a file: its package, or itself at the top."""
    inside = path.relative_to(ROOT / "gtminer")
    return inside.parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "gtminer":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("gtminer.")}
    return found - {"__version__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_import_points_down(path: Path) -> None:
    own = unit(path)
    upward = {name for name in imported(path) if name != own and FLOORS[name] >= FLOORS[own]}
    assert upward == set(), f"{path.name} on floor {FLOORS[own]} imports {upward}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_is_never_imported_by_its_own_modules(path: Path) -> None:
    """An ``__init__`` is the top of its package; cycles begin where a module imports from it."""
    folder = path.parent
    package = ".".join(["gtminer", *folder.relative_to(ROOT / "gtminer").parts])
    froms = {
        alias.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == package
        for alias in node.names
    }
    modules = {file.stem for file in folder.glob("*.py")} | {inner.name for inner in folder.iterdir() if inner.is_dir()}
    if path.name not in ("__init__.py", "__main__.py"):
        assert froms <= modules
