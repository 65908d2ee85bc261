"""A line that breaks: what cannot have been taken is tried again, what may have been is in doubt."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot import clock
from bot.contracts import Absent, Found, InDoubt, Misconfigured, Outcome, Rejected, Sent, TryLater
from integrations.slack.api import Reply
from integrations.slack.outcomes import judge
from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import HOWS, How
from tests.integrations.slack.samples import connect, outgoing


@pytest.mark.parametrize("how", HOWS)
def test_a_break_after_the_request_left_is_a_doubt_that_asking_resolves(
    slack: FakeSlack, sender: SlackSender, how: How
) -> None:
    since = clock.now()
    slack.break_next(how=how)
    [outcome] = sender.send([outgoing(key="key-7")])
    assert isinstance(outcome, InDoubt)
    found = sender.find("C1", "key-7", since, None)
    if how.endswith("after-commit"):
        assert found == Found({"channel": "C1", "ts": slack.messages[0].ts})
    else:
        assert found == Absent()
        assert slack.messages == []


def _send_to(api_url: str) -> Outcome:
    sender = connect(api_url)
    [outcome] = sender.send([outgoing()])
    sender.close()
    return outcome


def test_a_slack_that_is_not_there_is_tried_later_by_the_whole_sender() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        outcome = _send_to(f"http://127.0.0.1:{held.getsockname()[1]}/api/")
    assert isinstance(outcome, TryLater)
    assert outcome.account


def test_a_handshake_that_fails_is_no_doubt(slack: FakeSlack) -> None:
    outcome = _send_to(slack.api_url.replace("http:", "https:"))
    assert isinstance(outcome, TryLater)
    assert outcome.account
    assert slack.messages == []


def test_a_connection_that_slack_closed_meanwhile_makes_no_doubt(
    slack: FakeSlack, sender: SlackSender
) -> None:
    list(sender.send([outgoing(key="a")]))
    slack.hang_up()
    [outcome] = sender.send([outgoing(key="b")])
    assert isinstance(outcome, Sent)
    assert slack.connections == 2


def test_a_connection_that_rested_for_long_is_not_used_again(slack: FakeSlack) -> None:
    impatient = connect(slack, idle_limit=0.0)
    kinds = [type(outcome) for outcome in impatient.send([outgoing(key="a"), outgoing(key="b")])]
    impatient.close()
    assert kinds == [Sent, Sent]
    assert slack.connections == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, Misconfigured),
        (404, Misconfigured),
        (407, Misconfigured),
        (408, TryLater),
        (413, Rejected),
        (500, InDoubt),
        (503, InDoubt),
        (504, InDoubt),
        (200, InDoubt),
    ],
)
def test_an_answer_that_is_not_slacks_is_judged_by_its_status(status: int, kind: type) -> None:
    assert isinstance(judge(Reply(status, {}, {})), kind)


def test_an_ok_that_names_no_message_is_a_doubt() -> None:
    assert isinstance(judge(Reply(200, {"ok": True}, {})), InDoubt)


def test_a_refusal_that_comes_with_a_500_is_a_doubt() -> None:
    assert isinstance(judge(Reply(500, {"ok": False, "error": "channel_not_found"}, {})), InDoubt)


@pytest.fixture
def moved_clock() -> Iterator[None]:
    yield
    clock.set_clock(None)


@pytest.mark.parametrize("ahead", [timedelta(days=40), timedelta(days=-40)])
def test_a_moved_clock_does_not_hide_a_post(
    slack: FakeSlack, sender: SlackSender, moved_clock: None, ahead: timedelta
) -> None:
    clock.set_clock(datetime.now(UTC) + ahead)
    since = clock.now()
    list(sender.send([outgoing(key="key-7")]))
    assert isinstance(sender.find("C1", "key-7", since, None), Found)
    clock.set_clock(None)
    assert isinstance(sender.find("C1", "key-7", since, None), Found)
