"""`gtminer demo`: the whole job offline, and nothing left behind."""

import re
from pathlib import Path

from conftest import Gtminer


def test_the_demo_shows_the_tables_and_says_that_its_data_are_invented(gtminer: Gtminer) -> None:
    code, out, err = gtminer("demo")
    assert code == 0, err
    assert out.splitlines()[-1] == "All the data above are invented: no patient, product or paper in them exists."
    headings = [line for line in out.splitlines() if ": gtminer summarize" in line]
    assert len(headings) == 4
    fetched = re.search(r"fetched PubMed (\d+) new, .* EMA (\d+) new, .* FDA (\d+) new", err)
    assert fetched, err
    assert int(fetched[1]) >= 150
    assert int(fetched[2]) > 0 < int(fetched[3])
    assert "Hepatotoxicity" in out
    assert "Lentiviral" in out
    assert max(map(len, out.splitlines())) <= 120


def test_the_demo_leaves_nothing_behind(gtminer: Gtminer, environment: dict[str, str], tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    before = sorted(tmp_path.rglob("*"))
    code, _, err = gtminer("demo", env={"TMPDIR": str(temporary)})
    assert (code, sorted(tmp_path.rglob("*"))) == (0, before), err


def test_the_demo_reads_no_configuration(gtminer: Gtminer, tmp_path: Path) -> None:
    (tmp_path / "gtminer.toml").write_text("nonsense = [", encoding="utf-8")
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "wrong.toml").write_text("nonsense = [", encoding="utf-8")
    hostile = {
        "NCBI_API_KEY": "0123456789abcdef", "GTMINER_EUTILS_URL": "http://127.0.0.1:9/", "GTMINER_CACHE": "/dev/null",
        "GTMINER_VOCABULARY": "/nonexistent", "http_proxy": "http://127.0.0.1:9",
    }  # fmt: skip
    code, out, err = gtminer("demo", env=hostile)
    assert code == 0, err
    assert "0123456789abcdef" not in out + err
