"""Pictures and files of announcements, and the drafts that show them. They belong to the network, to no person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.types import Row


class FileRow(Row):
    """A file that was handed in, last at `created_at`; `key` is random, `digest` its body's SHA-256 in hex.

    Long after it was given out last the body is emptied; what it was stays.
    """

    __tablename__ = "files"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]


class FileUse(Row):
    """A draft that shows a file, or did."""

    __tablename__ = "file_uses"

    file_key: Mapped[str] = mapped_column(ForeignKey("files.key", ondelete="CASCADE"), primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True)
