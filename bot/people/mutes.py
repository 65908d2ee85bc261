"""Muting: a contact hears no more of an item, or a whole city does not, by its lead. Both can be undone."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.people.answers import By, Refused, cancel_waiting_about, known_item
from bot.planning.audiences import RECIPIENT
from bot.store import audit
from bot.store.answers import Mute
from bot.store.contacts import Contact
from bot.store.db import insert_into
from bot.store.destinations import Destination, Subscription, SubscriptionCity
from bot.store.plans import Reminder


def mute(session: Session, contact: Contact, item_id: int, by: By, origin: str) -> bool:
    """Let a contact hear no more of an item; returns whether that is new. Raises Refused (unknown).

    What waits for them is cancelled, and the reminders they asked for are dropped.
    """
    known_item(session, item_id, contact)
    new = _keep(session, item_id=item_id, contact_id=contact.id, by_contact_id=contact.id)
    cancel_waiting_about(session, item_id, [contact.pseudonym], "they muted it")
    session.execute(
        update(Reminder)
        .where(Reminder.item_id == item_id, Reminder.contact_id == contact.id, Reminder.state == "planned")
        .values(state="dropped")
    )
    if new:
        audit.record(session, "contact", "item.muted", contact.pseudonym, origin, item=item_id, by=by)
    return new


def unmute(session: Session, contact: Contact, item_id: int, by: By, origin: str) -> bool:
    """Let a contact hear of an item again, from its next message on; returns whether it was muted."""
    was = _forget(session, Mute.item_id == item_id, Mute.contact_id == contact.id)
    if was:
        audit.record(session, "contact", "item.unmuted", contact.pseudonym, origin, item=item_id, by=by)
    return was


def muted(session: Session, contact: Contact, item_id: int) -> bool:
    """Whether a contact muted an item for themselves."""
    query = select(Mute.id).where(Mute.item_id == item_id, Mute.contact_id == contact.id)
    return session.scalar(query) is not None


def leads(contact: Contact, city: str) -> bool:
    """Whether a contact may speak for a whole city."""
    return contact.role == "city_lead" and city in contact.cities


def mute_city(session: Session, lead: Contact, item_id: int, city: str, by: By, origin: str) -> bool:
    """Let a whole city hear no more of an item; returns whether that is new. Raises Refused (unknown, lead)."""
    known_item(session, item_id)
    if not leads(lead, city):
        raise Refused("lead")
    new = _keep(session, item_id=item_id, city=city, by_contact_id=lead.id)
    if new:
        facts = {"item": item_id, "city": city, "by": by}
        audit.record(session, "contact", "item.city_muted", lead.pseudonym, origin, **facts)
        cancel_waiting_about(session, item_id, _followers(session, city), f"the lead of {city} muted it")
    return new


def unmute_city(session: Session, lead: Contact, item_id: int, city: str, by: By, origin: str) -> bool:
    """Take that back; returns whether the city was muted. Raises Refused (lead)."""
    if not leads(lead, city):
        raise Refused("lead")
    was = _forget(session, Mute.item_id == item_id, Mute.city == city)
    if was:
        facts = {"item": item_id, "city": city, "by": by}
        audit.record(session, "contact", "item.city_unmuted", lead.pseudonym, origin, **facts)
    return was


def muted_cities(session: Session, item_id: int) -> set[str]:
    """The cities whose lead muted an item."""
    query = select(Mute.city).where(Mute.item_id == item_id, Mute.city.is_not(None))
    return {city for city in session.scalars(query) if city}


def _followers(session: Session, city: str) -> list[str]:
    """The recipients that follow a city: people and conversations."""
    query = (
        select(RECIPIENT)
        .select_from(SubscriptionCity)
        .join(Subscription, Subscription.id == SubscriptionCity.subscription_id)
        .join(Destination, Destination.id == Subscription.destination_id)
        .outerjoin(Contact, Contact.id == Subscription.contact_id)
        .where(SubscriptionCity.city == city)
    )
    return list(session.scalars(query))


def _keep(session: Session, **values: object) -> bool:
    insert = insert_into(session, Mute).values(made_at=clock.now(), **values).on_conflict_do_nothing()
    return session.scalar(insert.returning(Mute.id)) is not None


def _forget(session: Session, *which: ColumnElement[bool]) -> bool:
    return bool(session.scalars(delete(Mute).where(*which).returning(Mute.id)).all())
