"""The reminders of an item, kept as rows that say when each fires: planned anew with every revision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.clock import When
from bot.clock import zone as zone_of
from bot.contracts import Details
from bot.planning.calls import deadlines
from bot.planning.hours import Hours
from bot.store.db import insert_into
from bot.store.deliveries import Delivery, in_state
from bot.store.items import Item
from bot.store.plans import Reminder
from bot.workdays import working_day_before

STEPS = (60, 30, 21, 14, 10, 7, 5, 3, 2, 1, 0)
"""Days before a deadline that a reader may choose; planned for all, so that a choice needs no replanning."""

OTHER_STEPS = {"opens": (0,), "starts": (7, 1), "briefing": (1,)}
"""Days before an opening, an event and a briefing: these are the network's, not each reader's."""

HOUR = 9
"""O'clock at which a reminder is meant for, in each reader's own zone."""

MOST_MOMENTS = 20
"""Moments of one item that are reminded of; a call with more cut-offs than that is a mistake."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A day on which readers are reminded of a moment, and the steps of the ladder that fall on it."""

    about: str
    moment: When
    fire_on: date
    steps: tuple[int, ...]

    def key(self, item_id: int) -> str:
        """What names the reminder, and with it every delivery it makes."""
        return f"{item_id}:{self.about}:{self.moment.isoformat()}:{self.fire_on.isoformat()}"


def rungs(details: Details, zone: str) -> Iterator[Rung]:
    """All days on which an item's moments are reminded of, working days, each moment's in order of the day."""
    for about, moment in deadlines(details, zone)[:MOST_MOMENTS]:
        days: dict[date, list[int]] = {}
        for step in OTHER_STEPS.get(about, STEPS):
            days.setdefault(_day_of(about, moment, step, zone), []).append(step)
        for day, steps in sorted(days.items()):
            yield Rung(about, moment, day, tuple(steps))


def moment_day(moment: When, zone: str) -> date:
    """The local day of a moment."""
    return moment.day or moment.begins(zone).astimezone(zone_of(zone)).date()


def keep_reminders(session: Session, item: Item, zone: str) -> None:
    """Make the planned reminders those of the item's newest revision.

    What fired already stays; what fired today, or waits for a digest, fires anew where it still holds, because
    deliveries of an older revision are never sent. Of a moment that moved away nothing is left.
    """
    today = clock.now().astimezone(zone_of(zone)).date()
    wanted = {}
    if item.state == "published":
        wanted = {rung.key(item.id): rung for rung in rungs(item.content(), zone)}
    mine = select(Reminder).where(Reminder.item_id == item.id, Reminder.contact_id.is_(None))
    known = {row.key: row for row in session.scalars(mine)} if item.revision > 1 else {}
    for key, row in known.items():
        if key not in wanted:
            row.state = "dropped" if row.state == "planned" else row.state
        elif row.fire_on >= today or _held(session, item.id, key):
            row.state = "planned"
    new = [
        {
            "key": key, "item_id": item.id, "about": rung.about, "moment": rung.moment.isoformat(),
            "steps": "".join(f",{step}" for step in rung.steps) + ",", "fire_on": rung.fire_on,
            "due_at": Hours(zone).at(rung.fire_on, 0), "state": "planned", "created_at": clock.now(),
        }
        for key, rung in wanted.items()
        if key not in known and rung.fire_on > today
    ]  # fmt: skip
    if new:
        session.execute(insert_into(session, Reminder).on_conflict_do_nothing(), new)
    if item.state == "withdrawn":
        session.execute(
            update(Reminder)
            .where(Reminder.item_id == item.id, Reminder.state == "planned")
            .values(state="dropped")
        )


def _held(session: Session, item_id: int, key: str) -> bool:
    """Whether a reminder that fired still waits for somebody's digest."""
    mine = Delivery.dedupe_key.startswith(f"reminder:{key}:", autoescape=True)
    return bool(session.scalar(select(exists().where(Delivery.item_id == item_id, in_state("held"), mine))))


def _day_of(about: str, moment: When, step: int, zone: str) -> date:
    """The working day of a step. Nobody is reminded after the moment: an early one is told of the day before."""
    day = moment_day(moment, zone) - timedelta(days=step)
    early = moment.at is not None and step == 0 and moment.at < Hours(zone).at(day, HOUR + 1)
    if early and about != "opens":
        day -= timedelta(days=1)
    return working_day_before(day)
