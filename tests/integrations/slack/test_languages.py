"""A conversation with several languages: one post while they fit, else the rest in its thread."""

from __future__ import annotations

import pytest

from bot import clock
from bot.contracts import Found, InDoubt, Sent
from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.integrations.slack.samples import message, outgoing, texts

LONG = "A paragraph that says a little more each time. " * 60
SHORT = (message("fi", title="Haku"), message("sv", title="Utlysning"), message("en", title="Call"))
TALL = (
    message("fi", title="Haku", body=LONG),
    message("sv", title="Utlysning", body=LONG),
    message("en", title="Call", body=LONG),
)


def test_languages_that_fit_stand_in_one_post_in_order(slack: FakeSlack, sender: SlackSender) -> None:
    [outcome] = sender.send([outgoing("C1", "k", *SHORT)])
    [posted] = slack.messages
    assert outcome == Sent({"channel": "C1", "ts": posted.ts})
    headers = [block["text"]["text"] for block in posted.blocks if block["type"] == "header"]
    assert headers == ["Haku", "Utlysning", "Call"]
    assert posted.text.index("Haku") < posted.text.index("Utlysning") < posted.text.index("Call")
    assert texts(posted.blocks).count("Tampere follows carbon neutrality") == 1


def test_languages_that_do_not_fit_go_into_the_thread(slack: FakeSlack, sender: SlackSender) -> None:
    [outcome] = sender.send([outgoing("C1", "key-1", *TALL)])
    post, swedish, english = slack.messages
    assert isinstance(outcome, Sent)
    assert outcome.ref == {"channel": "C1", "ts": post.ts, "ts.sv": swedish.ts, "ts.en": english.ts}
    assert (post.thread_ts, swedish.thread_ts, english.thread_ts) == (None, post.ts, post.ts)
    keys = [posted.metadata["event_payload"]["delivery"] for posted in slack.messages if posted.metadata]
    assert keys == ["key-1", "key-1.sv", "key-1.en"]
    assert "Utlysning" in texts(swedish.blocks)


def test_replies_in_a_persons_conversation_go_where_the_post_went(
    slack: FakeSlack, sender: SlackSender
) -> None:
    [outcome] = sender.send([outgoing("UALICE", "key-1", *TALL)])
    assert isinstance(outcome, Sent)
    assert {posted.channel for posted in slack.messages} == {"DALICE"}
    assert [posted.args["channel"] for posted in slack.messages[1:]] == ["DALICE", "DALICE"]


def test_replies_to_a_post_in_a_thread_stay_in_that_thread(slack: FakeSlack, sender: SlackSender) -> None:
    [first] = sender.send([outgoing("C1", "key-0")])
    assert isinstance(first, Sent)
    list(sender.send([outgoing("C1", "key-1", *TALL, thread=first.ref["ts"])]))
    assert {posted.thread_ts for posted in slack.messages[1:]} == {first.ref["ts"]}


@pytest.mark.parametrize("how", ["500-html", "reset", "timeout-before"])
def test_a_reply_that_fails_never_posts_the_message_twice(
    slack: FakeSlack, sender: SlackSender, how: str
) -> None:
    slack.pass_next()
    slack.break_next(how=how)  # type: ignore[arg-type]
    [outcome] = sender.send([outgoing("C1", "key-1", *TALL)])
    assert isinstance(outcome, Sent)
    assert outcome.ref["ts"] == slack.messages[0].ts
    assert outcome.ref["missing.sv"]
    assert outcome.ref["ts.en"] == slack.messages[1].ts


def test_a_reply_that_is_limited_is_noted_with_its_reason(slack: FakeSlack, sender: SlackSender) -> None:
    slack.pass_next(times=2)
    slack.limit_next(1)
    [outcome] = sender.send([outgoing("C1", "key-1", *TALL)])
    assert isinstance(outcome, Sent)
    assert outcome.ref["missing.en"] == "Slack asks to slow down"


def test_no_reply_is_posted_when_the_post_is_in_doubt(slack: FakeSlack, sender: SlackSender) -> None:
    slack.break_next(how="reset-after-commit")
    [outcome] = sender.send([outgoing("C1", "key-1", *TALL)])
    assert isinstance(outcome, InDoubt)
    assert len(slack.messages) == 1


def test_a_post_that_is_found_says_which_replies_a_crash_left_out(
    slack: FakeSlack, sender: SlackSender
) -> None:
    since = clock.now()
    slack.break_next(how="reset-after-commit")
    list(sender.send([outgoing("C1", "key-1", *TALL)]))
    ts = slack.messages[0].ts
    missing = {"missing.sv": "not posted", "missing.en": "not posted"}
    assert sender.find("C1", "key-1", since, None) == Found({"channel": "C1", "ts": ts} | missing)
    list(sender.send([outgoing("C1", "key-2", *TALL)]))
    _, post, swedish, english = slack.messages
    expected = {"channel": "C1", "ts": post.ts, "ts.sv": swedish.ts, "ts.en": english.ts}
    assert sender.find("C1", "key-2", since, None) == Found(expected)
