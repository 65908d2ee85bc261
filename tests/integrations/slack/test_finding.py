"""Asking about a message in doubt: found, absent, or unknown with the reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot import clock
from bot.contracts import Absent, Found, Sent, Unknown
from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_workspace import ALL_SCOPES
from tests.integrations.slack.samples import connect, outgoing
from tests.integrations.slack.test_languages import TALL


def test_a_post_is_found_behind_many_pages_of_others(slack: FakeSlack, sender: SlackSender) -> None:
    since = clock.now()
    list(sender.send([outgoing(key="wanted")]))
    wanted = slack.messages[0]
    list(sender.send([outgoing(key=f"other-{number}") for number in range(420)]))
    assert sender.find("C1", "wanted", since, None) == Found({"channel": "C1", "ts": wanted.ts})
    assert slack.requests["conversations.history"] == 3


def test_a_post_of_another_key_or_another_conversation_is_not_taken_for_it(
    slack: FakeSlack, sender: SlackSender
) -> None:
    since = clock.now()
    list(sender.send([outgoing("C1", "key-1"), outgoing("C2", "key-22")]))
    assert sender.find("C1", "key-22", since, None) == Absent()
    assert sender.find("C2", "key-2", since, None) == Absent()


def test_a_persons_message_is_found_in_their_conversation(slack: FakeSlack, sender: SlackSender) -> None:
    since = clock.now()
    list(sender.send([outgoing("UALICE", "key-1")]))
    assert sender.find("UALICE", "key-1", since, None) == Found(
        {"channel": "DALICE", "ts": slack.messages[0].ts}
    )
    assert sender.find("UALICE", "key-2", since, None) == Absent()


def test_a_reply_is_found_in_its_thread_only(slack: FakeSlack, sender: SlackSender) -> None:
    since = clock.now()
    [post] = sender.send([outgoing(key="post")])
    assert isinstance(post, Sent)
    list(sender.send([outgoing(key="reply", thread=post.ref["ts"])]))
    expected = Found({"channel": "C1", "ts": slack.messages[1].ts})
    assert sender.find("C1", "reply", since, post.ref["ts"]) == expected
    assert sender.find("C1", "reply", since, None) == Absent()


def test_what_is_older_than_the_attempt_is_not_searched() -> None:
    with FakeSlack(now=lambda: time.time() - 7200, any_channel=True) as slack:
        sender = connect(slack)
        list(sender.send([outgoing(key="key-1")]))
        assert sender.find("C1", "key-1", clock.now(), None) == Absent()
        assert isinstance(sender.find("C1", "key-1", clock.now() - timedelta(hours=3), None), Found)
        sender.close()


def _scopeless(slack: FakeSlack) -> None:
    slack.add_token(slack.token, scopes=ALL_SCOPES - {"channels:history"})


UNKNOWN: dict[str, tuple[Callable[[FakeSlack], None], str]] = {
    "the scope is missing": (_scopeless, "channels:history"),
    "the app was removed": (lambda slack: slack.add_channel("C1", member=False), "not_in_channel"),
    "the token was revoked": (lambda slack: slack.revoke(), "token_revoked"),
    "it is limited": (lambda slack: slack.limit_next(30, method="conversations.history"), "30 s"),
    "Slack breaks": (lambda slack: slack.break_next(method="conversations.history"), "500"),
    "it answers HTML": (
        lambda slack: slack.break_next(how="html-after-commit", method="conversations.history"),
        "200",
    ),
    "the line breaks": (
        lambda slack: slack.break_next(how="reset", method="conversations.history"),
        "could not be asked",
    ),
    "nothing comes": (
        lambda slack: slack.break_next(how="timeout-before", method="conversations.history"),
        "could not be asked",
    ),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_slack_cannot_say_when(slack: FakeSlack, sender: SlackSender, case: str) -> None:
    since = clock.now()
    list(sender.send([outgoing(key="key-1")]))
    spoil, reason = UNKNOWN[case]
    spoil(slack)
    answer = sender.find("C1", "key-1", since, None)
    assert isinstance(answer, Unknown)
    assert reason in answer.reason


def test_a_person_whose_conversation_may_not_be_opened_stays_unknown(
    slack: FakeSlack, sender: SlackSender
) -> None:
    slack.add_token(slack.token, scopes=ALL_SCOPES - {"im:write"})
    answer = sender.find("UALICE", "key-1", clock.now(), None)
    assert isinstance(answer, Unknown)
    assert "im:write" in answer.reason


def test_a_break_between_two_pages_is_not_taken_for_absence(slack: FakeSlack, sender: SlackSender) -> None:
    since = clock.now()
    list(sender.send([outgoing(key=f"other-{number}") for number in range(201)]))
    slack.pass_next(method="conversations.history")
    slack.break_next(method="conversations.history")
    assert isinstance(sender.find("C1", "key-1", since, None), Unknown)
    assert slack.requests["conversations.history"] == 2


def test_what_was_meant_for_a_thread_that_is_gone_is_looked_for_in_the_conversation(
    slack: FakeSlack, sender: SlackSender
) -> None:
    since = clock.now()
    (post,) = sender.send([outgoing(key="key-1", thread="1700000000.000001")])
    assert isinstance(post, Sent)
    assert sender.find("C1", "key-1", since, "1700000000.000001") == Found(post.ref)
    assert sender.find("C1", "key-2", since, "1700000000.000001") == Absent()


def test_a_post_that_was_found_is_not_absent_because_its_replies_are_not_there(
    slack: FakeSlack, sender: SlackSender
) -> None:
    since = clock.now()
    (post,) = sender.send([outgoing("C1", "key-1", *TALL)])
    assert isinstance(post, Sent)
    slack.fail_next("thread_not_found", method="conversations.replies")
    missing = {"missing.sv": "not posted", "missing.en": "not posted"}
    place = {name: post.ref[name] for name in ("channel", "ts")}
    assert sender.find("C1", "key-1", since, None) == Found(place | missing)
