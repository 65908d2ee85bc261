"""The fake Slack's own reading of Block Kit's limits, written apart from the project's.

Sources: docs.slack.dev/reference/block-kit (blocks, composition objects, elements) and chat.postMessage;
the 13,200 characters were measured by others (slackapi/bolt-js#2509). Lengths are counted in UTF-16
units, the strictest reading there is.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

MOST_TEXT = 40_000
MOST_BLOCK_TEXT = 13_200
MOST_METADATA = 8_000

_KEYS = {
    "header": {"type", "block_id", "text"},
    "section": {"type", "block_id", "text", "fields", "expand"},
    "context": {"type", "block_id", "elements"},
    "actions": {"type", "block_id", "elements"},
    "divider": {"type", "block_id"},
    "image": {"type", "block_id", "image_url", "alt_text", "title"},
    "button": {"type", "action_id", "text", "url", "value", "style", "accessibility_label"},
    "plain_text": {"type", "text", "emoji"},
    "mrkdwn": {"type", "text", "verbatim"},
}
_MENTION = re.compile(r"<(?:!(?:here|channel|everyone)\b|!subteam\^|@[UW]|#C)[^>]*>")
_BARE_MENTION = re.compile(r"@(?:here|channel|everyone)\b")


class Refused(Exception):
    """A call that Slack answers with `ok: false`, an error code, and sometimes details."""

    def __init__(self, error: str, **details: Any) -> None:
        super().__init__(error)
        self.error = error
        self.details = details


def check_message(args: dict[str, Any]) -> list[str]:
    """Check what `chat.postMessage` was given; returns warnings. Raises Refused."""
    _no_surrogates(args)
    text, blocks = args.get("text") or "", args.get("blocks")
    if not isinstance(text, str):
        raise Refused("invalid_arguments")
    if "markdown_text" in args and (text or blocks):
        raise Refused("markdown_text_conflict")
    if blocks is not None:
        check_blocks(blocks)
    if not text.strip() and not blocks:
        raise Refused("no_text")
    _metadata(args.get("metadata"))
    return ["message_truncated"] if length(text) > MOST_TEXT else []


def check_blocks(blocks: Any) -> None:
    """Raise Refused for blocks that Slack would not take."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refused("invalid_blocks_format")
    faults = [] if len(blocks) <= 50 else ["no more than 50 items allowed [json-pointer:/blocks]"]
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        faults += [f"{fault} [json-pointer:/blocks/{number}]" for fault in _block(block, seen)]
    if faults:
        raise Refused(
            "invalid_blocks", response_metadata={"messages": [f"[ERROR] {fault}" for fault in faults]}
        )
    if sum(length(text) for text, _ in texts(blocks)) > MOST_BLOCK_TEXT:
        raise Refused("msg_blocks_too_long")


def pings(args: dict[str, Any]) -> list[str]:
    """Every mention in a message that would notify people, whoever meant it."""
    parsed = args.get("parse") == "full" or args.get("link_names") in (True, 1, "1", "true")
    found = _MENTION.findall(args.get("text") or "")
    found += _BARE_MENTION.findall(args.get("text") or "") if parsed else []
    for text, kind in texts(args.get("blocks") or []):
        found += _MENTION.findall(text) if kind != "plain_text" else []
        found += _BARE_MENTION.findall(text) if kind == "mrkdwn" else []
    return found


def texts(blocks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Every text in some blocks with its kind: plain_text, mrkdwn, or verbatim mrkdwn."""
    found: list[tuple[str, str]] = []

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for entry in node:
                walk(entry)
        elif isinstance(node, dict):
            if node.get("type") in ("plain_text", "mrkdwn") and isinstance(node.get("text"), str):
                found.append((node["text"], "verbatim" if node.get("verbatim") is True else node["type"]))
            else:
                walk(list(node.values()))

    walk(blocks)
    return found


def length(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _block(block: dict[str, Any], seen: set[str]) -> list[str]:
    kind = block.get("type")
    if kind not in ("header", "section", "context", "actions", "divider", "image"):
        return [f"unsupported type: {kind}"]
    faults = _strange(block, kind) + _id(block, "block_id", seen)
    if kind == "header":
        faults += _text(block.get("text"), 150, {"plain_text"})
    elif kind == "section":
        if not block.get("text") and not block.get("fields"):
            faults.append("missing required field: text")
        faults += _text(block["text"], 3000) if "text" in block else []
        faults += _each(block["fields"], 10, lambda field: _text(field, 2000)) if "fields" in block else []
    elif kind == "context":
        faults += _each(block.get("elements"), 10, lambda element: _text(element, 3000))
    elif kind == "actions":
        faults += _each(block.get("elements"), 25, lambda element: _button(element, seen))
    elif kind == "image":
        faults += _bounded(block.get("image_url"), 3000) + _bounded(block.get("alt_text"), 2000)
    return faults


def _button(button: Any, seen: set[str]) -> list[str]:
    if not isinstance(button, dict) or button.get("type") != "button":
        return ["unsupported type of element"]
    faults = _strange(button, "button") + _id(button, "action_id", seen)
    faults += _text(button.get("text"), 75, {"plain_text"})
    if "value" in button:
        faults += _bounded(button["value"], 2000)
    if button.get("style") not in (None, "primary", "danger"):
        faults.append("style must be primary or danger")
    if "url" in button:
        faults += _bounded(button["url"], 3000)
        parts = urlsplit(str(button["url"]))
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or re.search(r"\s", str(button["url"]))
        ):
            faults.append("Invalid URL")
    return faults


def _text(text: Any, most: int, kinds: set[str] | None = None) -> list[str]:
    if not isinstance(text, dict) or text.get("type") not in (kinds or {"plain_text", "mrkdwn"}):
        return ["must be a text object of an allowed type"]
    return _strange(text, text["type"]) + _bounded(text.get("text"), most)


def _bounded(text: Any, most: int) -> list[str]:
    if not isinstance(text, str) or not text:
        return ["must be more than 0 characters"]
    return [f"must be less than {most + 1} characters"] if length(text) > most else []


def _each(entries: Any, most: int, check: Any) -> list[str]:
    if not isinstance(entries, list) or not 1 <= len(entries) <= most:
        return [f"must have 1 to {most} items"]
    return [fault for entry in entries for fault in check(entry)]


def _id(node: dict[str, Any], name: str, seen: set[str]) -> list[str]:
    if name not in node:
        return []
    faults = _bounded(node[name], 255)
    mark = f"{name}:{node[name]}"
    faults += [f"{name} already exists"] if mark in seen else []
    seen.add(mark)
    return faults


def _strange(node: dict[str, Any], kind: str) -> list[str]:
    return [f"additional property {key}" for key in node.keys() - _KEYS[kind]]


def _metadata(metadata: Any) -> None:
    if metadata is None:
        return
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    if len(str(metadata)) > MOST_METADATA:
        raise Refused("metadata_too_large")


def _no_surrogates(args: dict[str, Any]) -> None:
    """Broken Unicode and NUL never get as far as a message."""
    for text in (args.get("text"), *(found for found, _ in texts(args.get("blocks") or []))):
        if isinstance(text, str) and re.search("[\x00\ud800-\udfff]", text):
            raise Refused("invalid_arguments")
