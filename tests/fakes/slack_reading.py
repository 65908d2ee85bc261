"""The fake Slack's reading of conversations: their history, and a thread, a page at a time."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from tests.fakes.slack_text import Refused
from tests.fakes.slack_workspace import Args, Posted, Token, Workspace, need


def history(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`conversations.history`: newest first, without what stands in threads only."""
    shown = [each for each in _read(workspace, token, args) if not each.thread_ts or each.broadcast]
    return _page(list(reversed(_within(shown, args))), args, 100)


def replies(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`conversations.replies`: the first message, then its replies, oldest first."""
    thread = args.get("ts")
    read = _read(workspace, token, args)
    parent = [message for message in read if message.ts == thread]
    if not parent:
        raise Refused("thread_not_found")
    found = [message for message in read if message.thread_ts == thread]
    return _page(parent + _within(found, args), args, 1000)


def _read(workspace: Workspace, token: Token, args: Args) -> list[Posted]:
    place = workspace.place(token, args)
    need(token, place.history_scope)
    if not place.member:
        raise Refused("not_in_channel")
    return workspace.written(place.id)


def _within(messages: list[Posted], args: Args) -> list[Posted]:
    oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "99999999999")
    try:
        keys = [float(message.ts) for message in messages]
        return messages[bisect_right(keys, float(oldest)) : bisect_right(keys, float(latest))]
    except ValueError:
        raise Refused("invalid_ts_oldest") from None


def _page(messages: list[Posted], args: Args, default: int) -> dict[str, Any]:
    limit = min(int(args.get("limit") or default), 999)
    try:
        start = int(args.get("cursor") or 0)
    except ValueError:
        raise Refused("invalid_cursor") from None
    with_metadata = args.get("include_all_metadata") in (True, 1, "1", "true", "True")
    more = start + limit < len(messages)
    return {
        "messages": [message.shown(with_metadata) for message in messages[start : start + limit]],
        "has_more": more,
        "response_metadata": {"next_cursor": str(start + limit) if more else ""},
    }
