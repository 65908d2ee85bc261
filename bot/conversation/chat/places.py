"""What becomes of conversations: a lane rests where nobody reads, and moves when they are back."""

from __future__ import annotations

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from bot.contracts import ChatRequest
from bot.delivery.settlement import NEVER
from bot.store.db import ring
from bot.store.destinations import Destination
from bot.store.workplace import own_team

_WHY = {
    "archived": "is_archived: the conversation is archived",
    "left": "not_in_channel: the app is not in this conversation: /invite it there",
}
_BACK = {"unarchived": "is_archived", "joined": "not_in_channel"}


def follow(session: Session, request: ChatRequest) -> None:
    """Follow what happened to a conversation."""
    if request.said in _WHY:
        rest = update(Destination).where(
            _lane(session, request), Destination.paused_until.is_distinct_from(NEVER)
        )
        session.execute(rest.values(paused_until=NEVER, fault=_WHY[request.said]))
    elif request.said in _BACK:
        # Only what rests for that reason: what a coordinator paused stays so.
        mine = Destination.fault.startswith(_BACK[request.said])
        free = {"paused_until": None, "fault": None, "failures": 0, "failing_since": None, "next_at": None}
        session.execute(update(Destination).where(_lane(session, request), mine).values(**free))
        ring(session, "send")


def _lane(session: Session, request: ChatRequest) -> ColumnElement[bool]:
    own = own_team(session)
    teams = ["", request.team] if own in {None, request.team} else [request.team]
    return (
        (Destination.sender == "slack")
        & Destination.team.in_(teams)
        & (Destination.address_key == request.place.casefold())
    )
