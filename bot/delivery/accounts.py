"""A sender's account in one workspace: the token bucket all its destinations share, and whether it is stopped."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Pace
from bot.delivery.backoff import STALE, wait
from bot.store.db import insert_into
from bot.store.destinations import Destination
from bot.store.workplace import Account

EDITS = ":edits"
"""What follows a medium's name in that of the account by which its edits are paced: they have a limit of
their own."""

STOPPED = timedelta(minutes=5)
"""How long a misconfigured sender rests before it is tried again."""


def account(session: Session, sender: str, team: str = "") -> Account:
    """The sender's account in a workspace, locked for this transaction and made at its first use."""
    row = session.get(Account, (sender, team), with_for_update=True)
    if row is not None:
        return row
    long_ago = clock.now() - timedelta(days=1)  # so that its bucket starts full
    first = {"sender": sender, "team": team, "tokens": 0.0, "filled_at": long_ago, "failures": 0}
    session.execute(insert_into(session, Account).values(first).on_conflict_do_nothing())
    return session.get_one(Account, (sender, team), with_for_update=True)


def all_of(session: Session, sender: str, kind: str = "") -> dict[str, Account]:
    """A sender's accounts (of a `kind`: EDITS) by workspace, its own among them, locked in one order always."""
    others = select(Destination.team).where(Destination.sender == sender, Destination.team > "").distinct()
    return {team: account(session, sender + kind, team) for team in ("", *sorted(session.scalars(others)))}


def blocked(row: Account, now: datetime) -> bool:
    """Whether nothing may be sent yet. A wait that lies absurdly far ahead came from a moved clock."""
    return row.blocked_until is not None and now < row.blocked_until < now + STALE


def rests(
    sender: SQLColumnExpression[str], team: SQLColumnExpression[str], now: datetime
) -> ColumnElement[bool]:
    """The same as a condition, of the account with that name in that workspace."""
    return exists().where(
        Account.sender == sender,
        Account.team == team,
        Account.blocked_until > now,
        Account.blocked_until < clock.now() + STALE,
    )


def tokens(row: Account, pace: Pace, now: datetime) -> float:
    """How many messages may go now; infinite without a limit."""
    if pace.account_rate is None:
        return math.inf
    rested = max(0.0, (now - row.filled_at).total_seconds()) if row.filled_at <= now else 0.0
    return min(float(pace.account_burst), row.tokens + rested * pace.account_rate)


def draw(row: Account, pace: Pace, wanted: int, now: datetime) -> int:
    """Take up to `wanted` tokens; returns how many messages may go now."""
    there = tokens(row, pace, now)
    if there == math.inf:
        return wanted
    taken = min(wanted, int(there))
    row.tokens, row.filled_at = there - taken, now
    return taken


def give_back(row: Account, pace: Pace, unused: int) -> None:
    """Return tokens that were drawn and not used."""
    if pace.account_rate is not None:
        row.tokens = min(float(pace.account_burst), row.tokens + unused)


def rest(row: Account, reason: str, after: float | None) -> None:
    """Let all of a workspace wait: the medium asked for it, or could not be reached."""
    row.failures += 1
    row.blocked_until = clock.now() + wait(row.failures, after, longest=300.0)
    row.fault = reason


def stop(row: Account, reason: str) -> None:
    """Stop a sender that cannot work until an administrator mends it; it is tried again now and then."""
    row.failures += 1
    row.stopped_at = row.stopped_at or clock.now()
    row.blocked_until = clock.now() + STOPPED
    row.fault = reason


def well(row: Account) -> None:
    """Something was delivered: whatever was wrong is over."""
    if row.failures or row.fault:
        row.failures, row.blocked_until, row.fault = 0, None, None
        row.stopped_at, row.told_at = None, None
