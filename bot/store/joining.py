"""What was decided about reports: whether they concern the network, and which tell of the same thing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.types import Row


class Judgement(Row):
    """Whether a report concerns the network and whom, by the rules; and what a coordinator says instead.

    `why` is a list of `[rule, what it found]`. `corrected` holds `concerns`, `cities`, `topics` and `councils`:
    it stands whatever the rules say later. `rules` is the rules' own version.
    """

    __tablename__ = "judgements"

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    concerns: Mapped[bool]
    cities: Mapped[list[str]]
    topics: Mapped[list[str]]
    councils: Mapped[list[str]]
    why: Mapped[list[Any]]
    rules: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime]
    corrected: Mapped[dict[str, Any] | None]
    corrected_by: Mapped[str | None] = mapped_column(String(255))
    corrected_at: Mapped[datetime | None]


class Likeness(Row):
    """A report that tells, or may tell, of the same thing as an item that another report made.

    `state`: `joined`, `offered` (a coordinator decides), `refused` or `parted`; the last two are remembered, so
    that the pair is never joined by itself again. `own_item_id` is the item the report had made before.
    """

    __tablename__ = "likenesses"
    __table_args__ = (
        Index("ix_likenesses_item", "item_id"),
        Index(
            "ix_likenesses_offered",
            "made_at",
            sqlite_where=text("state = 'offered'"),
            postgresql_where=text("state = 'offered'"),
        ),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    score: Mapped[float]
    why: Mapped[list[Any]]
    own_item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(255))
    decided_at: Mapped[datetime | None]


class ReportKey(Row):
    """One of the things that a report is recognised by (`bot.intake.keys`), as a digest to be looked up."""

    __tablename__ = "report_keys"
    __table_args__ = (Index("ix_report_keys_key", "key"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
