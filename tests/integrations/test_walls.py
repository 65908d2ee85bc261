"""What walls of every kind have in common: a message below a thread that is gone, and a line that breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.contracts import InDoubt, Misconfigured, Outgoing, Sent
from integrations import load
from integrations.walls import Wall, WallOptions
from tests.contract.test_integrations import outgoing
from tests.fakes.discourse import FakeDiscourse
from tests.fakes.loomio import FakeLoomio

Fake = FakeDiscourse | FakeLoomio


@pytest.fixture(params=[FakeDiscourse, FakeLoomio])
def fake(request: pytest.FixtureRequest) -> Iterator[Fake]:
    with request.param() as fake:
        yield fake


def wall_of(fake: Fake) -> tuple[str, Wall]:
    """The kind of a wall, and the wall."""
    kind, own = (
        ("discourse", {"secret": FakeDiscourse.SECRET, "category": 7})
        if isinstance(fake, FakeDiscourse)
        else ("loomio", {"path_secret": FakeLoomio.PATH, "group_id": FakeLoomio.GROUP})
    )
    options = load(kind).options.model_validate({"url": fake.url, "api_key": fake.KEY, **own})
    return kind, Wall(options, frozenset({fake.place}))


def written(fake: Fake) -> list[str]:
    """The titles that stand on the wall."""
    return (
        [each.title for each in fake.topics.values()]
        if isinstance(fake, FakeDiscourse)
        else [each["title"] for each in fake.discussions]
    )


def send(fake: Fake, *messages: Outgoing) -> list[object]:
    kind, wall = wall_of(fake)
    room = load(kind)
    assert room.sender is not None
    known = {"U1": wall, "alice@example.org": wall}
    sender = room.sender(WallOptions(wall_of=known.get, names=lambda: []))
    return list(sender.send(messages))


def test_what_was_meant_for_a_thread_that_is_gone_becomes_a_topic_of_its_own(fake: Fake) -> None:
    [outcome] = send(fake, replace(outgoing("What is said later of a call"), thread="4711"))
    assert isinstance(outcome, Sent)
    assert outcome.ref["ts"] != "4711"
    assert len(written(fake)) == 1


def test_a_message_to_nobody_or_on_a_line_that_breaks_costs_no_other_its_turn(fake: Fake) -> None:
    fake.cut_next = True
    first, second = outgoing("The line breaks at this one", "one"), outgoing("And this one arrives", "two")
    broke, lost, sent = send(fake, first, replace(first, address="unknown"), second)
    assert isinstance(broke, InDoubt)
    assert isinstance(lost, Misconfigured)
    assert isinstance(sent, Sent)
