"""Rows that stand for several wordings: "none (was|were) (serious|severe)" are four, "no (clear|) cause" two."""

import re
from collections.abc import Iterator
from itertools import product

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")


def wordings(text: str) -> Iterator[str]:
    """Yield what *text* stands for, each choice in parentheses with each other; an empty one leaves its word out."""
    parts = _CHOICE.split(text)
    if len(parts) == 1:
        yield text
        return
    for chosen in product(*[part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]):
        yield " ".join("".join(chosen).split())
