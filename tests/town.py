"""A small network in one process: what comes in by HTTP on one side, what the media got on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot import clock
from bot.app import House, create_app
from bot.contracts import Sender
from bot.people.conversations import add_conversation
from bot.people.enrolment import Person, enrol_all
from bot.settings import Settings
from bot.store.sources import Source
from bot.work.steps import Steps
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_workspace import Posted
from tests.fakes.smtp import FakeSmtp
from tests.webhooks import SECRET, Signed, saying

TAMPERE, COMMON = "C0TAMPERE", "C0COMMON"
BOB = "U0BOB"
PEOPLE = (
    Person("Alice", "alice@example.org", ("tampere",), language="fi"),
    Person("Bob", "bob@example.org", ("oulu",), language="sv", slack_user_id=BOB),
    Person("Charlie", "charlie@example.org", ("tampere",), language="en", rhythm="daily"),
)
CALL: dict[str, Any] = {
    "external_id": "tampere-2026-3",
    "kind": "call",
    "title": {"fi": "Vähähiilinen Tampere", "sv": "Utsläppssnålt Tammerfors", "en": "Low-carbon Tampere"},
    "body": {"fi": "Haettavana on **tukea**.", "sv": "Det finns **stöd** att söka."},
    "url": "https://example.org/haku",
    "cities": ["tampere"],
    "topics": ["vahahiilisyys"],
    "closes_at": "2027-01-15T16:15:00+02:00",
    "amount_eur": 1500000,
}
PATIENCE = 30
"""Seconds of pace and back-off that `settle` waits out, as `work --until-idle` does."""

LONGEST = 600
"""Seconds after which there must be nothing left to do."""


class Hand(Protocol):
    """A clock that moves when it is told to."""

    def advance(self, seconds: float = 0.0, **more: float) -> None:
        """Move on."""


@dataclass
class Town:
    """The house with its fakes. Tests speak HTTP to `client` and look at what `slack` and `smtp` got."""

    app: Flask
    slack: FakeSlack
    smtp: FakeSmtp
    hand: Hand
    steps: Steps = field(init=False)
    senders: dict[str, Sender] = field(init=False)

    def __post_init__(self) -> None:
        self.client: FlaskClient = self.app.test_client()
        self.house: House = self.app.extensions["silta"].house
        self.steps = self.house.steps("once")
        self.senders = {name: make() for name, make in self.steps.senders.items()}
        self.chat = self.steps.open_chat() if self.steps.open_chat else None

    def close(self) -> None:
        self.app.extensions["silta.chats"].close()
        for sender in self.senders.values():
            sender.close()
        if self.chat is not None:
            self.chat.close()
        self.steps.lanes.journal.close()
        self.house.database.close()

    # -- what a coordinator sets up

    def enrol(self, *people: Person) -> None:
        """Let these be contacts."""
        with self.house.database.writing() as session:
            enrol_all(session, people)

    def open_conversation(self, address: str, city: str | None = None, **more: Any) -> None:
        """Let a Slack conversation exist and hear of a city, or of everything."""
        self.slack.add_channel(address)
        with self.house.database.writing() as session:
            add_conversation(session, address, city=city, **more)

    def read_feed(self, name: str, url: str, **more: Any) -> None:
        """Let a feed be a source from now on."""
        stated: dict[str, Any] = {"defaults": {"cities": ["tampere"]}, "cursor": {}, "every": 900}
        with self.house.database.writing() as session:
            row = Source(name=name, kind="feed", options={"url": url}, **(stated | more))
            row.next_at = row.created_at = clock.now()
            session.add(row)

    # -- what comes in

    def post(self, request: Signed, source: str = "webhook") -> TestResponse:
        """Send a signed webhook."""
        return self.client.post(f"/in/{source}", data=request.body, headers=request.headers)

    def publish(self, **data: Any) -> str:
        """Publish the call, with these changes, and let all come of it that is due now; returns the status."""
        return self._say(saying("published", **(CALL | data)))

    def update(self, **data: Any) -> str:
        return self._say(saying("updated", **(CALL | data)))

    def withdraw(self, external_id: str = CALL["external_id"]) -> str:
        return self._say(saying("withdrawn", external_id=external_id))

    def _say(self, request: Signed) -> str:
        answer = self.post(request)
        assert answer.status_code == 200, answer.text
        self.settle()
        return str(answer.json["status"])  # type: ignore[index]

    # -- time passing

    def settle(self) -> None:
        """Do all that is due, and what comes due within half a minute of the house's clock."""
        for _ in range(LONGEST):
            self.steps.beat()
            while self.turn():
                self.steps.lanes.renew()  # on a busy machine it takes longer than a lease holds
            if self.steps.idle(within=PATIENCE):
                return
            self.hand.advance(1)
        raise AssertionError(f"something is still due after {LONGEST} seconds")

    def plan(self) -> None:
        """Plan all that waits for it, and send nothing."""
        while self.steps.plan():
            pass

    def turn(self) -> bool:
        """Take every step once; returns whether one of them found something to do."""
        steps = self.steps
        worked = [steps.poll() is not None, steps.plan(), steps.tick(), steps.duty(), steps.sweep() > 0]
        worked.append(self.chat is not None and steps.talk(self.chat))
        for medium in self.steps.media:
            sender = self.senders.get(medium)
            worked.append(self.steps.serve(medium, sender) + self.steps.doubts(medium, sender) > 0)
            worked.append(self.steps.edits(medium, sender) > 0)
        return any(worked)

    # -- what the media got

    def posts(self, address: str) -> list[Posted]:
        """What was posted to a conversation or to a person, oldest first."""
        place = f"D{address[1:]}" if address.startswith("U") else address
        return [message for message in self.slack.messages if message.channel == place]

    def mails(self, address: str) -> list[EmailMessage]:
        """The mails that an address got, oldest first."""
        return [mail.message for mail in self.smtp.mails if mail.recipient == address]

    def told(self) -> dict[str, int]:
        """How many messages each address got."""
        places = [message.channel for message in self.slack.messages]
        places += [mail.recipient for mail in self.smtp.mails]
        return {place: places.count(place) for place in places}


def text_of(mail: EmailMessage) -> str:
    """A mail's text part."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(mail: EmailMessage) -> str:
    """A mail's HTML part."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def words_of(posts: Iterable[Posted]) -> str:
    """The `text` of posts, one after the other."""
    return "\n".join(post.text for post in posts)


OpenTown = Callable[..., Town]


@pytest.fixture
def open_town(database_url: str, tmp_path: Path, frozen: Hand) -> Iterator[OpenTown]:
    """Opens a town with the settings given; opened twice, it is the same town after a restart."""
    with ExitStack() as stack:
        slack = stack.enter_context(FakeSlack())
        smtp = stack.enter_context(FakeSmtp())
        slack.add_user(BOB)

        def build(**settings: Any) -> Town:
            stated: dict[str, Any] = {
                "database_url": database_url, "secret_key": "k" * 40, "state_dir": tmp_path / "state",
                "delivery_mode": "live", "worker": "separate", "webhook_secret": SECRET,
                "slack_bot_token": slack.token, "slack_api_url": slack.api_url,
                "smtp_host": "127.0.0.1", "smtp_port": smtp.port, "smtp_security": "none",
                "mail_from": "Silta <silta@example.org>",
            }  # fmt: skip
            town = Town(create_app(Settings(**(stated | settings))), slack, smtp, frozen)
            stack.callback(town.close)
            town.enrol(*PEOPLE)
            town.open_conversation(TAMPERE, "tampere")
            town.open_conversation(COMMON)
            return town

        yield build
