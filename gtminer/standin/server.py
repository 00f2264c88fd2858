"""A loopback server that plays the sources: virtual sources by path, every request recorded, faults by name.

One process, standard library only, deterministic. ``gtminer demo`` and the tests ask it through the ordinary code.
"""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple, Protocol, Self
from urllib.parse import parse_qsl, urlsplit


class Request(NamedTuple):
    """A request as it came in. *number* counts from 1; *params* joins query string and form, the form wins."""

    number: int
    at: float  # seconds, monotonic
    method: str
    path: str
    query: str
    params: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case


class Response(NamedTuple):
    """An answer, and how it is sent (see ``SENDING``)."""

    status: int = 200
    headers: Mapping[str, str] = {"Content-Type": "text/xml; charset=UTF-8"}
    body: bytes = b""
    sending: str = "whole"


# whole           as it should be
# reset           the connection is reset before a word of answer
# reset_in_body   reset after half the body
# silent          nothing is ever answered
# silent_in_body  a part of the body, then nothing
# drip            one byte each half second
# drip_headers    the same for the headers
# short           the body ends before Content-Length
# short_no_length half the body without Content-Length, then the connection closes
# chunked_cut     chunked, without the last chunk
SENDING = ("whole", "reset", "reset_in_body", "silent", "silent_in_body", "drip", "drip_headers", "short",
           "short_no_length", "chunked_cut")  # fmt: skip


class VirtualSource(Protocol):
    """A source: answers the requests below the path prefix where it is mounted."""

    def answer(self, request: Request) -> Response:
        """Return the answer to *request*."""


Fault = Callable[[Request, Response], Response]


class Rule(NamedTuple):
    """A fault switched on: for requests whose path contains *on*, from the *at*-th such request, *times* times."""

    fault: Fault
    on: str
    at: int
    times: int
    seen: list[int]  # how many requests matched; a list, so that a rule can count


class StandIn:
    """The server. Use it as a context manager; ``base_urls`` goes where config's base URLs go."""

    def __init__(self, *, limit_per_s: Callable[[Request], int] | None = None) -> None:
        """*limit_per_s* makes the server itself answer 429 above that many requests in any one second."""
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)  # what the Date header says
        self.requests: list[Request] = []
        self.rate_violations = 0
        self._limit_per_s = limit_per_s
        self._sources: dict[str, VirtualSource] = {}
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="stand-in")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def base_urls(self) -> dict[str, str]:
        """The base URL of each source, by config's names."""
        return {"eutils": f"{self.url}/entrez/eutils/"} | dict.fromkeys(("ema", "fda", "openfda"), self.url)

    def mount(self, prefix: str, source: VirtualSource) -> None:
        """Let *source* answer all paths that begin with *prefix*; the longest prefix wins."""
        self._sources[prefix] = source

    def fail(self, fault: Fault, on: str = "", *, at: int = 1, times: int = 1_000_000) -> None:
        """Switch a fault on for paths that contain *on*: from the *at*-th matching request, *times* times."""
        with self._lock:
            self._rules.append(Rule(fault, on, at, times, [0]))

    def heal(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._rules.clear()

    def asked(self, on: str = "") -> list[Request]:
        """Return the recorded requests whose path contains *on*."""
        return [request for request in self.requests if on in request.path]

    def respond(self, request: Request) -> Response:
        """Return the answer to *request*, faults applied in the order in which they were switched on."""
        if self._limit_per_s is not None:
            limit = self._limit_per_s(request)
            last_second = [other for other in self.requests if request.at - 1 < other.at <= request.at]
            if len(last_second) > limit:
                self.rate_violations += 1
                note = {"error": "API rate limit exceeded", "api-key": "127.0.0.1", "count": str(len(last_second)),
                        "limit": str(limit)}  # fmt: skip
                return Response(
                    429, {"Content-Type": "application/json", "Retry-After": "2"}, json.dumps(note).encode()
                )
        prefix = max((prefix for prefix in self._sources if request.path.startswith(prefix)), key=len, default=None)
        response = (
            Response(404, {"Content-Type": "text/html"}, b"<html><title>Page Not Found</title></html>")
            if prefix is None
            else self._sources[prefix].answer(request)
        )
        with self._lock:
            for rule in self._rules:
                if rule.on in request.path:
                    rule.seen[0] += 1
                    if rule.at <= rule.seen[0] < rule.at + rule.times:
                        response = rule.fault(request, response)
        return response

    def record(self, method: str, target: str, headers: Mapping[str, str], form: bytes) -> Request:
        """Note a request and return it."""
        parts = urlsplit(target)
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        params |= dict(parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True))
        with self._lock:
            request = Request(
                len(self.requests) + 1, time.monotonic(), method, parts.path, parts.query, params, headers
            )
            self.requests.append(request)
        return request


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no event here."""


def _handler(standin: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "gtminer-stand-in"
        sys_version = ""

        def do_GET(self) -> None:
            length = self.headers.get("Content-Length", "0")
            form = self.rfile.read(int(length)) if length.isdigit() else b""
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = standin.record(self.command, self.path, headers, form)
            self._send(standin.respond(request))

        do_POST = do_HEAD = do_GET  # noqa: N815 - names of the base class

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(standin.now(), usegmt=True)

        def log_message(self, *arguments: object) -> None:
            pass

        def _send(self, response: Response) -> None:
            sending, body = response.sending, response.body
            if sending == "reset":
                return self._reset()
            if sending == "silent":
                return self._hang()
            if sending == "drip_headers":
                self.close_connection = True
                return self._drip(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            if sending == "chunked_cut":
                self.send_header("Transfer-Encoding", "chunked")
            elif sending != "short_no_length":
                self.send_header("Content-Length", str(len(body)))
            if sending != "whole":
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            if self.command == "HEAD":
                return None
            half = body[: max(1, len(body) // 2)]
            if sending == "whole":
                self.wfile.write(body)
            elif sending == "chunked_cut":
                self.wfile.write(f"{len(half):x}\r\n".encode() + half + b"\r\n")
            elif sending == "drip":
                self._drip(body)
            else:
                self.wfile.write(half)
                self.wfile.flush()
                if sending == "reset_in_body":
                    self._reset()
                elif sending == "silent_in_body":
                    self._hang()
            return None

        def _drip(self, drops: bytes) -> None:
            for drop in drops:
                self.wfile.write(bytes([drop]))
                self.wfile.flush()
                if standin.closing.wait(0.5):
                    return

        def _hang(self) -> None:
            self.close_connection = True
            standin.closing.wait(600)

        def _reset(self) -> None:
            self.close_connection = True
            # A linger time of zero makes close() send RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    return Handler
