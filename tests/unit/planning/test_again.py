"""Sending again: what may, what may not, and what goes out then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot import clock
from bot.contracts import Report
from bot.delivery.settlement import NEVER
from bot.network import Network
from bot.people.conversations import add_conversation
from bot.people.erasure import erase
from bot.planning.again import AGAIN, Again, arrived, send_again
from bot.store.contacts import Contact, contact_by_email
from bot.store.db import Database
from bot.store.deliveries import STATES, Delivery, MessageRow, State
from bot.store.destinations import Destination
from bot.store.items import Item
from tests import factories
from tests.conftest import FrozenClock

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def told(database: Database, network: Network, frozen: FrozenClock) -> Database:
    """Alice (1) and a conversation (2) are told of a call."""
    with database.writing() as session:
        factories.person(session, "Alice")
        add_conversation(session, "C0TAMPERE", city="tampere", languages=("fi", "sv"))
    factories.tell(database, factories.details(title={"fi": "Vanha"}))
    factories.plan(database, network)
    return database


def put(database: Database, state: State, *ids: int, **more: object) -> None:
    with database.writing() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids))
            .values({"state": state, "settled_at": clock.now(), "error": "no", "attempts": 8, **more})
        )


def again(database: Database, network: Network, *ids: int) -> Again:
    return database.write(lambda session: send_again(session, network, ids, "test"))


def test_only_what_has_ended_without_arriving_is_queued(
    told: Database, network: Network, subtests: pytest.Subtests
) -> None:
    for state in STATES:
        with subtests.test(state):
            put(told, state, 1)
            assert again(told, network, 1).queued == ((1,) if state in AGAIN else ())
            row = factories.deliveries(told)[0]
            assert row.state == ("queued" if state in AGAIN else state)
            if state in AGAIN:
                assert (row.attempts, row.error, row.settled_at, row.due_at) == (0, None, None, clock.now())


def test_it_waits_for_nobody_else(told: Database, network: Network) -> None:
    put(told, "failed", 1)
    heard = told.bells["send"].listen(-1, 0)
    again(told, network, 1)
    assert told.bells["send"].listen(heard, 0) == heard + 1


def test_the_newest_revision_goes_out(told: Database, network: Network) -> None:
    put(told, "failed", 1, 2)
    factories.tell(told, Report("id-0", factories.details(title={"fi": "Uusi"})))
    assert again(told, network, 1, 2).queued == (1, 2)
    with told.reading() as session:
        rows = session.execute(
            select(Delivery.revision, MessageRow.languages, MessageRow.content)
            .join(MessageRow, MessageRow.id == Delivery.message_id)
            .order_by(Delivery.id)
        ).all()
    assert [(revision, languages) for revision, languages, _ in rows] == [(2, "fi"), (2, "fi,sv")]
    assert {message["title"] for *_, content in rows for message in content} == {"Uusi"}


def test_an_end_that_has_passed_is_lifted_and_one_to_come_is_kept(told: Database, network: Network) -> None:
    later = clock.now() + timedelta(days=1)
    put(told, "expired", 1, expires_at=clock.now() - timedelta(days=1))
    put(told, "failed", 2, expires_at=later)
    again(told, network, 1, 2)
    assert [row.expires_at for row in factories.deliveries(told)] == [None, later]


def test_its_lane_is_opened(told: Database, network: Network) -> None:
    put(told, "failed", 1)
    with told.writing() as session:
        session.execute(
            update(Destination).values(paused_until=NEVER, fault="gone", failures=11, next_at=NEVER)
        )
    again(told, network, 1)
    with told.reading() as session:
        lanes = session.execute(
            select(
                Destination.paused_until, Destination.fault, Destination.failures, Destination.next_at
            ).order_by(Destination.id)
        ).all()
    assert lanes == [(None, None, 0, None), (NEVER, "gone", 11, NEVER)]


def test_an_item_that_is_not_public_now_is_not_told(told: Database, network: Network) -> None:
    put(told, "failed", 1)
    for state, why in (("withdrawn", "the item is withdrawn"), ("waiting", "the item waits for approval")):
        with told.writing() as session:
            session.execute(update(Item).values(state=state))
        assert again(told, network, 1).refused == {1: why}


def test_nobody_is_written_to_against_their_will(told: Database, network: Network) -> None:
    put(told, "failed", 1)
    unwanted = Again((), {1: "the contact does not want personal messages"})
    for choice in ({"rhythm": "off"}, {"rhythm": "now", "channel": "conversation-only"}):
        with told.writing() as session:
            session.execute(update(Contact).values(choice))
        assert again(told, network, 1) == unwanted
    with told.writing() as session:
        alice = contact_by_email(session, "alice@example.org")
        assert alice
        erase(session, alice, "test")
    put(told, "failed", 1)
    assert again(told, network, 1) == Again((), {1: "the contact was erased"})


def test_a_copy_that_went_the_other_way_is_not_doubled(told: Database, network: Network) -> None:
    put(told, "failed", 1)
    other_way(told, "failed")
    states: tuple[State, ...] = ("queued", "sending", "sent", "doubtful")
    for state in states:
        put(told, state, 3)
        assert again(told, network, 1).refused == {1: "it goes to the contact's other address instead"}


def test_of_two_failed_ways_only_one_is_tried_again(told: Database, network: Network) -> None:
    put(told, "failed", 1)
    other_way(told, "failed")
    assert again(told, network, 3, 1).queued == (1,)
    assert again(told, network, 3).queued == ()


def other_way(database: Database, state: State) -> None:
    """Alice's copy (1) has a sister (3), as a failover makes one."""
    with database.writing() as session:
        first = session.get_one(Delivery, 1)
        columns = {column.key: getattr(first, column.key) for column in Delivery.__table__.columns}
        columns |= {"id": 3, "dedupe_key": f"{first.dedupe_key}:other", "state": state}
        session.add(Delivery(**columns))


def test_only_a_doubt_is_ended_by_who_looked(told: Database) -> None:
    for state in STATES:
        put(told, state, 1)
        ended = told.write(lambda session: arrived(session, 1, "test"))
        assert ended == (state == "doubtful")
        assert factories.deliveries(told)[0].state == ("sent" if state == "doubtful" else state)
    assert not told.write(lambda session: arrived(session, 99, "test"))
