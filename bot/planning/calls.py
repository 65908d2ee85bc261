"""What a call is, from its dates alone: its state, and the moments that reminders and calendars go by."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from bot import clock
from bot.calendars import About, moments
from bot.clock import DEFAULT_ZONE, When
from bot.contracts import Details

State = Literal["upcoming", "open", "closing", "closed", "continuous", "undated"]

CLOSING = timedelta(days=14)
"""A call is closing when its next deadline is no further away than this."""


def deadlines(details: Details, zone: str = DEFAULT_ZONE) -> tuple[tuple[About, When], ...]:
    """The moments of an item in order of time, none twice: what opens, is explained, closes and starts.

    Every cut-off and stage is a "closes". A bare date beside an instant of the same local day says the same
    thing less well, and is left out.
    """
    stated = [(each.about, each.when) for each in moments(details)]
    timed = {(about, local_day(when, zone)) for about, when in stated if when.at is not None}
    return tuple(
        (about, when) for about, when in stated if when.at is not None or (about, when.day) not in timed
    )


def next_deadline(details: Details, now: datetime | None = None, zone: str = DEFAULT_ZONE) -> When | None:
    """The next moment at which something closes; None when nothing does any more."""
    at = now or clock.now()
    left = [moment for about, moment in deadlines(details, zone) if about == "closes"]
    return next((moment for moment in left if moment.ends(zone) > at), None)


def door(details: Details) -> When | None:
    """The last moment at which a newcomer may still apply; None when there is none, or none is known.

    That is the last deadline, or the last cut-off of a call that states no other end. A second stage is
    only for those who passed the first.
    """
    if details.closes_at is not None or details.continuous:
        return details.closes_at
    return max(details.cutoffs, key=When.ends, default=None)


def state_of(details: Details, now: datetime | None = None, zone: str = DEFAULT_ZONE) -> State:
    """The state of a call (of an event: its registration) at an instant, from its dates and nothing else.

    Between the deadlines of two stages it is open; with no date at all it is "undated". A continuous call
    is "continuous" until its next deadline is near.
    """
    at = now or clock.now()
    closings = [moment.ends(zone) for moment in _closings(details)]
    coming = min((end for end in closings if end > at), default=None)
    if closings and coming is None and not (details.continuous and details.closes_at is None):
        return "closed"
    if details.opens_at and details.opens_at.begins(zone) > at:
        return "upcoming"
    if coming is not None and coming - at <= CLOSING:
        return "closing"
    if details.continuous:
        return "continuous"
    return "open" if closings or details.opens_at else "undated"


def disagrees(details: Details, now: datetime | None = None, zone: str = DEFAULT_ZONE) -> bool:
    """Whether the source itself says another state than its own dates do."""
    if details.stated_state is None:
        return False
    state = state_of(details, now, zone)
    if state == "undated":
        return False
    return details.stated_state != (state if state in {"upcoming", "closed"} else "open")


def closes_before_it_opens(details: Details, zone: str = DEFAULT_ZONE) -> bool:
    """Whether the last deadline lies before the opening: nobody could ever apply."""
    closings = [moment.ends(zone) for moment in _closings(details)]
    return bool(details.opens_at and closings and max(closings) <= details.opens_at.begins(zone))


def _closings(details: Details) -> list[When]:
    stated = (*details.cutoffs, details.closes_at, details.second_stage_at)
    return [moment for moment in stated if moment is not None]


def local_day(when: When, zone: str = DEFAULT_ZONE) -> date:
    """The day on which a moment falls in the zone."""
    return when.day or when.begins(zone).astimezone(clock.zone(zone)).date()
