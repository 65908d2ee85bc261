"""Reminders that contacts ask for themselves: "on 3 December at 9"."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.clock import DEFAULT_ZONE, When, zone
from bot.contracts import Details
from bot.people.answers import By, Refused, open_item
from bot.people.mutes import unmute
from bot.store import audit
from bot.store.contacts import Contact
from bot.store.db import insert_into
from bot.store.plans import Reminder

HOUR = 9
"""O'clock of a reminder that names none, in the reader's zone."""

MOST = 10
"""Reminders of one item that a contact can have waiting."""

FURTHEST = timedelta(days=2 * 366)


def remind_on(
    session: Session, contact: Contact, item_id: int, at: datetime, by: By, origin: str, zone_name: str
) -> datetime:
    """Remind a contact of an item at an instant (UTC); returns it. Raises Refused.

    Past instants and those after the deadline are refused; `zone_name` is the network's, in which a bare
    date ends. Asking twice for the same instant is one reminder. Whoever muted the item hears of it again.
    """
    item = open_item(session, item_id)
    last = deadline(item.content())
    if at <= clock.now():
        raise Refused("past")
    if last is not None and at >= last.ends(zone_name):
        raise Refused("late", last)
    if at > clock.now() + FURTHEST:
        raise Refused("far")
    mine = Reminder.item_id == item_id, Reminder.contact_id == contact.id, Reminder.state == "planned"
    if (session.scalar(select(func.count()).where(*mine, Reminder.due_at != at)) or 0) >= MOST:
        raise Refused("many")
    row = {
        "key": f"{item_id}:personal:{contact.id}:{at.isoformat()}", "item_id": item_id,
        "contact_id": contact.id, "about": "personal", "moment": at.isoformat(), "steps": "",
        "fire_on": at.astimezone(zone(contact.timezone)).date(), "due_at": at, "state": "planned",
        "created_at": clock.now(),
    }  # fmt: skip
    insert = insert_into(session, Reminder).values(**row)
    session.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"state": "planned"}))
    unmute(session, contact, item_id, by, origin)
    facts = {"item": item_id, "at": at.isoformat(), "by": by}
    audit.record(session, "contact", "item.reminder_asked", contact.pseudonym, origin, **facts)
    return at


def own_reminders(session: Session, contact: Contact, item_id: int) -> list[datetime]:
    """When a contact is still to be reminded of an item because they asked for it, UTC."""
    mine = Reminder.item_id == item_id, Reminder.contact_id == contact.id, Reminder.state == "planned"
    return list(session.scalars(select(Reminder.due_at).where(*mine).order_by(Reminder.due_at)))


def forget_own_reminders(session: Session, contact: Contact, item_id: int, by: By, origin: str) -> int:
    """Drop the reminders of an item that a contact asked for; returns how many there were."""
    mine = Reminder.item_id == item_id, Reminder.contact_id == contact.id, Reminder.state == "planned"
    rows = session.scalars(select(Reminder).where(*mine)).all()
    for row in rows:
        row.state = "dropped"
    if rows:
        facts = {"item": item_id, "reminders": len(rows), "by": by}
        audit.record(session, "contact", "item.reminders_dropped", contact.pseudonym, origin, **facts)
    return len(rows)


def deadline(details: Details) -> When | None:
    """The moment after which no reminder makes sense: the last deadline, or when an event begins."""
    return details.closes_at or details.starts_at


def at_hour(day: date, hour: time | None, zone_name: str = DEFAULT_ZONE) -> datetime:
    """A day and a time of the clock in a zone, UTC; 9:00 unless said. A skipped hour comes with the next."""
    local = datetime.combine(day, hour or time(HOUR), tzinfo=zone(zone_name))
    return local.astimezone(UTC)
