"""The suppression list: nobody is sent to by accident, however their contact is made."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.delivery.settlement import NEVER
from bot.delivery.upkeep import empty_dead_lanes
from bot.network import Network
from bot.people.enrolment import Person, enrol, enrol_all
from bot.people.erasure import erase
from bot.people.suppression import address_digest, lift, suppress, suppressed
from bot.store.contacts import contact_by_email
from bot.store.db import Database
from bot.store.destinations import Destination
from bot.store.mailbox import Suppression
from tests.factories import deliveries, details, person, plan, tell


def paused(database: Database) -> dict[str, bool]:
    with database.reading() as session:
        rows = session.execute(select(Destination.address, Destination.paused_until)).all()
        return {address: until == NEVER for address, until in rows}


def test_an_address_on_the_list_is_paused_when_it_is_enrolled_later(database: Database) -> None:
    with database.writing() as session:
        assert suppress(session, "ALICE@example.org", "creamailer")
        assert not suppress(session, "alice@example.org", "bounced")
    with database.writing() as session:
        enrol_all(session, [Person("Alice", "alice@example.org"), Person("Bob", "bob@example.org")])
    assert paused(database) == {"alice@example.org": True, "bob@example.org": False}


def test_what_is_planned_for_it_goes_the_other_way(database: Database, network: Network) -> None:
    with database.writing() as session:
        suppress(session, "alice@example.org", "bounced")
        person(session, slack_user_id="U0ALICE", channel="email")
    tell(database, details())
    plan(database, network)
    database.write(empty_dead_lanes)
    assert [(row.sender, row.state) for row in deliveries(database)] == [
        ("email", "failed"),
        ("slack", "queued"),
    ]


def test_the_list_outlives_erasure_and_holds_no_address(database: Database) -> None:
    with database.writing() as session:
        alice = person(session)
        suppress(session, "alice@example.org", "bounced", "5.1.1 <alice@example.org>: unknown")
        erase(session, alice, "test")
    with database.reading() as session:
        (row,) = session.scalars(select(Suppression))
        assert "alice" not in row.address + row.detail
        assert row.detail.startswith("5.1.1")
        assert row.address == address_digest(" Alice@Example.ORG ")
    with database.writing() as session:
        enrol(session, Person("Alice", "alice@example.org"))
    assert paused(database)["alice@example.org"]


def test_lifting_opens_the_lane_and_only_that_one(database: Database) -> None:
    with database.writing() as session:
        person(session, "Alice")
        person(session, "Bob")
        for name in ("alice", "bob"):
            suppress(session, f"{name}@example.org", "bounced")
        assert lift(session, "alice@example.org", "test")
        assert contact_by_email(session, "alice@example.org")
    assert paused(database) == {"alice@example.org": False, "bob@example.org": True}


@pytest.mark.parametrize("address", ["", "  ", "ä@exämple.fi", "x" * 5000, "a\ud800@example.org"])
def test_any_text_can_be_asked_for(database: Database, address: str) -> None:
    with database.reading() as session:
        assert suppressed(session, [address]) == {}
