"""Pages that list articles: for sites that have neither a feed nor an interface."""

from __future__ import annotations

from bot.contracts import Integration
from integrations.html_list.source import HtmlListOptions, HtmlListSource

INTEGRATION = Integration(
    name="html_list",
    title="List on a web page (HTML)",
    options=HtmlListOptions,
    source=HtmlListSource,
    every=1_800,
    least_every=600,
)
