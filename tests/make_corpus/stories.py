"""Stories into records: fills the sentence templates of `stories/*.toml`, the same way every time.

A story is a situation (a phase 1 trial, a toxicology study, a case report) with alternative sentences;
its subjects are diseases, vectors and doses that belong together. Each record is drawn with its PMID as
the seed, so that adding a story never changes another one's records. All of it is invented.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STORIES = Path(__file__).with_name("stories")

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

# The label on the page and NLM's category of it, for each part of a story.
_LABELS = {
    "background": (("BACKGROUND", "BACKGROUND"), ("INTRODUCTION", "BACKGROUND"), ("PURPOSE", "OBJECTIVE")),
    "methods": (("METHODS", "METHODS"), ("PATIENTS AND METHODS", "METHODS"), ("DESIGN", "METHODS")),
    "results": (("RESULTS", "RESULTS"), ("FINDINGS", "RESULTS"), ("RESULTS", "RESULTS")),
    "conclusions": (("CONCLUSIONS", "CONCLUSIONS"), ("INTERPRETATION", "CONCLUSIONS"), ("CONCLUSION", "CONCLUSIONS")),
}


@dataclass(frozen=True)
class Part:
    """A labelled part of an abstract; *label* is None in a plain one. *text* is XML, markup and all."""

    label: str | None
    category: str | None
    text: str


@dataclass(frozen=True)
class Record:
    """One article before it becomes XML."""

    pmid: int
    story: str
    year: int
    month: int
    day: int
    title: str
    parts: tuple[Part, ...]
    mesh: tuple[str, ...]
    keywords: tuple[str, ...]
    publication_types: tuple[str, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)


def read_stories() -> Iterator[dict[str, Any]]:
    """Yield every story, file by file in the order of their names."""
    for path in sorted(STORIES.glob("*.toml")):
        with path.open("rb") as stream:
            yield from tomllib.load(stream)["story"]


def records() -> list[Record]:
    """Return every record of every story, by PMID; a PMID that two stories claim is an error."""
    found: dict[int, Record] = {}
    for story in read_stories():
        for number in range(story.get("count", 1)):
            record = draw(story, number)
            if record.pmid in found:
                raise ValueError(f"{story['name']}: PMID {record.pmid} belongs to {found[record.pmid].story}")
            found[record.pmid] = record
    return [found[pmid] for pmid in sorted(found)]


def draw(story: Mapping[str, Any], number: int) -> Record:
    """Return the *number*-th record of *story*."""
    pmid = story["first_pmid"] + number
    rng = random.Random(pmid)
    subjects = story.get("subjects") or [{}]
    words = numbers(story, rng) | subjects[number % len(subjects)]
    words |= {name: str(value).format_map(words) for name, value in words.items()}
    first, last = story["years"]
    parts = _parts(story, rng, words, number)
    return Record(
        pmid=pmid,
        story=story["name"],
        year=first + (number * 7 + rng.randrange(3)) % (last - first + 1),
        month=rng.randint(1, 12),
        day=rng.randint(1, 28),
        title=story["titles"][(number + number // len(subjects)) % len(story["titles"])].format_map(words),
        parts=parts,
        mesh=tuple(heading.format_map(words) for heading in story.get("mesh", ())),
        keywords=tuple(keyword.format_map(words) for keyword in story.get("keywords", ())) if number % 3 else (),
        publication_types=tuple(story.get("publication_types", ("Journal Article",))),
        extra=story.get("extra", {}),
    )


def numbers(story: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return the counts of one record: `N`, and `k1`... of them as digits, word (`w1`, `W1`) and per cent (`p1`)."""
    total = rng.randint(*story.get("N", (8, 24)))
    drawn: dict[str, Any] = {"N": total, "NW": spell(total).capitalize()}
    for name, (low, high) in story.get("rates", {}).items():
        count = min(total, max(2, round(total * rng.uniform(low, high))))
        number = name[1:]
        drawn |= {
            f"k{number}": count,
            f"w{number}": spell(count),
            f"W{number}": spell(count).capitalize(),
            f"p{number}": f"{100 * count / total:.{rng.choice((0, 0, 1))}f}%",
            f"rest{number}": total - count,
        }
    drawn |= {
        "one_pct": f"{100 / total:.0f}%",
        "months": rng.choice((6, 9, 12, 18, 24, 26, 30, 36, 48)),
        "years": rng.choice((2, 3, 4, 5)),
        "weeks": rng.randint(2, 11),
        "days": rng.randint(2, 9),
        "age": rng.randint(19, 64),
        "low": rng.randint(3, 9),
        "high": rng.randint(11, 40),
        "nct": f"NCT9{rng.randint(1000000, 9999999)}",
    }
    return drawn


def spell(number: int) -> str:
    """Return *number* as English authors print it at the start of a sentence: in words up to 99."""
    if number < len(_UNITS):
        return _UNITS[number]
    if number > 99:
        return str(number)
    tens, unit = divmod(number, 10)
    return f"{_TENS[tens]}-{_UNITS[unit]}" if unit else _TENS[tens]


def _parts(story: Mapping[str, Any], rng: random.Random, words: Mapping[str, Any], number: int) -> tuple[Part, ...]:
    texts = {name: _sentences(story.get(name, ()), rng, words) for name in _LABELS}
    texts = {name: text for name, text in texts.items() if text}
    if not texts:
        return ()
    if story.get("structured", number % 2 == 0) and len(texts) > 1:
        chosen = rng.randrange(3)
        return tuple(Part(*_LABELS[name][chosen], text) for name, text in texts.items())
    return (Part(None, None, " ".join(texts.values())),)


def _sentences(slots: Sequence[Sequence[str]], rng: random.Random, words: Mapping[str, Any]) -> str:
    drawn = [rng.choice(slot).format_map(words) for slot in slots]
    return " ".join(sentence[0].upper() + sentence[1:] for sentence in drawn if sentence)
