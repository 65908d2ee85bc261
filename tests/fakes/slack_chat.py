"""The fake Slack's methods on messages that are there: change, delete, link to; and messages to one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.slack_limits import Refused, check_message
from tests.fakes.slack_workspace import Args, Conversation, Posted, Token, need, parsed

if TYPE_CHECKING:
    from tests.fakes.slack_workspace import Workspace


def update(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`chat.update`: text without blocks drops the blocks; metadata stays unless it is given."""
    need(token, "chat:write")
    place, posted = _own(workspace, token, args, "cant_update_message")
    parsed(args)
    if not args.get("text") and not args.get("blocks"):
        raise Refused("no_text")
    check_message(args)
    changed = workspace.change(posted, args)
    shown = {"text": changed.text, "blocks": changed.blocks, "type": "message", "user": changed.user}
    return {"channel": place.id, "ts": changed.ts, "text": changed.text, "message": shown}


def delete(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`chat.delete`."""
    need(token, "chat:write")
    place, posted = _own(workspace, token, args, "cant_delete_message")
    workspace.remove(posted)
    return {"channel": place.id, "ts": posted.ts}


def ephemeral(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`chat.postEphemeral`."""
    need(token, "chat:write")
    place = workspace.place(token, args)
    if not place.member:
        raise Refused("not_in_channel")
    user = workspace.users.get((token.team, str(args.get("user") or "")))
    if user is None or not user.active or not place.holds(user.id):
        raise Refused("user_not_in_channel")
    parsed(args)
    check_message(args)
    shown = workspace.answers.show((token.team, user.id), place.id, args, workspace.stamp())
    return {"message_ts": shown.ts}


def permalink(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`chat.getPermalink`."""
    place = workspace.place(token, args)
    posted = workspace.message(place.id, str(args.get("message_ts") or ""))
    if posted is None:
        raise Refused("message_not_found")
    link = f"https://fake-{token.team.lower()}.slack.com/archives/{place.id}/p{posted.ts.replace('.', '')}"
    if posted.thread_ts:
        link += f"?thread_ts={posted.thread_ts}&cid={place.id}"
    return {"channel": place.id, "permalink": link}


def _own(workspace: Workspace, token: Token, args: Args, why: str) -> tuple[Conversation, Posted]:
    place = workspace.place(token, args)
    if str(args.get("channel") or "")[:1] in ("U", "W"):
        raise Refused("channel_not_found")
    posted = workspace.message(place.id, str(args.get("ts") or ""))
    if posted is None:
        raise Refused("message_not_found")
    if posted.user != token.bot:
        raise Refused(why)
    if place.archived:
        raise Refused("is_archived")
    return place, posted
