"""Words out of marked-up text: no mark costs a letter, and a raised number stays apart from the one before it.

Both readers of PubMed XML (the tree and the scan) turn markup into the same *marked* string first: plain text in
which RAISE stands where raised text begins, a character that XML 1.0 cannot contain. ``settle`` makes the words of it.
"""

import re
from collections.abc import Iterator
from typing import Any

RAISE = "\x01"

# "10<sup>14</sup>" as "1014" would be a wrong dose; "CD34<sup>+</sup>" and "<sup>177</sup>Lu" need no sign.
_EXPONENT = re.compile(r"(?<=\d)\x01\s*([+\-\u2010-\u2013\u2212]?)\s*(?=\d)")
# "10 <sup>14</sup> vg": the space is a slip of typesetting, unless an isotope follows ("10 <sup>18</sup>F scans").
_PARTED_EXPONENT = re.compile(
    r"(?<![\d.,])10\s+\x01\s*([+\-\u2010-\u2013\u2212]?)\s*(\d{1,2})\s*(?=\x02[^\w\[]|\x02\Z)"
)
LOWER = "\x02"  # raised text ends


def settle(marked: str) -> str:
    r"""Return the words of a *marked* string: white space (also no-break) as single spaces, exponents as ``^``.

    >>> settle("1.5 x 10\x0114\x02 vg/kg in CD34\x01+\x02 cells")
    '1.5 x 10^14 vg/kg in CD34+ cells'
    """
    if RAISE in marked:
        marked = _EXPONENT.sub(r"^\1", marked)
        marked = _PARTED_EXPONENT.sub(r"10^\1\2", marked)
        marked = marked.replace(RAISE, "").replace(LOWER, "")
    return " ".join(marked.split())


def words(element: Any) -> str | None:
    """Return all words below an lxml *element*, or None where it (or its text) does not exist."""
    if element is None:
        return None
    if not len(element):
        return " ".join((element.text or "").split()) or None
    return settle("".join(_marked(element))) or None


def _marked(element: Any) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else None
        if name is None:  # comment or processing instruction; entity nodes never come this far
            pass
        elif name == "math":
            yield from _formula(child)
        elif name == "sup":
            yield RAISE
            yield from _marked(child)
            yield LOWER
        elif name == "DispFormula":
            yield " "
            yield from _marked(child)
            yield " "
        else:
            yield from _marked(child)
        if child.tail:
            yield child.tail


def _formula(node: Any) -> Iterator[str]:
    """Presentation MathML in reading order; the white space between its elements is only layout."""
    name = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
    children = [child for child in node if isinstance(child.tag, str)]
    if name in ("annotation", "annotation-xml"):
        return  # says the same formula again in another language
    if not children:
        text = node.text or ""
        yield text if name == "mtext" else text.strip()
    elif name == "msup" and len(children) == 2:
        yield from _formula(children[0])
        yield from _raised(children[1])
    elif name == "msubsup" and len(children) == 3:
        yield from _formula(children[0])
        yield from _formula(children[1])
        yield from _raised(children[2])
    elif name == "mfrac" and len(children) == 2:
        yield from _formula(children[0])
        yield "/"
        yield from _formula(children[1])
    elif name == "mmultiscripts":
        yield from _scripts(children)
    else:
        if node.text and node.text.strip():
            yield node.text
        for child in children:
            yield from _formula(child)
            if child.tail and child.tail.strip():
                yield child.tail


def _scripts(children: list[Any]) -> Iterator[str]:
    """Base, pairs of (lower, upper), then after ``mprescripts`` the pairs that stand before the base: 177Lu."""
    names = [child.tag.rpartition("}")[2] for child in children]
    cut = names.index("mprescripts") if "mprescripts" in names else len(children)
    yield from _pairs(children[cut + 1 :])
    if cut:
        yield from _formula(children[0])
    yield from _pairs(children[1:cut])


def _pairs(scripts: list[Any]) -> Iterator[str]:
    for place, script in enumerate(scripts):
        yield from _raised(script) if place % 2 else _formula(script)


def _raised(node: Any) -> Iterator[str]:
    yield RAISE
    yield from _formula(node)
    yield LOWER
