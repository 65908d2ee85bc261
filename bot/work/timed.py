"""What is due by the clock: reminders, corrections, digests, approved drafts and the duties of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, literal, or_, select
from sqlalchemy.orm import Session

from bot import approval, clock
from bot.network import Network
from bot.planning import corrections, digests, reminders
from bot.planning.digests import Desk
from bot.store.db import Database
from bot.store.destinations import Subscription
from bot.store.drafts import DraftKind
from bot.store.plans import Correction, Duty, Reminder
from bot.work.duties import TimedDuty, free


@dataclass(frozen=True)
class Clockwork:
    """What a worker needs for work that is due by the clock. `approvals` is the address of that page."""

    network: Network
    zone: str
    desk: Desk
    effects: Mapping[DraftKind, approval.Effect]
    approvals: str = ""
    duties: Sequence[TimedDuty] = ()


def turn(database: Database, clockwork: Clockwork) -> bool:
    """Take one turn of each kind that is due; returns whether there was anything to do."""
    now = clock.now()
    kinds = _kinds(clockwork, now)
    with database.reading() as session:
        row = session.execute(select(*kinds.values())).one()
    due = [kind for kind, found in zip(kinds, row, strict=True) if found]
    work: dict[str, Callable[[Session], int]] = {
        "reminders": lambda session: reminders.fire_due(session, clockwork.network, clockwork.zone),
        "corrections": corrections.start_due,
        "approval": lambda session: approval.turn(
            session, clockwork.network, clockwork.effects, clockwork.approvals
        ),
    }
    did = [database.write(work[kind]) > 0 for kind in due if kind in work]
    if "digests" in due:
        did.append(digests.turn(database, clockwork.desk) > 0)
    return any(did)


def due(clockwork: Clockwork, now: datetime) -> ColumnElement[bool]:
    """Whether anything is due by the clock."""
    return or_(*_kinds(clockwork, now).values())


def _kinds(clockwork: Clockwork, now: datetime) -> Mapping[str, ColumnElement[bool]]:
    """For each kind whether there is any; of duties only those that this worker can run."""
    planned = Reminder.state == literal("planned", literal_execute=True)
    mine = Duty.name.in_([duty.name for duty in clockwork.duties])
    return {
        "reminders": exists().where(planned, Reminder.due_at <= now),
        "corrections": exists().where(Correction.due_at <= now),
        "digests": exists().where(Subscription.digest_at <= now),
        "approval": approval.due(now),
        "duties": exists().where(mine, free(now)),
    }
