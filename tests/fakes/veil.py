"""A server between a source and its site, which hands on what the site answers, whole or spoiled.

    with FakeEura(data) as site, Veil(site.place) as veil:
        veil.spoil = lambda answer: replace(answer, body=answer.body[:100])
        ...EuraSource({"site": veil.url})

Addresses of the site in what it answers become the veil's own.
"""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPConnection

from tests.fakes.call_sites import FakeSite, Request, Response

_OWN = {"host", "connection", "accept-encoding", "content-length", "date", "server", "transfer-encoding"}
_CONDITIONS = {"if-none-match", "if-modified-since"}

Spoil = Callable[[Response], Response]


class Veil(FakeSite):
    def __init__(self, behind: str) -> None:
        """`behind` is the site's host:port."""
        super().__init__()
        self.behind = behind
        self.spoil: Spoil | None = None

    def answer(self, request: Request) -> Response:
        left_out = _OWN | (_CONDITIONS if self.spoil else set())
        sent = {name: value for name, value in request.headers.items() if name not in left_out}
        site = HTTPConnection(self.behind, timeout=10)
        try:
            site.request(request.method, request.target, request.body or None, sent)
            got = site.getresponse()
            raw = got.read().replace(self.behind.encode(), self.place.encode())
            kept = {
                name: value for name, value in got.getheaders() if name.lower() not in _OWN | {"content-type"}
            }
        finally:
            site.close()
        answer = Response(got.status, raw, got.headers.get("Content-Type", ""), kept)
        return self.spoil(answer) if self.spoil else answer
