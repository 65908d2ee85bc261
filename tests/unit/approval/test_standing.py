"""What the network repeats: a draft in time, by nobody, for any coordinator to approve."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import approval
from bot.approval import announcements, standing
from bot.approval.standing import next_time
from bot.store.drafts import Draft
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.approval.desk import WORDS, Desk

EVERY_WEEK = {
    **WORDS,
    "repeat": "weekly",
    "details": {**WORDS["details"], "kind": "event", "starts_at": "2026-11-26", "urgent": False},
}


def made(desk: Desk) -> int:
    return desk.database.write(lambda session: standing.make_due(session, desk.network, factories.ZONE))


def released(desk: Desk, frozen: FrozenClock) -> int:
    draft = desk.put_forward(desk.alice, EVERY_WEEK)
    desk.approve(draft, desk.bob)
    frozen.advance(60)
    desk.turn()
    return draft


def test_the_next_time_is_drafted_two_days_before_and_its_first_author_may_approve_it(
    desk: Desk, frozen: FrozenClock
) -> None:
    first = released(desk, frozen)
    assert made(desk) == 0
    frozen.advance(days=5)
    assert (made(desk), made(desk)) == (1, 0)
    second: Draft = desk.draft(first + 1)
    assert (second.author, second.state) == ("network", "waiting")
    assert second.content["details"]["starts_at"] == "2026-12-03"
    assert second.content["send_at"] == "2026-12-01T10:01:00+00:00"
    assert "repeat" not in second.content
    desk.approve(second.id, desk.alice)
    frozen.advance(days=2)
    desk.turn()
    assert len(desk.items()) == 2
    frozen.advance(days=6)
    assert made(desk) == 1


def test_it_is_repeated_no_more_when_it_is_corrected_to_or_withdrawn(desk: Desk, frozen: FrozenClock) -> None:
    first = released(desk, frozen)
    once = {name: value for name, value in EVERY_WEEK.items() if name != "repeat"}
    desk.database.write(lambda session: announcements.correct(session, first, once, desk.alice))
    desk.database.write(lambda session: approval.submit(session, desk.network, first, desk.alice))
    desk.approve(first, desk.bob, 2)
    frozen.advance(60)
    desk.turn()
    another = released(desk, frozen)
    desk.database.write(lambda session: announcements.withdraw(session, another, factories.ZONE, desk.alice))
    frozen.advance(days=30)
    assert made(desk) == 0


def test_a_correction_keeps_its_day_and_does_not_draft_the_same_time_again(
    desk: Desk, frozen: FrozenClock
) -> None:
    first = released(desk, frozen)
    frozen.advance(days=5, hours=2)
    assert made(desk) == 1
    other = {
        **EVERY_WEEK,
        "details": {**EVERY_WEEK["details"], "starts_at": "2026-12-30", "url": "https://x.fi"},
    }
    desk.database.write(lambda session: announcements.correct(session, first, other, desk.alice))
    desk.database.write(lambda session: approval.submit(session, desk.network, first, desk.alice))
    desk.approve(first, desk.bob, 2)
    frozen.advance(60)
    desk.turn()
    assert made(desk) == 0
    frozen.advance(days=7)
    assert made(desk) == 1
    third: Draft = desk.draft(first + 2)
    assert third.content["send_at"] == "2026-12-08T10:01:00+00:00"
    assert third.content["details"]["url"] == "https://x.fi"


@pytest.mark.parametrize(
    ("first", "rhythm", "following"),
    [
        ("2026-10-20T06:00", "weekly", "2026-10-27T07:00"),
        ("2026-11-10T07:00", "monthly", "2026-12-08T07:00"),
        ("2026-09-29T06:00", "monthly", "2026-10-27T07:00"),
    ],
)
def test_it_keeps_its_hour_on_the_clock_of_the_network(first: str, rhythm: str, following: str) -> None:
    at, then = (datetime.fromisoformat(said).replace(tzinfo=UTC) for said in (first, following))
    assert next_time(at, rhythm, at, factories.ZONE) == then
