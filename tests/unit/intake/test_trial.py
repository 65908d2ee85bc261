"""Dry runs by several workers: one reads, a dead one's is read by another, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot import clock
from bot.contracts import Cursor, Fetched, Report
from bot.intake.poll import LEASE
from bot.intake.trial import ask_trial, being_read, renew, run_trial
from bot.store.db import Database
from bot.store.sources import source_named
from bot.store.watch import SourceTrial
from tests import factories
from tests.conftest import FrozenClock

SECOND = timedelta(seconds=1)


@dataclass
class Slow:
    """A source that takes its time: `meanwhile` happens while it is read."""

    title: str = "Call"
    meanwhile: Callable[[], object] = lambda: None

    def fetch(self, since: Cursor) -> Fetched:
        assert since == {}
        self.meanwhile()
        return Fetched([Report("n-1", factories.details(title={"en": self.title}))], {"page": 1})


@pytest.fixture(autouse=True)
def paper(database: Database, frozen: FrozenClock) -> None:
    with database.writing() as session:
        factories.source(session, "paper", next_at=clock.now() + timedelta(hours=1), cursor={"page": 7})
    wanted(database)


def wanted(database: Database) -> None:
    with database.writing() as session:
        source = source_named(session, "paper")
        assert source is not None
        ask_trial(session, source)


def work(database: Database, slow: Slow) -> bool:
    return run_trial(database, lambda _: slow, factories.ZONE)


def trial(database: Database) -> SourceTrial:
    with database.reading() as session:
        source = source_named(session, "paper")
        assert source is not None
        assert source.cursor == {"page": 7}
        return session.get_one(SourceTrial, source.id)


def titles(database: Database) -> list[str]:
    return [title for _, _, title in trial(database).rows]


def die() -> None:
    raise KeyboardInterrupt


def test_one_worker_reads_it_however_long_that_takes(
    database: Database, other: Database, frozen: FrozenClock
) -> None:
    def meanwhile() -> None:
        for _ in range(5):
            frozen.advance((LEASE - SECOND).total_seconds())
            database.write(renew)
            assert not work(other, Slow("Bob's"))
            assert being_read(trial(database))

    assert work(database, Slow("Alice's", meanwhile))
    assert titles(database) == ["Alice's"]
    assert not being_read(trial(database))
    assert not work(database, Slow())


def test_what_a_dead_worker_left_is_read_by_another(
    database: Database, other: Database, frozen: FrozenClock
) -> None:
    with pytest.raises(KeyboardInterrupt):
        work(database, Slow(meanwhile=die))
    database.write(renew)
    assert not work(other, Slow())
    frozen.advance((LEASE + SECOND).total_seconds())
    assert not being_read(trial(database))
    assert work(other, Slow("Bob's"))
    assert titles(database) == ["Bob's"]


def test_of_two_that_read_it_the_first_to_end_is_shown(
    database: Database, other: Database, frozen: FrozenClock
) -> None:
    def freeze() -> None:
        frozen.advance((LEASE + SECOND).total_seconds())
        assert work(other, Slow("Bob's"))
        database.write(renew)

    work(database, Slow("Alice's, late", freeze))
    assert titles(database) == ["Bob's"]
    assert not being_read(trial(database))


def test_one_that_was_asked_for_anew_is_done_anew(database: Database, frozen: FrozenClock) -> None:
    def again() -> None:
        frozen.advance(60)
        wanted(database)

    work(database, Slow("of before", again))
    assert trial(database).done_at is None
    assert work(database, Slow("of now"))
    assert titles(database) == ["of now"]
