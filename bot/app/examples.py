"""The shipped examples: real calls and news, some invented calls, and invented contacts of every city."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import clock
from bot.store.sources import Source

FOLDER = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Examples:
    """Real input out of the box: contacts, and sources of real calls and news."""

    contacts: Path

    def sources(self) -> list[Source]:
        """Rows of the example sources: they announce what they hold at first."""
        return [
            _example("example-news", "news.xml", {"kind": "news", "visibility": "public"}),
            _example("example-calls", "calls.json", {"kind": "call"}),
        ]


def examples() -> Examples:
    """The shipped examples."""
    return Examples(FOLDER / "contacts.csv")


def _example(name: str, file: str, defaults: dict[str, Any]) -> Source:
    return Source(
        name=name, kind="feed", options={"example": file}, defaults=defaults, first_poll="announce", flood_limit=0,
        cursor={}, next_at=clock.now(), created_at=clock.now(),
    )  # fmt: skip
