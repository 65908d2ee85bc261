"""What a reader may choose about when they are disturbed, read from what people write in forms, files and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.clock import DEFAULT_ZONE
from bot.planning.hours import USUAL, Hours
from bot.planning.reminder_rows import STEPS

USUAL_STEPS = (30, 14, 7, 2, 0)
"""Days before a deadline on which readers are reminded who chose nothing else."""

NEVER = "none"
"""The ladder of who wants no reminders; an empty one is the usual."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_YES, _NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")


def read_hours(text: str) -> str:
    """Sending hours such as `8-17`, or `always`; the usual ones are kept as nothing. Raises ValueError."""
    hours = text.strip().casefold().replace("–", "-").replace(" ", "")
    if hours in {"", USUAL}:
        return ""
    Hours.parse(f"{DEFAULT_ZONE} {hours}")
    return hours if hours == "always" else "-".join(str(int(part)) for part in hours.split("-"))


def read_ladder(text: str) -> str:
    """Days before a deadline such as `14,2`, or `none`, the largest first; the usual ones are kept as nothing.

    Raises ValueError for a day that is no step of the ladder.
    """
    stated = text.strip().casefold()
    if stated in {"", NEVER}:
        return stated
    parts = [part.strip() for part in stated.replace(";", ",").split(",") if part.strip()]
    wrong = [part for part in parts if part not in {str(step) for step in STEPS}]
    if wrong:
        raise ValueError(f"{wrong[0][:20]!r} is none of {','.join(map(str, STEPS))}")
    return write_ladder([int(part) for part in parts])


def write_ladder(steps: Sequence[int]) -> str:
    """Steps as a contact's row keeps them: nothing for the usual ones, `none` for none."""
    chosen = tuple(sorted(set(steps), reverse=True))
    return "" if chosen == USUAL_STEPS else ",".join(map(str, chosen)) or NEVER


def steps_of(ladder: str) -> tuple[int, ...]:
    """The steps that a contact's row means."""
    if ladder == NEVER:
        return ()
    return tuple(int(part) for part in ladder.split(",")) if ladder else USUAL_STEPS


def read_day(text: str) -> int | None:
    """A day of the week, `monday` or `mon`, as a number from 0; None for nothing. Raises ValueError."""
    stated = text.strip().casefold()
    if not stated:
        return None
    found = [number for number, day in enumerate(DAYS) if stated in {day, day[:3]}]
    if not found:
        raise ValueError(f"{text[:20]!r} must be one of {', '.join(DAYS)}")
    return found[0]


def write_day(day: int | None) -> str:
    """A day of the week as `read_day` reads it."""
    return "" if day is None else DAYS[day]


def read_hour(text: str) -> int | None:
    """An hour of the day from 0 to 23; None for nothing. Raises ValueError."""
    stated = text.strip()
    if not stated:
        return None
    if not (stated.isascii() and stated.isdecimal() and len(stated) < 3 and int(stated) < 24):
        raise ValueError(f"{text[:20]!r} is no hour from 0 to 23")
    return int(stated)


def read_yes(text: str) -> bool:
    """Yes or no. Raises ValueError."""
    known: Mapping[str, bool] = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
    stated = text.strip().casefold()
    if stated not in known:
        raise ValueError(f"{text[:20]!r} must be yes or no")
    return known[stated]
