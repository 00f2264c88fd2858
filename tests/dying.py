"""Fetches from PubMed that die at their n-th commit or rename, n = 1, 2, 3 ..., and what the next fetch makes of it.

    python tests/dying.py EUTILS_URL FOLDER

Run as a program, because each fetch dies in a forked child, and forking wants a process without threads. Prints one
JSON object: the number of points tried and, for each that did not heal, what was wrong.
"""

import json
import os
import signal
import sys
from pathlib import Path

from canonical import canonical

from gtminer.config import Settings
from gtminer.pipeline import tagging
from gtminer.pipeline.fetching import Fetch
from gtminer.pipeline.planning import Manner
from gtminer.query import Query
from gtminer.store import crash, lock
from gtminer.store.database import Store
from gtminer.web.download import Web

MOST = 200
TERM = "gene therapy[tiab]"
QUESTIONS = [Query(name="aav", title="AAV", pubmed=TERM), Query(name="all", title="All", pubmed=f"{TERM} OR AAV[tiab]")]
TAGGER = tagging.built_in()


def fetch(url: str, cache: Path) -> None:
    """Fetch both questions as the command does, without pace and retries."""
    settings = Settings(cache, email="someone@example.org", base_urls={"eutils": url})
    web = Web(settings.base_urls, spacing_ms={"eutils": 1})
    with lock.hold(settings.store_path, "fetch"), Store.open(settings.store_path, create=True) as store:
        work = Fetch(store, web, settings, Manner(), TAGGER, lambda what, total: _silence())
        reports = list(work.reports(["pubmed"], QUESTIONS))
    assert all(report.complete for report in reports)


class _silence:  # stands for a function
    def __enter__(self):  # type: ignore[no-untyped-def]
        return lambda count: None

    def __exit__(self, *arguments: object) -> None:
        pass


def child(url: str, cache: Path, crash_at: int) -> int:
    """Fetch in a child process that dies at *crash_at*; return its exit code, negative for a signal."""
    pid = os.fork()
    if pid == 0:
        crash._fatal = crash_at
        try:
            fetch(url, cache)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main(url: str, folder: Path) -> dict[str, object]:
    """Try every point."""
    name = Settings(folder).store_path.name
    assert child(url, folder / "whole", 0) == 0
    expected = canonical(folder / "whole" / name)
    wrong: list[str] = []
    point = 0
    while (point := point + 1) < MOST:
        cache = folder / str(point)
        code = child(url, cache, point)
        if code == 0:
            break
        try:
            assert code == -signal.SIGKILL, f"ended with {code}"
            if (cache / name).exists():
                canonical(cache / name)
            code = child(url, cache, 0)
            assert code == 0, f"the next fetch ended with {code}"
            found = canonical(cache / name)
            differing = [what for what, rows in found.items() if rows != expected[what]]
            assert not differing, f"other {', '.join(differing)}"
        except Exception as error:
            wrong.append(f"point {point}: {type(error).__name__}: {error}")
    return {"points": point - 1, "documents": len(expected["documents"]), "wrong": wrong}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
