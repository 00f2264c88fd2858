"""Crash points: with ``GTMINER_CRASH_AT=n`` the process kills itself at its n-th commit or rename.

Only the tests set it, with n = 1, 2, 3 ... until a run completes, to show that a store survives a death
at any instant (the way SQLite tests itself). Each commit and each rename is one point before and one after.
"""

import os
import signal

_fatal = int(os.environ.get("GTMINER_CRASH_AT", "0"))
_passed = 0


def point() -> None:
    """Count one crash point and die there if it is the one asked for."""
    global _passed  # noqa: PLW0603 - a process dies once
    if _fatal:
        _passed += 1
        if _passed == _fatal:
            os.kill(os.getpid(), signal.SIGKILL)
