"""Posts edited in place: blocks and text, and the replies in other languages with them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.contracts import InDoubt, Misconfigured, Outcome, Outgoing, Rejected, Sent, TryLater, Undeliverable
from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.integrations.slack.samples import message, outgoing, texts
from tests.integrations.slack.test_languages import SHORT, TALL

UPDATE = "chat.update"
ERRORS: dict[type[Outcome], str] = {
    Rejected: """
        message_not_found cant_update_message edit_window_closed msg_too_long no_text too_many_attachments
        is_inactive block_mismatch cant_broadcast_message no_dual_broadcast_content_update
        streaming_state_conflict external_channel_migrating invalid_blocks invalid_metadata_format
        markdown_text_conflict invalid_arguments""",
    Undeliverable: "channel_not_found is_archived not_in_channel no_permission",
    Misconfigured: "invalid_auth token_revoked account_inactive missing_scope not_authed",
    TryLater: "ratelimited rate_limited update_failed service_unavailable request_timeout an_error_of_tomorrow",
    InDoubt: "internal_error fatal_error",
}


def sent(sender: SlackSender, *messages: Outgoing) -> Mapping[str, str]:
    """Where the last of these stands."""
    outcomes = list(sender.send(messages))
    assert isinstance(outcomes[-1], Sent)
    return outcomes[-1].ref


def test_an_edit_changes_blocks_and_text_and_keeps_the_rest(slack: FakeSlack, sender: SlackSender) -> None:
    ref = sent(sender, outgoing("UALICE", "key-1"))
    before = slack.messages[0]
    changed = outgoing("UALICE", "key-1", message(title="Moved", body="<!channel> & <@U1>"))
    assert sender.revise(ref, changed) == Sent(ref)
    [after] = slack.messages
    assert "Moved" in texts(after.blocks)
    assert "Moved" in after.text
    assert (after.ts, after.metadata, after.pings) == (before.ts, before.metadata, [])
    assert after.earlier == (before.text,)


def test_a_withdrawn_message_is_struck_through_and_offers_nothing(
    slack: FakeSlack, sender: SlackSender
) -> None:
    ref = sent(sender, outgoing())
    gone = message(
        label="Withdrawn", title="A ~title~", body="One.\n\n* two ~here~ <!here>", actions=(), facts=()
    )
    assert sender.revise(ref, outgoing("C1", "key-1", gone, struck=True)) == Sent(ref)
    [post] = slack.messages
    assert [block["type"] for block in post.blocks] == ["header", "section", "section", "context"]
    assert texts(post.blocks).split("\n")[:2] == ["Withdrawn", "*~A ∼title∼~*"]
    assert "~One.~" in texts(post.blocks)
    assert "two ∼here∼ &lt;!here&gt;~" in texts(post.blocks)
    assert "two" not in post.text
    assert post.pings == []


def test_a_withdrawn_message_of_very_many_lines_is_struck_all_the_same(
    slack: FakeSlack, sender: SlackSender
) -> None:
    """The marks of each line come on top of what it says."""
    ref = sent(sender, outgoing())
    gone = message(label="Withdrawn", title="A title", body="a\n\n" * 2_000, actions=(), facts=())
    assert sender.revise(ref, outgoing("C1", "key-1", gone, struck=True)) == Sent(ref)
    assert "~a~" in texts(slack.messages[0].blocks)


def test_a_message_that_grows_out_of_its_post_puts_the_other_languages_into_the_thread_and_back(
    slack: FakeSlack, sender: SlackSender
) -> None:
    ref = sent(sender, outgoing("C1", "key-1", *SHORT))
    grown = sender.revise(ref, outgoing("C1", "key-1", *TALL))
    post, swedish, english = slack.messages
    assert grown == Sent({**ref, "ts.sv": swedish.ts, "ts.en": english.ts})
    assert {swedish.thread_ts, english.thread_ts} == {post.ts}
    assert "Utlysning" not in post.words
    assert isinstance(grown, Sent)
    assert sender.revise(grown.ref, outgoing("C1", "key-1", *TALL)) == grown
    assert len(slack.messages) == 3, "those that are there are edited"
    assert sender.revise(grown.ref, outgoing("C1", "key-1", *SHORT)) == Sent(ref)
    assert [each.deleted for each in slack.messages] == [False, True, True]
    assert "Utlysning" in slack.messages[0].words


@pytest.mark.parametrize("how", ["500-html-after-commit", "reset-after-commit"])
def test_a_reply_whose_line_broke_is_not_posted_again_by_the_edit_that_follows(
    slack: FakeSlack, sender: SlackSender, how: str
) -> None:
    ref = sent(sender, outgoing("C1", "key-1", *SHORT))
    slack.break_next(how=how)  # type: ignore[arg-type]
    assert isinstance(sender.revise(ref, outgoing("C1", "key-1", *TALL)), InDoubt)
    again = sender.revise(ref, outgoing("C1", "key-1", *TALL))
    _, swedish, english = slack.messages
    assert again == Sent({**ref, "ts.sv": swedish.ts, "ts.en": english.ts})


def test_a_reply_that_a_person_deleted_comes_again_and_a_deleted_post_does_not(
    slack: FakeSlack, sender: SlackSender
) -> None:
    ref = sent(sender, outgoing("C1", "key-1", *TALL))
    slack._workspace.remove(slack.messages[1])
    again = sender.revise(ref, outgoing("C1", "key-1", *TALL))
    assert again == Sent({**ref, "ts.sv": slack.messages[3].ts})
    slack._workspace.remove(slack.messages[0])
    gone = sender.revise(ref, outgoing("C1", "key-1", *TALL))
    assert isinstance(gone, Rejected)
    assert gone.gone
    assert len(slack.messages) == 4


def test_every_documented_error_of_an_edit_has_the_outcome_that_was_decided(
    slack: FakeSlack, sender: SlackSender
) -> None:
    ref = sent(sender, outgoing())
    wrong = []
    for kind, errors in ERRORS.items():
        for error in errors.split():
            slack.fail_next(error, method=UPDATE)
            outcome = sender.revise(ref, outgoing())
            gone = isinstance(outcome, Rejected) and outcome.gone
            if type(outcome) is not kind or gone is not (error in {"message_not_found", "is_inactive"}):
                wrong.append((error, outcome))
    assert wrong == []


def test_an_edit_that_slack_would_refuse_is_not_tried(slack: FakeSlack, sender: SlackSender) -> None:
    ref = sent(sender, outgoing())
    assert isinstance(sender.revise(ref, Outgoing("key-1", "C1", (), "")), Rejected)
    assert slack.requests[UPDATE] == 0


def test_a_wait_that_slack_asks_for_between_two_edits_is_passed_on(
    slack: FakeSlack, sender: SlackSender
) -> None:
    ref = sent(sender, outgoing())
    slack.limit_next(17, method=UPDATE)
    assert sender.revise(ref, outgoing()) == TryLater("Slack asks to slow down", after=17, account=True)


def test_a_message_whose_thread_is_gone_comes_outside_it(slack: FakeSlack, sender: SlackSender) -> None:
    ref = sent(sender, outgoing("C1", "key-1", thread="1700000000.000001", broadcast=True))
    [post] = slack.messages
    assert (ref["ts"], post.thread_ts, post.broadcast) == (post.ts, None, False)
