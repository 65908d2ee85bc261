"""One list of entries in three forms: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from feedgenerator.django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed

from bot.contracts import Language

NEVER = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed with nothing in it was changed: the same at every look."""

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry. `id` never changes; `html` is safe HTML; `tags` are plain words."""

    id: str
    url: str
    language: Language
    title: str
    html: str
    published: datetime
    updated: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a feed says of itself. `url` is the feed's own address, `home` the page it belongs to."""

    id: str
    title: str
    description: str
    url: str
    home: str
    author: str
    language: Language


def atom(head: FeedHead, entries: Sequence[FeedEntry]) -> str:
    """The feed as Atom."""
    return _written(_Atom, head, entries)


def rss(head: FeedHead, entries: Sequence[FeedEntry]) -> str:
    """The feed as RSS."""
    return _written(_Rss, head, entries)


def json_feed(head: FeedHead, entries: Sequence[FeedEntry]) -> str:
    """The feed as JSON."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "description": head.description,
        "home_page_url": head.home,
        "feed_url": head.url,
        "language": head.language,
        "authors": [{"name": head.author}],
        "items": [
            {
                "id": entry.id,
                "url": entry.url,
                "title": entry.title,
                "content_html": entry.html,
                "date_published": entry.published.isoformat(),
                "date_modified": entry.updated.isoformat(),
                "language": entry.language,
                "tags": list(entry.tags),
            }
            for entry in entries
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def changed_at(entries: Sequence[FeedEntry]) -> datetime:
    """When the newest change came."""
    return max((entry.updated for entry in entries), default=NEVER)


class _Steady(SyndicationFeed):  # type: ignore[misc]
    """The library dates an empty feed by the clock; ours would then never be the same twice."""

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=NEVER)


class _Atom(_Steady, Atom1Feed):  # type: ignore[misc]
    def item_attributes(self, item: Mapping[str, Any]) -> dict[str, str]:
        """Titles come in another language where the wanted one has none."""
        return {"xml:lang": item["language"]}


class _Rss(_Steady, Rss201rev2Feed):  # type: ignore[misc]
    pass


def _written(form: type[SyndicationFeed], head: FeedHead, entries: Sequence[FeedEntry]) -> str:
    feed = form(
        title=head.title, link=head.home, description=head.description, language=head.language,
        author_name=head.author, feed_url=head.url, feed_guid=head.id,
    )  # fmt: skip
    for entry in entries:
        feed.add_item(
            title=_clean(entry.title), link=entry.url, description=_clean(entry.html), unique_id=entry.id,
            unique_id_is_permalink=False, pubdate=entry.published, updateddate=entry.updated,
            categories=entry.tags, language=entry.language,
        )  # fmt: skip
    return str(feed.writeString("utf-8"))


def _clean(text: str) -> str:
    """The text without what XML 1.0 cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
