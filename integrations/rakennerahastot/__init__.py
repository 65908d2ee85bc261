"""rakennerahastot.fi: notices of calls and news of the structural funds."""

from __future__ import annotations

from bot.contracts import Integration
from integrations.rakennerahastot.source import RakennerahastotOptions, RakennerahastotSource

INTEGRATION = Integration(
    name="rakennerahastot",
    title="Structural funds (rakennerahastot.fi)",
    options=RakennerahastotOptions,
    source=RakennerahastotSource,
    every=86_400,
    least_every=21_600,
    sifted=True,
)
