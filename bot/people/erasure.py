"""Erasure: the person is gone, the proof of who was told stays under a pseudonym."""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.clock import DEFAULT_ZONE
from bot.delivery.edits import wish_redraw_for
from bot.people import chat_traces
from bot.people.suppression import address_digest
from bot.store import audit
from bot.store.answers import Mute
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import ERASED, Destination, Subscription
from bot.store.mailbox import LEAVING, ListSubscriber
from bot.store.plans import Reminder
from bot.store.sign_ins import SignIn


def erase(session: Session, contact: Contact, actor: str) -> None:
    """Remove everything that tells who a contact was (GDPR, article 17); unsent deliveries are cancelled.

    Their destinations, and those they had before, keep a row without the address, because deliveries refer
    to it. What is being sent at this very moment may still arrive. Their answers stay, as a pseudonym's.
    """
    now = clock.now()
    told = select(Delivery.destination_id).where(Delivery.recipient == contact.pseudonym)
    mine = or_(
        Destination.contact_id == contact.id, Destination.contact_id.is_(None) & Destination.id.in_(told)
    )
    places = list(session.scalars(select(Destination).where(mine)))
    proof = update(Delivery).where(Delivery.recipient == contact.pseudonym)
    proof = proof.execution_options(synchronize_session=False)
    session.execute(proof.values(ref=None, error=None))  # a medium's answer may quote the address
    unsent = proof.where(in_state("held", "queued", "doubtful"))
    session.execute(unsent.values(state="cancelled", settled_at=now, error="the contact was erased"))
    session.execute(delete(Subscription).where(Subscription.contact_id == contact.id))
    for row in (Reminder, SignIn, Mute):
        session.execute(delete(row).where(row.contact_id == contact.id))
    citys = update(Mute).where(Mute.by_contact_id == contact.id).values(by_contact_id=None)
    session.execute(citys.execution_options(synchronize_session=False))
    for place in places:
        place.address = place.address_key = f"{ERASED}{place.id}"
        place.contact_id, place.paused_until, place.fault = None, None, None
    if contact.email:  # the letter's list elsewhere must let go of them too
        listed = update(ListSubscriber).where(ListSubscriber.address == address_digest(contact.email))
        session.execute(listed.where(ListSubscriber.status == "active").values(status=LEAVING))
    chat_traces.forget(session, contact)
    if contact.named:  # their name stands in the rosters of posts
        wish_redraw_for(session, contact.id)
    contact.name, contact.email, contact.email_key = "", None, None
    contact.slack_user_id, contact.slack_team_id, contact.channel = None, None, None
    contact.language, contact.timezone, contact.role = "fi", DEFAULT_ZONE, "contact"
    contact.cities, contact.topics, contact.rhythm = [], [], "off"
    contact.hours = contact.ladder = ""
    contact.digest_day = contact.digest_hour = None
    contact.letter, contact.bounces = False, 0
    contact.named, contact.slack_left_at = False, None
    contact.links_version += 1
    contact.erased_at = now
    audit.record(session, actor, "contact.erased", contact.pseudonym)
