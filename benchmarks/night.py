"""The nights of a store: a first load that is interrupted five times, then a night with nothing new.

    python benchmarks/night.py [--records 25000] [--interruptions 5]

Real processes against the stand-in on loopback, at the pace they keep with NCBI (with a key). Requests are those in
the stand-in's own log. The ideal of a first load is what the same load asks without interruption. CPU seconds are
those of the whole process, start-up and tagging included.
"""

import argparse
import math
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from canonical import canonical  # noqa: E402  # lives with the tests

from gtminer.standin.eutils import PATH, Eutils  # noqa: E402
from gtminer.standin.records import synthetic  # noqa: E402
from gtminer.standin.server import StandIn  # noqa: E402

STORE = "gtminer.sqlite"
MOST_REQUESTS_RATIO, MOST_REQUESTS_A_QUERY, MOST_CPU_S = 1.2, 10, 2.0


class Nights:
    """Fetches into one cache after another, each in a process of its own."""

    def __init__(self, folder: Path, standin: StandIn) -> None:
        self.folder, self.standin = folder, standin
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("NCBI", "GTMINER"))
        } | {
            "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PYTHONPATH": str(ROOT),
            "NCBI_EMAIL": "someone@example.org", "NCBI_API_KEY": "invented",
            "GTMINER_EUTILS_URL": standin.base_urls["eutils"],
        }  # fmt: skip

    def fetch(self, cache: str, stop_at: int | None = None) -> tuple[int, int, float]:
        """Fetch; end it when it has asked *stop_at* times. Return its exit code, its requests, its CPU seconds."""
        before, used = len(self.standin.requests), _cpu()
        process = subprocess.Popen(
            [sys.executable, "-m", "gtminer", "-q", "fetch", "pubmed"], cwd=self.folder, stdin=subprocess.DEVNULL,
            env=self.environment | {"GTMINER_CACHE": str(self.folder / cache)},
        )  # fmt: skip
        if stop_at is not None:
            while process.poll() is None and len(self.standin.requests) - before < stop_at:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        code = process.wait()
        return code, len(self.standin.requests) - before, _cpu() - used


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=25_000)
    parser.add_argument("--interruptions", type=int, default=5)
    arguments = parser.parse_args()
    failed = []
    with StandIn(limit_per_s=lambda request: 10) as standin, tempfile.TemporaryDirectory() as name:
        eutils = Eutils(synthetic(arguments.records, until=date(2026, 11, 20)))
        standin.mount(PATH, eutils)
        standin.now = eutils.now
        (Path(name) / "queries").mkdir()
        (Path(name) / "queries" / "all.toml").write_text(
            'name = "all"\ntitle = "All"\n[pubmed]\nterm = "gene therapy[tiab]"\n'
        )
        nights = Nights(Path(name), standin)

        code, ideal, seconds = nights.fetch("whole")
        assert code == 0, f"the uninterrupted load ended with {code}"
        pages = math.ceil(arguments.records / 200)
        print(f"first load of {arguments.records}: {ideal} requests ({pages} pages of 200), {seconds:.1f} s of CPU")

        total = 0
        for _ in range(arguments.interruptions):
            code, requests, _ = nights.fetch("interrupted", stop_at=ideal // (arguments.interruptions + 1))
            assert code == -signal.SIGKILL, f"an interrupted load ended with {code}"
            total += requests
        code, requests, _ = nights.fetch("interrupted")
        total += requests
        same = code == 0 and canonical(Path(name) / "whole" / STORE) == canonical(Path(name) / "interrupted" / STORE)
        print(
            f"killed {arguments.interruptions} times: {total} requests, {total / ideal:.3f} times the ideal; "
            f"{'the same' if same else 'OTHER'} content"
        )
        failed += [total > ideal * MOST_REQUESTS_RATIO, not same]

        eutils.next_day()
        before = len(standin.requests)
        code, requests, seconds = nights.fetch("whole")
        asked = Counter(request.path.rpartition("/")[2] for request in standin.requests[before:])
        again = asked["efetch.fcgi"]
        print(
            f"a night with nothing new: {requests} requests ({requests - again} for the query, {again} pages of the "
            f"slow round over 1/30 of the store), {seconds:.2f} s of CPU, exit code {code}"
        )
        failed += [code != 0, requests > MOST_REQUESTS_A_QUERY, seconds > MOST_CPU_S]
        print(f"above NCBI's limit in any second: {standin.rate_violations} times")
        failed.append(standin.rate_violations > 0)
    raise SystemExit(any(failed))


if __name__ == "__main__":
    main()
