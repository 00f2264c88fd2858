"""Worker processes that read PDFs: each parse under limits of memory, CPU and time, killed when it does not obey.

The parent (:class:`Worker`) sends one JSON line a job and hears one JSON line a page, so that it knows which
page killed a worker: the other pages are then read by a fresh one. One worker reads many files.

Run as ``python -m gtminer.documents.pdf_worker`` this module is the child.
"""

import contextlib
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from gtminer.documents.pdf_states import State

_LONGEST_LINE = 256 << 20  # bytes of one answer; a longer one is a runaway


class Limits(NamedTuple):
    """What one parse may take: bytes of address space, seconds in all and for each page."""

    memory: int = 2 << 30
    seconds: float = 120.0
    seconds_a_page: float = 1.0
    retries: int = 3  # fresh workers after a page has killed one


class _Killed(Exception):  # noqa: N818 - no error of anybody
    """The worker is gone: the state that this means, and the page it was reading (0: none)."""

    def __init__(self, state: State, reason: str, page: int, pages: int) -> None:
        super().__init__(reason)
        self.state, self.reason, self.page, self.pages = state, reason, page, pages


class Worker:
    """A reader process that is started when needed and started anew when it had to be killed.

    A context manager; `read` never raises for what a file contains.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process and all that it may have started."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        with contextlib.suppress(ChildProcessError):
            self._process.wait()
        self._process = None
        self._buffer.clear()

    def read(self, path: Path) -> dict[str, Any]:
        """Return the reading of the file (see :func:`pdf_read.read`), or a state and a reason.

        A page that kills the worker is left out and the others are read by a fresh one; `lost` names it.
        """
        skip: list[int] = []
        fate: _Killed | None = None
        for _ in range(self.limits.retries + 1):
            try:
                reading = self._ask({"path": str(path), "skip": skip})
            except _Killed as killed:
                self.close()
                fate = killed
                if not killed.page or len(skip) + 1 >= killed.pages:
                    break
                skip.append(killed.page)
            else:
                if fate is not None and "sections" in reading:
                    reading["fate"] = fate.state.value
                return reading
        assert fate is not None
        return {"state": fate.state.value, "reason": fate.reason, "pages": fate.pages or None}

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            command = [sys.executable, "-m", "gtminer.documents.pdf_worker", str(self.limits.memory)]
            home = str(Path(__file__).parents[2])
            paths = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
            self._process = subprocess.Popen(  # noqa: S603 our own interpreter and module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": paths},
            )
        return self._process

    def _ask(self, job: dict[str, Any]) -> dict[str, Any]:
        process = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        limits = self.limits
        deadline = time.monotonic() + limits.seconds
        page = pages = 0
        seconds = limits.seconds
        try:
            process.stdin.write(json.dumps({**job, "cpu": limits.seconds}).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            raise self._gone(page, pages) from None
        while True:
            line = self._line(process, deadline)
            if line is None:
                raise _Killed(State.TIMEOUT, f"no end after {seconds:g} seconds", page, pages)
            if not line:
                raise self._gone(page, pages)
            answer: dict[str, Any] = json.loads(line)
            if "page" not in answer:
                if answer.get("state") in (State.MEMORY, State.CRASH):
                    raise _Killed(State(answer["state"]), answer["reason"], page, pages)
                return answer
            if not pages and answer["pages"]:
                pages = answer["pages"]
                seconds = limits.seconds + limits.seconds_a_page * pages
                deadline += limits.seconds_a_page * pages
            page = answer["page"]

    def _line(self, process: subprocess.Popen[bytes], deadline: float) -> bytes | None:
        """The next line of the worker: b"" when it is gone, None when the time is over."""
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                end = self._buffer.find(b"\n")
                if end >= 0:
                    line = bytes(self._buffer[:end])
                    del self._buffer[: end + 1]
                    return line
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    return None
                piece = os.read(process.stdout.fileno(), 1 << 20)
                self._buffer += piece
                if not piece or len(self._buffer) > _LONGEST_LINE:
                    return b""

    def _gone(self, page: int, pages: int) -> _Killed:
        """What the end of the worker means, by its signal and by the most memory it held."""
        assert self._process is not None
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        name = signal.Signals(-self._process.returncode).name if self._process.returncode < 0 else "an exit"
        if self._process.returncode == -signal.SIGXCPU:
            return _Killed(State.TIMEOUT, "its limit of CPU time was reached", page, pages)
        if usage.ru_maxrss * 1024 > 0.5 * self.limits.memory:
            return _Killed(State.MEMORY, f"it wants more than {self.limits.memory >> 20} MB of memory", page, pages)
        return _Killed(State.CRASH, f"the reader died of it ({name})", page, pages)


def main(memory: int) -> None:
    """Read jobs from standard input until it ends; one JSON line a page and one for the reading."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from gtminer.documents import pdf_read

    out = sys.stdout.buffer

    def say(answer: dict[str, Any]) -> None:
        out.write(json.dumps(answer).encode() + b"\n")
        out.flush()

    for line in sys.stdin.buffer:
        job = json.loads(line)
        used = resource.getrusage(resource.RUSAGE_SELF)
        start = used.ru_utime + used.ru_stime
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]

        def progress(page: int, pages: int, start: float = start, hard: int = hard, cpu: float = job["cpu"]) -> None:
            # The time allowed grows once the number of pages is known.
            resource.setrlimit(resource.RLIMIT_CPU, (int(start + cpu + pages) + 1, hard))
            say({"page": page, "pages": pages})

        resource.setrlimit(resource.RLIMIT_CPU, (int(start + job["cpu"]) + 1, hard))
        try:
            reading = pdf_read.read(Path(job["path"]), progress, skip=frozenset(job["skip"]))
        except MemoryError:
            reading = {"state": State.MEMORY, "reason": f"it wants more than {memory >> 20} MB of memory"}
        except Exception as error:
            reading = {"state": State.CRASH, "reason": f"the reader failed: {type(error).__name__}: {error}"[:300]}
        say(reading)


if __name__ == "__main__":
    main(int(sys.argv[1]))
