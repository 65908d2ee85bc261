"""How a feed is asked, and when its silence is a fault."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.contracts import SourceFault
from integrations.feed.source import FeedOptions
from tests.fakes.feeds import FakeFeeds
from tests.integrations.feed.asking import ask, entry, json_feed, rss, source


def test_the_first_poll_brings_all_entries_under_our_own_name(feeds: FakeFeeds) -> None:
    fetched = ask(feeds, rss(entry("a"), entry("b", "Toinen")))
    assert [report.external_id for report in fetched.reports] == ["a", "b"]
    assert not fetched.unchanged
    sent = feeds.requests[0].headers
    assert sent["User-Agent"] == "Silta/0.1 (+https://silta.example/about)"
    assert "application/feed+json" in sent["Accept"]
    assert "If-None-Match" not in sent
    assert "If-Modified-Since" not in sent


@pytest.mark.parametrize(
    ("validators", "header", "value"),
    [
        ({"etag": '"v1"'}, "If-None-Match", '"v1"'),
        (
            {"last_modified": "Tue, 24 Nov 2026 08:00:00 GMT"},
            "If-Modified-Since",
            "Tue, 24 Nov 2026 08:00:00 GMT",
        ),
    ],
)
def test_the_next_poll_asks_only_for_changes(
    feeds: FakeFeeds, validators: dict[str, str], header: str, value: str
) -> None:
    feeds.serve("/feed", rss(entry()), **validators)
    first = source(feeds).fetch({})
    again = source(feeds).fetch(first.cursor)
    assert feeds.requests[1].headers[header] == value
    assert (again.unchanged, list(again.reports)) == (True, [])
    assert again.cursor == first.cursor
    feeds.serve("/feed", rss(entry("b")), etag='"v2"')
    assert [report.external_id for report in source(feeds).fetch(again.cursor).reports] == ["b"]


def test_the_same_bytes_are_unchanged_even_without_validators(feeds: FakeFeeds) -> None:
    first = ask(feeds, rss(entry()))
    assert ask(feeds, rss(entry()), first.cursor).unchanged
    assert not ask(feeds, rss(entry(title="Uusi")), first.cursor).unchanged


def test_a_304_to_somebody_who_has_nothing_is_a_fault(feeds: FakeFeeds) -> None:
    feeds.not_modified("/feed")
    with pytest.raises(SourceFault, match="304"):
        source(feeds).fetch({})


def test_the_cursor_of_another_address_counts_for_nothing(feeds: FakeFeeds) -> None:
    feeds.serve("/feed", rss(entry()), etag='"v1"')
    feeds.serve("/moved", rss(entry()), etag='"v1"')
    first = source(feeds).fetch({})
    assert len(source(feeds, "/moved").fetch(first.cursor).reports) == 1


def test_a_feed_that_was_always_empty_is_well(feeds: FakeFeeds) -> None:
    first = ask(feeds, rss())
    assert (list(first.reports), first.cursor["count"]) == ([], 0)


@pytest.mark.parametrize("empty", [rss(), json_feed(), rss(channel="<language>fi</language>")])
def test_a_feed_that_suddenly_is_empty_is_a_fault(feeds: FakeFeeds, empty: str) -> None:
    first = ask(feeds, rss(entry("a"), entry("b")))
    with pytest.raises(SourceFault, match="had 2 entries before"):
        ask(feeds, empty, first.cursor)
    assert ask(feeds, rss(entry("c")), first.cursor).cursor["count"] == 1


def test_emptiness_is_still_noticed_after_unchanged_polls(feeds: FakeFeeds) -> None:
    first = ask(feeds, rss(entry()))
    second = ask(feeds, rss(entry()), first.cursor)
    with pytest.raises(SourceFault, match="had 1 entries"):
        ask(feeds, rss(), second.cursor)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "a web page, not a feed"),
        ("<html><head><title>x</title></head><p>unclosed", "a web page, not a feed"),
        ("<opml version='1.0'><body/></opml>", "not a feed"),
        ("", "not a feed"),
        ("hello", "not a feed"),
        ('{"items": []}', "version is missing"),
        ("[1, 2]", "version is missing"),
        ('{"version": "https://jsonfeed.org/version/1.1"}', "no list of items"),
        ('{"version": ', "not JSON"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_not_a_feed_is_a_fault(feeds: FakeFeeds, body: str, reason: str) -> None:
    with pytest.raises(SourceFault, match=reason):
        ask(feeds, body)


@pytest.mark.parametrize(
    ("status", "said", "reason", "wait"),
    [
        (500, None, "broken at its end", None),
        (404, None, "not there", None),
        (410, None, "pause or remove the source", None),
        (429, "120", "less often", 120.0),
        (503, "3600", "out of service", 3600.0),
    ],
)
def test_a_refusal_is_a_fault_with_the_wait_it_asks_for(
    feeds: FakeFeeds, status: int, said: str | None, reason: str, wait: float | None
) -> None:
    feeds.raise_status("/feed", status, **({"Retry_After": said} if said else {}))
    with pytest.raises(SourceFault, match=reason) as caught:
        source(feeds).fetch({})
    assert caught.value.retry_after == wait


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:9/x", "http://169.254.169.254/latest", "file:///etc/passwd"]
)
def test_a_redirect_into_a_private_place_is_a_fault(feeds: FakeFeeds, target: str) -> None:
    feeds.redirect("/feed", target)
    with pytest.raises(SourceFault, match=r"private address|not http"):
        source(feeds).fetch({})


@pytest.mark.parametrize("verb", ["huge", "gzip_bomb", "drop"])
def test_an_answer_too_large_or_cut_short_is_a_fault(feeds: FakeFeeds, verb: str) -> None:
    getattr(feeds, verb)("/feed")
    with pytest.raises(SourceFault, match=r"larger than 5 MiB|cannot be reached"):
        source(feeds).fetch({})


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"url": "https://a.example/", "example": "calls.json"},
        {"url": "ftp://a.example/"},
        {"url": "https://alice:secret@a.example/"},
        {"example": "../pyproject.json"},
        {"example": "nothing-there.json"},
        {"example": "contacts.csv"},
        {"url": "https://a.example/", "language": "de"},
        {"url": "https://a.example/", "color": "red"},
    ],
)
def test_options_name_exactly_one_good_place(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        FeedOptions.model_validate(options)
