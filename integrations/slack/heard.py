"""What people write in Slack as plain words: its entities undone, people and places named as far as it names them.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re

_ENTITY = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
NAMELESS = "…"
"""Stands for a name that Slack does not tell."""


def heard(text: str) -> str:
    """The words of a message's `text`. Nothing in them pings or links any more."""
    words = _ENTITY.sub(_said, text)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _said(entity: re.Match[str]) -> str:
    mark, what, label = entity[1], entity[2], entity[3] or ""
    if mark in {"@", "#"}:
        return f"{mark}{label.lstrip('@#') or NAMELESS}"
    if mark == "!":
        # <!here>, <!subteam^S1|@team>, <!date^…|its own words in brackets>
        name = what.partition("^")[0]
        return label or f"@{name if name == what and name.isalpha() else NAMELESS}"
    address = what.removeprefix("mailto:").removeprefix("tel:")
    return f"{label} ({address})" if label and label not in {address, what} else address
