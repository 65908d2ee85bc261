"""The bridge: answers in threads of ours go to the workspace's mailbox, each once, and nothing comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import clock
from bot.app import House
from bot.app.bridge import bridge_duties
from bot.contracts import ChatPerson, ChatRequest, Letter, MailReply, Message
from bot.conversation.chat.bridge import THREAD_AGE, keep_reply
from bot.conversation.mail import take_in
from bot.people.conversations import add_conversation
from bot.people.erasure import erase
from bot.people.export import everything_about
from bot.store.chats import ThreadReply
from bot.store.contacts import contact_by_email
from bot.store.deliveries import Delivery, MessageRow
from bot.store.destinations import Destination
from bot.store.workplace import Installation
from tests import factories
from tests.conftest import FrozenClock

TEAM, CHANNEL, ROOT = "T0OURS", "C0TAMPERE", "1795514400.000100"
WORKSPACE = "tyotila@example.org"


@dataclass
class Thread:
    """A post of ours about a call in a conversation, what is written below it, and the mails that come of it."""

    house: House
    count: int = field(default=0)

    def begin(self, bridge: str = "mail") -> None:
        with self.house.database.writing() as session:
            add_conversation(session, CHANNEL, languages=("fi",), bridge=bridge)
            factories.person(session, "Alice", slack_user_id="U0ALICE", slack_team_id=TEAM, channel="email")
        factories.tell(self.house.database, factories.details(url="https://tyotila.example.org/haku"))
        factories.plan(self.house.database, self.house.network)
        with self.house.database.writing() as session:
            here = select(Destination.id).where(Destination.address == CHANNEL).scalar_subquery()
            ours = update(Delivery).where(Delivery.destination_id == here)
            session.execute(ours.values(state="sent", ref={"channel": CHANNEL, "ts": ROOT}))

    def write(self, said: str, user: str = "U0ALICE", **more: Any) -> bool:
        """Somebody writes in the thread; returns whether it was ours to keep."""
        self.count += 1
        stated: dict[str, Any] = {
            "key": f"Ev{self.count}", "kind": "wrote", "person": ChatPerson(team=TEAM, user=user), "team": TEAM,
            "said": said, "place": CHANNEL, "thread": ROOT, "ts": f"{clock.now().timestamp() + self.count:.6f}",
        }  # fmt: skip
        request = ChatRequest.model_validate(stated | more)
        return self.house.database.write(lambda session: keep_reply(session, request))

    def carry(self) -> None:
        """Let the duty run."""
        [duty] = bridge_duties(self.house)
        duty.run({})

    def mails(self) -> list[Message]:
        query = (
            select(MessageRow.content)
            .join(Delivery, Delivery.message_id == MessageRow.id)
            .join(Destination, Destination.id == Delivery.destination_id)
            .where(Destination.address == WORKSPACE)
            .order_by(Delivery.id)
        )
        with self.house.database.reading() as session:
            return [Message.model_validate(content[0]) for content in session.scalars(query)]

    def said(self) -> list[list[tuple[str, str]]]:
        """For each mail who said what."""
        return [
            [(entry.title, "\n".join(entry.notes)) for entry in mail.sections[0].entries]
            for mail in self.mails()
        ]


@pytest.fixture
def thread(frozen: FrozenClock, open_test_house: Callable[..., House]) -> Thread:
    made = Thread(
        open_test_house(slack_signing_secret="s" * 32, workspace_mail=WORKSPACE, default_language="en")
    )
    made.begin()
    return made


def test_answers_go_as_one_summary_once_the_thread_is_quiet(thread: Thread, frozen: FrozenClock) -> None:
    assert thread.write("We are in.\nWho else?")
    assert thread.write("So are we <!channel>.", user="U0STRANGER")
    thread.carry()
    assert thread.mails() == []
    frozen.advance(minutes=11)
    for _ in range(2):
        thread.carry()
    answers = [("Alice", "We are in.\nWho else?"), ("Somebody in Slack", "So are we <!channel>.")]
    assert thread.said() == [answers]
    [mail] = thread.mails()
    assert (mail.title, mail.label, mail.preheader) == ("Call", "Answers in Slack", "2 new answers")
    assert [action.url for action in mail.actions] == ["https://tyotila.example.org/haku"]


def test_each_answer_goes_once_and_a_later_one_in_a_mail_of_its_own(
    thread: Thread, frozen: FrozenClock
) -> None:
    thread.write("One", ts="1795514401.000100")
    thread.write("One", ts="1795514401.000100")  # Slack's retry, after the first one was forgotten
    frozen.advance(hours=1)
    thread.carry()
    thread.write("One, edited", ts="1795514401.000100")
    thread.write("Two")
    frozen.advance(hours=1)
    thread.carry()
    assert thread.said() == [[("Alice", "One")], [("Alice", "Two")]]


def test_a_thread_that_never_rests_is_carried_on_every_hour(thread: Thread, frozen: FrozenClock) -> None:
    for minute in range(0, 72, 6):
        thread.write(f"minute {minute}")
        thread.carry()
        frozen.advance(minutes=6)
    assert [len(answers) for answers in thread.said()] == [12]


def test_what_was_deleted_or_edited_meanwhile_goes_as_it_is_then(thread: Thread, frozen: FrozenClock) -> None:
    for ts, said in (
        ("1795514401.000100", "Wrong"),
        ("1795514402.000100", "Fist"),
        ("1795514403.000100", ""),
    ):
        thread.write(said, ts=ts)
    thread.write("", kind="unwrote", ts="1795514401.000100")
    thread.write("Wrong", ts="1795514401.000100")  # the event that was overtaken
    thread.write("First", ts="1795514402.000100")
    frozen.advance(hours=1)
    thread.carry()
    assert thread.said() == [[("Alice", "First")]]
    with thread.house.database.reading() as session:
        assert sorted(session.scalars(select(ThreadReply.said))) == ["", "First"]


ELSEWHERE: list[dict[str, Any]] = [
    {"thread": ""},
    {"thread": "1795514400.000999"},
    {"ts": ROOT},
    {"place": "C0OTHER"},
    {"team": "T0OTHERS"},
]


def test_only_answers_below_a_post_of_ours_are_kept(thread: Thread) -> None:
    with thread.house.database.writing() as session:
        session.execute(update(Installation).values(slack_team=TEAM))
    assert [thread.write("Hello", **where) for where in ELSEWHERE] == [False] * len(ELSEWHERE)
    assert thread.write("Hello")


def test_a_conversation_that_does_not_want_it_keeps_its_answers(thread: Thread, frozen: FrozenClock) -> None:
    with thread.house.database.writing() as session:
        add_conversation(session, CHANNEL, languages=("fi",), bridge="")
    assert not thread.write("Hello")
    with thread.house.database.writing() as session:
        add_conversation(session, CHANNEL, languages=("fi",), bridge="page")
    assert thread.write("Hello")
    frozen.advance(hours=2)
    thread.carry()
    assert thread.mails() == []


def test_an_answer_to_such_a_mail_does_nothing(thread: Thread, frozen: FrozenClock) -> None:
    thread.write("We are in.")
    frozen.advance(hours=1)
    thread.carry()
    with thread.house.database.reading() as session:
        mail = session.scalars(select(Delivery).where(Delivery.purpose == "bridge")).one()
    key = thread.house.stationery.key(mail.id)
    letter = Letter("1" * 64, MailReply((key,), sender=WORKSPACE, text="stop"))
    taken = thread.house.database.write(lambda session: take_in(session, thread.house.stationery, letter))
    assert (taken.kind, taken.note) == ("reply", "nobody's any more")
    frozen.advance(hours=1)
    thread.carry()
    assert len(thread.mails()) == 1


def test_who_is_erased_leaves_no_words(thread: Thread, frozen: FrozenClock) -> None:
    thread.write("We are in.")
    thread.write("We too.", user="U0STRANGER")
    frozen.advance(hours=1)
    thread.carry()
    with thread.house.database.writing() as session:
        alice = contact_by_email(session, "alice@example.org")
        assert alice
        kept = everything_about(session, alice)["answers_in_threads"]
        assert [each["said"] for each in kept] == ["We are in."]
        erase(session, alice, "command")
    assert thread.said() == [[("–", ""), ("Somebody in Slack", "We too.")]]
    with thread.house.database.reading() as session:
        assert sorted(session.scalars(select(ThreadReply.said))) == ["", "We too."]


def test_old_answers_are_forgotten(thread: Thread, frozen: FrozenClock) -> None:
    thread.write("We are in.")
    frozen.advance(THREAD_AGE.total_seconds())
    frozen.advance(timedelta(minutes=1).total_seconds())
    thread.carry()
    with thread.house.database.reading() as session:
        assert session.scalars(select(ThreadReply)).all() == []
    assert not thread.write("Hello")  # the post is as old
