"""The fake Slack's own reading of what a view may be: docs.slack.dev/reference/views."""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.fakes.slack_blocks import faults_of
from tests.fakes.slack_elements import bounded, check_text, strange
from tests.fakes.slack_text import Refused, no_surrogates

MOST_BYTES = 250_000
_KEYS = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
_MODAL = {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}


def check_view(view: Any, kind: str) -> dict[str, Any]:
    """A copy of a view whose blocks all have a `block_id`. Raises Refused for what Slack would not show."""
    if not isinstance(view, dict) or not isinstance(view.get("blocks"), list):
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field"]})
    if not all(isinstance(block, dict) for block in view["blocks"]):
        raise Refused("invalid_blocks_format")
    no_surrogates({"blocks": view["blocks"]})
    faults = [] if view.get("type") == kind else [f"must be of type {kind}"]
    faults += strange(view, _KEYS | (_MODAL if kind == "modal" else set()))
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        faults += bounded(view[name], most) if view.get(name) else []
    if kind == "modal":
        faults += _modal(view)
    faults += faults_of(view["blocks"], 100)
    if faults:
        messages = [f"[ERROR] {fault}" for fault in faults]
        raise Refused("invalid_arguments", response_metadata={"messages": messages})
    if len(json.dumps(view, ensure_ascii=False).encode()) > MOST_BYTES:
        raise Refused("view_too_large")
    return {**view, "blocks": with_ids(view["blocks"])}


def with_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks and elements with the ids that Slack gives where the app gave none."""
    copied = copy.deepcopy(blocks)
    for number, block in enumerate(copied):
        block.setdefault("block_id", f"auto{number}")
        held = [block.get("element"), block.get("accessory"), *(block.get("elements") or ())]
        for place, element in enumerate(held):
            used = block["type"] in ("input", "section", "actions") and isinstance(element, dict)
            if used and element.get("type") != "image":
                element.setdefault("action_id", f"auto{number}.{place}")
    return copied


def _modal(view: dict[str, Any]) -> list[str]:
    faults = check_text(view.get("title"), 24, {"plain_text"})
    for name in ("submit", "close"):
        faults += check_text(view[name], 24, {"plain_text"}) if view.get(name) is not None else []
    if not view.get("submit") and any(block.get("type") == "input" for block in view["blocks"]):
        faults.append("submit is required when an input block is within blocks")
    return faults
