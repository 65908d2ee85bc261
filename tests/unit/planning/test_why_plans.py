"""Why: hours, answers, reminders, corrections, digests, floods and approval, beside the notice."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.network import Network
from bot.people.answers import answer
from bot.people.mutes import mute, mute_city
from bot.people.own_reminders import remind_on
from bot.planning.case import look
from bot.planning.why import decisions
from bot.store.contacts import Contact, contact_by_email
from bot.store.db import Database
from bot.store.deliveries import Delivery, Fanout
from bot.store.digests import DigestPart, DigestRun
from bot.store.drafts import Draft
from bot.store.plans import Correction, Reminder
from tests.conftest import NOON, FrozenClock
from tests.factories import ZONE, details, person, plan, tell


def lines(database: Database, network: Network) -> list[str]:
    with database.reading() as session:
        contact = contact_by_email(session, "alice@example.org")
        assert contact
        found = look(session, contact, 1)
        assert found
        return decisions(found, network, ZONE, clock.now())


def starting(found: list[str], *words: str) -> list[str]:
    return [line for line in found if line.startswith(words)]


def alice(session: Session) -> Contact:
    found = contact_by_email(session, "alice@example.org")
    assert found
    return found


def test_hours_answers_and_own_reminders_are_said(
    frozen: FrozenClock, database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session, timezone="Europe/Lisbon", hours="9-16", ladder="14,2")
    tell(database, details())
    plan(database, network)
    with database.writing() as session:
        answer(session, alice(session), 1, "interested", "mail", "")
        remind_on(session, alice(session), 1, NOON + timedelta(days=9), "page", "", ZONE)
    found = lines(database, network)
    assert starting(found, "hours", "answer", "ladder", "mute") == [
        "hours: working days 9-16 in Europe/Lisbon, open now",
        "mute: not muted",
        "answer: interested by mail, Tue 2026-11-24 10:00 Europe/Lisbon, so no more reminders",
        "ladder: 14, 2 days before",
    ]
    (own,) = starting(found, "own reminder")
    assert own.partition(": ")[2] == "planned, Thu 2026-12-03 10:00 Europe/Lisbon"
    on_it = starting(found, "reminder")
    assert [line.partition(", ")[2] for line in on_it] == [
        "Thu 2026-12-31 at 9, 14 days before the deadline (Fri 2027-01-15 14:15 Europe/Lisbon)",
        "Wed 2027-01-13 at 9, 2 days before the deadline (Fri 2027-01-15 14:15 Europe/Lisbon)",
    ]
    assert starting(found, "other reminders")[0].endswith("on days that are not on the ladder")


def test_each_rung_of_the_ladder_is_said_in_words(
    frozen: FrozenClock, database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session, ladder="30,10,1,0")
    tell(database, details())
    plan(database, network)
    assert [
        line.split(", ")[2].partition(" (")[0] for line in starting(lines(database, network), "reminder")
    ] == [
        "30 days before the deadline",
        "10 days before the deadline",
        "1 day before the deadline",
        "the day of the deadline",
    ]


def test_until_when_something_is_held_is_said_in_the_readers_zone(
    frozen: FrozenClock, database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session)
    frozen.advance(hours=10)  # Tuesday at 22
    tell(database, details())
    plan(database, network)
    found = lines(database, network)
    assert starting(found, "hours") == [
        "hours: working days 8-17 in Europe/Helsinki, closed now, they open Wed 2026-11-25 08:00 Europe/Helsinki"
    ]
    assert starting(found, "delivery") == [
        "delivery 1: notice of revision 1, by email, held until Wed 2026-11-25 08:00 Europe/Helsinki"
    ]


def test_a_muted_item_is_not_told_by_whoever_muted_it(
    frozen: FrozenClock, database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session)
        lead = person(session, "Bob", role="city_lead")
    tell(database, details())
    with database.writing() as session:
        mute_city(session, session.get_one(Contact, lead.id), 1, "tampere", "page", "")
    found = lines(database, network)
    assert starting(found, "mute", "result") == [
        "mute: muted by the lead of tampere for the whole city, Tue 2026-11-24 12:00 Europe/Helsinki",
        "result: no personal copy",
    ]
    with database.writing() as session:
        mute(session, alice(session), 1, "page", "")
    assert starting(lines(database, network), "mute")[0].startswith("mute: muted by the contact, ")


def test_the_digest_that_told_it_is_named(frozen: FrozenClock, database: Database, network: Network) -> None:
    with database.writing() as session:
        person(session, rhythm="weekly")
    tell(database, details())
    plan(database, network)
    assert starting(lines(database, network), "digest", "delivery") == [
        "digest: next Fri 2026-11-27 08:00 Europe/Helsinki",
        "delivery 1: notice of revision 1, held for the weekly digest",
    ]
    with database.writing() as session:
        held = session.get_one(Delivery, 1)
        carrier = Delivery(
            item_id=None, revision=0, message_id=held.message_id, destination_id=held.destination_id, sender="email",
            recipient=held.recipient, purpose="digest", rhythm="weekly", reason="digest", state="sent",
            due_at=NOON, settled_at=NOON, dedupe_key="digest:1:alice", created_at=NOON,
        )  # fmt: skip
        run = DigestRun(rhythm="weekly", opens=date(2026, 11, 20), closes=date(2026, 11, 27), created_at=NOON)
        session.add_all([carrier, run])
        session.flush()
        session.add(DigestPart(run_id=run.id, recipient=held.recipient, delivery_id=carrier.id, made_at=NOON))
        held.state, held.carrier_id = "digested", carrier.id
    assert starting(lines(database, network), "delivery") == [
        "delivery 1: notice of revision 1, digested in delivery 2, part of the weekly digest of 2026-11-27, "
        "state sent, settled Tue 2026-11-24 12:00 Europe/Helsinki"
    ]


def test_attempts_and_the_mediums_answer_are_said(
    frozen: FrozenClock, database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, details())
    plan(database, network)
    with database.writing() as session:
        row = session.get_one(Delivery, 1)
        row.state, row.attempts, row.doubts, row.settled_at = "sent", 2, 1, NOON
        row.ref, row.error = {"id": "250 queued\r\nas 4F"}, "bounced"
    (said,) = starting(lines(database, network), "delivery")
    assert said == (
        "delivery 1: notice of revision 1, sent by email, due Tue 2026-11-24 12:00 Europe/Helsinki, 2 attempts, "
        "1 in doubt, settled Tue 2026-11-24 12:00 Europe/Helsinki, answer id 250 queued as 4F, error: bounced"
    )


def test_a_flood_a_correction_and_an_approval_are_said(
    frozen: FrozenClock, database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, details())
    with database.writing() as session:
        session.scalars(select(Fanout)).one().gathered = True
        session.merge(Correction(item_id=1, due_at=NOON + timedelta(minutes=10)))
        draft = Draft(
            kind="item", subject_id=1, state="waiting", author="source:paper", content={},
            created_at=NOON, updated_at=NOON,
        )  # fmt: skip
        session.add(draft)
    found = lines(database, network)
    assert starting(found, "flood", "correction", "draft") == [
        "draft 1: waits for the approval of another person than source:paper",
        "flood guard: its source brought too many at once, so it waits for one digest of them all",
        "correction: it changed, who was told hears of it Tue 2026-11-24 12:10 Europe/Helsinki if it stays as it is",
    ]
    with database.writing() as session:
        told = session.get_one(Correction, 1)
        told.due_at, told.told_at = None, NOON
        session.get_one(Draft, 1).state = "approved"
        session.get_one(Draft, 1).approver = "abc"
        session.get_one(Draft, 1).release_at = NOON
        for row in session.scalars(select(Reminder)):
            row.state = "dropped"
    found = lines(database, network)
    assert starting(found, "correction", "draft") == [
        "draft 1: was approved by abc, goes out Tue 2026-11-24 12:00 Europe/Helsinki",
        "correction: who was told heard of the change Tue 2026-11-24 12:00 Europe/Helsinki",
    ]
    assert all(": dropped, " in line for line in starting(found, "reminder"))
