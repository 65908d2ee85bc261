"""Corrections: whoever was told hears once what is different now, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.contracts import Report
from bot.network import Network
from bot.people.conversations import add_conversation
from bot.people.mutes import mute
from bot.planning.corrections import start_due
from bot.store.answers import Mute
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.deliveries import Delivery, MessageRow
from tests.conftest import FrozenClock
from tests.factories import deliveries, details, person, plan, tell

MOVED = "2027-01-29T16:15:00+02:00"


def say(database: Database, network: Network, **more: Any) -> None:
    tell(database, Report("a", details(**more)))
    plan(database, network)


def withdraw(database: Database, network: Network) -> None:
    tell(database, Report("a", None))
    plan(database, network)


def all_sent(database: Database) -> None:
    """As if everything that was queued had arrived."""
    with database.writing() as session:
        for row in session.scalars(select(Delivery).where(Delivery.state == "queued")):
            row.state, row.settled_at = "sent", clock.now()


def correct(database: Database, network: Network) -> None:
    while database.write(start_due):
        pass
    plan(database, network)


def corrected(database: Database) -> list[Delivery]:
    return [row for row in deliveries(database) if row.purpose in {"correction", "change", "withdrawal"}]


def said(database: Database, delivery: Delivery) -> list[str]:
    with database.reading() as session:
        return list(session.get_one(MessageRow, delivery.message_id).content[0]["changes"])


@pytest.fixture
def told(database: Database, network: Network, frozen: FrozenClock) -> Database:
    """Alice (now, en) and Bob (weekly, en) of Tampere were told of a call; Charlie of Oulu was not."""
    with database.writing() as session:
        person(session, "Alice", language="en")
        person(session, "Bob", language="en", rhythm="weekly")
        person(session, "Charlie", cities=("oulu",))
        add_conversation(session, "C1", city="tampere", languages=("fi", "sv"))
    say(database, network)
    with database.writing() as session:
        for row in session.scalars(select(Delivery)):
            row.state = "digested" if row.state == "held" else "sent"
    return database


def test_whoever_was_told_hears_that_the_deadline_moved(
    told: Database, network: Network, frozen: FrozenClock
) -> None:
    say(told, network, closes_at=MOVED)
    correct(told, network)
    assert corrected(told) == []
    frozen.advance(minutes=10)
    correct(told, network)
    rows = corrected(told)
    assert len(rows) == 3
    assert {(row.purpose, row.state) for row in rows} == {("correction", "queued")}
    assert any("29" in change for change in said(told, rows[0]))


def test_five_moves_in_an_hour_are_one_correction(
    told: Database, network: Network, frozen: FrozenClock
) -> None:
    for day in range(20, 25):
        say(told, network, closes_at=f"2027-01-{day}T16:15:00+02:00")
        frozen.advance(minutes=9)
        correct(told, network)
    frozen.advance(minutes=2)
    correct(told, network)
    all_sent(told)
    assert len(corrected(told)) == 3
    say(told, network, closes_at=MOVED)
    frozen.advance(minutes=15)
    correct(told, network)
    assert len(corrected(told)) == 3  # the next one keeps its distance
    frozen.advance(minutes=50)
    correct(told, network)
    assert len(corrected(told)) == 6


def test_what_was_moved_and_moved_back_is_not_told(
    told: Database, network: Network, frozen: FrozenClock
) -> None:
    say(told, network, closes_at=MOVED)
    say(told, network)
    frozen.advance(minutes=11)
    correct(told, network)
    assert corrected(told) == []


def test_urgent_changes_follow_at_once(told: Database, network: Network) -> None:
    say(told, network, closes_at=MOVED, urgent=True)
    correct(told, network)
    assert len(corrected(told)) == 3


def test_a_change_of_the_text_waits_for_the_digest_of_who_reads_digests(
    told: Database, network: Network, frozen: FrozenClock
) -> None:
    say(told, network, body={"en": "Another text."})
    frozen.advance(minutes=11)
    correct(told, network)
    assert sorted((row.purpose, row.state, row.rhythm) for row in corrected(told)) == [
        ("change", "held", "weekly"),
        ("correction", "queued", "now"),
        ("correction", "queued", "now"),
    ]


def test_a_correction_waits_for_sending_hours(told: Database, network: Network, frozen: FrozenClock) -> None:
    frozen.instant = datetime(2026, 11, 27, 16, tzinfo=UTC)  # Friday evening
    say(told, network, closes_at=MOVED)
    frozen.advance(minutes=11)
    correct(told, network)
    assert {row.due_at for row in corrected(told)} == {datetime(2026, 11, 30, 6, tzinfo=UTC)}


def test_who_was_not_told_yet_gets_the_newest_notice_and_no_correction(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    say(database, network)
    say(database, network, closes_at=MOVED)
    frozen.advance(minutes=11)
    correct(database, network)
    assert [(row.purpose, row.revision) for row in deliveries(database)] == [("notice", 2)]


def test_a_withdrawal_is_told_to_those_who_were_told(
    told: Database, network: Network, frozen: FrozenClock
) -> None:
    withdraw(told, network)
    frozen.advance(minutes=11)
    correct(told, network)
    assert [(row.purpose, row.state) for row in corrected(told)] == [("withdrawal", "queued")] * 3


def test_withdrawn_and_back_within_minutes_is_silence(
    told: Database, network: Network, frozen: FrozenClock
) -> None:
    withdraw(told, network)
    frozen.advance(minutes=5)
    say(told, network)
    frozen.advance(minutes=11)
    correct(told, network)
    assert corrected(told) == []


def test_withdrawn_told_and_back_is_told_again(told: Database, network: Network, frozen: FrozenClock) -> None:
    withdraw(told, network)
    frozen.advance(minutes=11)
    correct(told, network)
    all_sent(told)
    frozen.advance(hours=2)
    say(told, network)
    frozen.advance(minutes=11)
    correct(told, network)
    back = [row for row in corrected(told) if row.purpose == "correction"]
    assert len(back) == 3
    assert said(told, back[0]) == ["It was withdrawn, and is published again."]


def test_a_change_during_a_correction_that_waits_replaces_it(
    told: Database, network: Network, frozen: FrozenClock
) -> None:
    frozen.instant = datetime(2026, 11, 27, 16, tzinfo=UTC)
    say(told, network, closes_at=MOVED)
    frozen.advance(minutes=11)
    correct(told, network)
    frozen.advance(hours=2)
    say(told, network, closes_at="2027-02-05T16:15:00+02:00")
    frozen.advance(minutes=11)
    correct(told, network)
    assert sorted((row.state, row.revision) for row in corrected(told)) == [
        *[("cancelled", 2)] * 3, *[("queued", 3)] * 3,
    ]  # fmt: skip
    (change, *_) = said(told, next(row for row in corrected(told) if row.state == "queued"))
    assert "15 January" in change
    assert "5 February" in change


def test_who_muted_it_or_left_hears_nothing_more(
    told: Database, network: Network, frozen: FrozenClock
) -> None:
    with told.writing() as session:
        session.add(Mute(item_id=1, contact_id=1, made_at=clock.now()))
        person(session, "Bob", rhythm="off")
    say(told, network, closes_at=MOVED)
    frozen.advance(minutes=11)
    correct(told, network)
    assert [row.recipient for row in corrected(told)] == ["place-4"]


def test_a_city_that_is_left_out_now_is_still_told(
    told: Database, network: Network, frozen: FrozenClock
) -> None:
    say(told, network, cities=("oulu",))
    frozen.advance(minutes=11)
    correct(told, network)
    assert len(corrected(told)) == 3
    notices = [row for row in deliveries(told) if row.purpose == "notice"]
    assert len(notices) == 4  # and Charlie of Oulu is told of it for the first time


def test_a_text_that_changed_in_one_language_is_told_to_its_readers_only(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        swedish = person(session, "Alice", language="sv").pseudonym
        person(session, "Bob", language="en")
    texts = {"fi": "Hae.", "sv": "Sök.", "en": "Apply."}
    say(database, network, body=texts)
    all_sent(database)
    say(database, network, body=texts | {"sv": "Sök nu."})
    frozen.advance(minutes=11)
    correct(database, network)
    assert [row.recipient for row in corrected(database)] == [swedish]


def test_who_muted_an_item_that_was_held_for_them_does_not_get_its_next_revision(
    database: Database, network: Network
) -> None:
    with database.writing() as session:
        alice = person(session, "Alice", rhythm="weekly").id
    say(database, network)
    with database.writing() as session:
        mute(session, session.get_one(Contact, alice), 1, "page", "test")
    say(database, network, amount_eur=7)
    assert [row.state for row in deliveries(database)] == ["cancelled"]
