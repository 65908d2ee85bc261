"""What makes two reports the same: a fingerprint of what a reader would see."""

from __future__ import annotations

import hashlib
import json

from bot.contracts import Details


def fingerprint(details: Details) -> str:
    """A hex digest of the content. The publishing date is left out: feeds touch it without changing a word."""
    content = details.model_dump(mode="json", exclude={"published_at"})
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
