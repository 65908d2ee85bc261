"""What a dead or stuck worker left behind is settled from its journal, and its lanes move again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import InDoubt, Pace
from bot.delivery.journal import Testament, dead_workers, read_journal
from bot.delivery.settlement import Replan, Result, settle
from bot.store.chats import PostEdit
from bot.store.db import Database, ring
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.sources import Source
from bot.store.workplace import Installation, WorkerRow

ABROAD = timedelta(seconds=60)
"""How long a claim of another machine may lie expired before its journal is given up."""


def recover(database: Database, journals: Path, paces: Mapping[str, Pace], replan: Replan) -> int:
    """Settle the claims of this machine's dead workers, and of any worker whose lease ran out.

    Returns how many claims were settled.
    """
    with dead_workers(journals) as dead:
        wills = {worker: will for worker in dead if (will := read_journal(journals, worker))}
        count = 0
        if wills:
            with database.writing() as session:
                count = sum(_settle_worker(session, will, paces, replan) for will in wills.values())
    with database.reading() as session:
        expired = session.scalar(select(Destination.claim).where(_lease_ran_out()).limit(1))
    if expired is not None:
        with database.writing() as session:
            count += _settle_expired(session, journals, paces, replan)
    return count


def _lease_ran_out() -> ColumnElement[bool]:
    return and_(Destination.claim.is_not(None), Destination.lease_until < clock.real_now())


def _settle_worker(session: Session, will: Testament, paces: Mapping[str, Pace], replan: Replan) -> int:
    pattern = f"{will.worker}:%"
    claims = set(session.scalars(select(Destination.claim).where(Destination.claim.like(pattern)).distinct()))
    claims |= set(session.scalars(select(Delivery.claim).where(Delivery.claim.like(pattern)).distinct()))
    for claim in sorted(name for name in claims if name):
        _settle_claim(session, claim, will, paces, replan)
    _free_what_it_held(session, will.worker)
    return len(claims)


def _free_what_it_held(session: Session, worker: str) -> None:
    """Let others run the loop and ask the sources at once, without waiting for a dead worker's leases."""
    holds = Installation.loop_holder == worker
    session.execute(update(Installation).where(holds).values(loop_holder=None, loop_until=None))
    session.execute(update(Source).where(Source.lease == worker).values(lease=None, lease_until=None))
    edits = PostEdit.claim.like(f"{worker}:%")
    session.execute(update(PostEdit).where(edits).values(claim=None, lease_until=None))
    session.execute(delete(WorkerRow).where(WorkerRow.id == worker))


def _settle_expired(session: Session, journals: Path, paces: Mapping[str, Pace], replan: Replan) -> int:
    longest_dead = clock.real_now() - ABROAD
    rows = session.execute(
        select(Destination.claim, Destination.lease_until).where(_lease_ran_out()).distinct()
    )
    count = 0
    for claim, until in sorted((claim, until) for claim, until in rows if claim and until):
        will = read_journal(journals, claim.partition(":")[0])
        if will is None and until > longest_dead:
            continue
        _settle_claim(session, claim, will, paces, replan)
        count += 1
    return count


def _settle_claim(
    session: Session, claim: str, will: Testament | None, paces: Mapping[str, Pace], replan: Replan
) -> None:
    """Settle one claim by what its journal says; without a journal everything in it is in doubt."""
    rows = session.execute(
        select(Delivery.id, Delivery.destination_id, Delivery.sender).where(
            Delivery.claim == claim, Delivery.state == "sending"
        )
    )
    by_sender: dict[str, list[Result]] = defaultdict(list)
    broken = InDoubt("the worker died while sending")
    begun = will.begun.get(claim, {}) if will else None
    for delivery, destination, sender in rows:
        outcome = broken if begun is None else (begun[delivery] or broken) if delivery in begun else None
        by_sender[sender].append(Result(delivery, destination, outcome))
    for sender, results in by_sender.items():
        settle(session, sender, paces.get(sender, Pace()), claim, results, replan)
    session.execute(
        update(Destination).where(Destination.claim == claim).values(claim=None, lease_until=None)
    )
    ring(session, "send")
