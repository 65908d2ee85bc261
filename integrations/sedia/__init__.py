"""SEDIA: the search behind the EU Funding & Tenders Portal."""

from __future__ import annotations

from bot.contracts import Integration
from integrations.sedia.source import SediaOptions, SediaSource

INTEGRATION = Integration(
    name="sedia",
    title="EU Funding & Tenders Portal",
    options=SediaOptions,
    source=SediaSource,
    every=86_400,
    least_every=21_600,
    sifted=True,
)
