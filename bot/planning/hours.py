"""Sending hours: when a reader may be disturbed, and when something that must wait goes out.

A reader's hours are written as their zone and the hours of a working day, `Europe/Helsinki 8-17`, or
`Europe/Helsinki always`. Everything outside them is quiet; what is urgent passes. What is held goes out
when they open, spread over some minutes; what would be over by then goes out in the last sending hour
before that, or at once when there is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from bot.clock import zone
from bot.workdays import is_working_day, working_day_after, working_day_before

SPREAD = timedelta(minutes=10)
"""What was held is released over this long, so that an opening is not one burst."""

LAST_HOUR = timedelta(hours=1)
"""What would be over while held goes out this long before the last sending hours end."""

USUAL = "8-17"
_HOURS = re.compile(r"([01]?\d|2[0-3])-([01]?\d|2[0-4])")


@dataclass(frozen=True, slots=True)
class Hours:
    """Sending hours in a zone: from `first` until `last` o'clock on working days; always, when both are None."""

    zone: str
    first: int | None = 8
    last: int | None = 17

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str) -> Hours:
        """Read `Europe/Helsinki 8-17` or `Europe/Helsinki always`. Raises ValueError for anything else."""
        name, _, hours = text.partition(" ")
        zone(name)
        if hours == "always":
            return cls(name, None, None)
        found = _HOURS.fullmatch(hours)
        if not found or int(found[1]) >= int(found[2]):
            raise ValueError(f"{hours!r} are no sending hours such as 8-17")
        return cls(name, int(found[1]), int(found[2]))

    def open_at(self, at: datetime) -> bool:
        """Whether a message may arrive at this instant."""
        if self.first is None or self.last is None:
            return True
        local = at.astimezone(zone(self.zone))
        return is_working_day(local.date()) and self.first <= local.hour < self.last

    def opens(self, at: datetime) -> datetime:
        """The first instant, not before `at`, at which a message may arrive. UTC."""
        if self.open_at(at):
            return at
        local = at.astimezone(zone(self.zone))
        today = is_working_day(local.date()) and self.first is not None and local.hour < self.first
        return self.at(local.date() if today else working_day_after(local.date()), self.first or 0)

    def due(
        self, at: datetime, now: datetime, over: datetime | None = None, *, urgent: bool = False
    ) -> datetime:
        """When something meant for `at` goes out, seen from `now`; `over` is when it is too late. UTC."""
        at = max(at, now)
        if urgent:
            return at
        opens = self.opens(at)
        if over is None or opens < over:
            return opens
        last = self._last_before(over)
        return now if last is None else max(now, last)

    def _last_before(self, over: datetime) -> datetime | None:
        """The beginning of the last sending hour that ends before an instant."""
        if self.last is None:
            return over - LAST_HOUR
        local = (over - LAST_HOUR).astimezone(zone(self.zone))
        if self.open_at(over - LAST_HOUR):
            return over - LAST_HOUR
        before = is_working_day(local.date()) and local.hour >= self.last
        day = local.date() if before else working_day_before(local.date() - timedelta(days=1))
        return self.at(day, self.last) - LAST_HOUR

    def at(self, day: date, hour: int) -> datetime:
        """An hour of a day in this zone, UTC. An hour that the clock change skips comes with the next one."""
        local = datetime(day.year, day.month, day.day, tzinfo=zone(self.zone)) + timedelta(hours=hour)
        return local.astimezone(UTC)


def written(zone_name: str, hours: str) -> str:
    """The hours of a reader in a zone as a subscription keeps them; empty hours are the usual ones."""
    return f"{zone_name} {hours or USUAL}"
