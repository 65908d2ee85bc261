"""Calls with a key, to servers that behave badly: what was not sent is told apart from what may have arrived."""

from __future__ import annotations

import gzip

import pytest

from integrations.calling import Interrupted, Unreached, call
from tests.fakes.feeds import FakeFeeds


def test_a_server_that_drips_is_cut_off_and_may_have_done_it(feeds: FakeFeeds) -> None:
    for headers_too in (True, False):
        feeds.slow("/a", headers_too=headers_too)
        with pytest.raises(Interrupted):
            call("GET", feeds.url("/a"), allow_private=frozenset({feeds.place}), deadline=0.3)


def test_a_private_address_is_not_met_and_nothing_was_sent(feeds: FakeFeeds) -> None:
    with pytest.raises(Unreached, match="private") as fault:
        call("GET", feeds.url("/a"))
    assert fault.value.kind == "private"
    assert feeds.requests == []


def test_a_redirect_is_an_answer_and_is_not_followed(feeds: FakeFeeds) -> None:
    feeds.redirect("/a", "/b")
    reply = call("GET", feeds.url("/a"), allow_private=frozenset({feeds.place}))
    assert (reply.status, reply.location, len(feeds.requests)) == (302, "/b", 1)


def test_what_is_too_large_is_said_and_what_is_no_json_has_no_data(feeds: FakeFeeds) -> None:
    def asked(body: bytes, **headers: str) -> tuple[object, bool]:
        feeds.behaviours["/a"] = lambda handler: handler.answer(200, headers, body)
        reply = call("GET", feeds.url("/a"), allow_private=frozenset({feeds.place}))
        return reply.data, reply.too_large

    assert asked(gzip.compress(b" " * 5_000_000), **{"Content-Encoding": "gzip"}) == (None, True)
    assert asked(b"<html>") == (None, False)
    assert asked(b"[" * 100_000) == (None, False)
    assert asked(b'\xef\xbb\xbf{"a": 1}') == ({"a": 1}, False)
