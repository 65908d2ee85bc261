"""A mail to one contact about themselves, whatever way and rhythm they chose: what must not pass them by."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Message
from bot.people.ways import settle_ways
from bot.planning.messages import keep_messages
from bot.store.contacts import Contact
from bot.store.db import insert_into, ring
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination

LASTS = timedelta(days=2)
"""How long such a mail is tried."""


def mail(session: Session, contact: Contact, key: str, message: Message, reason: str) -> bool:
    """Queue it, once for a `key`, due now; returns whether it is queued. `reason` is a code of `bot.reasons`."""
    if not contact.email or contact.erased_at is not None:
        return False
    ids = keep_messages(session, key, "confirmation", [message.language], lambda _: message, None)
    now = clock.now()
    new = insert_into(session, Delivery).values(
        item_id=None, revision=0, message_id=ids[message.language], destination_id=mailbox(session, contact),
        sender="email", recipient=contact.pseudonym, purpose="confirmation", rhythm="now", reason=reason,
        urgent=True, state="queued", due_at=now, expires_at=now + LASTS, attempts=0, doubts=0, dedupe_key=key,
        created_at=now,
    )  # fmt: skip
    ring(session, "send")
    return session.scalar(new.on_conflict_do_nothing().returning(Delivery.id)) is not None


def mailbox(session: Session, contact: Contact) -> int:
    """The destination that is a contact's address; made now where they had none."""
    key = str(contact.email).casefold()
    found = select(Destination.id).where(Destination.sender == "email", Destination.address_key == key)
    place = session.scalar(found)
    if place is None:
        settle_ways(session, [contact])
        place = session.scalars(found).one()
    return place
