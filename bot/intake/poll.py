"""Ask the sources that are due, and take in what they say.

The cursor moves in the transaction that takes the reports in, never before: a crash between fetching
and accepting asks the source again and loses nothing.

Whoever asks a source holds a lease on it, which is renewed while it reads and checked before anything is taken in:
what comes too late, or of a source that was paused or changed meanwhile, is dropped.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, delete, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Fetched, HostRests, SourceFault
from bot.contracts import Source as Asked
from bot.intake.first_look import cursor_after, cursor_kept, own_cursor
from bot.intake.taking import Lost, held, take_in
from bot.intake.watch.runs import Counts, keep_run
from bot.intake.watch.troubles import note_certificate, note_fault, note_well
from bot.log import logger
from bot.store.db import Database, ring
from bot.store.sources import Source
from bot.store.watch import SourceRun, SourceTrial

LEASE = timedelta(seconds=15)
"""How soon another worker asks a source whose worker has died. One that lives renews it every few seconds."""

LONGEST_REST = timedelta(days=1)
STALE = timedelta(days=2)
"""Nothing is meant to be asked so far ahead: that was planned by a clock which has been put back since."""

JITTER = 0.1
"""How much longer than meant a source may rest after a fault, so that several do not come back at once."""

_log = logger("intake")
_asking: set[str] = set()
"""The leases of sources that this process reads now."""

_LOST = "it was paused, changed, or taken over by another worker meanwhile: nothing was taken in"

OpenSource = Callable[[Source], Asked]
"""Makes the asking side of a source from its row. Raises SourceFault when its options are wrong."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll brought; `joined` are new, and tell of items that other sources brought;
    `refused` are entries that could not be read.

    `fault` is why the source could not be read; `faults` are of single entries.
    """

    name: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    joined: int = 0
    refused: int = 0
    fault: str | None = None
    faults: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, name: str, run: SourceRun) -> Polled:
        """What a run that is kept brought."""
        return cls(
            name, run.new, run.changed, run.unchanged, run.joined, run.refused, run.fault, tuple(run.faults)
        )


class InHand(Exception):
    """A worker asks this source just now; `number` is the source's id."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def poll_next(database: Database, open_source: OpenSource, worker: str, zone: str) -> Polled | None:
    """Ask the source that has been due longest; None when none is due."""
    with database.reading() as session:
        if session.scalar(_due().limit(1)) is None:
            return None
    with database.writing() as session:
        source = session.scalar(_due().limit(1).with_for_update(skip_locked=True))
        if source is None:
            return None
        _lease(source, worker)
    return _poll(database, open_source, source, zone, "schedule")


def poll_named(database: Database, open_source: OpenSource, name: str, worker: str, zone: str) -> Polled:
    """Ask one source now, due or not. Raises KeyError when there is none of that name that can be asked, InHand
    while a worker asks it.
    """
    with database.writing() as session:
        source = session.scalar(select(Source).where(Source.name == name).with_for_update())
        if source is None or source.next_at is None:
            raise KeyError(name)
        if in_hand(session, source.id):
            raise InHand(source.id)
        _lease(source, worker)
    return _poll(database, open_source, source, zone, "command")


def in_hand(session: Session, number: int) -> bool:
    """Whether somebody asks a source just now."""
    return session.scalar(select(Source.id).where(Source.id == number, ~free(Source.lease_until))) is not None


def due() -> ColumnElement[bool]:
    """Whether a source is to be asked now, and nobody does."""
    now = clock.now()
    wanted = or_(Source.next_at <= now, Source.next_at > now + STALE)
    return wanted & Source.paused.is_(False) & free(Source.lease_until)


def free(until: SQLColumnExpression[object]) -> ColumnElement[bool]:
    """Whether a lease of this room has ended. One longer than any we give is of a clock that has been put back."""
    now = clock.real_now()
    return or_(until.is_(None), until < now, until > now + 2 * LEASE)


def renew(session: Session) -> None:
    """Prolong the leases of the sources that this process reads. One that is being taken in just now is left out."""
    mine = select(Source.id).where(Source.lease.in_(list(_asking))).with_for_update(skip_locked=True)
    if _asking:
        session.execute(
            update(Source).where(Source.id.in_(mine)).values(lease_until=clock.real_now() + LEASE)
        )


def let_go(source: Source) -> None:
    """Take a source out of the hands of whoever asks it now: what that brings is dropped."""
    source.lease, source.lease_until = None, None


def begin_anew(session: Session, source: Source) -> None:
    """Let a source whose options have changed be asked now, from its beginning: another page has another cursor."""
    let_go(source)
    source.cursor, source.next_at, source.failures = {}, clock.now(), 0
    session.execute(delete(SourceTrial).where(SourceTrial.source_id == source.id))
    ring(session, "poll")


def _due() -> Select[Source]:
    return select(Source).where(due()).order_by(Source.next_at)


def _lease(source: Source, worker: str) -> None:
    source.lease, source.lease_until = f"{worker}:{uuid.uuid4().hex[:16]}", clock.real_now() + LEASE
    source.asked_at = clock.now()


def _poll(database: Database, open_source: OpenSource, source: Source, zone: str, asked_by: str) -> Polled:
    lease = str(source.lease)
    _asking.add(lease)
    try:
        fetched = fetch(open_source, source)
        if isinstance(fetched, HostRests):
            database.write(partial(_put_off, source, fetched))
            return Polled(source.name, fault=fetched.reason)
        if isinstance(fetched, SourceFault):
            database.write(partial(_note_fault, source, fetched, zone, asked_by))
            return Polled(source.name, fault=fetched.reason)
        return take_in(database, source, fetched, zone, partial(_end, source, fetched, zone, asked_by))
    except Lost:
        return Polled(source.name, fault=_LOST)
    finally:
        _asking.discard(lease)


def fetch(open_source: OpenSource, source: Source) -> Fetched | SourceFault:
    """What a source says since its cursor, or why it could not be read. No transaction is open meanwhile."""
    try:
        return open_source(source).fetch(own_cursor(source))
    except SourceFault as fault:
        return fault
    except DBAPIError:
        raise  # our own trouble: the lease ends, and the source is asked again
    except Exception as fault:  # a broken integration must not stop the others
        _log.exception("source broke", source=source.name)
        return SourceFault(f"the integration broke: {type(fault).__name__}", kind="broken")


def _end(
    source: Source, fetched: Fetched, zone: str, asked_by: str, session: Session, counts: Counts
) -> Polled:
    """What follows when all is taken in: the cursor moves, and the run is kept."""
    row, now = held(session, source), clock.now()
    row.cursor, row.next_at = dict(cursor_after(row, fetched)), now + timedelta(seconds=row.every)
    let_go(row)
    note_well(session, row, zone)
    note_certificate(session, row, fetched.certificate_ends, zone)
    row.fault = "; ".join(fetched.faults[:5]) or None
    keep_run(session, row.id, asked_by, source.asked_at or now, counts, faults=fetched.faults)
    return Polled(
        source.name, counts.new, counts.changed, counts.unchanged, counts.joined, counts.refused,
        faults=tuple(fetched.faults),
    )  # fmt: skip


def _put_off(source: Source, rest: HostRests, session: Session) -> None:
    """It was not asked, because of others: it is as soon as its host may be, and nobody hears of it."""
    row = held(session, source)
    let_go(row)
    wait = min(timedelta(seconds=rest.seconds), LONGEST_REST) * random.uniform(1, 1 + JITTER)
    row.next_at = clock.now() + wait


def _note_fault(source: Source, fault: SourceFault, zone: str, asked_by: str, session: Session) -> None:
    row = held(session, source)
    row.failures += 1
    doubled = row.every * 2.0 ** min(row.failures - 1, 8) * random.uniform(1, 1 + JITTER)
    rest = timedelta(seconds=max(fault.retry_after or 0.0, doubled))
    let_go(row)
    row.next_at = clock.now() + min(rest, LONGEST_REST)
    if fault.cursor is not None:
        row.cursor = dict(cursor_kept(row, fault.cursor))
    note_fault(session, row, fault, zone)
    keep_run(session, row.id, asked_by, source.asked_at or clock.now(), Counts(), fault=fault)
