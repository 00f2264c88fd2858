"""`gtminer doctor`: configuration, key, e-mail, disk, store, lock, file system, proxies; what to do about each."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple
from urllib.parse import quote

import typer

from gtminer.errors import GtminerError, InputError

if TYPE_CHECKING:
    from gtminer.config import Settings

PROXIES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")
ENOUGH_MB = 1000
PROBE_DEADLINE_S = 20.0
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smbfs", "smb3", "fuse.sshfs", "9p", "afs", "lustre", "beegfs", "gpfs")


class Finding(NamedTuple):
    """One line of the doctor's: *state* is ok, note or problem."""

    state: str
    what: str
    says: str


def doctor(
    context: typer.Context,
    network: Annotated[bool, typer.Option("--network", help="Also ask whether each source answers.")] = False,
) -> None:
    """Check what gtminer needs and say what to do about each problem; exit code 2 when there is one.

    Example: gtminer doctor --network
    """
    from gtminer import config

    settings = config.load(context.obj)
    findings = [*_configuration(settings), *_machine(settings), *_vocabulary(settings), *_store(settings)]
    if network:
        findings.extend(_network(settings))
    for finding in findings:
        print(f"{finding.state:8} {finding.what:12} {finding.says}")
    problems = sum(finding.state == "problem" for finding in findings)
    if problems:
        raise InputError(f"doctor: {problems} problem{'s' * (problems > 1)} found; each line above says what to do")


def _configuration(settings: "Settings") -> Iterator[Finding]:
    yield Finding("ok", "cache", f"{settings.cache} (from {settings.origin['cache']})")
    if settings.email:
        yield Finding("ok", "e-mail", f"{settings.email} (from {settings.origin['email']})")
    else:
        yield Finding("problem", "e-mail", "NCBI asks for one: export NCBI_EMAIL=you@example.org (needed for PubMed)")
    if settings.api_key:
        yield Finding("ok", "NCBI key", f"set (from {settings.origin['api_key']}); 10 requests a second allowed")
    else:
        yield Finding("note", "NCBI key", "none: 3 requests a second; a free key from your NCBI account allows 10")
    for source, base in settings.base_urls.items():
        yield Finding(
            "note", source, f"asked at {base} instead of the official address ({settings.origin[source + '_url']})"
        )
    for warning in settings.warnings:
        yield Finding("problem", "settings", warning)
    for name in PROXIES:
        if value := os.environ.get(name):
            yield Finding("note", "proxy", f"{name}={value.rpartition('@')[2]}")


def _machine(settings: "Settings") -> Iterator[Finding]:
    import sqlite3

    from gtminer import __version__

    yield Finding("ok", "gtminer", f"{__version__}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    folder = _existing(settings.cache)
    if not os.access(folder, os.W_OK):
        yield Finding(
            "problem", "cache", f"{folder} cannot be written; choose another folder with --cache or GTMINER_CACHE"
        )
    free = shutil.disk_usage(folder).free // 1_000_000
    state = "ok" if free >= ENOUGH_MB else "problem"
    yield Finding(state, "disk", f"{free} MB free at {folder}" + ("" if state == "ok" else "; free some space"))
    kind = _file_system(folder)
    if kind in NETWORK_FILE_SYSTEMS:
        yield Finding(
            "problem", "file system", f"{folder} is on {kind}; a store needs a local disk: choose one with --cache"
        )
    elif kind:
        yield Finding("ok", "file system", kind)


def _vocabulary(settings: "Settings") -> Iterator[Finding]:
    from gtminer import config
    from gtminer.tag import vocabulary

    if settings.vocabulary is None:
        own = config.user_vocabulary(os.environ)
        yield Finding("ok", "vocabulary", f"built-in; terms of your own would stand in {own}")
        return
    named = f"{settings.vocabulary} (from {settings.origin['vocabulary']})"
    try:
        files = vocabulary.load(settings.vocabulary).overlays
    except GtminerError as error:
        yield Finding("problem", "vocabulary", f"{named}: {error}; gtminer vocab check lists all")
        return
    if not files:
        yield Finding("note", "vocabulary", f"{named} adds nothing to the built-in one")
    for added in files:
        yield Finding("ok", "vocabulary", f"{named}, {added.told()}")


def _store(settings: "Settings") -> Iterator[Finding]:
    from gtminer.store import lock
    from gtminer.store.database import Store

    if not settings.store_path.exists():
        yield Finding("note", "store", f"none yet at {settings.store_path}; gtminer fetch or gtminer import makes it")
        return
    if holder := lock.holder(settings.store_path):
        since = f", since {holder.since}" if holder.since else ""
        yield Finding("note", "lock", f"gtminer {holder.command} is at work (process {holder.pid}{since})")
    else:
        yield Finding("ok", "lock", "free")
    try:
        with Store.open(settings.store_path, read_only=True) as store:
            (verdict,) = store.connection.execute("PRAGMA quick_check(1)").fetchone()
            (count,) = store.connection.execute("SELECT count(*) FROM document").fetchone()
    except GtminerError as error:
        yield Finding("problem", "store", str(error))
        return
    if verdict == "ok":
        yield Finding("ok", "store", f"{settings.store_path}: {count} documents, checked")
    else:
        yield Finding("problem", "store", f"damaged ({verdict}); restore a backup, or move it away and fetch anew")


def _network(settings: "Settings") -> Iterator[Finding]:
    """Ask each source one small thing once, as a run would: same addresses, same pace, same headers."""
    from gtminer.web.addresses import PROBES
    from gtminer.web.download import Web
    from gtminer.web.exchange import Call
    from gtminer.web.pacing import meeting_place

    web = Web(
        settings.base_urls,
        meeting_place=meeting_place(),
        with_key=settings.api_key is not None,
        user_agent=settings.user_agent,
    )
    # NCBI wants to know who calls.
    asked = {"eutils": f"?tool=gtminer&email={quote(settings.email)}" if settings.email else "?tool=gtminer"}
    try:
        for source, url in PROBES.items():
            try:
                answer = web.once(Call(url + asked.get(source, ""), deadline_s=PROBE_DEADLINE_S))
            except GtminerError as error:
                yield Finding("problem", source, f"{error}; check network and proxy, or try again later")
                continue
            if answer.status in (401, 403):
                yield Finding("problem", source, f"{url} refuses us ({answer.status}); gtminer import is the way round")
            else:
                yield Finding("ok", source, f"answers ({answer.status})")
    finally:
        web.close()


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _file_system(folder: Path) -> str | None:
    """The type of the mount that holds *folder*, from /proc/mounts; None where that does not exist."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    resolved = str(folder.resolve())
    best = ("", "")
    for line in mounts:
        fields = line.split()
        point = fields[1].replace("\\040", " ")
        inside = resolved == point or resolved.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best[0]):
            best = (point, fields[2])
    return best[1] or None
