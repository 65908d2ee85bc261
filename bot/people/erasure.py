"""Erasure: the person is gone, the proof of who was told stays under a pseudonym."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.store import audit
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import Destination, Subscription


def erase(session: Session, contact: Contact, actor: str) -> None:
    """Remove everything that tells who a contact was (GDPR, article 17); unsent deliveries are cancelled.

    Destinations keep their row, without the address, because deliveries refer to it.
    """
    now = clock.now()
    places = list(session.scalars(select(Destination.id).where(Destination.contact_id == contact.id)))
    session.execute(
        update(Delivery)
        .where(Delivery.destination_id.in_(places), in_state("held", "queued", "doubtful"))
        .values(state="cancelled", settled_at=now, error="the contact was erased")
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Delivery)
        .where(Delivery.destination_id.in_(places))
        .values(ref=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(Subscription).where(Subscription.contact_id == contact.id))
    for place in session.scalars(select(Destination).where(Destination.id.in_(places))):
        place.address = place.address_key = f"erased-{place.id}"
        place.contact_id, place.fault = None, None
    contact.name, contact.email, contact.email_key = "", None, None
    contact.slack_user_id, contact.slack_team_id = None, None
    contact.cities, contact.topics, contact.rhythm = [], [], "off"
    contact.links_version += 1
    contact.erased_at = now
    audit.record(session, actor, "contact.erased", contact.pseudonym)
