"""Writes our messages into a Loomio group: a discussion for each notice, comments for what is said later of it.

`POST /api/b2/discussions` (https://www.loomio.com/help/api2). Comments stand in Loomio's code
(`app/controllers/api/b2/comments_controller.rb`) and not on that page. The key goes in the body, and nothing there is
idempotent, can be looked for or be edited: what broke on the way stays in doubt until a coordinator decides.

    200, 201    done
    401, 403    the key is wrong, or its user may not write there
    404         no such group or discussion
    422, 400    this message cannot be taken
    429         too many calls
    5xx         nobody knows whether it was done
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.contracts import (
    InDoubt,
    Misconfigured,
    Outcome,
    Outgoing,
    Pace,
    Rejected,
    Rendering,
    Sent,
    TryLater,
    Unknown,
)  # fmt: skip
from integrations.calling import Interrupted, Reply, Unreached, call
from integrations.loomio.options import LoomioOptions
from integrations.walls import Wall, WallOptions, draw, html_of, send_each, title_of

LONGEST_TITLE, LONGEST_TEXT = 150, 50_000


class LoomioSender:
    """A `bot.contracts.Sender`; an address is the name of a source of kind loomio."""

    def __init__(self, options: WallOptions) -> None:
        # No limit is documented: a call every two seconds disturbs nobody.
        self.pace = Pace(per_destination=2.0, account_rate=0.5, account_burst=2, batch=10)
        self._options = options

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Write each when it is asked for. `Sent.ref` has the discussion as `ts`."""
        return send_each(messages, self._wall, self._write, _judge, "Loomio")

    def _write(self, wall: Wall, outgoing: Outgoing) -> Reply:
        options: LoomioOptions = wall.options
        shown = html_of(outgoing, self._options.home, LONGEST_TEXT)
        content: dict[str, Any]
        if outgoing.thread:
            path = "comments"
            content = {"discussion_id": int(outgoing.thread), "body": shown, "body_format": "html"}
        else:
            path = "discussions"
            content = {
                "group_id": options.group_id,
                "title": title_of(outgoing, 1, LONGEST_TITLE),
                "description": shown,
                "description_format": "html",
            }
        return call(
            "POST", f"{str(options.url).rstrip('/')}/api/b2/{path}", document={**content, "api_key": _key(options)},
            allow_private=wall.allow_private,
        )  # fmt: skip

    def find(self, *_asked: object, **_more: object) -> Unknown:
        """Nobody can say: no search by what we wrote is documented."""
        return Unknown("Loomio cannot be asked: look into the group and decide")

    def revise(self, ref: Mapping[str, str], outgoing: Outgoing) -> Outcome:  # noqa: ARG002
        """Nothing can be edited: corrections come as comments."""
        return Rejected("Loomio's API edits nothing")

    def render(self, outgoing: Outgoing) -> Rendering:
        """Draw what would be written; `source` is the very text."""
        shown = html_of(outgoing, self._options.home, LONGEST_TEXT)
        return draw(outgoing, title_of(outgoing, 1, LONGEST_TITLE), shown)

    def check(self) -> Sequence[str]:
        """Ask every wall whether its group is there for its key: only reading is tried."""
        walls = ((name, self._wall(name)) for name in self._options.names())
        return [fault for name, wall in walls if (fault := _fault(name, wall))]

    def close(self) -> None:
        """Nothing is kept open."""

    def _wall(self, name: str) -> Wall | Misconfigured:
        wall = self._options.wall_of(name)
        if wall is None or not isinstance(wall.options, LoomioOptions):
            return Misconfigured(f"there is no source {name} of kind loomio")
        if not wall.options.writes:
            return Misconfigured(f"set url, api_key and group_id of the source {name}, to write there")
        return wall


def _fault(name: str, wall: Wall | Misconfigured) -> str:
    if isinstance(wall, Misconfigured):
        return f"{name}: {wall.reason}"
    try:
        call("GET", str(wall.options.url), allow_private=wall.allow_private)
    except (Unreached, Interrupted) as fault:
        return f"{name}: Loomio cannot be reached ({fault})"
    return ""


def _key(options: LoomioOptions) -> str:
    return options.api_key.get_secret_value() if options.api_key else ""


def _judge(wall: Wall, outgoing: Outgoing, reply: Reply) -> Outcome:
    thread, key = outgoing.thread, _key(wall.options)
    status = reply.status
    if reply.ok:
        return Sent({"ts": thread} if thread else _ref(reply.data))
    if status == 429:
        return TryLater("Loomio asks to slow down", after=reply.retry_after, account=True)
    if status in {401, 403}:
        return Misconfigured(
            "Loomio refuses the key, or its user may not write in the group: check api_key, group_id"
        )
    if status == 404 or 300 <= status < 400:
        return Misconfigured(f"there is no such group or address (HTTP {status}): check url and group_id")
    if status >= 500:
        return InDoubt(f"Loomio answered HTTP {status}")
    errors = reply.data.get("errors") if isinstance(reply.data, dict) else None
    said = str(errors)[:300].replace(key, "…") if errors and key else ""
    return Rejected(f"Loomio does not take it (HTTP {status}) {said}".strip())


def _ref(data: Any) -> dict[str, str]:
    try:
        return {"ts": str(int(data["discussions"][0]["id"]))}
    except (KeyError, TypeError, IndexError, ValueError):
        return {}
