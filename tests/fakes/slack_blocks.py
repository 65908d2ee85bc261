"""The fake Slack's own reading of Block Kit's blocks, written apart from the project's.

Sources: docs.slack.dev/reference/block-kit; the 13,200 characters were measured by others
(slackapi/bolt-js#2509).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.fakes.slack_elements import (
    ACCESSORIES,
    IN_ACTIONS,
    INPUTS,
    bounded,
    check_element,
    check_text,
    each,
    known_id,
    strange,
)
from tests.fakes.slack_text import Refused, length, texts

MOST_BLOCK_TEXT = 13_200

_KEYS = {
    "header": {"text"},
    "section": {"text", "fields", "expand", "accessory"},
    "context": {"elements"},
    "actions": {"elements"},
    "divider": set[str](),
    "image": {"image_url", "alt_text", "title"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "rich_text": {"elements"},
}
_RICH = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}


def check_blocks(blocks: Any, most: int = 50, most_text: int | None = MOST_BLOCK_TEXT) -> None:
    """Raise Refused for blocks that Slack would not take in a message, or with `most=100` in a view."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refused("invalid_blocks_format")
    if faults := faults_of(blocks, most):
        raise Refused(
            "invalid_blocks", response_metadata={"messages": [f"[ERROR] {fault}" for fault in faults]}
        )
    if most_text is not None and sum(length(text) for text, _ in texts(blocks)) > most_text:
        raise Refused("msg_blocks_too_long")


def faults_of(blocks: list[dict[str, Any]], most: int) -> list[str]:
    """All that is wrong with some blocks, each with where it is."""
    faults = [] if len(blocks) <= most else [f"no more than {most} items allowed [json-pointer:/blocks]"]
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        faults += [f"{fault} [json-pointer:/blocks/{number}]" for fault in _block(block, seen)]
    return faults + _one_focus(blocks)


def _block(block: dict[str, Any], seen: set[str]) -> list[str]:
    kind = block.get("type")
    if kind not in _KEYS:
        return [f"unsupported type: {kind}"]
    faults = strange(block, _KEYS[kind] | {"type", "block_id"}) + known_id(block, "block_id", seen)
    if kind == "header":
        faults += check_text(block.get("text"), 150, {"plain_text"})
    elif kind == "section":
        faults += _section(block, seen)
    elif kind == "context":
        faults += each(block.get("elements"), 10, _of_context)
    elif kind == "actions":
        faults += each(block.get("elements"), 25, lambda element: check_element(element, IN_ACTIONS, seen))
    elif kind == "image":
        faults += _image(block)
        faults += check_text(block["title"], 2000, {"plain_text"}) if "title" in block else []
    elif kind == "input":
        faults += _input(block, seen)
    elif kind == "rich_text":
        faults += each(block.get("elements"), 100, lambda part: _rich(part, 0))
    return faults


def _section(block: dict[str, Any], seen: set[str]) -> list[str]:
    faults = []
    if not block.get("text") and not block.get("fields"):
        faults.append("missing required field: text")
    faults += check_text(block["text"], 3000) if "text" in block else []
    faults += each(block["fields"], 10, lambda field: check_text(field, 2000)) if "fields" in block else []
    if "accessory" in block:
        accessory = block["accessory"]
        if isinstance(accessory, dict) and accessory.get("type") == "image":
            return faults + _image(accessory) + strange(accessory, {"type", "image_url", "alt_text"})
        faults += check_element(accessory, ACCESSORIES, seen)
    return faults


def _input(block: dict[str, Any], seen: set[str]) -> list[str]:
    faults = check_text(block.get("label"), 2000, {"plain_text"})
    faults += check_text(block["hint"], 2000, {"plain_text"}) if "hint" in block else []
    return faults + check_element(block.get("element"), INPUTS, seen)


def _of_context(element: Any) -> list[str]:
    if isinstance(element, dict) and element.get("type") == "image":
        return _image(element) + strange(element, {"type", "image_url", "alt_text"})
    return check_text(element, 3000)


def _image(image: dict[str, Any]) -> list[str]:
    return bounded(image.get("image_url"), 3000) + bounded(image.get("alt_text"), 2000)


def _rich(part: Any, deep: int) -> list[str]:
    if (
        not isinstance(part, dict)
        or part.get("type") not in _RICH
        or not isinstance(part.get("elements"), list)
    ):
        return ["unsupported part of a rich text"]
    if part["type"] == "rich_text_list":
        if part.get("style") not in ("bullet", "ordered") or deep:
            return ["a list needs a style, bullet or ordered"]
        return [fault for entry in part["elements"] for fault in _rich(entry, deep + 1)]
    kinds = {"text", "link", "emoji", "date", "user", "channel", "usergroup", "broadcast"}
    return [
        f"unsupported element: {element}"
        for element in part["elements"]
        if not isinstance(element, dict) or element.get("type") not in kinds
    ]


def _one_focus(blocks: list[dict[str, Any]]) -> list[str]:
    focused = Counter(
        bool(block["element"].get("focus_on_load"))
        for block in blocks
        if block.get("type") == "input" and isinstance(block.get("element"), dict)
    )
    return ["only one element may have focus_on_load"] if focused[True] > 1 else []
