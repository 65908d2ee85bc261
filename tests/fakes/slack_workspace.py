"""The fake Slack's memory, and the Web API methods that read and write it."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack_limits import Refused, check_message, pings

Args = dict[str, Any]
ALL_SCOPES = frozenset(
    {
        "chat:write",
        "commands",
        "app_mentions:read",
        "channels:history",
        "groups:history",
        "im:history",
        "im:write",
        "channels:read",
        "groups:read",
        "users:read",
        "users:read.email",
    }
)


@dataclass(frozen=True)
class Token:
    """A bot token: whose, and what it may do."""

    team: str
    scopes: frozenset[str]


@dataclass
class Conversation:
    """A channel, or a person's direct message (`user`)."""

    id: str
    team: str
    private: bool = False
    member: bool = True
    archived: bool = False
    read_only: bool = False
    user: str | None = None

    @property
    def history_scope(self) -> str:
        return "im:history" if self.user else "groups:history" if self.private else "channels:history"


@dataclass(frozen=True)
class Posted:
    """A message as Slack keeps it. `args` is the whole call, `pings` every mention that notified people."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None
    thread_ts: str | None
    args: Args = field(repr=False)
    pings: list[str]

    def shown(self, with_metadata: bool) -> dict[str, Any]:
        """As `conversations.history` shows it: the metadata's content only to who asks for it."""
        message: dict[str, Any] = {"type": "message", "bot_id": "B1", "ts": self.ts}
        message |= {"text": self.text, "blocks": self.blocks}
        if self.thread_ts:
            message["thread_ts"] = self.thread_ts
        if self.metadata:
            whole = self.metadata if with_metadata else {"event_type": self.metadata["event_type"]}
            message["metadata"] = whole
        return message

    def logged(self) -> dict[str, Any]:
        """As the log has it, one line a message."""
        names = ("channel", "ts", "thread_ts", "metadata", "text", "pings")
        return {name: getattr(self, name) for name in names}


class Workspace:
    """Tokens, conversations, people and messages. The caller holds the lock."""

    def __init__(self, now: Callable[[], float], any_channel: bool) -> None:
        self.tokens: dict[str, Token] = {}
        self.revoked: set[str] = set()
        self.conversations: dict[str, Conversation] = {}
        self.users: dict[str, bool] = {}
        self.any_channel = any_channel
        self._now = now
        self._last = 0
        self.messages: list[Posted] = []
        self._by_channel: dict[str, list[Posted]] = {}

    def call(self, method: str, token: Token, args: Args) -> dict[str, Any]:
        """Call a method that does not post. Raises Refused."""
        match method:
            case "auth.test":
                return {"team": "Fake", "team_id": token.team, "user": "silta", "user_id": "UBOT"}
            case "conversations.history":
                return self._history(token, args)
            case "conversations.replies":
                return self._replies(token, args)
            case "conversations.open":
                return self._open(token, args)
            case "conversations.info":
                place = self.place(token, args)
                return {"channel": {"id": place.id, "is_archived": place.archived, "is_member": place.member}}
        raise Refused("unknown_method")

    def place(self, token: Token, args: Args) -> Conversation:
        """The conversation that a call means; a person's id means their direct message. Raises Refused."""
        name = str(args.get("channel") or "")
        if name[:1] in ("U", "W"):
            name = self._direct(token, name, "channel_not_found")
        place = self.conversations.get(name)
        if place is None and self.any_channel and name[:1] in ("C", "G"):
            place = self.conversations[name] = Conversation(name, token.team, private=name[0] == "G")
        if place is None or place.team != token.team or (place.private and not place.member):
            raise Refused("channel_not_found")
        return place

    def check_post(self, token: Token, place: Conversation, args: Args) -> list[str]:
        """Check all that posting demands but the rate; returns warnings. Raises Refused."""
        public = "chat:write.public" in token.scopes and not place.private
        if not place.member and not public:
            raise Refused("not_in_channel")
        if place.archived:
            raise Refused("is_archived")
        if place.read_only:
            raise Refused("restricted_action_read_only_channel")
        for name in ("blocks", "metadata"):
            if isinstance(args.get(name), str):
                args[name] = _parsed(args[name], name)
        warnings = check_message(args)
        thread = args.get("thread_ts")
        if thread and not any(known.ts == thread for known in self._by_channel.get(place.id, ())):
            raise Refused("thread_not_found")
        return warnings

    def commit(self, place: Conversation, args: Args) -> Posted:
        """Keep a message that passed `check_post`."""
        self._last = max(self._last + 1, int(self._now() * 1_000_000))
        ts = f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
        posted = Posted(
            place.id,
            ts,
            (args.get("text") or "")[:40_000],
            args.get("blocks") or [],
            args.get("metadata"),
            args.get("thread_ts"),
            args,
            pings(args),
        )
        self.messages.append(posted)
        self._by_channel.setdefault(place.id, []).append(posted)
        return posted

    def _direct(self, token: Token, user: str, unknown: str) -> str:
        if user not in self.users and self.any_channel:
            self.users[user] = True
        if user not in self.users:
            raise Refused(unknown)
        name = f"D{user[1:]}"
        self.conversations.setdefault(name, Conversation(name, token.team, private=True, user=user))
        return name

    def _open(self, token: Token, args: Args) -> dict[str, Any]:
        need(token, "im:write")
        user = str(args.get("users") or "")
        if not user:
            raise Refused("users_list_not_supplied")
        name = self._direct(token, user, "user_not_found")
        if not self.users[user]:
            raise Refused("user_disabled")
        return {"channel": {"id": name}}

    def _history(self, token: Token, args: Args) -> dict[str, Any]:
        found = [message for message in self._read(token, args) if not message.thread_ts]
        return _page(list(reversed(_within(found, args))), args, 100)

    def _replies(self, token: Token, args: Args) -> dict[str, Any]:
        thread = args.get("ts")
        read = self._read(token, args)
        parent = [message for message in read if message.ts == thread]
        if not parent:
            raise Refused("thread_not_found")
        replies = [message for message in read if message.thread_ts == thread]
        return _page(parent + _within(replies, args), args, 1000)

    def _read(self, token: Token, args: Args) -> list[Posted]:
        place = self.place(token, args)
        need(token, place.history_scope)
        if not place.member:
            raise Refused("not_in_channel")
        return self._by_channel.get(place.id, [])


def need(token: Token, scope: str) -> None:
    """Raise Refused when the token lacks a scope."""
    if scope not in token.scopes:
        raise Refused("missing_scope", needed=scope, provided=",".join(sorted(token.scopes)))


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


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Refused("invalid_blocks_format" if name == "blocks" else "invalid_metadata_format") from None
