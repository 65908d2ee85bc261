"""A message of Slack's as Markdown to begin an announcement with: its links stay, mentions become plain names."""

from __future__ import annotations

import re
from html import unescape

from integrations.slack.plain import clean, shorten

MOST = 3_000
_TOKEN = re.compile(r"<([^<>]*)>")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])")


def as_markdown(text: str) -> str:
    """What somebody wrote, to be edited: never longer than a field holds."""
    said = unescape(_TOKEN.sub(_plainly, _BOLD.sub(r"**\1**", clean(text))))
    return shorten(said, MOST, escaped=False)


def _plainly(token: re.Match[str]) -> str:
    target, _, label = token[1].partition("|")
    if target.startswith(("http://", "https://", "mailto:")):
        return f"[{label}]({target})" if label else target
    if target[:1] not in {"@", "#", "!"}:
        return token[0]
    return label.lstrip("@#") or (target[1:].partition("^")[0] if target.startswith("!") else "")
