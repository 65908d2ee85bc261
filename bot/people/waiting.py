"""What still waits to be sent, when the place it waits for is not the right one any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, bindparam, or_, update
from sqlalchemy.orm import Session

from bot import clock
from bot.store.deliveries import Delivery

_DELIVERIES = cast(Table, Delivery.__table__)
# Not IN: SQLAlchemy cannot expand a list for many rows at once.
_WAITING = or_(_DELIVERIES.c.state == "held", _DELIVERIES.c.state == "queued")


@dataclass(frozen=True, slots=True)
class Leaving:
    """A contact's way before and now (ids of destinations), and the places where nothing may go any more."""

    pseudonym: str
    before: int
    now: int
    sender: str
    closed: Collection[int]


def carry_along(session: Session, contacts: Sequence[Leaving]) -> None:
    """What waits for a contact goes the way they prefer now; where nothing may go any more it is cancelled."""
    mine = (_DELIVERIES.c.destination_id == bindparam("place"), _DELIVERIES.c.recipient == bindparam("who"))
    moved = [
        {"who": each.pseudonym, "place": each.before, "to": each.now, "by": each.sender}
        for each in contacts
        if each.before != each.now
    ]
    closed = [{"who": each.pseudonym, "place": place} for each in contacts for place in each.closed]
    if moved:  # what goes the other way already has tried this one
        first = ~_DELIVERIES.c.dedupe_key.endswith(":other")
        go = update(_DELIVERIES).where(*mine, _WAITING, first)
        go = go.values(destination_id=bindparam("to"), sender=bindparam("by"))
        session.connection().execute(go, moved)
    if closed:
        stop = update(_DELIVERIES).where(*mine, _WAITING)
        why = "the contact wants no message there any more"
        session.connection().execute(
            stop.values(state="cancelled", settled_at=clock.now(), error=why), closed
        )


def cancel_waiting(session: Session, places: Collection[int], why: str) -> int:
    """Cancel all that waits for these destinations; returns how much that was."""
    stop = update(_DELIVERIES).where(_DELIVERIES.c.destination_id.in_(places), _WAITING)
    return (
        session.connection()
        .execute(stop.values(state="cancelled", settled_at=clock.now(), error=why))
        .rowcount
    )
