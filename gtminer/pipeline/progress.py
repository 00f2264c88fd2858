"""How far a run has come, for whoever shows it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

# Given what is under way and how many are to come: while it is open, a function that adds to the count.
Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


def unseen(what: str, total: int) -> AbstractContextManager[Callable[[int], None]]:  # as Progress asks
    """Show nothing."""
    return nullcontext(lambda count: None)
