"""Timed duties: one process runs one, at its time, once after an outage, and nobody else's result counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot import clock
from bot.store.db import Database
from bot.store.plans import Duty
from bot.work.duties import Memory, TimedDuty, enlist, every, renew, run_due
from tests.conftest import FrozenClock


def row(database: Database) -> Duty:
    with database.reading() as session:
        return session.get_one(Duty, "count")


@pytest.fixture
def ran() -> list[int]:
    return []


@pytest.fixture
def duty(ran: list[int], frozen: FrozenClock, database: Database) -> TimedDuty:
    def run(memory: Memory) -> Memory:
        ran.append(int(memory.get("runs", 0)) + 1)
        return {"runs": ran[-1]}

    made = TimedDuty("count", every(timedelta(hours=1)), run)
    database.write(lambda session: enlist(session, [made]))
    return made


def test_it_runs_at_its_time_and_remembers(
    database: Database, duty: TimedDuty, ran: list[int], frozen: FrozenClock
) -> None:
    assert not run_due(database, [duty])
    frozen.advance(hours=1)
    assert run_due(database, [duty])
    assert not run_due(database, [duty])
    assert (ran, row(database).memory) == ([1], {"runs": 1})
    assert row(database).next_at == clock.now() + timedelta(hours=1)


def test_after_an_outage_it_runs_once(
    database: Database, duty: TimedDuty, ran: list[int], frozen: FrozenClock
) -> None:
    frozen.advance(days=4)
    while run_due(database, [duty]):
        pass
    assert ran == [1]


def test_one_that_fails_rests_longer_each_time_and_keeps_its_memory(
    database: Database, duty: TimedDuty, frozen: FrozenClock
) -> None:
    def fail(_memory: Memory) -> Memory:
        raise ConnectionError("the server is gone")

    broken = TimedDuty("count", duty.after, fail)
    frozen.advance(hours=1)
    waits = []
    for _ in range(3):
        assert run_due(database, [broken])
        waits.append(row(database).next_at - clock.now())
        frozen.advance(hours=7)
    assert waits == sorted(waits)
    assert waits[0] < waits[-1] <= timedelta(hours=6)
    assert row(database).fault == "ConnectionError: the server is gone"
    assert run_due(database, [duty])
    assert (row(database).fault, row(database).failures) == (None, 0)


def test_one_that_is_in_hand_is_not_run_beside_and_a_lease_that_ran_out_is_taken_over(
    database: Database, ran: list[int], duty: TimedDuty, frozen: FrozenClock
) -> None:
    seen: dict[str, Any] = {}

    def slow(memory: Memory) -> Memory:
        seen["beside"] = run_due(database, [duty])
        frozen.advance(50)
        with database.writing() as session:
            renew(session)
        frozen.advance(50)
        seen["renewed"] = run_due(database, [duty])
        frozen.advance(minutes=2)  # the process was stopped
        seen["taken over"] = run_due(database, [duty])
        return {"runs": 99}

    frozen.advance(hours=1)
    assert run_due(database, [TimedDuty("count", duty.after, slow)])
    assert seen == {"beside": False, "renewed": False, "taken over": True}
    assert row(database).memory == {"runs": 1}  # the late one's word does not count
