"""Dry runs: what would be made of what a source shows now. They change nothing, and leave its cursor alone.

A worker that reads one holds a lease on it, renewed meanwhile; what a dead one left is read by another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Fetched, SourceFault
from bot.contracts import Source as Asked
from bot.intake.foresight import WORDS, foresee
from bot.intake.poll import LEASE, OpenSource, fetch, free
from bot.intake.taking import Lost, rights_of
from bot.store.db import Database, ring
from bot.store.items import ReportRow
from bot.store.sources import Source
from bot.store.watch import SourceTrial

MOST_SHOWN = 50
KEPT = timedelta(hours=1)

_reading: set[tuple[int, datetime]] = set()
"""The dry runs that this process does now: the source's id, and when it was asked for."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a dry run found; `rows` are (what would come of it, external id, title), `fault` why nothing was read."""

    counts: Counter[str]
    rows: tuple[tuple[str, str, str], ...] = ()
    faults: tuple[str, ...] = ()
    fault: SourceFault | None = None


def try_out(database: Database, open_source: OpenSource, source: Source, zone: str) -> Trial:
    """Read a source from its beginning, and say what would come of it."""
    found = fetch(*_from_the_beginning(open_source, source))
    if isinstance(found, SourceFault):
        return Trial(Counter(), fault=found)
    try:
        with database.reading() as session:
            return _foreseen(session, source, found, zone)
    except Lost:
        return Trial(Counter(), fault=SourceFault("there is no such source any more"))


def _from_the_beginning(open_source: OpenSource, source: Source) -> tuple[OpenSource, Source]:
    """A copy without cursor: with one, many sources would only say that nothing changed.

    A source whose things are known by what it saw before names the fields of its cursor that a dry run must keep in
    `dry_run_keeps`.
    """
    fields = {name: getattr(source, name) for name in ("id", "name", "kind", "options", "defaults", "every")}
    copy = Source(**fields, cursor={})

    def opened(row: Source) -> Asked:
        asked = open_source(row)
        kept: Collection[str] = getattr(asked, "dry_run_keeps", ())
        row.cursor = {name: value for name, value in source.cursor.items() if name in kept}
        return asked

    return opened, copy


def _unchanged(session: Session, source: Source, names: Collection[str]) -> Trial:
    """What is listed just as it was at the last poll."""
    mine = (ReportRow.source_id == source.id, ReportRow.external_id.in_(names))
    rows = tuple(
        (WORDS["duplicate"], row.external_id, _title(row))
        for row in session.scalars(select(ReportRow).where(*mine).order_by(ReportRow.id))
    )
    return Trial(Counter(row[0] for row in rows), rows[:MOST_SHOWN])


def _title(row: ReportRow) -> str:
    titles: dict[str, str] = (row.details or {}).get("title", {})
    return next(iter(titles.values()), "")


def _foreseen(session: Session, source: Source, found: Fetched, zone: str) -> Trial:
    if found.unchanged and found.listed:
        return _unchanged(session, source, found.listed)
    verdicts = foresee(session, source.id, found.reports, rights_of(session, source), zone)
    rows = [
        (
            WORDS[verdict],
            report.external_id,
            next(iter(report.details.title.values()), "") if report.details else "",
        )
        for verdict, report in zip(verdicts, found.reports, strict=True)
    ]
    rows.sort(key=lambda row: list(WORDS.values()).index(row[0]))
    return Trial(Counter(row[0] for row in rows), tuple(rows[:MOST_SHOWN]), tuple(found.faults))


def ask_trial(session: Session, source: Source) -> None:
    """Ask a worker for a dry run."""
    row = session.get(SourceTrial, source.id, with_for_update=True)
    if row is None:
        row = SourceTrial(source_id=source.id, asked_at=clock.now())
        session.add(row)
    row.asked_at, row.lease_until, row.done_at, row.fault = clock.now(), None, None, None
    row.faults, row.counts, row.rows = [], {}, []
    ring(session, "poll")


def trial_wanted() -> ColumnElement[bool]:
    """Whether somebody waits for a dry run."""
    return exists().where(*_waits())


def run_trial(database: Database, open_source: OpenSource, zone: str) -> bool:
    """Do the dry run that was asked for first; returns whether there was one."""
    with database.reading() as session:
        if session.scalar(select(SourceTrial.source_id).where(*_waits()).limit(1)) is None:
            return False
    with database.writing() as session:
        wanted = select(SourceTrial).where(*_waits()).order_by(SourceTrial.asked_at).limit(1)
        row = session.scalar(wanted.with_for_update(skip_locked=True))
        if row is None:
            return False
        row.lease_until = clock.real_now() + LEASE
        asked_at, source = row.asked_at, session.get_one(Source, row.source_id)
    mine = (source.id, asked_at)
    _reading.add(mine)
    try:
        trial = try_out(database, open_source, source, zone)
    finally:
        _reading.discard(mine)
    database.write(lambda session: _keep(session, source.id, asked_at, trial))
    return True


def renew(session: Session) -> None:
    """Prolong the leases of the dry runs that this process does."""
    for source_id, asked_at in list(_reading):
        mine = (SourceTrial.source_id == source_id, SourceTrial.asked_at == asked_at)
        lease = update(SourceTrial).where(*mine, SourceTrial.done_at.is_(None))
        session.execute(lease.values(lease_until=clock.real_now() + LEASE))


def _keep(session: Session, source_id: int, asked_at: datetime, trial: Trial) -> None:
    row = session.get(SourceTrial, source_id, with_for_update=True)
    if row is None or row.asked_at != asked_at or row.done_at is not None:
        return  # asked anew or done by another meanwhile, or the source is gone
    row.done_at, row.fault = clock.now(), trial.fault.reason if trial.fault else None
    row.counts, row.rows = dict(trial.counts), [list(each) for each in trial.rows]
    row.faults = list(trial.faults[:MOST_SHOWN])


def being_read(trial: SourceTrial) -> bool:
    """Whether a worker is on it."""
    until, now = trial.lease_until, clock.real_now()
    return trial.done_at is None and until is not None and now <= until <= now + 2 * LEASE


def _waits() -> tuple[ColumnElement[bool], ...]:
    return SourceTrial.done_at.is_(None), free(SourceTrial.lease_until)
