"""Slack's limits on a message, checked before it leaves: a payload that Slack would refuse is never sent.

Figures: https://docs.slack.dev/reference/block-kit/blocks and /composition-objects. That a message with
more than some 13,200 characters of block text is refused (`msg_blocks_too_long`) stands in no document;
it was measured by others (slackapi/bolt-js#2509), so 12,000 is the most we send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.slack.plain import size, web_url

BLOCKS = 50
TOTAL = 12_000
TEXT = 4_000
HEADER = 150
SECTION = 3_000
FIELDS = 10
FIELD = 2_000
CONTEXT_ELEMENTS = 10
ACTIONS = 25
BUTTON = 75
URL = 3_000
VALUE = 2_000
OPTION = 75
OPTION_VALUE = 150
OPTIONS = 100
ID = 255

_TOKEN = re.compile(r"<[^>]*>?")
_HARMLESS = re.compile(r"<(?:https?://|mailto:|!date\^\d+\^)[^<>]*>")
Problems = Iterator[str]


def problems(payload: Mapping[str, Any]) -> list[str]:
    """All that Slack would refuse in a `chat.postMessage` payload, and all that could ping; else empty."""
    return [*_message(payload), *_blocks(payload.get("blocks", ()))]


def _message(payload: Mapping[str, Any]) -> Problems:
    text = payload.get("text", "")
    if not payload.get("channel"):
        yield "no channel"
    if not text.strip():
        yield "no text"
    yield from _text("text", text, TEXT)
    yield from _pings("text", text)


def _blocks(blocks: Sequence[Mapping[str, Any]]) -> Problems:
    if not 1 <= len(blocks) <= BLOCKS:
        yield f"{len(blocks)} blocks, allowed are 1 to {BLOCKS}"
    total = sum(size(text["text"]) for block in blocks for text in texts(block))
    if total > TOTAL:
        yield f"{total} characters in all blocks, allowed are {TOTAL}"
    ids = [element.get("action_id") for block in blocks for element in block.get("elements", ())]
    named = [name for name in ids if name is not None]
    if len(named) != len(set(named)):
        yield "an action_id occurs twice"
    for number, block in enumerate(blocks):
        yield from _block(f"block {number} ({block['type']})", block)


def _block(where: str, block: Mapping[str, Any]) -> Problems:
    match block["type"]:
        case "header":
            yield from _text(where, block["text"]["text"], HEADER)
        case "section":
            yield from _section(where, block)
        case "context":
            yield from _count(where, block["elements"], CONTEXT_ELEMENTS)
            for element in block["elements"]:
                yield from _text(where, element["text"], SECTION)
        case "actions":
            yield from _count(where, block["elements"], ACTIONS)
            for element in block["elements"]:
                yield from _button(where, element)
        case "divider":
            pass
        case _:
            yield f"{where}: not a kind of block that we send"
    for text in texts(block):
        if text["type"] == "mrkdwn":
            yield from _pings(where, text["text"])


def _section(where: str, block: Mapping[str, Any]) -> Problems:
    if "text" not in block and "fields" not in block:
        yield f"{where}: neither text nor fields"
    if "text" in block:
        yield from _text(where, block["text"]["text"], SECTION)
    if "fields" in block:
        yield from _count(where, block["fields"], FIELDS)
        for entry in block["fields"]:
            yield from _text(where, entry["text"], FIELD)


def _button(where: str, button: Mapping[str, Any]) -> Problems:
    yield from _text(where, button["text"]["text"], BUTTON)
    yield from _text(where, button["action_id"], ID)
    if "value" in button:
        yield from _text(where, button["value"], VALUE)
    elif web_url(button["url"], URL) != button["url"]:
        yield f"{where}: not an address that a button may have: {button['url'][:80]!r}"


def _count(where: str, elements: Sequence[Any], most: int) -> Problems:
    if not 1 <= len(elements) <= most:
        yield f"{where}: {len(elements)} elements, allowed are 1 to {most}"


def _text(where: str, text: str, most: int) -> Problems:
    if not 1 <= size(text) <= most:
        yield f"{where}: {size(text)} characters, allowed are 1 to {most}"


def _pings(where: str, text: str) -> Problems:
    for token in _TOKEN.findall(text):
        if not _HARMLESS.fullmatch(token):
            yield f"{where}: {token[:40]!r} is neither a link nor a date"


def texts(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every text object of a block."""
    for candidate in (block.get("text"), *block.get("fields", ()), *block.get("elements", ())):
        if isinstance(candidate, Mapping):
            nested = candidate.get("text")
            yield nested if isinstance(nested, Mapping) else candidate
