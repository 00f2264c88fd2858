"""Which addresses may be asked: https and the sources' own hosts, or the base that the user put in their place."""

import ipaddress
import socket
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from gtminer.errors import InputError
from gtminer.web.failures import ExchangeError, Trouble


class Source(NamedTuple):
    """A source's official prefix, the hosts it may send us to, and the setting that replaces the prefix."""

    prefix: str
    hosts: tuple[str, ...]
    setting: str


SOURCES: Mapping[str, Source] = {
    "eutils": Source(
        "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/", ("eutils.ncbi.nlm.nih.gov",), "GTMINER_EUTILS_URL"
    ),
    "ema": Source("https://www.ema.europa.eu", ("www.ema.europa.eu", "ema.europa.eu"), "GTMINER_EMA_URL"),
    "openfda": Source("https://api.fda.gov", ("api.fda.gov",), "GTMINER_OPENFDA_URL"),
    "fda": Source(
        "https://www.fda.gov",
        ("www.fda.gov", "fda.gov", "www.accessdata.fda.gov", "accessdata.fda.gov"),
        "GTMINER_FDA_URL",
    ),
}

# A small answer of each source, to see whether it can be reached.
PROBES: Mapping[str, str] = {
    "eutils": "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/einfo.fcgi",
    "ema": "https://www.ema.europa.eu/robots.txt",
    "fda": "https://www.fda.gov/robots.txt",
    "openfda": "https://api.fda.gov/drug/label.json?limit=1",
}

# What quote() must leave alone: reserved characters, and the % of what is already encoded.
_KEEP = "/:?#[]@!$&'()*+,;=%~-._"


class Place(NamedTuple):
    """Where a request goes: *url* is asked, *official* is what is stored as its address."""

    source: str
    url: str
    official: str
    replaced: bool


class Addresses:
    """The addresses of one run; *base_urls* holds a base for each source that the user redirected."""

    def __init__(self, base_urls: Mapping[str, str] | None = None) -> None:
        self._bases = {source: _base(source, url) for source, url in (base_urls or {}).items()}

    def announcements(self) -> list[str]:
        """One line for each source that is asked elsewhere than at its own host."""
        return [
            f"{SOURCES[source].prefix} is asked at {base} ({SOURCES[source].setting})"
            for source, base in self._bases.items()
        ]

    def is_loopback(self, source: str) -> bool:
        """Is *source* replaced by a server on this machine?"""
        base = self._bases.get(source)
        return base is not None and _is_loopback(urlsplit(base).hostname or "")

    def locate(self, url: str, source: str | None = None) -> Place:
        """Return where *url* is to be asked. Raises ExchangeError for an address that must not be asked.

        *source* is the one that sent us there: where two sources share a base, an address below it is hers.
        """
        parts = _parts(url)
        official = urlunsplit(parts)
        for name, known in SOURCES.items():
            rest = _below(official, known.prefix)
            if rest is not None and name in self._bases:
                return Place(name, _join(self._bases[name], rest), official, True)
        for name in sorted(self._bases, key=lambda name: name != source):
            base = self._bases[name]
            if _origin(official) == _origin(base):
                rest = _below(official, base)
                return Place(name, official, _join(SOURCES[name].prefix, rest) if rest else official, True)
        if parts.scheme != "https":
            raise _refusal(url, "only https is allowed")
        if parts.port not in (None, 443):
            raise _refusal(url, "only the usual port is allowed")
        for name, known in SOURCES.items():
            if (parts.hostname or "").rstrip(".") in known.hosts:
                return Place(name, official, official, False)
        raise _refusal(url, f"{parts.hostname or 'no host'} is not one of the sources' own hosts")


def refuse_private(host: str, port: int) -> None:
    """Raise ExchangeError where *host* stands for a private, local or otherwise not public address."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ExchangeError(
            f"cannot resolve {host} ({error.strerror or error})", trouble=Trouble.UNREACHABLE, transient=True
        ) from error
    for *_, where in found:
        if not ipaddress.ip_address(str(where[0]).split("%")[0]).is_global:
            raise _refusal(host, "the name leads to a private address")


def _base(source: str, url: str) -> str:
    if source not in SOURCES:
        raise InputError(f"no source '{source}' has an address; choose one of: {', '.join(SOURCES)}")
    parts = urlsplit(url)
    try:
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment:
        raise InputError(
            f"{SOURCES[source].setting}: '{url}' is not a base address; write for example http://127.0.0.1:8080/"
        )
    return url if url.endswith("/") else url + "/"


def _parts(url: str):  # type: ignore[no-untyped-def]  # urlsplit's result types differ between Python versions
    """Return the parts of *url*, encoded, with a lower-case host and without fragment."""
    try:
        parts = urlsplit(quote(url.strip(), safe=_KEEP))
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _refusal(url, str(error)) from error
    if "@" in parts.netloc:
        raise _refusal(url, "an address with a user name is not allowed")
    if host is None or parts.scheme not in ("http", "https"):
        raise _refusal(url, "only https is allowed")
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and (parts.scheme, port) not in (("https", 443), ("http", 80)):
        netloc += f":{port}"
    return parts._replace(netloc=netloc, path=parts.path or "/", fragment="")


def _below(url: str, prefix: str) -> str | None:
    """Return what follows *prefix* in *url*, or None; `https://www.fda.gov.example` is not below `https://www.fda.gov`."""
    root = prefix.rstrip("/")
    rest = url[len(root) :]
    return rest if url.startswith(root) and rest[:1] in ("", "/", "?") else None


def _join(base: str, rest: str) -> str:
    return base.rstrip("/") + "/" + rest.lstrip("/")


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refusal(url: str, why: str) -> ExchangeError:
    return ExchangeError(f"refused to ask {url[:200]}: {why}", trouble=Trouble.REFUSED)
