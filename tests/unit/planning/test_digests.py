"""Digests: everything once, nothing lost, nothing at the wrong time, whatever happens on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Details, Message, Report
from bot.network import Network
from bot.people.conversations import add_conversation
from bot.people.ways import settle_ways
from bot.planning.corrections import start_due
from bot.planning.digests import Desk, turn
from bot.planning.reminders import fire_due
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.deliveries import Delivery, MessageRow
from bot.store.destinations import Subscription
from bot.store.digests import DigestPart, DigestRun
from tests.conftest import FrozenClock
from tests.factories import ZONE, deliveries, details, person, plan, tell

FRIDAY = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
"""Eight o'clock in Helsinki."""

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def desk(network: Network) -> Desk:
    return Desk(network, ZONE)


@pytest.fixture
def digest(database: Database, desk: Desk) -> Callable[[], int]:
    """Take turns until nobody is due; returns how many readers were dealt with."""

    def run() -> int:
        before = _due(database)
        while turn(database, desk):
            pass
        return before - _due(database)

    return run


def _due(database: Database) -> int:
    due = select(func.count()).select_from(Subscription).where(Subscription.digest_at <= clock.now())
    with database.reading() as session:
        return session.scalar(due) or 0


def enrol(database: Database, name: str = "Alice", **more: Any) -> None:
    with database.writing() as session:
        person(session, name, **{"rhythm": "weekly", "language": "en", **more})


def told(database: Database) -> list[Message]:
    """The digests that were composed for somebody, in order."""
    with database.reading() as session:
        rows = session.execute(
            select(Delivery.recipient, MessageRow.content)
            .join(MessageRow, MessageRow.id == Delivery.message_id)
            .where(Delivery.purpose == "digest")
            .order_by(Delivery.id)
        ).all()
    return [Message.model_validate(content[0]) for _, content in rows]


def due_at(database: Database) -> datetime | None:
    with database.reading() as session:
        return session.scalar(select(Subscription.digest_at))


def news(number: int, **more: Any) -> Details:
    title = {"fi": f"Uutinen {number}", "en": f"News {number}"}
    return details(**{"kind": "news", "title": title, "closes_at": None, **more})


def titles(message: Message) -> list[str]:
    return [entry.title for section in message.sections for entry in section.entries]


def test_what_was_held_goes_out_as_one_message_at_the_readers_hour(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database)
    tell(database, details(), news(1))
    plan(database, network)
    assert due_at(database) == FRIDAY
    assert digest() == 0
    frozen.instant = FRIDAY
    assert digest() == 1
    (carrier,) = deliveries(database, "queued")
    assert (carrier.purpose, carrier.item_id, carrier.due_at) == ("digest", None, FRIDAY)
    assert carrier.reason == "digest_weekly"
    assert {each.carrier_id for each in deliveries(database, "digested")} == {carrier.id}
    assert len(deliveries(database, "digested")) == 2
    (message,) = told(database)
    assert message.title == "Your week: 1 new call, 1 piece of news"
    assert titles(message) == ["Call", "News 1"]
    assert due_at(database) == datetime(2026, 12, 4, 6, tzinfo=UTC)


def test_nothing_is_sent_when_there_is_nothing(
    database: Database, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database)
    frozen.instant = FRIDAY
    assert digest() == 1
    assert deliveries(database) == []
    with database.reading() as session:
        assert session.scalars(select(DigestPart)).all() == []
    assert due_at(database) == datetime(2026, 12, 4, 6, tzinfo=UTC)


def test_an_item_is_not_repeated_the_next_week(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database)
    tell(database, news(1))
    plan(database, network)
    frozen.instant = FRIDAY
    digest()
    frozen.advance(days=7)
    assert digest() == 1
    assert len(told(database)) == 1


def test_a_worker_dead_from_thursday_to_monday_makes_one_digest_of_three(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database, rhythm="daily")
    frozen.instant = datetime(2026, 11, 25, 12, tzinfo=UTC)
    for day in range(4):
        tell(database, Report(f"day-{day}", news(day)))
        plan(database, network)
        frozen.advance(days=1)
    frozen.instant = datetime(2026, 11, 30, 5, 30, tzinfo=UTC)
    assert digest() == 1
    frozen.instant = datetime(2026, 11, 30, 6, 30, tzinfo=UTC)
    digest()
    (message,) = told(database)
    assert sorted(titles(message)) == [f"News {day}" for day in range(4)]
    (carrier,) = deliveries(database, "queued")
    assert carrier.due_at == datetime(2026, 11, 30, 6, tzinfo=UTC), "it waits for the sending hours"
    assert due_at(database) == datetime(2026, 12, 1, 6, tzinfo=UTC)


def test_a_clock_that_is_turned_back_doubles_nothing(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database, rhythm="daily")
    tell(database, news(1))
    plan(database, network)
    frozen.instant = FRIDAY
    digest()
    frozen.advance(days=-1, hours=-1)
    tell(database, Report("later", news(2)))
    plan(database, network)
    assert digest() == 0
    frozen.instant = datetime(2026, 11, 30, 6, tzinfo=UTC)
    assert digest() == 1
    assert [titles(message) for message in told(database)] == [["News 1"], ["News 2"]]


def test_a_reader_in_lisbon_gets_it_at_eight_in_lisbon(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database, timezone="Europe/Lisbon")
    tell(database, news(1))
    plan(database, network)
    frozen.instant = FRIDAY
    assert digest() == 0
    frozen.advance(hours=2)
    assert digest() == 1
    assert len(told(database)) == 1


def test_who_moves_to_lisbon_after_the_mornings_digest_gets_no_second_one_that_day(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database, rhythm="daily")
    tell(database, news(1))
    plan(database, network)
    frozen.instant = FRIDAY
    digest()
    _change(database, timezone="Europe/Lisbon")
    tell(database, Report("later", news(2)))
    plan(database, network)
    frozen.advance(hours=3)
    digest()
    assert len(told(database)) == 1
    assert len(deliveries(database, "held")) == 1, "it comes with the next one"
    frozen.instant = datetime(2026, 11, 30, 8, tzinfo=UTC)
    digest()
    assert [titles(message) for message in told(database)] == [["News 1"], ["News 2"]]


def test_who_wants_everything_at_once_on_digest_morning_gets_what_was_held_in_a_last_digest(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database)
    tell(database, news(1))
    plan(database, network)
    frozen.instant = FRIDAY
    frozen.advance(minutes=-30)
    _change(database, rhythm="now")
    frozen.advance(minutes=30)
    digest()
    assert [titles(message) for message in told(database)] == [["News 1"]]
    assert due_at(database) is None


def _change(database: Database, **values: Any) -> None:
    def work(session: Session) -> None:
        contact = session.scalars(select(Contact)).one()
        for name, value in values.items():
            setattr(contact, name, value)
        session.flush()
        settle_ways(session, [contact])

    database.write(work)


def test_what_was_withdrawn_or_changed_meanwhile_is_told_as_it_is_now(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database)
    tell(database, Report("gone", news(1)), Report("changed", news(2)))
    plan(database, network)
    tell(database, Report("gone", None), Report("changed", news(3)))
    plan(database, network)
    frozen.instant = FRIDAY
    digest()
    assert [titles(message) for message in told(database)] == [["News 3"]]


def test_a_revision_that_is_not_planned_yet_waits_and_is_not_told_in_its_old_words(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database)
    tell(database, Report("one", news(1)), Report("two", news(2)))
    plan(database, network)
    frozen.instant = FRIDAY
    frozen.advance(seconds=1)
    tell(database, Report("one", news(3)))
    digest()
    assert [titles(message) for message in told(database)] == [["News 2"]]
    plan(database, network)
    frozen.advance(days=7)
    digest()
    assert titles(told(database)[1]) == ["News 3"]


def test_a_digest_waits_for_what_came_before_it_and_is_still_being_planned(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database)
    tell(database, news(1))
    frozen.instant = FRIDAY
    assert digest() == 0
    plan(database, network)
    assert digest() == 1
    assert [titles(message) for message in told(database)] == [["News 1"]]


def test_what_is_over_is_left_out(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database)
    tell(database, details(closes_at="2026-11-26"), news(1))
    plan(database, network)
    frozen.instant = FRIDAY
    assert digest() == 0, "the call's own reminders are due: they come first"
    database.write(lambda session: fire_due(session, network, ZONE))
    digest()
    assert [titles(message) for message in told(database)] == [["News 1"]]


def test_a_change_of_what_was_told_says_what_changed(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database)
    tell(database, Report("one", news(1)))
    plan(database, network)
    frozen.instant = FRIDAY
    digest()
    tell(database, Report("one", news(1, body={"en": "Now with a text."})))
    plan(database, network)
    with database.writing() as session:
        clock.use(lambda: FRIDAY.replace(hour=9))
        start_due(session)
    plan(database, network)
    clock.use(frozen)
    frozen.advance(days=7)
    digest()
    message = told(database)[1]
    assert [section.title for section in message.sections] == ["Changed"]
    assert message.sections[0].entries[0].notes, "the sentences of the correction"
    assert message.title == "Your week: 1 changed"


def test_four_hundred_items_make_one_digest_with_a_cap_and_a_link_to_the_rest(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database)
    tell(database, *(news(number, cities=()) for number in range(400)))
    plan(database, network)
    frozen.instant = FRIDAY
    digest()
    (message,) = told(database)
    (section,) = message.sections
    assert len(section.entries) == 10
    assert section.more is not None
    assert (section.more.label, section.more.personal) == ("and 390 more", "page")
    assert len(deliveries(database, "digested")) == 400


def test_readers_who_get_the_same_share_one_message_and_others_do_not(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    for name, more in {
        "Alice": {}, "Bob": {}, "Charlie": {"language": "sv"}, "Dora": {"cities": ("oulu",)},
    }.items():  # fmt: skip
        enrol(database, name, **more)
    tell(database, news(1), news(2, cities=()))
    plan(database, network)
    frozen.instant = FRIDAY
    assert digest() == 4
    messages = [each.message_id for each in deliveries(database, "queued")]
    assert len(messages) == 4
    assert len(set(messages)) == 3


def test_a_conversation_gets_its_digest_in_its_languages_without_personal_answers(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    with database.writing() as session:
        add_conversation(session, "C0TAMPERE", city="tampere", languages=("fi", "sv"), rhythm="weekly")
    tell(database, details())
    plan(database, network)
    frozen.instant = FRIDAY
    digest()
    (carrier,) = deliveries(database, "queued")
    assert carrier.recipient.startswith("place-")
    assert carrier.reason == "place_digest_weekly"
    with database.reading() as session:
        row = session.get_one(MessageRow, carrier.message_id)
    assert [each["title"] for each in row.content] == [
        "Tällä viikolla: 1 uusi haku", "Den här veckan: 1 ny ansökningsomgång",
    ]  # fmt: skip
    assert not Message.model_validate(row.content[0]).sections[0].entries[0].actions


def test_two_workers_at_once_compose_nothing_twice(
    database: Database, network: Network, frozen: FrozenClock
) -> None:
    for number in range(60):
        enrol(database, f"Alice{number}")
    tell(database, news(1), news(2))
    plan(database, network)
    frozen.instant = FRIDAY
    start, faults = threading.Barrier(3), []

    def work() -> None:
        own, desk = Database(database.url.render_as_string(hide_password=False)), Desk(network, ZONE)
        start.wait()
        try:
            while turn(own, desk, size=7):
                pass
        except Exception as fault:
            faults.append(fault)
        finally:
            own.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert faults == []
    carriers = deliveries(database, "queued")
    assert len(carriers) == len({each.recipient for each in carriers}) == 60
    assert len(deliveries(database, "digested")) == 120
    assert deliveries(database, "held") == []


def test_runs_have_half_open_windows_that_follow_each_other(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database)
    frozen.instant = FRIDAY
    digest()
    frozen.advance(days=7)
    digest()
    with database.reading() as session:
        runs = session.scalars(select(DigestRun).order_by(DigestRun.id)).all()
    assert [(f"{run.opens}", f"{run.closes}") for run in runs] == [
        ("2026-11-20", "2026-11-27"), ("2026-11-27", "2026-12-04"),
    ]  # fmt: skip


def test_a_flood_for_who_hears_at_once_comes_as_one_digest_and_then_no_more(
    database: Database, network: Network, frozen: FrozenClock, digest: Callable[[], int]
) -> None:
    enrol(database, rhythm="now")
    tell(database, *(news(number) for number in range(30)))
    plan(database, network)
    held = len(deliveries(database, "held"))
    assert held > 0, "the flood guard held them"
    frozen.advance(hours=1)
    digest()
    assert len(told(database)) == 1
    assert told(database)[0].title.startswith("Gathered: ")
    assert due_at(database) is None
    with database.writing() as session:
        session.execute(update(Subscription).values(digest_at=clock.now()))
    digest()
    assert len(told(database)) == 1
