"""Writes our messages into a Discourse category: a topic for each notice, replies for what is said later of it.

A topic carries an `external_id` made of the delivery's key, which the instance keeps unique: sent twice it is there
once, and `GET /t/external_id/<id>.json` finds it (https://docs.discourse.org, Topics and Posts). A reply has no such
id; it is found by the mark in its text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.contracts import (
    Absent,
    Found,
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
from integrations.discourse.options import DiscourseOptions
from integrations.discourse.outcomes import judge
from integrations.walls import Wall, WallOptions, draw, html_of, mark, send_each, title_of

SHORTEST_TITLE, LONGEST_TITLE, LONGEST_RAW = 15, 255, 32_000
"""What an instance takes unless its administrator changed it (`min_topic_title_length` …)."""

LAST_POSTS = 20


class DiscourseSender:
    """A `bot.contracts.Sender`; an address is the name of a source of kind discourse."""

    def __init__(self, options: WallOptions) -> None:
        # 60 calls a minute is what an instance allows a key (`max_admin_api_reqs_per_minute`); a topic may take two.
        self.pace = Pace(
            per_destination=2.0, account_rate=0.5, account_burst=5, batch=10, edit_rate=0.25, edit_burst=4
        )
        self._options = options

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Write each when it is asked for. `Sent.ref` has the topic as `ts` and the `post`."""
        return send_each(messages, self._wall, self._write, self._judge, "the instance")

    def _write(self, wall: Wall, outgoing: Outgoing) -> Reply:
        document: dict[str, Any] = {"raw": self._raw(outgoing)}
        if outgoing.thread:
            document["topic_id"] = int(outgoing.thread)
        else:
            title = title_of(outgoing, SHORTEST_TITLE, LONGEST_TITLE)
            document |= {
                "title": title,
                "category": wall.options.category,
                "external_id": external_id(outgoing.key),
            }
        return _call(wall, "POST", "/posts.json", document)

    def _judge(self, wall: Wall, outgoing: Outgoing, reply: Reply) -> Outcome:
        outcome = judge(reply)
        if isinstance(outcome, Rejected) and not outgoing.thread:
            found = self._found(wall, outgoing.key)  # perhaps because its external_id is taken: it is there
            return Sent(found.ref) if isinstance(found, Found) else outcome
        return outcome

    def find(
        self,
        address: str,
        key: str,
        since: datetime,  # noqa: ARG002
        thread: str | None,
        team: str = "",  # noqa: ARG002
    ) -> Found | Absent | Unknown:
        """Look for the topic by its external id, and for a reply among the newest posts of its topic."""
        wall = self._wall(address)
        if isinstance(wall, Misconfigured):
            return Unknown(wall.reason)
        try:
            # What was meant for a topic that is gone became a topic of its own.
            answered = _reply(wall, thread, key) if thread else None
        except (Unreached, Interrupted) as fault:
            return Unknown(f"the instance does not answer: {fault}")
        return answered or self._found(wall, key)

    def _found(self, wall: Wall, key: str) -> Found | Absent | Unknown:
        try:
            return _topic(wall, external_id(key))
        except (Unreached, Interrupted) as fault:
            return Unknown(f"the instance does not answer: {fault}")

    def revise(self, ref: Mapping[str, str], outgoing: Outgoing) -> Outcome:
        """Edit title and text in place, or strike the text. A reply has no title."""
        wall = self._wall(outgoing.address)
        if isinstance(wall, Misconfigured):
            return wall
        if not ref.get("post"):
            return Rejected("nobody knows where it stands")
        try:
            reply = _call(
                wall, "PUT", f"/posts/{int(ref['post'])}.json", {"post": {"raw": self._raw(outgoing)}}
            )
            outcome = judge(reply, ref, edit=True)
            if isinstance(outcome, Sent):
                title = {"title": title_of(outgoing, SHORTEST_TITLE, LONGEST_TITLE)}
                outcome = judge(_call(wall, "PUT", f"/t/-/{int(ref['ts'])}.json", title), ref, edit=True)
        except (Unreached, Interrupted) as fault:
            return TryLater(f"the instance does not answer: {fault}", account=True)
        return outcome

    def render(self, outgoing: Outgoing) -> Rendering:
        """Draw what would be written; `source` is the very text."""
        return draw(outgoing, title_of(outgoing, SHORTEST_TITLE, LONGEST_TITLE), self._raw(outgoing))

    def check(self) -> Sequence[str]:
        """Ask every wall whether its key is taken."""
        faults = []
        for name in self._options.names():
            wall = self._wall(name)
            if isinstance(wall, Misconfigured):
                faults.append(f"{name}: {wall.reason}")
                continue
            try:
                reply = _call(wall, "GET", "/session/current.json")
            except (Unreached, Interrupted) as fault:
                faults.append(f"{name}: the instance cannot be reached ({fault})")
                continue
            faults += (
                []
                if reply.ok
                else [f"{name}: the key is refused (HTTP {reply.status}): check api_key and api_username"]
            )
        return faults

    def close(self) -> None:
        """Nothing is kept open."""

    def _wall(self, name: str) -> Wall | Misconfigured:
        wall = self._options.wall_of(name)
        if wall is None or not isinstance(wall.options, DiscourseOptions):
            return Misconfigured(f"there is no source {name} of kind discourse")
        if not wall.options.writes:
            return Misconfigured(f"set api_key and category of the source {name}, to write there")
        return wall

    def _raw(self, outgoing: Outgoing) -> str:
        return html_of(outgoing, self._options.home, LONGEST_RAW)


_TOPIC = re.compile(r"/t/(?:[^/?]+/)?(\d+)(?:\.json)?(?:[/?]|$)")


def external_id(key: str) -> str:
    """A topic's external id: letters, digits, - and _, at most 50 of them."""
    return f"silta-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _call(wall: Wall, method: str, path: str, document: Mapping[str, Any] | None = None) -> Reply:
    options: DiscourseOptions = wall.options
    return call(
        method,
        options.base + path,
        document=document,
        headers=options.headers,
        allow_private=wall.allow_private,
    )


def _topic(wall: Wall, known_by: str) -> Found | Absent | Unknown:
    """Ask by external id: the instance sends us on to the topic's own address, which is not followed but read."""
    reply = _call(wall, "GET", f"/t/external_id/{known_by}.json")
    if reply.status == 404:
        return Absent()
    if 300 <= reply.status < 400 and (onward := _TOPIC.search(reply.location)):
        reply = _call(wall, "GET", f"/t/{onward[1]}.json")
    try:
        return Found({"ts": str(reply.data["id"]), "post": str(reply.data["post_stream"]["posts"][0]["id"])})
    except (KeyError, TypeError, IndexError):
        return Unknown(f"the instance answers HTTP {reply.status}")


def _reply(wall: Wall, topic: str, key: str) -> Found | Unknown | None:
    shown = _call(wall, "GET", f"/t/{int(topic)}.json")
    if shown.status in {404, 410}:
        return None
    try:
        newest = shown.data["post_stream"]["stream"][-LAST_POSTS:]
        query = "&".join(f"post_ids[]={int(each)}" for each in newest)
        posts = _call(wall, "GET", f"/t/{int(topic)}/posts.json?{query}&include_raw=true").data[
            "post_stream"
        ]["posts"]
        for post in posts:
            if mark(key) in f"{post.get('raw', '')}{post.get('cooked', '')}":
                return Found({"ts": topic, "post": str(post["id"])})
    except (KeyError, TypeError, ValueError):
        return Unknown(f"the instance answers HTTP {shown.status}")
    return None
