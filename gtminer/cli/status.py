"""`gtminer status`: for people and for monitors."""

import json
import re
from typing import TYPE_CHECKING, Annotated

import typer

from gtminer.errors import ConditionError, InputError

if TYPE_CHECKING:
    from gtminer.report.health import Freshness, Health

_WAITING = {"import": "unreadable files of imports", "pubmed": "records of PubMed"}
HOURS = {"m": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}


def status(
    context: typer.Context,
    fail_stale: Annotated[
        str | None, typer.Option(metavar="AGE", help="Exit with 4 when a query's last success is older (36h, 7d).")
    ] = None,
    format_: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
) -> None:
    """Show the age of the data, the last success and error of each source and query, and what waits for a retry.

    Example: gtminer status --fail-stale 36h
    """
    from gtminer import config
    from gtminer.report import health
    from gtminer.store.database import Store
    from gtminer.tag import vocabulary

    limit = _hours(fail_stale) if fail_stale else None
    if format_ not in ("text", "json"):
        raise InputError(f"--format: unknown value '{format_}'; choose one of: text, json")
    settings = config.load(context.obj)
    try:
        version = vocabulary.version(settings.vocabulary)
    except InputError:  # terms of the user's that cannot be read are told by `doctor` and by what needs them
        version = None
    with Store.open(settings.store_path, read_only=True) as store:
        found = health.examine(store.connection, version)
    print(_json(found, str(settings.store_path)) if format_ == "json" else _text(found, str(settings.store_path)))
    if limit is not None:
        _check(found, limit, str(fail_stale))


def _hours(age: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([mhdw])", age.strip())
    if not match:
        raise InputError(f"--fail-stale: '{age}' is no age; write a number and m, h, d or w, for example 36h")
    return float(match[1]) * HOURS[match[2]]


def _check(found: "Health", limit: float, asked: str) -> None:
    from gtminer.report.health import age_hours

    stale = [row for row in found.queries if row.last_success is None or age_hours(row.last_success) > limit]
    if not found.queries:
        raise ConditionError(
            f"nothing was ever fetched into this store, so it is older than {asked}; run gtminer fetch"
        )
    if stale:
        names = ", ".join(f"{row.source} {row.query}".strip() for row in stale)
        raise ConditionError(f"older than {asked}: {names}; run gtminer fetch")


def _text(found: "Health", path: str) -> str:
    by_source = ", ".join(f"{count} {source}" for source, count in found.documents.items()) or "none"
    lines = [
        f"Store      {path}",
        f"Documents  {found.total} ({by_source}); {found.retracted} retracted, {found.vanished} no longer listed,"
        f" {found.untagged} not tagged"
        + (f", {found.outdated} tagged by an older vocabulary or code; run 'gtminer tag'" if found.outdated else ""),
        f"Changed    {_moment(found.last_change)}",
    ]
    if found.pending:
        waiting = ", ".join(f"{_WAITING.get(source, source)}: {count}" for source, count in found.pending.items())
        lines.append(f"To retry   {waiting}")
    lines.extend(_line(row) for row in found.queries)
    return "\n".join(lines)


def _line(row: "Freshness") -> str:
    name = f"{row.source} {row.query}".strip()
    line = f"Fetched    {name}: {row.documents} documents, last success {_moment(row.last_success)}"
    if row.last_error:
        line += f"; then failed {_moment(row.error_at)}: {row.last_error}"
    return line


def _moment(moment: str | None) -> str:
    from gtminer.report.health import age_hours, in_words

    return f"{moment} ({in_words(age_hours(moment))} ago)" if moment else "never"


def _json(found: "Health", path: str) -> str:
    from gtminer.report.health import age_hours

    return json.dumps(
        {
            "store": path,
            "documents": found.documents,
            "retracted": found.retracted,
            "no_longer_listed": found.vanished,
            "untagged": found.untagged,
            "outdated": found.outdated,
            "last_change": found.last_change,
            "pending": found.pending,
            "queries": [
                row._asdict() | {"age_hours": round(age_hours(row.last_success), 2) if row.last_success else None}
                for row in found.queries
            ],
        },
        ensure_ascii=False,
        indent=2,
    )
