"""EURA 2021: where all calls of the structural funds in Finland are published."""

from __future__ import annotations

from bot.contracts import Integration
from integrations.eura.source import EuraOptions, EuraSource

INTEGRATION = Integration(
    name="eura",
    title="EURA 2021 (structural funds)",
    options=EuraOptions,
    source=EuraSource,
    every=86_400,
    least_every=21_600,
    sifted=True,
)
