"""Sending hours: what waits, until when, and what must not wait."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.planning.hours import Hours, written

HELSINKI = ZoneInfo("Europe/Helsinki")
USUAL = Hours.parse("Europe/Helsinki 8-17")


def at(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=HELSINKI).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(11, 24, 8), at(11, 24, 8)),
        (at(11, 24, 16, 59), at(11, 24, 16, 59)),
        (at(11, 24, 17), at(11, 25, 8)),
        (at(11, 24, 7, 59), at(11, 24, 8)),
        (at(11, 27, 18), at(11, 30, 8)),  # Friday evening
        (at(12, 23, 17), at(12, 28, 8)),  # over Christmas
        (at(12, 4, 17), at(12, 7, 8)),  # Independence Day is a Sunday
        (at(12, 6, 12, year=2027), at(12, 7, 8, year=2027)),  # and a Monday the year after
        (at(10, 25, 3, 30), at(10, 26, 8)),  # in the hour that comes twice
    ],
)
def test_what_may_not_go_now_goes_when_the_hours_open(now: datetime, opens: datetime) -> None:
    assert USUAL.due(now, now) == opens


def test_the_readers_own_zone_counts() -> None:
    lisbon = Hours.parse("Europe/Lisbon 8-17")
    assert lisbon.opens(at(11, 24, 8)) == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert lisbon.opens(at(11, 24, 18)) == at(11, 24, 18)  # four in the afternoon there


def test_urgent_passes() -> None:
    assert USUAL.due(at(11, 28, 3), at(11, 28, 3), urgent=True) == at(11, 28, 3)


@pytest.mark.parametrize(
    ("now", "over", "due"),
    [
        (at(11, 24, 18), at(11, 25, 23), at(11, 25, 8)),  # there is time in the morning
        (at(11, 27, 18), at(11, 29, 23, 59), at(11, 27, 18)),  # closes on Sunday: no hour is left, at once
        (at(11, 27, 7), at(11, 27, 8), at(11, 27, 7)),  # closes when the hours open
    ],
)
def test_what_would_be_over_while_it_is_held_goes_before(
    now: datetime, over: datetime, due: datetime
) -> None:
    assert USUAL.due(now, now, over) == due


def test_what_is_meant_for_a_day_off_before_an_early_deadline_goes_in_the_last_sending_hour() -> None:
    meant, over = at(11, 30, 9), at(11, 30, 8, 30)
    assert USUAL.due(meant, at(11, 26, 12), over) == at(11, 27, 16)


@pytest.mark.parametrize("month", [3, 10])
def test_an_hour_of_the_clock_change_is_one_instant(month: int) -> None:
    day = date(2026, month, 29 if month == 3 else 25)
    three = USUAL.at(day, 3)
    assert USUAL.at(day, 2) <= three <= USUAL.at(day, 4)
    assert three.astimezone(HELSINKI).date() == day


def test_always_is_always() -> None:
    hours = Hours.parse("Europe/Helsinki always")
    night = at(12, 25, 3)
    assert hours.open_at(night)
    assert hours.due(night, night) == night


@pytest.mark.parametrize(
    "text",
    [
        "8-17", "Europe/Helsinki", "Europe/Helsinki 17-8", "Europe/Helsinki 8-25", "Mars/Base 8-17", "",
        "Europe/Helsinki 8-8", "Europe/Helsinki sometimes",
    ],
)  # fmt: skip
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time zone|sending hours"):
        Hours.parse(text)


def test_hours_are_written_with_their_zone_and_empty_ones_are_the_usual() -> None:
    assert written("Europe/Lisbon", "") == "Europe/Lisbon 8-17"
    assert Hours.parse(written("Europe/Lisbon", "7-20")) == Hours("Europe/Lisbon", 7, 20)
