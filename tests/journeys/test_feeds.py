"""A feed that is read, changes, breaks and mends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot import clock
from tests.fakes.feeds import FakeFeeds
from tests.town import COMMON, TAMPERE, OpenTown, Town, words_of

JSON = "application/feed+json"
TOLD_ONCE = {TAMPERE: 1, COMMON: 1, "alice@example.org": 1}
QUARTER = 15 * 60


@pytest.fixture
def feeds() -> Iterator[FakeFeeds]:
    with FakeFeeds() as fake:
        yield fake


@pytest.fixture
def town(open_town: OpenTown, feeds: FakeFeeds) -> Town:
    """A town that may read from the fake feed server."""
    return open_town(fetch_allow_private=frozenset({feeds.place}))


def entry(number: int, **more: Any) -> dict[str, Any]:
    stated = {
        "id": f"uutinen-{number}",
        "title": f"Uutinen {number}",
        "content_text": "Sisältö",
        "language": "fi",
    }
    return {
        **stated,
        "url": f"https://example.org/{number}",
        "date_published": clock.now().isoformat(),
        **more,
    }


def feed(*entries: dict[str, Any]) -> str:
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": "Uutiset", "items": list(entries)})


def pass_time(town: Town, seconds: float = QUARTER) -> None:
    town.hand.advance(seconds)
    town.settle()


def test_what_a_feed_holds_at_first_is_kept_silently_and_what_comes_later_is_told(
    town: Town, feeds: FakeFeeds
) -> None:
    feeds.serve("/news", feed(entry(1), entry(2)), JSON)
    town.read_feed("news", feeds.url("/news"))
    town.settle()
    assert town.told() == {}
    assert "Uutinen 1" in town.client.get("/items").text
    feeds.serve("/news", feed(entry(3), entry(1), entry(2)), JSON)
    pass_time(town)
    assert town.told() == TOLD_ONCE
    assert "Uutinen 3" in words_of(town.posts(TAMPERE))


def test_a_source_that_announces_tells_what_it_holds_at_first(town: Town, feeds: FakeFeeds) -> None:
    feeds.serve("/news", feed(entry(1)), JSON)
    town.read_feed("news", feeds.url("/news"), first_poll="announce")
    town.settle()
    assert town.told() == TOLD_ONCE


def test_a_feed_is_asked_when_it_is_due_with_what_it_said_last_and_not_before(
    town: Town, feeds: FakeFeeds
) -> None:
    feeds.serve("/news", feed(entry(1)), JSON, etag='"one"')
    town.read_feed("news", feeds.url("/news"))
    town.settle()
    pass_time(town, QUARTER / 2)
    assert len(feeds.requests) == 1
    pass_time(town)
    assert feeds.requests[1].headers["If-None-Match"] == '"one"'
    assert town.told() == {}


@pytest.mark.parametrize(
    ("breakage", "said"),
    [
        ("down", "HTTP 500"),
        ("no feed", "feed"),
        ("empty", "empty"),
        ("inside", "private"),
    ],
)
def test_a_broken_feed_is_a_fault_on_the_first_page_and_is_well_again_when_it_is(
    town: Town, feeds: FakeFeeds, breakage: str, said: str
) -> None:
    feeds.serve("/news", feed(entry(1)), JSON)
    town.read_feed("news", feeds.url("/news"))
    town.settle()
    match breakage:
        case "down":
            feeds.raise_status("/news", 500)
        case "no feed":
            feeds.serve("/news", "<html><title>Moved</title></html>", "text/html")
        case "empty":
            feeds.serve("/news", feed(), JSON)
        case "inside":
            feeds.redirect("/news", "http://169.254.169.254/latest/meta-data")
    pass_time(town)
    page = town.client.get("/").text
    assert "news cannot be read" in page
    assert said in page
    feeds.serve("/news", feed(entry(2), entry(1)), JSON)
    pass_time(town, 7 * 3600)
    assert "news cannot be read" not in town.client.get("/").text
    pass_time(town, 15 * 3600)  # by then it was evening: what came in is told in the morning
    assert TOLD_ONCE.items() <= town.told().items()  # who reads digests has one by now as well


def test_one_bad_entry_does_not_lose_the_others(town: Town, feeds: FakeFeeds) -> None:
    feeds.serve("/news", feed(entry(1)), JSON)
    town.read_feed("news", feeds.url("/news"))
    town.settle()
    feeds.serve("/news", feed(entry(2, title="", content_text=""), entry(3), entry(1)), JSON)
    pass_time(town)
    assert "Uutinen 3" in words_of(town.posts(TAMPERE))


def test_a_dead_feed_is_asked_less_and_less(town: Town, feeds: FakeFeeds) -> None:
    feeds.raise_status("/news", 500)
    town.read_feed("news", feeds.url("/news"))
    for _ in range(24):
        pass_time(town, 3600)
    assert 4 < len(feeds.requests) < 10
