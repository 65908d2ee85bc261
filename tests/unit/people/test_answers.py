"""Answers: the newest counts, silences only its contact, and every act is in the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import When
from bot.contracts import Report
from bot.network import Network
from bot.people.answers import Refused, answer, answer_of, take_back
from bot.people.mutes import mute, mute_city, muted, muted_cities, unmute, unmute_city
from bot.people.own_reminders import forget_own_reminders, own_reminders, remind_on
from bot.people.roster import roster
from bot.store.answers import AnswerRow, Mute
from bot.store.audit import Audit
from bot.store.contacts import Contact, contact_by_email
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.items import Item
from bot.store.plans import Reminder
from tests.conftest import FrozenClock
from tests.factories import ZONE, deliveries, details, person, plan, tell

FROM = "203.0.113.5"
DEADLINE = "2027-01-15T16:15:00+02:00"


@pytest.fixture
def item_id(frozen: FrozenClock, database: Database, network: Network) -> int:
    """The call of Tampere, told to Alice and Bob of Tampere."""
    with database.writing() as session:
        person(session, "Alice")
        person(session, "Bob")
    (accepted,) = tell(database, details())
    plan(database, network)
    assert accepted.item_id
    return accepted.item_id


def contact(session: Session, name: str = "alice") -> Contact:
    found = contact_by_email(session, f"{name}@example.org")
    assert found
    return found


def queue_reminder(
    database: Database, item_id: int, name: str = "alice", reason: str = "city:tampere"
) -> None:
    """Let a reminder wait for a contact."""
    with database.writing() as session:
        first = session.scalars(
            select(Delivery).where(Delivery.recipient == contact(session, name).pseudonym).limit(1)
        ).one()
        copied = {c.key: getattr(first, c.key) for c in Delivery.__table__.c if c.key != "id"}
        key = f"reminder:{item_id}:{name}:{reason}"
        other = {"purpose": "reminder", "state": "queued", "reason": reason, "dedupe_key": key}
        session.add(Delivery(**{**copied, **other}))


def reminders(database: Database) -> list[str]:
    return [row.state for row in deliveries(database) if row.purpose == "reminder"]


def test_the_newest_answer_is_kept_and_every_one_is_in_the_trail(database: Database, item_id: int) -> None:
    for kind in ("seen", "interested"):
        with database.writing() as session:
            answer(session, contact(session), item_id, kind, "page", FROM)  # type: ignore[arg-type]
    with database.reading() as session:
        (row,) = session.scalars(select(AnswerRow))
        assert (row.answer, row.by, row.remind) == ("interested", "page", False)
        acts = session.execute(select(Audit.facts, Audit.origin).where(Audit.action == "item.answered")).all()
    assert [facts["answer"] for facts, _ in acts] == ["seen", "interested"]
    assert {origin for _, origin in acts} == {FROM}


def test_an_answer_cancels_the_reminders_of_that_contact_and_of_nobody_else(
    database: Database, item_id: int
) -> None:
    queue_reminder(database, item_id, "alice")
    queue_reminder(database, item_id, "bob")
    with database.writing() as session:
        answer(session, contact(session), item_id, "not_for_us", "page", FROM)
    assert reminders(database) == ["cancelled", "queued"]
    notices = [row.state for row in deliveries(database) if row.purpose == "notice"]
    assert notices == ["queued", "queued"]


def test_reminders_stay_for_who_wants_them_all_the_same_and_those_they_asked_for_stay_anyhow(
    database: Database, item_id: int
) -> None:
    queue_reminder(database, item_id)
    with database.writing() as session:
        answer(session, contact(session), item_id, "interested", "page", FROM, remind=True)
    assert reminders(database) == ["queued"]
    queue_reminder(database, item_id, reason="asked")
    with database.writing() as session:
        answer(session, contact(session), item_id, "interested", "page", FROM, remind=False)
    assert reminders(database) == ["cancelled", "queued"]


def test_an_answer_without_a_word_on_reminders_leaves_that_as_it_was(
    database: Database, item_id: int
) -> None:
    with database.writing() as session:
        answer(session, contact(session), item_id, "interested", "page", FROM, remind=True)
        answer(session, contact(session), item_id, "seen", "mail", FROM)
        assert answer_of(session, contact(session), item_id).remind  # type: ignore[union-attr]


def test_an_answer_can_be_taken_back_once(database: Database, item_id: int) -> None:
    with database.writing() as session:
        answer(session, contact(session), item_id, "interested", "page", FROM)
        assert take_back(session, contact(session), item_id, "page", FROM)
        assert answer_of(session, contact(session), item_id) is None
        assert not take_back(session, contact(session), item_id, "page", FROM)


@pytest.mark.parametrize("unknown", [0, -1, 999, 2**31, 10**30])
def test_an_unknown_item_cannot_be_answered(database: Database, item_id: int, unknown: int) -> None:
    with database.writing() as session, pytest.raises(Refused, match="unknown"):
        answer(session, contact(session), unknown, "seen", "page", FROM)


def test_a_withdrawn_or_waiting_item_cannot_be_answered(database: Database, item_id: int) -> None:
    tell(database, Report("id-0", None))
    with database.writing() as session, pytest.raises(Refused, match="withdrawn"):
        answer(session, contact(session), item_id, "seen", "page", FROM)
    with database.writing() as session:
        session.get_one(Item, item_id).state = "waiting"
    with database.writing() as session, pytest.raises(Refused, match="unknown"):
        answer(session, contact(session), item_id, "seen", "page", FROM)
    with database.reading() as session:
        assert not session.scalars(select(AnswerRow)).all()


def test_muting_cancels_everything_that_waits_and_can_be_undone(database: Database, item_id: int) -> None:
    queue_reminder(database, item_id)
    with database.writing() as session:
        alice = contact(session)
        remind_on(session, alice, item_id, datetime(2026, 12, 3, 7, tzinfo=UTC), "page", FROM, ZONE)
        assert mute(session, alice, item_id, "page", FROM)
        assert not mute(session, alice, item_id, "page", FROM)
    states = [row.state for row in deliveries(database)]
    assert states == ["cancelled", "queued", "cancelled"]
    with database.writing() as session:
        assert muted(session, contact(session), item_id)
        assert own_reminders(session, contact(session), item_id) == []
        assert unmute(session, contact(session), item_id, "page", FROM)
        assert not unmute(session, contact(session), item_id, "page", FROM)
        actions = session.scalars(select(Audit.action).where(Audit.action.like("item.%"))).all()
    assert list(actions) == ["item.reminder_asked", "item.muted", "item.unmuted"]


def test_only_the_lead_of_a_city_mutes_it_for_all_and_takes_it_back(database: Database, item_id: int) -> None:
    with database.writing() as session:
        person(session, "Charlie", role="city_lead")
        person(session, "Dora", role="city_lead", cities=("oulu",))
    for name in ("alice", "dora"):
        with database.writing() as session, pytest.raises(Refused, match="lead"):
            mute_city(session, contact(session, name), item_id, "tampere", "page", FROM)
    with database.writing() as session:
        assert mute_city(session, contact(session, "charlie"), item_id, "tampere", "page", FROM)
        assert not mute_city(session, contact(session, "charlie"), item_id, "tampere", "page", FROM)
    assert {row.state for row in deliveries(database)} == {"cancelled"}
    with database.writing() as session:
        assert muted_cities(session, item_id) == {"tampere"}
        with pytest.raises(Refused, match="lead"):
            unmute_city(session, contact(session, "dora"), item_id, "tampere", "page", FROM)
        assert unmute_city(session, contact(session, "charlie"), item_id, "tampere", "page", FROM)
        assert not session.scalars(select(Mute)).all()


def test_a_reminder_is_kept_once_for_an_instant_and_can_be_forgotten(
    database: Database, item_id: int
) -> None:
    at = datetime(2026, 12, 3, 7, tzinfo=UTC)
    with database.writing() as session:
        for _ in range(2):
            remind_on(session, contact(session), item_id, at, "mail", FROM, ZONE)
        (row,) = session.scalars(select(Reminder).where(Reminder.contact_id.is_not(None)))
        assert (row.about, row.due_at, row.state) == ("personal", at, "planned")
        assert row.fire_on.isoformat() == "2026-12-03"
        assert row.key == f"{item_id}:personal:{row.contact_id}:{at.isoformat()}"
        assert forget_own_reminders(session, contact(session), item_id, "page", FROM) == 1
        assert own_reminders(session, contact(session), item_id) == []
        remind_on(session, contact(session), item_id, at, "mail", FROM, ZONE)
        assert own_reminders(session, contact(session), item_id) == [at]


@pytest.mark.parametrize(
    ("at", "why", "when"),
    [
        ("2026-11-24T10:00:00+00:00", "past", None),
        ("2026-11-24T09:59:00+00:00", "past", None),
        (DEADLINE, "late", When.parse(DEADLINE)),
        ("2027-01-16T07:00:00+00:00", "late", When.parse(DEADLINE)),
    ],
)
def test_a_reminder_in_the_past_or_after_the_deadline_is_refused(
    database: Database, item_id: int, at: str, why: str, when: When | None
) -> None:
    with database.writing() as session, pytest.raises(Refused) as refused:
        remind_on(session, contact(session), item_id, datetime.fromisoformat(at), "page", FROM, ZONE)
    assert (refused.value.why, refused.value.when) == (why, when)


def test_a_bare_date_may_be_reminded_of_until_its_day_ends(
    frozen: FrozenClock, database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session)
    (accepted,) = tell(database, details(closes_at="2026-12-03"))
    item = accepted.item_id or 0
    with database.writing() as session:
        last = datetime(2026, 12, 3, 21, 59, tzinfo=UTC)
        remind_on(session, contact(session), item, last, "page", FROM, ZONE)
        with pytest.raises(Refused, match="late"):
            remind_on(session, contact(session), item, last + timedelta(minutes=1), "page", FROM, ZONE)


def test_nobody_can_ask_for_reminders_without_end_or_in_ten_years(
    frozen: FrozenClock, database: Database
) -> None:
    with database.writing() as session:
        person(session)
    (accepted,) = tell(database, details(closes_at=None, kind="news"))
    item, first = accepted.item_id or 0, datetime(2026, 12, 3, 7, tzinfo=UTC)
    with database.writing() as session:
        for hours in range(10):
            remind_on(session, contact(session), item, first + timedelta(hours=hours), "page", FROM, ZONE)
        with pytest.raises(Refused, match="many"):
            remind_on(session, contact(session), item, first + timedelta(days=1), "page", FROM, ZONE)
        with pytest.raises(Refused, match="far"):
            remind_on(session, contact(session), item, datetime(2036, 12, 3, tzinfo=UTC), "page", FROM, ZONE)


def test_the_roster_shows_each_citys_newest_answer_with_its_name(
    frozen: FrozenClock, database: Database, network: Network
) -> None:
    people: dict[str, dict[str, Any]] = {
        "Alice": {}, "Bob": {}, "Charlie": {"cities": ("oulu", "tampere")}, "Dora": {"cities": ()},
    }  # fmt: skip
    with database.writing() as session:
        for name, more in people.items():
            person(session, name, **more)
    (accepted,) = tell(database, details(cities=("tampere", "oulu", "vaasa")))
    item = accepted.item_id or 0
    with database.writing() as session:
        assert roster(session, network, item).silent == ("tampere", "oulu", "vaasa")
        for name, kind in (
            ("charlie", "interested"),
            ("alice", "seen"),
            ("bob", "need_partner"),
            ("dora", "seen"),
        ):
            frozen.advance(minutes=1)
            answer(session, contact(session, name), item, kind, "page", FROM)  # type: ignore[arg-type]
        seen = roster(session, network, item)
    assert [(status.city, status.newest and status.newest.name) for status in seen.cities] == [
        ("tampere", "Bob"),
        ("oulu", "Charlie"),
        ("vaasa", None),
    ]
    assert (seen.answered, seen.total, seen.silent) == (2, 3, ("vaasa",))
    assert [status.city for status in seen.partners_wanted] == ["tampere"]
    assert [voice.name for voice in seen.others] == ["Dora"]
    assert seen.counts() == {"need_partner": 1, "interested": 1}
    with database.reading() as session:
        assert {
            status.newest.name
            for status in roster(session, network, item, named=False).cities
            if status.newest
        } == {""}


def test_an_item_for_all_concerns_every_city_of_the_network(
    frozen: FrozenClock, database: Database, network: Network
) -> None:
    (accepted,) = tell(database, details(cities=()))
    with database.reading() as session:
        assert roster(session, network, accepted.item_id or 0).total == len(network.cities)
