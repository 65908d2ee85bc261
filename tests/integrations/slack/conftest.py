"""A fake Slack with two channels and Alice, and a sender that speaks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.integrations.slack.samples import connect


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        fake.add_channel("C1")
        fake.add_channel("C2")
        fake.add_user("UALICE")
        yield fake


@pytest.fixture
def sender(slack: FakeSlack) -> Iterator[SlackSender]:
    made = connect(slack)
    yield made
    made.close()
