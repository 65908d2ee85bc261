"""Queue one message for a whole audience, in one statement: who gets it when, and who in a digest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, literal, or_, select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.planning.hours import LAST_HOUR, SPREAD, Hours
from bot.store.db import changed_rows, insert_into, ring
from bot.store.deliveries import Delivery, MessageRow
from bot.store.items import Item
from bot.store.types import Instant

UNTOLD = ("held", "queued")
"""States of deliveries that can still be changed: nobody was told yet."""

SLOTS, CROWD = 10, 50
"""A release of more than this many at once is spread over so many moments of `SPREAD`."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that is told: `key` and the recipient name a delivery, `content` and the languages a message.

    `meant` is the instant it is meant for in a reader's hours (a reminder's nine o'clock); `over` is when
    it is too late. `state` and `purpose` may depend on the audience's columns.
    """

    item: Item
    key: str
    content: ColumnElement[str]
    purpose: ColumnElement[str]
    state: ColumnElement[str]
    over: datetime | None = None
    meant: Callable[[Hours], datetime] | None = None


def queue(session: Session, telling: Telling, audience: Subquery, hours: Mapping[str, int]) -> int:
    """Queue it for an audience whose sending hours are those (with how many have each).

    Returns how many deliveries were new or planned anew.
    """
    item, now = telling.item, clock.now()
    key = literal(f"{telling.key}:") + audience.c.recipient
    due = case((telling.state == "held", literal(now, Instant())), else_=_due(telling, audience, hours, now))
    message = MessageRow.content_key == telling.content + literal(":") + audience.c.languages
    anew = _queue_anew(session, telling, audience, key, due, message) if item.revision > 1 else 0
    columns: dict[str, Any] = {
        "item_id": literal(item.id), "revision": literal(item.revision), "message_id": MessageRow.id,
        "destination_id": audience.c.destination_id, "sender": audience.c.sender,
        "recipient": audience.c.recipient, "purpose": telling.purpose, "rhythm": audience.c.rhythm,
        "reason": audience.c.reason, "urgent": literal(item.urgent), "state": telling.state,
        "due_at": due, "expires_at": literal(telling.over, Instant()), "attempts": literal(0),
        "doubts": literal(0), "dedupe_key": key, "created_at": literal(now, Instant()),
    }  # fmt: skip
    rows = select(*columns.values()).select_from(audience).join(MessageRow, message).order_by(audience.c.id)
    new = insert_into(session, Delivery).from_select(list(columns), rows, include_defaults=False)
    queued = anew + changed_rows(session.execute(new.on_conflict_do_nothing()))
    if queued:
        ring(session, "send")
    return queued


def _queue_anew(
    session: Session,
    telling: Telling,
    audience: Subquery,
    key: ColumnElement[str],
    due: ColumnElement[Any],
    message: ColumnElement[bool],
) -> int:
    """Who was planned for an older revision and not told yet, or told nothing because it was withdrawn
    meanwhile, gets the newest one instead."""
    item = telling.item
    untold = or_(*(Delivery.state == each for each in (*UNTOLD, "cancelled")))
    keys = Delivery.dedupe_key.in_([key, key + literal(":other")])  # also on its way by `failover`
    return changed_rows(
        session.execute(
            update(Delivery)
            .where(keys, untold, Delivery.revision < item.revision, message)
            .values(
                revision=item.revision, message_id=MessageRow.id, reason=audience.c.reason,
                state=telling.state, due_at=due, urgent=item.urgent, expires_at=telling.over,
                settled_at=None, error=None,
            )
            .execution_options(synchronize_session=False)
        )
    )  # fmt: skip


def _due(
    telling: Telling, audience: Subquery, hours: Mapping[str, int], now: datetime
) -> ColumnElement[datetime]:
    """When each reader gets it: by their hours, and when many wait for the same hour, one after the other."""
    moments = {text: _moments(telling, Hours.parse(text), count, now) for text, count in hours.items()}
    if len({tuple(each) for each in moments.values()}) <= 1:
        return _one_of(next(iter(moments.values()), [now]), audience)
    branches = [(audience.c.hours == text, _one_of(each, audience)) for text, each in moments.items()]
    return case(*branches, else_=literal(now, Instant()))


def _moments(telling: Telling, hours: Hours, count: int, now: datetime) -> list[datetime]:
    meant = telling.meant(hours) if telling.meant else now
    due = hours.due(meant, now, telling.over, urgent=telling.item.urgent)
    if telling.over and due == now < meant:  # planned ahead, and no sending hour is left: not at midnight
        due = max(now, min(meant, telling.over - LAST_HOUR))
    released = due > now and count > CROWD and due == hours.opens(max(meant, now))
    last = due + SPREAD
    if not released or (telling.over and last >= telling.over):
        return [due]
    return [due + at * SPREAD / SLOTS for at in range(SLOTS)]


def _one_of(moments: Sequence[datetime], audience: Subquery) -> ColumnElement[datetime]:
    if len(moments) == 1:
        return literal(moments[0], Instant())
    slots = {slot: literal(moment, Instant()) for slot, moment in enumerate(moments)}
    return case(slots, value=audience.c.id % SLOTS, else_=literal(moments[0], Instant()))
