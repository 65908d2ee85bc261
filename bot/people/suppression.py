"""The suppression list: addresses that no mail is sent to, because they bounced for good or complained.

An address is kept as a digest, so that the list outlives an erasure and tells nobody's address. The place
itself is paused, so that what is queued for it goes the other way (`bot.delivery.upkeep`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.delivery.settlement import NEVER
from bot.store import audit
from bot.store.contacts import Contact, email_key
from bot.store.db import insert_into, ring
from bot.store.destinations import Destination
from bot.store.mailbox import Suppression

FAULTS = {
    "bounced": "mail to this address came back for good",
    "complained": "its reader called our mail unwanted",
}
"""What a paused address is said to have, by the reason it is suppressed for."""

_ADDRESS = re.compile(r"\S*@\S*")
_OTHER = "the address is on the suppression list"


def address_digest(address: str) -> str:
    """The SHA-256 of an address in small letters, as hex."""
    return hashlib.sha256(email_key(address).encode("utf-8", "replace")).hexdigest()


def suppress(session: Session, address: str, reason: str, detail: str = "", actor: str = "house") -> bool:
    """Send nothing to an address any more; returns whether it is new on the list. Its place is paused.

    The list tells nobody's address: those that a server quotes in `detail` are left out.
    """
    detail = _ADDRESS.sub("…", detail)
    insert = insert_into(session, Suppression).values(
        address=address_digest(address), reason=reason, detail=detail[:500], since=clock.now()
    )
    new = session.scalar(insert.on_conflict_do_nothing().returning(Suppression.address)) is not None
    session.execute(
        update(Destination)
        .where(Destination.sender == "email", Destination.address_key == email_key(address))
        .values(paused_until=NEVER, fault=FAULTS.get(reason, _OTHER))
    )
    if new:
        audit.record(session, actor, "address.suppressed", address_digest(address), reason=reason)
    return new


def suppressed(session: Session, addresses: Iterable[str]) -> dict[str, str]:
    """Which of these addresses are on the list, and for what reason."""
    digests = {address_digest(address): address for address in addresses}
    rows = session.execute(
        select(Suppression.address, Suppression.reason).where(Suppression.address.in_(digests))
    )
    return {digests[digest]: reason for digest, reason in rows}


def pause_suppressed(session: Session, contacts: Sequence[Contact]) -> None:
    """Pause the places of those contacts whose address is on the list; for whoever makes places."""
    found = suppressed(session, [contact.email for contact in contacts if contact.email])
    for address, reason in found.items():
        session.execute(
            update(Destination)
            .where(
                Destination.sender == "email",
                Destination.address_key == email_key(address),
                Destination.paused_until.is_(None) | (Destination.paused_until < NEVER),
            )
            .values(paused_until=NEVER, fault=FAULTS.get(reason, _OTHER))
        )


def lift(session: Session, address: str, actor: str) -> bool:
    """Take an address off the list and send there again; returns whether it was on it."""
    digest = address_digest(address)
    was = session.scalars(
        delete(Suppression).where(Suppression.address == digest).returning(Suppression.address)
    ).all()
    session.execute(
        update(Destination)
        .where(Destination.sender == "email", Destination.address_key == email_key(address))
        .values(paused_until=None, failures=0, failing_since=None, next_at=None, fault=None)
    )
    contact = session.scalar(select(Contact).where(Contact.email_key == email_key(address)))
    if contact is not None:
        contact.bounces = 0
    if was:
        audit.record(session, actor, "address.lifted", digest)
        ring(session, "send")
    return bool(was)
