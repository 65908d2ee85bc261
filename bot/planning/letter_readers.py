"""Who gets a copy of the weekly letter, and who reads it otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import Destination, Subscription
from bot.store.mailbox import ListSubscriber, Suppression


@dataclass(frozen=True, slots=True)
class Readers:
    """Whom a letter reaches: how many get a copy by each sender, and how many read it otherwise.

    `weekly` get its opening on top of their digest, when there is one for them; `listed` are subscribers at
    Creamailer, of whom those who are contacts too are counted among the copies here.
    """

    by_sender: dict[str, int]
    weekly: int
    listed: int

    @property
    def copies(self) -> int:
        """All copies."""
        return sum(self.by_sender.values())


def count_readers(session: Session) -> Readers:
    """Count whom a letter would reach if it were released now."""
    digested = case((and_(Subscription.rhythm == "weekly", _waits_for_digest()), 1), else_=0)
    rows = session.execute(
        select(digested.label("digested"), Destination.sender, func.count())
        .select_from(Subscription)
        .join(Destination, Destination.id == Subscription.destination_id)
        .join(Contact, Contact.id == Subscription.contact_id)
        .where(Subscription.rhythm != "off", Contact.letter.is_(True), Contact.erased_at.is_(None))
        .group_by(digested, Destination.sender)
    ).all()
    by_sender: dict[str, int] = {}
    for inside, sender, count in rows:
        if not inside:
            by_sender[sender] = by_sender.get(sender, 0) + count
    listed = select(func.count()).select_from(ListSubscriber).where(ListSubscriber.status == "active")
    return Readers(
        by_sender=by_sender,
        weekly=sum(count for inside, _, count in rows if inside),
        listed=session.scalar(listed) or 0,
    )


def readers_within(session: Session, after: int, end: int, listed: bool) -> list[ColumnElement[bool]]:
    """What holds for the readers with `after < subscription <= end`; `listed`: compare with the lists."""
    conditions: list[ColumnElement[bool]] = [
        Subscription.id > after,
        Subscription.id <= end,
        Subscription.rhythm != "off",
        or_(Subscription.rhythm != "weekly", ~_waits_for_digest()),
        Contact.letter.is_(True),
        Contact.erased_at.is_(None),
    ]
    elsewhere = _elsewhere(session, conditions) if listed else []
    return [*conditions, Contact.id.not_in(elsewhere)] if elsewhere else conditions


def _waits_for_digest() -> ColumnElement[bool]:
    """Whether something is held for a reader: their weekly digest comes, with the letter's opening on top."""
    return exists().where(Delivery.recipient == Contact.pseudonym, in_state("held"))


def anybody_elsewhere(session: Session) -> bool:
    """Whether there are lists to compare with at all."""
    lists = select(ListSubscriber.address).exists(), select(Suppression.address).exists()
    return bool(session.scalar(select(or_(*lists))))


def _elsewhere(session: Session, conditions: Collection[ColumnElement[bool]]) -> list[int]:
    """Contacts who get the letter from Creamailer, or whose address takes no mail.

    Those lists hold digests of addresses, which no database of ours computes by itself.
    """
    rows = session.execute(
        select(Contact.id, Contact.email_key, Destination.sender)
        .join(Subscription, Subscription.contact_id == Contact.id)
        .join(Destination, Destination.id == Subscription.destination_id)
        .where(*conditions)
    ).all()
    digests = {hashlib.sha256(str(key).encode()).hexdigest(): (contact, by) for contact, key, by in rows}
    listed = select(ListSubscriber.address).where(
        ListSubscriber.address.in_(digests), ListSubscriber.status == "active"
    )
    # A suppressed address takes no mail; Slack still reaches its owner.
    mailed = [digest for digest, (_, sender) in digests.items() if sender == "email"]
    suppressed = select(Suppression.address).where(Suppression.address.in_(mailed))
    return [digests[digest][0] for digest in {*session.scalars(listed), *session.scalars(suppressed)}]
