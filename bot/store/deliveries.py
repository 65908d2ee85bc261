"""Messages and deliveries: the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, literal, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.types import Document, Row

State = Literal[
    "held", "queued", "sending", "sent", "digested", "doubtful", "previewed", "failed", "expired", "cancelled"
]
STATES: tuple[State, ...] = get_args(State)


class MessageRow(Row):
    """A message as composed when it was queued, once per content and language; `content` is a list of Message.

    `content_key` says what it says, and is unique: `notice:12:1:fi`, or `digest:` and a digest of its
    content. A digest, a letter and what the house itself has to say are of no single item.
    """

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    content_key: Mapped[str] = mapped_column(String(160), unique=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"), index=True)
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
    What was `held` for a digest becomes `digested`, and `carrier_id` is the digest's own delivery.
    `thread_of` is the delivery in whose thread this one goes, once that one has arrived.
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
        Index(
            "ix_deliveries_held",
            "recipient",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
        Index(
            "ix_deliveries_carrier",
            "carrier_id",
            sqlite_where=text("carrier_id IS NOT NULL"),
            postgresql_where=text("carrier_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))
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
    carrier_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"))
    thread_of: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"))
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime]


def in_state(*states: State) -> ColumnElement[bool]:
    """Deliveries in one of these states, written into the statement itself so that partial indexes serve it."""
    if len(states) == 1:
        return Delivery.state == literal(states[0], literal_execute=True)
    return Delivery.state.in_([literal(state, literal_execute=True) for state in states])


class Fanout(Row):
    """A frozen audience that is to be told of an item or a letter, and how far it is planned.

    Subscriptions with `cursor < id <= upto` are still to come. `gathered`: too much came at once, so
    everybody hears of it in a digest. `reminder_id` is the reminder that is fired.
    """

    __tablename__ = "fanouts"
    __table_args__ = (
        Index(
            "ix_fanouts_open",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index("ix_fanouts_source", "source_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    reminder_id: Mapped[int | None] = mapped_column(ForeignKey("reminders.id"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id"))
    gathered: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(16))
    cursor: Mapped[int] = mapped_column(default=0)
    upto: Mapped[int]
    planned: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
