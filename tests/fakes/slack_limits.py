"""The fake Slack's own reading of what a message may hold, written apart from the project's.

Source: docs.slack.dev, chat.postMessage.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_blocks import check_blocks
from tests.fakes.slack_text import Refused, length, no_surrogates, pings, texts

MOST_TEXT = 40_000
MOST_METADATA = 8_000

__all__ = ["Refused", "check_blocks", "check_message", "length", "pings", "texts"]


def check_message(args: dict[str, Any]) -> list[str]:
    """Check what `chat.postMessage` was given; returns warnings. Raises Refused."""
    no_surrogates(args)
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


def _metadata(metadata: Any) -> None:
    if metadata is None or metadata == {}:
        return
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    if len(str(metadata)) > MOST_METADATA:
        raise Refused("metadata_too_large")
