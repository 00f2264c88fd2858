"""`gtminer demo`: the whole job offline, from a stand-in of the sources to the tables; nothing is left behind."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gtminer.cli import streams

WIDTH = "120"  # of the tables where there is no terminal


def demo() -> None:
    """Show the whole job offline: fetch invented documents from a stand-in of the sources, tag them, print tables.

    It uses the ordinary code, needs no network, reads no configuration and leaves nothing behind.

    Example: gtminer demo
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="gtminer-demo-") as folder, _secluded(folder):
        _fetch(Path(folder))
        _show(Path(folder))
    print("\nAll the data above are invented: no patient, product or paper in them exists.")


@contextmanager
def _secluded(folder: str) -> Iterator[None]:
    """Take the user's settings away for a while, and let caches go to *folder*."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(("GTMINER_", "NCBI_", "OPENFDA_")):
            del os.environ[name]
    os.environ |= {"XDG_CACHE_HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder}
    if not streams.stdout_is_terminal():
        os.environ.setdefault("COLUMNS", WIDTH)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _fetch(folder: Path) -> None:
    from gtminer import query as queries
    from gtminer.cli.fetch import SOURCES, tell
    from gtminer.config import Settings
    from gtminer.pipeline import tagging
    from gtminer.pipeline.fetching import Fetch
    from gtminer.pipeline.planning import Manner
    from gtminer.standin.world import World
    from gtminer.store.database import Store
    from gtminer.web.download import Web

    with World() as world:
        settings = Settings(cache=folder, email="reader@example.org", base_urls=world.standin.base_urls)
        web = Web(settings.base_urls, spacing_ms={"eutils": 1})
        streams.note("asking a stand-in for PubMed, EMA and FDA on this machine")
        with closing(web), Store.open(settings.store_path, create=True) as store:
            work = Fetch(store, web, settings, Manner(), tagging.built_in(), streams.progress)
            tell(list(work.reports(SOURCES, queries.load(here=folder))), reached=True, all_warnings=False)


def _show(folder: Path) -> None:
    from gtminer.cli import tables
    from gtminer.cli.answer import Manner
    from gtminer.config import Settings
    from gtminer.report.filters import Filters
    from gtminer.store.database import Store

    evidence = Filters(event=("hepatotoxicity",), assertion=("present",))
    with Store.open(Settings(folder).store_path, read_only=True) as store, store.connection.guarded():
        for title, filters, by, long, manner in (
            ("The newest documents: gtminer summarize", Filters(), None, False,
             Manner("table", limit=6)),
            ("Safety events by vector: gtminer summarize --by vector,safety", Filters(), "vector,safety", False,
             Manner("table")),
            ("What each source says of a product: gtminer summarize --by product", Filters(), "product", False,
             Manner("table", limit=4)),
            ("The sentences behind a count: gtminer summarize --long --event hepatotoxicity --assertion present",
             evidence, None, True, Manner("table", columns="doc_id,label,assertion,sentence", limit=6)),
        ):  # fmt: skip
            print(f"\n{title}\n")
            tables.show(store.connection, filters, by, manner, long=long)
