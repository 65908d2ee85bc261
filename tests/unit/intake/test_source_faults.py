"""A source that cannot be read: the coordinators hear of it, once for each spell."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot import clock
from bot.contracts import Cursor, Fetched, SourceFault
from bot.intake.poll import poll_named
from bot.store.db import Database
from bot.store.deliveries import Delivery, MessageRow
from bot.store.sources import Source
from tests import factories
from tests.conftest import FrozenClock


class Well:
    """A source that is away until it is mended."""

    mended = False

    def fetch(self, since: Cursor) -> Fetched:
        if self.mended:
            return Fetched([], {})
        raise SourceFault("500 <b>Internal</b> Server Error")


@pytest.fixture
def well(database: Database, frozen: FrozenClock) -> Well:
    with database.writing() as session:
        factories.person(session, "Alice", role="coordinator", language="en")
        factories.source(session, "paper", next_at=clock.now())
    return Well()


def ask(database: Database, well: Well, times: int) -> None:
    for _ in range(times):
        poll_named(database, lambda _: well, "paper", "worker", factories.ZONE)


def told(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(Delivery).where(Delivery.purpose == "alert")).all())


def test_a_coordinator_is_told_after_five_faults_and_once(database: Database, well: Well) -> None:
    ask(database, well, 4)
    assert told(database) == 0
    ask(database, well, 4)
    assert told(database) == 1
    with database.reading() as session:
        (message,) = session.scalars(select(MessageRow))
        assert session.scalars(select(Source.failures).where(Source.name == "paper")).one() == 8
    assert message.content[0]["title"] == "The source paper cannot be read"
    assert "asked 5 times in vain. What it said: 500 <b>Internal</b>" in message.content[0]["body"]


def test_the_next_spell_is_told_anew(database: Database, well: Well, frozen: FrozenClock) -> None:
    ask(database, well, 5)
    well.mended = True
    frozen.advance(hours=1)
    ask(database, well, 1)
    well.mended = False
    ask(database, well, 5)
    assert told(database) == 2
