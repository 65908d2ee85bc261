"""Signed JSON of any shape: where the signature stands, and which expression finds which field, are options."""

from __future__ import annotations

from bot.contracts import Integration
from integrations.signed_json.options import SignedJsonOptions
from integrations.signed_json.webhook import SignedJsonWebhook, sample

INTEGRATION = Integration(
    name="signed_json",
    title="Signed JSON of another program",
    options=SignedJsonOptions,
    webhook=SignedJsonWebhook,
    sample=sample,
)
