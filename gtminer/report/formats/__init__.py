"""The formats a table can be written in: one module each, found by its file name.

A format has ``SUFFIXES``, ``BINARY``, and ``write(table, out, style)``. To add one, add a file.
"""

import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol, cast

from gtminer.errors import InputError


class Format(Protocol):
    """What a module of this package has."""

    SUFFIXES: tuple[str, ...]
    BINARY: bool
    write: Callable[..., Any]


def names() -> list[str]:
    """Return the names of all formats."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def find(name: str, known: tuple[str, ...]) -> Format:
    """Return the format *name*, which must be one of *known*; raise InputError otherwise."""
    if name not in known or name not in names():
        raise InputError(f"unknown format '{name}'; choose one of: {', '.join(known)}")
    return cast(Format, import_module(f"{__name__}.{name}"))


def for_suffix(suffix: str, known: tuple[str, ...]) -> str | None:
    """Return the name of the format among *known* that writes files ending in *suffix* (``.csv``), or None."""
    for name in known:
        if suffix.lower() in cast(Format, import_module(f"{__name__}.{name}")).SUFFIXES:
            return name
    return None
