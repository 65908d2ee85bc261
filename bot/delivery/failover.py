"""One person, one copy, and the other way when the first fails for good."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from bot import clock
from bot.store.db import ring
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination


def go_the_other_way(session: Session, failed: Sequence[Delivery]) -> None:
    """Queue each failed personal delivery for the same contact's other destination, once.

    A conversation has no other way, a link to sign in goes by mail alone, and a second failure is final.
    """
    firsts = [
        delivery
        for delivery in failed
        if not delivery.dedupe_key.endswith(":other") and delivery.purpose != "sign-in"
    ]
    if not firsts:
        return
    here, there = aliased(Destination), aliased(Destination)
    ways = dict(
        session.execute(
            select(here.id, there)
            .join(there, (there.contact_id == here.contact_id) & (there.id != here.id))
            .where(
                here.id.in_([delivery.destination_id for delivery in firsts]),
                here.contact_id.is_not(None),
                there.paused_until.is_(None),
            )
            .order_by(there.id.desc())
        ).all()
    )
    now = clock.now()
    keys = {f"{delivery.dedupe_key}:other" for delivery in firsts}
    tried = set(session.scalars(select(Delivery.dedupe_key).where(Delivery.dedupe_key.in_(keys))))
    for delivery in firsts:
        way = ways.get(delivery.destination_id)
        key = f"{delivery.dedupe_key}:other"
        if way is None or key in tried:
            continue
        other = Delivery(
            item_id=delivery.item_id, revision=delivery.revision, message_id=delivery.message_id,
            destination_id=way.id, sender=way.sender, recipient=delivery.recipient,
            purpose=delivery.purpose, rhythm=delivery.rhythm, reason=delivery.reason,
            urgent=delivery.urgent, state="queued", due_at=now, expires_at=delivery.expires_at,
            dedupe_key=key, created_at=now,
        )  # fmt: skip
        session.add(other)
        if delivery.purpose == "digest":  # what it tells is told by the second one now
            session.flush()
            carried = update(Delivery).where(Delivery.carrier_id == delivery.id)
            session.execute(carried.values(carrier_id=other.id).execution_options(synchronize_session=False))
        ring(session, "send")
