"""Ask the sources that are due, and take in what they say.

The cursor moves in the transaction that takes the reports in, never before: a crash between fetching
and accepting asks the source again and loses nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Fetched, SourceFault
from bot.contracts import Source as Asked
from bot.intake.accept import Rights, accept
from bot.intake.relevance import Sieve, rules
from bot.intake.watch.runs import Counts, keep_run
from bot.intake.watch.troubles import note_certificate, note_fault, note_well
from bot.log import logger
from bot.store.db import Database
from bot.store.network import read_network
from bot.store.sources import Source

LEASE = timedelta(minutes=2)
LONGEST_REST = timedelta(days=1)
JITTER = 0.1
"""How much longer than meant a source may rest after a fault, so that several do not come back at once."""

_log = logger("intake")

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
    """Ask one source now, due or not. Raises KeyError when there is none of that name that can be asked."""
    with database.writing() as session:
        source = session.scalar(select(Source).where(Source.name == name).with_for_update())
        if source is None or (source.next_at is None and not source.paused):
            raise KeyError(name)
        _lease(source, worker)
    return _poll(database, open_source, source, zone, "command")


def _due() -> Select[Source]:
    return (
        select(Source)
        .where(
            Source.next_at <= clock.now(),
            Source.paused.is_(False),
            or_(Source.lease_until.is_(None), Source.lease_until < clock.real_now()),
        )
        .order_by(Source.next_at)
    )


def _lease(source: Source, worker: str) -> None:
    source.lease, source.lease_until = worker, clock.real_now() + LEASE
    source.asked_at = clock.now()


def _poll(database: Database, open_source: OpenSource, source: Source, zone: str, asked_by: str) -> Polled:
    fetched = fetch(open_source, source)
    if isinstance(fetched, SourceFault):
        fault = fetched
        database.write(lambda session: _note_fault(session, source, fault, zone, asked_by))
        return Polled(source.name, fault=fault.reason)
    return database.write(lambda session: _take_in(session, source, fetched, zone, asked_by))


def fetch(open_source: OpenSource, source: Source) -> Fetched | SourceFault:
    """What a source says since its cursor, or why it could not be read. No transaction is open meanwhile."""
    try:
        return open_source(source).fetch(source.cursor)
    except SourceFault as fault:
        return fault
    except Exception as fault:  # a broken integration must not stop the others
        _log.exception("source broke", source=source.name)
        return SourceFault(f"the integration broke: {type(fault).__name__}", kind="broken")


def _take_in(session: Session, source: Source, fetched: Fetched, zone: str, asked_by: str) -> Polled:
    row = _still_mine(session, source)
    if row is None:
        return Polled(source.name, fault="another worker took over")
    first = row.well_at is None
    network = read_network(session) if row.sifted else None
    rights = Rights(
        row.publish,
        row.may_be_urgent,
        tell=not (first and row.first_poll == "silent"),
        sieve=Sieve(network, rules()) if network else None,
    )
    counts = Counts.of(accept(session, row.id, fetched.reports, rights, zone), len(fetched.faults))
    now = clock.now()
    if counts.brought:
        row.brought_at = now
    row.cursor, row.next_at = dict(fetched.cursor), now + timedelta(seconds=row.every)
    row.lease, row.lease_until = None, None
    note_well(session, row, zone)
    note_certificate(session, row, fetched.certificate_ends, zone)
    row.fault = "; ".join(fetched.faults[:5]) or None
    keep_run(session, row.id, asked_by, source.asked_at or now, counts, faults=fetched.faults)
    return Polled(
        source.name, counts.new, counts.changed, counts.unchanged, counts.joined, counts.refused,
        faults=tuple(fetched.faults),
    )  # fmt: skip


def _note_fault(session: Session, source: Source, fault: SourceFault, zone: str, asked_by: str) -> None:
    row = _still_mine(session, source)
    if row is None:
        return
    row.failures += 1
    doubled = row.every * 2.0 ** min(row.failures - 1, 8) * random.uniform(1, 1 + JITTER)
    rest = timedelta(seconds=max(fault.retry_after or 0.0, doubled))
    row.lease, row.lease_until = None, None
    row.next_at = clock.now() + min(rest, LONGEST_REST)
    note_fault(session, row, fault, zone)
    keep_run(session, row.id, asked_by, source.asked_at or clock.now(), Counts(), fault=fault)


def _still_mine(session: Session, source: Source) -> Source | None:
    return session.scalar(
        select(Source).where(Source.id == source.id, Source.lease == source.lease).with_for_update()
    )
