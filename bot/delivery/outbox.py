"""The outbox: claim what is due, a lane at a time.

A destination is claimed, never a message: one row gives order, pace and circuit breaker. Claiming marks
the lane with a lease and its oldest due delivery as `sending`, in one short transaction; nothing here
touches the network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
SETTINGS = "docs/operations.md says which settings it needs"


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
    kept = accounts.all_of(session, sender)
    sendable, settled = _sendable(session, sender, pace, kept, allowed, now)
    wanted = Counter(row.team for row in sendable)
    if not able:
        for team in wanted:
            accounts.rest(
                kept[team], f"{sender} is not configured: {SETTINGS}", accounts.STOPPED.total_seconds()
            )
        return [], settled
    for team, count in wanted.items():
        accounts.draw(kept[team], pace, count, now)
    taken = _take(session, sendable, name, now)
    for team, unused in (wanted - Counter(row.team for row in taken)).items():
        accounts.give_back(kept[team], pace, unused)
    threads = find_threads(session, taken)
    keep_threads(session, threads)
    envelopes = seal(session, stationery, taken, threads)
    claimed = [
        Claimed(row.id, row.destination_id, outgoing) for row, outgoing in zip(taken, envelopes, strict=True)
    ]
    return claimed, settled


def _sendable(
    session: Session, sender: str, pace: Pace, kept: Mapping[str, Account], allowed: Allowed, now: datetime
) -> tuple[list[Row[Any]], int]:
    """What may go now, oldest first: one delivery a lane, and of a workspace as many as it may send.

    Returns it with the number that was settled on the spot. A workspace that may send no more, however much
    it has in the queue, is passed over: the others do not wait for it.
    """
    left = {
        team: 0 if accounts.blocked(row, now) else accounts.tokens(row, pace, now)
        for team, row in kept.items()
    }
    window = 2 * pace.batch if pace.per_destination else pace.batch
    chosen: dict[int, Row[Any]] = {}
    settled = 0
    while teams := {team for team, tokens in left.items() if tokens >= 1}:
        due = _due(sender, now) if len(kept) == 1 else _due(sender, now).where(Destination.team.in_(teams))
        rows = session.execute(due.limit(window)).all()
        gone = _settle_unsendable(session, rows, allowed, now)
        settled += len(gone)
        for row in rows:
            if row.id in gone or row.destination_id in chosen or left[row.team] < 1:
                continue
            chosen[row.destination_id] = row
            left[row.team] -= 1
        held_up = {team for team in teams if left[team] < 1}
        if len(chosen) >= pace.batch or len(rows) < window or not held_up:
            break
    return list(chosen.values())[: pace.batch], settled


def lane_free(now: datetime) -> ColumnElement[bool]:
    """A lane that may be claimed now. Leases run on real time, pace on the house's clock."""
    return (
        or_(Destination.lease_until.is_(None), Destination.lease_until < clock.real_now())
        & or_(Destination.next_at.is_(None), Destination.next_at <= now, Destination.next_at > now + STALE)
        & or_(Destination.paused_until.is_(None), Destination.paused_until <= now)
    )


def delivery_due(now: datetime) -> ColumnElement[bool]:
    """Whether any delivery could be claimed: due, its lane free, its workspace not resting."""
    return exists().where(
        in_state("queued"),
        Delivery.due_at <= now,
        Delivery.destination_id == Destination.id,
        lane_free(now),
        ~accounts.rests(Delivery.sender, Destination.team, now),
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
