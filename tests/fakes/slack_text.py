"""What the fake Slack sees in texts: refusals, lengths in UTF-16 units (the strictest reading), and mentions."""

from __future__ import annotations

import re
from typing import Any

_MENTION = re.compile(r"<(?:!(?:here|channel|everyone)\b|!subteam\^|@[UW]|#C)[^>]*>")
_BARE_MENTION = re.compile(r"@(?:here|channel|everyone)\b")


class Refused(Exception):
    """A call that Slack answers with `ok: false`, an error code, and sometimes details."""

    def __init__(self, error: str, **details: Any) -> None:
        super().__init__(error)
        self.error = error
        self.details = details


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


def no_surrogates(args: dict[str, Any]) -> None:
    """Broken Unicode and NUL never get as far as a message. Raises Refused."""
    for text in (args.get("text"), *(found for found, _ in texts(args.get("blocks") or []))):
        if isinstance(text, str) and re.search("[\x00\ud800-\udfff]", text):
            raise Refused("invalid_arguments")
