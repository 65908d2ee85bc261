"""Where answers are shown, and what comes of a Slack that does not take them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.contracts import Outcome
from bot.contracts.chat import Showing
from bot.people.enrolment import Person as Enrolled
from bot.people.enrolment import enrol_all
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, MessageRow
from integrations.slack.app.chat import SlackChat
from tests.fakes.slack_people import Person
from tests.integrations.slack.app.conftest import App


@pytest.fixture
def alice(app: App) -> Person:
    return app.slack.person("UALICE", email="alice@example.org")


def test_a_mention_is_answered_to_whoever_wrote_it_alone(app: App, alice: Person) -> None:
    alice.mention("C1", "help")
    app.answer()
    assert [shown.channel for shown in alice.ephemerals] == ["C1"]
    assert [row.data["said"] for row in app.rows()] == ["help"] or app.rows()[0].state == "answered"
    assert len(app.rows()) == 1, "the same words as a message of the channel are nobody's business"


def test_what_is_said_to_the_app_is_answered_there(app: App, alice: Person) -> None:
    alice.say_to_app("help")
    app.answer()
    (answer,) = alice.messages
    assert answer.channel == alice.dm
    assert answer.metadata


def test_a_shared_answer_is_seen_by_the_whole_conversation(app: App, alice: Person) -> None:
    alice.slash("/silta open calls share")
    app.answer()
    assert alice.ephemerals == []
    assert [message.channel for message in app.slack.messages] == ["C1"]


def test_unknown_buttons_and_links_are_acknowledged(app: App, alice: Person) -> None:
    for name in ("open.fi.0", "nobody.knows.this"):
        pressed = {
            "type": "block_actions", "team": {"id": "T1"}, "user": {"id": "UALICE", "team_id": "T1"},
            "trigger_id": "7.7", "actions": [{"type": "button", "action_id": name, "block_id": "b"}],
        }  # fmt: skip
        assert app.slack.door.payload(pressed).status == 200
    assert app.slack.event({"type": "reaction_added", "user": "UALICE"}).status == 200
    assert app.rows() == []


def test_an_answer_that_slack_puts_off_comes_later(app: App, alice: Person) -> None:
    app.slack.limit_next(7, method="response_url")
    alice.slash("/silta help")
    app.answer()
    assert alice.ephemerals == []
    app.hand.advance(5)
    app.answer()
    assert alice.ephemerals == []
    app.hand.advance(3)
    app.answer()
    assert len(alice.ephemerals) == 1
    assert [(row.state, row.attempts) for row in app.rows()] == [("answered", 1)]


def test_an_answer_that_comes_too_late_for_slack_has_failed_with_its_reason(app: App, alice: Person) -> None:
    alice.slash("/silta help")
    app.hand.advance(minutes=31)
    app.answer()
    (row,) = app.rows()
    assert row.state == "failed"
    assert "expired_url" in str(row.fault)
    assert [(name, purpose) for name, purpose, _ in given_up(app)] == [("Alice", "confirmation")]


class _Dies(SlackChat):
    """What speaks in Slack, on a machine that is switched off as it does."""

    def __init__(self) -> None:
        self.asked = 0

    def profile(self, *_: object) -> None:
        return None

    def show(self, showing: Showing, key: str) -> Outcome:
        self.asked += 1
        raise KeyboardInterrupt


def test_a_crash_between_effect_and_answer_shows_the_answer_and_does_nothing_twice(
    app: App, alice: Person
) -> None:
    alice.slash("/silta help")
    app.answer()
    alice.slash("/silta rhythm daily")
    dying = _Dies()
    with pytest.raises(KeyboardInterrupt):
        app.steps.talk(dying)
    assert dying.asked == 1
    assert [row.state for row in app.rows()] == ["answered", "done"]
    assert app.answer() == 0, "its lease holds"
    app.hand.advance(16)
    assert app.answer() == 1
    assert [row.state for row in app.rows()] == ["answered", "answered"]
    assert len(alice.ephemerals) == 2


def test_one_persons_requests_are_done_in_their_order(app: App, alice: Person) -> None:
    app.slack.limit_next(30, method="response_url")
    alice.slash("/silta help")
    alice.slash("/silta deadlines")
    bob = app.slack.person("UBOB", email="bob@elsewhere.example")
    bob.slash("/silta help")
    app.answer()
    assert [row.state for row in app.rows()] == ["done", "waiting", "answered"]
    app.hand.advance(31)
    app.answer()
    assert [row.state for row in app.rows()] == ["answered"] * 3


def test_a_request_is_forgotten_after_a_week(app: App, alice: Person) -> None:
    alice.slash("/silta help")
    app.answer()
    app.steps.sweep()
    assert len(app.rows()) == 1
    app.hand.advance(days=7, seconds=1)
    app.steps.sweep()
    assert app.rows() == []


def test_the_steps_are_idle_only_when_all_is_answered(app: App, alice: Person) -> None:
    assert app.steps.idle()
    alice.slash("/silta help")
    assert not app.steps.idle()
    app.answer()
    assert app.steps.idle()


def given_up(app: App) -> list[tuple[str, str, str]]:
    """Mails and alerts about answers that were given up: to whom, why, and what they are called."""
    with app.house.database.reading() as session:
        rows = session.execute(
            select(Delivery.recipient, Delivery.purpose, MessageRow.content, Contact.name)
            .join(MessageRow, MessageRow.id == Delivery.message_id)
            .join(Contact, Contact.pseudonym == Delivery.recipient)
            .where(Delivery.dedupe_key.contains("chat-given-up"))
            .order_by(Delivery.id)
        ).all()
    return [(row.name, row.purpose, row.content[0]["body"]) for row in rows]


def test_whoever_gets_no_answer_after_all_tries_hears_so_by_mail_and_coordinators_once(
    app: App, alice: Person
) -> None:
    with app.house.database.writing() as session:
        enrol_all(session, [Enrolled("Bob", "bob@example.org", (), "coordinator", language="fi")])
    app.slack.limit_next(1, times=16, method="response_url")
    for command in ("/silta varje vecka", "/silta öppna utlysningar"):
        alice.slash(command)
        for _ in range(8):
            app.answer()
            app.hand.advance(minutes=2)
    assert [row.state for row in app.rows()] == ["failed", "failed"]
    assert alice.ephemerals == []
    told = given_up(app)
    assert [(name, purpose) for name, purpose, _ in told] == [
        ("Alice", "confirmation"), ("Bob", "alert"), ("Alice", "confirmation"),
    ]  # fmt: skip
    assert told[0][2].startswith("Det är gjort")
    assert "Joku käytti Siltaa" in told[1][2]
