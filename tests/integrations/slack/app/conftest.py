"""An installation with a Slack app, its steps taken by hand, and the fake Slack whose people come to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import House, create_app
from bot.contracts.chat import Chat
from bot.people.enrolment import Person, enrol_all
from bot.store.chats import ChatRequestRow
from bot.work.steps import Steps
from tests.conftest import FrozenClock, test_settings
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_door import serving

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
ALICE = Person("Alice", "alice@example.org", ("tampere",), language="sv")


@dataclass
class App:
    """The app, Slack, and the house's clock."""

    house: House
    slack: FakeSlack
    hand: FrozenClock
    steps: Steps
    chat: Chat

    def answer(self) -> int:
        """Answer all that is due; returns how many turns that took."""
        turns = 0
        while self.steps.talk(self.chat):
            turns += 1
        return turns

    def rows(self) -> list[ChatRequestRow]:
        """All requests, oldest first."""
        with self.house.database.reading() as session:
            return list(session.scalars(select(ChatRequestRow).order_by(ChatRequestRow.id)))


OpenApp = Callable[..., App]


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        fake.add_channel("C1")
        yield fake


@pytest.fixture
def open_app(
    _sqlite_template: Path, tmp_path: Path, frozen: FrozenClock, slack: FakeSlack
) -> Iterator[OpenApp]:
    """Opens the app with the settings given, where Alice is a contact."""
    with ExitStack() as stack:

        def build(**settings: Any) -> App:
            path = tmp_path / "silta.db"
            if not path.exists():
                shutil.copy(_sqlite_template, path)
            stated: dict[str, Any] = {
                "slack_bot_token": slack.token, "slack_api_url": slack.api_url, "worker": "separate",
                "slack_signing_secret": SECRET,
            }  # fmt: skip
            app = create_app(test_settings(f"sqlite:///{path}", tmp_path, **(stated | settings)))
            house: House = app.extensions["silta"].house
            stack.callback(house.database.close)
            stack.callback(app.extensions["silta.chats"].close)
            with house.database.writing() as session:
                enrol_all(session, [ALICE])
            slack.connect(f"{stack.enter_context(serving(app))}/slack/events", SECRET)
            steps = house.steps("once")
            stack.callback(steps.lanes.journal.close)
            assert steps.open_chat is not None
            chat = steps.open_chat()
            stack.callback(chat.close)
            return App(house, slack, frozen, steps, chat)

        yield build


@pytest.fixture
def app(open_app: OpenApp) -> App:
    return open_app()
