"""How subscribers of the list stand at the service, as we keep it: by digests of their addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts.newsletter import Listed
from bot.people.suppression import address_digest, suppress
from bot.store import audit
from bot.store.contacts import Contact, email_key
from bot.store.db import insert_into
from bot.store.mailbox import LEAVING, ListSubscriber, Suppression

SERVICE = "creamailer"
SUPPRESSED = "suppressed"
"""The standing of an address that the service sends nothing to, because we or they said so."""

_LEFT = frozenset({"unsubscribed", "spamreport"})
_DEAD = ("bounce", "spam", "complain")


def keep_subscribers(session: Session, listed: Sequence[Listed]) -> list[str]:
    """Keep how these stand; returns the addresses that are active there and want no letter from us."""
    found = {address_digest(each.email): each for each in listed}
    query = select(ListSubscriber.address, ListSubscriber.status)
    rows = session.execute(query.where(ListSubscriber.address.in_(found)))
    before = {row.address: row.status for row in rows}
    for digest, each in found.items():
        if each.standing == before.get(digest) or before.get(digest) == SUPPRESSED:
            continue
        if each.standing in _LEFT:
            _stop_letter(session, each.email, each.standing)
        if each.standing in {"bounced", "spamreport"}:
            suppress(session, each.email, SERVICE, each.standing, SERVICE)
    unwanted = _unwanted(session, [each for each in listed if each.standing == "active"])
    leaving = [email for digest, email in unwanted.items() if before.get(digest) != SUPPRESSED]
    stay = {digest: status for digest, status in before.items() if status in {SUPPRESSED, LEAVING}}
    stand(session, {digest: each.standing for digest, each in found.items()} | stay)
    return leaving


def _unwanted(session: Session, active: Sequence[Listed]) -> dict[str, str]:
    """Of these addresses those that take no letter from us, by digest: they left, or are suppressed."""
    found = {address_digest(each.email): each.email for each in active}
    by_key = {email_key(email): digest for digest, email in found.items()}
    left = session.scalars(
        select(Contact.email_key).where(
            Contact.email_key.in_(by_key), Contact.letter.is_(False) | (Contact.rhythm == "off")
        )
    )
    suppressed = session.scalars(select(Suppression.address).where(Suppression.address.in_(found)))
    erased = session.scalars(
        select(ListSubscriber.address).where(
            ListSubscriber.address.in_(found), ListSubscriber.status == LEAVING
        )
    )
    digests = {by_key[str(key)] for key in left} | set(suppressed) | set(erased)
    return {digest: found[digest] for digest in sorted(digests)}


def keep_suppressions(session: Session, listed: Sequence[Listed]) -> None:
    """Addresses suppressed there: no letter, and no mail at all where it bounced or was called unwanted."""
    found = {address_digest(each.email): each for each in listed}
    ours = session.scalars(
        select(ListSubscriber.address).where(
            ListSubscriber.address.in_(found), ListSubscriber.status == SUPPRESSED
        )
    )
    known = set(ours) | set(
        session.scalars(select(Suppression.address).where(Suppression.address.in_(found)))
    )
    for digest, each in found.items():
        if digest in known:
            continue
        if any(word in each.standing.casefold() for word in _DEAD):
            suppress(session, each.email, SERVICE, each.standing, SERVICE)
        else:
            _stop_letter(session, each.email, "suppressed there")
    stand(session, dict.fromkeys(found, SUPPRESSED))


def _stop_letter(session: Session, email: str, why: str) -> None:
    contact = session.scalar(select(Contact).where(Contact.email_key == email_key(email)))
    if contact is not None and contact.letter:
        contact.letter = False
        audit.record(session, SERVICE, "letter.stopped", contact.pseudonym, why=why)


def stand(session: Session, standings: Mapping[str, str]) -> None:
    """Keep how addresses stand, by their digest."""
    rows = [
        {"address": address, "status": status[:16], "synced_at": clock.real_now()}
        for address, status in sorted(standings.items())
    ]
    if rows:
        kept = insert_into(session, ListSubscriber).values(rows)
        new = {name: kept.excluded[name] for name in ("status", "synced_at")}
        session.execute(kept.on_conflict_do_update(index_elements=["address"], set_=new))


def forget_gone(session: Session, begun: datetime) -> None:
    """Forget who is not on the list any more; who is suppressed stays known."""
    gone = delete(ListSubscriber).where(ListSubscriber.synced_at < begun, ListSubscriber.status != SUPPRESSED)
    session.execute(gone)
