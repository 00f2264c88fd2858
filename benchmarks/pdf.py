"""Goals 7 and 8: reports as PDFs to text and tables, beside pdfplumber and pdftotext, and every odd file to a state.

    python benchmarks/pdf.py speed REPORT.pdf      CPU and memory of whole processes, word F1 against pdfplumber
    python benchmarks/pdf.py length REPORT.pdf...  letters and figures against `pdftotext -layout` without its heads
    python benchmarks/pdf.py rows REPORT.pdf...    rows that pdfplumber finds in tables of adverse events, and we do not
    python benchmarks/pdf.py states FOLDER         each file's state, seconds, and the most memory of parent and worker

CPU seconds are those of whole child processes, start and imports included. pdftotext is poppler's.

Word F1 is given twice. The first is against pdfplumber's text as it comes, running heads taken off, since we leave them
out. The second is against the text that pdfplumber gives without oblique letters: those of the stamp on a withdrawn
product stand in the middle of its words there ("treatmient"). In ours the mark of a power goes (10^7 is printed 107).
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gtminer.documents import table_words
from gtminer.documents.pdf import PdfReader, describe
from gtminer.documents.pdf_states import READABLE, State
from gtminer.model import Document

_OURS = """
import json, sys
from pathlib import Path
from gtminer.documents.pdf_read import read
reading = read(Path(sys.argv[1]), lambda page, pages: None, with_tables={tables})
print("\\n".join(text for _, heading, _, words, starts, _ in reading["sections"] for text in (heading * starts, words)))
"""
_PDFPLUMBER = """
import sys
import pdfplumber
with pdfplumber.open(sys.argv[1]) as pdf:
    for page in pdf.pages:
        print({what}, end="\\f")
        page.close()
"""
_UNSTAMPED = 'page.filter(lambda one: one["object_type"] != "char" or abs(one["matrix"][1]) < 1e-3).extract_text()'
PROGRAMS = {
    "gtminer, text": _OURS.format(tables=False),
    "gtminer, text and tables": _OURS.format(tables=True),
    "pdfplumber, extract_text": _PDFPLUMBER.format(what="page.extract_text()"),
}


def speed(path: Path, rounds: int) -> None:
    """Print the least CPU seconds of each program over *rounds*, in turns, and its most memory."""
    seconds: dict[str, float] = {}
    memory: dict[str, int] = {}
    texts: dict[str, str] = {}
    for _ in range(rounds):
        for name, program in PROGRAMS.items():
            child = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
            assert child.stdout is not None
            texts[name] = child.stdout.read().decode()
            _, _, usage = os.wait4(child.pid, 0)
            child.stdout.close()
            seconds[name] = min(seconds.get(name, 1e9), usage.ru_utime + usage.ru_stime)
            memory[name] = max(memory.get(name, 0), usage.ru_maxrss // 1024)
    peer = "pdfplumber, extract_text"
    unstamped = [sys.executable, "-c", _PDFPLUMBER.format(what=_UNSTAMPED), str(path)]
    clean = subprocess.run(unstamped, stdout=subprocess.PIPE, check=True).stdout.decode()
    for name in PROGRAMS:
        ratio = seconds[peer] / seconds[name]
        line = f"{name:28} {seconds[name]:7.2f} s CPU  {ratio:5.1f}x  {memory[name]:4} MB"
        if name != peer:
            as_given, as_meant = f1(texts[name], texts[peer]), f1(texts[name].replace("^", ""), clean)
            line += f"  word F1 {as_given:.4f}; without stamp and marks of powers {as_meant:.4f}"
        print(line)


def f1(ours: str, theirs: str) -> float:
    """Return the F1 of the words of *ours* against *theirs*, pages apart by form feeds, without its running heads."""
    mine, truth = Counter(words(ours)), Counter(words("\n".join(without_heads(theirs.split("\f")))))
    return 2 * (mine & truth).total() / max(1, mine.total() + truth.total())


def length(paths: list[Path]) -> None:
    """Print our letters and figures as a share of pdftotext's, heads and feet taken off there."""
    with PdfReader() as reader:
        for path in paths:
            document = reader.read(path)
            if document.state not in READABLE:
                continue
            ours = letters("\n".join([document.text, *(section.heading for section in document.sections[1:])]))
            theirs = letters("\n".join(without_heads(pdftotext(path))))
            share = ours / max(1, theirs)
            mark = "" if abs(share - 1) <= 0.03 else "  <- more than 3 % off"
            print(f"{path.name[:70]:70} {ours:8,} of {theirs:8,}  {share:.3f}{mark}")


def rows(paths: list[Path]) -> None:
    """Print how many rows of pdfplumber's tables of adverse events stand in ours."""
    import pdfplumber

    seen = found = 0
    with PdfReader() as reader:
        for path in paths:
            document = reader.read(path)
            parsed = [table for table in document.tables if table.state == "parsed"]
            ours = "".join(alphanumeric(cell) for table in parsed for row in table.rows for cell in row)
            here = missed = 0
            with pdfplumber.open(path) as pdf:
                for number in pages_with_hints(document):
                    page = pdf.pages[number - 1]
                    for table in page.extract_tables():
                        cells = [[cell for cell in row if cell] for row in table]
                        if not looks_like_events([cell for row in cells for cell in row]):
                            continue
                        for row in cells:
                            lines = [alphanumeric(line) for cell in row for line in cell.split("\n")]
                            here += bool(row)
                            if row and not all(line in ours for line in lines):
                                missed += 1
                                print(f"    p{number} missed: {' | '.join(row)[:110]!r}")
                    page.close()
            print(f"{path.name[:60]:60} pdfplumber {here:4} rows, {here - missed:4} in ours; we have "
                  f"{sum(len(table.rows) for table in parsed)} in {len(parsed)} tables")  # fmt: skip
            seen, found = seen + here, found + here - missed
    print(f"rows of pdfplumber: {seen}, found in ours: {found}")


def states(folder: Path) -> None:
    """Print the state of every PDF under *folder*."""
    counts: Counter[str] = Counter()
    slowest = 0.0
    with PdfReader() as reader:
        for path in sorted(folder.rglob("*.pdf")):
            start = time.monotonic()
            document = reader.read(path)
            took = time.monotonic() - start
            slowest = max(slowest, took)
            counts[State(document.state).value] += 1
            print(f"{took:6.2f} s  {path.name[:60]:60} {describe(document)}")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{counts.total()} files: {dict(counts)}; slowest {slowest:.1f} s; parent {own} MB, worker {worker} MB")


def pdftotext(path: Path) -> list[str]:
    """Return the pages of a file as `pdftotext -layout` gives them."""
    done = subprocess.run(["pdftotext", "-layout", "-enc", "UTF-8", path, "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace").split("\f")


def without_heads(pages: list[str]) -> Iterator[str]:
    """Yield the lines of *pages* but those at their edges that, figures aside, run through more than half of them."""
    edges: list[set[int]] = []
    shapes: Counter[str] = Counter()
    split = [page.split("\n") for page in pages]
    for lines in split:
        filled = [number for number, line in enumerate(lines) if line.strip()]
        edge = set(filled[:3] + filled[-3:])
        edges.append(edge)
        shapes.update({_shape(lines[number]) for number in edge})
    for lines, edge in zip(split, edges, strict=True):
        for number, line in enumerate(lines):
            if not (number in edge and shapes[_shape(line)] > len(pages) / 2):
                yield line


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.split()))


def pages_with_hints(document: Document) -> list[int]:
    """Return the pages on which an organ class, a frequency or a parsed table stands."""
    pages = {section.page for section in document.sections if section.kind == "adverse_event_table" and section.page}
    for section in document.sections:
        lines = document.text[section.start : section.end].split("\n")
        if section.page and any(map(table_words.is_organ_class, lines)):
            pages.add(section.page)
    return sorted(pages)


def looks_like_events(cells: list[str]) -> bool:
    """Tell whether cells are those of a table of adverse events: two organ classes, or a heading of reactions."""
    classes = sum(table_words.is_organ_class(cell.replace("\n", " ")) for cell in cells)
    return classes >= 2 or table_words.heads_events(cell.replace("\n", " ") for cell in cells[:4])


def words(text: str) -> list[str]:
    """Return the words of *text*, in lower case."""
    return re.findall(r"\w+", text.casefold())


def letters(text: str) -> int:
    """Return how many letters and figures *text* has."""
    return len(alphanumeric(text))


def alphanumeric(text: str) -> str:
    """Return the letters and figures of *text*."""
    return re.sub(r"[\W_]+", "", text)


def main() -> int:
    """Run one of the measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["speed", "length", "rows", "states"])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    if given.what == "speed":
        speed(given.paths[0], given.rounds)
    elif given.what == "states":
        states(given.paths[0])
    else:
        {"length": length, "rows": rows}[given.what](given.paths)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
