"""What every feed format comes down to: entries, and moments as feeds write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.clock import When

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, in our words. `id` is the feed's own and may be empty; `title` is plain, `body` Markdown."""

    id: str
    link: str | None
    title: str
    body: str
    language: str | None = None
    published: When | None = None
    changed: When | None = None
    categories: Sequence[str] = ()
    extension: Mapping[str, Any] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """How a fault names it."""
        return repr((self.id or self.link or self.title)[:100])


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it was read, its own language, and what could not be read of it."""

    entries: Sequence[Entry]
    language: str | None = None
    faults: Sequence[str] = ()


def first_of(raw: Sequence[Any], faults: list[str]) -> Sequence[Any]:
    """As many entries as are read of a feed; `faults` say so when there are more."""
    if len(raw) > MOST:
        faults.append(f"only the first {MOST:,} of {len(raw):,} entries were read")
    return raw[:MOST]


def moment(value: str | None) -> When | None:
    """An ISO 8601 or RFC 822 date, None when unreadable. A time without a zone counts as its bare day."""
    text = (value or "").strip()
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        try:
            parsed = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
    try:
        return When.parse(parsed if parsed.tzinfo else parsed.date())
    except ValueError:  # a year that cannot be meant
        return None


def day(year: int, month: int, day_of_month: int) -> When | None:
    """The bare date, or None when there is no such day."""
    try:
        return When(day=date(year, month, day_of_month))
    except ValueError:
        return None
