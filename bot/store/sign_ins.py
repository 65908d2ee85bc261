"""Sign-ins of coordinators and admins: mailed links, and the sessions they open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.types import Row


class SignIn(Row):
    """A one-time mailed link, and the session it opened.

    `browser` is a digest of a cookie of the browser that asked: the link opens in that one only. Used
    once; the session lasts until `ended_at`, its age, or the end of the contact's role.
    """

    __tablename__ = "sign_ins"
    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    browser: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
