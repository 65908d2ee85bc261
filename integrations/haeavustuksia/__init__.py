"""haeavustuksia.fi: the state's grants."""

from __future__ import annotations

from bot.contracts import Integration
from integrations.haeavustuksia.source import HaeavustuksiaOptions, HaeavustuksiaSource

INTEGRATION = Integration(
    name="haeavustuksia",
    title="State grants (haeavustuksia.fi)",
    options=HaeavustuksiaOptions,
    source=HaeavustuksiaSource,
    every=86_400,
    least_every=21_600,
    sifted=True,
)
