"""WordPress sites, by the interface that WordPress itself documents."""

from __future__ import annotations

from bot.contracts import Integration
from integrations.wordpress.source import WordPressOptions, WordPressSource

INTEGRATION = Integration(
    name="wordpress",
    title="WordPress site (REST)",
    options=WordPressOptions,
    source=WordPressSource,
    every=1_800,
    least_every=600,
)
