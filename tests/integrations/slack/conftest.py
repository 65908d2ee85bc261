"""A fake Slack with two channels and Alice, a sender that speaks to it, and one whose time is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.integrations.slack.samples import connect


class Clock:
    """Slack's time in seconds, moved by hand."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands() -> Clock:
    return Clock()


@pytest.fixture
def timed(hands: Clock) -> Iterator[FakeSlack]:
    with FakeSlack(now=hands) as fake:
        fake.add_channel("C1")
        yield fake


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
