"""Small regular duties of the outbox: what is too late, and what waits at a dead lane."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.delivery.failover import go_the_other_way
from bot.delivery.settlement import NEVER
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import Destination
from bot.store.sources import Received

MOST = 500
RECEIPTS_KEPT = timedelta(days=30)


def expire(session: Session) -> int:
    """Settle as expired what was not sent in time, also where the lane rests; returns how many."""
    late = (
        select(Delivery.id).where(in_state("queued", "held"), Delivery.expires_at <= clock.now()).limit(MOST)
    )
    ids = session.scalars(late).all()
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids), in_state("queued", "held"))
        .values(state="expired", settled_at=clock.now())
    )
    return len(ids)


def empty_dead_lanes(session: Session) -> int:
    """Fail what is queued for a lane that takes nothing any more, so that it goes the other way."""
    dead_lanes = select(Destination.id).where(Destination.paused_until >= NEVER)
    rows = session.execute(
        select(Delivery, Destination.fault)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(in_state("queued"), Delivery.destination_id.in_(dead_lanes))
        .limit(MOST)
    )
    dead = []
    for delivery, fault in rows:
        delivery.state, delivery.settled_at, delivery.error = "failed", clock.now(), fault
        dead.append(delivery)
    session.flush()
    go_the_other_way(session, dead)
    return len(dead)


def forget_receipts(session: Session) -> None:
    """Drop webhook receipts so old that their signature cannot be replayed any more."""
    session.execute(delete(Received).where(Received.received_at < clock.now() - RECEIPTS_KEPT))
