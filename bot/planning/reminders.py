"""Fire reminders: a fan-out to those who are silent, or one delivery for a personal one.

A reminder fires at the beginning of its day, and each reader's delivery is due at nine o'clock in their
own zone. After an outage only the newest missed reminder of a moment fires: one, not a flood.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Subquery, case, func, literal, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.clock import When
from bot.clock import zone as zone_of
from bot.network import Network
from bot.planning.alerts import WATCHERS
from bot.planning.audiences import Whom, audience, chunk_end, groups, next_match
from bot.planning.calls import next_deadline
from bot.planning.messages import keep_messages
from bot.planning.queueing import Telling, queue
from bot.planning.reminder_rows import HOUR, OTHER_STEPS, moment_day
from bot.planning.silence import silent
from bot.planning.wording import remind
from bot.store.contacts import Contact
from bot.store.db import insert_into, ring
from bot.store.deliveries import Delivery, Fanout
from bot.store.destinations import Destination, Subscription
from bot.store.items import Item
from bot.store.plans import Reminder

MOST = 50
SINGLY = 2
"""Days before a moment from which also readers of digests are reminded at once."""


def fire_due(session: Session, network: Network, zone: str) -> int:
    """Fire what is due: open fan-outs, and queue personal reminders; returns how many rows were seen to."""
    now = clock.now()
    due = select(Reminder).where(Reminder.state == "planned", Reminder.due_at <= now)
    rows = session.scalars(
        due.order_by(Reminder.due_at, Reminder.id).limit(MOST).with_for_update(skip_locked=True)
    ).all()
    items = {
        item.id: item
        for item in session.scalars(select(Item).where(Item.id.in_({row.item_id for row in rows})))
    }
    newest = _newest_due(session, rows, now)
    for row in rows:
        item = items[row.item_id]
        over = _over(row, zone)
        if item.state != "published" or (over is not None and over <= now):
            row.state = "dropped"
            continue
        last = newest[row.item_id, row.about, row.moment] if row.contact_id is None else row.fire_on
        if row.fire_on < last:
            _hand_over(session, row, last)
            continue
        row.state = "fired"
        if row.contact_id is None:
            _open_fanout(session, row, item)
        else:
            _queue_personal(session, network, zone, row, item)
    if rows:
        session.flush()
        ring(session, "plan")
        ring(session, "send")
    return len(rows)


def _over(row: Reminder, zone: str) -> datetime | None:
    """When there is no sense in a reminder any more. That a call is open is news all day."""
    if row.contact_id is not None:
        return None
    moment = When.parse(row.moment)
    return (When(day=moment_day(moment, zone)) if row.about == "opens" else moment).ends(zone)


def _newest_due(
    session: Session, rows: Sequence[Reminder], now: datetime
) -> dict[tuple[int, str, str], date]:
    """The last day on which each moment's due reminders should have fired."""
    ids = {row.item_id for row in rows}
    found = session.execute(
        select(Reminder.item_id, Reminder.about, Reminder.moment, func.max(Reminder.fire_on))
        .where(Reminder.item_id.in_(ids), Reminder.due_at <= now, Reminder.state == "planned")
        .group_by(Reminder.item_id, Reminder.about, Reminder.moment)
    )
    return {(item_id, about, moment): day for item_id, about, moment, day in found}


def _hand_over(session: Session, missed: Reminder, last: date) -> None:
    """A reminder that was missed comes with the last one that was, to those whose ladder has either."""
    missed.state = "dropped"
    moment = (
        Reminder.item_id == missed.item_id,
        Reminder.about == missed.about,
        Reminder.moment == missed.moment,
    )
    newest = select(Reminder).where(*moment, Reminder.fire_on == last, Reminder.contact_id.is_(None))
    row = session.scalars(newest).one()
    row.steps = f",{','.join(map(str, sorted({*_steps(row), *_steps(missed)}, reverse=True)))},"


def _open_fanout(session: Session, row: Reminder, item: Item) -> None:
    upto = session.scalar(select(func.coalesce(func.max(Subscription.id), 0)))
    session.add(
        Fanout(
            item_id=item.id, revision=item.revision, purpose="reminder", reminder_id=row.id, upto=upto,
            created_at=clock.now(),
        )
    )  # fmt: skip


def plan(session: Session, network: Network, zone: str, fanout: Fanout, item: Item, size: int) -> int:
    """Plan a chunk of a fired reminder's fan-out; returns how much of the transaction's room that took."""
    row = session.get_one(Reminder, fanout.reminder_id)
    moment, now = When.parse(row.moment), clock.now()
    over = _over(row, zone)
    if item.state != "published" or over is None or over <= now:
        fanout.done_at = now
        return 0
    after, end = fanout.cursor, chunk_end(session, fanout.cursor, fanout.upto, size)
    chosen = (*_chosen(row), *silent(item.id))
    whom = Whom(item.content(), after, end, chosen)
    found = groups(session, whom)
    if found:
        told = audience(network, whom)
        today = now.astimezone(zone_of(zone)).date()
        day = max(row.fire_on, today)
        days = (moment_day(moment, zone) - day).days
        content = f"reminder:{item.id}:{item.revision}:{row.about}:{row.moment}:{days}"
        keep_messages(
            session, content, "reminder", {languages for languages, _, _ in found},
            lambda language: remind(
                item.content(), language, network, item_id=item.id, about=row.about, moment=moment, days=days
            ),
            item,
        )  # fmt: skip
        hours: dict[str, int] = {}
        for _, text, count in found:
            hours[text] = hours.get(text, 0) + count
        fanout.planned += queue(
            session,
            Telling(
                item=item,
                key=f"reminder:{row.key}",
                content=literal(content),
                purpose=literal("reminder"),
                state=_state(row, told),
                over=over,
                meant=lambda hours: hours.at(row.fire_on, HOUR),
            ),
            told,
            hours,
        )
    following = next_match(session, Whom(item.content(), end, fanout.upto, chosen))
    fanout.cursor = fanout.upto if following is None else following - 1
    if fanout.cursor == fanout.upto:
        fanout.done_at = now
    return end - after


def _chosen(row: Reminder) -> tuple[ColumnElement[bool], ...]:
    """Whose ladder has a step of this day; openings, events and briefings go to all who want reminders."""
    if row.about in OTHER_STEPS:
        return (Subscription.ladder != "",)
    return (or_(*(Subscription.ladder.contains(f",{step},") for step in _steps(row))),)


def _steps(row: Reminder) -> list[int]:
    return [int(step) for step in row.steps.split(",") if step]


def _state(row: Reminder, told: Subquery) -> ColumnElement[str]:
    """Readers of digests are reminded singly when it is near, else in their digest."""
    near = [step for step in _steps(row) if step <= SINGLY]
    if not near:
        return case((told.c.rhythm == "now", "queued"), else_="held")
    if row.about in OTHER_STEPS:
        return literal("queued")
    mine = or_(*(told.c.ladder.contains(f",{step},") for step in near))
    return case((or_(told.c.rhythm == "now", mine), "queued"), else_="held")


def _queue_personal(session: Session, network: Network, zone: str, row: Reminder, item: Item) -> None:
    """The one delivery of a reminder that somebody asked for, at the very time they asked for."""
    found = session.execute(
        select(Contact, Destination)
        .join(Subscription, Subscription.contact_id == Contact.id)
        .join(Destination, Destination.id == Subscription.destination_id)
        .where(Contact.id == row.contact_id, Subscription.rhythm != "off")
    ).first()
    if found is None:
        row.state = "dropped"
        return
    contact, place = found
    if contact.role not in WATCHERS and not item.is_for(contact.role):
        row.state = "dropped"  # it was for all when they asked
        return
    details = item.content()
    coming = next_deadline(details, clock.now(), zone) or details.starts_at
    last = coming or When(day=row.fire_on)
    days = (moment_day(last, zone) - row.due_at.astimezone(zone_of(contact.timezone)).date()).days
    content = f"reminder:{item.id}:{item.revision}:personal:{last.isoformat()}:{days}"
    messages = keep_messages(
        session, content, "reminder", {place.languages},
        lambda language: remind(
            details, language, network, item_id=item.id, about="personal", moment=last, days=days
        ),
        item,
    )  # fmt: skip
    new = insert_into(session, Delivery).values(
        item_id=item.id, revision=item.revision, message_id=messages[place.languages],
        destination_id=place.id, sender=place.sender, recipient=contact.pseudonym, purpose="reminder",
        rhythm="now", reason="asked", urgent=False, state="queued", due_at=max(row.due_at, clock.now()),
        expires_at=coming.ends(zone) if coming else None, attempts=0, doubts=0,
        dedupe_key=f"reminder:{row.key}", created_at=clock.now(),
    )  # fmt: skip
    session.execute(
        new.on_conflict_do_update(
            index_elements=["dedupe_key"],
            set_={
                "revision": new.excluded.revision,
                "message_id": new.excluded.message_id,
                "state": "queued",
            },
            where=Delivery.state.in_(["queued", "cancelled"]),
        )
    )
