"""`gtminer fetch`: the store brought up to date from the sources; what cron runs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gtminer.errors import InputError, SourceError, TemporaryError

if TYPE_CHECKING:
    from gtminer.config import Settings
    from gtminer.pipeline.fetching import Count
    from gtminer.pipeline.holdings import Report
    from gtminer.pipeline.planning import Manner
    from gtminer.query import Query
    from gtminer.store.database import Store

SOURCES = {"pubmed": "PubMed", "ema": "EMA", "fda": "FDA"}
MOST_LINES = 10  # of problems that are told one by one


def fetch(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[pubmed|ema|fda]...", help="Which sources; all without a name.")
    ] = None,
    query: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this query file (may be repeated).")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Fetch everything anew, also what is stored.")] = False,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="PubMed: only what was created or changed since 2026-11-01.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="COUNT", min=1, help="At most so many documents a query and source.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many documents would be fetched.")] = False,
    no_tag: Annotated[bool, typer.Option("--no-tag", help="Store only; tag later with 'gtminer tag'.")] = False,
    accept_drop: Annotated[
        bool, typer.Option("--accept-drop", help="Believe PubMed when it finds less than half of last time.")
    ] = False,
    skip_if_locked: Annotated[
        bool, typer.Option("--skip-if-locked", help="End with 0 when another run is at work (for cron).")
    ] = False,
    lock_wait: Annotated[float, typer.Option(metavar="SECONDS", help="Wait for another run to end.")] = 0.0,
) -> None:
    """Bring the store up to date from PubMed, EMA and FDA for every query file, and tag what is new.

    It may be interrupted and repeated at any time: it goes on where it stopped and asks only for what is new or
    changed.

    Example: gtminer fetch pubmed --query aav
    """
    from gtminer import config
    from gtminer import query as queries
    from gtminer.pipeline.planning import Manner

    asked = _sources(sources or ())
    if full and since:
        raise InputError("--full asks for everything and --since for a part; choose one of them")
    manner = Manner(full, _day(since) if since else None, limit, accept_drop)
    settings = config.load(context.obj)
    questions = queries.load(query or ())
    if not any(question.asks(source) for question in questions for source in asked):
        raise InputError(f"no query file asks {' or '.join(SOURCES[source] for source in asked)}; add its table to one")
    if "pubmed" in asked and any(question.asks("pubmed") for question in questions):
        _check_email(settings)
    with ExitStack() as stack:
        if not dry_run:
            try:
                stack.enter_context(_alone(settings, lock_wait))
            except TemporaryError as error:
                if not skip_if_locked:
                    raise
                from gtminer.cli import streams

                streams.note(str(error))
                return
        _fetch(settings, asked, questions, manner, dry_run=dry_run, no_tag=no_tag)


def _sources(names: Sequence[str]) -> list[str]:
    for name in names:
        if name not in SOURCES:
            raise InputError(f"unknown source '{name}'; choose one of: {', '.join(SOURCES)}")
    return [source for source in SOURCES if not names or source in names]


def _day(text: str) -> date:
    """Return the day, or the first one of the month or year, that *text* names."""
    for rest in ("", "-01", "-01-01"):
        with suppress(ValueError):
            return date.fromisoformat(text + rest)
    raise InputError(f"--since: '{text}' is not a date; write 2024, 2024-06 or 2024-06-30")


def _check_email(settings: "Settings") -> None:
    if not settings.email:
        raise InputError(
            "NCBI_EMAIL is not set; NCBI asks every caller of PubMed for an address: export NCBI_EMAIL=you@your.site"
        )
    if "@" not in settings.email or len(settings.email.split()) != 1:
        where = settings.origin.get("email", "NCBI_EMAIL")
        raise InputError(f"{where}: '{settings.email}' is no e-mail address; NCBI writes there before it blocks anyone")


@contextmanager
def _alone(settings: "Settings", wait_s: float) -> Iterator[None]:
    from gtminer.store import lock

    with lock.hold(settings.store_path, "fetch", wait_s=wait_s):
        yield


def _fetch(
    settings: "Settings", sources: Sequence[str], questions: Sequence["Query"], manner: "Manner", *,
    dry_run: bool, no_tag: bool,
) -> None:  # fmt: skip
    from gtminer.cli import streams
    from gtminer.pipeline import tagging
    from gtminer.pipeline.fetching import Fetch
    from gtminer.web.download import Web
    from gtminer.web.pacing import meeting_place
    from gtminer.web.retries import Patience

    for line in settings.warnings:
        streams.warn(line)
    tagger = None if no_tag or dry_run else tagging.built_in(settings.vocabulary)
    web = Web(
        settings.base_urls,
        meeting_place=meeting_place(),
        with_key=settings.api_key is not None,
        user_agent=settings.user_agent,
        patience=Patience(tell=streams.waiting),
    )
    for line in web.addresses.announcements():
        streams.note(line)
    with closing(web), _store(settings, dry_run=dry_run) as store:
        work = Fetch(store, web, settings, manner, tagger, streams.progress)
        try:
            if dry_run:
                _tell_counts(list(work.counts(sources, questions)), reached=web.answers > 0)
                return
            reports = list(work.reports(sources, questions))
        except SourceError as error:
            if web.answers == 0:
                raise TemporaryError(_unreachable([str(error)])) from error
            raise
    tell(reports, reached=web.answers > 0)


@contextmanager
def _store(settings: "Settings", *, dry_run: bool) -> Iterator["Store"]:
    """Open the store; a dry run makes none and changes none."""
    from tempfile import TemporaryDirectory

    from gtminer.cli import streams
    from gtminer.store.database import Store

    with ExitStack() as stack:
        path = settings.store_path
        absent = dry_run and not path.exists()
        if absent:
            path = Path(stack.enter_context(TemporaryDirectory(prefix="gtminer-"))) / path.name
        writing = absent or not dry_run
        yield stack.enter_context(Store.open(path, create=writing, read_only=not writing, on_wait=streams.warn))


def tell(reports: Sequence["Report"], *, reached: bool, all_warnings: bool = True) -> None:
    """Say what came of a run: a line for each warning and one for all; raise what makes it less than complete."""
    from gtminer.cli import streams

    problems = _told(reports, lambda report: report.problems)
    warnings = _told(reports, lambda report: report.warnings) if all_warnings else []
    for line in warnings[:MOST_LINES]:
        streams.warn(line)
    if more := len(warnings) - MOST_LINES:
        for line in warnings[MOST_LINES:]:
            streams.detail(f"warning: {line}")
        if more > 0 and not streams.manner.verbose:
            streams.warn(f"{more} more warnings; -v shows them")
    if problems and not reached:
        raise TemporaryError(_unreachable(problems))
    if problems:
        for line in problems[:MOST_LINES]:
            streams.warn(line)
        hidden = f" ({len(problems) - MOST_LINES} more in the log of runs)" if len(problems) > MOST_LINES else ""
        raise SourceError(
            f"{_result(reports)}; not all could be had{hidden}: what was verified is kept, the rest is asked for again "
            "by the next fetch"
        )
    streams.note(_result(reports))


def _told(reports: Sequence["Report"], said: Callable[["Report"], Sequence[str]]) -> list[str]:
    """Return what is to be told, each line once; what only one question has to say names it."""
    places: dict[tuple[str, str], list[str]] = {}
    for report in reports:
        name = SOURCES[report.source]
        for line in said(report):
            places.setdefault((name, line.removeprefix(f"{name}: ")), []).append(report.query)
    return [f"{name} {of[0]}".strip() + f": {line}" if len(of) == 1 else f"{name}: {line}"
            for (name, line), of in places.items()]  # fmt: skip


def _tell_counts(counts: Sequence["Count"], *, reached: bool) -> None:
    """Say what a dry run counted; nothing was written."""
    from gtminer.cli import streams

    problems = [f"{SOURCES[count.source]} {count.query}: {line}" for count in counts for line in count.problems]
    if problems and not reached:
        raise TemporaryError(_unreachable(problems))
    for count in counts:
        if not count.problems:
            found = "" if count.found is None else f"{count.found:,} found, "
            streams.note(f"{SOURCES[count.source]} {count.query}: {found}{count.wanted:,} to be fetched")
    if problems:
        raise SourceError("; ".join(dict.fromkeys(problems)))


def _result(reports: Sequence["Report"]) -> str:
    parts = []
    for source, name in SOURCES.items():
        of = [report for report in reports if report.source == source]
        if of:
            new, changed = sum(report.new for report in of), sum(report.changed for report in of)
            parts.append(f"{name} {new:,} new, {changed:,} changed ({sum(r.requests for r in of):,} requests)")
    return f"fetched {'; '.join(parts)}"


def _unreachable(problems: Sequence[str]) -> str:
    return f"no source could be reached: {problems[0]}; nothing was moved forward; run the command again later"
