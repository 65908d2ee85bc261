"""What people wrote in Slack as plain text: mentions and links by their words, Slack's escapes taken away.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re

MOST = 8_000
"""Characters that are read of what somebody wrote."""

_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_SIGNS = {"@": "@", "#": "#", "!": "@"}


def plain(written: str, bot: str = "") -> str:
    """A message's text, without the mention of the `bot` (its user id) itself."""
    if bot:
        written = re.sub(rf"<@{re.escape(bot)}(\|[^<>]*)?>[ ,:]*", " ", written)
    text = _TOKEN.sub(_words, written)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return clean(text).strip()[:MOST]


def clean(text: str) -> str:
    """Text that any database takes: no NUL, no half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def mentions(written: str, user: str) -> bool:
    """Whether a text calls somebody by their id."""
    return bool(user) and re.search(rf"<@{re.escape(user)}(\||>)", written) is not None


def _words(found: re.Match[str]) -> str:
    target, label = found.group(1), found.group(2)
    sign = _SIGNS.get(target[:1], "")
    if sign:
        return sign + (label or target[1:]).lstrip("@#")
    address = target.removeprefix("mailto:")
    return f"{label} ({address})" if label and label not in {address, target} else address
