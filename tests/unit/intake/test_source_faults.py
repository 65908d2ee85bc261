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
    says = "500 <b>Internal</b> Server Error"

    def fetch(self, since: Cursor) -> Fetched:
        if self.mended:
            return Fetched([], {})
        raise SourceFault(self.says)


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
    assert "tried in vain to read it 5 times. It could not be read even once" in message.content[0]["body"]
    assert "in technical words: `500 <b>Internal</b> Server Error`" in message.content[0]["body"]


def test_the_next_spell_is_told_anew(database: Database, well: Well, frozen: FrozenClock) -> None:
    ask(database, well, 5)
    well.mended = True
    frozen.advance(hours=1)
    ask(database, well, 1)
    well.mended = False
    ask(database, well, 5)
    assert told(database) == 3  # the spell, its end, and the next one


def test_a_source_that_stays_away_is_asked_ever_more_rarely_but_daily(database: Database, well: Well) -> None:
    rests = []
    for _ in range(12):
        ask(database, well, 1)
        with database.reading() as session:
            source = session.scalars(select(Source).where(Source.name == "paper")).one()
            assert source.next_at is not None
            rests.append((source.next_at - clock.now()).total_seconds() / source.every)
    assert all(2**number <= rest <= 1.1 * 2**number for number, rest in enumerate(rests[:6]))
    assert rests[-1] * source.every == 86_400


def test_the_wait_that_a_source_asks_for_is_kept(database: Database, frozen: FrozenClock) -> None:
    class Busy:
        def fetch(self, since: Cursor) -> Fetched:
            raise SourceFault("less often", retry_after=40_000)

    with database.writing() as session:
        factories.source(session, "paper", next_at=clock.now())
    poll_named(database, lambda _: Busy(), "paper", "worker", factories.ZONE)
    with database.reading() as session:
        rests_until = session.scalars(select(Source.next_at).where(Source.name == "paper")).one()
    assert rests_until is not None
    assert (rests_until - clock.now()).total_seconds() == 40_000


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("no [door](https://evil.example) <b>here</b>", "`no [door](https://evil.example) <b>here</b>`"),
        ("a `tick` and ``more``\n\n# Title", "``` a `tick` and ``more`` # Title ```"),
    ],
)
def test_what_a_source_says_is_shown_as_it_is_and_leads_nowhere(
    database: Database, well: Well, said: str, shown: str
) -> None:
    well.says = said
    ask(database, well, 5)
    well.mended = True
    ask(database, well, 1)
    with database.reading() as session:
        told_of, told_over = session.scalars(select(MessageRow).order_by(MessageRow.id))
    for message in (told_of, told_over):
        assert message.content[0]["body"].endswith(shown)
