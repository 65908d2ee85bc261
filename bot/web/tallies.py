"""Counts of deliveries: of all, and of each item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.store.deliveries import STATES, Delivery

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many deliveries there are in each state, how many failed lately, and how many wait for which digest."""

    by_state: Mapping[str, int]
    failed_lately: int
    held: Mapping[str, int]

    @property
    def all(self) -> int:
        """All of them."""
        return sum(self.by_state.values())


def totals(session: Session) -> Totals:
    """Count all deliveries, in one pass over the table."""
    lately = and_(Delivery.state == "failed", Delivery.settled_at > clock.now() - LATELY)
    rows = session.execute(
        select(
            Delivery.state,
            Delivery.rhythm,
            func.count(),
            func.coalesce(func.sum(case((lately, 1), else_=0)), 0),
        ).group_by(Delivery.state, Delivery.rhythm)
    )
    by_state: dict[str, int] = dict.fromkeys(STATES, 0)
    held: dict[str, int] = {}
    failed = 0
    for state, rhythm, count, recent in rows:
        by_state[state] += count
        failed += int(recent)
        if state == "held":
            held[rhythm] = count
    return Totals(by_state, failed, held)


def by_item(session: Session, item_ids: Iterable[int]) -> Mapping[int, Mapping[str, int]]:
    """How many deliveries each of these items has in each state."""
    rows = session.execute(
        select(Delivery.item_id, Delivery.state, func.count())
        .where(Delivery.item_id.in_(list(item_ids)))
        .group_by(Delivery.item_id, Delivery.state)
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for item_id, state, count in rows:
        if item_id is not None:
            counts[item_id][state] = count
    return counts
