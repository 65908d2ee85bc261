"""Loomio groups: a chatbot's webhook brings what happens there, the API writes discussions and comments."""

from __future__ import annotations

from bot.contracts import Capabilities, Fetched, Integration, Surroundings
from integrations.loomio.options import LoomioOptions
from integrations.loomio.sender import LoomioSender
from integrations.loomio.webhook import LoomioWebhook, sample
from integrations.walls import WallOptions


def _can(options: LoomioOptions) -> Capabilities:
    return Capabilities(webhook=True, publish=options.writes)


def _sample(options: LoomioOptions, surroundings: Surroundings, body: bytes) -> Fetched:
    return sample(options, surroundings, body)


INTEGRATION = Integration(
    name="loomio",
    title="Loomio group",
    options=LoomioOptions,
    webhook=LoomioWebhook,
    sender_options=WallOptions,
    sender=LoomioSender,
    capabilities=_can,
    sample=_sample,
)
