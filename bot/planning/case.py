"""One person and one item, with all that came of it: the facts that explain why somebody was told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.contracts import Details
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, Fanout
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic
from bot.store.items import Item


@dataclass(frozen=True, slots=True)
class Reader:
    """One person as planning sees them. `kinds` is empty for any; `rhythm` is that of their subscription."""

    subscription_id: int
    cities: frozenset[str]
    topics: frozenset[str]
    kinds: str
    rhythm: str


@dataclass(frozen=True, slots=True)
class Case:
    """One person and one item, with all that came of it. `copies` are conversations' deliveries by address."""

    item: Item
    details: Details
    contact: Contact
    reader: Reader | None
    way: Destination | None
    fanouts: Sequence[Fanout] = ()
    deliveries: Sequence[Delivery] = ()
    copies: Sequence[tuple[str, Delivery]] = ()


def look(session: Session, contact: Contact, item_id: int) -> Case | None:
    """The facts about a person and an item; None when there is no such item."""
    item = session.get(Item, item_id)
    if item is None:
        return None
    subscription = session.scalar(select(Subscription).where(Subscription.contact_id == contact.id))
    mine = select(Delivery).where(Delivery.item_id == item_id, Delivery.recipient == contact.pseudonym)
    fanouts = select(Fanout).where(Fanout.item_id == item_id).order_by(Fanout.id)
    return Case(
        item=item,
        details=item.content(),
        contact=contact,
        reader=_reader(session, subscription) if subscription else None,
        way=session.get(Destination, subscription.destination_id) if subscription else None,
        fanouts=session.scalars(fanouts).all(),
        deliveries=session.scalars(mine.order_by(Delivery.id)).all(),
        copies=_copies(session, item_id, contact.cities),
    )


def _reader(session: Session, row: Subscription) -> Reader:
    cities = select(SubscriptionCity.city).where(SubscriptionCity.subscription_id == row.id)
    topics = select(SubscriptionTopic.topic).where(SubscriptionTopic.subscription_id == row.id)
    return Reader(
        row.id, frozenset(session.scalars(cities)), frozenset(session.scalars(topics)), row.kinds, row.rhythm
    )


def _copies(session: Session, item_id: int, cities: Collection[str]) -> list[tuple[str, Delivery]]:
    """The item's deliveries to conversations that are for all, or for one of these cities."""
    theirs = (
        select(Subscription.destination_id)
        .outerjoin(SubscriptionCity, SubscriptionCity.subscription_id == Subscription.id)
        .where(or_(Subscription.everywhere, SubscriptionCity.city.in_(cities)))
    )
    rows = session.execute(
        select(Destination.address, Delivery)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(
            Delivery.item_id == item_id,
            Delivery.recipient.startswith("place-"),
            or_(
                Destination.id.in_(theirs),
                Delivery.reason == "place_all",
                Delivery.reason.in_([f"place_city:{slug}" for slug in cities]),
            ),
        )
        .order_by(Delivery.id)
    )
    return [(address, delivery) for address, delivery in rows]
