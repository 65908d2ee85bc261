"""A feed server that answers well or badly, on a port of its own.

    with FakeFeeds() as feeds:
        feeds.serve("/news.xml", RSS, etag='"1"')
        ...fetch(feeds.url("/news.xml"), allow_private=frozenset({feeds.place}))

Every verb says what one path does from then on. Requests are kept in `requests`, oldest first.
"""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

CERTIFICATE = Path(__file__).parent / "localhost.pem"


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]


Behaviour = Callable[["_Handler"], None]


class FakeFeeds:
    def __init__(self, *, tls: bool = False) -> None:
        self.requests: list[Request] = []
        self.behaviours: dict[str, Behaviour] = {}
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.feeds = self
        self._scheme = "https" if tls else "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def place(self) -> str:
        """host:port, as FETCH_ALLOW_PRIVATE takes it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        return f"{self._scheme}://{self.place}{path}"

    def serve(
        self,
        path: str,
        body: bytes | str,
        content_type: str = "application/rss+xml; charset=utf-8",
        *,
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> None:
        """Answer 200, and 304 to a request that already has this etag or date."""
        data = body.encode() if isinstance(body, str) else body

        def behave(handler: _Handler) -> None:
            asked = handler.headers
            same_tag = etag is not None and asked.get("If-None-Match") == etag
            same_date = last_modified is not None and asked.get("If-Modified-Since") == last_modified
            headers = {"Content-Type": content_type, "ETag": etag, "Last-Modified": last_modified}
            if same_tag or same_date:
                handler.answer(304, headers)
            else:
                handler.answer(200, headers, data)

        self.behaviours[path] = behave

    def raise_status(self, path: str, status: int, **headers: str) -> None:
        """Refuse; header names are written with underscores (Retry_After="120")."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.behaviours[path] = lambda handler: handler.answer(status, named, b"no")

    def not_modified(self, path: str) -> None:
        """Answer 304, whatever was asked."""
        self.behaviours[path] = lambda handler: handler.answer(304, {})

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        self.behaviours[path] = lambda handler: handler.answer(status, {"Location": to})

    def slow(self, path: str, *, headers_too: bool = False) -> None:
        """Drip a byte every 20 ms without end: in the body, or already in a header."""

        def behave(handler: _Handler) -> None:
            start = b"HTTP/1.0 200 OK\r\nX-Slow: " if headers_too else b"HTTP/1.0 200 OK\r\n\r\n"
            handler.wfile.write(start)
            while not self.stopping.wait(0.02):
                handler.wfile.write(b".")

        self.behaviours[path] = behave

    def silent(self, path: str) -> None:
        """Take the request and answer nothing."""

        def behave(handler: _Handler) -> None:
            self.stopping.wait(30)

        self.behaviours[path] = behave

    def huge(self, path: str, size: int = 20_000_000) -> None:
        """Send that many bytes, without saying so first."""

        def behave(handler: _Handler) -> None:
            handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n")
            for _ in range(size // 100_000):
                handler.wfile.write(b" " * 100_000)

        self.behaviours[path] = behave

    def gzip_bomb(self, path: str, size: int = 20_000_000) -> None:
        """Send a few KB that unpack to that many bytes."""
        packed = gzip.compress(b" " * size)
        self.behaviours[path] = lambda handler: handler.answer(200, {"Content-Encoding": "gzip"}, packed)

    def drop(self, path: str) -> None:
        """Promise 1,000 bytes, send 100 and hang up."""

        def behave(handler: _Handler) -> None:
            handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 100)

        self.behaviours[path] = behave

    def __enter__(self) -> FakeFeeds:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    feeds: FakeFeeds
    block_on_close = True
    daemon_threads = False


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        feeds = self.server.feeds
        behave = feeds.behaviours.get(self.path.partition("?")[0])
        if behave is None and self.path == "/robots.txt":
            return self.answer(404, {}, b"no rules here")  # asked once of every host: no test counts it
        feeds.requests.append(Request(self.path, dict(self.headers.items())))
        try:
            if behave is None:
                self.answer(404, {}, b"nothing here")
            else:
                behave(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def answer(self, status: int, headers: Mapping[str, str | None], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep the tests' output quiet."""
