"""What contacts answered to an item, and what they do not want to hear of any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.contracts import AnswerKind
from bot.store.types import Row


class AnswerRow(Row):
    """A contact's newest answer to an item. `remind`: they answered, and want to be reminded all the same.

    `by` is how they said it: page, mail or slack. Older answers stand in the audit trail.
    """

    __tablename__ = "answers"
    __table_args__ = (Index("ix_answers_contact", "contact_id"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    answer: Mapped[AnswerKind] = mapped_column(String(16))
    remind: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(String(8))
    answered_at: Mapped[datetime]


class Mute(Row):
    """No more of this item: for one contact, or for a whole city (said by its lead)."""

    __tablename__ = "mutes"
    __table_args__ = (
        UniqueConstraint("item_id", "contact_id", name="uq_mutes_contact"),
        UniqueConstraint("item_id", "city", name="uq_mutes_city"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    city: Mapped[str | None] = mapped_column(ForeignKey("cities.slug"))
    by_contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    made_at: Mapped[datetime]
