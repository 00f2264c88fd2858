"""One request and its whole answer: streamed, capped, with a total deadline, redirects followed by hand."""

import hashlib
import http.client
import io
import os
import queue
import tempfile
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import urljoin, urlsplit

import requests
import requests.utils
import urllib3.exceptions
from requests.auth import AuthBase

from gtminer.text import one_line
from gtminer.web.addresses import Addresses, Place, refuse_private
from gtminer.web.failures import ExchangeError, Trouble

CONNECT_TIMEOUT_S = 20.0
SILENCE_TIMEOUT_S = 60.0  # between two pieces of an answer
MAX_REDIRECTS = 5
MAX_HEADER_BYTES = 100_000
_CHUNK = 64 * 1024


class Answer(NamedTuple):
    """A server's answer. ``body`` is empty where the bytes went to ``path``; header names are in lower case.

    ``url`` is the official address after redirects, ``asked`` the one before them.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    path: Path | None
    url: str
    asked: str
    size: int
    sha256: str
    retrieved_at: str  # UTC, ISO 8601


class Call(NamedTuple):
    """What to ask: a GET, or a POST where *form* is given; *into* is the directory for a large body."""

    url: str
    form: bytes | None = None
    headers: Mapping[str, str] = {}
    max_bytes: int = 50_000_000
    deadline_s: float = 300.0
    into: Path | None = None


class _NoPassword(AuthBase):
    """Keeps requests from sending what a .netrc holds."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class Exchanger:
    """Sends calls, one at a time, and keeps connections open between them."""

    def __init__(self, addresses: Addresses, user_agent: str) -> None:
        self._addresses = addresses
        self._user_agent = user_agent
        self._session = self._open()
        self._public: set[str] = set()

    def ask(self, call: Call) -> Answer:
        """Return the answer, whatever its status. Raises ExchangeError where there is none or it is unusable.

        The exchange runs in a thread of its own: a name server that hangs, a header or a body that drips
        cannot be interrupted otherwise, and a signal ends the waiting at once.
        """
        results: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()
        given_up = threading.Event()
        session = self._session

        def work() -> None:
            try:
                results.put(self._follow(session, call, given_up))
            except BaseException as error:  # handed to the thread that waits
                results.put(error)

        thread = threading.Thread(target=work, name="exchange", daemon=True)
        thread.start()
        try:
            result = results.get(timeout=call.deadline_s)
        except queue.Empty:
            self._session = self._open()  # the old one is still held by the thread that hangs
            raise ExchangeError(
                f"{_host(call.url)} did not finish answering within {call.deadline_s:g} s",
                trouble=Trouble.UNREACHABLE,
                transient=True,
            ) from None
        finally:
            given_up.set()
        if isinstance(result, BaseException):
            raise result
        return result

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _open(self) -> requests.Session:
        session = requests.Session()
        session.headers.clear()
        session.headers.update({"User-Agent": self._user_agent, "Accept": "*/*", "Accept-Encoding": "identity"})
        session.auth = _NoPassword()
        return session

    def _follow(self, session: requests.Session, call: Call, given_up: threading.Event) -> Answer:
        place = self._addresses.locate(call.url)
        asked = place.official
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._send(session, place, call, asked, given_up)
            if isinstance(answer, Answer):
                return answer
            # A form is never sent on to another address: only the sources' own POST addresses get the key.
            if call.form is not None:
                raise ExchangeError(
                    f"{_host(place.url)} redirects to {_short(answer)}; refused for a POST", trouble=Trouble.REFUSED
                )
            place = self._addresses.locate(answer, place.source)
        raise ExchangeError(f"{_host(call.url)} redirects more than {MAX_REDIRECTS} times", trouble=Trouble.REFUSED)

    def _send(
        self, session: requests.Session, place: Place, call: Call, asked: str, given_up: threading.Event
    ) -> Answer | str:
        """Return the answer, or the address of a redirect."""
        self._check_host(place)
        try:
            with session.request(
                "GET" if call.form is None else "POST",
                place.url,
                data=call.form,
                headers=dict(call.headers)
                | ({} if call.form is None else {"Content-Type": "application/x-www-form-urlencoded"}),
                stream=True,
                allow_redirects=False,
                # A server of ours on this machine is no business of the user's proxy.
                proxies={"no_proxy": "*"} if self._addresses.is_loopback(place.source) else None,
                timeout=(CONNECT_TIMEOUT_S, min(SILENCE_TIMEOUT_S, call.deadline_s)),
            ) as response:
                if response.status_code in (301, 302, 303, 307, 308) and "location" in response.headers:
                    return urljoin(place.url, response.headers["location"])
                return _read(response, place, call, asked, given_up)
        except requests.exceptions.SSLError as error:
            raise ExchangeError(
                f"{_host(place.url)}: the certificate is not valid ({_cause(error)})", trouble=Trouble.CERTIFICATE
            ) from None
        except requests.exceptions.ProxyError as error:
            proxy = requests.utils.get_environ_proxies(place.url).get(urlsplit(place.url).scheme, "?")
            raise ExchangeError(
                f"{_host(place.url)} cannot be reached through the proxy {_host(proxy)} ({_cause(error)})",
                trouble=Trouble.UNREACHABLE,
                transient=True,
            ) from None
        except requests.exceptions.Timeout:
            raise ExchangeError(
                f"{_host(place.url)} does not answer", trouble=Trouble.UNREACHABLE, transient=True
            ) from None
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
            raise ExchangeError(
                f"refused to ask {_short(place.official)}: {_cause(error)}", trouble=Trouble.REFUSED
            ) from None
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None and not isinstance(error, ConnectionError):
                raise  # ours: the disk is full, a directory cannot be written
            # The texts of requests may hold the address asked; only the innermost cause is shown.
            raise ExchangeError(
                f"cannot reach {_host(place.url)} ({_cause(error)})", trouble=Trouble.UNREACHABLE, transient=True
            ) from None

    def _check_host(self, place: Place) -> None:
        """Official names must lead to public addresses; a base in their place is the user's own word."""
        parts = urlsplit(place.url)
        host = parts.hostname or ""
        if place.replaced or host in self._public or requests.utils.get_environ_proxies(place.url).get(parts.scheme):
            return
        refuse_private(host, parts.port or 443)
        self._public.add(host)


def _read(response: requests.Response, place: Place, call: Call, asked: str, given_up: threading.Event) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    if sum(len(name) + len(value) for name, value in headers.items()) > MAX_HEADER_BYTES:
        raise ExchangeError(f"{_host(place.url)} sends too many headers", trouble=Trouble.TOO_LARGE)
    decode = _decoder(headers.get("content-encoding", ""), place)
    digest = hashlib.sha256()
    size = received = 0
    sink, name = _sink(call.into)
    try:
        with sink:
            while piece := _piece(response, place):
                received += len(piece)
                for part in decode.feed(piece):
                    size += len(part)
                    if size > call.max_bytes:
                        raise ExchangeError(
                            f"{_short(place.official)} is larger than {call.max_bytes / 1e6:g} MB",
                            trouble=Trouble.TOO_LARGE,
                        )
                    digest.update(part)
                    sink.write(part)
                if given_up.is_set():
                    raise TimeoutError
            announced = headers.get("content-length", "")
            if announced.isdigit() and received != int(announced):
                raise _cut(place, received, announced)
            if not decode.complete:
                raise _cut(place)
            if name is None:
                sink.seek(0)
                body = sink.read()
            else:
                body = b""
                sink.flush()
                os.fsync(sink.fileno())
    except BaseException:
        if name is not None:
            name.unlink(missing_ok=True)
        raise
    return Answer(
        status=response.status_code,
        headers=headers,
        body=body,
        path=name,
        url=place.official,
        asked=asked,
        size=size,
        sha256=digest.hexdigest(),
        retrieved_at=datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    )


def _piece(response: requests.Response, place: Place) -> bytes:
    """Return what has arrived, at once: a drip must not hold the deadline back."""
    try:
        return bytes(response.raw.read1(_CHUNK, decode_content=False))
    except (urllib3.exceptions.ReadTimeoutError, TimeoutError):
        raise ExchangeError(
            f"{_host(place.url)} fell silent in the middle of an answer", trouble=Trouble.CUT, transient=True
        ) from None
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        if any(isinstance(part, http.client.IncompleteRead) for part in error.args):
            raise _cut(place) from None
        raise ExchangeError(
            f"{_host(place.url)} broke off in the middle of an answer ({_cause(error)})",
            trouble=Trouble.CUT,
            transient=True,
        ) from None


def _sink(into: Path | None) -> tuple[IO[bytes], Path | None]:
    if into is None:
        return io.BytesIO(), None
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix="download-", suffix=".part", dir=into)
    return os.fdopen(descriptor, "w+b"), Path(name)


class _Plain:
    """No content encoding."""

    complete = True

    def feed(self, piece: bytes) -> Iterable[bytes]:
        return [piece]


class _Gzip:
    """A gzip body although identity was asked for; unlike requests' own decoder it knows when the body was cut."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._inflate = zlib.decompressobj(wbits=31)

    @property
    def complete(self) -> bool:
        return self._inflate.eof

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """A generator, so that a bomb is never held whole."""
        try:
            while piece:
                if self._inflate.eof:  # the body has another member
                    self._inflate = zlib.decompressobj(wbits=31)
                yield self._inflate.decompress(piece, 1_000_000)
                piece = self._inflate.unconsumed_tail or self._inflate.unused_data
        except zlib.error:
            raise _cut(self._place) from None


def _decoder(encoding: str, place: Place) -> _Plain | _Gzip:
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return _Plain()
    if encoding in ("gzip", "x-gzip"):
        return _Gzip(place)
    raise ExchangeError(
        f"{_host(place.url)} sends an unexpected encoding '{_short(encoding)}' that was not asked for",
        trouble=Trouble.UNEXPECTED,
        transient=True,
    )


def _cut(place: Place, received: int = 0, announced: str = "") -> ExchangeError:
    wanted = f" after {received} of {announced} bytes" if announced else ""
    return ExchangeError(f"{_host(place.url)}: the answer was cut{wanted}", trouble=Trouble.CUT, transient=True)


def _cause(error: BaseException) -> str:
    """Return the innermost cause in words; the outer texts of requests quote addresses."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = [part for part in error.args if isinstance(part, BaseException)]
        reason = getattr(error, "reason", None)
        following = reason if isinstance(reason, BaseException) else inner[0] if inner else error.__cause__
        if following is None:
            break
        error = following
    if isinstance(error, OSError) and error.strerror:
        return one_line(error.strerror)
    words = one_line(str(error)).split(": ", 1)[-1]
    return words[:120] if words else type(error).__name__


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        return one_line(f"{parts.hostname or url[:60]}{f':{parts.port}' if parts.port else ''}")
    except ValueError:
        return one_line(url[:60])


def _short(url: str) -> str:
    return one_line(url)[:150]
