"""Turns at the hosts that are read: one a second each, whichever process, thread or source they are for.

Each host has an account, whose `filled_at` is when it may be asked next; until `blocked_until` it wants to be left
alone by all.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import HostRests
from bot.store.db import Database, insert_into
from bot.store.workplace import HOST, Account

SECOND = timedelta(seconds=1)
JITTER = 0.5  # seconds
LONGEST = timedelta(minutes=1)
"""Nobody waits longer for a turn: who would comes again when it is near."""

FARTHEST = timedelta(minutes=10)
"""No turn lies farther ahead: one that does was taken by a clock that has been put back."""

LONGEST_REST = timedelta(days=1)
FORGET = timedelta(days=1)


def wait_for_turn(database: Database, host: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Take the host's next turn, and wait for it, with no transaction open.

    Raises HostRests when it is far ahead: the host asked to be left alone, or too many wait for it.
    """
    now = clock.real_now()
    turn = database.write(lambda session: _take(session, host, now))
    if turn - now > LONGEST:
        minutes = ceil((turn - now) / timedelta(minutes=1))
        raise HostRests(
            f"{host} is left alone for {minutes} minutes: it asks for that, or many wait for it",
            (turn - now).total_seconds(),
        )
    if turn > now:
        sleep((turn - now).total_seconds())


def let_rest(database: Database, host: str, seconds: float) -> None:
    """Ask a host nothing for so long, as it wishes: that binds all sources that are read from it."""
    until = clock.real_now() + min(timedelta(seconds=seconds), LONGEST_REST)

    def keep(session: Session) -> None:
        row = _account(session, host, clock.real_now())
        row.blocked_until = max(until, _blocked(row, clock.real_now()))

    database.write(keep)


def forget_hosts(session: Session) -> None:
    """Drop the accounts of hosts that nobody has asked for long."""
    long_ago = clock.real_now() - FORGET
    session.execute(delete(Account).where(Account.sender == HOST, Account.filled_at < long_ago))


def _take(session: Session, host: str, now: datetime) -> datetime:
    """When the host may be asked. The turn is taken only when it is near enough to wait for it."""
    row = _account(session, host, now)
    turn = max(row.filled_at if now < row.filled_at < now + FARTHEST else now, _blocked(row, now))
    if turn - now <= LONGEST:
        row.filled_at = turn + SECOND + timedelta(seconds=random.uniform(0, JITTER))
    return turn


def _blocked(row: Account, now: datetime) -> datetime:
    """Until when the host wants to be left alone; now when it does not. Longer is a clock that was put back."""
    until = row.blocked_until
    return until if until is not None and now < until <= now + LONGEST_REST else now


def _account(session: Session, host: str, now: datetime) -> Account:
    key = (HOST, hashlib.sha256(host.encode()).hexdigest()[:32])
    first = {"sender": key[0], "team": key[1], "tokens": 0.0, "filled_at": now, "failures": 0}
    session.execute(insert_into(session, Account).values(first).on_conflict_do_nothing())
    return session.get_one(Account, key, with_for_update=True)
