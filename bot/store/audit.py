"""The audit trail: who did what to which, when, from where. Rows are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot import clock
from bot.store.types import Row


class Audit(Row):
    """One act. The database itself refuses to change or delete it (a trigger)."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str] = mapped_column(String(120))
    facts: Mapped[dict[str, Any]]


def record(session: Session, actor: str, action: str, subject: str, origin: str = "", **facts: Any) -> None:
    """Add an act to the trail, in the transaction that does it. No names or addresses: pseudonyms and ids."""
    session.add(
        Audit(at=clock.now(), actor=actor, action=action, subject=subject, origin=origin, facts=facts)
    )
