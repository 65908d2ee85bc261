"""Digest runs and their parts, and the short summaries that digests and letters show."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.contracts import Language, Rhythm
from bot.store.types import Row


class DigestRun(Row):
    """One digest of a rhythm: all that came in a half-open window of local days, `opens` ≤ day < `closes`.

    Readers get theirs at their own hour of the day `closes`, in their own zone.
    """

    __tablename__ = "digest_runs"
    __table_args__ = (UniqueConstraint("rhythm", "closes", name="uq_digest_runs"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rhythm: Mapped[Rhythm] = mapped_column(String(8))
    opens: Mapped[date] = mapped_column(Date)
    closes: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime]


class DigestPart(Row):
    """One reader's part of a run: written once, in the transaction that takes the items it tells."""

    __tablename__ = "digest_parts"
    run_id: Mapped[int] = mapped_column(ForeignKey("digest_runs.id"), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(40), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), index=True)
    made_at: Mapped[datetime]


class Summary(Row):
    """A short summary of an item at one revision, in one language; `by` says who made it (extract, or a model)."""

    __tablename__ = "summaries"
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[Language] = mapped_column(String(2), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
