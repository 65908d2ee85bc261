"""Who is told now, who later, and what a change or a withdrawal does to those not told yet."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Report
from bot.intake.accept import Rights
from bot.network import Network
from bot.people.conversations import add_conversation
from bot.planning.notices import plan_chunk
from bot.store.db import Database
from bot.store.deliveries import Fanout, MessageRow
from tests.conftest import FrozenClock
from tests.factories import ZONE, deliveries, details, person, plan, tell


@pytest.mark.parametrize(
    ("rhythm", "urgent", "state"),
    [
        ("now", False, "queued"),
        ("daily", False, "held"),
        ("weekly", False, "held"),
        ("weekly", True, "queued"),
    ],
)
def test_a_rhythm_holds_what_is_not_urgent(
    database: Database, network: Network, rhythm: str, urgent: bool, state: str
) -> None:
    with database.writing() as session:
        person(session, rhythm=rhythm)
    tell(database, details(urgent=urgent))
    plan(database, network)
    assert [row.state for row in deliveries(database)] == [state]


def test_one_person_gets_one_copy_whatever_their_ways(database: Database, network: Network) -> None:
    with database.writing() as session:
        person(session, "Alice", slack_user_id="U1")
        person(session, "Bob", slack_user_id="U2", channel="email")
        person(session, "Charlie", slack_user_id="U3", channel="conversation-only")
        person(session, "Dora", channel="slack")
    tell(database, details())
    plan(database, network)
    assert [row.sender for row in deliveries(database)] == ["slack", "email", "email"]


def test_each_reader_gets_their_language_composed_once(database: Database, network: Network) -> None:
    with database.writing() as session:
        for at, language in enumerate(["fi", "fi", "sv", "en"]):
            person(session, f"Reader{at}", language=language)
        add_conversation(session, "C1", languages=("fi", "sv"))
    tell(database, details())
    plan(database, network)
    with database.reading() as session:
        found = session.execute(
            select(MessageRow.languages, MessageRow.content).order_by(MessageRow.languages)
        ).all()
    assert [row.languages for row in found] == ["en", "fi", "fi,sv", "sv"]
    assert [part["title"] for row in found for part in row.content] == [
        "Call",
        "Haku",
        "Haku",
        "Ansökan",
        "Ansökan",
    ]


def test_a_missing_translation_is_said(database: Database, network: Network) -> None:
    with database.writing() as session:
        person(session, language="en")
    tell(database, details(title={"fi": "Haku"}))
    plan(database, network)
    with database.reading() as session:
        content = session.scalars(select(MessageRow.content)).one()
    assert (content[0]["title"], content[0]["notes"]) == ("Haku", ["Only in Finnish."])


def test_a_large_audience_is_planned_in_chunks_and_each_reader_once(
    database: Database, network: Network
) -> None:
    with database.writing() as session:
        for at in range(25):
            person(session, f"Reader{at}")
    tell(database, details())
    assert plan(database, network, size=10) == 3
    assert len({row.recipient for row in deliveries(database)}) == len(deliveries(database)) == 25


def test_who_comes_after_the_item_is_not_in_its_audience(database: Database, network: Network) -> None:
    with database.writing() as session:
        person(session, "Alice")
    tell(database, details())
    with database.writing() as session:
        person(session, "Bob")
    plan(database, network)
    assert len(deliveries(database)) == 1


def test_a_chunk_that_was_rolled_back_is_planned_again_whole(database: Database, network: Network) -> None:
    with database.writing() as session:
        for at in range(6):
            person(session, f"Reader{at}")
    tell(database, details())
    database.write(lambda session: plan_chunk(session, network, ZONE, 4))

    def killed(session: Session) -> None:
        plan_chunk(session, network, ZONE, 4)
        raise RuntimeError("killed between planning and commit")

    with pytest.raises(RuntimeError):
        database.write(killed)
    plan(database, network, size=4)
    assert len({row.recipient for row in deliveries(database)}) == len(deliveries(database)) == 6


def test_a_change_before_sending_is_what_is_sent(database: Database, network: Network) -> None:
    with database.writing() as session:
        person(session)
    tell(database, Report("a", details()))
    plan(database, network)
    tell(database, Report("a", details(title={"fi": "Uusi"})))
    plan(database, network)
    (row,) = deliveries(database)
    with database.reading() as session:
        content = session.get_one(MessageRow, row.message_id).content
    assert (row.state, row.revision, content[0]["title"]) == ("queued", 2, "Uusi")


def test_who_no_longer_fits_after_a_change_is_not_told_and_who_fits_now_is(
    database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session, "Alice", cities=("tampere",))
        person(session, "Bob", cities=("oulu",))
    tell(database, Report("a", details()))
    plan(database, network)
    tell(database, Report("a", details(cities=("oulu",))))
    plan(database, network)
    assert [(row.state, row.reason) for row in deliveries(database)] == [
        ("cancelled", "city_topic:tampere:vahahiilisyys"),
        ("queued", "city:oulu"),
    ]


def test_a_withdrawal_before_sending_tells_nobody_and_saying_it_again_tells_all(
    database: Database, network: Network
) -> None:
    with database.writing() as session:
        for at in range(5):
            person(session, f"Reader{at}", rhythm="daily" if at else "now")
    tell(database, Report("a", details()))
    plan(database, network)
    tell(database, Report("a", None))
    assert plan(database, network, size=2) == 3
    assert {row.state for row in deliveries(database)} == {"cancelled"}
    tell(database, Report("a", details()))
    plan(database, network)
    assert sorted(row.state for row in deliveries(database)) == ["held"] * 4 + ["queued"]


def test_a_change_ends_the_planning_of_what_it_changed(database: Database, network: Network) -> None:
    with database.writing() as session:
        for at in range(6):
            person(session, f"Reader{at}")
    tell(database, Report("a", details()))
    database.write(lambda session: plan_chunk(session, network, ZONE, 2))
    tell(database, Report("a", details(title={"fi": "Uusi"})))
    plan(database, network, size=2)
    assert [row.revision for row in deliveries(database)] == [2] * 6
    with database.reading() as session:
        assert session.scalars(select(Fanout).where(Fanout.done_at.is_(None))).all() == []


@pytest.mark.parametrize(
    "over",
    [
        {"closes_at": "2026-11-23"},
        {"closes_at": "2026-11-24T11:59:59+02:00"},
        {"kind": "event", "closes_at": None, "starts_at": "2026-11-22", "ends_at": "2026-11-23"},
    ],
)
def test_what_is_over_becomes_an_item_without_a_notice(
    database: Database, network: Network, frozen: FrozenClock, over: dict[str, str]
) -> None:
    with database.writing() as session:
        person(session)
    (answer,) = tell(database, details(**over))
    plan(database, network)
    assert (answer.verdict, deliveries(database)) == ("accepted", [])


def test_a_call_that_closes_today_without_a_clock_time_is_still_told(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, details(closes_at="2026-11-24"))
    plan(database, network)
    (row,) = deliveries(database)
    assert row.expires_at == clock.now().replace(hour=22, minute=0), "the end of the day in Helsinki"


def test_a_call_that_closed_while_it_waited_to_be_planned_tells_nobody(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, details(closes_at="2026-11-24T13:00:00+02:00"))
    frozen.advance(hours=2)
    plan(database, network)
    assert deliveries(database) == []


def test_a_silent_source_and_one_that_needs_approval_tell_nobody(
    database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, Report("a", details()), rights=Rights(tell=False))
    tell(database, Report("b", details()), rights=Rights(publish="after_approval"))
    plan(database, network)
    assert deliveries(database) == []


def test_a_source_that_may_not_be_urgent_is_not(database: Database, network: Network) -> None:
    with database.writing() as session:
        person(session, rhythm="weekly")
    tell(database, details(urgent=True), rights=Rights(may_be_urgent=False))
    plan(database, network)
    assert [row.state for row in deliveries(database)] == ["held"]


def test_deliveries_are_due_at_once_and_never_before(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, details())
    plan(database, network)
    assert deliveries(database)[0].due_at - clock.now() == timedelta(0)


def test_planning_goes_straight_to_those_whom_an_item_fits(database: Database, network: Network) -> None:
    with database.writing() as session:
        for at in range(12):
            person(session, f"Reader{at}", cities=("oulu",) if at in {0, 11} else ("tampere",))
    tell(database, details(cities=("oulu",)), details(cities=("pori",), title={"fi": "Pori"}))
    assert plan(database, network, size=3) <= 3
    assert [row.reason for row in deliveries(database)] == ["city:oulu", "city:oulu"]
