"""A sender's account: the token bucket all its destinations share, and whether it is stopped."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Pace
from bot.delivery.backoff import STALE, wait
from bot.store.db import insert_into
from bot.store.workplace import Account

STOPPED = timedelta(minutes=5)
"""How long a misconfigured sender rests before it is tried again."""


def account(session: Session, sender: str) -> Account:
    """The sender's account, locked for this transaction and made at its first use."""
    row = session.get(Account, sender, with_for_update=True)
    if row is not None:
        return row
    long_ago = clock.now() - timedelta(days=1)  # so that its bucket starts full
    first = {"sender": sender, "tokens": 0.0, "filled_at": long_ago, "failures": 0}
    session.execute(insert_into(session, Account).values(first).on_conflict_do_nothing())
    return session.get_one(Account, sender, with_for_update=True)


def blocked(row: Account, now: datetime) -> bool:
    """Whether nothing may be sent yet. A wait that lies absurdly far ahead came from a moved clock."""
    return row.blocked_until is not None and now < row.blocked_until < now + STALE


def draw(row: Account, pace: Pace, wanted: int, now: datetime) -> int:
    """Take up to `wanted` tokens; returns how many messages may go now."""
    if pace.account_rate is None:
        return wanted
    rested = max(0.0, (now - row.filled_at).total_seconds()) if row.filled_at <= now else 0.0
    tokens = min(float(pace.account_burst), row.tokens + rested * pace.account_rate)
    taken = min(wanted, int(tokens))
    row.tokens, row.filled_at = tokens - taken, now
    return taken


def give_back(row: Account, pace: Pace, unused: int) -> None:
    """Return tokens that were drawn and not used."""
    if pace.account_rate is not None:
        row.tokens = min(float(pace.account_burst), row.tokens + unused)


def next_token_at(row: Account, pace: Pace) -> datetime | None:
    """When the next token comes, None when there is no limit."""
    if pace.account_rate is None or row.tokens >= 1:
        return None
    return row.filled_at + timedelta(seconds=(1 - row.tokens) / pace.account_rate)


def rest(row: Account, reason: str, after: float | None) -> None:
    """Let the whole sender wait: the medium asked for it, or could not be reached."""
    row.failures += 1
    row.blocked_until = clock.now() + wait(row.failures, after, longest=300.0)
    row.fault = reason


def stop(row: Account, reason: str) -> None:
    """Stop a sender that cannot work until an administrator mends it; it is tried again now and then."""
    row.failures += 1
    row.blocked_until = clock.now() + STOPPED
    row.fault = reason


def well(row: Account) -> None:
    """Something was delivered: whatever was wrong is over."""
    if row.failures or row.fault:
        row.failures, row.blocked_until, row.fault = 0, None, None
