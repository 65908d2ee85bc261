"""How sources are: every run of theirs, and the troubles they had."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.types import Row


class SourceRun(Row):
    """One time a source was asked, and what came of it; of one that sends by itself, one hour of it.

    `asked_by`: `schedule`, `command`, or `sent`; then `started_at` is the beginning of the hour.
    """

    __tablename__ = "source_runs"
    __table_args__ = (
        Index("ix_source_runs_source", "source_id", "started_at"),
        Index(
            "uq_source_runs_sent",
            "source_id",
            "started_at",
            unique=True,
            sqlite_where=text("asked_by = 'sent'"),
            postgresql_where=text("asked_by = 'sent'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"))
    asked_by: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    rows: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    joined: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    fault_kind: Mapped[str | None] = mapped_column(String(16))
    fault: Mapped[str | None] = mapped_column(Text)
    faults: Mapped[list[str]] = mapped_column(default=list)


class SourceTrouble(Row):
    """A spell of one kind of trouble with a source; at most one of a kind is open.

    `kind` is a fault's kind, `silence` or `certificate`. `told_at` is when the coordinators were told.
    """

    __tablename__ = "source_troubles"
    __table_args__ = (
        Index(
            "uq_source_troubles_open",
            "source_id",
            "kind",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_source_troubles_source", "source_id", "began_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    said: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class SourceTrial(Row):
    """A dry run that somebody asked for: a worker reads the source and keeps here what it would make of it.

    `rows` are [what would come of it, external id, title], `counts` how many of each. One a source, the last.
    """

    __tablename__ = "source_trials"

    source_id: Mapped[int] = mapped_column(
        ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    asked_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(Text)
    faults: Mapped[list[str]] = mapped_column(default=list)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rows: Mapped[list[Any]] = mapped_column(default=list)
