"""Asks Slack whether a post in doubt is there: by the key in its metadata, in the conversation's history.

Needs the scopes `channels:history`, `groups:history`, `im:history`, and `im:write` for a person's
conversation. Whatever keeps us from looking at every page makes the answer Unknown, never Absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot import clock
from bot.contracts import Absent, Found, Sent, TryLater, Unknown
from integrations.slack.api import Interrupted, Reply, SlackApi, Unreached
from integrations.slack.posts import EVENT, reply_key

SLACK_IN_CLOCKS = timedelta(minutes=2)
"""How far before the attempt the search begins: our clock and Slack's need not agree."""

PAGE = "200"
MOST_PAGES = 50
_USER_IDS = ("U", "W")

Message = Mapping[str, Any]


class _CannotSay(Exception):
    """Why there is no answer."""


class _NotThere(_CannotSay):
    """There is no such thread: its first post was deleted, and nothing stands below it."""


def find(
    api: SlackApi, address: str, key: str, since: datetime, thread: str | None
) -> Found | Absent | Unknown:
    """Look for the post with this key in a thread if it was meant for one, and in the conversation, from a moment on.

    In both, because a post whose thread is gone goes into the conversation.
    """
    try:
        channel = _conversation(api, address)
        for place in (thread, None) if thread else (None,):
            found = _look(api, channel, key, _oldest(since), place)
            if found is not None:
                return found
    except _CannotSay as why:
        return Unknown(str(why))
    return Absent()


def _look(api: SlackApi, channel: str, key: str, oldest: str | None, thread: str | None) -> Found | None:
    try:
        for message in _messages(api, channel, oldest, thread):
            if _key(message) == key:
                ref = {"channel": channel, "ts": str(message["ts"])}
                return Found(ref | _replies(api, channel, message, key))
    except _NotThere:
        return None
    return None


def find_reply(api: SlackApi, channel: str, thread: str, key: str) -> Sent | TryLater | None:
    """The reply with this key in a post's thread, None when it surely is not there; TryLater when Slack cannot say."""
    try:
        for message in _messages(api, channel, None, thread):
            if _key(message) == key:
                return Sent({"channel": channel, "ts": str(message["ts"])})
    except _NotThere:
        return None
    except _CannotSay as why:
        return TryLater(f"nobody knows which replies are there: {why}")
    return None


def _conversation(api: SlackApi, address: str) -> str:
    """The conversation's id; a person's is opened, which nobody sees."""
    if not address.startswith(_USER_IDS):
        return address
    reply = _asked(partial(api.post, "conversations.open", {"users": address}))
    channel = reply.data.get("channel")
    if not isinstance(channel, dict) or not channel.get("id"):
        raise _CannotSay("Slack did not name the person's conversation")
    return str(channel["id"])


def _oldest(since: datetime) -> str | None:
    """The search's beginning as a Slack ts, by the real clock even when ours is moved.

    A moment that lies ahead was written down under a moved clock and says nothing: search it all.
    """
    age = clock.now() - since
    if age < timedelta(0):
        return None
    return f"{(clock.real_now() - age - SLACK_IN_CLOCKS).timestamp():.6f}"


def _messages(api: SlackApi, channel: str, oldest: str | None, thread: str | None) -> Iterator[Message]:
    method = "conversations.replies" if thread else "conversations.history"
    params = {"channel": channel, "limit": PAGE, "include_all_metadata": "true"}
    params |= {"oldest": oldest} if oldest else {}
    params |= {"ts": thread} if thread else {}
    for _ in range(MOST_PAGES):
        page = _asked(partial(api.get, method, params)).data
        messages = page.get("messages")
        if not isinstance(messages, list):
            raise _CannotSay("Slack's answer has no messages")
        yield from (message for message in messages if isinstance(message, dict))
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            if page.get("has_more"):
                raise _CannotSay("Slack shows only a part of the history")
            return
        params["cursor"] = str(cursor)
    raise _CannotSay(f"the history has more than {MOST_PAGES} pages")


def _asked(call: Callable[[], Reply]) -> Reply:
    try:
        reply = call()
    except (Unreached, Interrupted) as fault:
        raise _CannotSay(f"Slack could not be asked: {fault}") from fault
    if reply.limited:
        raise _CannotSay(f"limited: ask again in {reply.retry_after or 30:.0f} s")
    if reply.error in {"thread_not_found", "message_not_found"}:
        raise _NotThere(reply.error)
    if not reply.ok:
        needed = f" ({reply.data['needed']})" if "needed" in reply.data else ""
        raise _CannotSay(f"Slack answered {reply.status} {reply.error[:80]}{needed}".strip())
    return reply


def _key(message: Message) -> str | None:
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT:
        return None
    payload = metadata.get("event_payload")
    if not isinstance(payload, dict) or "delivery" not in payload:
        raise _CannotSay("Slack holds the metadata's content back")
    return str(payload["delivery"])


def _replies(api: SlackApi, channel: str, message: Message, key: str) -> dict[str, str]:
    """Where the post promised replies in other languages: their ts, or that a crash came before them."""
    promised = str(message["metadata"]["event_payload"].get("replies", ""))
    if not promised:
        return {}
    parts = {reply_key(key, part): part for part in promised.split(",")}
    thread = str(message.get("thread_ts") or message["ts"])
    ref = {f"missing.{part}": "not posted" for part in parts.values()}
    try:
        below = list(_messages(api, channel, str(message["ts"]), thread))
    except _NotThere:  # the post was found all the same
        return ref
    for reply in below:
        part = parts.get(_key(reply) or "")
        if part is not None:
            ref.pop(f"missing.{part}", None)
            ref[f"ts.{part}"] = str(reply["ts"])
    return ref
