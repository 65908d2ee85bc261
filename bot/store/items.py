"""Items and the reports they are made of, with every revision."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.contracts import Details, Role
from bot.store.types import Row


class Item(Row):
    """The thing itself. `details` is its newest content; the columns beside it are what is searched by.

    `state`: `published`, `waiting` (for approval), `aside` (does not concern the network, or came with a silent
    first poll and a coordinator has not chosen it), `joined` (told as the item `joined_into`) or `withdrawn`.
    `roles` are those it is for, between commas, empty for all.
    The moments are UTC instants; for a bare date `closes_at` is the end of that day in the default zone.
    """

    __tablename__ = "items"
    __table_args__ = (
        Index("ix_items_closing", "closes_at"),
        Index("ix_items_updated", "updated_at"),
        Index(
            "ix_items_waiting",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    visibility: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    urgent: Mapped[bool]
    revision: Mapped[int]
    details: Mapped[dict[str, Any]]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    joined_into: Mapped[int | None]
    roles: Mapped[str] = mapped_column(String(80), default="")

    def content(self) -> Details:
        """The details as the contract has them."""
        return Details.model_validate(self.details)

    def is_for(self, role: Role) -> bool:
        """Whether those with this role may know of it."""
        return not self.roles or f",{role}," in self.roles


def standing(session: Session, item_id: int) -> int:
    """The item that tells of it now: itself, or the one that it was joined into."""
    if not 0 < item_id < 2**31:
        return item_id
    into = select(Item.joined_into).where(Item.id == item_id, Item.state == "joined")
    return session.scalar(into) or item_id


class ItemCity(Row):
    """An item concerns a city."""

    __tablename__ = "item_cities"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    city: Mapped[str] = mapped_column(ForeignKey("cities.slug"), primary_key=True, index=True)


class ItemTopic(Row):
    """An item is about a topic."""

    __tablename__ = "item_topics"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(ForeignKey("topics.slug"), primary_key=True, index=True)


class ReportRow(Row):
    """What one source says about an item: its newest word, unique by the source's own id.

    `as_of` is when it was so by the source's clock, where the source says that.
    `details` is that word; None in rows older than the joining of reports, which read it from their revisions.
    """

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("source_id", "external_id", name="uq_reports_source_external"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    external_id: Mapped[str] = mapped_column(String(255))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime]
    as_of: Mapped[datetime | None]
    details: Mapped[dict[str, Any] | None]


class Revision(Row):
    """What an item said at one revision; `details` is None where it was withdrawn. Never changed."""

    __tablename__ = "revisions"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    details: Mapped[dict[str, Any] | None]
    made_at: Mapped[datetime]
