"""Messages and deliveries: the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, literal, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.types import Document, Row

State = Literal[
    "held", "queued", "sending", "sent", "doubtful", "previewed", "failed", "expired", "cancelled"
]
STATES: tuple[State, ...] = get_args(State)


class MessageRow(Row):
    """A message as composed when it was queued, once per content and language; `content` is a list of Message."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("item_id", "revision", "purpose", "languages", name="uq_messages_content"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    revision: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(16))
    languages: Mapped[str] = mapped_column(String(16))
    content: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    made_at: Mapped[datetime]


class Delivery(Row):
    """One message for one destination.

    `recipient` is a pseudonym, or `place-<id>`: it survives erasure. `reason` is a code with its slugs
    (`bot.planning.reasons`). `claim` names the worker's batch while `sending`. `doubts` counts how often
    it was unknown whether it arrived. `dedupe_key` is unique: the same thing is never planned twice.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "ix_deliveries_due",
            "sender",
            "due_at",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "ix_deliveries_claim",
            "claim",
            sqlite_where=text("claim IS NOT NULL"),
            postgresql_where=text("claim IS NOT NULL"),
        ),
        Index(
            "ix_deliveries_doubtful",
            "started_at",
            sqlite_where=text("state = 'doubtful'"),
            postgresql_where=text("state = 'doubtful'"),
        ),
        Index(
            "ix_deliveries_expiring",
            "expires_at",
            sqlite_where=text("expires_at IS NOT NULL AND state IN ('queued', 'held')"),
            postgresql_where=text("expires_at IS NOT NULL AND state IN ('queued', 'held')"),
        ),
        Index("ix_deliveries_destination", "destination_id"),
        Index("ix_deliveries_item", "item_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    revision: Mapped[int]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    destination_id: Mapped[int] = mapped_column(ForeignKey("destinations.id"))
    sender: Mapped[str] = mapped_column(String(16))
    recipient: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(16))
    rhythm: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(160))
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[State] = mapped_column(String(12))
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    claim: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    ref: Mapped[dict[str, Any] | None]
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime]


def in_state(*states: State) -> ColumnElement[bool]:
    """Deliveries in one of these states, written into the statement itself so that partial indexes serve it."""
    if len(states) == 1:
        return Delivery.state == literal(states[0], literal_execute=True)
    return Delivery.state.in_([literal(state, literal_execute=True) for state in states])


class Fanout(Row):
    """An item whose audience is too large to plan at once: a frozen audience and how far it is planned.

    Subscriptions with `cursor < id <= upto` are still to come.
    """

    __tablename__ = "fanouts"
    __table_args__ = (
        Index(
            "ix_fanouts_open",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    revision: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(16))
    cursor: Mapped[int] = mapped_column(default=0)
    upto: Mapped[int]
    planned: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
