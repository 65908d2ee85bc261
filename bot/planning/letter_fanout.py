"""The weekly letter's fan-out: who gets a copy of a released letter, and when.

Everybody who takes the letter, except those who hear nothing (rhythm *off*), those who read its opening on top
of their own weekly digest, and those who get it from the list at Creamailer: one letter each Friday, one copy.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, insert, literal, null, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Language, Message
from bot.network import Network
from bot.planning.hours import SPREAD, Hours
from bot.planning.letter_readers import anybody_elsewhere, readers_within
from bot.planning.messages import keep_messages
from bot.planning.queueing import CROWD, SLOTS
from bot.store.contacts import Contact
from bot.store.db import changed_rows, insert_into, ring
from bot.store.deliveries import Delivery, Fanout, MessageRow
from bot.store.destinations import Destination, Subscription
from bot.store.drafts import Letter
from bot.store.types import Instant

REASON = "letter"

COMPARED = 2_000
"""Readers of a chunk that is compared with the lists: SQLite's one writer is held well under 100 ms."""


def announce_letter(session: Session, letter: Letter) -> None:
    """Have a released letter told to all who take it: freeze its readers as they are now."""
    newest = select(func.coalesce(func.max(Subscription.id), 0)).scalar_subquery()
    fanout = {
        "letter_id": letter.id, "revision": 0, "purpose": "letter", "upto": newest, "cursor": 0, "planned": 0,
        "gathered": False, "created_at": clock.now(),
    }  # fmt: skip
    session.execute(insert(Fanout).values(fanout))
    ring(session, "plan")


def plan_letter(session: Session, network: Network, fanout: Fanout, size: int) -> int:  # noqa: ARG001
    """Plan a letter's fan-out further, at most `size` readers; returns how many that were."""
    letter = session.get_one(Letter, fanout.letter_id)
    listed = anybody_elsewhere(session)
    after, end = fanout.cursor, _chunk_end(session, fanout, min(size, COMPARED) if listed else size)
    who = readers_within(session, after, end, listed)
    found = session.execute(
        select(Destination.languages, Subscription.hours, func.count())
        .select_from(Subscription)
        .join(Destination, Destination.id == Subscription.destination_id)
        .join(Contact, Contact.id == Subscription.contact_id)
        .where(*who)
        .group_by(Destination.languages, Subscription.hours)
    ).all()
    if found and letter.pages:
        pages = letter.pages

        def written(language: Language) -> Message:
            return Message.model_validate(pages[language])

        languages = {languages for languages, _, _ in found}
        keep_messages(session, f"letter:{letter.id}", "letter", languages, written, None)
        hours: dict[str, int] = {}
        for _, each, count in found:
            hours[each] = hours.get(each, 0) + count
        fanout.planned += _queue(session, letter, who, hours)
        ring(session, "send")
    fanout.cursor = end
    if end == fanout.upto:
        fanout.done_at = clock.now()
    return end - after


def _chunk_end(session: Session, fanout: Fanout, size: int) -> int:
    """The id of the last subscription of the next chunk."""
    if fanout.upto - fanout.cursor <= size:
        return fanout.upto
    ids = select(Subscription.id).where(Subscription.id > fanout.cursor, Subscription.id <= fanout.upto)
    end = session.scalar(ids.order_by(Subscription.id).offset(max(size, 1) - 1).limit(1))
    return fanout.upto if end is None else end


def _queue(
    session: Session, letter: Letter, who: Collection[ColumnElement[bool]], hours: dict[str, int]
) -> int:
    """Queue the chunk's deliveries; returns how many were new. Planning a chunk twice makes none."""
    readers = _audience(who)
    now = clock.now()
    message = MessageRow.content_key == literal(f"letter:{letter.id}:") + readers.c.languages
    columns: dict[str, Any] = {
        "item_id": null(), "revision": literal(0), "message_id": MessageRow.id,
        "destination_id": readers.c.destination_id, "sender": readers.c.sender,
        "recipient": readers.c.recipient, "purpose": literal("letter"), "rhythm": readers.c.rhythm,
        "reason": literal(REASON), "urgent": literal(False), "state": literal("queued"),
        "due_at": _due(letter, readers, hours, now), "attempts": literal(0), "doubts": literal(0),
        "dedupe_key": literal(f"letter:{letter.id}:") + readers.c.recipient,
        "created_at": literal(now, Instant()),
    }  # fmt: skip
    rows = select(*columns.values()).select_from(readers).join(MessageRow, message)
    new = insert_into(session, Delivery).from_select(
        list(columns), rows.order_by(readers.c.id), include_defaults=False
    )
    return changed_rows(session.execute(new.on_conflict_do_nothing()))


def _audience(who: Collection[ColumnElement[bool]]) -> Subquery:
    return (
        select(
            Subscription.id,
            Subscription.rhythm,
            Subscription.hours,
            Destination.id.label("destination_id"),
            Destination.sender,
            Destination.languages,
            Contact.pseudonym.label("recipient"),
        )
        .join(Destination, Destination.id == Subscription.destination_id)
        .join(Contact, Contact.id == Subscription.contact_id)
        .where(*who)
        .subquery("readers")
    )


def _due(letter: Letter, readers: Subquery, hours: dict[str, int], now: datetime) -> ColumnElement[datetime]:
    """When each reader gets it: at the letter's hour of the letter's day in their zone and sending hours."""
    day, hour = date.fromisoformat(letter.content["send_day"]), int(letter.content["send_hour"])
    branches = []
    for text, count in hours.items():
        reader = Hours.parse(text)
        due = reader.due(reader.at(day, hour), now)
        slots = [due + at * SPREAD / SLOTS for at in range(SLOTS)] if count > CROWD and due > now else [due]
        moments = {at: literal(moment, Instant()) for at, moment in enumerate(slots)}
        spread = case(moments, value=readers.c.id % len(slots), else_=moments[0])
        branches.append((readers.c.hours == text, spread))
    return case(*branches, else_=literal(now, Instant()))
