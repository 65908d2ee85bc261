"""The fake Slack's memory: tokens, conversations, people, messages; and what may be posted where."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from tests.fakes.slack_answers import Answers
from tests.fakes.slack_files import File
from tests.fakes.slack_limits import Refused, check_message, pings
from tests.fakes.slack_oauth import OAuth
from tests.fakes.slack_records import ALL_SCOPES, BOT, Args, Conversation, Posted, Token, User, need
from tests.fakes.slack_views import Views

__all__ = [
    "ALL_SCOPES", "BOT", "Args", "Conversation", "Posted", "Token", "User", "Workspace", "need", "parsed",
]  # fmt: skip


class Workspace:
    """Everything in all workspaces. The caller holds the lock."""

    def __init__(self, now: Callable[[], float], any_channel: bool) -> None:
        self.tokens: dict[str, Token] = {}
        self.revoked: set[str] = set()
        self.conversations: dict[str, Conversation] = {}
        self.users: dict[tuple[str, str], User] = {}
        self.any_channel = any_channel
        self.messages_tab = True
        self.views, self.answers, self.oauth = Views(now), Answers(now), OAuth(now)
        self.files: dict[str, File] = {}
        self.url = ""
        self._now = now
        self._last = 0
        self.messages: list[Posted] = []
        self._by_channel: dict[str, dict[str, Posted]] = {}

    def place(self, token: Token, args: Args) -> Conversation:
        """The conversation that a call means; a person's id means their direct message. Raises Refused."""
        name = str(args.get("channel") or "")
        if name[:1] in ("U", "W"):
            name = self.direct(token.team, name, "channel_not_found")
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
        if place.user and not self.messages_tab:
            raise Refused("messages_tab_disabled")
        parsed(args)
        warnings = check_message(args)
        thread = args.get("thread_ts")
        if thread and thread not in self._by_channel.get(place.id, {}):
            raise Refused("thread_not_found")
        return warnings

    def stamp(self) -> str:
        """The next `ts`."""
        self._last = max(self._last + 1, int(self._now() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def commit(self, place: Conversation, args: Args, user: str = BOT) -> Posted:
        """Keep a message that passed `check_post`, or that a person wrote."""
        text = (args.get("text") or "")[:40_000]
        content = (args.get("blocks") or [], args.get("metadata"), args.get("thread_ts"))
        posted = Posted(place.id, self.stamp(), text, *content, args, pings(args), user)
        if user.startswith(BOT):
            self.messages.append(posted)
        self._by_channel.setdefault(place.id, {})[posted.ts] = posted
        return posted

    def message(self, channel: str, ts: str) -> Posted | None:
        """A message that is there."""
        return self._by_channel.get(channel, {}).get(ts)

    def written(self, channel: str) -> list[Posted]:
        """All that is there in a conversation, oldest first."""
        return list(self._by_channel.get(channel, {}).values())

    def change(self, posted: Posted, args: Args) -> Posted:
        """Put other content into a message: text without blocks drops the blocks."""
        now = self._by_channel[posted.channel][posted.ts]
        text, blocks = args.get("text") or "", args.get("blocks") or []
        changed = replace(now, text=text, blocks=blocks, earlier=(*now.earlier, now.text), pings=pings(args))
        if "metadata" in args:
            changed = replace(changed, metadata=args["metadata"] or None)
        self._put(changed)
        return changed

    def remove(self, posted: Posted) -> Posted:
        """Delete a message: it stays in `messages`, marked, and is nowhere else."""
        gone = replace(self._by_channel[posted.channel][posted.ts], deleted=True)
        self._put(gone)
        del self._by_channel[posted.channel][posted.ts]
        return gone

    def _put(self, posted: Posted) -> None:
        self._by_channel[posted.channel][posted.ts] = posted
        for number, known in enumerate(self.messages):
            if (known.channel, known.ts) == (posted.channel, posted.ts):
                self.messages[number] = posted

    def direct(self, team: str, user: str, unknown: str) -> str:
        """The id of a person's direct message, which is made when there is none. Raises Refused."""
        if (team, user) not in self.users and self.any_channel:
            self.users[team, user] = User(user, team)
        if (team, user) not in self.users:
            raise Refused(unknown)
        name = f"D{user[1:]}"
        if name in self.conversations and self.conversations[name].team != team:
            name = f"D{team}{user[1:]}"
        self.conversations.setdefault(name, Conversation(name, team, private=True, user=user))
        return name


def parsed(args: Args) -> None:
    """Read the blocks and metadata of a call that came as a form. Raises Refused."""
    for name in ("blocks", "metadata"):
        if isinstance(args.get(name), str):
            try:
                args[name] = json.loads(args[name])
            except ValueError:
                raise Refused(f"invalid_{name}_format") from None
