"""When a digest is due: working days, the reader's hour and zone, the hour of the clock change."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.contracts import Rhythm
from bot.planning.digest_times import Usual, next_digest

HELSINKI = "Europe/Helsinki"


def local(text: str, zone: str = HELSINKI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def said(at: datetime | None, zone: str = HELSINKI) -> str:
    assert at is not None
    return at.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


def following(rhythm: Rhythm, after: str, zone: str = HELSINKI, **chosen: int) -> str:
    day, hour = chosen.get("day"), chosen.get("hour")
    return said(next_digest(rhythm, day, hour, zone, local(after, zone)), zone)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-11-24 07:59", "Tue 2026-11-24 08:00"),
        ("2026-11-24 08:00", "Wed 2026-11-25 08:00"),
        ("2026-11-27 09:00", "Mon 2026-11-30 08:00"),
        ("2026-12-23 08:00", "Mon 2026-12-28 08:00"),
        ("2027-06-24 08:00", "Mon 2027-06-28 08:00"),
    ],
    ids=["this morning", "tomorrow", "over the weekend", "over Christmas", "over Midsummer"],
)
def test_a_daily_digest_comes_on_working_days_at_eight(after: str, due: str) -> None:
    assert following("daily", after) == due


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-11-24 12:00", "Fri 2026-11-27 08:00"),
        ("2026-11-27 08:00", "Fri 2026-12-04 08:00"),
        ("2027-03-20 12:00", "Thu 2027-03-25 08:00"),
        ("2027-03-25 08:00", "Fri 2027-04-02 08:00"),
        ("2026-12-21 12:00", "Wed 2026-12-23 08:00"),
        ("2026-12-23 08:00", "Thu 2026-12-31 08:00"),
    ],
    ids=["Friday", "next Friday", "before Good Friday", "after it", "before Christmas", "before New Year"],
)
def test_a_weekly_digest_comes_on_friday_or_the_working_day_before(after: str, due: str) -> None:
    assert following("weekly", after) == due


def test_a_reader_chooses_day_and_hour() -> None:
    assert following("weekly", "2026-11-24 12:00", day=0, hour=15) == "Mon 2026-11-30 15:00"
    assert following("daily", "2026-11-24 12:00", hour=0) == "Wed 2026-11-25 00:00"


def test_the_network_chooses_day_and_hour_for_those_who_chose_none() -> None:
    usual = Usual(day=2, hour=10)
    at = next_digest("weekly", None, None, HELSINKI, local("2026-11-24 12:00"), usual)
    assert said(at) == "Wed 2026-11-25 10:00"
    own = next_digest("weekly", 3, 9, HELSINKI, local("2026-11-24 12:00"), usual)
    assert said(own) == "Thu 2026-11-26 09:00"


def test_eight_in_lisbon_is_ten_in_helsinki() -> None:
    at = next_digest("weekly", None, None, "Europe/Lisbon", local("2026-11-24 12:00"))
    assert said(at) == "Fri 2026-11-27 10:00"


def test_whoever_hears_at_once_or_never_has_no_digest() -> None:
    assert next_digest("now", None, None, HELSINKI, local("2026-11-24 12:00")) is None
    assert next_digest("off", None, None, HELSINKI, local("2026-11-24 12:00")) is None


def test_an_hour_that_the_clock_change_skips_comes_with_the_next_one_and_once() -> None:
    # Cairo's clocks go forward at the midnight before a Friday.
    cairo = "Africa/Cairo"
    at = next_digest("weekly", 4, 0, cairo, local("2027-04-28 12:00", cairo))
    assert said(at, cairo) == "Fri 2027-04-30 01:00"
    assert at is not None
    assert said(next_digest("weekly", 4, 0, cairo, at), cairo) == "Fri 2027-05-07 00:00"


def test_an_hour_that_the_clock_change_doubles_comes_once() -> None:
    # They go back at the midnight after a Thursday, so that 23 o'clock comes twice.
    cairo = "Africa/Cairo"
    at = next_digest("daily", None, 23, cairo, local("2026-10-29 12:00", cairo))
    assert at == datetime(2026, 10, 29, 20, tzinfo=UTC)
    assert next_digest("daily", None, 23, cairo, at) == datetime(2026, 10, 30, 21, tzinfo=UTC)


@pytest.mark.parametrize("rhythm", ["daily", "weekly"])
def test_walked_over_two_years_every_slot_comes_once_on_a_working_day(rhythm: Rhythm) -> None:
    at, found = local("2026-01-01 00:00"), []
    while at < local("2028-01-01 00:00"):
        following_one = next_digest(rhythm, None, None, HELSINKI, at)
        assert following_one is not None
        assert following_one > at
        at = following_one
        found.append(at.astimezone(ZoneInfo(HELSINKI)))
    assert {each.hour for each in found} == {8}
    assert len({each.date() for each in found}) == len(found)
    assert all(each.weekday() < 5 for each in found)
    if rhythm == "weekly":
        assert len({each.isocalendar()[:2] for each in found}) == len(found)
        assert len(found) == 106, "105 Fridays, and the first one after"
