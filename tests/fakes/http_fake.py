"""What fakes of HTTP services have in common: a server on a port of its own, and what it was asked."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.served import Served


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    document: Any


@dataclass(frozen=True)
class Said:
    """An answer. `cut` closes the line instead of giving it, after the request was done."""

    status: int
    document: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False


class HttpFake(Served):
    """`serve` says what a request is answered; `next_answers` come first, and `cut_next` does the work silently."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self.next_answers: list[Said] = []
        self.cut_next = False
        self._guard = threading.Lock()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.fake = self  # type: ignore[attr-defined]
        super().__init__(server)

    def serve(self, asked: Asked) -> Said:
        raise NotImplementedError

    def answer(self, asked: Asked) -> Said:
        with self._guard:
            self.requests.append(asked)
            if self.next_answers:
                return self.next_answers.pop(0)
            cut, self.cut_next = self.cut_next and asked.method != "GET", False
            said = self.serve(asked)
            return Said(said.status, said.document, said.headers, cut)


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *args: object) -> None:  # type: ignore[override]
        """Say nothing."""

    def _take(self) -> None:
        fake: HttpFake = self.server.fake  # type: ignore[attr-defined]
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = fake.answer(
            Asked(self.command, parts.path, parse_qs(parts.query), headers, json.loads(raw) if raw else None)
        )
        if said.cut:
            self.close_connection = True
            return
        body = json.dumps(said.document).encode()
        self.send_response(said.status)
        for name, value in said.headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _take  # noqa: N815
