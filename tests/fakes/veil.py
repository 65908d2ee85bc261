"""A server between a source and its site, which hands on what the site answers, whole or spoiled.

    with FakeEura(data) as site, Veil(site.place) as veil:
        veil.spoil = lambda answer: replace(answer, body=answer.body[:100])
        ...EuraSource({"site": veil.url})

Addresses of the site in what it answers become the veil's own. A robots.txt is never spoiled. `asked` are the paths
that came, oldest first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.fakes.served import Served

_OWN = {"host", "connection", "accept-encoding", "content-length", "date", "server", "transfer-encoding"}
_CONDITIONS = {"if-none-match", "if-modified-since"}


@dataclass(frozen=True)
class Answered:
    """What a server answers. `promised` are the bytes it says there are, if not those that come."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    promised: int | None = None


Spoil = Callable[[Answered], Answered]


class Veil(Served):
    def __init__(self, behind: str) -> None:
        """`behind` is the site's host:port."""
        self.behind = behind
        self.spoil: Spoil | None = None
        self.asked: list[str] = []
        server = _Server(("127.0.0.1", 0), _Handler)
        server.veil = self
        super().__init__(server)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answered:
        rules = path == "/robots.txt"
        if not rules:
            self.asked.append(path)
        spoil = None if rules else self.spoil
        sent = {name: value for name, value in headers.items() if name not in _OWN}
        if spoil:
            sent = {name: value for name, value in sent.items() if name not in _CONDITIONS}
        site = HTTPConnection(self.behind, timeout=10)
        try:
            site.request(method, path, body or None, sent)
            got = site.getresponse()
            raw = got.read().replace(self.behind.encode(), self.place.encode())
            kept = {name: value for name, value in got.getheaders() if name.lower() not in _OWN}
        finally:
            site.close()
        answer = Answered(got.status, kept, raw)
        return spoil(answer) if spoil else answer


class _Server(ThreadingHTTPServer):
    veil: Veil
    block_on_close = True
    daemon_threads = False


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.veil.answer(self.command, self.path, headers, body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            length = len(answer.body) if answer.promised is None else answer.promised
            self.send_header("Content-Length", str(length))
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever finds it too large hangs up
            self.end_headers()
            self.wfile.write(answer.body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Keep the tests' output quiet."""
