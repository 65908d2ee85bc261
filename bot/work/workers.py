"""The processes that run the steps: their heartbeats, and which one holds the embedded loop."""

from __future__ import annotations

import os
import socket
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.delivery.journal import is_dead
from bot.store.workplace import Installation, WorkerRow

LEASE = timedelta(seconds=15)
FORGET = timedelta(hours=1)


@dataclass(frozen=True)
class Worker:
    """This process as a worker. `kind`: embedded, separate, or once (a command that works until idle)."""

    kind: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:16])

    def beat(self, session: Session) -> None:
        """Say that this worker lives; forget those not seen for long."""
        now = clock.real_now()
        session.merge(
            WorkerRow(
                id=self.id,
                kind=self.kind,
                host=socket.gethostname(),
                pid=os.getpid(),
                started_at=now,
                seen_at=now,
            )
        )
        session.execute(delete(WorkerRow).where(WorkerRow.seen_at < now - FORGET))

    def leave(self, session: Session) -> None:
        """Say that this worker has ended, and free the loop if it was held."""
        session.execute(delete(WorkerRow).where(WorkerRow.id == self.id))
        session.execute(
            update(Installation)
            .where(Installation.loop_holder == self.id)
            .values(loop_holder=None, loop_until=None)
        )

    def hold_loop(self, session: Session, journals: Path) -> bool:
        """Take or keep the installation's embedded loop; returns whether this worker holds it now.

        A holder of this machine that died is known at once by its journal; one of another machine when its
        lease has run out.
        """
        row = session.get_one(Installation, 1, with_for_update=True)
        now = clock.real_now()
        free = row.loop_holder in {None, self.id} or row.loop_until is None or row.loop_until < now
        if not free and not is_dead(journals, str(row.loop_holder)):
            return False
        row.loop_holder, row.loop_until = self.id, now + LEASE
        return True


def living_workers(session: Session) -> list[WorkerRow]:
    """The workers seen within one lease."""
    fresh = WorkerRow.seen_at > clock.real_now() - LEASE
    return list(session.scalars(select(WorkerRow).where(fresh).order_by(WorkerRow.started_at)))
