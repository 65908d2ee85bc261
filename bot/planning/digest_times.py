"""When a reader's digest comes: on working days or once a week, at their own hour in their own zone.

A digest that would fall on a holiday goes on the working day before it (docs/model.md, *Rhythms*).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.clock import zone
from bot.contracts import Rhythm
from bot.planning.hours import Hours
from bot.workdays import is_working_day, working_day_before

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Usual:
    """When digests come to who chose nothing else: the weekday (0 is Monday) and the hour."""

    day: int = 4
    hour: int = 8


_usual = Usual()


def usual() -> Usual:
    """The network's usual day and hour: Fridays at 8, and 8 on working days, unless settings say otherwise."""
    return _usual


def use(chosen: Usual) -> None:
    """Let this process keep to these from now on, as its settings state them."""
    global _usual
    _usual = chosen


def next_digest(
    rhythm: Rhythm,
    day: int | None,
    hour: int | None,
    zone_name: str,
    after: datetime,
    network: Usual | None = None,
) -> datetime | None:
    """The first instant after `after` at which a reader's digest is due, UTC; None when the rhythm has none.

    `day` (0 is Monday) and `hour` are what the reader chose, None for the usual. An hour that the clock
    change skips comes with the next one; one that it doubles counts once. Raises ValueError for a zone
    that is none.
    """
    if rhythm not in {"daily", "weekly"}:
        return None
    today = after.astimezone(zone(zone_name)).date()
    keep = network or _usual
    chosen = keep.hour if hour is None else hour
    weekday = keep.day if day is None else day
    for found in _daily(today) if rhythm == "daily" else _weekly(today, weekday):
        at = Hours(zone_name).at(found, chosen)
        if at > after:
            return at
    raise AssertionError("unreachable")


def _daily(today: date) -> list[date]:
    """Working days from today on: more than the longest row of holidays."""
    return [day for day in (today + DAY * ahead for ahead in range(15)) if is_working_day(day)]


def _weekly(today: date, weekday: int) -> list[date]:
    """The days of this week's, last week's and the coming weeks' digests, in order."""
    monday = today - DAY * today.weekday()
    return [working_day_before(monday + DAY * (weekday + 7 * week)) for week in range(5)]
