"""`gtminer import` and `gtminer tag`: what you already have, and tags for what has none. No network."""

import re
import time
from pathlib import Path
from typing import Annotated

import typer

from gtminer.errors import ContentError, InputError

_PDFS_TOLD = 10  # of more PDFs than that, only -v and the log tell how each was placed


def import_(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="PubMed XML (also .gz), MEDLINE text, PMID lists, PDFs of reports, directories; - is standard input.",
        ),
    ],
    source: Annotated[str | None, typer.Option(help="Of PDFs: ema or fda (else guessed from the text).")] = None,
    product: Annotated[str | None, typer.Option(help="Of PDFs: brand or product id (else guessed).")] = None,
    kind: Annotated[
        str | None, typer.Option(help="Of PDFs: assessment-report, smpc, sbra, ... (else guessed).")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Of a PDF: where it came from.")] = None,
    no_tag: Annotated[bool, typer.Option("--no-tag", help="Store only; tag later with 'gtminer tag'.")] = False,
    lock_wait: Annotated[float, typer.Option(metavar="SECONDS", help="Wait for another run to end.")] = 0.0,
) -> None:
    """Add documents you already have; what is new or changed is tagged.

    Example: gtminer import pubmed26n0001.xml.gz export.nbib
    """
    from gtminer import config
    from gtminer.cli import streams
    from gtminer.pipeline import tagging
    from gtminer.pipeline.importing import Import
    from gtminer.pipeline.reports import near_product, options_of
    from gtminer.store import lock
    from gtminer.store.database import Store
    from gtminer.store.raw import RawFiles

    if source not in (None, "ema", "fda"):
        raise InputError(f"--source: unknown value '{source}'; choose one of: ema, fda")
    if url is not None and not re.match(r"https?://[^\s/]+", url):
        raise InputError(f"--url: '{url}' is no address; write it as https://...")
    if url is not None and (len(files) > 1 or Path(files[0]).is_dir()):
        raise InputError("--url is the address of one file; import the files one by one")
    if "-" in files:
        streams.stdin("-")
    for name in files:
        if not name.strip():
            raise InputError("import: an empty file name; name a file, a folder or - for standard input")
        if name != "-" and _is_missing(Path(name)):
            raise InputError(f"{name}: no such file or directory")
    reports = options_of(source, product, kind, url)
    if near := near_product(reports):
        streams.warn(f"--product: '{product}' is not in the product table; did you mean '{near}'?")
    settings = config.load(context.obj)
    started = time.monotonic()
    with (
        lock.hold(settings.store_path, "import", wait_s=lock_wait),
        Store.open(settings.store_path, create=True, on_wait=streams.warn) as store,
        store.recorded_run("import") as run,
    ):
        store.close_dead_runs(but=run)
        tagger = None if no_tag else tagging.built_in(settings.vocabulary)
        with streams.progress("importing", None) as advance:
            work = Import(
                store,
                run=run,
                tagger=tagger,
                raw=RawFiles(settings.cache / "raw"),
                reports=reports,
                advance=advance,
            )
            result = work.read(files)
        store.finish_run(
            run,
            "complete" if result.complete else "partial",
            received=result.documents,
            new=result.new,
            changed=result.changed,
            unchanged=result.unchanged,
            seconds=round(time.monotonic() - started, 1),
            tagger=tagger.version if tagger else None,
            message="; ".join([*result.broken, *result.unplaced, *result.failed])[:500] or None,
        )
    for line in result.notes:
        (streams.note if len(result.notes) <= _PDFS_TOLD else streams.detail)(line)
    if not result.names_in_line:
        for path, what in result.empty:
            streams.note(f"{path}: {what}; no documents in it")
    for line in (*result.displaced, *result.broken, *result.unplaced, *result.failed):
        streams.warn(line)
    if not result.complete:
        raise ContentError(result.line())
    streams.note(result.line())


def _is_missing(path: Path) -> bool:
    try:
        return not path.exists()
    except OSError:  # it stands in a folder that we may not read: reading says so, and goes on with the others
        return False


def tag(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Tag every document anew.")] = False,
    lock_wait: Annotated[float, typer.Option(metavar="SECONDS", help="Wait for another run to end.")] = 0.0,
) -> None:
    """Tag the documents whose tags are missing or older than the vocabulary and the code.

    Example: gtminer tag --all
    """
    from gtminer import config
    from gtminer.cli import streams
    from gtminer.pipeline import tagging
    from gtminer.store import lock
    from gtminer.store.database import Store

    settings = config.load(context.obj)
    started = time.monotonic()
    with (
        lock.hold(settings.store_path, "tag", wait_s=lock_wait),
        Store.open(settings.store_path, on_wait=streams.warn) as store,
        store.recorded_run("tag") as run,
    ):
        store.close_dead_runs(but=run)
        tagger = tagging.built_in(settings.vocabulary)
        total = store.count_documents() if everything else store.count_untagged(tagger.version)
        with streams.progress("tagging", total) as advance:
            result = tagging.tag_untagged(store, tagger, everything=everything, run=run, advance=advance)
        store.finish_run(
            run,
            "partial" if result.failed else "complete",
            received=total,
            seconds=round(time.monotonic() - started, 1),
            tagger=tagger.version,
            message="; ".join(result.failed)[:500] or None,
        )
    line = f"tagged {result.documents} document{'' if result.documents == 1 else 's'} with vocabulary {tagger.version}"
    for failure in result.failed:
        streams.warn(failure)
    if result.failed:
        raise ContentError(f"{line}; {len(result.failed)} could not be tagged and keep their earlier tags")
    streams.note(line)
