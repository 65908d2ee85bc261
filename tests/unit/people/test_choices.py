"""What contacts choose for themselves leaves a trail, and counts at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.network import Network
from bot.people.choices import choose
from bot.store.audit import Audit
from bot.store.contacts import contact_by_email
from bot.store.db import Database
from tests import factories


@pytest.fixture
def alice(database: Database) -> Database:
    with database.writing() as session:
        factories.person(session, "Alice")
    return database


def chooses(database: Database, **choice: Any) -> bool:
    with database.writing() as session:
        contact = contact_by_email(session, "alice@example.org")
        assert contact
        return choose(session, contact, "203.0.113.9", **choice)


CHOICES: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
    ({"rhythm": "weekly"}, {"rhythm": "weekly"}),
    ({"language": "sv", "rhythm": "weekly"}, {"language": "sv"}),
    ({"topics": ["energia"], "channel": "email"}, {"topics": ["energia"], "channel": "email"}),
    ({"rhythm": "weekly", "topics": ["energia"]}, None),
    ({}, None),
]


def test_what_changed_stands_in_the_trail_and_nothing_else(alice: Database) -> None:
    assert [chooses(alice, **choice) for choice, _ in CHOICES] == [facts is not None for _, facts in CHOICES]
    with alice.reading() as session:
        trail = session.execute(select(Audit.actor, Audit.facts, Audit.origin).order_by(Audit.id)).all()
    assert trail == [("contact", facts, "203.0.113.9") for _, facts in CHOICES if facts]


def test_who_wants_nothing_gets_nothing_that_waits(alice: Database, network: Network) -> None:
    factories.tell(alice, factories.details())
    factories.plan(alice, network)
    chooses(alice, rhythm="off")
    assert [row.state for row in factories.deliveries(alice)] == ["cancelled"]
