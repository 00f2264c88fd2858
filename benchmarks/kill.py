"""Runs killed at random instants: no store may be damaged, and the next run must end as an uninterrupted one.

    python benchmarks/kill.py [--runs 50] [--command fetch|import|regulators] [--records 600] [--seed 1]

Real processes, ended by SIGKILL at instants spread evenly over the length of an uninterrupted run, start-up included.
`fetch` asks the stand-in for PubMed, at the pace it keeps with NCBI, `regulators` for EMA and FDA with their PDFs.
A store is damaged when it does not open, when SQLite or the full-text index finds it malformed, or when an invariant
is broken (tests/canonical.py); it is healed when the next run leaves exactly the content that an uninterrupted run
leaves.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from canonical import Content, canonical  # noqa: E402  # lives with the tests

from gtminer.standin.eutils import PATH, Eutils  # noqa: E402
from gtminer.standin.records import synthetic  # noqa: E402
from gtminer.standin.regulators import Regulators  # noqa: E402
from gtminer.standin.server import StandIn  # noqa: E402

STORE = "gtminer.sqlite"
COMMANDS = {
    "fetch": ["fetch", "pubmed"],
    "import": ["import", "records.xml"],
    "regulators": ["fetch", "ema", "fda"],
}


def start(command: list[str], cache: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "gtminer", *command],
        env=environment | {"GTMINER_CACHE": str(cache)},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def whole(command: list[str], cache: Path, environment: dict[str, str]) -> float:
    """Run to the end; return the seconds it took. AssertionError, with what it said, when it fails."""
    began = time.monotonic()
    process = start(command, cache, environment)
    _, said = process.communicate()
    assert process.returncode == 0, said.decode()
    return time.monotonic() - began


def verdict(command: list[str], cache: Path, environment: dict[str, str], expected: Content) -> tuple[bool, bool, str]:
    """Return whether the store of a killed run is damaged, whether the next run healed it, and what was wrong."""
    try:
        if (cache / STORE).exists():
            canonical(cache / STORE)
    except Exception as error:  # whatever is wrong with it is the finding
        return True, False, f"damaged: {error}"
    try:
        whole(command, cache, environment)
        differing = [what for what, rows in canonical(cache / STORE).items() if rows != expected[what]]
        return False, not differing, f"other {', '.join(differing)} after the next run"
    except Exception as error:
        return False, False, f"not healed: {error}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--command", choices=("fetch", "import", "regulators"), default="fetch")
    parser.add_argument("--records", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    randomly = random.Random(arguments.seed)
    records = list(synthetic(arguments.records, until=date(2026, 11, 20)))
    with StandIn() as standin, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Regulators.mounted(standin)
        eutils = Eutils(records)
        standin.mount(PATH, eutils)
        standin.now = eutils.now
        (folder / "queries").mkdir()
        (folder / "queries" / "all.toml").write_text(
            'name = "all"\ntitle = "All"\n[pubmed]\nterm = "gene therapy[tiab]"\n'
            "[ema]\nadvanced_therapy = true\n[fda]\nadvanced_therapy = true\n"
        )
        (folder / "records.xml").write_text(
            f"<PubmedArticleSet>{''.join(record.xml for record in records)}</PubmedArticleSet>"
        )
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("NCBI", "GTMINER"))}
        environment |= {
            "HOME": name, "XDG_RUNTIME_DIR": name, "PYTHONPATH": str(ROOT), "NCBI_EMAIL": "someone@example.org",
            "NCBI_API_KEY": "invented",
            **{f"GTMINER_{source.upper()}_URL": url for source, url in standin.base_urls.items()},
        }  # fmt: skip
        os.chdir(folder)
        command = COMMANDS[arguments.command]
        whole(command, folder / "warm", environment)
        seconds = whole(command, folder / "whole", environment)
        expected = canonical(folder / "whole" / STORE)
        print(f"{' '.join(command)}: {len(expected['documents'])} records, {seconds:.2f} s uninterrupted")
        damaged = healed = ended = 0
        for number in range(arguments.runs):
            cache = folder / str(number)
            after = seconds * (number + randomly.random()) / arguments.runs
            process = start(command, cache, environment)
            try:
                process.communicate(timeout=after)
                ended += 1  # it was faster than the uninterrupted one
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
            bad, good, why = verdict(command, cache, environment, expected)
            damaged, healed = damaged + bad, healed + good
            if bad or not good:
                print(f"run {number}, killed after {after:.3f} s: {why}")
    print(f"{arguments.runs} runs killed ({ended} had ended before): {damaged} stores damaged, {healed} healed")
    raise SystemExit(damaged > 0 or healed < arguments.runs)


if __name__ == "__main__":
    main()
