"""Goals 9 and 10: a cross-tab over 100,000 tagged documents, and a million tags to CSV, beside their peers.

    python benchmarks/summarize.py [--documents 100000] [--keep FILE]

The store is synthetic: invented documents with ten mentions each. CPU seconds are those of whole child processes.
"""

import argparse
import csv
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

VECTORS, EVENTS, MODALITIES, INDICATIONS = 40, 160, 30, 300
SENTENCE = "patients received the vector and no adverse event was seen at week twelve in any cohort of this trial"


def make_store(path: Path, documents: int) -> None:
    """Write a store of invented documents, each with about ten mentions and six document-level tags."""
    from gtminer.store.database import Store

    Store.open(path, create=True).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    concepts = [
        (number, category, f"{category}_{number}", f"{category.title()} {number}", json.dumps([f"X:{number:07}"]))
        for number, category in enumerate(
            ["vector"] * VECTORS + ["safety"] * EVENTS + ["modality"] * MODALITIES + ["indication"] * INDICATIONS,
            start=1,
        )
    ]
    connection.executemany("INSERT INTO concept (id, category, slug, label, ids) VALUES (?, ?, ?, ?, ?)", concepts)
    keys: dict[str, list[int]] = {}
    for number, category, *_ in concepts:
        keys.setdefault(category, []).append(number)
    random_ = random.Random(9)

    def pick(category: str) -> int:
        return keys[category][min(int(random_.expovariate(0.1)), len(keys[category]) - 1)]

    rows, mentions, tags = [], [], []
    for document in range(1, documents + 1):
        text = " ".join(random_.choices(SENTENCE.split(), k=250))
        year = random_.randint(1995, 2026)
        rows.append(
            (
                document, f"pubmed:{10_000_000 + document}", "pubmed", text[:90], text, year,
                f"{year}-{random_.randint(1, 12):02}", "Journal of Invented Results", "article", "ok", 1,
                int(random_.random() < 0.002), "{}", str(document), "v1", 1, "human",
            )
        )  # fmt: skip
        chosen = [pick("vector"), pick("modality"), pick("indication"), *(pick("safety") for _ in range(3))]
        for ordinal, concept in enumerate(dict.fromkeys(chosen)):
            assertion = random_.choice(["present", "present", "negated", "risk"]) if concept in keys["safety"] else None
            tags.append((document, concept, assertion, 0, ordinal))
        for ordinal in range(10):
            start = random_.randint(0, 1000)
            mentions.append(
                (
                    document, ordinal, random_.choice(chosen), start, start + 9, start - start % 150,
                    start - start % 150 + 150, "results", None, "present", "subject", 0, None, "title", None, None,
                    None, None, None,
                )
            )  # fmt: skip
    connection.executemany(
        "INSERT INTO document (id, doc_id, source, title, text, year, date, journal, kind, state, version, retracted,"
        f" record, fingerprint, tagged_with, gene_therapy, population) VALUES ({', '.join('?' * 17)})",
        rows,
    )
    connection.executemany(f"INSERT INTO mention VALUES ({', '.join('?' * 19)})", mentions)
    connection.executemany(
        "INSERT INTO document_tag (document, concept, assertion, inferred, ordinal) VALUES (?, ?, ?, ?, ?)", tags
    )
    connection.commit()
    connection.close()


def measure(command: list[str], **environment: str) -> tuple[float, float]:
    """Return CPU seconds and peak MB of *command*, output thrown away; the best of three."""
    best = (float("inf"), 0.0)
    for _ in range(3):
        probe = (
            "import resource, subprocess, sys\n"
            "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)\n"
            "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
            "print(used.ru_utime + used.ru_stime, used.ru_maxrss)"
        )
        done = subprocess.run(
            [sys.executable, "-c", probe, *command],
            capture_output=True, text=True, check=True, env={**os.environ, **environment},
        )  # fmt: skip
        seconds, kilobytes = done.stdout.split()
        best = min(best, (float(seconds), float(kilobytes) / 1024))
    return best


CSV_PEER = """
import csv, sys
row = ("pubmed:10000001", "pubmed", 2020, "t" * 90, "safety", "safety_1", "Safety 1", "X:0000001", "adverse e", 100,
       109, "results", None, "s" * 150, "present", "subject", False, None, "title", None, None, None, None, None)
csv.writer(sys.stdout, lineterminator="\\n").writerows(row for _ in range(int(sys.argv[1])))
"""


def crosstab_is_right(path: Path, output: str) -> bool:
    """Compare every cell of the cross-tab with a count made another way."""
    connection = sqlite3.connect(path)
    labels = dict(connection.execute("SELECT id, label FROM concept"))
    documents: dict[int, tuple[set[int], set[int]]] = {}
    for document, concept, assertion in connection.execute(
        "SELECT document, concept, assertion FROM document_tag JOIN document ON id = document WHERE retracted = 0"
    ):
        vectors, events = documents.setdefault(document, (set(), set()))
        if concept <= VECTORS:
            vectors.add(concept)
        elif assertion == "present":
            events.add(concept)
    expected: dict[tuple[str, str], int] = {}
    for vectors, events in documents.values():
        for vector in vectors:
            for event in events:
                pair = labels[vector], labels[event]
                expected[pair] = expected.get(pair, 0) + 1
    found = {
        (row["vector"], name): int(cell)
        for row in csv.DictReader(output.splitlines())
        for name, cell in row.items()
        if name not in ("vector", "documents") and cell not in ("", "0")
    }
    return found == expected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="keep the store in this folder and use it again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "gtminer.sqlite"
        if not path.exists():
            make_store(path, options.documents)
        gtminer = [sys.executable, "-m", "gtminer", "--cache", str(folder), "summarize"]
        crosstab = [*gtminer, "--by", "vector,safety", "-f", "csv"]
        output = subprocess.run(crosstab, capture_output=True, text=True, check=True).stdout
        print("cross-tab equals a count made another way:", crosstab_is_right(path, output))
        ours, memory = measure(crosstab)
        peer, _ = measure([sys.executable, "-c", "import sqlite3"])
        print(f"--by vector,safety, whole process: {ours:.3f} s CPU, {memory:.0f} MB; import sqlite3: {peer:.3f} s;"
              f" ratio {ours / peer:.1f} (goal 9: 3)")  # fmt: skip
        mentions = sqlite3.connect(path).execute("SELECT count(*) FROM mention").fetchone()[0]
        ours, memory = measure([*gtminer, "--long", "-f", "csv", "--include-retracted"])
        peer, _ = measure([sys.executable, "-c", CSV_PEER, str(mentions)])
        print(f"{mentions} tags to CSV: {ours:.2f} s CPU, {memory:.0f} MB; csv module, ready tuples: {peer:.2f} s;"
              f" ratio {ours / peer:.2f} (goal 10: 2, 150 MB)")  # fmt: skip


if __name__ == "__main__":
    main()
