"""An outgoing delivery as the posts that carry it: the `chat.postMessage` payloads, byte for byte.

Several languages stand in one post, in order, while they fit; else the first is the post and the rest
go in its thread. The post carries the delivery's key in its metadata, a reply the key and its language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.contracts import Message, Outgoing
from integrations.slack import blocks, limits, spoken
from integrations.slack.elements import Block, total
from integrations.slack.plain import size

EVENT = "silta_delivery"
"""The metadata's event type, by which a post of ours is known in a conversation's history."""

_TEXT = limits.TEXT - 100


@dataclass(frozen=True, slots=True)
class Post:
    """One call of `chat.postMessage`. `part` is the language of a reply in the thread, empty for the post."""

    payload: dict[str, Any]
    part: str = ""


def compose(outgoing: Outgoing) -> tuple[Post, ...]:
    """The posts of a delivery: the one that counts, then its replies, whose `thread_ts` is not known yet."""
    if not outgoing.messages:
        return (Post(_payload(outgoing, [], "", outgoing.key)),)
    together = _together(outgoing)
    if len(outgoing.messages) == 1 or _fits(together):
        return (Post(together),)
    first, *rest = outgoing.messages
    replies = tuple(_reply(outgoing, message) for message in rest)
    made = [*blocks.blocks(first, outgoing.zone, outgoing.links), *blocks.why(outgoing)]
    text = _with_reason(outgoing, [spoken.text(first, outgoing.zone, _TEXT - spoken.REASON, outgoing.links)])
    payload = _payload(outgoing, made, text, outgoing.key)
    # So that `find` can tell whether a crash came between the post and its replies.
    payload["metadata"]["event_payload"]["replies"] = ",".join(reply.part for reply in replies)
    return (Post(payload), *replies)


def reply_key(key: str, part: str) -> str:
    """The key that a reply in the thread carries."""
    return f"{key}.{part}"


def _together(outgoing: Outgoing) -> dict[str, Any]:
    made: list[Block] = []
    for message in outgoing.messages:
        made += [{"type": "divider"}] if made else []
        made += blocks.blocks(message, outgoing.zone, outgoing.links)
    most = _TEXT - spoken.REASON if len(outgoing.messages) == 1 else limits.TEXT * 10
    texts = [spoken.text(message, outgoing.zone, most, outgoing.links) for message in outgoing.messages]
    made += blocks.why(outgoing)
    return _payload(outgoing, made, _with_reason(outgoing, texts), outgoing.key)


def _fits(payload: dict[str, Any]) -> bool:
    made = payload["blocks"]
    return len(made) <= limits.BLOCKS and total(made) <= limits.TOTAL and size(payload["text"]) <= limits.TEXT


def _reply(outgoing: Outgoing, message: Message) -> Post:
    made = blocks.blocks(message, outgoing.zone, outgoing.links)
    text = spoken.text(message, outgoing.zone, _TEXT, outgoing.links)
    key = reply_key(outgoing.key, message.language)
    return Post(_payload(outgoing, made, text, key), message.language)


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
    return payload | ({"thread_ts": outgoing.thread} if outgoing.thread else {})
