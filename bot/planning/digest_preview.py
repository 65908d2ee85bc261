"""What a reader's digest would say, without writing or taking anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Message, Rhythm
from bot.planning.digest_desk import Desk, opening_of
from bot.planning.digest_parts import SPAN
from bot.planning.digest_rows import Held, held_for, reader_of
from bot.planning.fitting import fitting, open_at, published
from bot.planning.reminders import SINGLY
from bot.store.answers import AnswerRow
from bot.store.contacts import Contact
from bot.store.destinations import Subscription
from bot.store.items import Item
from bot.store.plans import Reminder


def preview(
    session: Session, desk: Desk, contact: Contact, rhythm: Rhythm, at: datetime
) -> tuple[Message, ...] | None:
    """The digest that a contact would get at an instant in a rhythm; None when there would be none.

    In their own rhythm that is what is held for them, and the reminders that fire until then. In another
    one it is what is new in its span: what they would have got, had they chosen it before.
    """
    reader = reader_of(session, contact.id)
    if reader is None:
        return None
    waiting = held_for(session, [reader.recipient], at, claim=False).get(reader.recipient)
    held = set(waiting.held) if waiting else set()
    if reader.rhythm != rhythm:
        held |= set(_new(session, contact, rhythm, at))
    held |= set(_reminded(session, contact, reader.subscription_id, at))
    if not held:
        return None
    known = desk.look_up(session, held, opening_of(session, at), at)
    those, as_if = tuple(sorted(held)), replace(reader, rhythm=rhythm)
    group = desk.group(as_if, those, known, at)
    desk.want(group, as_if, those, known, at)
    desk.compose_wanted()
    composed = desk.composed(group)
    content = composed.content if composed else None
    return tuple(Message.model_validate(each) for each in content or ())


def _new(session: Session, contact: Contact, rhythm: Rhythm, at: datetime) -> Iterator[Held]:
    mine = [*fitting(contact), published(), open_at(at)]
    lately = Item.created_at > at - SPAN[rhythm], Item.created_at <= at
    for item_id, revision in session.execute(select(Item.id, Item.revision).where(*mine, *lately)):
        yield Held(item_id, revision, "notice", 0)


def _reminded(session: Session, contact: Contact, subscription_id: int, at: datetime) -> Iterator[Held]:
    """Items of which digests would remind the contact from now until then."""
    ladder = session.scalar(select(Subscription.ladder).where(Subscription.id == subscription_id)) or ""
    steps = [step for step in ladder.split(",") if step and int(step) > SINGLY]
    answered = exists().where(
        AnswerRow.item_id == Item.id, AnswerRow.contact_id == contact.id, AnswerRow.remind.is_(False)
    )
    rows = session.execute(
        select(Item.id, Item.revision)
        .join(Reminder, Reminder.item_id == Item.id)
        .where(
            *fitting(contact),
            published(),
            open_at(at),
            ~answered,
            Reminder.state == "planned",
            Reminder.contact_id.is_(None),
            Reminder.about == "closes",
            Reminder.due_at > clock.now(),
            Reminder.due_at <= at,
            or_(*(Reminder.steps.contains(f",{step},") for step in steps)) if steps else Item.id.is_(None),
        )
        .distinct()
    )
    for item_id, revision in rows:
        yield Held(item_id, revision, "reminder", 0)
