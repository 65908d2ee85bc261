"""The workspaces of a chat: the lanes of one stop together when the app is removed there, and go on together.

The lanes of the installation's own workspace have no team: what is wrong there stops its account, until it is
tried again.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.delivery import accounts
from bot.store.db import changed_rows, ring
from bot.store.destinations import Destination

UNTIL_BACK = datetime(9998, 1, 1, tzinfo=UTC)
"""A lane paused until then keeps what is queued for it, until the app is in its workspace again."""

SENDER = "slack"


def stop(session: Session, team: str, reason: str) -> int:
    """Stop every lane of a workspace; returns how many moved until now. Nothing that is queued there is lost."""
    if not team:
        raise ValueError("the installation's own workspace is no team: stop the account")
    moving = or_(Destination.paused_until.is_(None), Destination.paused_until < UNTIL_BACK)
    mine = (Destination.sender == SENDER, Destination.team == team, moving)
    pause = update(Destination).where(*mine).values(paused_until=UNTIL_BACK, fault=reason)
    return changed_rows(session.execute(pause.execution_options(synchronize_session=False)))


def resume(session: Session, team: str) -> int:
    """Let the lanes that `stop` stopped move again; returns how many. Those paused for a reason of their own stay."""
    mine = (Destination.sender == SENDER, Destination.team == team, Destination.paused_until == UNTIL_BACK)
    for kind in (SENDER, SENDER + accounts.EDITS):
        accounts.well(accounts.account(session, kind, team))
    free = {"paused_until": None, "failures": 0, "failing_since": None, "next_at": None, "fault": None}
    go = update(Destination).where(*mine).values(**free)
    ring(session, "send")
    return changed_rows(session.execute(go.execution_options(synchronize_session=False)))


def stopped(session: Session) -> list[str]:
    """The workspaces whose lanes are stopped."""
    mine = (Destination.sender == SENDER, Destination.paused_until == UNTIL_BACK, Destination.team != "")
    return list(session.scalars(select(Destination.team).where(*mine).distinct().order_by(Destination.team)))
