"""Which item is spoken of in a thread: that of the post of ours at its beginning."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import ChatRequest
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination

AGE = timedelta(days=180)
"""How old a post may be that is still spoken of."""


def item_of_thread(session: Session, request: ChatRequest, contact: Contact) -> int | None:
    """The item of the post below which something is said; None elsewhere, and below what is about no item.

    Only the place itself is looked at, a conversation or the contact's own messages, so that it is quick.
    """
    if not request.thread:
        return None
    found = (
        select(Delivery.item_id)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(Destination.sender == "slack", Delivery.item_id.is_not(None))
        .where(
            or_(
                Destination.address_key == request.place.casefold(),
                Destination.contact_id == contact.id,
            )
        )
        .where(Delivery.created_at > clock.now() - AGE)
        .where(Delivery.ref["channel"].as_string() == request.place)
        .where(Delivery.ref["ts"].as_string() == request.thread)
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    return session.scalar(found)
