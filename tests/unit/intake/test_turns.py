"""A host is asked once a second, whichever process, thread or source asks it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from bot import clock
from bot.contracts import Cursor, Fetched, HostRests
from bot.intake.poll import poll_named
from bot.intake.turns import LONGEST, forget_hosts, let_rest, wait_for_turn
from bot.store.db import Database
from bot.store.sources import Source
from bot.store.workplace import Account
from tests import factories
from tests.conftest import FrozenClock


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


def test_however_many_wait_the_pace_stays_and_who_would_wait_long_comes_again(
    database: Database, frozen: FrozenClock
) -> None:
    waits: list[float] = []
    sent_away = 0
    for _ in range(100):
        try:
            wait_for_turn(database, "a.example", waits.append)
        except HostRests:
            sent_away += 1
    assert sent_away == 100 - 1 - len(waits)
    assert all(gap >= 1 for gap in gaps([clock.now() + timedelta(seconds=each) for each in [0.0, *waits]]))
    assert max(waits) <= LONGEST.total_seconds()


def test_a_host_that_wants_to_be_left_alone_is_by_all_for_so_long(
    database: Database, other: Database, frozen: FrozenClock
) -> None:
    waits: list[float] = []
    let_rest(database, "a.example", 3_600)
    let_rest(other, "a.example", 60)  # the longer of two wishes counts
    with pytest.raises(HostRests, match=r"a\.example is left alone for 60 minutes") as rests:
        wait_for_turn(other, "a.example", waits.append)
    assert rests.value.seconds == 3_600
    wait_for_turn(other, "b.example", waits.append)
    frozen.advance(minutes=59.5)
    wait_for_turn(other, "a.example", waits.append)
    assert waits == [30]


def test_a_source_whose_host_rests_is_asked_when_it_may_be_and_is_in_no_trouble(
    database: Database, frozen: FrozenClock
) -> None:
    class Asked:
        def fetch(self, since: Cursor) -> Fetched:
            wait_for_turn(database, "a.example", frozen.advance)
            return Fetched([], since)

    with database.writing() as session:
        factories.source(session, "paper", next_at=clock.now(), every=86_400)
    let_rest(database, "a.example", 3_600)
    polled = poll_named(database, lambda _: Asked(), "paper", "worker", factories.ZONE)
    assert "left alone" in (polled.fault or "")
    with database.reading() as session:
        source = session.scalars(select(Source).where(Source.name == "paper")).one()
        assert source.next_at is not None
        assert 3_600 <= (source.next_at - clock.now()).total_seconds() <= 3_960
        assert (source.failures, source.fault) == (0, None)
    frozen.advance(hours=1)
    assert poll_named(database, lambda _: Asked(), "paper", "worker", factories.ZONE).fault is None
