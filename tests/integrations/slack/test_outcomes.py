"""What each of Slack's errors means for a delivery: every one that the documentation lists."""

from __future__ import annotations

import pytest

from bot.contracts import (
    InDoubt,
    Misconfigured,
    Outcome,
    Rejected,
    Sent,
    TryLater,
    Undeliverable,
)
from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.integrations.slack.samples import outgoing

DOCUMENTED: dict[type[Outcome], str] = {
    Misconfigured: """
        not_authed invalid_auth account_inactive token_revoked token_expired not_allowed_token_type
        metadata_must_be_sent_from_app missing_scope team_access_not_granted ekm_access_denied
        enterprise_is_restricted accesslimited two_factor_setup_required deprecated_endpoint
        method_deprecated""",
    Undeliverable: """
        channel_not_found not_in_channel is_archived restricted_action restricted_action_read_only_channel
        restricted_action_thread_only_channel messages_tab_disabled app_access_restricted access_denied
        no_permission team_not_found user_not_found user_disabled user_not_visible""",
    Rejected: """
        restricted_action_thread_locked restricted_action_non_threadable_channel cannot_reply_to_message
        invalid_blocks invalid_blocks_format msg_blocks_too_long no_text invalid_metadata_format
        invalid_metadata_schema metadata_too_large markdown_text_conflict too_many_attachments
        attachment_payload_limit_exceeded too_many_contact_cards slack_connect_canvas_sharing_blocked
        slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked missing_file_data
        as_user_not_supported send_on_behalf_not_allowed duplicate_channel_not_found
        duplicate_message_not_found draft_already_deleted draft_already_sent draft_has_conflict
        draft_not_found invalid_arg_name invalid_arguments invalid_array_arg invalid_charset
        invalid_form_data invalid_post_type missing_post_type""",
    TryLater: """
        ratelimited rate_limited message_limit_exceeded service_unavailable org_login_required
        team_added_to_org request_timeout""",
    InDoubt: "internal_error fatal_error",
}
CASES = [(error, kind) for kind, errors in DOCUMENTED.items() for error in errors.split()]


def test_every_documented_error_has_the_outcome_that_was_decided(
    slack: FakeSlack, sender: SlackSender
) -> None:
    wrong = []
    for error, kind in CASES:
        slack.fail_next(error)
        [outcome] = sender.send([outgoing()])
        if type(outcome) is not kind or (isinstance(outcome, TryLater) and not outcome.account):
            wrong.append((error, outcome))
    assert wrong == []
    assert slack.messages == []


def test_an_error_that_nobody_knows_is_tried_again_without_holding_the_others(
    slack: FakeSlack, sender: SlackSender
) -> None:
    slack.fail_next("made_up_since")
    [outcome] = sender.send([outgoing()])
    assert isinstance(outcome, TryLater)
    assert not outcome.account
    assert "made_up_since" in outcome.reason


@pytest.mark.parametrize(("given", "after"), [(1, 1.0), (30, 30.0), (86_400, 3600.0), (-5, None)])
def test_the_wait_that_slack_asks_for_is_passed_on_within_reason(
    slack: FakeSlack, sender: SlackSender, given: int, after: float | None
) -> None:
    slack.limit_next(given)
    [outcome] = sender.send([outgoing()])
    assert outcome == TryLater("Slack asks to slow down", after=after, account=True)


def test_a_revoked_token_stops_the_sender_with_a_remedy(slack: FakeSlack, sender: SlackSender) -> None:
    slack.revoke()
    [outcome] = sender.send([outgoing()])
    assert isinstance(outcome, Misconfigured)
    assert "install the app again" in outcome.reason


def test_a_missing_scope_is_named(slack: FakeSlack, sender: SlackSender) -> None:
    slack.add_token(slack.token, scopes=frozenset({"im:write"}))
    [outcome] = sender.send([outgoing()])
    assert isinstance(outcome, Misconfigured)
    assert "(chat:write)" in outcome.reason


def test_a_private_conversation_without_the_app_is_undeliverable(
    slack: FakeSlack, sender: SlackSender
) -> None:
    slack.add_channel("G1", private=True, member=False)
    slack.add_channel("C3", member=False)
    outcomes = list(sender.send([outgoing("G1"), outgoing("C3"), outgoing("UNOBODY")]))
    assert [type(outcome) for outcome in outcomes] == [Undeliverable] * 3
    assert "/invite" in str(outcomes[1])


def test_a_failure_leaves_the_sender_able_to_send(slack: FakeSlack, sender: SlackSender) -> None:
    slack.fail_next("is_archived")
    kinds = [type(outcome) for outcome in sender.send([outgoing(key="a"), outgoing(key="b")])]
    assert kinds == [Undeliverable, Sent]
