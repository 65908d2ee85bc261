"""Digests: what was held for a reader goes out as one message, at their own hour.

A reader's subscription says when their next digest is due (`digest_at`). A turn claims readers that are
due, writes each one's part, hands it what it tells, and moves `digest_at` on, all in one transaction: a
kill at any moment loses nothing, and what a turn missed the next one makes good, in one part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import exists, literal, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.clock import zone as zone_of
from bot.contracts import Rhythm
from bot.planning.digest_desk import Composed, Desk, opening_of
from bot.planning.digest_parts import Part, already_written, move_on, run_of, write_parts
from bot.planning.digest_rows import Reader, due_readers, held_for
from bot.planning.digest_times import Usual, next_digest
from bot.planning.hours import Hours
from bot.store.db import Database, ring
from bot.store.deliveries import Fanout
from bot.store.plans import Reminder

__all__ = ["Desk", "Usual", "next_digest", "run_digests", "turn"]

BATCH = 500
"""Readers in one transaction: SQLite's one writer is held about 100 ms."""

STEP = 250
"""Readers whose held deliveries are read at once."""

ROOM, NEW = 10_000, 30
"""Held deliveries that one transaction takes, and digests that it wants composed before the next one."""

Run = tuple[Rhythm, date]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A reader with their digest, before it is written."""

    reader: Reader
    composed: Composed
    taken: str


def turn(database: Database, desk: Desk, size: int = BATCH) -> int:
    """Write digests that are due, then compose those that the next turn needs; returns how much was done.

    Take turns until one returns 0. Two workers at once never write one reader's digest twice.
    """
    try:
        done = database.write(lambda session: run_digests(session, desk, size))
    except BaseException:
        desk.committed(well=False)
        raise
    desk.committed(well=True)
    return done + desk.compose_wanted()


def run_digests(session: Session, desk: Desk, size: int = BATCH) -> int:
    """Write the digests of up to `size` readers who are due; returns how many readers were dealt with.

    Readers whose digest is not composed yet stay due, and the desk is told what it should compose.
    """
    now = clock.now()
    readers = due_readers(session, now, size)
    if not readers or _unplanned(session, readers, now):
        return 0
    done: list[Reader] = []
    runs: dict[Run, list[_Ready]] = defaultdict(list)
    seen: set[str] = set()
    for reader, ready in _dealt_with(session, desk, readers, now):
        done.append(reader)
        if ready and reader.recipient not in seen:
            runs[_run(reader, now)].append(ready)
            seen.add(reader.recipient)
    lost: set[str] = set()
    for (rhythm, closes), those in runs.items():
        lost |= _write(session, desk, run_of(session, rhythm, closes), those, now)
    if runs:
        ring(session, "send")
    done = [reader for reader in done if reader.recipient not in lost]
    waiting = [reader for reader in done if reader.rhythm == "now" and reader.recipient not in seen]
    move_on(session, _following(done, now) | _tomorrow(session, waiting, now))
    return len(done)


def _unplanned(session: Session, readers: Sequence[Reader], now: datetime) -> bool:
    """Whether something that belongs into these digests is still being planned: then they wait a moment."""
    earliest = min(reader.due_at for reader in readers if reader.due_at)
    planned = literal("planned", literal_execute=True)
    coming = or_(
        exists().where(
            Fanout.done_at.is_(None), or_(Fanout.created_at <= earliest, Fanout.purpose == "reminder")
        ),
        exists().where(Reminder.state == planned, Reminder.due_at <= now),
    )
    return bool(session.scalar(select(coming)))


def _dealt_with(
    session: Session, desk: Desk, readers: Sequence[Reader], now: datetime
) -> Iterator[tuple[Reader, _Ready | None]]:
    """Each reader with what they get, None for nothing, until the transaction is full."""
    taken, wanted = 0, set[object]()
    opening = opening_of(session, now)
    for at in range(0, len(readers), STEP):
        some = readers[at : at + STEP]
        if taken >= ROOM:
            return
        held = held_for(session, _still_to_come(session, some, now), now)
        known = desk.look_up(session, {each for those in held.values() for each in those.held}, opening, now)
        for reader in some:
            mine = held.get(reader.recipient)
            if mine is None:
                yield reader, None
                continue
            group = desk.group(reader, mine.held, known, now)
            composed = desk.composed(group)
            if composed is not None:
                taken += len(mine.held)
                yield reader, _Ready(reader, composed, mine.ids)
            elif group not in wanted and len(wanted) < NEW:
                wanted.add(group)
                desk.want(group, reader, mine.held, known, now)


def _still_to_come(session: Session, readers: Sequence[Reader], now: datetime) -> list[str]:
    """Who has no part of their run yet: of two digests on one day the second waits for the next day."""
    by_run: dict[Run, list[str]] = defaultdict(list)
    for reader in readers:
        by_run[_run(reader, now)].append(reader.recipient)
    found: list[str] = []
    for (rhythm, closes), recipients in by_run.items():
        had = already_written(session, run_of(session, rhythm, closes), recipients)
        found += [each for each in recipients if each not in had]
    return found


def _tomorrow(session: Session, readers: Sequence[Reader], now: datetime) -> dict[int, datetime]:
    """When readers of *now* who had one digest today get what was gathered since: the next day's first hour."""
    had = [reader for reader in readers if reader.recipient not in _still_to_come(session, [reader], now)]
    held = held_for(session, [reader.recipient for reader in had], now)
    return {
        reader.subscription_id: Hours.parse(reader.hours).opens(
            Hours(reader.zone).at(_run(reader, now)[1] + timedelta(days=1), 0)
        )
        for reader in had
        if reader.recipient in held
    }


def _run(reader: Reader, now: datetime) -> Run:
    return reader.rhythm, now.astimezone(zone_of(reader.zone)).date()


def _write(session: Session, desk: Desk, run_id: int, those: Sequence[_Ready], now: datetime) -> set[str]:
    """Write the parts of a run; returns the readers whose digest must be composed anew."""
    messages = desk.keep(session, [each.composed for each in those], now)
    gone = {each.composed.key for each in those} - messages.keys()
    desk.forget(gone)
    write_parts(
        session,
        run_id,
        [
            Part(
                each.reader,
                messages[each.composed.key],
                _reason(each.reader),
                Hours.parse(each.reader.hours).due(now, now),
                each.taken,
            )
            for each in those
            if each.composed.key in messages
        ],
    )
    return {each.reader.recipient for each in those if each.composed.key in gone}


def _reason(reader: Reader) -> str:
    """The code of why somebody gets a digest (`bot.reasons`)."""
    return f"digest_{reader.rhythm}" if reader.person else f"place_digest_{reader.rhythm}"


def _following(readers: Sequence[Reader], now: datetime) -> dict[int, datetime | None]:
    """When the next digest of each subscription (by id) is due."""

    @cache
    def following(rhythm: Rhythm, day: int | None, hour: int | None, zone_name: str) -> datetime | None:
        return next_digest(rhythm, day, hour, zone_name, now)

    return {each.subscription_id: following(each.rhythm, each.day, each.hour, each.zone) for each in readers}
