"""What is different now, told as sentences, and whether anyone must hear of it."""

from __future__ import annotations

from bot.contracts import Details, Language
from bot.network import Network

_MATERIAL = (
    "opens_at", "closes_at", "cutoffs", "second_stage_at", "continuous", "may_close_early", "briefing_at",
    "starts_at", "ends_at", "location", "amount_eur", "support_percent", "figures", "cities",
)  # fmt: skip


def changes(before: Details, after: Details, language: Language, network: Network) -> tuple[str, ...]:
    """What changed, a sentence each, in one language."""
    return ()


def material(before: Details, after: Details) -> bool:
    """Whether those who were told must hear of it: dates, money, place, cities, or that it became urgent."""
    moved = any(getattr(before, name) != getattr(after, name) for name in _MATERIAL)
    return moved or (after.urgent and not before.urgent)
