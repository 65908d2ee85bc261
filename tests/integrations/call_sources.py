"""What the tests of call sources share: asking a source of a fake site, and broken answers that all must refuse."""

from __future__ import annotations

from typing import Any

from bot.contracts import Cursor, Defaults, Details, Fetched, Surroundings
from integrations import load
from tests.fakes.call_sites import FakeSite, Response

COUNCILS = {
    "uudenmaan-liitto": ["Uudenmaan liitto", "Nylands förbund"],
    "pirkanmaan-liitto": ["Pirkanmaan liitto", "Birkalands förbund"],
}

BROKEN = [
    (Response(500), "unreachable"),
    (Response(403), "refused"),
    (Response(404), "gone"),
    (Response(429, headers={"Retry-After": "120"}), "limited"),
    (Response(body=b""), "structure"),
    (Response(body=b'{"totalResults": 2, "results": [{"metadata"'), "structure"),
    (Response(body=b"[" * 100_000), "structure"),
    (Response(body=b"[]"), "structure"),
    (Response(body=b"null"), "structure"),
    (
        Response(body=b"<html><form><input type=password></form></html>", content_type="text/html"),
        "not_content",
    ),
    (Response(body=b"{" + b" " * 40_000_000), "too_large"),
]
"""Answers of a JSON site that are none, and what kind of fault they are."""


def asked(kind: str, site: FakeSite, since: Cursor | None = None, **options: Any) -> Fetched:
    """What one poll of a source of that kind brings."""
    room = load(kind)
    assert room.source is not None
    surroundings = Surroundings(
        "calls",
        Defaults(kind="call", cities=(), topics=()),
        contact_url="https://silta.example/about",
        allow_private=frozenset({site.place}),
        councils=COUNCILS,
    )
    return room.source(room.options.model_validate({"site": site.url, **options}), surroundings).fetch(
        since or {}
    )


def told(fetched: Fetched) -> dict[str, Details]:
    """The details of each report by its id, when nothing was wrong."""
    assert not fetched.faults
    return {each.external_id: each.details for each in fetched.reports if each.details is not None}
