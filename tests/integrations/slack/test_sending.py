"""Posting: what arrives at Slack, where, and what comes back."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.contracts import Rejected, Sent, TryLater, Undeliverable
from integrations import load
from integrations.slack import INTEGRATION
from integrations.slack.options import SlackOptions
from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.integrations.slack.samples import connect, message, outgoing, texts


def test_a_message_is_posted_with_blocks_equal_text_and_its_opaque_key(
    slack: FakeSlack, sender: SlackSender
) -> None:
    [outcome] = sender.send([outgoing(key="key-7")])
    [posted] = slack.messages
    assert outcome == Sent({"channel": "C1", "ts": posted.ts})
    assert posted.metadata == {"event_type": "silta_delivery", "event_payload": {"delivery": "key-7"}}
    assert posted.args["unfurl_links"] is False
    assert posted.args["unfurl_media"] is False
    for said in (
        "New call",
        "Low-carbon pilots in Tampere",
        "ERDF",
        "opens a",
        "Tampere follows carbon neutrality",
    ):
        assert said in posted.text
        assert said in texts(posted.blocks)


def test_a_person_is_written_to_in_a_direct_message(slack: FakeSlack, sender: SlackSender) -> None:
    [outcome] = sender.send([outgoing("UALICE")])
    assert outcome == Sent({"channel": "DALICE", "ts": slack.messages[0].ts})


def test_a_reply_goes_into_its_thread(slack: FakeSlack, sender: SlackSender) -> None:
    [first] = sender.send([outgoing()])
    assert isinstance(first, Sent)
    [second] = sender.send([outgoing(key="key-2", thread=first.ref["ts"])])
    assert isinstance(second, Sent)
    assert slack.messages[1].thread_ts == first.ref["ts"]


def test_each_message_gets_its_own_outcome_in_order(slack: FakeSlack, sender: SlackSender) -> None:
    slack.add_channel("C3", archived=True)
    batch = [outgoing("C1", "a"), outgoing("C9", "b"), outgoing("C3", "c"), outgoing("C2", "d")]
    kinds = [type(outcome) for outcome in sender.send(batch)]
    assert kinds == [Sent, Undeliverable, Undeliverable, Sent]
    assert [posted.channel for posted in slack.messages] == ["C1", "C2"]


def test_a_message_is_posted_only_when_its_outcome_is_asked_for(
    slack: FakeSlack, sender: SlackSender
) -> None:
    outcomes = sender.send([outgoing("C1", "a"), outgoing("C2", "b")])
    next(outcomes)
    assert len(slack.messages) == 1


def test_one_connection_serves_a_whole_batch(slack: FakeSlack, sender: SlackSender) -> None:
    list(sender.send([outgoing(key=str(number)) for number in range(20)]))
    assert len(slack.messages) == 20
    assert slack.connections == 1


def test_a_delivery_without_a_message_is_refused_before_it_leaves(
    slack: FakeSlack, sender: SlackSender
) -> None:
    empty = outgoing()
    [outcome] = sender.send([type(empty)(key="k", address="C1", messages=(), reason="")])
    assert isinstance(outcome, Rejected)
    assert slack.requests["chat.postMessage"] == 0


def test_the_pace_follows_the_options() -> None:
    made = SlackSender(SlackOptions(token=SecretStr("xoxb-1"), workspace_rate=2.5, workspace_burst=7))
    assert (made.pace.per_destination, made.pace.account_rate, made.pace.account_burst) == (1.0, 2.5, 7)
    assert (made.pace.connections, made.pace.batch) == (4, 50)
    made.close()


@pytest.mark.parametrize(
    "given", [{"token": ""}, {"token": "xoxb 1\n"}, {"token": "ä"}, {"token": "x", "api_url": "slack.com"}]
)
def test_options_that_cannot_work_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SlackOptions(**given)


def test_the_token_is_not_shown_with_the_options() -> None:
    assert "xoxb-secret" not in repr(SlackOptions(token=SecretStr("xoxb-secret")))


def test_slack_is_registered_as_an_integration_that_only_sends() -> None:
    assert load("slack") is INTEGRATION
    assert INTEGRATION.source is None
    assert INTEGRATION.webhook is None


CERTIFICATE = Path(__file__).parents[2] / "fakes" / "localhost.pem"


def test_the_certificate_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with FakeSlack(any_channel=True, tls=context) as slack:
        stranger = connect(slack)
        [refused] = stranger.send([outgoing(key="a")])
        stranger.close()
        assert isinstance(refused, TryLater)
        assert refused.account
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
        friend = connect(slack)
        kinds = [type(outcome) for outcome in friend.send([outgoing(key="b"), outgoing(key="c")])]
        friend.close()
        assert kinds == [Sent, Sent]
        assert len(slack.messages) == 2


def test_the_text_names_what_the_buttons_open(slack: FakeSlack, sender: SlackSender) -> None:
    list(sender.send([outgoing("C1", "k", message())]))
    assert "Open the call: https://example.org/call?a=1&amp;b=2" in slack.messages[0].text
