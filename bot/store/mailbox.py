"""What came back by mail: letters already read, addresses that take none, and the list kept at Creamailer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.types import Row

LEAVING = "leaving"


class MailSeen(Row):
    """A letter of the mailbox, or a posted bounce, that was taken in: it does nothing a second time."""

    __tablename__ = "mail_seen"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    for_people: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Suppression(Row):
    """An address that nothing is sent to: it bounced for good, complained, or is suppressed at Creamailer.

    `address` is a digest of the address in small letters, so that it can outlive an erasure.
    """

    __tablename__ = "suppressions"
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime]


class ListSubscriber(Row):
    """A subscriber of the letter's list at Creamailer, by the digest of the address, and their standing there.

    `leaving`: erased here, and still active there: the next round takes them off.
    """

    __tablename__ = "list_subscribers"
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    synced_at: Mapped[datetime]
