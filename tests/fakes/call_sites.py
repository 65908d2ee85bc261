"""The sites of funding calls, each on a port of its own and as strict as the real one is said to be.

    with FakeHaeavustuksia([row, row]) as site:
        ...HaeavustuksiaSource({"site": site.url})

`broken` answers instead of the site from then on: a status, or a body. Requests are kept, oldest first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from tests.fakes.served import Served


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    content_type: str
    body: bytes
    target: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        return self.headers.get("if-none-match", "")


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Any, status: int = 200) -> Response:
        return cls(status, json.dumps(document, ensure_ascii=False).encode())


class FakeSite(Served):
    """A server that answers by `answer`, unless `broken` stands instead."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.broken: Response | Callable[[Request], Response | None] | None = None
        server = _Server(("127.0.0.1", 0), _Handler)
        server.site = self
        super().__init__(server)

    def answer(self, request: Request) -> Response:
        raise NotImplementedError

    def respond(self, request: Request) -> Response:
        if request.path == "/robots.txt":
            return Response(404)
        self.requests.append(request)
        instead = self.broken(request) if callable(self.broken) else self.broken
        return instead or self.answer(request)


class FakeHaeavustuksia(FakeSite):
    """The list of calls, `page_size` rows a page however many are asked for, as far as `rows` go."""

    def __init__(self, rows: Sequence[Any], page_size: int = 100) -> None:
        super().__init__()
        self.rows, self.page_size = list(rows), page_size

    def answer(self, request: Request) -> Response:
        wanted = {
            "Pagination.PageSize", "Language", "SearchTerm", "VaOrgLyhenne", "ShowFuture", "ShowOngoing",
            "ShowEnded", "HideExternal",
        }  # fmt: skip
        if request.path != "/api/haku/list-items" or not wanted <= request.query.keys():
            return Response(404)
        first = (int(request.query["Pagination.Page"]) - 1) * self.page_size
        return Response.of(
            {
                "totalCount": len(self.rows),
                "pageCount": -(-len(self.rows) // self.page_size),
                "hakuilmoitukset": self.rows[first : first + self.page_size],
            }
        )


class FakeSedia(FakeSite):
    """The search of the Funding & Tenders Portal, which takes multipart forms and counts without their filters."""

    def __init__(self, results: Sequence[Any], everything: int = 642_000) -> None:
        super().__init__()
        self.results, self.everything = list(results), everything

    def answer(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(405)
        if not request.query.get("text") or request.query.get("apiKey") != "SEDIA":
            return Response.of({"type": "throwable", "message": "text is required"})
        parts = _parts(request)
        if "query" not in parts or "languages" not in parts:
            return Response.of({"apiVersion": "2.155", "totalResults": self.everything, "results": []})
        size = min(int(request.query["pageSize"]), 100)
        first = (int(request.query["pageNumber"]) - 1) * size
        return Response.of(
            {
                "apiVersion": "2.155",
                "totalResults": len(self.results),
                "results": self.results[first : first + size],
            }
        )

    def asked(self) -> dict[str, Any]:
        """The parts of the newest request."""
        return _parts(self.requests[-1])


class FakeEura(FakeSite):
    """The page of calls, with its script block; `details` are the calls' own pages by id."""

    def __init__(self, data: Any, anchors: str = "") -> None:
        super().__init__()
        self.data, self.anchors = data, anchors
        self.details: dict[str, str] = {}
        self.block = '<script type="__PREACT_CLI_DATA__">{}</script>'

    def answer(self, request: Request) -> Response:
        ident = request.path.rstrip("/").rpartition("/")[2]
        if ident in self.details:
            return self.page(f"<main>{self.details[ident]}</main>")
        if request.path != "/hakuilmoitukset/":
            return Response(404, b"<html><body>Sivua ei ole</body></html>", "text/html")
        block = self.block.format(quote(json.dumps(self.data, ensure_ascii=False))) if self.data else ""
        page = self.page(f"<main>{self.anchors}</main>{block}")
        etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
        return Response(304) if request.etag == etag else replace(page, headers={"ETag": etag})

    @staticmethod
    def page(inside: str) -> Response:
        whole = f'<!DOCTYPE html><html lang="fi"><head><title>EURA 2021</title></head><body>{inside}</body></html>'
        return Response(200, whole.encode(), "text/html; charset=utf-8")


def _parts(request: Request) -> dict[str, Any]:
    """The JSON parts of a multipart form, by name; nothing of another body."""
    if not request.content_type.startswith("multipart/form-data"):
        return {}
    form = message_from_bytes(f"Content-Type: {request.content_type}\r\n\r\n".encode() + request.body)
    found = {}
    for part in form.get_payload():
        assert part.get_content_type() == "application/json"
        found[str(part.get_param("name", header="content-disposition"))] = json.loads(
            part.get_payload(decode=True)
        )
    return found


class _Server(ThreadingHTTPServer):
    site: FakeSite
    block_on_close = True
    daemon_threads = False


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.site.respond(
            Request(
                self.command,
                split.path,
                query,
                self.headers.get("Content-Type", ""),
                body,
                self.path,
                {name.lower(): value for name, value in self.headers.items()},
            )
        )
        self.send_response(answer.status)
        for name, value in {
            "Content-Type": answer.content_type, "Content-Length": str(len(answer.body)), **answer.headers
        }.items():  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever finds it too large hangs up
            self.wfile.write(answer.body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Keep the tests' output quiet."""
