"""Reminders: the days they fall on, whom they reach, and what a change does to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Report
from bot.intake.accept import Rights
from bot.network import Network
from bot.people.conversations import add_conversation
from bot.people.ways import settle_ways
from bot.planning.reminder_rows import rungs
from bot.planning.reminders import fire_due
from bot.store.answers import AnswerRow, Mute
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.deliveries import Delivery, MessageRow
from bot.store.plans import Reminder
from tests.conftest import FrozenClock
from tests.factories import ZONE, deliveries, details, person, plan, tell

HELSINKI = ZoneInfo("Europe/Helsinki")


def fire(database: Database, network: Network) -> None:
    """Fire all that is due, and plan it."""
    while database.write(lambda session: fire_due(session, network, ZONE)):
        pass
    plan(database, network)


def go_to(frozen: FrozenClock, day: date, hour: int = 9) -> None:
    frozen.instant = datetime(day.year, day.month, day.day, hour, tzinfo=HELSINKI).astimezone(UTC)


def reminded(database: Database) -> list[Delivery]:
    return [row for row in deliveries(database) if row.purpose == "reminder"]


def fire_days(closes_at: str) -> dict[date, tuple[int, ...]]:
    return {
        rung.fire_on: rung.steps
        for rung in rungs(details(closes_at=closes_at), ZONE)
        if set(rung.steps) & {30, 14, 7, 2, 0}
    }


@pytest.mark.parametrize(
    ("closes_at", "days"),
    [
        # A Friday: the 30th day before is a Wednesday, all others are working days.
        ("2027-01-15T16:15:00+02:00", ["2026-12-16", "2026-12-31", "2027-01-08", "2027-01-13", "2027-01-15"]),
        # A Sunday, date only: the last day's and the second day's both come on Friday, once.
        ("2027-01-17", ["2026-12-18", "2026-12-31", "2027-01-08", "2027-01-15"]),
        # The second day before falls on Independence Day, the seventh on a Tuesday.
        ("2027-12-08", ["2027-11-08", "2027-11-24", "2027-12-01", "2027-12-03", "2027-12-08"]),
        # Midsummer: Friday is its eve, so Thursday.
        ("2027-06-27", ["2027-05-28", "2027-06-11", "2027-06-18", "2027-06-24"]),
        # May Day 2027 is a Saturday.
        ("2027-05-03", ["2027-04-02", "2027-04-19", "2027-04-26", "2027-04-30", "2027-05-03"]),
    ],
)
def test_a_ladder_falls_on_working_days_before(closes_at: str, days: list[str]) -> None:
    assert sorted(day.isoformat() for day in fire_days(closes_at)) == days


def test_nobody_is_reminded_of_the_last_day_after_the_deadline() -> None:
    early = fire_days("2027-01-15T08:00:00+02:00")
    assert max(early) == date(2027, 1, 14)
    assert 0 in early[date(2027, 1, 14)]


def test_a_reminder_is_due_at_nine_in_each_readers_zone(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session, "Alice")
        person(session, "Bob", timezone="Europe/Lisbon")
    tell(database, details())
    plan(database, network)
    go_to(frozen, date(2027, 1, 8), 0)
    fire(database, network)
    assert [row.due_at for row in reminded(database)] == [
        datetime(2027, 1, 8, 7, tzinfo=UTC),
        datetime(2027, 1, 8, 9, tzinfo=UTC),
    ]


def test_each_reader_is_reminded_on_the_days_of_their_own_ladder(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session, "Alice")
        person(session, "Bob").ladder = "10"
        person(session, "Charlie").ladder = "none"
        session.flush()
        settle_ways(session, list(session.scalars(select(Contact))))
        add_conversation(session, "C1", city="tampere", ladder="10,1")
    tell(database, details())
    plan(database, network)
    told = {}
    for day in (date(2027, 1, 5), date(2027, 1, 8), date(2027, 1, 14)):
        go_to(frozen, day - timedelta(days=1), 22)
        fire(database, network)
        go_to(frozen, day)
        before = len(reminded(database))
        fire(database, network)
        told[day.isoformat()] = len(reminded(database)) - before
    assert told == {"2027-01-05": 2, "2027-01-08": 1, "2027-01-14": 1}


@pytest.mark.parametrize(
    ("rhythm", "states"),
    [
        ("now", ["queued"] * 5),
        ("daily", ["held", "held", "held", "queued", "queued"]),
        ("weekly", ["held", "held", "held", "queued", "queued"]),
        ("off", []),
    ],
)
def test_readers_of_digests_are_reminded_singly_in_the_last_days_only(
    database: Database, network: Network, frozen: FrozenClock, rhythm: str, states: list[str]
) -> None:
    with database.writing() as session:
        person(session, rhythm=rhythm)
    tell(database, details())
    plan(database, network)
    for day in sorted(fire_days("2027-01-15T16:15:00+02:00")):
        go_to(frozen, day)
        fire(database, network)
    assert [row.state for row in reminded(database)] == states


def test_only_the_silent_are_chased(database: Database, network: Network, frozen: FrozenClock) -> None:
    with database.writing() as session:
        people = {name: person(session, name) for name in ("Alice", "Bob", "Charlie", "Dora", "Erik")}
        person(session, "Frida", cities=("oulu",))
    tell(database, details(cities=()))
    plan(database, network)
    with database.writing() as session:
        for name, answer, remind in (
            ("Bob", "not_for_us", False),
            ("Charlie", "interested", True),
            ("Dora", "seen", False),
        ):
            session.add(
                AnswerRow(
                    item_id=1, contact_id=people[name].id, answer=answer, remind=remind, by="page",
                    answered_at=clock.now(),
                )
            )  # fmt: skip
        session.add(Mute(item_id=1, contact_id=people["Erik"].id, made_at=clock.now()))
        session.add(Mute(item_id=1, city="oulu", made_at=clock.now()))
    go_to(frozen, date(2027, 1, 8))
    fire(database, network)
    assert {row.recipient for row in reminded(database)} == {
        people["Alice"].pseudonym,
        people["Charlie"].pseudonym,
    }


def test_a_deadline_that_moves_moves_its_reminders(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, Report("a", details()))
    plan(database, network)
    tell(database, Report("a", details(closes_at="2027-01-29T16:15:00+02:00")))
    plan(database, network)
    go_to(frozen, date(2027, 1, 15))
    fire(database, network)
    # The 30th and the 14th day before the 29th; of the 15th nothing is left.
    assert [row.fire_on.isoformat() for row in _rows(database, "fired")] == ["2027-01-15"]
    (row,) = reminded(database)
    with database.reading() as session:
        assert "14" in str(session.get_one(MessageRow, row.message_id).content)
    assert row.expires_at == datetime(2027, 1, 29, 14, 15, tzinfo=UTC)


def test_a_reminder_that_waits_for_its_hour_survives_a_change_of_the_text(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, Report("a", details()))
    plan(database, network)
    go_to(frozen, date(2027, 1, 8), 0)
    fire(database, network)
    tell(database, Report("a", details(body={"fi": "Uusi teksti."})))
    plan(database, network)
    fire(database, network)
    (row,) = reminded(database)
    assert (row.state, row.revision) == ("queued", 2)


def test_of_what_is_withdrawn_or_over_nobody_is_reminded(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, Report("a", details()), Report("b", details(title={"fi": "Toinen"})))
    plan(database, network)
    go_to(frozen, date(2027, 1, 8), 0)
    fire(database, network)
    tell(database, Report("a", None))
    tell(database, Report("b", details(title={"fi": "Toinen"}, closes_at="2027-01-07T16:00:00+02:00")))
    plan(database, network)
    go_to(frozen, date(2027, 1, 15))
    fire(database, network)
    assert {row.state for row in reminded(database)} == {"cancelled"}


def test_after_an_outage_one_reminder_comes_and_not_all_that_were_missed(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, details())
    plan(database, network)
    go_to(frozen, date(2027, 1, 14), 10)  # 30, 14, 7 and 2 days before were missed
    fire(database, network)
    (row,) = reminded(database)
    assert row.due_at == clock.now()
    assert {state for (state,) in _states(database)} == {"dropped", "fired", "planned"}


def test_firing_twice_tells_once(database: Database, network: Network, frozen: FrozenClock) -> None:
    with database.writing() as session:
        person(session)
    tell(database, Report("a", details()))
    plan(database, network)
    go_to(frozen, date(2027, 1, 8))
    fire(database, network)
    with database.writing() as session:
        row = session.get_one(Delivery, reminded(database)[0].id)
        row.state, row.settled_at = "sent", clock.now()
    tell(database, Report("a", details(body={"fi": "Uusi teksti."})))
    plan(database, network)
    fire(database, network)
    assert [row.state for row in reminded(database)] == ["sent"]


def test_a_call_that_a_first_poll_kept_silent_is_reminded_of(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, details(), rights=Rights(tell=False))
    plan(database, network)
    assert deliveries(database) == []
    go_to(frozen, date(2027, 1, 8))
    fire(database, network)
    assert len(reminded(database)) == 1


def test_a_call_that_arrives_on_friday_evening_and_closes_on_sunday_is_told_in_time(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    go_to(frozen, date(2026, 11, 27), 18)
    with database.writing() as session:
        person(session)
    tell(database, details(closes_at="2026-11-29T23:59:00+02:00"))
    plan(database, network)
    (row,) = deliveries(database)
    assert row.due_at == clock.now()


@pytest.mark.parametrize(("rhythm", "state"), [("daily", "queued"), ("weekly", "queued"), ("now", "queued")])
def test_what_would_be_over_before_the_next_digest_is_told_singly(
    database: Database, network: Network, frozen: FrozenClock, rhythm: str, state: str
) -> None:
    go_to(frozen, date(2026, 11, 27), 18)
    with database.writing() as session:
        person(session, rhythm=rhythm)
    tell(database, details(closes_at="2026-11-29"), details(title={"en": "Later"}))
    plan(database, network)
    assert [row.state for row in deliveries(database)] == [state, "queued" if rhythm == "now" else "held"]


def test_openings_events_and_briefings_are_reminded_of_on_days_of_the_networks(
    database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session)
    tell(
        database,
        details(opens_at="2026-12-08", briefing_at="2026-12-10T09:00:00+02:00"),
        details(kind="event", closes_at=None, starts_at="2026-12-09T10:00:00+02:00"),
    )
    plan(database, network)
    found = {
        (row.about, row.fire_on.isoformat()) for row in _rows(database, "planned") if row.about != "closes"
    }
    assert found == {
        ("opens", "2026-12-08"), ("briefing", "2026-12-09"), ("starts", "2026-12-02"), ("starts", "2026-12-08"),
    }  # fmt: skip


def test_a_personal_reminder_comes_at_its_own_time_once(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        alice = person(session, rhythm="weekly")
    tell(database, details())
    plan(database, network)
    at = datetime(2026, 12, 3, 9, tzinfo=HELSINKI)
    with database.writing() as session:
        _ask(session, alice, at)
    for _ in range(2):
        frozen.instant = at.astimezone(UTC) + timedelta(seconds=1)
        fire(database, network)
    (row,) = reminded(database)
    assert (row.state, row.due_at, row.reason) == ("queued", frozen.instant, "asked")


def test_nobody_is_reminded_of_what_is_no_longer_for_their_role(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    at = datetime(2026, 12, 3, 9, tzinfo=HELSINKI)
    tell(database, Report("a", details(roles=("city_lead",))))
    plan(database, network)
    with database.writing() as session:
        _ask(session, person(session, "Alice", role="coordinator"), at)  # who looks after all
        _ask(session, person(session, "Bob"), at)
        _ask(session, person(session, "Charlie", role="city_lead"), at)
        wanted = set(session.scalars(select(Contact.pseudonym).where(Contact.name != "Bob")))
    frozen.instant = at.astimezone(UTC) + timedelta(seconds=1)
    fire(database, network)
    assert {row.recipient for row in reminded(database)} == wanted


def _ask(session: Session, contact: Contact, at: datetime) -> None:
    session.add(
        Reminder(
            key=f"1:personal:{contact.id}:{at.isoformat()}", item_id=1, contact_id=contact.id,
            about="personal", moment=at.isoformat(), fire_on=at.date(), due_at=at.astimezone(UTC),
            created_at=clock.now(),
        )
    )  # fmt: skip


def _rows(database: Database, state: str) -> list[Reminder]:
    with database.reading() as session:
        return list(
            session.scalars(select(Reminder).where(Reminder.state == state).order_by(Reminder.due_at))
        )


def _states(database: Database) -> list[tuple[str]]:
    return [(row.state,) for state in ("planned", "fired", "dropped") for row in _rows(database, state)]


def test_a_held_reminder_survives_a_change_of_the_text(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session, rhythm="weekly")
    tell(database, Report("a", details()))
    plan(database, network)
    go_to(frozen, date(2027, 1, 8))
    fire(database, network)
    go_to(frozen, date(2027, 1, 11))
    tell(database, Report("a", details(contact_role="Kehittämispäällikkö")))
    plan(database, network)
    fire(database, network)
    assert [(row.state, row.revision) for row in reminded(database)] == [("held", 2)]


@pytest.mark.parametrize(
    ("zone", "moments", "due"),
    [
        # A call that opens at eight is told of at nine, not in the night before.
        ("Europe/Helsinki", {"opens_at": "2026-12-01T08:00:00+02:00"}, datetime(2026, 12, 1, 7, tzinfo=UTC)),
        # Half past ten in Finland is half past eight in Lisbon: an hour before, not at ten the evening before.
        (
            "Europe/Lisbon",
            {"closes_at": "2026-12-08T10:30:00+02:00"},
            datetime(2026, 12, 8, 7, 30, tzinfo=UTC),
        ),
    ],
)
def test_nobody_is_reminded_in_the_night(
    database: Database,
    network: Network,
    frozen: FrozenClock,
    zone: str,
    moments: dict[str, str],
    due: datetime,
) -> None:
    with database.writing() as session:
        person(session, timezone=zone)
    tell(database, details(**moments))
    plan(database, network)
    last = date.fromisoformat(next(iter(moments.values()))[:10])
    go_to(frozen, last - timedelta(days=1), 22)
    fire(database, network)
    before = {row.id for row in reminded(database)}
    go_to(frozen, last, 0)
    fire(database, network)
    assert [row.due_at for row in reminded(database) if row.id not in before] == [due]
