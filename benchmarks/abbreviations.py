"""Definitions of abbreviations: agreement with a file that knows some, and the time an abstract takes, beside a peer.

    python benchmarks/abbreviations.py FILE [--list 40]

FILE is either JSON Lines with `abbr`, `long_form`, `title` and `abstract` (one known definition a line) or a
PubTator file of annotated diseases and chemicals. There a mention in brackets right behind another mention of the
same concept is a definition; its long form counts as found if it begins where the annotated mention does.
The peer is `abbreviations` 0.2.5 (Schwartz and Hearst), if it is installed. CPU microseconds, best of five.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from gtminer.tag.abbreviations import definitions

_ANNOTATION = re.compile(r"\d+\t(\d+)\t(\d+)\t([^\t\n]+)\t([^\t\n]+)(?:\t([^\t\n]+))?")


class Known(NamedTuple):
    """A text and the definitions (short form, long form) that are known to stand in it."""

    text: str
    pairs: tuple[tuple[str, str], ...]


def read(path: Path) -> Iterator[Known]:
    content = path.read_text(encoding="utf-8")
    if content.startswith("{"):
        for line in content.splitlines():
            row = json.loads(line)
            yield Known(f"{row['title']}\n{row['abstract']}", ((row["abbr"], row["long_form"]),))
        return
    for block in content.strip().split("\n\n"):
        title, abstract, *annotations = block.split("\n")
        text = title.split("|t|", 1)[1] + "\n" + abstract.split("|a|", 1)[1]
        mentions = sorted(
            (int(match[1]), int(match[2]), match[5])
            for match in map(_ANNOTATION.match, annotations)
            if match and match[5] and match[5] != "-1"
        )
        yield Known(text, tuple(_bracketed(text, mentions)))


def _bracketed(text: str, mentions: list[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    for (start, end, concept), (start2, end2, concept2) in pairwise(mentions):
        short = text[start2:end2]
        if concept == concept2 and text[end:start2] == " (" and end2 - start2 < 9 and sum(map(str.isupper, short)) > 1:
            yield short, text[start:end]


def ours(text: str) -> list[tuple[str, str]]:
    return [(found.short, found.long) for found in definitions(text)]


def peer() -> Callable[[str], list[tuple[str, str]]] | None:
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).parent]  # of the same name
    try:
        from abbreviations import schwartz_hearst  # type: ignore[import-not-found]  # optional, only measured here
    except ImportError:
        return None
    return lambda text: list(schwartz_hearst.extract_abbreviation_definition_pairs(doc_text=text).items())


def plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.lower()))


def agrees(pair: tuple[str, str], found: Iterable[tuple[str, str]]) -> bool:
    short, long = pair[0].removesuffix("s"), plain(pair[1])
    return any(
        other.removesuffix("s") == short and (plain(words).startswith(long) or long.startswith(plain(words)))
        for other, words in found
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--list", type=int, default=0, metavar="N", help="print the first N disagreements")
    options = parser.parse_args()
    known = list(read(options.file))
    pairs = [(text, pair) for text, found in known for pair in found]
    print(f"{len(known)} texts, {len(pairs)} known definitions")
    rivals = {"gtminer": ours, "abbreviations": peer()}
    for name, find in rivals.items():
        if find is None:
            print(f"{name}: not installed")
            continue
        found = {text: find(text) for text, _ in known}
        right = sum(agrees(pair, found[text]) for text, pair in pairs)
        best = min(_timed(find, [text for text, _ in known]) for _ in range(5))
        count = sum(map(len, found.values()))
        print(f"{name}: {right} of {len(pairs)} agree, {count} found in all, {best / len(known) * 1e6:.0f} µs a text")
    missed = [(text, pair) for text, pair in pairs if not agrees(pair, ours(text))]
    for text, (short, long) in missed[: options.list]:
        other = "; ".join(words for found, words in ours(text) if found == short)
        place = max(0, text.find(f"({short}"))
        print(f"{short}: known '{long}', found '{other}', text '…{text[max(0, place - 80) : place + 30]}'")


def _timed(find: Callable[[str], object], texts: list[str]) -> float:
    begin = time.process_time()
    for text in texts:
        find(text)
    return time.process_time() - begin


if __name__ == "__main__":
    main()
