"""Runs: each time a source was asked, and each hour in which one sent by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Accepted, SourceFault
from bot.store.db import insert_into
from bot.store.sources import Source
from bot.store.watch import SourceRun

KEPT = timedelta(days=90)
MOST_KEPT = 500
MOST_FAULTS = 20
_NOTED_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Counts:
    """What one run brought; `refused` are entries that could not be read."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    joined: int = 0
    refused: int = 0

    @classmethod
    def of(cls, answers: Sequence[Accepted], refused: int = 0) -> Counts:
        """What reports came to."""
        count = Counter("joined" if answer.joined else answer.verdict for answer in answers)
        changed = count["updated"] + count["withdrawn"]
        return cls(count["accepted"], changed, count["duplicate"], count["joined"], refused)

    @property
    def brought(self) -> bool:
        """Whether there was anything that was not known."""
        return self.new + self.changed + self.joined > 0

    def columns(self) -> dict[str, int]:
        """The counts as a run's row has them."""
        counted = {name: getattr(self, name) for name in ("new", "changed", "unchanged", "joined", "refused")}
        return {**counted, "rows": sum(counted.values())}


def keep_run(
    session: Session,
    source_id: int,
    asked_by: str,
    started: datetime,
    counts: Counts,
    *,
    faults: Sequence[str] = (),
    fault: SourceFault | None = None,
) -> None:
    """Keep a run, in the transaction that takes in what it brought."""
    session.add(
        SourceRun(
            source_id=source_id, asked_by=asked_by, started_at=started, ended_at=clock.now(),
            fault_kind=fault.kind if fault else None, fault=fault.reason if fault else None,
            faults=[each[:500] for each in faults[:MOST_FAULTS]], **counts.columns(),
        )
    )  # fmt: skip


def last_run(session: Session, source_id: int) -> SourceRun | None:
    """The run of a source that ended last."""
    mine = select(SourceRun).where(SourceRun.source_id == source_id)
    return session.scalar(mine.order_by(SourceRun.id.desc()).limit(1))


def count_sent(session: Session, source_id: int, counts: Counts) -> None:
    """Count what a source sent by itself into the run of this hour.

    It is the last statement of its transaction: others that send to the same source wait for it only so long.
    """
    now = clock.now()
    if not sum(counts.columns().values()):
        return
    row = {
        "source_id": source_id, "asked_by": "sent", "ended_at": now, "faults": [],
        "started_at": now.replace(minute=0, second=0, microsecond=0), **counts.columns(),
    }  # fmt: skip
    insert = insert_into(session, SourceRun).values(row)
    added = {name: getattr(SourceRun, name) + insert.excluded[name] for name in counts.columns()}
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["source_id", "started_at"],
            index_where=text("asked_by = 'sent'"),
            set_={**added, "ended_at": now},
        )
    )
    if counts.brought:
        long_ago = Source.brought_at.is_(None) | (Source.brought_at < now - _NOTED_AGAIN)
        session.execute(update(Source).where(Source.id == source_id, long_ago).values(brought_at=now))


def forget_runs(session: Session) -> None:
    """Drop runs that are too old, and of each source those beyond its last `MOST_KEPT`."""
    session.execute(delete(SourceRun).where(SourceRun.started_at < clock.now() - KEPT))
    for source_id in session.scalars(select(Source.id)):
        mine = select(SourceRun.id).where(SourceRun.source_id == source_id)
        oldest = session.scalar(mine.order_by(SourceRun.id.desc()).offset(MOST_KEPT).limit(1))
        if oldest is not None:
            session.execute(delete(SourceRun).where(SourceRun.source_id == source_id, SourceRun.id <= oldest))
