"""Erasure: the person is gone from every table, the proof stays."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot import clock
from bot.network import Network
from bot.people.answers import answer
from bot.people.enrolment import Person, enrol
from bot.people.erasure import erase
from bot.people.export import everything_about
from bot.people.mutes import mute, mute_city
from bot.people.own_reminders import remind_on
from bot.store import metadata
from bot.store.answers import AnswerRow, Mute
from bot.store.audit import Audit
from bot.store.contacts import Contact, contact_by_email
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.destinations import Subscription
from bot.store.plans import Reminder
from tests.conftest import NOON, FrozenClock
from tests.factories import ZONE, deliveries, details, person, plan, tell

TRACES = ("alice", "ualice", "uformer", "dalice")


def told(database: Database, network: Network) -> Contact:
    """Alice was told of two items, one arrived; a third waits, and her Slack identity has changed since."""
    with database.writing() as session:
        alice = person(session, "Alice", slack_user_id="UFORMER", role="admin")
    tell(database, *(details(title={"en": f"Call {number}"}) for number in range(3)))
    plan(database, network)
    with database.writing() as session:
        sent, doubtful, _ = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        sent.state, sent.settled_at, sent.ref = "sent", clock.now(), {"channel": "DALICE", "ts": "1.0"}
        doubtful.state, doubtful.error = "doubtful", "550 <alice@example.org> is slow"
        person(session, "Alice", slack_user_id="UALICE", role="admin")
    return alice


def gone(database: Database) -> None:
    with database.writing() as session:
        alice = contact_by_email(session, "Alice@Example.org")
        assert alice
        erase(session, alice, "command")


def test_nothing_in_the_database_tells_who_it_was(database: Database, network: Network) -> None:
    told(database, network)
    with database.reading() as session:
        before = str(
            [[tuple(row) for row in session.execute(select(table))] for table in metadata.sorted_tables]
        )
    assert all(trace in before.casefold() for trace in TRACES)
    gone(database)
    with database.reading() as session:
        after = str(
            [[tuple(row) for row in session.execute(select(table))] for table in metadata.sorted_tables]
        )
    assert not [trace for trace in TRACES if trace in after.casefold()]


def test_the_proof_stays_under_the_pseudonym_and_what_was_not_sent_is_cancelled(
    database: Database, network: Network
) -> None:
    alice = told(database, network)
    gone(database)
    assert [(row.recipient, row.state, row.error) for row in deliveries(database)] == [
        (alice.pseudonym, "sent", None),
        (alice.pseudonym, "cancelled", "the contact was erased"),
        (alice.pseudonym, "cancelled", "the contact was erased"),
    ]
    with database.reading() as session:
        left = session.get_one(Contact, alice.id)
        assert (left.pseudonym, left.erased_at is not None, left.role) == (alice.pseudonym, True, "contact")
        assert session.scalars(select(Subscription)).all() == []
        acts = session.execute(select(Audit.actor, Audit.action, Audit.subject)).all()
        assert acts == [("command", "contact.erased", alice.pseudonym)]


def test_links_sent_before_open_nothing_any_more(database: Database, network: Network) -> None:
    version = told(database, network).links_version
    gone(database)
    with database.reading() as session:
        assert session.scalars(select(Contact.links_version)).one() > version


def test_the_same_address_later_is_a_new_person(database: Database, network: Network) -> None:
    before = told(database, network)
    gone(database)
    with database.writing() as session:
        alice, new = enrol(
            session, Person("Alice", "alice@example.org", slack_user_id="UALICE", cities=("oulu",))
        )
        assert new
        assert alice.pseudonym != before.pseudonym
        assert everything_about(session, alice)["deliveries"] == []
    tell(database, details(cities=("oulu",)), name="other")
    plan(database, network)
    assert [row.recipient for row in deliveries(database, "queued")] == [alice.pseudonym]


def test_a_place_that_is_somebody_elses_now_stays_theirs(database: Database, network: Network) -> None:
    told(database, network)
    with database.writing() as session:
        enrol(session, Person("Bob", "bob@example.org", slack_user_id="UFORMER"))
    gone(database)
    with database.reading() as session:
        bob = contact_by_email(session, "bob@example.org")
        assert bob
        places = everything_about(session, bob)["destinations"]
    assert {(place["sender"], place["address"]) for place in places} == {
        ("email", "bob@example.org"),
        ("slack", "UFORMER"),
    }


def test_what_they_chose_muted_and_asked_for_goes_and_their_answer_stays_a_pseudonyms(
    frozen: FrozenClock, database: Database, network: Network
) -> None:
    with database.writing() as session:
        lead = person(
            session, "Alice", role="city_lead", hours="7-19", ladder="none", digest_day=0, digest_hour=7
        )
        bob = person(session, "Bob")
    tell(database, details(), details(title={"en": "Another"}))
    with database.writing() as session:
        for who in (session.get_one(Contact, lead.id), session.get_one(Contact, bob.id)):
            answer(session, who, 1, "interested", "page", "")
            mute(session, who, 2, "page", "")
            remind_on(session, who, 1, NOON + timedelta(days=3), "page", "", ZONE)
        mute_city(session, session.get_one(Contact, lead.id), 2, "tampere", "page", "")
    gone(database)
    with database.reading() as session:
        erased = session.get_one(Contact, lead.id)
        assert (erased.hours, erased.ladder, erased.digest_day, erased.digest_hour) == ("", "", None, None)
        assert not erased.letter
        assert session.scalars(select(Mute.contact_id).order_by(Mute.id)).all() == [bob.id, None]
        assert session.scalars(select(Mute.by_contact_id).order_by(Mute.id)).all() == [bob.id, None]
        assert session.scalars(select(Reminder.contact_id).where(Reminder.contact_id.is_not(None))).all() == [
            bob.id
        ]
        assert session.scalars(select(AnswerRow.contact_id)).all() == [lead.id, bob.id]
