"""Coordinators decide: two items are one, a likeness is none, a wrong join is parted; nobody hears of a thing twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot import clock
from bot.contracts import Report
from bot.intake.accept import Rights
from bot.intake.decisions import Undecidable, different, part, same
from bot.network import Network
from bot.people.answers import answer, answer_of
from bot.people.own_reminders import own_reminders, remind_on
from bot.store.contacts import Contact, contact_by_email
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.items import Item
from bot.store.plans import Reminder
from tests.conftest import FrozenClock
from tests.factories import ZONE, deliveries, person, plan, tell
from tests.unit.intake.test_joins import PAGE, items, likenesses, told


@pytest.fixture
def two(database: Database, network: Network, frozen: FrozenClock) -> Database:
    """Two items that may be one, told to Alice; Bob, of Oulu, heard only of the second."""
    with database.writing() as session:
        person(session)
        person(session, "Bob", cities=("oulu",))
    tell(database, Report("a", told("one")), name="one")
    moved = told("two", closes_at="2027-01-29", cities=("tampere", "oulu"))
    tell(database, Report("b", moved), name="two")
    plan(database, network)
    _send(database)
    return database


def _send(database: Database) -> None:
    with database.writing() as session:
        for row in session.scalars(select(Delivery).where(Delivery.state == "queued")):
            row.state, row.settled_at = "sent", clock.now()


def notices(database: Database) -> list[tuple[str, int | None, str]]:
    """Whom a notice was queued for, of which item, and what became of it."""
    with database.reading() as session:
        rows = select(Contact.name, Delivery.item_id, Delivery.state).join(
            Delivery, Delivery.recipient == Contact.pseudonym
        )
        found = session.execute(rows.where(Delivery.purpose == "notice").order_by(Delivery.id)).all()
        return [(row.name, row.item_id, row.state) for row in found]


def join(database: Database) -> int:
    return database.write(lambda session: same(session, 2, 1, ZONE, "coordinator"))


def test_two_items_become_the_older_one_and_nobody_is_told_again(two: Database, network: Network) -> None:
    before = notices(two)
    assert before == [("Alice", 1, "sent"), ("Alice", 2, "sent"), ("Bob", 2, "sent")]
    assert join(two) == 1
    plan(two, network)
    kept, gone = items(two)
    assert (gone.state, gone.joined_into) == ("joined", 1)
    assert kept.content().cities == ("tampere", "oulu")
    assert [link.url for link in kept.content().links] == [PAGE.format("one"), PAGE.format("two")]
    assert [each.source for each in kept.content().stated_deadlines] == ["one", "two"]
    assert likenesses(two) == [(2, 1, "joined")]
    assert notices(two) == [*before, ("Bob", 1, "digested")]
    with two.reading() as session:
        planned = session.scalars(select(Reminder.item_id).where(Reminder.state == "planned")).all()
    assert set(planned) == {1}


def test_what_was_not_sent_yet_of_the_one_that_goes_never_is(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session, rhythm="daily")
    tell(database, Report("a", told("one")), name="one")
    tell(database, Report("b", told("two", closes_at="2027-01-29")), name="two")
    plan(database, network)
    join(database)
    plan(database, network)
    assert notices(database) == [("Alice", 1, "held"), ("Alice", 2, "cancelled")]
    [cancelled] = deliveries(database, "cancelled")
    assert cancelled.error == "told as another item"


def test_answers_and_own_reminders_go_along(two: Database, frozen: FrozenClock) -> None:
    at = clock.now().replace(day=30)
    with two.writing() as session:
        alice = contact_by_email(session, "alice@example.org")
        bob = contact_by_email(session, "bob@example.org")
        assert alice
        assert bob
        answer(session, alice, 2, "interested", "page", "")
        answer(session, bob, 2, "need_partner", "page", "")
        frozen.advance(60)
        answer(session, alice, 1, "not_for_us", "page", "")
        remind_on(session, bob, 2, at, "page", "", ZONE)
    join(two)
    with two.reading() as session:
        alice, bob = session.merge(alice), session.merge(bob)
        found = [answer_of(session, each, 1) for each in (alice, bob)]
        assert [each.answer for each in found if each] == ["not_for_us", "need_partner"]
        assert own_reminders(session, bob, 1) == [at]


def test_a_refused_likeness_is_never_offered_again(two: Database) -> None:
    two.write(lambda session: different(session, 2, 1, "coordinator"))
    tell(two, Report("b", told("two", fund="EAKR", closes_at="2027-01-29")), name="two")
    tell(two, Report("a", told("one", fund="EAKR", closes_at="2027-01-29")), name="one")
    assert likenesses(two) == [(2, 1, "refused")]
    assert len(items(two)) == 2


def test_a_wrong_join_is_parted_and_told_as_new(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, Report("a", told("one")), name="one")
    tell(database, Report("b", told("two", fund="EAKR")), name="two")
    plan(database, network)
    _send(database)
    assert database.write(lambda session: part(session, 2, 1, ZONE, "coordinator")) == 2
    plan(database, network)
    first, second = items(database)
    assert (first.content().fund, second.content().fund) == (None, "EAKR")
    assert first.content().links == ()
    assert notices(database) == [("Alice", 1, "sent"), ("Alice", 2, "queued")]
    for name in ("two", "one"):  # neither changes back into what was parted
        tell(database, Report("ba"[name == "one"], told(name, fund="JTF")), name=name)
    assert likenesses(database) == [(2, 1, "parted")]
    assert [item.content().fund for item in items(database)] == ["JTF", "JTF"]


def test_what_a_coordinator_joined_gets_its_own_item_back(two: Database, network: Network) -> None:
    join(two)
    plan(two, network)
    assert two.write(lambda session: part(session, 2, 1, ZONE, "coordinator")) == 2
    plan(two, network)
    kept, back = items(two)
    assert (kept.state, back.state, back.joined_into) == ("published", "published", None)
    assert kept.content().stated_deadlines == ()
    assert back.content().closes_at != kept.content().closes_at
    assert [row for row in notices(two) if row[1] == 2] == [("Alice", 2, "sent"), ("Bob", 2, "sent")]


def test_an_only_report_is_not_parted_and_what_waits_is_not_joined(database: Database) -> None:
    tell(database, Report("a", told("one")), name="one")
    with pytest.raises(Undecidable, match="only report"):
        database.write(lambda session: part(session, 1, 1, ZONE, "coordinator"))
    tell(database, Report("b", told("two")), name="two", rights=Rights(publish="after_approval"))
    with pytest.raises(Undecidable, match="approval"):
        join(database)
    with pytest.raises(Undecidable):
        database.write(lambda session: part(session, 2, 1, ZONE, "coordinator"))


def test_joining_twice_does_it_once_and_a_joined_one_follows_when_its_item_is_joined(two: Database) -> None:
    tell(two, Report("c", told("three", closes_at="2027-02-02")), name="three")
    assert (join(two), join(two)) == (1, 1)
    assert two.write(lambda session: same(session, 3, 1, ZONE, "coordinator")) == 1
    assert [(item.state, item.joined_into) for item in items(two)] == [
        ("published", None),
        ("joined", 1),
        ("joined", 1),
    ]
    with two.reading() as session:
        assert session.scalars(select(Item.revision).where(Item.id == 2)).one() == 2
