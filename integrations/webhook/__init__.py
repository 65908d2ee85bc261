"""Signed webhooks by the Standard Webhooks specification: other programs bring news in.

The body is drawn in `integrations.webhook.body`; `examples/send_webhook.py` sends one.
"""

from __future__ import annotations

from bot.contracts import Integration, Surroundings
from integrations.webhook.standard import StandardWebhook, WebhookOptions


def _webhook(options: WebhookOptions, _surroundings: Surroundings) -> StandardWebhook:
    return StandardWebhook(options)


INTEGRATION = Integration(
    name="webhook",
    title="Signed webhook",
    options=WebhookOptions,
    webhook=_webhook,
)
