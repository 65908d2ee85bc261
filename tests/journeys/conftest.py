"""A town for each journey: Alice (fi, mail) and Charlie (en, daily) of Tampere, Bob (sv, Slack) of Oulu."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.app import create_app
from bot.settings import Settings
from tests.conftest import FrozenClock
from tests.fakes.slack import FakeSlack
from tests.fakes.smtp import FakeSmtp
from tests.journeys.town import BOB, COMMON, PEOPLE, TAMPERE, Town
from tests.webhooks import SECRET

OpenTown = Callable[..., Town]


@pytest.fixture
def open_town(database_url: str, tmp_path: Path, frozen: FrozenClock) -> Iterator[OpenTown]:
    """Opens a town with the settings given; opened twice, it is the same town after a restart."""
    with ExitStack() as stack:
        slack = stack.enter_context(FakeSlack())
        smtp = stack.enter_context(FakeSmtp())
        slack.add_user(BOB)

        def build(**settings: Any) -> Town:
            stated = {
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


@pytest.fixture
def town(open_town: OpenTown) -> Town:
    """A town in live mode."""
    return open_town()
