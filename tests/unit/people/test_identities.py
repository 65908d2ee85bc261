"""People of a chat are matched to contacts by address once, and by their ids from then on."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contracts.chat import ChatPerson, Profile
from bot.network import Network
from bot.people import identities
from bot.people.choices import choose
from bot.people.enrolment import Person, enrol
from bot.store import installs
from bot.store.audit import Audit
from bot.store.contacts import Contact, contact_by_email
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.workplace import know_own_team
from tests.conftest import FrozenClock
from tests.factories import deliveries, details, person, plan, tell

HERE = ChatPerson(team="T1", user="UALICE")


def profile(**more: Any) -> Profile:
    return Profile.model_validate({"person": HERE, "name": "Alice", "email": "Alice@Example.org", **more})


def meet(database: Database, **more: Any) -> Contact | None:
    return database.write(lambda session: identities.match(session, profile(**more)))


def follow(database: Database, network: Network, **more: Any) -> Contact | None:
    return database.write(lambda session: identities.apply(session, network, profile(**more)))


def alice(database: Database) -> Contact:
    with database.reading() as session:
        contact = contact_by_email(session, "alice@example.org")
        assert contact
        return contact


def goes_to(database: Database) -> list[tuple[str, str, str, str]]:
    """What waits or went: its state, sender, workspace and address."""
    with database.reading() as session:
        rows = session.execute(
            select(Delivery.state, Delivery.sender, Destination.team, Destination.address)
            .join(Destination, Destination.id == Delivery.destination_id)
            .where(Delivery.purpose != "alert")
            .order_by(Delivery.id)
        )
        return [tuple(row) for row in rows]


def install(session: Session, team: str) -> None:
    session.execute(installs.BOTS.insert().values(client_id="1.2", app_id="A1", team_id=team))


@pytest.fixture
def town(frozen: FrozenClock, database: Database) -> Database:
    """Alice is a contact with an address, Bob coordinates; the bot's own team is T1, and it is installed in T2."""
    with database.writing() as session:
        know_own_team(session, "T1")
        install(session, "T2")
        person(session, "Alice")
        person(session, "Bob", role="coordinator")
    return database


def test_an_address_binds_once_whatever_its_capitals_and_ids_count_from_then_on(town: Database) -> None:
    assert meet(town, email=" ALICE@example.ORG ") is not None
    assert meet(town, email="") is not None
    assert meet(town, person=ChatPerson(team="T2", user="UALICE"), email="") is None
    with town.reading() as session:
        trail = session.scalars(select(Audit).where(Audit.action == "identity.bound")).all()
    assert [row.facts for row in trail] == [{"team": "T1", "user": "UALICE", "how": "address"}]


@pytest.mark.parametrize(
    "who", [{"foreign": True}, {"email": ""}, {"left": True}, {"email": "mallory@example.org"}]
)
def test_strangers_are_nobody(town: Database, who: dict[str, Any]) -> None:
    assert meet(town, **who) is None
    assert alice(town).slack_user_id is None


def test_a_guest_is_their_contact(town: Database) -> None:
    assert meet(town, guest=True) is not None


def test_a_second_account_with_the_same_address_takes_nothing_from_the_first(town: Database) -> None:
    meet(town)
    assert meet(town, person=ChatPerson(team="T1", user="UOTHER")) is None
    assert alice(town).slack_user_id == "UALICE"


def test_an_identity_without_a_workspace_is_of_the_bots_own(town: Database) -> None:
    with town.writing() as session:
        person(session, "Charlie", slack_user_id="UCHARLIE")
    charlie = {"email": "", "person": ChatPerson(team="T1", user="UCHARLIE")}
    found = meet(town, **charlie)
    assert found is not None
    assert found.name == "Charlie"
    assert meet(town, **{**charlie, "person": ChatPerson(team="T2", user="UCHARLIE")}) is None


@pytest.mark.parametrize(("chosen", "way"), [(None, "slack"), ("email", "email")])
def test_direct_messages_begin_and_a_chosen_way_stays(
    town: Database, network: Network, chosen: Any, way: str
) -> None:
    with town.writing() as session:
        person(session, "Alice", channel=chosen)
    tell(town, details())
    plan(town, network)
    meet(town)
    assert goes_to(town)[0][:3] == ("queued", way, "")


def test_people_of_another_workspace_are_reached_in_it(town: Database, network: Network) -> None:
    meet(town, person=ChatPerson(team="T2", user="UALICE"))
    tell(town, details())
    plan(town, network)
    assert goes_to(town)[0][1:] == ("slack", "T2", "UALICE")


@pytest.mark.parametrize(
    ("locale", "chose", "speaks"),
    [("sv-SE", {}, "sv"), ("en-US", {}, "fi"), ("", {}, "fi"), ("sv-SE", {"language": "en"}, "en")],
)
def test_a_locale_speaks_only_where_nobody_chose(
    town: Database, locale: str, chose: dict[str, Any], speaks: str
) -> None:
    with town.writing() as session:
        contact = contact_by_email(session, "alice@example.org")
        assert contact
        choose(session, contact, "test", **chose)
    meet(town, locale=locale, zone="Europe/Stockholm")
    assert (alice(town).language, alice(town).timezone) == (speaks, "Europe/Stockholm")


@pytest.mark.parametrize("own", ["T1", None])
def test_an_address_that_another_organisations_workspace_says_binds_nobody(
    frozen: FrozenClock, database: Database, own: str | None
) -> None:
    with database.writing() as session:
        person(session, "Alice", role="coordinator")
        install(session, "T2")
        if own:
            know_own_team(session, own)
    assert meet(database, person=ChatPerson(team="T9", user="UMALLORY")) is None
    assert meet(database, person=ChatPerson(team="T2", user="UALICE")) is not None


def test_the_second_binding_changes_no_language(town: Database, network: Network) -> None:
    meet(town)
    follow(town, network, left=True)
    meet(town, person=ChatPerson(team="T1", user="UNEW"), locale="sv-SE", zone="no/zone")
    assert (alice(town).slack_user_id, alice(town).language) == ("UNEW", "fi")


def test_who_leaves_hears_by_mail_and_coordinators_are_told_once(
    town: Database, network: Network, frozen: FrozenClock
) -> None:
    meet(town)
    tell(town, details())
    plan(town, network)
    for _ in range(3):
        follow(town, network, left=True)
    assert goes_to(town)[0] == ("queued", "email", "", "alice@example.org")
    assert alice(town).slack_left_at == frozen.instant
    assert len([each for each in deliveries(town) if each.purpose == "alert"]) == 1
    frozen.advance(days=3)
    follow(town, network)
    assert alice(town).slack_left_at is None
    assert goes_to(town)[0] == ("queued", "slack", "", "UALICE")


def test_an_import_without_identities_takes_none_that_the_chat_made_known(town: Database) -> None:
    meet(town)
    with town.writing() as session:
        enrol(session, Person("Alice", "alice@example.org", language="sv"))
    assert (alice(town).slack_user_id, alice(town).language) == ("UALICE", "sv")


def test_a_removed_app_leaves_people_to_mail_until_it_is_back(town: Database, network: Network) -> None:
    meet(town, person=ChatPerson(team="T2", user="UALICE"))
    tell(town, details())
    plan(town, network)
    with town.writing() as session:
        assert identities.forget_team(session, "T2") == 1
    assert goes_to(town)[0][1] == "email"
    with town.writing() as session:
        assert identities.team_back(session, "T2") == 1
    assert goes_to(town)[0][1:] == ("slack", "T2", "UALICE")
