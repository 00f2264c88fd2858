"""The EMA's JSON feeds: read by field name, and refused whole when they are not what they were."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, NoReturn

from gtminer import tsv
from gtminer.errors import SourceError
from gtminer.text import one_line

STALE_DAYS = 7  # the feeds are made anew twice a day
LEAST_SHARE = 0.9  # of the records of last time
TOTAL_SLACK = 0.3  # the herbal feed announced 204 for 251 records; a cut feed loses more
FEW = 0.01  # of the records may lack a field or bear an odd date; more means that the feed has changed

Row = Mapping[str, str]
_NUMBER = re.compile(r"[0-9]{1,9}")


class FeedSpec(NamedTuple):
    """What the table of feeds says of one feed."""

    feed: str
    name: str
    floor: int
    dates: str
    date_fields: tuple[str, ...]
    needed: tuple[str, ...]

    @property
    def path(self) -> str:
        """The path of the feed below the EMA's address."""
        return f"/en/documents/report/{self.name}"


class Known(NamedTuple):
    """A feed as it was last accepted."""

    records: int
    timestamp: str | None


class Feed(NamedTuple):
    """A feed whose fields are all there; every value is a stripped text, dates are ISO or empty."""

    spec: FeedSpec
    rows: tuple[Row, ...]
    timestamp: str | None
    warnings: tuple[str, ...]


def specs(names: Mapping[str, str] | None = None) -> dict[str, FeedSpec]:
    """Return the feeds of the table by their short name; *names* replaces file names."""
    columns = ("feed", "name", "floor", "dates", "date_fields", "needed", "source")
    return {
        row["feed"]: FeedSpec(
            feed=row["feed"],
            name=(names or {}).get(row["feed"], row["name"]),
            floor=int(row["floor"]),
            dates=row["dates"],
            date_fields=tuple(row["date_fields"].split(";")),
            needed=tuple(row["needed"].split(";")),
        )
        for row in tsv.packaged("feeds.tsv", columns)
    }


def read(body: bytes, spec: FeedSpec, known: Known | None = None, *, now: datetime, floor: int | None = None) -> Feed:
    """Return the feed in *body*, checked against the table and against what was accepted last.

    Raises SourceError, naming what is wrong, for HTML, cut or odd JSON, a needed field that is missing, dates in
    another form, too few records or a time stamp that went back. *floor* replaces the table's.
    """
    records, total, timestamp = _open(body, spec)
    warnings = [*_plausible(records, total, timestamp, spec, known, now, spec.floor if floor is None else floor)]
    _fields(records, spec)
    texts = [{key: _text(value) for key, value in record.items()} for record in records]
    _date(texts, spec, warnings)
    return Feed(spec, tuple(texts), timestamp, tuple(warnings))


def _refuse(spec: FeedSpec, what: str) -> NoReturn:
    raise SourceError(f"EMA: feed {spec.name}: {what}; the feed of last time stays in force")


def _open(body: bytes, spec: FeedSpec) -> tuple[list[dict[str, Any]], int | None, str | None]:
    """Return the records, the announced total and the time stamp; both envelopes are accepted."""
    head = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"<":
        _refuse(spec, "HTML where JSON was expected")
    if not head:
        _refuse(spec, "an empty answer")
    try:
        content = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError, MemoryError) as error:
        _refuse(spec, f"no complete JSON ({one_line(str(error))[:120]})")
    meta: Any = {}
    if isinstance(content, dict):
        meta, content = content.get("meta") or {}, content.get("data")
    if not isinstance(content, list) or not isinstance(meta, dict):
        _refuse(spec, "neither a list of records nor an object with 'data'")
    if not all(isinstance(record, dict) for record in content):
        _refuse(spec, "a record that is not an object")
    total = meta.get("total_records")
    stamp = meta.get("timestamp")
    return (
        content,
        int(total) if isinstance(total, int) or (isinstance(total, str) and _NUMBER.fullmatch(total)) else None,
        stamp if isinstance(stamp, str) and _moment(stamp) else None,
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _plausible(
    records: list[dict[str, Any]],
    total: int | None,
    timestamp: str | None,
    spec: FeedSpec,
    known: Known | None,
    now: datetime,
    floor: int,
) -> Iterator[str]:
    """Yield warnings; refuse what cannot be believed."""
    least = max(floor, int(known.records * LEAST_SHARE) if known else 1, 1)
    if len(records) < least:
        last = f" ({known.records} last time)" if known else ""
        _refuse(spec, f"{len(records)} records where at least {least} were expected{last}")
    if total is not None and total != len(records):
        if abs(total - len(records)) > TOTAL_SLACK * max(total, len(records)):
            _refuse(spec, f"{total} records announced and {len(records)} received")
        yield f"EMA: feed {spec.name}: {total} records announced and {len(records)} received"
    if timestamp is None:
        return
    moment = _moment(timestamp)
    before = _moment(known.timestamp) if known and known.timestamp else None
    assert moment is not None
    if before and moment < before:
        _refuse(spec, f"its time stamp went back from {known.timestamp if known else ''} to {timestamp}")
    if now - moment > timedelta(days=STALE_DAYS):
        yield f"EMA: feed {spec.name} is old: made {(now - moment).days} days ago ({timestamp})"


def _fields(records: list[dict[str, Any]], spec: FeedSpec) -> None:
    """Refuse a feed of which more than a few records lack a needed field: a renamed field must not read as empty."""
    for field in spec.needed:
        lacking = sum(field not in record for record in records)
        if lacking > FEW * len(records):
            near = ", ".join(sorted(map(str, records[0]))[:60])
            _refuse(spec, f"the field '{field}' is missing in {lacking} of {len(records)} records (fields: {near})")


def _text(value: object) -> str:
    """Return a value as text; the feeds write all as text, empty for unknown. Nested values are not ours."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value) if isinstance(value, int | float) else ""


def _date(rows: list[dict[str, str]], spec: FeedSpec, warnings: list[str]) -> None:
    """Give the rows ISO dates. A date in another form is left out, never guessed; many of them refuse the feed."""
    odd: dict[str, list[str]] = {}
    for row in rows:
        for field in spec.date_fields:
            if value := row.get(field):
                iso = iso_date(value, spec.dates)
                row[field] = iso or ""
                if iso is None:
                    odd.setdefault(field, []).append(value)
    for field, values in odd.items():
        filled = len(values) + sum(bool(row.get(field)) for row in rows)
        example = one_line(values[0])[:40]
        if len(values) > FEW * filled and len(values) > 1:
            _refuse(spec, f"'{field}' has {len(values)} dates that are not {_human(spec.dates)}, such as '{example}'")
        warnings.append(f"EMA: feed {spec.name}: '{field}' '{example}' is no date and was left out")


def iso_date(value: str, form: str) -> str | None:
    """Return *value*, written as *form* says, in ISO (a moment stays as given), or None.

    >>> iso_date("03/04/2026", "%d/%m/%Y")
    '2026-04-03'
    """
    try:
        if "%H" in form:
            # Forty thousand of these a night: fromisoformat is ten times faster than strptime.
            whole = len(value) == 20 and value[10] == "T" and value.endswith("Z")
            return value if whole and datetime.fromisoformat(value) else None
        return datetime.strptime(value, form).replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        return None


def _human(form: str) -> str:
    return "DD/MM/YYYY" if form.startswith("%d") else "YYYY-MM-DDThh:mm:ssZ"


def _moment(stamp: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
