"""What each answer of `chat.postMessage` means for a delivery, and of `chat.update` for an edit.

The vendor table: every error of https://docs.slack.dev/reference/methods/chat.postMessage (its own and the
ones common to all methods), and those few which other methods document and this one was seen to give. What
https://docs.slack.dev/reference/methods/chat.update adds stands in tables of its own.
The words are for the people who read the delivery's page.
"""

from __future__ import annotations

from bot.contracts import InDoubt, Misconfigured, Outcome, Rejected, Sent, TryLater, Undeliverable
from integrations.slack.api import Reply

MISCONFIGURED = {
    "not_authed": "no token was given: set SLACK_BOT_TOKEN",
    "invalid_auth": "the token is not valid, or this machine's address is not allowed: check SLACK_BOT_TOKEN",
    "account_inactive": "the token belongs to a removed bot or workspace: install the app again",
    "token_revoked": "the token was revoked: install the app again and set SLACK_BOT_TOKEN",
    "token_expired": "the token expired: switch token rotation off, or set a new SLACK_BOT_TOKEN",
    "not_allowed_token_type": "a bot token (xoxb-…) is needed",
    "metadata_must_be_sent_from_app": "a bot token (xoxb-…) of an app is needed",
    "missing_scope": "the app lacks a scope: add it under OAuth & Permissions and install the app again",
    "team_access_not_granted": "the token has no access to this workspace: install the app there",
    "ekm_access_denied": "the workspace's administrators have suspended posting",
    "enterprise_is_restricted": "the organisation does not allow this method",
    "accesslimited": "this network may not use Slack: the workspace restricts addresses",
    "two_factor_setup_required": "the workspace demands two-factor sign-in from the app's owner",
    "deprecated_endpoint": "Slack has withdrawn this method: update Silta",
    "method_deprecated": "Slack has withdrawn this method: update Silta",
    "unknown_method": "there is no such method: check SLACK_API_URL",
}
"""Nothing can be sent until an administrator acts."""

UNDELIVERABLE = {
    "channel_not_found": "no such conversation, or a private one without the app: /invite the app there",
    "not_in_channel": "the app is not in this conversation: /invite it there",
    "is_archived": "the conversation is archived",
    "restricted_action": "the workspace does not let the app post there",
    "restricted_action_read_only_channel": "the conversation is read-only",
    "restricted_action_thread_only_channel": "the conversation takes replies in threads only",
    "messages_tab_disabled": "direct messages are off: switch on the Messages tab in the app's settings",
    "app_access_restricted": "this person may not use the app",
    "access_denied": "access to this conversation is denied",
    "no_permission": "the app may not post there: /invite it there",
    "team_not_found": "the conversation must be given by its id (C…), not by its name",
    "user_not_found": "no such person in the workspace",
    "user_not_visible": "the app may not see this person",
    "user_disabled": "this person's account is switched off",
    "cannot_dm_bot": "a bot takes no direct messages",
}
"""This destination takes nothing until someone acts; the others are well."""

REJECTED = {
    "restricted_action_thread_locked": "the thread is locked",
    "restricted_action_non_threadable_channel": "the conversation has no threads",
    "cannot_reply_to_message": "that message takes no replies",
    "thread_not_found": "the message to reply to is gone",
    "invalid_thread_ts": "the message to reply to is not known",
    "invalid_blocks": "Slack finds a fault in the blocks",
    "invalid_blocks_format": "Slack cannot read the blocks",
    "msg_blocks_too_long": "the blocks are too long",
    "msg_too_long": "the text is too long",
    "no_text": "the message is empty",
    "invalid_metadata_format": "Slack cannot read the metadata",
    "invalid_metadata_schema": "Slack finds a fault in the metadata",
    "metadata_too_large": "the metadata is too large",
    "markdown_text_conflict": "markdown_text stands beside blocks or text",
    "too_many_attachments": "too many attachments",
    "attachment_payload_limit_exceeded": "the attachments are too long",
    "too_many_contact_cards": "too many contact cards",
    "slack_connect_canvas_sharing_blocked": "canvases may not be shared with other organisations",
    "slack_connect_file_link_sharing_blocked": "files may not be shared with other organisations",
    "slack_connect_lists_sharing_blocked": "lists may not be shared with other organisations",
    "missing_file_data": "a shared file lacks data",
    "as_user_not_supported": "as_user was given",
    "send_on_behalf_not_allowed": "a person to send for was given",
    "duplicate_channel_not_found": "client_msg_id was given",
    "duplicate_message_not_found": "client_msg_id was given",
    "draft_already_deleted": "a draft was meant",
    "draft_already_sent": "a draft was meant",
    "draft_has_conflict": "a draft was meant",
    "draft_not_found": "a draft was meant",
    "invalid_arg_name": "an argument is not known",
    "invalid_arguments": "an argument is not valid",
    "invalid_array_arg": "an argument is a list and should not be",
    "invalid_charset": "the charset is not known",
    "invalid_form_data": "the form is broken",
    "invalid_json": "the JSON is broken",
    "json_not_object": "the JSON is no object",
    "invalid_post_type": "the content type is not known",
    "missing_post_type": "the content type is missing",
}
"""This one message was refused for good; most of these would be faults of ours."""

NO_THREAD = frozenset(
    {
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
        "cannot_reply_to_message",
        "thread_not_found",
        "invalid_thread_ts",
    }
)
"""Of those: nothing can be said there any more; the conversation itself may be well."""

LATER = {
    "service_unavailable": "Slack is not available",
    "message_limit_exceeded": "the workspace has used up what its plan allows",
    "org_login_required": "the workspace is being moved to an organisation",
    "team_added_to_org": "the workspace is being moved to an organisation",
    "request_timeout": "Slack did not get the whole request",
}
"""Passing, for the whole workspace, and nothing was taken."""

IN_DOUBT = {
    "internal_error": "a fault inside Slack, which may have taken the message",
    "fatal_error": "a fault inside Slack, which may have taken the message",
}
"""Slack itself says of these that some of the operation may have succeeded."""

GONE = {
    "message_not_found": "somebody has deleted the message",
    "is_inactive": "the message is not there any more",
}
"""Of an edit: there is nothing left to edit."""

UNEDITABLE = {
    "cant_update_message": "the message is not one of this app's",
    "cant_delete_message": "the message is not one of this app's",
    "compliance_exports_prevent_deletion": "the workspace keeps every message",
    "edit_window_closed": "the workspace lets messages be edited for a time only, and it is over",
    "cant_broadcast_message": "the reply cannot be shown in the conversation too",
    "block_mismatch": "the blocks do not fit those that stand there",
    "no_dual_broadcast_content_update": "text and broadcast cannot be changed in one edit",
    "streaming_state_conflict": "the message is still being written by another",
    "external_channel_migrating": "the shared conversation is being moved",
}
"""Of an edit: this post stays as it is."""

UNSURE_EDIT = {
    "update_failed": "a fault inside Slack",
}
"""Of an edit: it may be tried again, which does no harm."""


def judge_edit(reply: Reply) -> Outcome:
    """What an answer to `chat.update` or `chat.delete` means. `Rejected.gone`: a person deleted the message."""
    error = reply.error
    if error in GONE:
        return Rejected(f"{error}: {GONE[error]}", gone=True)
    if error in UNEDITABLE:
        return Rejected(f"{error}: {UNEDITABLE[error]}")
    if error in UNSURE_EDIT:
        return TryLater(f"{error}: {UNSURE_EDIT[error]}")
    return judge(reply)


def judge(reply: Reply) -> Outcome:
    """What an answer to `chat.postMessage` means. `Sent.ref` is the channel and ts that Slack named."""
    if reply.limited:
        # Slack does not say whether the conversation's limit or the workspace's was met. Holding the
        # whole sender is right for both: it costs a second, where pressing on prolongs the limit.
        return TryLater("Slack asks to slow down", after=reply.retry_after, account=True)
    if reply.ok and reply.data.get("ts") and reply.data.get("channel"):
        return Sent({"channel": str(reply.data["channel"]), "ts": str(reply.data["ts"])})
    return _refusal(reply) if reply.error and reply.status < 500 else _no_result(reply)


def _refusal(reply: Reply) -> Outcome:
    """Slack read the request and says why it did not do it."""
    error = reply.error
    outcome: Outcome | None = None
    if error in MISCONFIGURED:
        needed = f" ({reply.data['needed']})" if "needed" in reply.data else ""
        outcome = Misconfigured(f"{error}: {MISCONFIGURED[error]}{needed}")
    elif error in UNDELIVERABLE:
        outcome = Undeliverable(f"{error}: {UNDELIVERABLE[error]}")
    elif error in REJECTED:
        outcome = Rejected(f"{error}: {REJECTED[error]}{_details(reply)}", gone=error in NO_THREAD)
    elif error in LATER:
        outcome = TryLater(f"{error}: {LATER[error]}", after=reply.retry_after, account=True)
    elif error in IN_DOUBT:
        outcome = InDoubt(f"{error}: {IN_DOUBT[error]}")
    # An error that Slack made up since. Nothing was taken, so waiting loses nothing; to call it final
    # would, if it meant the token, throw away every message in the queue.
    return outcome or TryLater(f"{error[:80]}: an answer of Slack's that is not known yet")


def _no_result(reply: Reply) -> Outcome:
    """Something between us and Slack answered, or Slack broke."""
    status = reply.status
    if status == 413:
        return Rejected("the message is too large")
    if status == 408:
        return TryLater("Slack did not get the whole request", account=True)
    if 300 <= status < 500:
        return Misconfigured(f"{status} is no answer of Slack's: check SLACK_API_URL and the proxy")
    # A gateway's 502 or an HTML page says nothing of what happened behind it.
    return InDoubt(f"Slack answered {status} without a result {reply.error[:80]}".strip())


def _details(reply: Reply) -> str:
    """What Slack says about a faulty block, which names the field."""
    metadata = reply.data.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    return f" ({'; '.join(map(str, messages))[:300]})" if isinstance(messages, list) and messages else ""
