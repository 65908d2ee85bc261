"""Destinations, where messages land, and subscriptions, what lands there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.contracts import Rhythm
from bot.store.types import Row

USUAL_HOURS = "Europe/Helsinki 8-17"
USUAL_LADDER = ",30,14,7,2,0,"

ERASED = "erased-"
"""How the address of a person who was erased begins: nothing goes there any more."""


class Destination(Row):
    """One place where a message can land, and its lane: claiming this row is the right to send there.

    `contact_id` is None for a conversation. `next_at` is not before when (pace, back-off); `paused_until`
    is the open circuit breaker; `languages` are those of a conversation, in order, split by commas.
    `broadcast`: reminders of a deadline, which go into the notice's thread, are shown in the conversation
    too. `bridge`: what happens with answers in a thread of ours: nothing, or `mail` (a summary to the
    workspace's mailbox), or `page` (shown on its page).
    """

    __tablename__ = "destinations"
    __table_args__ = (
        UniqueConstraint("sender", "team", "address_key", name="uq_destinations_address"),
        Index(
            "ix_destinations_claim",
            "claim",
            sqlite_where=text("claim IS NOT NULL"),
            postgresql_where=text("claim IS NOT NULL"),
        ),
        Index(
            "ix_destinations_paused",
            "paused_until",
            sqlite_where=text("paused_until IS NOT NULL"),
            postgresql_where=text("paused_until IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(String(16))
    team: Mapped[str] = mapped_column(String(32), default="")
    address: Mapped[str] = mapped_column(String(320))
    address_key: Mapped[str] = mapped_column(String(320))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    languages: Mapped[str] = mapped_column(String(16))
    claim: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(Text)
    broadcast: Mapped[bool] = mapped_column(default=False)
    bridge: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime]


class Subscription(Row):
    """An audience, a destination and a rhythm.

    `everywhere` is a conversation without a city, which hears of every city; a person without a city
    hears only what is for all. `kinds` is empty for any, or names some between commas: `,call,event,`.
    `hours` are the reader's zone and sending hours, `Europe/Helsinki 8-17`; `ladder` the days before a
    deadline on which they are reminded, `,30,14,7,2,0,`; `digest_at` when their next digest is due.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        Index(
            "ix_subscriptions_digest",
            "digest_at",
            sqlite_where=text("digest_at IS NOT NULL"),
            postgresql_where=text("digest_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    destination_id: Mapped[int] = mapped_column(ForeignKey("destinations.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    rhythm: Mapped[Rhythm] = mapped_column(String(8))
    everywhere: Mapped[bool] = mapped_column(default=False)
    kinds: Mapped[str] = mapped_column(String(80), default="")
    hours: Mapped[str] = mapped_column(String(80), default=USUAL_HOURS)
    ladder: Mapped[str] = mapped_column(String(60), default=USUAL_LADDER)
    digest_day: Mapped[int | None]
    digest_hour: Mapped[int | None]
    digest_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SubscriptionCity(Row):
    """A subscription follows a city."""

    __tablename__ = "subscription_cities"
    city: Mapped[str] = mapped_column(ForeignKey("cities.slug"), primary_key=True)
    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class SubscriptionTopic(Row):
    """A subscription follows a topic; without any it follows all."""

    __tablename__ = "subscription_topics"
    topic: Mapped[str] = mapped_column(ForeignKey("topics.slug"), primary_key=True)
    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
