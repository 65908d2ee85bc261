"""Calendars show the moments that reminders go by, and no others."""

from __future__ import annotations

import random
from typing import Any

from bot.calendars import moments
from bot.contracts import Details
from bot.planning.calls import deadlines
from tests.factories import ZONE, details

DAYS = (
    "2026-12-01", "2026-12-01T12:00:00+02:00", "2026-12-01T23:30:00+00:00", "2027-01-15",
    "2027-01-15T16:15:00+02:00",
)  # fmt: skip


def some(dice: random.Random) -> Details:
    fields: dict[str, Any] = {
        name: dice.choice((None, *DAYS))
        for name in ("opens_at", "closes_at", "starts_at", "briefing_at", "second_stage_at")
    }
    return details(**fields, cutoffs=tuple(dice.choices(DAYS, k=dice.randint(0, 3))))


def test_a_calendar_has_the_moments_that_reminders_go_by() -> None:
    dice = random.Random(2026)
    found = 0
    for _ in range(500):
        item = some(dice)
        shown = [(each.about, each.when) for each in moments(item, ZONE)]
        assert len(shown) == len(set(shown))
        assert sorted(shown, key=str) == sorted(deadlines(item, ZONE), key=str)
        assert len({each.key for each in moments(item)}) == len(moments(item))
        found += len(shown)
    assert found > 1_000
