"""Polls by several workers: a source is in one hand at a time, and what comes too late is not taken in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from bot import clock
from bot.app import House
from bot.contracts import Cursor, Fetched, Report
from bot.intake.poll import LEASE, InHand, Polled, let_go, poll_named, poll_next, renew
from bot.store.db import Database
from bot.store.items import Item
from bot.store.sources import Source, source_named
from bot.store.watch import SourceRun
from tests import factories
from tests.conftest import FrozenClock

SECOND = timedelta(seconds=1)
PAPER = update(Source).where(Source.name == "paper")


@dataclass
class Slow:
    """A source that takes its time: `meanwhile` happens while it is read."""

    meanwhile: Callable[[], object] = lambda: None
    asked: int = 0

    def fetch(self, since: Cursor) -> Fetched:
        self.asked += 1
        number = self.asked
        self.meanwhile()
        report = Report(f"n-{number}", factories.details(title={"en": f"Call {number}"}))
        return Fetched([report], {"number": number})


@pytest.fixture(autouse=True)
def paper(database: Database, frozen: FrozenClock) -> None:
    with database.writing() as session:
        factories.source(session, "paper", next_at=clock.now(), first_poll="announce", every=900)


def ask(database: Database, slow: Slow, worker: str = "alice") -> Polled | None:
    return poll_next(database, lambda _: slow, worker, factories.ZONE)


def row(database: Database) -> Source:
    with database.reading() as session:
        found = source_named(session, "paper")
        assert found is not None
        return found


def count(database: Database) -> tuple[int, int]:
    """How many items and runs there are."""
    with database.reading() as session:
        return len(session.scalars(select(Item.id)).all()), len(session.scalars(select(SourceRun.id)).all())


def die() -> None:
    raise KeyboardInterrupt


def test_a_source_is_nobody_elses_while_its_worker_lives_however_long_it_reads(
    database: Database, other: Database, frozen: FrozenClock
) -> None:
    seen: list[object] = []

    def meanwhile() -> None:
        for _ in range(10):
            frozen.advance((LEASE - SECOND).total_seconds())
            database.write(renew)
            seen.append(ask(other, Slow(), "bob"))
            with pytest.raises(InHand):
                poll_named(other, lambda _: Slow(), "paper", "bob", factories.ZONE)

    polled = ask(database, Slow(meanwhile))
    assert polled == Polled("paper", new=1)
    assert seen == [None] * 10
    assert count(database) == (1, 1)
    assert row(database).lease is None


def test_what_a_worker_reads_is_kept_by_its_heartbeat(house: House, frozen: FrozenClock) -> None:
    steps, other = house.steps("separate"), house.steps("separate")
    slow = Slow()

    def meanwhile() -> None:
        for _ in range(4):
            frozen.advance((LEASE - SECOND).total_seconds())
            steps.beat()
            assert other.poll() is None
            assert not steps.idle()

    slow.meanwhile = meanwhile
    steps.open_source = other.open_source = lambda _: slow
    assert steps.poll() == Polled("paper", new=1)
    assert slow.asked == 1
    for each in (steps, other):
        each.lanes.journal.close()


def test_a_source_of_a_dead_worker_is_asked_by_another_soon(
    database: Database, other: Database, frozen: FrozenClock
) -> None:
    with pytest.raises(KeyboardInterrupt):
        ask(database, Slow(die))
    database.write(renew)  # what is not in hand any more is not kept
    assert ask(other, Slow(), "bob") is None
    frozen.advance((LEASE + SECOND).total_seconds())
    assert ask(other, Slow(), "bob") == Polled("paper", new=1)


def test_a_worker_that_lost_its_source_takes_nothing_in(
    database: Database, other: Database, frozen: FrozenClock
) -> None:
    """It froze for longer than its lease, and woke when another had asked, or was asking."""

    def freeze() -> None:
        frozen.advance((LEASE + SECOND).total_seconds())
        assert ask(other, Slow(asked=6), "bob") == Polled("paper", new=1)
        assert database.write(renew) is None

    late = ask(database, Slow(freeze))
    assert late is not None
    assert "taken over" in str(late.fault)
    assert count(database) == (1, 1)
    assert (row(database).cursor, row(database).failures) == ({"number": 7}, 0)


def test_a_lease_is_of_one_poll_and_not_of_its_worker(database: Database, frozen: FrozenClock) -> None:
    def freeze() -> None:
        frozen.advance((LEASE + SECOND).total_seconds())
        database.write(lambda session: session.execute(text("UPDATE sources SET lease = 'alice:another'")))

    late = ask(database, Slow(freeze))
    assert late is not None
    assert late.fault
    assert count(database) == (0, 0)
    assert row(database).lease == "alice:another"


def test_what_a_source_brings_after_it_was_paused_or_changed_is_dropped(database: Database) -> None:
    def change() -> None:
        with database.writing() as session:
            source = source_named(session, "paper")
            assert source is not None
            let_go(source)
            source.paused, source.cursor = True, {}

    late = ask(database, Slow(change))
    assert late is not None
    assert "paused, changed" in str(late.fault)
    assert count(database) == (0, 0)
    assert row(database).cursor == {}


def test_many_workers_ask_each_source_once(database: Database, other: Database) -> None:
    with database.writing() as session:
        for number in range(12):
            factories.source(session, f"paper-{number}", next_at=clock.now(), every=900)

    def work(number: int) -> list[str]:
        names = []
        while polled := ask((database, other)[number % 2], Slow(), f"worker-{number}"):
            assert polled.fault is None
            names.append(polled.name)
        return names

    with ThreadPoolExecutor(4) as pool:
        asked = Counter(name for names in pool.map(work, range(4)) for name in names)
    assert set(asked.values()) == {1}
    assert len(asked) == 13


def test_trouble_with_the_database_is_no_fault_of_the_source(database: Database, frozen: FrozenClock) -> None:
    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone away"))

    with pytest.raises(OperationalError):
        ask(database, Slow(away))
    assert row(database).failures == 0
    frozen.advance((LEASE + SECOND).total_seconds())
    assert ask(database, Slow()) == Polled("paper", new=1)


def test_what_only_sends_is_not_asked_not_even_while_it_is_paused(database: Database) -> None:
    database.write(lambda session: session.execute(PAPER.values(next_at=None, paused=True)))
    with pytest.raises(KeyError):
        poll_named(database, lambda _: Slow(), "paper", "alice", factories.ZONE)


def test_a_clock_that_is_put_back_keeps_no_source_from_being_asked(
    database: Database, frozen: FrozenClock
) -> None:
    frozen.advance(days=400)
    assert ask(database, Slow()) == Polled("paper", new=1)
    frozen.advance(minutes=15)
    with pytest.raises(KeyboardInterrupt):
        ask(database, Slow(die))  # the lease of one that died lies in the future then, too
    frozen.advance(days=-401)
    assert ask(database, Slow(asked=1)) == Polled("paper", new=1)
    assert ask(database, Slow()) is None
    assert row(database).next_at == clock.now() + timedelta(seconds=900)


def test_a_clock_that_is_put_back_an_hour_asks_nothing_twice(database: Database, frozen: FrozenClock) -> None:
    assert ask(database, Slow()) == Polled("paper", new=1)
    frozen.advance(hours=-1)
    assert ask(database, Slow()) is None
    frozen.advance(hours=1, minutes=15)
    assert ask(database, Slow(asked=1)) == Polled("paper", new=1)


@pytest.mark.parametrize("month", [(2026, 10, 24), (2027, 3, 27)])
def test_a_daily_source_is_asked_once_a_day_over_the_change_of_clocks(
    database: Database, frozen: FrozenClock, month: tuple[int, int, int]
) -> None:
    begin = datetime(*month, 21, 30, tzinfo=UTC)  # 00:30 or 23:30 in Helsinki, the night before the change
    frozen.advance((begin - clock.now()).total_seconds())
    database.write(lambda session: session.execute(PAPER.values(every=86_400, next_at=clock.now())))
    slow, asked = Slow(), []
    for _ in range(4 * 24):
        if ask(database, slow):
            asked.append(clock.now())
        frozen.advance(hours=1)
    assert asked == [begin + timedelta(days=day) for day in range(4)]
