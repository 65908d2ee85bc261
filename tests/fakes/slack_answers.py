"""The fake Slack's response URLs: five answers within half an hour, seen by one person or by all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.slack_limits import Refused, check_message
from tests.fakes.slack_surfaces import with_ids
from tests.fakes.slack_text import texts

if TYPE_CHECKING:
    from tests.fakes.slack_workspace import Posted, Workspace

USES = 5
LASTS = 30 * 60.0
Key = tuple[str, str]


@dataclass
class Ephemeral:
    """A message that only one person sees. An answer may replace it or take it away (`gone`)."""

    who: Key
    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    gone: bool = False

    @property
    def words(self) -> str:
        """Everything that can be read in it: of its blocks, or its text where it has none."""
        return "\n".join(text for text, _ in texts(self.blocks)) or self.text


@dataclass
class ResponseUrl:
    """A place to answer somebody; `source` is the message they pressed something in."""

    who: Key
    channel: str
    made: float
    source: Ephemeral | Posted | None = None
    uses: int = 0


class Answers:
    """All response URLs and what only one person sees. The caller holds the lock."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._urls: dict[str, ResponseUrl] = {}
        self.ephemerals: list[Ephemeral] = []

    def url(self, who: Key, channel: str, source: Ephemeral | Posted | None = None) -> str:
        """A new path to answer at, below the server's address."""
        path = f"/commands/{who[0]}/{len(self._urls) + 1}/secret"
        self._urls[path] = ResponseUrl(who, channel, self._now(), source)
        return path

    def known(self, path: str) -> bool:
        return path in self._urls

    def take(self, workspace: Workspace, path: str, body: bytes) -> None:
        """Do what an app asks of a response URL. Raises Refused."""
        place = self._urls[path]
        if self._now() - place.made > LASTS:
            raise Refused("expired_url")
        if place.uses >= USES:
            raise Refused("used_url")
        try:
            args = json.loads(body)
        except ValueError:
            raise Refused("invalid_payload") from None
        place.uses += 1
        if args.get("delete_original"):
            self._remove(workspace, place)
            return
        check_message(args)
        if args.get("replace_original"):
            self._replace(workspace, place, args)
            return
        conversation = workspace.conversations.get(place.channel)
        if args.get("response_type") == "in_channel":
            if conversation is None:
                raise Refused("channel_not_found")
            workspace.commit(conversation, args)
            return
        self.show(place.who, place.channel, args, workspace.stamp())

    def show(self, who: Key, channel: str, args: dict[str, Any], ts: str) -> Ephemeral:
        """Let one person see something."""
        blocks = with_ids(args.get("blocks") or [])
        made = Ephemeral(who, channel, ts, args.get("text") or "", blocks, args.get("thread_ts"))
        self.ephemerals.append(made)
        return made

    def _replace(self, workspace: Workspace, place: ResponseUrl, args: dict[str, Any]) -> None:
        source = place.source
        if isinstance(source, Ephemeral):
            source.text, source.blocks = args.get("text") or "", with_ids(args.get("blocks") or [])
        elif source is not None:
            workspace.change(source, args)
        else:
            self.show(place.who, place.channel, args, workspace.stamp())

    def _remove(self, workspace: Workspace, place: ResponseUrl) -> None:
        if isinstance(place.source, Ephemeral):
            place.source.gone = True
        elif place.source is not None:
            workspace.remove(place.source)
