"""The clock: moments as sources state them, days as zones have them, time as people say it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot import clock
from bot.clock import When

HELSINKI = timezone(timedelta(hours=2))


@pytest.fixture
def put_right() -> Iterator[None]:
    yield
    clock.set_clock(None)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2027-01-15", When(day=date(2027, 1, 15))),
        ("  2027-01-15\n", When(day=date(2027, 1, 15))),
        ("20270115", When(day=date(2027, 1, 15))),
        ("2028-02-29", When(day=date(2028, 2, 29))),
        (date(2027, 1, 15), When(day=date(2027, 1, 15))),
        ("2027-01-15T16:15:00+02:00", When(at=datetime(2027, 1, 15, 14, 15, tzinfo=UTC))),
        ("2027-01-15 16:15+02:00", When(at=datetime(2027, 1, 15, 14, 15, tzinfo=UTC))),
        ("2027-01-15T14:15:00Z", When(at=datetime(2027, 1, 15, 14, 15, tzinfo=UTC))),
        ("2026-12-31T22:00:00.000+00:00", When(at=datetime(2026, 12, 31, 22, tzinfo=UTC))),
        ("2027-01-01T00:30:00+02:00", When(at=datetime(2026, 12, 31, 22, 30, tzinfo=UTC))),
        (datetime(2027, 1, 15, 16, 15, tzinfo=HELSINKI), When(at=datetime(2027, 1, 15, 14, 15, tzinfo=UTC))),
        (When(day=date(2027, 1, 15)), When(day=date(2027, 1, 15))),
    ],
)
def test_a_moment_is_read_as_it_was_stated(value: object, moment: When) -> None:
    assert When.parse(value) == moment


@pytest.mark.parametrize(
    "value",
    ["2027-01-15T16:15", "2027-01-15T16:15:00", "2027-01-15 16:15", datetime(2027, 1, 15, 16, 15)],  # noqa: DTZ001
)
def test_a_time_without_a_zone_is_refused_and_told_why(value: object) -> None:
    with pytest.raises(ValueError, match=r"no zone: add \+02:00"):
        When.parse(value)


@pytest.mark.parametrize(
    "value",
    [
        "", "   ", "soon", "15.1.2027", "2027-1-5", "2027-01", "2027-02-29", "2027-13-01", "16:15",
        "2027-01-15T", "2027-01-15T25:00+02:00", "2027-01-15T16:15+25:00",
        "2027-01-15T16:15+02:00[Europe/Helsinki]", "0000-01-01", "10000-01-01",
        "2027-01-15\x00", "2027-01-1\ud800", "\u202e2027-01-15", "２０２７-01-15", "9" * 10_000,
        None, 20270115, 1.5, True, b"2027-01-15", ["2027-01-15"], {"day": "2027-01-15"},
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_an_example(value: object) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        When.parse(value)


@pytest.mark.parametrize(
    "text", ["2027-01-15", "2027-01-15T14:15:00+00:00", "2027-01-15T14:15:00.250000+00:00"]
)
def test_what_is_written_is_read_back(text: str) -> None:
    assert When.parse(text).isoformat() == text


@pytest.mark.parametrize(
    ("day", "zone", "begins", "ends"),
    [
        ("2027-01-15", "Europe/Helsinki", "2027-01-14T22:00", "2027-01-15T22:00"),
        ("2026-07-15", "Europe/Helsinki", "2026-07-14T21:00", "2026-07-15T21:00"),
        ("2027-03-28", "Europe/Helsinki", "2027-03-27T22:00", "2027-03-28T21:00"),  # 23 hours
        ("2026-10-25", "Europe/Helsinki", "2026-10-24T21:00", "2026-10-25T22:00"),  # 25 hours
        ("2026-12-31", "Europe/Stockholm", "2026-12-30T23:00", "2026-12-31T23:00"),
        ("2027-01-15", "America/New_York", "2027-01-15T05:00", "2027-01-16T05:00"),
        ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00", "2026-04-24T21:00"),  # has no midnight
    ],
)
def test_a_day_lasts_from_midnight_to_midnight_in_its_zone(
    day: str, zone: str, begins: str, ends: str
) -> None:
    when = When.parse(day)
    assert when.begins(zone) == datetime.fromisoformat(f"{begins}+00:00")
    assert when.ends(zone) == datetime.fromisoformat(f"{ends}+00:00")


def test_a_day_is_finnish_unless_told_otherwise() -> None:
    when = When.parse("2027-01-15")
    assert (when.begins(), when.ends()) == (when.begins("Europe/Helsinki"), when.ends("Europe/Helsinki"))


def test_an_instant_begins_and_ends_at_once_in_any_zone() -> None:
    when = When.parse("2027-01-15T16:15:00+02:00")
    assert when.begins("America/New_York") == when.ends() == datetime(2027, 1, 15, 14, 15, tzinfo=UTC)


def test_a_moment_is_either_an_instant_or_a_day() -> None:
    for at, day in ((None, None), (datetime(2027, 1, 15, tzinfo=UTC), date(2027, 1, 15))):
        with pytest.raises(ValueError, match="instant or a day"):
            When(at=at, day=day)


@pytest.mark.parametrize(
    "text", ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31", "9999-12-31T23:59:59Z"]
)
def test_a_year_no_calendar_shows_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"between the years|out of range"):
        When.parse(text)


def test_times_without_a_zone_are_refused_wherever_they_come_in() -> None:
    naive = datetime(2027, 1, 15, 16, 15)  # noqa: DTZ001
    for take in (lambda: When(at=naive), lambda: When.parse(naive), lambda: clock.set_clock(naive)):
        with pytest.raises(ValueError, match="zone"):
            take()


@pytest.mark.parametrize(
    ("text", "language", "zone", "said"),
    [
        ("2027-01-15", "fi", "Europe/Helsinki", "15. tammikuuta 2027"),
        ("2027-01-15", "sv", "Europe/Helsinki", "15 januari 2027"),
        ("2027-01-15", "en", "Europe/Helsinki", "15 January 2027"),
        ("2027-01-15", "en", "America/New_York", "15 January 2027"),
        ("2027-01-15T14:15Z", "fi", "Europe/Helsinki", "15. tammikuuta 2027 klo 16.15 (Suomen aikaa)"),
        ("2027-01-15T14:15Z", "sv", "Europe/Helsinki", "15 januari 2027 kl. 16.15 (finsk tid)"),
        ("2027-01-15T14:15Z", "en", "Europe/Helsinki", "15 January 2027 at 16:15 (Finnish time)"),
        ("2026-07-15T06:05Z", "fi", "Europe/Helsinki", "15. heinäkuuta 2026 klo 9.05 (Suomen aikaa)"),
        ("2026-07-15T06:05Z", "en", "Europe/Helsinki", "15 July 2026 at 09:05 (Finnish time)"),
        ("2026-12-31T22:00Z", "sv", "Europe/Helsinki", "1 januari 2027 kl. 0.00 (finsk tid)"),
        ("2027-01-15T14:15Z", "sv", "Europe/Stockholm",
         "15 januari 2027 kl. 15.15 (centraleuropeisk normaltid)"),
        ("2026-07-15T14:15Z", "en", "Europe/Stockholm",
         "15 July 2026 at 16:15 (Central European Summer Time)"),
        ("2027-01-15T14:15Z", "fi", "Europe/Stockholm",
         "15. tammikuuta 2027 klo 15.15 (Keski-Euroopan normaaliaika)"),
        ("2027-01-15T02:15Z", "en", "America/New_York", "14 January 2027 at 21:15 (Eastern Standard Time)"),
    ],
)  # fmt: skip
def test_a_moment_is_said_as_the_reader_says_it(text: str, language: str, zone: str, said: str) -> None:
    assert When.parse(text).spoken(language, zone) == said


@pytest.mark.parametrize("name", ["Europe/Helsinki", "Europe/Stockholm", "UTC", "America/Argentina/Ushuaia"])
def test_a_zone_has_its_iana_name(name: str) -> None:
    assert clock.zone(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Base",
        "Europe",
        "../../etc/passwd",
        "/etc/localtime",
        "EET+2",
        "Europe/Hels\x00inki",
        "\ud800",
    ],
)
def test_what_is_no_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone"):
        clock.zone(name)


@pytest.mark.usefixtures("put_right")
@pytest.mark.parametrize("start", ["2031-05-06T09:00:00+03:00", "2019-05-06T06:00:00+00:00"])
def test_the_clock_starts_where_it_is_set_and_runs_on(start: str) -> None:
    clock.set_clock(datetime.fromisoformat(start))
    first, second = clock.now(), clock.now()
    assert first.utcoffset() == timedelta(0)
    assert timedelta(0) <= first - datetime.fromisoformat(start) < timedelta(seconds=5)
    assert first <= second
    assert clock.shifted()


@pytest.mark.usefixtures("put_right")
def test_real_time_stays_real_and_the_clock_can_be_put_right() -> None:
    clock.set_clock(datetime(2031, 5, 6, 6, tzinfo=UTC))
    assert clock.now() - clock.real_now() > timedelta(days=365)
    clock.set_clock(None)
    assert not clock.shifted()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.usefixtures("put_right")
def test_durations_do_not_jump_with_the_clock() -> None:
    before = clock.monotonic()
    clock.set_clock(datetime(2031, 5, 6, 6, tzinfo=UTC))
    assert 0 <= clock.monotonic() - before < 5
