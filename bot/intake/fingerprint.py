"""What makes two reports the same: a fingerprint of what a reader would see."""

from __future__ import annotations

import hashlib
import json

from bot.contracts import Details

_UNSEEN = {"published_at", "stated_state"}
"""What no reader sees: feeds touch the publishing date without changing a word, and the state follows from
the dates."""

_LATER = frozenset(
    {
        "councils", "objectives", "cutoffs", "second_stage_at", "continuous", "may_close_early",
        "briefing_at", "contact_role", "links", "figures", "identifier", "roles", "files",
        "stated_deadlines",
    }
)  # fmt: skip
"""Fields that came later count only where they say something: what was taken in before stays the same."""


def fingerprint(details: Details) -> str:
    """A hex digest of the content."""
    content = {
        name: value
        for name, value in details.model_dump(mode="json", exclude=_UNSEEN).items()
        if value or name not in _LATER
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
