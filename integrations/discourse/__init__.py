"""Discourse: its webhooks and listing bring topics in, its API takes our messages as topics and replies."""

from __future__ import annotations

from bot.contracts import Capabilities, Integration
from integrations.discourse.options import DiscourseOptions
from integrations.discourse.sender import DiscourseSender
from integrations.discourse.source import DiscourseSource
from integrations.discourse.webhook import DiscourseWebhook, sample
from integrations.walls import WallOptions


def _can(options: DiscourseOptions) -> Capabilities:
    return Capabilities(read=True, webhook=bool(options.secret), publish=options.writes)


INTEGRATION = Integration(
    name="discourse",
    title="Discourse",
    options=DiscourseOptions,
    source=DiscourseSource,
    webhook=DiscourseWebhook,
    sender_options=WallOptions,
    sender=DiscourseSender,
    capabilities=_can,
    sample=sample,
)
