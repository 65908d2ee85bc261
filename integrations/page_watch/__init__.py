"""Pages that are edited in place: one address for every round of a call."""

from __future__ import annotations

from bot.contracts import Integration
from integrations.page_watch.source import PageWatchOptions, PageWatchSource

INTEGRATION = Integration(
    name="page_watch",
    title="Page that is edited in place",
    options=PageWatchOptions,
    source=PageWatchSource,
    every=86_400,
    least_every=3_600,
)
