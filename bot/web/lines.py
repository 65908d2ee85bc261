"""Deliveries as lists show them: what, to whom, why, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.contracts import Language
from bot.planning.again import AGAIN
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, MessageRow, State
from bot.store.destinations import Destination
from bot.store.items import Item
from bot.web import prose
from bot.web.house import House


@dataclass(frozen=True, slots=True)
class Line:
    """One delivery. `whom` is a name or a conversation; `again` is whether it may be sent again."""

    id: int
    state: State
    item_id: int | None
    kind: str
    purpose: str
    language: Language
    title: str
    whom: str
    recipient: str
    address: str
    contact_id: int | None
    destination_id: int
    sender: str
    reason: str
    rhythm: str
    urgent: bool
    attempts: int
    doubts: int
    due_at: datetime
    started_at: datetime | None
    settled_at: datetime | None
    error: str | None
    again: bool


def lines(session: Session, house: House, *chosen: ColumnElement[bool], most: int) -> list[Line]:
    """The chosen deliveries, newest first, at most so many."""
    rows = session.execute(
        select(Delivery, Destination, Contact, Item, MessageRow)
        .join(Destination, Destination.id == Delivery.destination_id)
        .join(MessageRow, MessageRow.id == Delivery.message_id)
        .outerjoin(Item, Item.id == Delivery.item_id)
        .outerjoin(Contact, Contact.id == Destination.contact_id)
        .where(*chosen)
        .order_by(Delivery.id.desc())
        .limit(most)
    )
    return [_line(house, *row) for row in rows]


def _line(
    house: House,
    delivery: Delivery,
    place: Destination,
    contact: Contact | None,
    item: Item | None,
    message: MessageRow,
) -> Line:
    texts = item.details["title"] if item else {each["language"]: each["title"] for each in message.content}
    language, title = prose.told_in(texts, house.settings.default_language)
    person = not delivery.recipient.startswith("place-")
    return Line(
        id=delivery.id,
        state=delivery.state,
        item_id=item.id if item else None,
        kind=item.kind if item else delivery.purpose,
        purpose=delivery.purpose,
        language=language,
        title=title,
        recipient=delivery.recipient,
        whom=contact.name if contact else ("Somebody erased" if person else place.address),
        address=place.address if contact else ("" if person else "conversation"),
        contact_id=place.contact_id,
        destination_id=place.id,
        sender=delivery.sender,
        reason=prose.because(house.network, delivery.reason),
        rhythm=delivery.rhythm,
        urgent=delivery.urgent,
        attempts=delivery.attempts,
        doubts=delivery.doubts,
        due_at=delivery.due_at,
        started_at=delivery.started_at,
        settled_at=delivery.settled_at,
        error=delivery.error,
        again=delivery.state in AGAIN,
    )
