"""Deliveries in doubt: the medium is asked whether they are there, and nothing is resent blindly.

*Found* settles, *absent* sends again under the same key, *unknown* stays: after half an hour nobody asks
any more and a coordinator decides on /deliveries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from bot import clock
from bot.contracts import Absent, Found, Sender, Unknown
from bot.delivery.envelopes import Stationery
from bot.delivery.settlement import Replan, plan_stale_anew
from bot.store.db import Database
from bot.store.deliveries import Delivery, in_state
from bot.store.destinations import Destination

ASKING = timedelta(seconds=15)
"""How long a doubt is in the hands of who asks: should they die meanwhile, another asks."""

ASK_AGAIN = timedelta(seconds=60)
GIVE_UP = timedelta(minutes=30)
SLACK_IN_CLOCKS = timedelta(seconds=30)
"""How much earlier than our own start we look, for a medium whose clock differs."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery whose arrival is unknown."""

    delivery_id: int
    address: str
    since: datetime
    doubts: int
    key: str
    thread: str | None
    team: str


def resolve(
    database: Database,
    sender_name: str,
    sender: Sender,
    stationery: Stationery,
    replan: Replan,
    most: int = 20,
) -> int:
    """Ask about the doubts that are due; returns how many were asked about."""
    with database.writing() as session:
        doubts = _take(session, sender_name, stationery, most)
    for doubt in doubts:
        answer = sender.find(
            doubt.address, doubt.key, doubt.since - SLACK_IN_CLOCKS, doubt.thread, doubt.team
        )
        with database.writing() as session:
            _settle(session, doubt, answer, replan)
    return len(doubts)


def _take(session: Session, sender_name: str, stationery: Stationery, most: int) -> Sequence[Doubt]:
    """The doubts to ask about now; they are put off at once, so that no other worker asks meanwhile."""
    now = clock.now()
    first = aliased(Delivery)
    rows = session.execute(
        select(
            Delivery.id,
            Destination.address,
            Delivery.started_at,
            Delivery.doubts,
            first.ref,
            Destination.team,
        )
        .join(Destination, Destination.id == Delivery.destination_id)
        .outerjoin(first, first.id == Delivery.thread_of)
        .where(
            in_state("doubtful"),
            Delivery.sender == sender_name,
            Delivery.due_at <= now,
            Delivery.started_at > now - GIVE_UP,
        )
        .order_by(Delivery.due_at)
        .limit(most)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    doubts = [
        Doubt(delivery_id, address, started or now, count, stationery.key(delivery_id), _ts(ref), team)
        for delivery_id, address, started, count, ref, team in rows
    ]
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_([doubt.delivery_id for doubt in doubts]))
        .values(due_at=now + ASKING)
        .execution_options(synchronize_session=False)
    )
    return doubts


def _ts(ref: Mapping[str, str] | None) -> str | None:
    """Where the first post of a thread stands."""
    return (ref or {}).get("ts")


def _settle(session: Session, doubt: Doubt, answer: Found | Absent | Unknown, replan: Replan) -> None:
    now = clock.now()
    still = update(Delivery).where(
        Delivery.id == doubt.delivery_id,
        Delivery.state == "doubtful",
        Delivery.doubts == doubt.doubts,  # a slow answer says nothing of a later attempt
    )
    match answer:
        case Found(ref=ref):
            session.execute(still.values(state="sent", settled_at=now, ref=dict(ref), error=None))
        case Absent():
            back = session.execute(
                still.values(state="queued", due_at=now).returning(Delivery.item_id, Delivery.revision)
            )
            plan_stale_anew(session, {(row.item_id, row.revision) for row in back}, replan)
        case Unknown(reason=reason):
            session.execute(still.values(error=reason, due_at=now + ASK_AGAIN))
