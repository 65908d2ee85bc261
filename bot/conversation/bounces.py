"""Bounces and complaints: which delivery they speak of, and what follows for the address.

A key is signed by the house, so what carries one speaks of a mail that we sent; the address must be the
one that it was sent to, or the letter speaks of somebody else's mail and does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contracts import Bounce, Complaint
from bot.delivery.envelopes import Stationery
from bot.delivery.failover import go_the_other_way
from bot.network import Network
from bot.people.choices import choose
from bot.people.suppression import suppress
from bot.planning.alerts import alert
from bot.store import audit
from bot.store.contacts import Contact, email_key
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination

IN_A_ROW, SPAN = 5, timedelta(days=7)
"""So many mails in a row that came back for a passing reason, over so long: the address is as good as dead."""

STAYS = ("sign-in", "confirmation")
"""Purposes that go no other way: a sign-in link is for the address that asked."""

_MARK = "bounced"


@dataclass(frozen=True, slots=True)
class Found:
    """The delivery that a letter speaks of, and where it went."""

    delivery: Delivery
    place: Destination
    contact: Contact | None


def find(session: Session, stationery: Stationery, keys: tuple[str, ...]) -> Found | None:
    """The delivery by mail that one of these keys names; None when all are forged, foreign or forgotten."""
    for key in keys:
        delivery_id = stationery.read_key(key)
        if delivery_id is None:
            continue
        row = session.execute(
            select(Delivery, Destination, Contact)
            .join(Destination, Destination.id == Delivery.destination_id)
            .outerjoin(Contact, Contact.id == Destination.contact_id)
            .where(Delivery.id == delivery_id, Delivery.sender == "email")
        ).first()
        if row is not None:
            return Found(*row)
    return None


def take_bounce(session: Session, stationery: Stationery, bounce: Bounce) -> str:
    """Do what follows from a bounce; returns what was done, in a word or two."""
    found = find(session, stationery, bounce.keys)
    if found is None:
        return "unknown"
    if email_key(found.place.address) not in {email_key(each) for each in bounce.recipients}:
        return "another address"
    delivery, place = found.delivery, found.place
    if not bounce.lasting:
        if (delivery.error or "").startswith(_MARK):
            return "known"
        delivery.error = f"{_MARK} for now: {bounce.diagnostic}"[:500]
        session.flush()
        if not _too_often(session, found):
            return "passing"
    known = (delivery.error or "").startswith(f"{_MARK} for good")
    delivery.error = f"{_MARK} for good: {bounce.diagnostic}"[:500]
    new = suppress(session, place.address, "bounced", bounce.diagnostic)
    if not known and delivery.purpose not in STAYS:
        go_the_other_way(session, [delivery])
    if new and found.contact is not None:
        _tell(session, stationery.network, found, found.contact)
    return "lasting"


def take_complaint(session: Session, stationery: Stationery, complaint: Complaint) -> str:
    """Stop all messages to who complained, as the unsubscribe link does; returns what was done.

    Providers that hide the recipient are believed: the key alone is proof of the mail.
    """
    found = find(session, stationery, complaint.keys)
    if found is None:
        return "unknown"
    if complaint.recipients and email_key(found.place.address) not in map(email_key, complaint.recipients):
        return "another address"
    suppress(session, found.place.address, "complained", complaint.kind)
    if found.contact is not None:
        choose(session, found.contact, "complaint", rhythm="off")
        audit.record(
            session, "house", "contact.complained", found.contact.pseudonym, "mail", kind=complaint.kind
        )
    return "complained"


def _too_often(session: Session, found: Found) -> bool:
    """Count mails in a row that came back; mails that were sent since and did not, begin a new row.

    Kept in `contacts.bounces` for people to see.
    """
    sent = session.execute(
        select(Delivery.error, Delivery.created_at)
        .where(Delivery.destination_id == found.place.id, Delivery.state.in_(["sent", "sending", "doubtful"]))
        .where(Delivery.id <= found.delivery.id)
        .order_by(Delivery.id.desc())
        .limit(50)
    ).all()
    row = []
    for error, at in sent:
        if not (error or "").startswith(_MARK):
            break
        row.append(at)
    if found.contact is not None:
        found.contact.bounces = len(row)
    return len(row) >= IN_A_ROW and max(row) - min(row) >= SPAN


def _tell(session: Session, network: Network, found: Found, contact: Contact) -> None:
    """Let coordinators know, once for each time that an address goes on the list."""
    alert(
        session,
        network,
        f"bounced:{found.delivery.id}",
        "Mail to {name} comes back",
        "The address takes no mail any more, so nothing is sent there. Ask for a new one, or take it off the "
        "suppression list with `contacts unsuppress`.",
        besides=contact.pseudonym,
        name=contact.name or contact.pseudonym,
    )
