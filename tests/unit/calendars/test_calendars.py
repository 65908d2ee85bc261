"""Calendars as other programs read them: with vobject, and with recurring-ical-events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
import vobject
from icalendar import Calendar, Timezone

from bot.calendars import Entry, attachment, calendar, moments
from bot.calendars.zones import timezone
from bot.contracts import Details, Language
from bot.network import Network
from tests.conftest import NOON
from tests.factories import details

HELSINKI = ZoneInfo("Europe/Helsinki")
HOSTILE = 'Haku\r\nEND:VEVENT\r\nBEGIN:VALARM;X="a,b"\\n\x00\x0b\u2028\ud800 <b>𝔄ä' + "ö" * 300


def entry(item_id: int = 12, revision: int = 1, withdrawn: bool = False, **more: Any) -> Entry:
    return Entry(item_id, revision, details(**more), NOON, withdrawn)


def text(network: Network, *entries: Entry, language: Language = "fi", zone: str = "Europe/Helsinki") -> str:
    return calendar(entries, "Tampere", language, network, zone).decode()


def read(source: str) -> dict[str, Any]:
    """The events of a calendar by UID, as vobject reads them."""
    found = vobject.readOne(source)
    return {each.uid.value: each for each in getattr(found, "vevent_list", [])}


def test_a_deadline_is_read_back_by_two_other_libraries(network: Network) -> None:
    source = text(network, entry())
    (event,) = read(source).values()
    assert event.uid.value == "12-closes@innokaupungit.fi"
    assert event.dtstart.value == datetime(2027, 1, 15, 16, 15, tzinfo=HELSINKI)
    assert event.summary.value == "Sulkeutuu: Haku"
    assert (event.sequence.value, event.status.value, event.transp.value) == ("0", "CONFIRMED", "TRANSPARENT")
    assert not hasattr(event, "valarm")
    (found,) = recurring_ical_events.of(Calendar.from_ical(source)).at(date(2027, 1, 15))
    assert found["DTSTART"].dt == datetime(2027, 1, 15, 14, 15, tzinfo=UTC)


def test_a_moved_deadline_moves(network: Network) -> None:
    before = read(text(network, entry()))
    after = read(text(network, entry(revision=3, closes_at="2027-01-29T16:15:00+02:00")))
    assert before.keys() == after.keys()
    (event,) = after.values()
    assert event.dtstart.value.day == 29
    assert int(event.sequence.value) == 2


def test_a_withdrawn_item_is_cancelled(network: Network) -> None:
    (event,) = read(text(network, entry(revision=2, withdrawn=True))).values()
    assert (event.status.value, event.sequence.value) == ("CANCELLED", "1")


def test_every_moment_of_a_call_is_an_entry_of_its_own(network: Network) -> None:
    call = entry(
        opens_at="2026-12-01", briefing_at="2026-12-03T09:00:00+02:00", second_stage_at="2027-06-15",
        cutoffs=("2026-12-15T12:00:00+02:00", "2027-01-15T16:15:00+02:00"),
    )  # fmt: skip
    found = read(text(network, call, language="en"))
    assert [(uid.partition("@")[0], event.summary.value) for uid, event in found.items()] == [
        ("12-opens", "Opens: Call"),
        ("12-briefing", "Briefing: Call"),
        ("12-cutoff-1", "Cut-off: Call"),
        ("12-closes", "Closes: Call"),
        ("12-stage-2", "Second stage closes: Call"),
    ]


def test_a_bare_date_is_a_whole_day_and_needs_no_zone(network: Network) -> None:
    source = text(network, entry(closes_at="2027-01-15"))
    (event,) = read(source).values()
    assert (event.dtstart.value, event.dtend.value) == (date(2027, 1, 15), date(2027, 1, 16))
    assert "VTIMEZONE" not in source


@pytest.mark.parametrize(
    ("starts", "ends", "first", "last"),
    [
        ("2026-12-03", None, date(2026, 12, 3), date(2026, 12, 4)),
        ("2026-12-03", "2026-12-04", date(2026, 12, 3), date(2026, 12, 5)),
        ("2026-12-03", "2026-12-04T16:00:00+02:00", date(2026, 12, 3), date(2026, 12, 5)),
        ("2026-12-03", "2026-12-01", date(2026, 12, 3), date(2026, 12, 4)),
        ("2026-12-03T09:00:00+02:00", None, datetime(2026, 12, 3, 7, tzinfo=UTC), None),
        (
            "2026-12-03T09:00:00+02:00",
            "2026-12-03T08:00:00+02:00",
            datetime(2026, 12, 3, 7, tzinfo=UTC),
            None,
        ),
        (
            "2026-12-03T09:00:00+02:00",
            "2026-12-03T11:30:00+02:00",
            datetime(2026, 12, 3, 7, tzinfo=UTC),
            datetime(2026, 12, 3, 9, 30, tzinfo=UTC),
        ),
    ],
)
def test_an_event_lasts_as_its_source_says(
    network: Network, starts: str, ends: str | None, first: object, last: object
) -> None:
    meeting = entry(
        kind="event", closes_at=None, starts_at=starts, ends_at=ends, location="Tampere-talo, sali 2"
    )
    (event,) = read(text(network, meeting)).values()
    assert event.dtstart.value == first
    assert (event.dtend.value if hasattr(event, "dtend") else None) == last
    assert event.location.value == "Tampere-talo, sali 2"
    assert event.summary.value == "Haku"
    assert event.transp.value == "OPAQUE"


def test_hostile_words_stay_words(network: Network) -> None:
    hostile = Details.model_construct(**{**dict(details()), "title": {"fi": HOSTILE}, "fund": HOSTILE})
    source = calendar([Entry(1, 1, hostile, NOON)], HOSTILE, "fi", network)
    lines = source.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    assert source.count(b"\r\nBEGIN:VEVENT\r\n") == source.count(b"\r\nEND:VEVENT\r\n") == 1
    assert b"\r\nBEGIN:VALARM" not in source
    (event,) = read(source.decode()).values()
    assert event.summary.value.startswith('Sulkeutuu: Haku END:VEVENT BEGIN:VALARM;X="a,b"\\n <b>𝔄ä')


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://example.org/\r\nX-EVIL:1", None])
def test_an_address_that_is_none_is_left_out(network: Network, url: str | None) -> None:
    source = text(network, entry(url=url))
    assert len(read(source)) == 1
    assert "\r\nX-EVIL" not in source
    assert url is None or "javascript" not in source


def test_a_calendar_says_its_name_and_when_to_ask_again(network: Network) -> None:
    source = text(network)
    assert "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in source
    assert "\r\nX-PUBLISHED-TTL:PT6H\r\n" in source
    assert "\r\nX-WR-CALNAME:Tampere\r\n" in source
    assert source.count("BEGIN:") == 1


@pytest.mark.parametrize("name", ["Europe/Helsinki", "Europe/Lisbon", "America/New_York", "Asia/Kolkata"])
def test_the_zone_is_that_of_the_machine_at_every_hour(name: str) -> None:
    made = Timezone.from_ical(timezone(name, 2026, 2028).to_ical())
    there, told = ZoneInfo(name), made.to_tz(lookup_tzid=False)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at < datetime(2028, 12, 31, tzinfo=UTC):
        local = at.astimezone(there)
        plain = local.replace(tzinfo=None)
        if local.fold == 0 and plain == (at + timedelta(hours=1)).astimezone(there).replace(tzinfo=None):
            at += timedelta(hours=2)  # an hour that comes twice
            continue
        assert plain.replace(tzinfo=told).utcoffset() == local.utcoffset(), local
        at += timedelta(hours=7)


def test_a_time_far_away_is_written_in_utc(network: Network) -> None:
    source = text(network, entry(closes_at="2900-01-15T16:15:00+02:00"))
    assert "DTSTART:29000115T141500Z" in source
    assert "VTIMEZONE" not in source


def test_a_mail_gets_the_same_entries_as_a_file(network: Network) -> None:
    file = attachment(12, 2, details(), "sv", network, changed_at=NOON)
    assert file
    assert (file.name, file.media_type) == ("silta-12.ics", "text/calendar; charset=utf-8; method=PUBLISH")
    assert "\r\nMETHOD:PUBLISH\r\n" in file.text
    assert read(file.text).keys() == read(text(network, entry())).keys()
    assert attachment(12, 2, details(closes_at=None), "sv", network, changed_at=NOON) is None


def test_what_says_the_same_is_said_once() -> None:
    closing = "2027-01-15T16:15:00+02:00"
    same = details(cutoffs=("2027-01-15", closing, closing), second_stage_at=closing)
    assert [each.key for each in moments(same)] == ["closes"]
    two = details(cutoffs=("2027-01-15T12:00:00+02:00",))
    assert [each.key for each in moments(two)] == ["cutoff-1", "closes"]
    assert moments(details(closes_at=None)) == ()
