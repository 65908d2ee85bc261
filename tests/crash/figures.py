"""What came of a crash run, read from what the outside world got and from what the newsroom was told."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Copy = tuple[str, str]
"""An item's number and an address."""


@dataclass
class Figures:
    """Copies by (item, address), from the logs of the fakes alone."""

    folder: Path
    mails: Counter[Copy] = field(default_factory=Counter)
    mail_ids: dict[Copy, set[str]] = field(default_factory=dict)
    dropped: int = 0
    posts: Counter[Copy] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for row in _rows(self.folder / "mails.jsonl"):
            copy = (_number(row["subject"]), row["to"])
            self.mails[copy] += 1
            self.mail_ids.setdefault(copy, set()).add(row["message_id"])
            self.dropped += row["dropped"]
        for row in _rows(self.folder / "slack.jsonl"):
            self.posts[_number(row["text"]), row["channel"]] += 1
            self.keys[row["metadata"]["event_payload"]["delivery"]] += 1

    @property
    def doubled_mails(self) -> int:
        """Copies too many."""
        return self.mails.total() - len(self.mails)

    @property
    def doubled_posts(self) -> int:
        """Copies too many, counted by conversation or by the delivery's key, whichever shows more."""
        return max(self.posts.total() - len(self.posts), self.keys.total() - len(self.keys))

    @property
    def torn(self) -> list[Copy]:
        """Mails that came twice under different ids."""
        return [copy for copy, ids in self.mail_ids.items() if len(ids) > 1]


def _rows(log: Path) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in log.read_text().splitlines())


def _number(text: str) -> str:
    found = re.search(r"Item (\d+)", text)
    assert found is not None, text
    return found.group(1)
