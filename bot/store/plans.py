"""Plans with a due time: reminders, corrections, and every other timed duty of the house."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.types import Row

About = Literal["closes", "opens", "starts", "briefing", "personal"]


class Reminder(Row):
    """A reminder of a moment of an item: on `fire_on`, at 9:00 in each reader's zone.

    `moment` is the moment as ISO 8601 (a date for a bare one), so that a deadline that moved has reminders
    of its own. `steps` are the rungs of the ladder that fall on that working day, between commas: `,2,0,`.
    `key` names all that, and is unique.
    A personal one has a contact and its own instant (`due_at`). `state`: planned, fired, dropped.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        Index(
            "ix_reminders_due",
            "due_at",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    about: Mapped[About] = mapped_column(String(12))
    moment: Mapped[str] = mapped_column(String(40))
    steps: Mapped[str] = mapped_column(String(40), default="")
    fire_on: Mapped[date] = mapped_column(Date)
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default="planned")
    created_at: Mapped[datetime]


class Correction(Row):
    """An item changed after people were told: tell them at `due_at`, when it has been quiet for a while."""

    __tablename__ = "corrections"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    told_at: Mapped[datetime | None]


class Duty(Row):
    """A timed duty of the house (the weekly letter's draft, a mailbox, a list kept in step) and its next run.

    A process that runs it holds `claim` until `lease_until`. `memory` is what the duty itself keeps between runs.
    """

    __tablename__ = "duties"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(index=True)
    claim: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    ran_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None] = mapped_column(Text)
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)
