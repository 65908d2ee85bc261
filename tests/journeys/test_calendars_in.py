"""A calendar of others, from its address to the items that people see."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from bot import clock
from bot.app import House
from bot.store.items import Item
from bot.store.sources import Source
from tests.conftest import FrozenClock
from tests.fakes.feeds import FakeFeeds
from tests.town import OpenTown, Town

ALICE = "alice@example.org"

SERIES = """BEGIN:VEVENT
UID:clinic
SUMMARY:Rahoitusklinikka
DTSTART;TZID=Europe/Helsinki:20261201T100000
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
"""
OFF = """BEGIN:VEVENT
UID:clinic
SUMMARY:Rahoitusklinikka
RECURRENCE-ID;TZID=Europe/Helsinki:20261208T100000
DTSTART;TZID=Europe/Helsinki:20261208T100000
STATUS:CANCELLED
END:VEVENT
"""


def test_a_series_becomes_items_and_what_is_cancelled_is_withdrawn(
    open_test_house: Callable[..., House], frozen: FrozenClock
) -> None:
    with FakeFeeds() as site:
        house = open_test_house(fetch_allow_private=frozenset({site.place}))
        with house.database.writing() as session:
            session.add(
                Source(
                    name="clinics", kind="calendar", options={"url": site.url("/a.ics")}, cursor={},
                    first_poll="announce", defaults={}, next_at=clock.now(), created_at=clock.now(),
                )
            )  # fmt: skip
        steps = house.steps("once")
        came = []
        for events in (SERIES, SERIES, SERIES + OFF):
            site.serve("/a.ics", f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{events}END:VCALENDAR\n")
            came.append(steps.poll_named("clinics"))
        frozen.advance(days=1)
        came.append(steps.poll_named("clinics"))
        steps.lanes.journal.close()
    assert [(polled.new, polled.changed, polled.fault) for polled in came] == [
        (3, 0, None), (0, 0, None), (0, 1, None), (0, 0, None),
    ]  # fmt: skip
    with house.database.reading() as session:
        items = session.scalars(select(Item).order_by(Item.id)).all()
        assert [(item.kind, item.state) for item in items] == [
            ("event", "published"), ("event", "withdrawn"), ("event", "published"),
        ]  # fmt: skip


@pytest.fixture
def site() -> Iterator[FakeFeeds]:
    with FakeFeeds() as fake:
        yield fake


def keep(town: Town, site: FakeFeeds, *events: str, **first: str) -> None:
    """The calendar has these events now; a day later all are told who are to be told."""
    document = "".join(f"BEGIN:VEVENT\n{each}\nEND:VEVENT\n" for each in events)
    site.serve("/a.ics", f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{document}END:VCALENDAR\n")
    if first:
        with town.house.database.writing() as session:
            session.add(
                Source(
                    name="clinics", kind="calendar", options={"url": site.url("/a.ics")}, cursor={}, every=86_400,
                    defaults={"cities": ["tampere"]}, next_at=clock.now(), created_at=clock.now(), **first,
                )
            )  # fmt: skip
    town.settle()
    town.hand.advance(days=1)
    town.settle()


def test_events_that_get_other_ids_are_neither_new_nor_cancelled(
    open_town: OpenTown, site: FakeFeeds
) -> None:
    town = open_town(fetch_allow_private=frozenset({site.place}))

    def clinics(export: str) -> list[str]:
        when = "DTSTART;TZID=Europe/Helsinki:202612"
        return [f"UID:{export}-{day}\nSUMMARY:Klinikka {day}\n{when}{day}T100000" for day in range(20, 28)]

    keep(town, site, *clinics("a"), first_poll="announce")
    told = len(town.mails(ALICE))
    assert told > 0
    for _ in range(3):
        keep(town, site, *clinics("b"))
    assert len(town.mails(ALICE)) == told
    with town.house.database.reading() as session:
        assert [item.state for item in session.scalars(select(Item))] == ["published"] * 8


def test_an_endless_series_tells_nothing_as_days_pass(open_town: OpenTown, site: FakeFeeds) -> None:
    town = open_town(fetch_allow_private=frozenset({site.place}))
    series = "UID:w\nSUMMARY:Palaveri\nDTSTART;TZID=Europe/Helsinki:20261126T100000\nRRULE:FREQ=WEEKLY"
    keep(town, site, series, first_poll="silent")
    with town.house.database.reading() as session:
        known = len(list(session.scalars(select(Item))))
    for _ in range(8):
        keep(town, site, series)
    assert not [mail for mail in town.mails(ALICE) if "Tapahtuma" in str(mail["Subject"])]
    with town.house.database.reading() as session:
        assert len(list(session.scalars(select(Item)))) > known
