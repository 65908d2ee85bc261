"""What is for some roles only: who is told of it, and who may find it."""

from __future__ import annotations

from typing import cast

import pytest
from sqlalchemy import select, update

from bot import clock
from bot.contracts import Language, Report, Role
from bot.network import Network
from bot.people.answers import Refused, answer, known_item
from bot.people.conversations import add_conversation
from bot.planning.again import send_again
from bot.planning.corrections import start_due
from bot.planning.facts import facts
from bot.planning.listings import Asked, Listing, coming_deadlines, named_alike, open_calls, with_words
from bot.planning.reach import reach
from bot.store.chats import PostEdit
from bot.store.contacts import contact_by_email
from bot.store.db import Database
from bot.store.deliveries import Delivery, MessageRow
from bot.store.items import Item
from tests.conftest import FrozenClock
from tests.factories import ZONE, deliveries, details, person, plan, tell

FOR_LEADS = details(roles=("city_lead",), title={"fi": "Vain johtajille", "en": "For leads"})


@pytest.fixture
def told(database: Database, network: Network, frozen: FrozenClock) -> Database:
    with database.writing() as session:
        for name, role in (("Alice", "city_lead"), ("Bob", "contact"), ("Charlie", "coordinator")):
            person(session, name, role=role)
        add_conversation(session, "C0TAMPERE", city="tampere", languages=("fi",))
        add_conversation(session, "C0ALL", languages=("fi",))
    tell(database, FOR_LEADS)
    plan(database, network)
    return database


def test_only_those_with_the_role_are_told_and_no_conversation(told: Database) -> None:
    with told.reading() as session:
        alice = contact_by_email(session, "alice@example.org")
        assert alice
        assert [row.recipient for row in deliveries(told)] == [alice.pseudonym]
        assert session.get_one(Item, 1).visibility == "network"


@pytest.mark.parametrize(("name", "finds"), [("alice", 1), ("bob", 0), ("charlie", 0)])
def test_no_list_shows_it_to_others(told: Database, name: str, finds: int) -> None:
    with told.reading() as session:
        contact = contact_by_email(session, f"{name}@example.org")
        assert contact
        lists: list[Listing] = [
            open_calls(session, Asked(role=contact.role), 1, 5),
            coming_deadlines(session, contact, 1, 5),
            coming_deadlines(session, Asked("tampere", role=contact.role), 1, 5),
            with_words(session, Asked(words="leads", role=contact.role), 1, 5),
        ]
        assert [each.total for each in lists] == [finds] * 4
        assert len(named_alike(session, contact, "leads", 5)) == finds
        assert open_calls(session, Asked(), 1, 5).total == 0


def test_who_guesses_its_number_learns_nothing(told: Database) -> None:
    with told.writing() as session:
        bob, charlie = (contact_by_email(session, f"{name}@example.org") for name in ("bob", "charlie"))
        assert bob
        assert charlie
        with pytest.raises(Refused, match="unknown"):
            answer(session, bob, 1, "interested", "page", "")
        assert known_item(session, 1, charlie).id == 1  # a coordinator looks after all


def test_its_notice_says_for_whom_it_is(network: Network) -> None:
    for language, says in (
        ("en", "city leads and observers"),
        ("fi", "kaupunkien vastuuhenkilöt ja tarkkailijat"),
        ("sv", "städernas ansvariga och observatörer"),
    ):
        roles: tuple[Role, ...] = ("observer", "city_lead")
        made = facts(details(roles=roles), cast(Language, language), network)
        assert says in [fact.text for fact in made]


def test_what_becomes_for_some_roles_only_is_told_to_nobody_else(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    """Bob and a conversation were told of it before: they read nothing that was written for city leads."""
    with database.writing() as session:
        alice = person(session, "Alice", role="city_lead", language="en").pseudonym
        person(session, "Bob", language="en")
        add_conversation(session, "C0TAMPERE", city="tampere", languages=("en",))
    for_leads = details(roles=("city_lead",), title={"en": "For leads"}, closes_at="2027-01-29")
    for content in (details(title={"en": "For all"}), for_leads, None):
        tell(database, Report("a", content))
        plan(database, network)
        if content is for_leads:
            _others_read_only(database, alice, "For all", struck=None)
            with database.writing() as session:
                found = reach(session, for_leads, clock.now(), ZONE, 1)
                assert (found.told, found.posted) == (1, 0)
                session.execute(update(Delivery).where(Delivery.recipient != alice).values(state="failed"))
                others = [row.id for row in deliveries(database) if row.recipient != alice]
                refused = send_again(session, network, others, "test").refused
                assert refused == dict.fromkeys(others, "it is for other roles only by now")
        frozen.advance(hours=2)
        database.write(start_due)
        plan(database, network)
        with database.writing() as session:
            session.execute(update(Delivery).values(state="sent"))
    assert [row.purpose for row in deliveries(database)] == [
        *["notice"] * 3, "correction", *["withdrawal"] * 3,
    ]  # fmt: skip
    _others_read_only(database, alice, "For all", struck=True)


def _others_read_only(database: Database, alice: str, title: str, *, struck: bool | None) -> None:
    with database.reading() as session:
        theirs = select(Delivery.message_id).where(Delivery.recipient != alice)
        posts = session.scalars(select(PostEdit)).all()
        shown = [*session.scalars(theirs), *(post.message_id for post in posts)]
        read = session.scalars(select(MessageRow).where(MessageRow.id.in_(shown))).all()
        assert {title in str(row.content) and "For leads" not in str(row.content) for row in read} == {True}
        assert [post.struck for post in posts] == ([] if struck is None else [struck])
