"""Who answered, in a line: cities by their newest answer, people only where they agreed to be named."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contracts import AnswerKind
from bot.network import Network
from bot.people.answers import answer, take_back
from bot.people.choices import choose
from bot.people.conversations import add_conversation
from bot.people.erasure import erase
from bot.people.roster_lines import lines, others_line
from bot.store.chats import PostEdit
from bot.store.contacts import Contact, contact_by_email
from bot.store.db import Database
from bot.store.deliveries import Delivery
from tests.conftest import FrozenClock
from tests.factories import details, person, plan, tell

pytestmark = pytest.mark.of_sqlite
FROM = "203.0.113.5"
CITIES = ("tampere", "turku", "oulu")


@pytest.fixture
def item_id(frozen: FrozenClock, database: Database) -> int:
    """A call for three cities: Alice is of Tampere and agreed to be named, Bob of Turku, Charlie of Oulu."""
    with database.writing() as session:
        person(session, "Alice").named = True
        person(session, "Bob", cities=("turku",), language="en")
        person(session, "Charlie", cities=("oulu",), language="sv")
    (accepted,) = tell(database, details(cities=CITIES))
    return accepted.item_id or 0


def say(session: Session, name: str, item_id: int, kind: AnswerKind) -> None:
    contact = contact_by_email(session, f"{name}@example.org")
    assert contact
    answer(session, contact, item_id, kind, "slack", FROM)


def test_before_any_answer_a_post_says_nothing(database: Database, network: Network, item_id: int) -> None:
    with database.reading() as session:
        assert lines(session, network, item_id, ["fi", "sv"]) == ()
        assert lines(session, network, 404, ["fi"]) == ()


def test_a_post_names_cities_in_each_of_its_languages_and_only_people_who_agreed(
    database: Database, network: Network, item_id: int
) -> None:
    with database.writing() as session:
        say(session, "alice", item_id, "interested")
        say(session, "bob", item_id, "interested")
        say(session, "charlie", item_id, "need_partner")
        assert lines(session, network, item_id, ["en", "sv"]) == (
            "Interested: Tampere (Alice), Turku · Need a partner: Oulu · 3 of 3 cities answered",
            "Intresserade: Tammerfors (Alice), Åbo · Söker partner: Uleåborg · 3 av 3 städer har svarat",
        )


def test_it_is_told_that_a_city_answered_but_not_that_it_declined(
    database: Database, network: Network, item_id: int
) -> None:
    with database.writing() as session:
        say(session, "alice", item_id, "not_for_us")
        assert lines(session, network, item_id, ["en"]) == ("1 of 3 cities answered",)


def test_whoever_answers_hears_of_other_cities_in_their_own_language_and_not_of_their_own(
    database: Database, network: Network, item_id: int
) -> None:
    with database.writing() as session:
        bob, charlie = (contact_by_email(session, f"{name}@example.org") for name in ("bob", "charlie"))
        assert bob
        assert charlie
        say(session, "bob", item_id, "interested")
        assert others_line(session, network, bob, item_id) == ""
        say(session, "alice", item_id, "interested")
        say(session, "charlie", item_id, "need_partner")
        assert others_line(session, network, bob, item_id) == (
            "2 other cities are interested: Tampere (Alice), Oulu. Need a partner: Oulu."
        )
        assert others_line(session, network, charlie, item_id) == (
            "2 andra städer är intresserade: Tammerfors (Alice), Åbo."
        )
        take_back(session, charlie, item_id, "slack", FROM)
        assert others_line(session, network, bob, item_id) == "1 other city is interested: Tampere (Alice)."


@pytest.mark.parametrize("act", ["consent is taken back", "erased"])
def test_a_name_that_may_not_be_told_any_more_is_taken_out_of_the_posts(
    database: Database, network: Network, frozen: FrozenClock, act: str
) -> None:
    with database.writing() as session:
        alice = person(session, "Alice")
        alice.named = True
        add_conversation(session, "C0ONE", city="tampere", hours="always")
    (told,) = tell(database, details(cities=CITIES))
    plan(database, network)
    with database.writing() as session:
        session.query(Delivery).update({"state": "sent"})
        say(session, "alice", told.item_id or 0, "interested")
        session.query(PostEdit).update({"due_at": None, "struck": True})  # drawn, and withdrawn since
    with database.writing() as session:
        contact = session.get_one(Contact, alice.id)
        if act == "erased":
            erase(session, contact, "command")
        else:
            choose(session, contact, FROM, named=False)
    with database.reading() as session:
        (edit,) = session.scalars(
            select(PostEdit)
            .join(Delivery, Delivery.id == PostEdit.delivery_id)
            .where(Delivery.sender == "slack")
        )
        assert (edit.due_at is not None, edit.struck) == (True, True)
