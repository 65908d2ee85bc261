"""A source is removed: it is asked no more and let in no more; what it brought stays, and it can be put back.

Its row stays as the origin of its reports, under a name that no other source can have, so that its own is free. Nothing
of it is lost for a while: put back, it knows what it has told. After that what it was told itself (its options, with
their secrets) is forgotten, and only the name is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.intake.poll import let_go
from bot.store.db import ring
from bot.store.destinations import Destination, Subscription
from bot.store.items import Item, ReportRow
from bot.store.sources import HOUSE_KIND, REMOVED, Source, source_named, there
from bot.store.watch import SourceTrial, SourceTrouble

KEPT = timedelta(days=30)
"""How long a source can be put back."""

TOLD_AGAIN = timedelta(days=1)
"""A source that was away for longer is taken in silently when it is put back, as at its first poll."""

OURS = "webhook"
"""The source that comes with Silta: `migrate` would make it again."""

_KEY = "removed"
"""Where a source's defaults say what it was: its name, when it was removed, whether it was asked and paused."""


class Unremovable(Exception):
    """A source cannot be removed or put back; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Stays:
    """What stays of a source: its items that people see, those that wait for approval, and those set aside."""

    told: int
    waiting: int
    aside: int


def what_stays(session: Session, source: Source) -> Stays:
    """What stays of a source when it is removed."""
    items = select(ReportRow.item_id).where(ReportRow.source_id == source.id, ReportRow.withdrawn.is_(False))
    counted = select(Item.state, func.count()).where(Item.id.in_(items)).group_by(Item.state)
    states: dict[str, int] = dict(session.execute(counted).all())
    return Stays(states.get("published", 0), states.get("waiting", 0), states.get("aside", 0))


def unremovable(session: Session, source: Source) -> str | None:
    """Why a source cannot be removed, and what to do; None when it can."""
    if source.name == OURS or source.kind == HOUSE_KIND:
        return "It comes with Silta and would be made again: pause it instead."
    written = (Destination.sender == source.kind, Destination.address == source.name)
    heard = exists().where(Subscription.destination_id == Destination.id)
    place = session.scalar(select(Destination.id).where(*written, heard).limit(1))
    if place is not None:
        return f"Notices are written there too: `python -m bot destinations remove {place}` ends that first."
    return None


def remove(session: Session, source: Source) -> None:
    """Remove a source whose row is locked. Raises Unremovable."""
    if fault := unremovable(session, source):
        raise Unremovable(fault)
    was = {
        "name": source.name, "at": clock.now().isoformat(), "asked": source.next_at is not None,
        "paused": source.paused,
    }  # fmt: skip
    source.defaults = {**source.defaults, _KEY: was}
    source.name = _free_name(session, source)
    source.paused, source.next_at, source.failures = True, None, 0
    source.fault, source.fault_kind = None, None
    let_go(source)
    ended = select(SourceTrouble).where(
        SourceTrouble.source_id == source.id, SourceTrouble.ended_at.is_(None)
    )
    for trouble in session.scalars(ended):
        trouble.ended_at = clock.now()
    session.execute(delete(SourceTrial).where(SourceTrial.source_id == source.id))


def put_back(session: Session, source: Source) -> str:
    """Put a removed source back as it was; returns its name. It is asked at once. Raises Unremovable."""
    if not restorable(source):
        raise Unremovable("It was removed too long ago, and its options are forgotten: add it anew.")
    was = source.defaults[_KEY]
    name = str(was["name"])
    if source_named(session, name):
        raise Unremovable(f"Another source is called {name} now: remove that one first.")
    long_ago = clock.now() - removed_at(source) > TOLD_AGAIN
    source.name, source.paused = name, bool(was["paused"])
    source.defaults = {key: value for key, value in source.defaults.items() if key != _KEY}
    if was["asked"]:
        source.next_at = clock.now()
        source.well_at = None if long_ago else source.well_at
        ring(session, "poll")
    return name


def removed(session: Session) -> Sequence[Source]:
    """The sources that can be put back, the last removed first."""
    rows = session.scalars(select(Source).where(~there())).all()
    return sorted((row for row in rows if restorable(row)), key=removed_at, reverse=True)


def restorable(source: Source) -> bool:
    """Whether a source was removed, and not too long ago to be put back."""
    return source.removed and _KEY in source.defaults and clock.now() - removed_at(source) <= KEPT


def removed_at(source: Source) -> datetime:
    """When a source was removed."""
    return datetime.fromisoformat(source.defaults[_KEY]["at"])


def forget_removed(session: Session) -> None:
    """Forget what was set of sources that can be put back no more: their options hold secrets."""
    for source in session.scalars(select(Source).where(~there())):
        if _KEY in source.defaults and not restorable(source):
            source.options, source.cursor, source.defaults = {}, {}, {}


def _free_name(session: Session, source: Source) -> str:
    plain = f"{source.name[:54]}{REMOVED})"
    taken = session.scalar(select(Source.id).where(Source.name == plain))
    return f"{source.name[:40]}{REMOVED}, {source.id})" if taken else plain
