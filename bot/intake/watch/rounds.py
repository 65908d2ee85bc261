"""The rounds of the watchdog: learn how often each source usually brings something, and notice silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.intake.removal import forget_removed
from bot.intake.turns import forget_hosts
from bot.intake.watch.runs import forget_runs
from bot.intake.watch.troubles import APART, close, open_trouble, open_troubles, tell
from bot.planning.alerts import Phrase, phrase
from bot.store.sources import HOUSE_KIND, Source, there
from bot.store.watch import SourceRun, SourceTrial, SourceTrouble
from bot.workdays import is_working_day

LEAST_GAPS = 5
LOOKED_AT = 50
TIMES_USUAL = 3
DAY = timedelta(days=1)
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=60)
TROUBLES_KEPT = timedelta(days=365)
TRIALS_KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Habit:
    """How long usually lies between what a source brings; `workdays` when it never brings at weekends and holidays."""

    gap: timedelta
    workdays: bool


def go_round(session: Session, zone: str) -> None:
    """Look after every source once, and drop what is too old."""
    for source in session.scalars(
        select(Source).where(Source.kind != HOUSE_KIND, there()).order_by(Source.id)
    ):
        look_after(session, source, zone)
    forget_removed(session)
    forget_runs(session)
    forget_hosts(session)
    now = clock.now()
    session.execute(delete(SourceTrouble).where(SourceTrouble.ended_at < now - TROUBLES_KEPT))
    session.execute(delete(SourceTrial).where(SourceTrial.asked_at < now - TRIALS_KEPT))


def look_after(session: Session, source: Source, zone: str) -> None:
    """Learn a source's habit, and tell when it is silent for much longer than that."""
    habit = learn(session, source.id, zone)
    source.usual_gap = round(habit.gap.total_seconds()) if habit else None
    troubles = open_troubles(session, source.id)
    silence = next((each for each in troubles if each.kind == "silence"), None)
    if silence is not None:
        if source.brought_at and source.brought_at > silence.began_at:
            close(session, source, silence, None, zone)
        return
    if habit is None or source.paused or source.brought_at is None:
        return
    if any(each.kind not in APART for each in troubles):
        return  # that it cannot be read is said already, and explains the silence
    quiet = elapsed(source.brought_at, clock.now(), habit.workdays, zone)
    if quiet <= max(TIMES_USUAL * habit.gap, DAY):
        return
    days = (clock.now() - source.brought_at).days
    usual = (
        "something every day" if habit.gap <= 1.5 * DAY else f"something every {round(habit.gap / DAY)} days"
    )
    open_trouble(session, source.id, "silence", f"nothing for {days} days; usually {usual}")
    session.flush()
    for trouble in open_troubles(session, source.id):
        if trouble.kind == "silence":
            tell(session, source, trouble, _said(days, habit), zone)


def _said(days: int, habit: Habit) -> Phrase:
    if habit.gap <= 1.5 * DAY:
        return phrase("It has brought nothing for {days} days; usually something comes every day.", days=days)
    return phrase(
        "It has brought nothing for {days} days; usually something comes every {usual} days.",
        days=days, usual=round(habit.gap / DAY),
    )  # fmt: skip


def learn(session: Session, source_id: int, zone: str) -> Habit | None:
    """How often a source usually brings something: the median of its last gaps; None while too few are known."""
    brought = (SourceRun.new > 0, SourceRun.changed > 0, SourceRun.joined > 0)
    mine = select(SourceRun.started_at).where(SourceRun.source_id == source_id, or_(*brought))
    times = session.scalars(mine.order_by(SourceRun.started_at.desc()).limit(LOOKED_AT)).all()[::-1]
    return habit_of(times, zone)


def habit_of(times: Sequence[datetime], zone: str) -> Habit | None:
    """The habit of a source that brought something at these times, in their order."""
    if len(times) <= LEAST_GAPS:
        return None
    workdays = all(is_working_day(at.astimezone(ZoneInfo(zone)).date()) for at in times)
    gaps = [elapsed(one, other, workdays, zone) for one, other in pairwise(times)]
    usual = timedelta(seconds=median(gap.total_seconds() for gap in gaps))
    return Habit(min(max(usual, SHORTEST), LONGEST), workdays)


def elapsed(since: datetime, until: datetime, workdays: bool, zone: str) -> timedelta:
    """The time between two moments; of `workdays` only, the days of the zone on which nobody works left out."""
    if not workdays:
        return until - since
    local = ZoneInfo(zone)
    day, total = since.astimezone(local).date(), timedelta()
    while day <= until.astimezone(local).date():
        # In UTC: of two times of one zone Python subtracts what the clocks show, a day of 23 or 25 hours too.
        begins, ends = (datetime.combine(each, time(), local).astimezone(UTC) for each in (day, day + DAY))
        if is_working_day(day):
            total += max(min(ends, until) - max(begins, since), timedelta())
        day += DAY
    return total
