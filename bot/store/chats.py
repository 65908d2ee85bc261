"""What people do in a chat, and what stands there: requests, identities, edits of posts, replies in threads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.types import Document, Row


class ChatRequestRow(Row):
    """Something a person did in a chat: taken in once by its `key`, done by a worker, then answered.

    `key` is the medium's own id of it (an `event_id`, a trigger). `data` is the request as
    `bot.contracts.ChatRequest` has it, `reply` what is to be shown, kept until it is. What a `person` (team and
    user) asks is done in its order. `state`: waiting, done (its
    effect is committed, the reply is not shown yet), answered, failed. Who works on it holds `claim` until
    `lease_until`. Rows are forgotten after a week.
    """

    __tablename__ = "chat_requests"
    __table_args__ = (
        Index(
            "ix_chat_requests_open",
            "due_at",
            sqlite_where=text("state IN ('waiting', 'done')"),
            postgresql_where=text("state IN ('waiting', 'done')"),
        ),
        Index(
            "ix_chat_requests_person",
            "person",
            "id",
            sqlite_where=text("state IN ('waiting', 'done')"),
            postgresql_where=text("state IN ('waiting', 'done')"),
        ),
        Index("ix_chat_requests_made", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chat: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(160), unique=True)
    person: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]]
    reply: Mapped[list[dict[str, Any]] | None] = mapped_column(Document)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    due_at: Mapped[datetime]
    claim: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class IdentityClaim(Row):
    """A person of a chat who says that they are a contact whose address differs from theirs there.

    `state`: waiting, approved, refused. A coordinator decides; one open claim a person.
    """

    __tablename__ = "identity_claims"
    __table_args__ = (UniqueConstraint("team", "user", name="uq_identity_claims_person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    team: Mapped[str] = mapped_column(String(32))
    user: Mapped[str] = mapped_column(String(32))
    shown_name: Mapped[str] = mapped_column(String(200), default="")
    shown_email: Mapped[str] = mapped_column(String(320), default="")
    claimed_email: Mapped[str] = mapped_column(String(320))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    decided_by: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class ChatHome(Row):
    """A person's own page in a chat that they have opened: it follows what changes in the house.

    `shown` is a digest of what stands there since `shown_at`. `stale_at`: since when something else may be true.
    """

    __tablename__ = "chat_homes"
    __table_args__ = (
        Index(
            "ix_chat_homes_stale",
            "stale_at",
            sqlite_where=text("stale_at IS NOT NULL"),
            postgresql_where=text("stale_at IS NOT NULL"),
        ),
    )

    team: Mapped[str] = mapped_column(String(32), primary_key=True)
    user: Mapped[str] = mapped_column(String(32), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    shown: Mapped[str] = mapped_column(String(64), default="")
    shown_at: Mapped[datetime]
    stale_at: Mapped[datetime | None]


class PostEdit(Row):
    """A post that shall be edited in place: it shows something else than what is true by now.

    One row a post. `message_id` is what it shall show (None: the message it has, redrawn, because a roster
    changed), `revision` the item's revision that it then shows; `struck`: the item was withdrawn. `version`
    rises with each wish, so that a wish made while an edit is under way is not lost; `done_version` is the
    newest that the post shows. `done_at`: since when it shows its newest message, or cannot.
    """

    __tablename__ = "post_edits"
    __table_args__ = (
        Index(
            "ix_post_edits_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), primary_key=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    revision: Mapped[int] = mapped_column(default=0)
    struck: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    done_version: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    claim: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]


class ThreadReply(Row):
    """What somebody wrote in the thread of a post of ours, in a conversation that wants to have it carried on.

    `team`, `place` and `ts` name it at the chat, once. `mailed_at`: it went to the workspace's mailbox. One
    that its author deleted has `gone_at`, and no text.
    """

    __tablename__ = "thread_replies"
    __table_args__ = (UniqueConstraint("team", "place", "ts", name="uq_thread_replies"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), index=True)
    team: Mapped[str] = mapped_column(String(32))
    place: Mapped[str] = mapped_column(String(32))
    ts: Mapped[str] = mapped_column(String(32))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    said: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]


class ChatForm(Row):
    """A form that somebody fills in in a chat, by the chat's own id of it: what stands in fields not shown now.

    `draft_id` is the draft that it led to, so that a form handed in twice makes one. Forgotten after a week.
    """

    __tablename__ = "chat_forms"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    filler: Mapped[str] = mapped_column(String(32))
    fields: Mapped[dict[str, Any]]
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("drafts.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
