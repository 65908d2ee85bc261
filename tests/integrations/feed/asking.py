"""Small feeds, and a source that asks for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from bot.contracts import Cursor, Defaults, Details, Fetched, Language, Surroundings
from integrations.feed import INTEGRATION
from integrations.feed.source import FeedOptions, FeedSource
from tests.fakes.feeds import FakeFeeds

CITIES = {"tampere": ["Tampere", "Tammerfors"], "paakaupunkiseutu": ["Pääkaupunkiseutu", "Helsinki"]}
TOPICS = {"akut": ["Akut", "Batterier", "Batteries"], "ruoka": ["Ruoka"]}


def rss(*items: str, channel: str = "", before: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{before}<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>News</title><link>https://a.example/</link>{channel}{''.join(items)}</channel></rss>"
    )


def entry(guid: str = "g1", title: str = "Otsikko", more: str = "") -> str:
    """An RSS item; the title is escaped once, as XML wants."""
    named = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
    return f"<item>{named}<title>{escape(title)}</title>{more}</item>"


def atom(*entries: str, attributes: str = "") -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>News</title><id>f</id>'
        f"{''.join(entries)}</feed>"
    )


def json_feed(*items: Mapping[str, Any], **top: Any) -> str:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": list(items), **top}
    return json.dumps(feed)


def source(
    feeds: FakeFeeds,
    path: str = "/feed",
    *,
    defaults: Defaults | None = None,
    language: Language | None = None,
) -> FeedSource:
    assert INTEGRATION.source is not None
    surroundings = Surroundings(
        "news",
        defaults or Defaults(),
        contact_url="https://silta.example/about",
        allow_private=frozenset({feeds.place}),
        cities=CITIES,
        topics=TOPICS,
        councils={"pirkanmaan-liitto": ["Pirkanmaan liitto"]},
    )
    options = FeedOptions.model_validate({"url": feeds.url(path), "language": language})
    made = INTEGRATION.source(options, surroundings)
    assert isinstance(made, FeedSource)
    return made


def ask(feeds: FakeFeeds, body: str | bytes, since: Cursor | None = None, **more: Any) -> Fetched:
    """What one poll of a feed with that body brings; `content_type` may be given."""
    content_type = more.pop("content_type", "application/xml")
    feeds.serve("/feed", body, content_type)
    return source(feeds, **more).fetch(since or {})


def told(feeds: FakeFeeds, body: str | bytes, **more: Any) -> list[Details]:
    """The details of each report, when nothing was wrong."""
    fetched = ask(feeds, body, **more)
    assert not fetched.faults
    return [report.details for report in fetched.reports if report.details is not None]


def read(feeds: FakeFeeds, silta: Any, **more: Any) -> tuple[Details, list[str]]:
    """The details of a JSON Feed's only item with that `_silta`, and what was wrong with it."""
    item = {"id": "a", "title": "A", "tags": ["helsinki"], "_silta": silta}
    fetched = ask(feeds, json_feed(item), **more)
    [report] = fetched.reports
    assert report.details is not None
    return report.details, list(fetched.faults)
