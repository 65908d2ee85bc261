"""Who acts: contacts by their address, strangers, people of other organisations, machines."""

from __future__ import annotations

import pytest

from bot.contracts.chat import ChatPerson
from bot.people.identities import bound
from tests.fakes.slack_people import Person
from tests.integrations.slack.app.conftest import App


@pytest.fixture
def alice(app: App) -> Person:
    return app.slack.person("UALICE", email="Alice@Example.org", locale="fi-FI")


def test_whoever_has_a_contacts_address_is_that_contact_from_then_on(app: App, alice: Person) -> None:
    alice.slash("/silta help")
    app.answer()
    with app.house.database.reading() as session:
        contact = bound(session, ChatPerson(team="T1", user="UALICE"))
    assert contact is not None
    assert contact.email == "alice@example.org"


def test_a_stranger_is_told_so_in_the_language_of_their_slack(app: App) -> None:
    bob = app.slack.person("UBOB", email="bob@elsewhere.example", locale="fi-FI")
    bob.slash("/silta help")
    app.answer()
    (shown,) = bob.ephemerals
    assert "Emme tunnista sinua" in shown.words
    (button,) = [
        each for block in shown.blocks for each in block.get("elements", ()) if each["type"] == "button"
    ]
    assert button["value"] == "open:claim:fi"
    assert app.rows()[0].state == "answered"


def test_a_button_pressed_by_a_stranger_does_nothing_but_say_so(app: App, alice: Person) -> None:
    alice.slash("/silta open calls")
    app.answer()
    pressed = {
        "type": "block_actions", "team": {"id": "T1"}, "user": {"id": "UBOB", "team_id": "T2"},
        "channel": {"id": "C1"}, "trigger_id": "7.7", "response_url": "",
        "actions": [{"type": "button", "action_id": "do.x.0", "block_id": "b", "value": '{"do":"stop"}'}],
    }  # fmt: skip
    app.slack.person("UBOB", team="T2", email="alice@example.org")
    assert app.slack.door.payload(pressed).ok
    app.answer()
    row = app.rows()[-1]
    assert row.person == "T2:UBOB"
    with app.house.database.reading() as session:
        assert bound(session, ChatPerson(team="T2", user="UBOB")) is None


def test_while_slack_does_not_say_who_somebody_is_they_wait_and_are_asked_for_again(
    app: App, alice: Person
) -> None:
    app.slack.fail_next("internal_error", method="users.info")
    alice.slash("/silta help")
    assert app.answer() == 1
    assert alice.ephemerals == []
    app.hand.advance(minutes=1)
    app.answer()
    assert len(alice.ephemerals) == 1
    assert app.rows()[0].state == "answered"


def test_nothing_is_answered_to_machines_or_to_ourselves(app: App, alice: Person) -> None:
    said = {"type": "message", "channel_type": "im", "channel": alice.dm, "text": "help", "ts": "1.1"}
    for by in (
        {"user": "UALICE", "bot_id": "B9"}, {"user": alice.bot}, {"user": "USLACKBOT"},
        {"user": "UALICE", "subtype": "bot_message"}, {"user": "UALICE", "subtype": "channel_join"},
        {},
    ):  # fmt: skip
        assert app.slack.event(said | by).ok
    assert app.slack.event(said | {"type": "app_mention", "user": "UALICE", "bot_id": "B9"}).ok
    assert app.rows() == []


def test_who_is_of_another_organisation_is_known_by_their_own_workspace(app: App) -> None:
    said = {"type": "app_mention", "channel": "C1", "text": "help", "ts": "1.1", "user": "UBOB"}
    app.slack.event(said | {"user_team": "T2", "team": "T2"}, is_ext_shared_channel=True)
    app.slack.event(said, is_ext_shared_channel=True)
    assert [row.person for row in app.rows()] == ["T2:UBOB", ":UBOB"]


def test_a_changed_profile_is_followed(app: App, alice: Person) -> None:
    alice.slash("/silta help")
    app.answer()
    app.slack.leave("UALICE")
    app.answer()
    with app.house.database.reading() as session:
        contact = bound(session, ChatPerson(team="T1", user="UALICE"))
    assert contact is not None
    assert contact.slack_left_at is not None
