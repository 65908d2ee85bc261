"""The flood guard: too much at once is one digest for each reader, and a word to the coordinator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Details, Report
from bot.intake.accept import Rights, accept
from bot.network import Network
from bot.planning.digests import Desk, turn
from bot.store.db import Database
from bot.store.destinations import Subscription
from bot.store.sources import Source
from tests.conftest import FrozenClock
from tests.factories import ZONE, deliveries, details, person, plan, source, tell


def many(count: int, **more: object) -> list[Details]:
    return [details(title={"en": f"Call {number}"}, **more) for number in range(count)]


def digests_due(database: Database) -> set[datetime | None]:
    with database.reading() as session:
        return set(session.scalars(select(Subscription.digest_at)))


def notices(database: Database) -> list[str]:
    return [row.state for row in deliveries(database) if row.purpose == "notice"]


def alerts(database: Database) -> int:
    return sum(row.purpose == "alert" for row in deliveries(database))


def test_four_hundred_calls_at_once_are_one_digest(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session, "Alice")
        person(session, "Bob", role="coordinator", cities=("oulu",))
    tell(database, *many(400))
    plan(database, network)
    assert notices(database) == ["held"] * 400
    assert digests_due(database) == {clock.now() + timedelta(minutes=10), None}
    assert alerts(database) == 1


def test_as_many_as_usual_are_notices(database: Database, network: Network, frozen: FrozenClock) -> None:
    with database.writing() as session:
        person(session, "Alice", role="coordinator")
    tell(database, *many(20))
    plan(database, network)
    assert notices(database) == ["queued"] * 20
    assert alerts(database) == 0


def test_what_comes_later_in_the_hour_joins_the_flood_and_an_hour_later_it_is_over(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session, "Alice")
    for number in range(25):
        tell(database, Report(f"call-{number}", details(title={"en": f"Call {number}"})))
        plan(database, network)
    frozen.advance(minutes=61)
    tell(database, Report("late", details(title={"en": "Late"})))
    plan(database, network)
    assert notices(database) == [*["queued"] * 20, *["held"] * 5, "queued"]


def test_what_is_urgent_is_told_in_a_flood_too(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session, "Alice")
    tell(database, *many(30), details(urgent=True))
    plan(database, network)
    assert sorted(set(notices(database))) == ["held", "queued"]


def test_a_flood_at_night_is_a_digest_in_the_morning(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    frozen.instant = datetime(2026, 11, 24, 20, tzinfo=UTC)
    with database.writing() as session:
        person(session, "Alice")
        person(session, "Bob", timezone="Europe/Lisbon")
    tell(database, *many(30))
    plan(database, network)
    assert digests_due(database) == {
        datetime(2026, 11, 25, 6, tzinfo=UTC),
        datetime(2026, 11, 25, 8, tzinfo=UTC),
    }


def test_changes_of_many_known_items_are_no_flood(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session, "Alice")
    tell(database, *many(20))
    plan(database, network)
    frozen.advance(hours=2)
    tell(database, *many(20, amount_eur=5))
    tell(database, Report("new", details(title={"en": "New"})))
    plan(database, network)
    assert notices(database) == ["queued"] * 21


def test_a_source_without_guard_is_never_a_flood(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    def work(session: Session) -> None:
        person(session, "Alice")
        row: Source = source(session, "examples", flood_limit=0)
        reports = [Report(f"r{at}", each) for at, each in enumerate(many(30))]
        accept(session, row.id, reports, Rights(), ZONE)

    database.write(work)
    plan(database, network)
    assert notices(database) == ["queued"] * 30


def test_what_closes_before_the_floods_digest_is_told_singly(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    frozen.instant = datetime(2026, 11, 27, 16, tzinfo=UTC)  # Friday evening
    with database.writing() as session:
        person(session, "Alice")
        person(session, "Bob", rhythm="weekly")
    tell(database, *many(25, closes_at="2026-11-29T16:15:00+02:00"))
    plan(database, network)
    assert notices(database) == ["queued"] * 50


def test_a_silent_first_poll_that_changes_in_one_go_is_a_flood_too(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        person(session, "Alice")
    tell(database, *many(60), rights=Rights(tell=False))
    plan(database, network)
    frozen.advance(days=1)
    tell(database, *many(60, url="https://example.org/?utm=1"))
    plan(database, network)
    assert notices(database) == []  # nothing that matters
    tell(database, *many(60, url="https://example.org/?utm=1", closes_at="2027-02-01"))
    plan(database, network)
    assert notices(database) == ["held"] * 60


def test_of_two_floods_a_day_the_second_is_told_the_next_day(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    desk = Desk(network, ZONE)
    with database.writing() as session:
        person(session, "Alice")
    for name in ("morning", "noon"):
        said = [details(title={"en": f"Call {number} of {name}"}) for number in range(25)]
        tell(database, *said, name=name)
        plan(database, network)
        frozen.advance(minutes=11)
        while turn(database, desk):
            pass
        frozen.advance(minutes=20)
    assert sorted(notices(database)) == ["digested"] * 25 + ["held"] * 25
    assert digests_due(database) == {datetime(2026, 11, 25, 6, tzinfo=UTC)}
    frozen.instant = datetime(2026, 11, 25, 6, tzinfo=UTC)
    while turn(database, desk):
        pass
    assert notices(database) == ["digested"] * 50
