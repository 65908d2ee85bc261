"""Drafts that a second pair of eyes looks at, and the weekly letters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.types import Row

DraftState = Literal["draft", "waiting", "approved", "released", "returned", "dropped"]
DraftKind = Literal["item", "letter", "announcement"]


class Draft(Row):
    """Something that goes out only after another person than its author approved it.

    `subject_id` is the item or the letter (None for an announcement that is no item yet); `content` is what
    is approved, and `version` rises with every edit, so that an approval is of what was seen. An item or a
    letter has one draft, which waits anew when it changes; `approved_content` is what was approved last,
    `told_content` what went out last. Actors are pseudonyms, `source:<name>`, `token` or `local`; `author` is
    who last put it forward. Approved drafts are released at `release_at`: until then the approval can be
    undone. A draft that waits past `expires_at` goes back to its author.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        Index("uq_drafts_subject", "kind", "subject_id", unique=True),
        Index("ix_drafts_state", "state", "release_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DraftKind] = mapped_column(String(16))
    subject_id: Mapped[int | None]
    state: Mapped[DraftState] = mapped_column(String(12), default="draft")
    author: Mapped[str] = mapped_column(String(120))
    content: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    approver: Mapped[str | None] = mapped_column(String(120))
    approved_version: Mapped[int | None]
    approved_content: Mapped[dict[str, Any] | None]
    told_content: Mapped[dict[str, Any] | None]
    approved_at: Mapped[datetime | None]
    release_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Letter(Row):
    """A weekly letter. `slug` names it in the archive (`2026-48`); `content` is what the coordinator edits.

    It tells of public items of the half-open window `opens` ≤ day < `closes`. `pages` is the letter as it
    went out, a Message a language: old letters stay readable whatever becomes of the items.
    """

    __tablename__ = "letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(16), unique=True)
    opens: Mapped[date] = mapped_column(Date)
    closes: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    content: Mapped[dict[str, Any]]
    pages: Mapped[dict[str, Any] | None]
    send_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StandingPost(Row):
    """An announcement that the network repeats: it belongs to nobody, and each time needs an approval.

    Made when the draft that asked for it (`draft_id`) was released; `content` is what was approved then. `first_at`
    gives day and hour, `rhythm` is weekly or monthly, `next_at` the next time, None while it is paused. `made_by`
    is only remembered.
    """

    __tablename__ = "standing_posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    rhythm: Mapped[str] = mapped_column(String(8))
    content: Mapped[dict[str, Any]]
    first_at: Mapped[datetime]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"), unique=True)
    made_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
