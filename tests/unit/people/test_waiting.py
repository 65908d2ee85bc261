"""What waits to be sent follows the person, and never reaches who has their place now."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.network import Network
from bot.people.enrolment import Person, enrol, enrol_all
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from tests.factories import details, person, plan, tell

ALICE: dict[str, Any] = {"email": "alice@example.org", "cities": ("tampere",)}


def waiting(database: Database) -> list[tuple[str, str, str]]:
    """Each delivery's state, sender and address."""
    with database.reading() as session:
        rows = session.execute(
            select(Delivery.state, Delivery.sender, Destination.address)
            .join(Destination, Destination.id == Delivery.destination_id)
            .order_by(Delivery.id)
        )
        return [tuple(row) for row in rows]


def told(database: Database, network: Network, **alice: Any) -> None:
    """Alice is enrolled, and an item waits for her."""
    with database.writing() as session:
        person(session, "Alice", **ALICE, **alice)
    tell(database, details())
    plan(database, network)


def say(database: Database, **alice: Any) -> None:
    with database.writing() as session:
        enrol(session, Person("Alice", **ALICE, **alice))


@pytest.mark.parametrize("rhythm", ["now", "weekly"])
@pytest.mark.parametrize(
    ("first", "then", "goes"),
    [
        ({}, {"slack_user_id": "UALICE"}, ("slack", "UALICE")),
        ({"slack_user_id": "UALICE"}, {}, ("email", "alice@example.org")),
        ({"slack_user_id": "UALICE"}, {"slack_user_id": "UOTHER"}, ("slack", "UOTHER")),
        ({"slack_user_id": "UALICE"}, {"slack_user_id": "UALICE", "channel": "email"}, ("email", "alice@example.org")),
        ({"slack_user_id": "UALICE"}, {"slack_user_id": "UALICE"}, ("slack", "UALICE")),
    ],
)  # fmt: skip
def test_what_waits_goes_the_way_the_contact_prefers_now(
    database: Database, network: Network, rhythm: str, first: Any, then: Any, goes: tuple[str, str]
) -> None:
    told(database, network, rhythm=rhythm, **first)
    say(database, rhythm=rhythm, **then)
    assert waiting(database) == [("queued" if rhythm == "now" else "held", *goes)]


@pytest.mark.parametrize("then", [{"rhythm": "off"}, {"channel": "conversation-only"}])
def test_who_wants_nothing_personal_gets_nothing_that_waits(
    database: Database, network: Network, then: dict[str, Any]
) -> None:
    told(database, network, slack_user_id="UALICE")
    say(database, slack_user_id="UALICE", **then)
    assert [row[0] for row in waiting(database)] == ["cancelled"]


def test_alices_message_does_not_reach_bob_who_has_her_slack_identity_now(
    database: Database, network: Network
) -> None:
    told(database, network, slack_user_id="UALICE")
    with database.writing() as session:
        enrol(session, Person("Bob", "bob@example.org", slack_user_id="UALICE"))
    assert waiting(database) == [("queued", "email", "alice@example.org")]


def test_two_who_swap_their_slack_identities_get_their_own_messages(
    database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session, "Alice", slack_user_id="UALICE")
        person(session, "Bob", slack_user_id="UBOB")
    tell(database, details())
    plan(database, network)
    swapped = [
        Person("Alice", "alice@example.org", slack_user_id="UBOB"),
        Person("Bob", "bob@example.org", slack_user_id="UALICE"),
    ]
    with database.writing() as session:
        enrol_all(session, swapped)
    assert waiting(database) == [("queued", "slack", "UBOB"), ("queued", "slack", "UALICE")]


def test_what_was_sent_stays_where_it_was_sent(database: Database, network: Network) -> None:
    told(database, network, slack_user_id="UALICE")
    with database.writing() as session:
        session.scalars(select(Delivery)).one().state = "sent"
    say(database)
    assert waiting(database) == [("sent", "slack", "UALICE")]


def test_a_second_way_that_was_taken_away_is_not_tried(database: Database, network: Network) -> None:
    told(database, network, slack_user_id="UALICE")
    with database.writing() as session:
        first = session.scalars(select(Delivery)).one()
        mail = session.scalars(select(Destination).filter_by(sender="email")).one()
        slack = session.scalars(select(Destination).filter_by(sender="slack")).one()
        first.state, first.destination_id, first.sender = "failed", mail.id, "email"
        copied = {c.key: getattr(first, c.key) for c in Delivery.__table__.c if c.key != "id"}
        other = {"state": "queued", "destination_id": slack.id, "sender": "slack"}
        session.add(Delivery(**{**copied, **other, "dedupe_key": f"{first.dedupe_key}:other"}))
    say(database)
    assert waiting(database) == [("failed", "email", "alice@example.org"), ("cancelled", "slack", "UALICE")]
