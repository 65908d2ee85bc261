"""A calendar of others, from its address to the items that people see."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from bot import clock
from bot.app import House
from bot.store.items import Item
from bot.store.sources import Source
from tests.conftest import FrozenClock
from tests.fakes.feeds import FakeFeeds

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
