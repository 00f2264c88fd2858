"""All the invented sources on one loopback server: what `gtminer demo` and whole-job tests ask."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from gtminer.standin import eutils, records
from gtminer.standin.regulators import Regulators
from gtminer.standin.server import StandIn


class World:
    """PubMed, EMA and FDA over the invented documents that ship with gtminer; a context manager."""

    def __init__(self) -> None:
        self.standin = StandIn()
        self.pubmed = eutils.Eutils(records.corpus())
        self.standin.mount(eutils.PATH, self.pubmed)
        self.regulators = Regulators.mounted(self.standin)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.standin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def environment(self) -> dict[str, str]:
        """The environment variables under which gtminer asks this world instead of the real one."""
        return {f"GTMINER_{source.upper()}_URL": url for source, url in self.standin.base_urls.items()}
