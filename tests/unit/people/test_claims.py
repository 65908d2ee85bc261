"""Whose address differs in the chat asks to be recognised, and a coordinator decides."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.contracts.chat import ChatPerson, Profile
from bot.network import Network
from bot.people import claims, identities
from bot.store.audit import Audit
from bot.store.chats import IdentityClaim
from bot.store.contacts import Contact, contact_by_email
from bot.store.db import Database
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
    return database.write(lambda session: claims.decide(session, claim_id, approve, actor, "test"))


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


def test_what_a_stranger_said_is_forgotten(town: Database, network: Network, frozen: FrozenClock) -> None:
    ask(town, network)
    frozen.advance(days=91)
    other = SHE.model_copy(update={"person": ChatPerson(team="T1", user="UOTHER")})
    town.write(lambda session: claims.claim(session, network, other, "x@example.org"))
    with town.reading() as session:
        assert session.scalars(select(IdentityClaim.user)).all() == ["UOTHER"]
