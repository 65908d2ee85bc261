"""The outbox: claim what is due, a lane at a time.

A destination is claimed, never a message: one row gives order, pace and circuit breaker. Claiming marks
the lane with a lease and its oldest due delivery as `sending`, in one short transaction; nothing here
touches the network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Outgoing, Pace
from bot.delivery import accounts
from bot.delivery.backoff import STALE
from bot.delivery.envelopes import Stationery, addressed, seal
from bot.delivery.threads import find_threads, keep_threads
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import Destination
from bot.store.items import Item
from bot.store.workplace import Account

LEASE = timedelta(seconds=15)
RENEW_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery in a worker's hands."""

    delivery_id: int
    destination_id: int
    outgoing: Outgoing


Allowed = Callable[[str], bool]
"""Whether the delivery mode lets a message out to an address."""


def claim(
    session: Session,
    sender: str,
    pace: Pace,
    name: str,
    stationery: Stationery,
    allowed: Allowed,
    able: bool = True,
) -> tuple[list[Claimed], int]:
    """Claim up to a batch of due deliveries of one sender under the claim's name.

    Returns them with the number that was settled on the spot (previewed, expired). A sender that is not
    `able` (not configured) gets none, and loses none.
    """
    now = clock.now()
    account = accounts.account(session, sender)
    if accounts.blocked(account, now):
        return [], 0
    rows = session.execute(
        _due(sender, now).limit(2 * pace.batch if pace.per_destination else pace.batch)
    ).all()
    settled = _settle_unsendable(session, rows, allowed, now)
    sendable = _first_of_each_lane([row for row in rows if row.id not in settled])
    if sendable and not able:
        accounts.stop(account, f"{sender} is not configured: docs/operations.md says which settings it needs")
        return [], len(settled)
    may = accounts.draw(account, pace, min(pace.batch, len(sendable)), now)
    taken = _take(session, sendable[:may], name, now)
    accounts.give_back(account, pace, may - len(taken))
    threads = find_threads(session, taken)
    keep_threads(session, threads)
    envelopes = seal(session, stationery, taken, threads)
    claimed = [
        Claimed(row.id, row.destination_id, outgoing) for row, outgoing in zip(taken, envelopes, strict=True)
    ]
    return claimed, len(settled)


def lane_free(now: datetime) -> ColumnElement[bool]:
    """A lane that may be claimed now. Leases run on real time, pace on the house's clock."""
    return (
        or_(Destination.lease_until.is_(None), Destination.lease_until < clock.real_now())
        & or_(Destination.next_at.is_(None), Destination.next_at <= now, Destination.next_at > now + STALE)
        & or_(Destination.paused_until.is_(None), Destination.paused_until <= now)
    )


def delivery_due(now: datetime) -> ColumnElement[bool]:
    """Whether any delivery could be claimed: due, its lane free, its sender not stopped."""
    stopped = select(Account.sender).where(Account.blocked_until > now, Account.blocked_until < now + STALE)
    return exists().where(
        in_state("queued"),
        Delivery.due_at <= now,
        Delivery.destination_id == Destination.id,
        lane_free(now),
        Delivery.sender.not_in(stopped),
    )


def _due(sender: str, now: datetime) -> Select[*tuple[Any, ...]]:
    # A delivery planned for an older revision waits until its fan-out has been planned anew.
    current = (Item.revision == Delivery.revision) & or_(
        Item.state == "published", Delivery.purpose == "withdrawal"
    )
    return (
        addressed()
        .outerjoin(Item, Item.id == Delivery.item_id)
        .where(Delivery.sender == sender, in_state("queued"), Delivery.due_at <= now, lane_free(now))
        .where(or_(Delivery.item_id.is_(None), current))
        .order_by(Delivery.due_at, Delivery.id)
    )


def _settle_unsendable(
    session: Session, rows: Sequence[Row[Any]], allowed: Allowed, now: datetime
) -> set[int]:
    expired = {row.id for row in rows if row.expires_at and row.expires_at <= now}
    previewed = {row.id for row in rows if not allowed(row.address)} - expired
    for ids, state in ((expired, "expired"), (previewed, "previewed")):
        if ids:
            session.execute(
                update(Delivery)
                .where(Delivery.id.in_(ids), in_state("queued"))
                .values(state=state, settled_at=now)
                .execution_options(synchronize_session=False)
            )
    return expired | previewed


def _first_of_each_lane(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    first: dict[int, Row[Any]] = {}
    for row in rows:
        first.setdefault(row.destination_id, row)
    return list(first.values())


def _take(session: Session, rows: Sequence[Row[Any]], name: str, now: datetime) -> list[Row[Any]]:
    if not rows:
        return []
    free = (
        select(Destination.id)
        .where(Destination.id.in_([row.destination_id for row in rows]), lane_free(now))
        .order_by(Destination.id)
        .with_for_update(skip_locked=True)
    )
    lanes = set(
        session.scalars(
            update(Destination)
            .where(Destination.id.in_(free))
            .values(claim=name, lease_until=clock.real_now() + LEASE)
            .returning(Destination.id)
            .execution_options(synchronize_session=False)
        )
    )
    won = set(
        session.scalars(
            update(Delivery)
            .where(
                Delivery.id.in_([row.id for row in rows if row.destination_id in lanes]), in_state("queued")
            )
            .values(state="sending", claim=name, started_at=now, attempts=Delivery.attempts + 1)
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        )
    )
    taken = [row for row in rows if row.id in won]
    idle = lanes - {row.destination_id for row in taken}
    if idle:  # another worker was quicker with the delivery that made us want the lane
        session.execute(
            update(Destination)
            .where(Destination.id.in_(idle))
            .values(claim=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )
    return taken


def renew(session: Session, names: Sequence[str]) -> None:
    """Prolong the leases of these claims."""
    session.execute(
        update(Destination)
        .where(Destination.claim.in_(names))
        .values(lease_until=clock.real_now() + LEASE)
        .execution_options(synchronize_session=False)
    )
