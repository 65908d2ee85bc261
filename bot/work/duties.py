"""Timed duties: small regular tasks of the house, each a row that says when it runs next.

One process at a time runs a duty: a lease on its row, renewed while it runs and
checked when it ends. After an outage a duty runs once, however many of
its times were missed. A duty opens its own transactions; none is open while it talks to the network.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.log import logger
from bot.store.db import Database, changed_rows, insert_into
from bot.store.plans import Duty

LEASE = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
"""How long a duty that fails again and again rests at most."""

_log = logger("duties")
_running: set[str] = set()
"""The claims of duties that this process runs now."""

Memory = Mapping[str, Any]


@dataclass(frozen=True)
class TimedDuty:
    """A duty: `run` gets what it remembered and returns what to remember; `after` says when it runs next.

    `after` is given an instant and returns the next time strictly after it.
    """

    name: str
    after: Callable[[datetime], datetime]
    run: Callable[[Memory], Memory]


def every(period: timedelta) -> Callable[[datetime], datetime]:
    """A duty that runs so often."""
    return lambda at: at + period


def enlist(session: Session, duties: Sequence[TimedDuty]) -> None:
    """Make the rows of duties that have none yet."""
    now = clock.now()
    for duty in duties:
        row = {"name": duty.name, "next_at": duty.after(now), "failures": 0, "memory": {}}
        session.execute(insert_into(session, Duty).values(row).on_conflict_do_nothing())


def free(now: datetime) -> ColumnElement[bool]:
    """Whether a duty is due, and in nobody's hands."""
    return (Duty.next_at <= now) & or_(Duty.lease_until.is_(None), Duty.lease_until < clock.real_now())


def run_due(database: Database, duties: Sequence[TimedDuty]) -> bool:
    """Run the duty that is due longest; returns whether there was one."""
    by_name = {duty.name: duty for duty in duties}
    if not by_name:
        return False
    claim = uuid.uuid4().hex
    claimed = database.write(lambda session: _claim(session, list(by_name), claim))
    if claimed is None:
        return False
    name, memory = claimed
    duty, fault = by_name[name], None
    _running.add(claim)
    try:
        memory = duty.run(memory)
    except Exception as broken:  # a duty that fails must not stop the others
        _log.exception("a duty failed", duty=name)
        fault = f"{type(broken).__name__}: {broken}"
    finally:
        _running.discard(claim)
    database.write(lambda session: _settle(session, duty, claim, memory, fault))
    return True


def renew(session: Session) -> None:
    """Prolong the leases of the duties that this process runs."""
    for claim in list(_running):
        lease = update(Duty).where(Duty.claim == claim).values(lease_until=clock.real_now() + LEASE)
        session.execute(lease)


def _claim(session: Session, names: Sequence[str], claim: str) -> tuple[str, Memory] | None:
    now = clock.now()
    due = select(Duty).where(Duty.name.in_(names), free(now)).order_by(Duty.next_at).limit(1)
    row = session.scalar(due.with_for_update(skip_locked=True))
    if row is None:
        return None
    row.lease_until, row.claim = clock.real_now() + LEASE, claim
    return row.name, row.memory


def _settle(session: Session, duty: TimedDuty, claim: str, memory: Memory, fault: str | None) -> int:
    now = clock.now()
    failures = (session.scalar(select(Duty.failures).where(Duty.name == duty.name)) or 0) + 1 if fault else 0
    rest = min(timedelta(minutes=2**failures), LONGEST_WAIT)
    return changed_rows(
        session.execute(
            update(Duty)
            .where(Duty.name == duty.name, Duty.claim == claim)
            .values(
                next_at=now + rest if fault else duty.after(now), lease_until=None, claim=None, ran_at=now,
                failures=failures, fault=fault, memory=dict(memory),
            )
        )
    )  # fmt: skip
