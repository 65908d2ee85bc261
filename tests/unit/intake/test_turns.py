"""A host is asked once a second, whichever process, thread or source asks it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from bot import clock
from bot.intake.turns import LONGEST, forget_hosts, wait_for_turn
from bot.store.db import Database
from bot.store.workplace import Account
from tests.conftest import FrozenClock


@pytest.fixture
def other(database: Database, database_url: str) -> Iterator[Database]:
    """Another process's way to the database."""
    opened = Database(database_url)
    yield opened
    opened.close()


def gaps(times: list[datetime]) -> list[float]:
    return [(later - sooner).total_seconds() for sooner, later in pairwise(sorted(times))]


def test_two_processes_take_turns_at_a_host_and_never_in_a_rhythm(
    database: Database, other: Database, frozen: FrozenClock
) -> None:
    begin, asked = clock.now(), []
    for number in range(20):
        wait_for_turn((database, other)[number % 2], "a.example", frozen.advance)
        asked.append(clock.now())
    assert asked[0] == begin
    assert all(1 <= gap <= 1.5 for gap in gaps(asked))
    assert len({round(gap, 3) for gap in gaps(asked)}) > 10


def test_threads_of_two_processes_never_share_a_turn(
    database: Database, other: Database, frozen: FrozenClock
) -> None:
    waits: list[float] = []
    with ThreadPoolExecutor(8) as pool:
        turns = [
            pool.submit(wait_for_turn, (database, other)[number % 2], "a.example", waits.append)
            for number in range(16)
        ]
    for turn in turns:
        turn.result()
    assert len(waits) == 15  # the first one need not wait
    assert all(gap >= 1 for gap in gaps([clock.now() + timedelta(seconds=each) for each in [0.0, *waits]]))


def test_hosts_do_not_wait_for_each_other_and_are_forgotten(database: Database, frozen: FrozenClock) -> None:
    waits: list[float] = []
    long = "a" * 250
    for number in range(20):
        wait_for_turn(database, f"{long}{number}.example", waits.append)
    assert waits == []
    frozen.advance(days=2)
    wait_for_turn(database, "a.example", waits.append)
    database.write(forget_hosts)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 1


def test_a_clock_that_was_ahead_makes_nobody_wait(database: Database, frozen: FrozenClock) -> None:
    waits: list[float] = []
    wait_for_turn(database, "a.example", waits.append)
    frozen.advance(hours=-3)
    wait_for_turn(database, "a.example", waits.append)
    assert waits == []
    wait_for_turn(database, "a.example", waits.append)
    assert 1 <= waits[0] <= LONGEST.total_seconds()
