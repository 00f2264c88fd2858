"""What many tests share: the program as a subprocess, a clean environment, the shared development data if present."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


class Outcome(NamedTuple):
    """How a run of the program ended."""

    code: int
    out: str
    err: str


Gtminer = Callable[..., Outcome]


@pytest.fixture
def shared() -> Path:
    """The shared development data; the test is skipped, saying so, where they are absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("needs the shared development data, which are not here")
    return SHARED


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of this machine's user is seen."""
    home = tmp_path / "home"
    home.mkdir()
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV") if key in os.environ}
    return kept | {"HOME": str(home), "GTMINER_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}


@pytest.fixture
def gtminer(tmp_path: Path, environment: dict[str, str]) -> Gtminer:
    """Run the program in a process of its own, in *tmp_path*."""

    def run(
        *arguments: str,
        stdin: bytes | str = b"",
        env: Mapping[str, str] | None = None,
        cwd: Path = tmp_path,
        timeout: float = 120,
    ) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "gtminer", *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=cwd,
            env=environment | dict(env or {}),
            timeout=timeout,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache folder of a store of invented documents with invented tags, for reading only."""
    from library import fill

    return fill(tmp_path_factory.mktemp("library"))


@pytest.fixture
def ask(gtminer: Gtminer, library: Path) -> Gtminer:
    """Run the program on the store of invented documents."""
    return partial(gtminer, "--cache", str(library))
