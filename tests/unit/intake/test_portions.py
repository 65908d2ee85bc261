"""What comes in great numbers is taken in by portions, and all comes to the same as if it had come together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select

from bot import clock
from bot.contracts import Cursor, Fetched, Report
from bot.intake.accept import PORTION
from bot.intake.poll import Polled, let_go, poll_named
from bot.network import Network
from bot.store.db import Database
from bot.store.deliveries import Fanout
from bot.store.items import Item, ReportRow
from bot.store.sources import Source
from tests.conftest import FrozenClock
from tests.factories import ZONE, deliveries, person, plan, source, tell
from tests.unit.intake.test_joins import PAGE, likenesses, told


class Page:
    """A page that shows these reports."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self._reports = reports

    def fetch(self, since: Cursor) -> Fetched:
        return Fetched(self._reports, {"seen": len(self._reports)})


class Death(BaseException):
    """The process dies."""


@contextmanager
def at_each_portion(database: Database, do: Callable[[int, Any], None]) -> Iterator[None]:
    """Do something in each transaction, the first, the second …, that adds reports, before it does."""
    transactions: list[Any] = []

    def before(connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        now = connection.get_transaction()
        if statement.startswith("INSERT INTO reports") and now not in transactions:
            transactions.append(now)
            do(len(transactions), cursor)

    event.listen(database.engine, "before_cursor_execute", before)
    yield
    event.remove(database.engine, "before_cursor_execute", before)


def add(database: Database, name: str = "two", **more: Any) -> None:
    with database.writing() as session:
        source(session, name, next_at=clock.now(), **{"first_poll": "announce", **more})


def poll(database: Database, reports: Sequence[Report], name: str = "two") -> Polled:
    return poll_named(database, lambda _row: Page(reports), name, "alice", ZONE)


def calls(name: str, count: int) -> list[Report]:
    return [Report(f"{name}-{at}", told(f"{name}/{at}", title={"fi": f"Haku {at}"})) for at in range(count)]


def standing(database: Database) -> list[tuple[int, str]]:
    """Each report's item, by its external id."""
    with database.reading() as session:
        rows = select(ReportRow.item_id, ReportRow.external_id).order_by(ReportRow.id)
        return [(row.item_id, row.external_id) for row in session.execute(rows)]


def test_a_poll_of_many_commits_in_between(database: Database, frozen: FrozenClock) -> None:
    tell(database, *calls("one", 60), name="one")
    add(database)
    seen: list[int] = []
    with at_each_portion(database, lambda *_: seen.append(len(standing(database)) - 60)):
        assert poll(database, calls("two", 60)) == Polled("two", joined=60)
    assert seen == [0, PORTION, 2 * PORTION]  # others see what came before each portion
    assert len(standing(database)) == 120
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 60
        assert session.scalars(select(Source.cursor).where(Source.name == "two")).one() == {"seen": 60}
        # each revised item has the fan-out row that will tell of it
        assert session.scalar(select(func.count()).select_from(Fanout)) == 120


def test_who_dies_between_two_portions_loses_nothing_and_doubles_nothing(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    add(database, flood_limit=0)

    def die(portion: int, _cursor: Any) -> None:
        if portion == 2:
            raise Death

    with at_each_portion(database, die), pytest.raises(Death):
        poll(database, calls("two", 60))
    plan(database, network)
    assert len(standing(database)) == len(deliveries(database)) == PORTION
    with database.writing() as session:
        let_go(session.scalars(select(Source).where(Source.name == "two")).one())
    assert poll(database, calls("two", 60)) == Polled("two", new=35, unchanged=25)
    plan(database, network)
    assert len(standing(database)) == len(deliveries(database)) == 60


def test_a_source_that_passes_into_other_hands_between_two_portions_is_let_be(
    database: Database, frozen: FrozenClock
) -> None:
    add(database)

    def take_over(portion: int, cursor: Any) -> None:
        if portion == 1:
            cursor.execute("UPDATE sources SET lease = 'bob' WHERE name = 'two'")

    with at_each_portion(database, take_over):
        assert poll(database, calls("two", 60)).fault
    assert len(standing(database)) == PORTION
    with database.reading() as session:
        assert session.scalars(select(Source.cursor).where(Source.name == "two")).one() == {}


def spread(first: Report, second: Report) -> list[Report]:
    """Two reports with so many between them that they come in two portions."""
    return [first, *calls("other", PORTION), second]


@pytest.mark.parametrize("worse_first", [True, False])
def test_of_two_that_could_join_the_likeliest_does_however_far_apart_they_stand(
    database: Database, frozen: FrozenClock, worse_first: bool
) -> None:
    name = "Kestävän kaupunkikehityksen haku kaupungeille"
    tell(database, Report("a", told("one", title={"fi": name})), name="one")
    worse = Report("worse", told("x", title={"fi": name.replace("haku", "haut")}))
    better = Report("better", told("y", title={"fi": name}))
    add(database)
    reports = spread(worse, better) if worse_first else spread(better, worse)
    assert poll(database, reports).joined == 1
    item_of = {external_id: item for item, external_id in standing(database)}
    assert item_of["better"] == item_of["a"] != item_of["worse"]
    assert [state for _, item, state in likenesses(database) if item == 1] == (
        ["offered", "joined"] if worse_first else ["joined", "offered"]
    )


def test_a_page_with_several_calls_is_no_calls_own_however_far_apart_they_stand(
    database: Database, frozen: FrozenClock
) -> None:
    page = PAGE.format("haut")
    tell(database, Report("a", told("", url=page, title={"fi": "Haku yhdelle"})), name="one")
    several = [told("", url=page, title={"fi": title}) for title in ("Koulutus", "Messut")]
    add(database)
    reports = spread(*(Report(f"p{at}", each) for at, each in enumerate(several)))
    assert poll(database, reports) == Polled("two", new=len(reports))


def test_one_number_twice_is_one_item_however_far_apart_it_stands(
    database: Database, frozen: FrozenClock
) -> None:
    one, two = (Report(name, told(name, title={"fi": name}, identifier="EURA 1")) for name in ("c", "d"))
    add(database)
    assert poll(database, spread(one, two)) == Polled("two", new=PORTION + 1, joined=1)
    item_of = {external_id: item for item, external_id in standing(database)}
    assert item_of["c"] == item_of["d"]


def test_a_first_poll_is_silent_to_its_last_portion(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    add(database, first_poll="silent")
    assert poll(database, calls("two", 60)).new == 60
    plan(database, network)
    assert deliveries(database) == []


def test_planning_between_two_portions_tells_a_flood_as_one_digest(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session)
    add(database)
    for many in (PORTION, 60):
        poll(database, calls("two", many))
        plan(database, network)
    assert {row.state for row in deliveries(database)} == {"held"}
