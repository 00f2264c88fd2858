"""What a user installs: the wheel, in an empty environment, with run-time dependencies only."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = (*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    return next(folder.glob("gtminer-*.whl"))


def test_the_wheel_holds_all_package_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {Path(name) for name in archive.namelist() if ".dist-info/" not in name}
    tracked = subprocess.run(
        ["git", "ls-files", "gtminer", "queries"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    if not any(tracked):
        pytest.skip("needs the git checkout to know what belongs to the package")
    expected = {Path(name) if name.startswith("gtminer/") else Path("gtminer", name) for name in tracked if name}
    assert packed == expected


def test_the_installed_wheel_runs_the_demo_from_another_directory(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    install = (*PIP, "install", "--constraint", str(ROOT / "constraints.txt"), str(wheel))
    subprocess.run([python, *install], check=True, capture_output=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [home / "bin" / "gtminer", "demo"],
        cwd=elsewhere,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "invented" in done.stdout.splitlines()[-1]
    assert list(elsewhere.iterdir()) == []
