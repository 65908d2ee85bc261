"""A silent first look goes on until all was read, and no longer than a few days."""

from __future__ import annotations

from typing import Any

from bot import clock
from bot.contracts import Cursor, Fetched, Report
from bot.intake.poll import poll_named
from bot.network import Network
from bot.store.db import Database
from bot.store.sources import source_named
from tests.conftest import FrozenClock
from tests.factories import ZONE, deliveries, details, person, plan, source


class Pages:
    """A source that shows these reports, and how much of its list it could read."""

    def __init__(self, ids: range, **read: Any) -> None:
        self._fetched = Fetched(
            [Report(f"n-{at}", details(title={"fi": f"Haku {at}"})) for at in ids], {"own": 1}, **read
        )

    def fetch(self, since: Cursor) -> Fetched:
        assert set(since) <= {"own"}
        return self._fetched


def ask(database: Database, network: Network, frozen: FrozenClock, ids: range, **read: Any) -> int:
    """Ask it, a day after the last time; returns how many notices there are by then."""
    poll_named(database, lambda _row: Pages(ids, **read), "paper", "alice", ZONE)
    plan(database, network)
    frozen.advance(days=1)
    return len(deliveries(database))


def begin(database: Database) -> None:
    with database.writing() as session:
        person(session)
        source(session, "paper", next_at=clock.now(), first_poll="silent")


def test_a_list_that_was_not_read_to_its_end_is_taken_in_silently_until_it_is(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    begin(database)
    assert ask(database, network, frozen, range(3), whole=False) == 0
    assert ask(database, network, frozen, range(5), whole=False) == 0
    assert ask(database, network, frozen, range(8)) == 0
    assert ask(database, network, frozen, range(9)) == 1


def test_a_source_that_never_reads_its_whole_list_is_not_silent_for_ever(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    begin(database)
    for day in range(4):
        assert ask(database, network, frozen, range(day + 1), whole=False) == 0
    assert ask(database, network, frozen, range(5), whole=False) == 1


def test_what_was_left_by_name_is_silent_and_all_else_is_told(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    begin(database)
    assert ask(database, network, frozen, range(3), left=frozenset({"n-3", "n-4"})) == 0
    assert ask(database, network, frozen, range(6), left=frozenset({"n-4", "n-7"})) == 1  # n-5
    assert ask(database, network, frozen, range(8)) == 3  # n-6 and n-7, which came later
    with database.reading() as session:
        row = source_named(session, "paper")
        assert row
        assert row.cursor == {"own": 1}
