"""Alerts: what the house has to say reaches those who look after it, each thing once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.network import Network
from bot.planning.alerts import alert
from bot.store.contacts import contact_by_email
from bot.store.db import Database
from bot.store.deliveries import Delivery, MessageRow
from tests import factories
from tests.conftest import FrozenClock

TITLE, TEXT = "What was approved did not go out", "It went back to its author. {why}"


@pytest.fixture
def watched(database: Database, frozen: FrozenClock) -> Database:
    """Alice (Slack) and Bob (mail, weekly, Swedish) watch; Charlie reads; Dana stopped all; Eve is in Lisbon."""
    with database.writing() as session:
        factories.person(session, "Alice", role="coordinator", slack_user_id="U0ALICE")
        factories.person(session, "Bob", role="admin", rhythm="weekly", language="sv")
        factories.person(session, "Charlie", role="city_lead")
        factories.person(session, "Dana", role="coordinator", rhythm="off")
        factories.person(session, "Eve", role="coordinator", timezone="Europe/Lisbon", language="en")
    return database


def say(database: Database, network: Network, key: str = "fault:1", **more: object) -> int:
    values = {"why": "**Syy** {", **more}
    return database.write(lambda session: alert(session, network, key, TITLE, TEXT, **values))  # type: ignore[arg-type]


def told(session: Session) -> list[Delivery]:
    return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def test_coordinators_and_admins_are_told_in_their_way_and_language(
    watched: Database, network: Network
) -> None:
    assert say(watched, network, url="https://silta.example.org/approvals") == 3
    with watched.reading() as session:
        rows = told(session)
        messages = {row.languages: row.content[0] for row in session.scalars(select(MessageRow))}
    assert [(row.sender, row.state, row.purpose, row.item_id) for row in rows] == [
        ("slack", "queued", "alert", None),
        ("email", "queued", "alert", None),
        ("email", "queued", "alert", None),
    ]
    assert set(messages) == {"fi", "sv", "en"}
    assert messages["en"]["body"] == "It went back to its author. **Syy** {"
    assert messages["sv"]["title"] == "Det som godkändes skickades inte"
    assert messages["fi"]["actions"][0]["url"] == "https://silta.example.org/approvals"


def test_each_thing_is_told_once_and_a_newcomer_hears_of_it(watched: Database, network: Network) -> None:
    assert say(watched, network) == 3
    assert say(watched, network) == 0
    with watched.writing() as session:
        factories.person(session, "Frank", role="admin")
    assert say(watched, network) == 1
    assert say(watched, network, "fault:2") == 4


def test_who_did_it_is_not_told(watched: Database, network: Network) -> None:
    with watched.reading() as session:
        alice = contact_by_email(session, "alice@example.org")
        assert alice
    assert say(watched, network, besides=alice.pseudonym) == 2


def test_it_waits_for_sending_hours_unless_it_is_urgent(
    watched: Database, network: Network, frozen: FrozenClock
) -> None:
    frozen.advance(hours=10)  # Tuesday at 22 in Helsinki
    say(watched, network)
    say(watched, network, "fire", urgent=True)
    with watched.reading() as session:
        due = [row.due_at for row in told(session)]
    assert due == [
        datetime(2026, 11, 25, 6, 0, tzinfo=UTC), datetime(2026, 11, 25, 6, 0, tzinfo=UTC),
        datetime(2026, 11, 25, 8, 0, tzinfo=UTC), *[frozen.instant] * 3,
    ]  # fmt: skip


def test_a_long_key_is_a_key_all_the_same(watched: Database, network: Network) -> None:
    assert say(watched, network, "x" * 400) == 3
    assert say(watched, network, "x" * 400) == 0
    assert say(watched, network, "x" * 399) == 3


def test_nobody_to_tell_is_no_fault(database: Database, network: Network, frozen: FrozenClock) -> None:
    assert say(database, network) == 0
