"""What the fake Slack keeps: tokens, people, conversations and messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack_text import Refused, texts

Args = dict[str, Any]
BOT = "UBOT"
ALL_SCOPES = frozenset(
    {
        "chat:write", "channels:history", "groups:history", "im:history", "im:write", "channels:read",
        "groups:read", "im:read", "users:read", "users:read.email", "commands", "app_mentions:read",
        "channels:join", "files:write", "files:read",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Token:
    """A bot token: whose, and what it may do."""

    team: str
    scopes: frozenset[str]
    bot: str = BOT


@dataclass
class User:
    """Somebody in a workspace. `foreign` people are met in shared channels and show no address."""

    id: str
    team: str
    active: bool = True
    name: str = ""
    email: str = ""
    locale: str = "en-US"
    zone: str = "Europe/Helsinki"
    guest: bool = False
    bot: bool = False


@dataclass
class Conversation:
    """A channel, or a person's direct message (`user`). `people` are in it; None means everybody is."""

    id: str
    team: str
    private: bool = False
    member: bool = True
    archived: bool = False
    read_only: bool = False
    user: str | None = None
    people: frozenset[str] | None = None
    name: str = ""
    shared: bool = False

    @property
    def history_scope(self) -> str:
        return "im:history" if self.user else "groups:history" if self.private else "channels:history"

    @property
    def kind(self) -> str:
        """As events call it: channel, group or im."""
        return "im" if self.user else "group" if self.private else "channel"

    def holds(self, user: str) -> bool:
        """Whether a person is in it."""
        return user == self.user if self.user else self.people is None or user in self.people


@dataclass(frozen=True)
class Posted:
    """A message as Slack keeps it. `args` is the whole call, `pings` every mention that notified people.

    `earlier` are its texts before each change, `deleted` says that it is gone.
    """

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None
    thread_ts: str | None
    args: Args = field(repr=False)
    pings: list[str]
    user: str = BOT
    earlier: tuple[str, ...] = ()
    deleted: bool = False

    @property
    def broadcast(self) -> bool:
        """Whether a reply in a thread is also shown in the channel."""
        return self.args.get("reply_broadcast") in (True, 1, "1", "true", "True")

    @property
    def words(self) -> str:
        """Everything that can be read in it: of its blocks, or its text where it has none."""
        return "\n".join(text for text, _ in texts(self.blocks)) or self.text

    def shown(self, with_metadata: bool) -> dict[str, Any]:
        """As `conversations.history` shows it: the metadata's content only to who asks for it."""
        message: dict[str, Any] = {"type": "message", "user": self.user, "ts": self.ts}
        message |= {"bot_id": "B1"} if self.user.startswith(BOT) else {}
        message |= {"text": self.text, "blocks": self.blocks}
        if self.thread_ts:
            message["thread_ts"] = self.thread_ts
        if self.broadcast:
            message["subtype"] = "thread_broadcast"
        if self.metadata:
            whole = self.metadata if with_metadata else {"event_type": self.metadata["event_type"]}
            message["metadata"] = whole
        return message

    def logged(self) -> dict[str, Any]:
        """As the log has it, one line a message."""
        names = ("channel", "ts", "thread_ts", "metadata", "text", "pings")
        return {name: getattr(self, name) for name in names}


def need(token: Token, scope: str) -> None:
    """Raise Refused when the token lacks a scope."""
    if scope not in token.scopes:
        raise Refused("missing_scope", needed=scope, provided=",".join(sorted(token.scopes)))
