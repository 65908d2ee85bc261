"""Sources: what brings news in, how it is asked, and how it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.contracts import Defaults, Language
from bot.store.types import Row

HOUSE_KIND = "house"
"""The kind of a source that is no integration: what coordinators write on the house's own pages."""

REMOVED = " (removed"
"""What the name of a source that was removed goes on with: no other source can be called so."""

USUAL_FLOOD_LIMIT = 20


class Source(Row):
    """A source. `next_at` is when it is asked next; None for those that only send (webhooks).

    Of more new items an hour than `flood_limit` people hear in one digest; 0 for a source without guard. Of a
    `sifted` source only what concerns the network is told. `usual_gap` is how many seconds lie between what it
    brings, as learned; None while too little came.
    """

    __tablename__ = "sources"
    __table_args__ = (Index("ix_sources_due", "next_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    options: Mapped[dict[str, Any]]
    defaults: Mapped[dict[str, Any]]
    publish: Mapped[str] = mapped_column(String(16), default="at_once")
    may_be_urgent: Mapped[bool] = mapped_column(default=False)
    first_poll: Mapped[str] = mapped_column(String(16), default="silent")
    every: Mapped[int] = mapped_column(default=900)
    paused: Mapped[bool] = mapped_column(default=False)
    cursor: Mapped[dict[str, Any]] = mapped_column(default=dict)
    next_at: Mapped[datetime | None]
    lease: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    well_at: Mapped[datetime | None]
    brought_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None] = mapped_column(Text)
    flood_limit: Mapped[int] = mapped_column(default=USUAL_FLOOD_LIMIT)
    sifted: Mapped[bool] = mapped_column(default=False)
    usual_gap: Mapped[int | None]
    fault_kind: Mapped[str | None] = mapped_column(String(16))
    certificate_ends: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @property
    def removed(self) -> bool:
        """Whether it was removed, and stays only as the origin of what it brought (`bot.intake.removal`)."""
        return REMOVED in self.name

    @property
    def called(self) -> str:
        """Its name, without the mark of one that was removed."""
        return self.name.partition(REMOVED)[0]

    def stated_defaults(self, language: Language) -> Defaults:
        """The defaults as the contract has them; `language` where the source names none."""
        known = self.defaults
        return Defaults(
            kind=known.get("kind", "news"),
            visibility=known.get("visibility"),
            cities=tuple(known.get("cities", ())),
            topics=tuple(known.get("topics", ())),
            language=known.get("language") or language,
        )


class Received(Row):
    """A webhook request already taken in, by the sender's own id of it, with what was answered."""

    __tablename__ = "received"
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True)
    receipt: Mapped[str] = mapped_column(String(255), primary_key=True)
    item_id: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(index=True)


def there() -> ColumnElement[bool]:
    """Whether a source was not removed."""
    return ~Source.name.contains(REMOVED, autoescape=True)


def source_named(session: Session, name: str) -> Source | None:
    """The source of that name, unless it was removed."""
    return None if REMOVED in name else session.scalar(select(Source).where(Source.name == name))
