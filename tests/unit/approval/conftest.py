"""A room with two who may approve."""

from __future__ import annotations

import pytest

from bot.network import Network
from bot.store.db import Database
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.approval.desk import Desk


@pytest.fixture
def desk(database: Database, network: Network, frozen: FrozenClock) -> Desk:
    """A room with Alice and Bob, who coordinate, and Charlie, who reads."""
    with database.writing() as session:
        alice = factories.person(session, "Alice", role="coordinator")
        bob = factories.person(session, "Bob", role="admin", language="sv")
        factories.person(session, "Charlie")
        return Desk(database, network, alice.pseudonym, bob.pseudonym)
