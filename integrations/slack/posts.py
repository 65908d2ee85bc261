"""An outgoing delivery as the posts that carry it: the `chat.postMessage` payloads, byte for byte.

Several languages stand in one post, in order, while they fit; else the first is the post and the rest
go in its thread. The post carries the delivery's key in its metadata, a reply the key and its language.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.contracts import Message, Outgoing
from integrations.slack import blocks, limits, spoken
from integrations.slack.elements import Block, total
from integrations.slack.plain import size
from integrations.slack.struck import struck

EVENT = "silta_delivery"
"""The metadata's event type, by which a post of ours is known in a conversation's history."""

_TEXT = limits.TEXT - 100


@dataclass(frozen=True, slots=True)
class Post:
    """One call of `chat.postMessage`. `part` is the language of a reply in the thread, empty for the post."""

    payload: dict[str, Any]
    part: str = ""


def compose(outgoing: Outgoing, *, interactive: bool = False) -> tuple[Post, ...]:
    """The posts of a delivery: the one that counts, then its replies, whose `thread_ts` is not known yet.

    `interactive`: a press of a button reaches us, so that answers are buttons, also in a conversation.
    """
    if not outgoing.messages:
        return (Post(_payload(outgoing, [], "", outgoing.key)),)
    together = _together(outgoing, interactive)
    if len(outgoing.messages) == 1 or _fits(together):
        return (Post(_with_roster(outgoing, together)),)
    first, *rest = outgoing.messages
    replies = tuple(_reply(outgoing, message, interactive) for message in rest)
    made = [*_drawn(outgoing, first, interactive), *blocks.why(outgoing)]
    text = _with_reason(outgoing, [_said(outgoing, first, _TEXT - spoken.REASON)])
    payload = _payload(outgoing, made, text, outgoing.key)
    # So that `find` can tell whether a crash came between the post and its replies.
    payload["metadata"]["event_payload"]["replies"] = ",".join(reply.part for reply in replies)
    return (Post(_with_roster(outgoing, payload)), *replies)


def reply_key(key: str, part: str) -> str:
    """The key that a reply in the thread carries."""
    return f"{key}.{part}"


def _together(outgoing: Outgoing, interactive: bool) -> dict[str, Any]:
    made: list[Block] = []
    for message in outgoing.messages:
        made += [{"type": "divider"}] if made else []
        made += _drawn(outgoing, message, interactive)
    most = _TEXT - spoken.REASON if len(outgoing.messages) == 1 else limits.TEXT * 10
    texts = [_said(outgoing, message, most) for message in outgoing.messages]
    made += blocks.why(outgoing)
    return _payload(outgoing, made, _with_reason(outgoing, texts), outgoing.key)


def _fits(payload: dict[str, Any]) -> bool:
    """Whether there is room, also for a roster that comes later: an edit must not need other posts."""
    made = payload["blocks"]
    most = limits.TOTAL - blocks.ROSTER
    return len(made) < limits.BLOCKS and total(made) <= most and size(payload["text"]) <= limits.TEXT


def _with_roster(outgoing: Outgoing, payload: dict[str, Any]) -> dict[str, Any]:
    """Who answered, above the reason; in the text as far as there is room, for screen readers."""
    if not outgoing.roster:
        return payload
    ends = blocks.why(outgoing)
    upto = len(payload["blocks"]) - len(ends)
    text = "\n\n".join((payload["text"], spoken.roster_text(outgoing)))
    drawn = [*payload["blocks"][:upto], *blocks.roster(outgoing), *ends]
    return payload | {"blocks": drawn} | ({"text": text} if size(text) <= limits.TEXT else {})


def _reply(outgoing: Outgoing, message: Message, interactive: bool) -> Post:
    made = _drawn(outgoing, message, interactive)
    text = _said(outgoing, message, _TEXT)
    key = reply_key(outgoing.key, message.language)
    # Shown in the conversation too is only what came first.
    return Post(_payload(replace(outgoing, broadcast=False), made, text, key), message.language)


def _drawn(outgoing: Outgoing, message: Message, interactive: bool) -> list[Block]:
    if outgoing.struck:
        return struck(message)
    return blocks.blocks(message, outgoing.zone, outgoing.links, interactive=interactive)


def _said(outgoing: Outgoing, message: Message, most: int) -> str:
    """The message as text. Of a withdrawn one only that it is: a text cannot be struck through aloud."""
    told = message.model_copy(update={"body": ""}) if outgoing.struck else message
    return spoken.text(told, outgoing.zone, most, outgoing.links)


def _with_reason(outgoing: Outgoing, texts: list[str]) -> str:
    return "\n\n".join(part for part in (*texts, spoken.reason_text(outgoing)) if part)


def _payload(outgoing: Outgoing, made: list[Block], text: str, key: str) -> dict[str, Any]:
    payload = {
        "channel": outgoing.address,
        "text": text,
        "blocks": made,
        "metadata": {"event_type": EVENT, "event_payload": {"delivery": key}},
        "unfurl_links": False,
        "unfurl_media": False,
        # Both are Slack's defaults; said aloud, because with the others a plain @here would ping.
        "parse": "none",
        "link_names": False,
    }
    if not outgoing.thread:
        return payload
    shown = {"reply_broadcast": True} if outgoing.broadcast else {}
    return payload | {"thread_ts": outgoing.thread} | shown
