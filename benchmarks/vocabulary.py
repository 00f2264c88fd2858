"""Goals 4 and 6: how long the vocabulary takes to be ready, and the rate of tagging, with and without an ontology.

    python benchmarks/vocabulary.py [mondo.obo] [--terms 150000] [--records pubmed.xml] [--rounds 5]

The overlay holds the ontology's terms, as `gtminer vocab import` takes them, filled up to --terms forms with invented
names of diseases (all of them invented where no ontology is given, each a concept of its own). Each figure is the CPU
time of one step in a process of its own, the best of the rounds: the first time it compiles and writes
the cache, then reads it. Python's start and the import of the modules are told apart and not part of it. The rate is
that of the whole tagger on the records given, or on invented ones, in one process, turn by turn; the bare automaton
beside it.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gtminer.documents import files
from gtminer.model import Category, Document
from gtminer.pipeline.ontologies import import_ontology
from gtminer.tag import overlay, vocabulary
from gtminer.tag.fold import fold
from gtminer.tag.tagger import read_document

READY = """
import sys, time
from pathlib import Path
start = time.process_time()
from gtminer.tag import cache, compiling, vocabulary
import daachorse, platformdirs
ready = time.process_time()
known = vocabulary.load(Path(sys.argv[1]) if sys.argv[1] else None)
spent = time.process_time() - ready
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(spent * 1e3, (ready - start) * 1e3, int(peak) / 1024)
"""
_FIRST = """hepato cardio nephro neuro dermo osteo myo encephalo retino gastro broncho angio arthro spleno adeno"""
_SECOND = """pathy sclerosis malacia plasia trophy stenosis megaly lithiasis ptosis rrhexis dystonia phasia"""
_BEFORE = """familial juvenile progressive congenital spastic nodular focal diffuse recessive episodic tardive"""
_BEHIND = "with short stature|of the hands|of late life|with myoclonus|type|syndrome"
_COMMON = """the of and in to we was were with for that by on is as at from this which or a an are be between during
after it than these their both level levels group groups study sample rate model time water soil plant leaf protein
binding membrane surface temperature pressure method results measured observed increased compared using showed"""


def invented(count: int) -> Iterator[str]:
    """Yield *count* names of diseases that nobody has."""
    draw = random.Random(1)
    before, first, second, behind = _BEFORE.split(), _FIRST.split(), _SECOND.split(), _BEHIND.split("|")
    seen: set[str] = set()
    while len(seen) < count:
        middle = draw.choice(first) + draw.choice(first) + draw.choice(second)
        name = f"{draw.choice(before)} {middle} {draw.choice(behind)} {draw.randint(1, 99)}"
        if name not in seen:
            seen.add(name)
            yield name


def make(folder: Path, source: Path | None, terms: int) -> int:
    """Write the overlay into *folder*; return how many forms it has."""
    had = 0
    if source:
        had = len(import_ontology(source, Category.INDICATION, folder / "ontology.tsv", folder).plan.rows)
    with (folder / "invented.tsv").open("w", encoding="utf-8") as out:
        out.write("\t".join((*overlay.COLUMNS, *overlay.OF_CONCEPTS)) + "\n")
        for number, name in enumerate(invented(max(0, terms - had)), start=1):
            cells = ["indication", f"invented_{number}", name, "fold", "", "", "invented", name, "", "", f"X:{number}"]
            out.write("\t".join(cells) + "\n")
    return max(had, terms)


def ready(named: str, environment: dict[str, str]) -> tuple[float, float, float]:
    """Return milliseconds to the vocabulary, milliseconds of imports, and MB."""
    done = subprocess.run(
        [sys.executable, "-c", READY, named], capture_output=True, text=True, check=True, env=environment
    )
    spent, imports, memory = map(float, done.stdout.split())
    return spent, imports, memory


def records(path: Path | None) -> list[Document]:
    if path is None:
        draw = random.Random(2)
        words = _COMMON.split()
        names = list(invented(400))
        texts = [" ".join(draw.choices(words, k=200)) for _ in range(300)]
        # Of 319 records of PubMed a quarter named a built-in concept, and an eighth more a disease of MONDO's only.
        texts[::4] = [f"{text} sepsis, seizures and {draw.choice(names)}" for text in texts[::4]]
        texts[1::8] = [f"{text} {draw.choice(names)}" for text in texts[1::8]]
        return [Document(f"text:{number}", "text", "", f"\n{text}") for number, text in enumerate(texts)]
    found = (item for file in files.walk([path]) if file.holds_documents for item in file.read())
    return [item for item in found if isinstance(item, Document)]


def each(step: Callable[[Document], object], documents: list[Document]) -> float:
    """Return the microseconds that a document takes."""
    begin = time.process_time()
    for document in documents:
        step(document)
    return (time.process_time() - begin) / len(documents) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ontology", type=Path, nargs="?")
    parser.add_argument("--terms", type=int, default=150_000)
    parser.add_argument("--records", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_CACHE_HOME"] = home
        folder = Path(home) / "vocabulary"
        folder.mkdir()
        terms = make(folder, options.ontology, options.terms)
        for path in (Path(home) / "gtminer").glob("*.bin"):
            path.unlink()
        for name, named in (("built-in", ""), (f"with {terms:,} added terms", str(folder))):
            cold = ready(named, dict(os.environ))
            warm = [ready(named, dict(os.environ)) for _ in range(options.rounds)]
            spent, imports, memory = (min(values) for values in zip(*warm, strict=True))
            print(
                f"{name}: ready in {spent:.1f} ms from the cache (imports {imports:.0f} ms), "
                f"{cold[0] / 1e3:.1f} s the first time, {memory:.0f} MB"
            )
        documents = records(options.records)
        plain, more = vocabulary.load(), vocabulary.load(folder)
        steps: dict[str, Callable[[Document], object]] = {
            "bare automaton, built-in": lambda document: plain.find_terms(fold(document.text).text),
            "tagger, built-in": lambda document: read_document(document, plain),
            "bare automaton, with added terms": lambda document: more.find_terms(fold(document.text).text),
            "tagger, with added terms": lambda document: read_document(document, more),
        }
        best = dict.fromkeys(steps, float("inf"))
        for _ in range(options.rounds):
            for name, step in steps.items():
                best[name] = min(best[name], each(step, documents))
        for name, spent in best.items():
            print(f"{name}: {spent:.0f} µs a record, {1e6 / spent:,.0f} records a second")
        ratio = best["tagger, built-in"] / best["tagger, with added terms"]
        print(f"{len(documents)} records; the tagger's rate with the added terms is {ratio:.2f} of that without")


if __name__ == "__main__":
    main()
