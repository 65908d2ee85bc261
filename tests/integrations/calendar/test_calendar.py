"""Calendars of others: what becomes of their events, and what no calendar may do to us."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from pydantic import ValidationError

from bot.clock import When
from bot.contracts import Defaults, Details, Fetched, SourceFault, Surroundings
from integrations.calendar import INTEGRATION
from integrations.calendar.source import CalendarOptions, CalendarSource
from tests.conftest import FrozenClock
from tests.fakes.feeds import FakeFeeds

HELSINKI = "DTSTART;TZID=Europe/Helsinki:"
Ask = Callable[..., Fetched]


def event(*lines: str, uid: str = "clinic@a.example", title: str = "Rahoitusklinikka") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT", ""])


def calendar(*events: str, head: str = "") -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b//EN\r\n{head}{''.join(events)}END:VCALENDAR\r\n"


SOUND = event(f"{HELSINKI}20261201T100000", "DTEND;TZID=Europe/Helsinki:20261201T113000")


@pytest.fixture
def ask(feeds: FakeFeeds, frozen: FrozenClock) -> Ask:
    """Serve a calendar and poll it with a cursor."""

    def asked(document: str | bytes, since: Mapping[str, object] | None = None, **options: object) -> Fetched:
        feeds.serve("/a.ics", document, "text/calendar")
        surroundings = Surroundings(
            "calendar", Defaults(cities=("tampere",)), "", frozenset({feeds.place}),
            cities={"tampere": ["Tampere"], "turku": ["Turku", "Åbo"]},
        )  # fmt: skip
        stated = CalendarOptions.model_validate({"url": feeds.url("/a.ics"), **options})
        return CalendarSource(stated, surroundings).fetch(since or {})

    return asked


def said(fetched: Fetched) -> dict[str, Details | None]:
    return {report.external_id: report.details for report in fetched.reports}


def times(fetched: Fetched) -> list[str]:
    return [
        details.starts_at.isoformat() for details in said(fetched).values() if details and details.starts_at
    ]


def test_an_event_is_told_with_all_that_it_says(ask: Ask) -> None:
    lines = (
        f"{HELSINKI}20261201T100000", "DURATION:PT1H30M", "DESCRIPTION:Tervetuloa\\, kaikki!\\n<b>Huom</b>",
        "LOCATION:Teams", "URL:https://a.example/1", "CATEGORIES:Åbo,Muu", "ATTENDEE:mailto:bob@a.example",
    )  # fmt: skip
    details = said(ask(calendar(event(*lines))))["clinic@a.example"]

    assert details == Details(
        kind="event",
        title={"fi": "Rahoitusklinikka"},
        body={"fi": "Tervetuloa, kaikki!\n**Huom**"},
        url="https://a.example/1",
        cities=("turku",),
        visibility="public",
        starts_at=When.parse("2026-12-01T10:00+02:00"),
        ends_at=When.parse("2026-12-01T11:30+02:00"),
        location="Teams",
    )


@pytest.mark.parametrize(
    ("lines", "starts", "ends"),
    [
        (["DTSTART:20261201T080000Z"], "2026-12-01T08:00:00+00:00", None),
        (["DTSTART:20261201T100000"], "2026-12-01T08:00:00+00:00", None),
        (["DTSTART;TZID=FLE Standard Time:20261201T100000"], "2026-12-01T08:00:00+00:00", None),
        (["DTSTART;TZID=Oma aika:20261201T100000"], "2026-12-01T05:00:00+00:00", None),
        (["DTSTART;VALUE=DATE:20261201"], "2026-12-01", None),
        (["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261202"], "2026-12-01", None),
        (["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261204"], "2026-12-01", "2026-12-03"),
        (["DTSTART;VALUE=DATE:20261120", "DTEND;VALUE=DATE:20261205"], "2026-11-20", "2026-12-04"),
    ],
)
def test_zones_and_whole_days(ask: Ask, lines: list[str], starts: str, ends: str | None) -> None:
    own = (
        "BEGIN:VTIMEZONE\r\nTZID:Oma aika\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0500\r\n"
        "TZOFFSETTO:+0500\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    (details,) = said(ask(calendar(event(*lines), head=own))).values()
    assert details is not None
    assert details.starts_at == When.parse(starts)
    assert details.ends_at == (When.parse(ends) if ends else None)


def test_times_without_a_zone_are_of_the_calendars_own(ask: Ask) -> None:
    fetched = ask(calendar(event("DTSTART:20261201T100000"), head="X-WR-TIMEZONE:Europe/Stockholm\r\n"))
    assert times(fetched) == ["2026-12-01T09:00:00+00:00"]


def test_a_series_is_told_occurrence_by_occurrence_over_summer_time_with_its_exceptions(ask: Ask) -> None:
    series = event(
        f"{HELSINKI}20261001T090000",
        "RRULE:FREQ=MONTHLY;COUNT=8",
        "EXDATE;TZID=Europe/Helsinki:20270101T090000",
    )
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Helsinki:20270201T090000", f"{HELSINKI}20270202T120000", title="Siirtyi"
    )
    fetched = ask(calendar(series, moved))

    assert {
        key.partition("#")[2]: details.starts_at for key, details in said(fetched).items() if details
    } == {
        "20261201T070000Z": When.parse("2026-12-01T09:00+02:00"),
        "20270201T070000Z": When.parse("2027-02-02T12:00+02:00"),
        "20270301T070000Z": When.parse("2027-03-01T09:00+02:00"),
        "20270401T060000Z": When.parse("2027-04-01T09:00+03:00"),
        "20270501T060000Z": When.parse("2027-05-01T09:00+03:00"),
    }


def test_cancelled_and_vanished_events_are_withdrawn_once_and_those_that_are_over_stay(
    ask: Ask, frozen: FrozenClock
) -> None:
    weekly = event(f"{HELSINKI}20261125T090000", "RRULE:FREQ=WEEKLY;COUNT=4", uid="w")
    other = event(f"{HELSINKI}20261126T090000", uid="other")
    first = ask(calendar(SOUND, weekly, other))
    assert len(first.reports) == 6

    frozen.advance(days=3)
    off = event("RECURRENCE-ID;TZID=Europe/Helsinki:20261202T090000", f"{HELSINKI}20261202T090000",
                "STATUS:CANCELLED", uid="w")  # fmt: skip
    second = ask(calendar(weekly, off), first.cursor)
    assert {key for key, details in said(second).items() if details is None} == {
        "clinic@a.example", "w#20261202T070000Z",
    }  # fmt: skip
    third = ask(calendar(weekly, off, " \r\n"), second.cursor)
    assert None not in said(third).values()


def test_a_calendar_that_was_not_read_whole_withdraws_nothing(ask: Ask) -> None:
    first = ask(calendar(SOUND, event(f"{HELSINKI}20261202T100000", uid="b")))
    second = ask(calendar(SOUND, event("DTSTART:nonsense", uid="b", title="Rikki")), first.cursor)

    assert list(said(second)) == ["clinic@a.example"]
    assert "'Rikki' was left out" in second.faults[0]
    third = ask(calendar(SOUND), second.cursor)
    assert said(third)["b"] is None


def test_an_empty_calendar_is_a_fault_when_there_was_something_to_come(ask: Ask, frozen: FrozenClock) -> None:
    assert ask(calendar()).reports == []
    first = ask(calendar(SOUND))
    with pytest.raises(SourceFault, match="had 1 events") as told:
        ask(calendar(), first.cursor)
    assert told.value.kind == "empty"
    frozen.advance(days=30)
    assert ask(calendar(), first.cursor).reports == []


def test_many_that_vanish_at_once_are_withdrawn_only_if_they_stay_away(ask: Ask) -> None:
    eight = [event(f"{HELSINKI}202612{10 + number}T100000", uid=f"e{number}") for number in range(8)]
    first = ask(calendar(*eight))
    few = calendar(*eight[:3])
    second = ask(few, first.cursor)
    assert (len(second.reports), None in said(second).values()) == (3, False)
    assert "5 of 8 events ahead are not there" in second.faults[0]
    back = ask(calendar(*eight), second.cursor)
    assert (len(back.reports), back.faults) == (8, [])
    assert None not in said(ask(few, back.cursor)).values()

    third = ask(few, second.cursor)
    assert {key for key, details in said(third).items() if details is None} == {f"e{n}" for n in range(3, 8)}
    assert third.faults == []
    assert ask(few, third.cursor).unchanged


def test_an_older_copy_of_an_event_changes_nothing(ask: Ask) -> None:
    newer = event(f"{HELSINKI}20261203T100000", "SEQUENCE:3")
    first = ask(calendar(SOUND, newer, SOUND))
    assert times(first) == ["2026-12-03T08:00:00+00:00"]
    assert ask(calendar(SOUND), first.cursor).reports == []


def test_a_calendar_that_cancels_withdraws_its_events(ask: Ask) -> None:
    first = ask(calendar(SOUND))
    second = ask(calendar(SOUND, head="METHOD:CANCEL\r\n"), first.cursor)
    assert said(second) == {"clinic@a.example": None}


def test_the_same_calendar_is_unchanged_until_a_new_day_brings_new_occurrences(
    ask: Ask, frozen: FrozenClock
) -> None:
    daily = calendar(event(f"{HELSINKI}20261120T090000", "RRULE:FREQ=DAILY;INTERVAL=10"))
    first = ask(daily)
    assert ask(daily, first.cursor).unchanged
    frozen.advance(days=10)
    later = ask(daily, first.cursor)
    assert set(said(later)) - set(said(first))
    assert None not in said(later).values()


def test_only_what_the_days_bring_into_sight_of_a_series_is_quiet(ask: Ask, frozen: FrozenClock) -> None:
    series = [
        event(f"{HELSINKI}20261126T100000", f"RRULE:FREQ={often}", uid=often) for often in ("WEEKLY", "DAILY")
    ]
    first = ask(calendar(*series))
    assert not any(report.quiet for report in first.reports)
    seen = {report.external_id for report in first.reports}
    cursor = first.cursor
    for _ in range(8):
        frozen.advance(days=1)
        fetched = ask(calendar(*series), cursor)
        cursor = fetched.cursor
        fresh = [report for report in fetched.reports if report.external_id not in seen]
        assert all(report.quiet for report in fresh)
        seen |= {report.external_id for report in fresh}
    assert len(seen) > len(first.reports) + 5

    often = series[0].replace("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=TH,FR")
    changed = {report.external_id: report for report in ask(calendar(often, series[1]), cursor).reports}
    assert not changed["WEEKLY#20261204T080000Z"].quiet


def test_ten_thousand_recurrences_are_told_as_far_as_anyone_looks(ask: Ask) -> None:
    daily = event("DTSTART:20200101T100000Z", "RRULE:FREQ=DAILY;COUNT=10000", uid="daily")
    first = ask(calendar(daily, SOUND))
    assert len(first.reports) == 201
    assert "recurs often" in first.faults[0]
    assert times(first)[0] == "2026-11-24T10:00:00+00:00"
    assert said(ask(calendar(daily), first.cursor))["clinic@a.example"] is None


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=0", "FREQ=HOURLY", "FREQ=WEEKLY;INTERVAL=0", "FREQ=NEVER", "",
        "\r\nRRULE:".join(f"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYHOUR={hour}" for hour in range(6)),
        "FREQ=DAILY;BYHOUR=0,1,2,3,4;BYMINUTE=0,1,2,3,4,5", "FREQ=DAILY;UNTIL=yesterday", "X" * 5_000,
    ],
)  # fmt: skip
def test_a_rule_that_nobody_means_costs_only_its_own_event(ask: Ask, rule: str) -> None:
    fetched = ask(
        calendar(event("DTSTART:20200101T100000Z", f"RRULE:{rule}", uid="evil", title="Paha"), SOUND)
    )
    assert "clinic@a.example" in said(fetched)
    assert len(fetched.reports) <= 201
    assert any("'Paha'" in fault for fault in fetched.faults)


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:00010101T000000Z", "RRULE:FREQ=DAILY"],
        ["DTSTART:20261201T100000Z", "DTEND:20261101T100000Z"],
        ["DTSTART:20261201T100000Z", "DURATION:PT"],
        ["DTSTART:99991231T235959Z"],
        ["X-ODD"],
        ["DTSTART:20261232T100000Z"],
        ["DTSTART;VALUE=DATE:20261201", "DTEND:20261202T100000Z"],
        ["DTSTART:20261201T100000Z", "SEQUENCE:many", "RDATE:x", "DTSTAMP:y"],
        ["DTSTART:20261201T100000Z", "BEGIN:VALARM", "END:VALARM", "SUMMARY:two"],
    ],
)
def test_a_broken_event_costs_no_other(ask: Ask, lines: list[str]) -> None:
    assert "clinic@a.example" in said(ask(calendar(event(*lines, uid="evil"), SOUND)))


def test_an_unknown_zone_is_named(ask: Ask) -> None:
    fetched = ask(calendar(event("DTSTART;TZID=Mars/Olympus:20261201T100000")))
    assert "'Mars/Olympus'" in fetched.faults[0]
    assert times(fetched) == ["2026-12-01T08:00:00+00:00"]


def test_private_events_and_those_without_the_words_are_not_told(ask: Ask) -> None:
    secret = event(f"{HELSINKI}20261201T100000", "CLASS:PRIVATE", uid="secret")
    dentist = event(f"{HELSINKI}20261201T100000", uid="d", title="Hammaslääkäri")
    assert set(said(ask(calendar(SOUND, secret, dentist), include="RAHOITUS, seminaari"))) == {
        "clinic@a.example"
    }


@pytest.mark.parametrize(
    "document",
    [
        "", "<html>log in</html>", '{"a": 1}', calendar(SOUND)[:-20],
        b"\xff\xfe\x00", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR",
    ],
)  # fmt: skip
def test_what_is_no_calendar_is_a_fault(ask: Ask, document: str | bytes) -> None:
    with pytest.raises(SourceFault, match="calendar") as told:
        ask(document)
    assert told.value.kind in {"not_content", "structure"}


@pytest.mark.parametrize(
    "document",
    [
        "\ufeff" + calendar(SOUND),
        calendar(SOUND).replace("\r\n", "\n"),
        calendar(SOUND.replace("Rahoitus", "Räätälöinti")).encode("cp1252"),
        calendar(SOUND) + calendar(event("DTSTART:20261202T100000Z", uid="b")),
        calendar(SOUND.replace("Rahoitusklinikka", "Rahoitus\r\n klinikka")),
    ],
    ids=["byte order mark", "bare line feeds", "Windows-1252", "two calendars", "folded"],
)
def test_calendars_of_odd_make_are_read(ask: Ask, document: str | bytes) -> None:
    fetched = ask(document)
    assert "clinic@a.example" in said(fetched)
    assert fetched.faults == []


def test_options_are_checked() -> None:
    options = INTEGRATION.options.model_validate({"url": "webcal://a.example/x.ics", "include": "a1,b2"})
    assert options.model_dump(mode="json")["url"] == "https://a.example/x.ics"
    for wrong in (
        {},
        {"url": "ftp://a.example/"},
        {"url": "https://alice:pw@a.example/"},
        {"url": "https://a", "x": 1},
    ):
        with pytest.raises(ValidationError):
            CalendarOptions.model_validate(wrong)
