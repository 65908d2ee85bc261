"""Settle a batch: write down what came of each delivery, and what follows for its lane and its account.

Every statement checks the claim: a worker that lost its lease changes nothing any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import InDoubt, Misconfigured, Outcome, Pace, Rejected, Sent, TryLater, Undeliverable
from bot.delivery import accounts, teams
from bot.delivery.backoff import TRIES, wait
from bot.delivery.failover import go_the_other_way
from bot.store.db import ring
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.items import Item
from bot.store.workplace import Account

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""A lane paused until then takes messages again only when somebody says so."""

ASK_AFTER = timedelta(seconds=10)
"""Rest before a medium is asked about a message in doubt, so that a slow request has ended by then."""

BREAKER_FAILURES, BREAKER_AGE, BREAKER_PAUSE = 10, timedelta(hours=1), timedelta(hours=6)
"""The breaker opens after this many failures in a row that span at least this long, and for this long."""

_DELIVERIES, _LANES = cast(Table, Delivery.__table__), cast(Table, Destination.__table__)

Replan = Callable[[Session, Iterable[int]], None]
"""Asks that items be planned anew: a delivery came back to the queue with an older revision."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one claimed delivery, and when; None when it was never begun."""

    delivery_id: int
    destination_id: int
    outcome: Outcome | None
    at: datetime = field(default_factory=clock.now)


def settle(
    session: Session, sender: str, pace: Pace, claim: str, results: Sequence[Result], replan: Replan
) -> None:
    """Write the results of one claim and free its lanes."""
    rows = _mine(session, claim, results)
    now = clock.now()
    back: list[Delivery] = []
    lost: list[Delivery] = []
    for result in results:
        delivery = rows.get(result.delivery_id)
        if delivery is None:
            continue
        match result.outcome:
            case None:
                back.append(delivery)
                delivery.attempts -= 1
            case Sent():
                pass
            case TryLater(account=True) | Misconfigured():
                back.append(delivery)
                delivery.attempts -= 1
                delivery.error = result.outcome.reason
            case TryLater(reason=reason):
                (lost if delivery.attempts >= TRIES else back).append(delivery)
                delivery.error = reason
            case Undeliverable(reason=reason) | Rejected(reason=reason):
                lost.append(delivery)
                delivery.error = reason
            case InDoubt(reason=reason):
                delivery.state, delivery.claim, delivery.error = "doubtful", None, reason
                delivery.doubts += 1
                delivery.due_at = now + ASK_AFTER
    _mark_sent(session, claim, results, now)
    for delivery in back:
        delivery.state, delivery.claim = "queued", None
    for delivery in lost:
        delivery.state, delivery.claim, delivery.settled_at = "failed", None, now
    session.flush()
    _free_lanes(session, pace, claim, results, now)
    _settle_account(session, sender, results)
    go_the_other_way(session, lost)
    plan_stale_anew(session, {(delivery.item_id, delivery.revision) for delivery in back}, replan)


def _mine(session: Session, claim: str, results: Sequence[Result]) -> dict[int, Delivery]:
    """The rows that need more than one bulk statement, as far as they are still this claim's."""
    unsent = [result.delivery_id for result in results if not isinstance(result.outcome, Sent)]
    if not unsent:
        return {}
    mine = select(Delivery).where(
        Delivery.id.in_(unsent), Delivery.claim == claim, Delivery.state == "sending"
    )
    return {row.id: row for row in session.scalars(mine.with_for_update())}


def _mark_sent(session: Session, claim: str, results: Sequence[Result], now: datetime) -> None:
    sent = [(result.delivery_id, result.outcome) for result in results if isinstance(result.outcome, Sent)]
    if not sent:
        return
    mark = (
        update(_DELIVERIES)
        .where(_DELIVERIES.c.claim == claim, _DELIVERIES.c.state == "sending")
        .values(state="sent", settled_at=now, claim=None, error=None)
    )
    plain = [delivery_id for delivery_id, outcome in sent if not outcome.ref]
    if plain:
        session.execute(mark.where(_DELIVERIES.c.id.in_(plain)))
    known = [{"row": delivery_id, "found": dict(outcome.ref)} for delivery_id, outcome in sent if outcome.ref]
    if known:
        session.connection().execute(
            mark.where(_DELIVERIES.c.id == bindparam("row")).values(ref=bindparam("found")), known
        )


def _free_lanes(session: Session, pace: Pace, claim: str, results: Sequence[Result], now: datetime) -> None:
    lanes = update(_LANES).where(_LANES.c.claim == claim).values(claim=None, lease_until=None)
    by_lane = {result.destination_id: result.outcome for result in results}
    well = [result for result in results if isinstance(result.outcome, Sent | Rejected | InDoubt)]
    healthy = lanes.values(failures=0, failing_since=None, fault=None)
    if well and pace.per_destination:  # the pace counts from each sending, not from the settlement
        gap = timedelta(seconds=pace.per_destination)
        rows = [{"lane": result.destination_id, "free": result.at + gap} for result in well]
        paced = healthy.where(_LANES.c.id == bindparam("lane")).values(next_at=bindparam("free"))
        session.connection().execute(paced, rows)
    elif well:
        mine = _LANES.c.id.in_([result.destination_id for result in well])
        session.execute(healthy.where(mine).values(next_at=None))
    for lane, outcome in by_lane.items():
        if isinstance(outcome, Undeliverable):
            session.execute(lanes.where(_LANES.c.id == lane).values(paused_until=NEVER, fault=outcome.reason))
        elif isinstance(outcome, TryLater) and not outcome.account:
            _put_off(session, claim, lane, outcome, now)
    untouched = [
        lane
        for lane, outcome in by_lane.items()
        if outcome is None
        or isinstance(outcome, Misconfigured)
        or (isinstance(outcome, TryLater) and outcome.account)
    ]
    if untouched:
        session.execute(lanes.where(_LANES.c.id.in_(untouched)))


def _put_off(session: Session, claim: str, lane_id: int, outcome: TryLater, now: datetime) -> None:
    lane = session.scalar(select(Destination).where(Destination.id == lane_id, Destination.claim == claim))
    if lane is None:
        return
    lane.claim, lane.lease_until, lane.fault = None, None, outcome.reason
    if outcome.after is None:  # a wait that the medium names is its pace, not a failure
        lane.failures += 1
        lane.failing_since = lane.failing_since or now
    lane.next_at = now + wait(max(1, lane.failures), outcome.after)
    if lane.failures >= BREAKER_FAILURES and lane.failing_since and now - lane.failing_since >= BREAKER_AGE:
        lane.paused_until = now + BREAKER_PAUSE


def _settle_account(session: Session, sender: str, results: Sequence[Result]) -> None:
    """What the outcomes say of each workspace: one that is limited or revoked holds up no other."""
    kept = accounts.all_of(session, sender)
    for team, outcomes in _by_team(session, kept, results).items():
        row = kept[team]
        if any(isinstance(outcome, Sent) for outcome in outcomes):
            accounts.well(row)
        wrong = next((outcome for outcome in outcomes if isinstance(outcome, Misconfigured)), None)
        waits = [outcome for outcome in outcomes if isinstance(outcome, TryLater) and outcome.account]
        if wrong is not None:
            accounts.stop(row, wrong.reason)
            if wrong.team:
                teams.stop(session, wrong.team, wrong.reason)
        elif waits:
            longest = max(waits, key=lambda outcome: outcome.after or 0.0)
            accounts.rest(row, longest.reason, longest.after)


def _by_team(
    session: Session, kept: Mapping[str, Account], results: Sequence[Result]
) -> Mapping[str, list[Outcome | None]]:
    ids = [result.destination_id for result in results] if len(kept) > 1 else []
    teams_of = dict(
        session.execute(select(Destination.id, Destination.team).where(Destination.id.in_(ids))).all()
    )
    found: dict[str, list[Outcome | None]] = defaultdict(list)
    for result in results:
        found[teams_of.get(result.destination_id, "")].append(result.outcome)
    return found


def plan_stale_anew(session: Session, returned: Set[tuple[int | None, int]], replan: Replan) -> None:
    """See to deliveries that came back to the queue, given as (item, revision).

    Where the item has changed since, its own planning passed them over while they were out.
    """
    if not returned:
        return
    ring(session, "send")
    back = {(item, revision) for item, revision in returned if item is not None}
    items = session.execute(select(Item.id, Item.revision).where(Item.id.in_({item for item, _ in back})))
    newest = dict(items.all())
    replan(session, {item for item, revision in back if newest[item] > revision})
