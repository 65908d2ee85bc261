"""Whose address differs in the chat asks to be recognised, and a coordinator decides."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.contracts.chat import ChatPerson, ChatRequest, Profile
from bot.conversation.chat.counter import ChatCounter
from bot.network import Network, load_network
from bot.people import claims, identities
from bot.people.erasure import erase
from bot.store.audit import Audit
from bot.store.chats import ChatRequestRow, IdentityClaim
from bot.store.contacts import Contact, contact_by_email
from bot.store.db import Database
from bot.store.deliveries import MessageRow
from tests.conftest import FrozenClock
from tests.factories import deliveries, person

HERE = ChatPerson(team="T1", user="UALICE")
SHE = Profile(person=HERE, name="Alice", email="alice@elsewhere.example")


@pytest.fixture
def town(frozen: FrozenClock, database: Database) -> Database:
    """Alice is a contact, Bob coordinates."""
    with database.writing() as session:
        person(session, "Alice")
        person(session, "Bob", role="coordinator")
    return database


def ask(database: Database, network: Network, claimed: str = "Alice@example.org") -> bool:
    return database.write(lambda session: claims.claim(session, network, SHE, claimed, "https://s/claims"))


def decide(database: Database, approve: bool, actor: str = "bob") -> str:
    with database.reading() as session:
        claim_id = session.scalars(select(IdentityClaim.id)).one()
    return database.write(
        lambda session: claims.decide(session, load_network(), claim_id, approve, actor, "test")
    )


def alice(database: Database) -> Contact:
    with database.reading() as session:
        contact = contact_by_email(session, "alice@example.org")
        assert contact
        return contact


def test_an_approved_claim_binds_and_is_decided_once(town: Database, network: Network) -> None:
    assert ask(town, network)
    with town.reading() as session:
        (waits,) = claims.waiting(session)
    assert (waits.email, waits.claimed, waits.contact) == (SHE.email, "alice@example.org", "Alice")
    assert [decide(town, approve) for approve in (True, False, True)] == ["approved", "settled", "settled"]
    assert alice(town).slack_user_id == "UALICE"
    found = town.write(lambda session: identities.match(session, SHE))
    assert found is not None
    with town.reading() as session:
        trail = session.scalars(select(Audit.action).order_by(Audit.id)).all()
    assert trail[-2:] == ["identity.bound", "claim.approved"]


def test_a_person_has_one_open_claim_and_coordinators_hear_of_it_once(
    town: Database, network: Network
) -> None:
    assert ask(town, network, "alise@example.org")
    assert ask(town, network)
    with town.reading() as session:
        assert [each.claimed for each in claims.waiting(session)] == ["alice@example.org"]
    assert len(deliveries(town)) == 1


def test_who_was_refused_waits_a_day(town: Database, network: Network, frozen: FrozenClock) -> None:
    ask(town, network)
    assert decide(town, approve=False) == "refused"
    assert not ask(town, network)
    frozen.advance(days=1)
    assert ask(town, network)
    assert alice(town).slack_user_id is None


def test_an_address_that_is_nobodys_cannot_be_approved(town: Database, network: Network) -> None:
    ask(town, network, "mallory@example.org")
    assert decide(town, approve=True) == "nobody"
    assert decide(town, approve=False) == "refused"


def test_an_account_that_is_somebodys_already_stays_theirs(town: Database, network: Network) -> None:
    ask(town, network)
    with town.writing() as session:
        identities.bind(session, person(session, "Charlie"), HERE, "test", "test")
    assert decide(town, approve=True) == "taken"


def test_nobody_confirms_an_account_of_their_own(town: Database, network: Network) -> None:
    ask(town, network, "bob@example.org")
    with town.reading() as session:
        bob = contact_by_email(session, "bob@example.org")
        assert bob
    assert decide(town, approve=True, actor=bob.pseudonym) == "own"


def test_nobody_makes_somebody_else_of_a_second_account_with_their_own_address(
    town: Database, network: Network
) -> None:
    second = Profile(person=ChatPerson(team="T2", user="UBOB2"), name="Bob", email="Bob@example.org")
    with town.writing() as session:
        bob = contact_by_email(session, "bob@example.org")
        assert bob
        claims.claim(session, network, second, "alice@example.org")
    assert decide(town, approve=True, actor=bob.pseudonym) == "own"
    assert decide(town, approve=True, actor="charlie") == "approved"


def test_a_contact_hears_by_mail_that_their_account_was_changed(town: Database, network: Network) -> None:
    with town.writing() as session:
        contact = contact_by_email(session, "alice@example.org")
        assert contact
        contact.language, contact.rhythm = "sv", "off"
        identities.bind(session, contact, ChatPerson(team="T1", user="UOLD"), "local", "csv")
    ask(town, network)
    assert decide(town, approve=True) == "approved"
    (mail,) = [each for each in deliveries(town) if each.purpose == "confirmation"]
    assert (mail.sender, mail.recipient, mail.state) == ("email", alice(town).pseudonym, "queued")
    with town.reading() as session:
        (message,) = session.get_one(MessageRow, mail.message_id).content
        bound = session.scalars(
            select(Audit).where(Audit.action == "identity.bound").order_by(Audit.id)
        ).all()
    assert message["title"] == "Ditt konto i Slack har ändrats"
    assert [fact["text"] for fact in message["facts"]] == ["Alice, alice@elsewhere.example"]
    assert bound[-1].facts["was"] == "UOLD"


def test_nobody_hears_of_what_was_refused(town: Database, network: Network) -> None:
    ask(town, network)
    assert decide(town, approve=False) == "refused"
    assert [each.purpose for each in deliveries(town)] == ["alert"]


def test_erasure_takes_along_what_was_said_with_an_account_that_was_replaced(
    town: Database, network: Network
) -> None:
    counter = ChatCounter(town, "slack")
    for user in ("UOLD", "UALICE", "UBOB"):
        person = ChatPerson(team="T1", user=user)
        counter.take(ChatRequest(key=user, kind="say", person=person, team="T1", said="help"))
    with town.writing() as session:
        contact = contact_by_email(session, "alice@example.org")
        assert contact
        identities.bind(session, contact, ChatPerson(team="T1", user="UOLD"), "local", "csv")
    old = SHE.model_copy(update={"person": ChatPerson(team="T1", user="UOLD")})
    town.write(lambda session: claims.claim(session, network, old, "somebody@example.org"))
    with town.writing() as session:
        contact = contact_by_email(session, "alice@example.org")
        assert contact
        identities.bind(session, contact, HERE, "local", "csv")
        erase(session, contact, "local")
    with town.reading() as session:
        assert session.scalars(select(ChatRequestRow.key)).all() == ["UBOB"]
        assert session.scalars(select(IdentityClaim)).all() == []


def test_an_account_that_is_somebody_elses_by_now_keeps_what_they_said(town: Database) -> None:
    shared = ChatPerson(team="T1", user="USHARED")
    ChatCounter(town, "slack").take(
        ChatRequest(key="bobs", kind="say", person=shared, team="T1", said="help")
    )
    with town.writing() as session:
        contact, bob = (contact_by_email(session, f"{name}@example.org") for name in ("alice", "bob"))
        assert contact
        assert bob
        identities.bind(session, contact, shared, "local", "csv")
        identities.bind(session, contact, HERE, "local", "csv")
        identities.bind(session, bob, shared, "local", "csv")
        erase(session, contact, "local")
    with town.reading() as session:
        assert session.scalars(select(ChatRequestRow.key)).all() == ["bobs"]


def test_what_a_stranger_said_is_forgotten(town: Database, network: Network, frozen: FrozenClock) -> None:
    ask(town, network)
    frozen.advance(days=91)
    other = SHE.model_copy(update={"person": ChatPerson(team="T1", user="UOTHER")})
    town.write(lambda session: claims.claim(session, network, other, "x@example.org"))
    with town.reading() as session:
        assert session.scalars(select(IdentityClaim.user)).all() == ["UOTHER"]
