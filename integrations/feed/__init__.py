"""Feeds: RSS, Atom and JSON Feed."""

from __future__ import annotations

from bot.contracts import Integration
from integrations.feed.source import FeedOptions, FeedSource

INTEGRATION = Integration(
    name="feed",
    title="Feed (RSS, Atom, JSON Feed)",
    options=FeedOptions,
    source=FeedSource,
)
