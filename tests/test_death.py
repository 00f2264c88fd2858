"""Death at any instant: the store opens, nothing committed is lost, the next run ends as an uninterrupted one."""

import json
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from canonical import canonical
from conftest import ROOT, Gtminer

from gtminer.pipeline.importing import BATCH
from gtminer.standin.eutils import PATH, Eutils
from gtminer.standin.records import synthetic
from gtminer.standin.server import StandIn
from gtminer.store.database import Store

IMPORT = ("import", "--no-tag")
STORE = "gtminer.sqlite"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of a batch and a little more: two transactions of an import."""
    path = tmp_path_factory.mktemp("many") / "many.xml"
    records = "".join(record.xml for record in synthetic(BATCH + 10, until=date(2026, 1, 1)))
    path.write_text(f"<PubmedArticleSet>{records}</PubmedArticleSet>")
    return path


def test_a_death_at_any_commit_of_an_import_is_healed_by_the_next_l06(
    gtminer: Gtminer, many: Path, tmp_path: Path
) -> None:
    assert gtminer(*IMPORT, str(many), env={"GTMINER_CACHE": str(tmp_path / "whole")}).code == 0
    expected = canonical(tmp_path / "whole" / STORE)
    for point in range(1, 60):
        cache = tmp_path / str(point)
        here = {"GTMINER_CACHE": str(cache)}
        done = gtminer(*IMPORT, str(many), env=here | {"GTMINER_CRASH_AT": str(point)})
        if done.code == 0:
            break
        assert done.code == -signal.SIGKILL
        if (cache / STORE).exists():
            assert len(canonical(cache / STORE)["documents"]) in (0, BATCH, BATCH + 10)
        assert gtminer(*IMPORT, str(many), env=here).code == 0
        assert canonical(cache / STORE) == expected
        assert sorted(file.name for file in cache.iterdir()) == [STORE, f"{STORE}.lock"]
    assert 10 < point < 59, "the points of a run were all tried"


def test_a_death_at_any_commit_of_a_fetch_is_healed_by_the_next_l06(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with StandIn() as standin:
        eutils = Eutils(synthetic(250, until=date(2026, 11, 20)))
        standin.mount(PATH, eutils)
        standin.now = eutils.now
        done = subprocess.run(
            [sys.executable, str(ROOT / "tests" / "dying.py"), standin.base_urls["eutils"], str(tmp_path)],
            capture_output=True, text=True, env=environment, check=True,
        )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    assert found["documents"] == 250
    assert 25 < found["points"] < 199, "the points of a run were all tried"


def test_of_writes_lost_in_a_power_cut_only_the_last_are_missing_l08(tmp_path: Path) -> None:
    path = tmp_path / "gtminer.sqlite"
    records = [f"pubmed:{number}" for number in range(12)]
    code = (
        "import sys, os\nfrom gtminer.model import Document\nfrom gtminer.store.database import Store\n"
        "store = Store.open(sys.argv[1], create=True)\n"
        "for number in range(12):\n"
        "    store.put([Document(f'pubmed:{number}', 'pubmed', 't', 'vector ' * 300)])\n"
        "os._exit(0)\n"  # the log is not written back into the store
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    log = Path(f"{path}-wal").read_bytes()
    assert len(log) > 100_000
    seen = set()
    for number, cut in enumerate([*range(0, len(log), len(log) // 40), len(log)]):
        copy = tmp_path / str(number) / path.name
        copy.parent.mkdir()
        shutil.copyfile(path, copy)
        # The log as after a power cut: its end was never written, or holds what was on the disk before.
        Path(f"{copy}-wal").write_bytes(log[:cut] + bytes(len(log) - cut) * (number % 2))
        found = [str(row[0]) for row in canonical(copy)["documents"]]
        assert found == sorted(records[: len(found)])
        seen.add(len(found))
        with Store.open(copy) as store:
            assert store.put([]).new == 0
    assert {0, 12} <= seen
    assert len(seen) > 6
