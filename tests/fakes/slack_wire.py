"""A small, fast HTTP/1.1 server for fakes: keep-alive, TLS, and connections that can be broken on purpose."""

from __future__ import annotations

import select
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """One response. `end` breaks the connection instead: "reset" at once, "hang" when the client gives up."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    end: str = ""


class WireServer(socketserver.ThreadingTCPServer):
    """Serves `answer` on a loopback port until `stop`. `port` 0 takes a free one."""

    allow_reuse_address = True
    request_queue_size = 256

    def __init__(
        self, answer: Callable[[Request], Response], port: int, tls: ssl.SSLContext | None, hang: float
    ) -> None:
        self.answer, self.tls, self.hang = answer, tls, hang
        self.stopping = threading.Event()
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Connection)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, to end it with the server."""
        with self._open_lock:
            self.connections += 1
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._open_lock:
            self._open.discard(connection)

    def hang_up(self) -> None:
        """Close every connection now, as a server does that was idle for long."""
        with self._open_lock:
            for connection in self._open:
                _quietly(partial(connection.shutdown, socket.SHUT_RDWR))

    def stop(self) -> None:
        """Stop serving and close all that is open."""
        self.stopping.set()
        self.shutdown()
        self.hang_up()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away in the middle are what this server is for."""


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    rbufsize = 65536
    server: WireServer

    def setup(self) -> None:
        if self.server.tls is not None:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        _quietly(super().finish)
        self.connection.close()

    def handle(self) -> None:
        try:
            while (request := self._read()) is not None:
                if not self._write(self.server.answer(request)):
                    return
        except OSError:
            return

    def _read(self) -> Request | None:
        first = self.rfile.readline(65536)
        if not first.strip():
            return None
        method, target, _ = first.decode("latin-1").split(" ", 2)
        headers: dict[str, str] = {}
        while (row := self.rfile.readline(65536)) not in (b"\r\n", b"\n", b""):
            name, _, value = row.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Request(method, target, headers, self.rfile.read(int(headers.get("content-length", 0))))

    def _write(self, response: Response) -> bool:
        if response.end == "hang":
            self._wait_for_the_client_to_give_up()
        if response.end == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if response.end:
            return False
        head = [f"HTTP/1.1 {response.status} X", f"Content-Length: {len(response.body)}"]
        head += [f"{name}: {value}" for name, value in response.headers.items()]
        self.connection.sendall("\r\n".join([*head, "", ""]).encode("latin-1") + response.body)
        return True

    def _wait_for_the_client_to_give_up(self) -> None:
        until = time.monotonic() + self.server.hang
        while time.monotonic() < until and not self.server.stopping.is_set():
            if select.select([self.connection], [], [], 0.02)[0]:
                return


def _quietly(act: Callable[[], Any]) -> None:
    try:
        act()
    except OSError:
        return
