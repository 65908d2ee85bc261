"""Whose address differs in Slack says who they are, and coordinators decide on it there."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.contracts.chat import ChatPerson
from bot.people.enrolment import Person as Stated
from bot.people.enrolment import enrol
from bot.people.identities import bound
from bot.store.chats import IdentityClaim
from bot.store.contacts import Contact
from tests.fakes.slack_people import Person
from tests.integrations.slack.app.conftest import App, OpenApp
from tests.journeys.slack_desk import until


@pytest.fixture
def app(open_app: OpenApp) -> App:
    return open_app(delivery_mode="live")


@pytest.fixture
def alice(app: App) -> Person:
    return app.slack.person("UALICE", called="Alice", email="alice@elsewhere.example", locale="en-GB")


@pytest.fixture
def bob(app: App) -> Person:
    """A coordinator, known by address."""
    with app.house.database.writing() as session:
        enrol(session, Stated("Bob", "bob@example.org", role="coordinator", language="en", hours="always"))
    bob = app.slack.person("UBOB", called="Bob", email="bob@example.org", locale="en-GB")
    bob.open_home()
    app.answer()
    return bob


def known(app: App) -> Contact | None:
    with app.house.database.reading() as session:
        return bound(session, ChatPerson(team="T1", user="UALICE"))


def say_who(app: App, alice: Person, address: str = "alice@example.org") -> None:
    alice.open_home()
    app.answer()
    alice.press(alice.home, "This is me")
    until(lambda: alice.modals, lambda: alice.trouble)
    alice.submit({"address/claim.address": address})
    app.answer()


def tell(app: App, bob: Person) -> None:
    """Coordinators' alerts go out."""
    sender = app.house.senders["slack"]()
    app.steps.lanes.serve("slack", sender)
    sender.close()


def test_a_stranger_says_who_they_are_and_a_coordinator_approves(
    app: App, alice: Person, bob: Person
) -> None:
    say_who(app, alice)
    assert "Thank you" in alice.modals[-1].text
    assert known(app) is None
    tell(app, bob)
    bob.press(bob.messages[-1], "Look at it")
    until(lambda: bob.modals, lambda: bob.trouble)
    assert "alice@elsewhere.example" in bob.modals[-1].text
    bob.press(bob.modals[-1], "Approve")
    until(lambda: "Approved" in bob.modals[-1].text, lambda: bob.modals[-1].text)
    assert "alice@" not in bob.modals[-1].text
    contact = known(app)
    assert contact is not None
    assert contact.name == "Alice"


def test_what_is_no_address_is_said_beside_its_field(app: App, alice: Person) -> None:
    alice.open_home()
    app.answer()
    alice.press(alice.home, "This is me")
    until(lambda: alice.modals, lambda: alice.trouble)
    alice.submit({"address/claim.address": "alice"})
    assert "no mail address" in str(alice.modals[-1].errors)
    assert app.answer() == 0


def test_signs_that_no_database_keeps_are_taken_out_of_an_address(app: App, alice: Person) -> None:
    say_who(app, alice, "alice\x00@example.org")
    with app.house.database.reading() as session:
        assert session.scalars(select(IdentityClaim.claimed_email)).all() == ["alice@example.org"]


def test_only_coordinators_see_who_waits(app: App, alice: Person, bob: Person) -> None:
    say_who(app, alice)
    tell(app, bob)
    with app.house.database.writing() as session:
        enrol(session, Stated("Bob", "bob@example.org", role="contact", language="en"))
    bob.press(bob.messages[-1], "Look at it")
    until(lambda: bob.modals, lambda: bob.trouble)
    assert "Only coordinators" in bob.modals[-1].text
    assert "alice@" not in bob.modals[-1].text
