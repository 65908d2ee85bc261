"""Turns at the hosts that are read: one a second each, whichever process, thread or source they are for.

Each host has an account, whose `filled_at` is when it may be asked next.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot import clock
from bot.store.db import Database, insert_into
from bot.store.workplace import HOST, Account

SECOND = timedelta(seconds=1)
JITTER = 0.5  # seconds
LONGEST = timedelta(minutes=1)
"""Nobody waits so long for a turn: one that lies farther ahead was taken by a clock that has been put back."""

FORGET = timedelta(days=1)


def wait_for_turn(database: Database, host: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Take the host's next turn, and wait for it, with no transaction open."""
    now = clock.real_now()
    turn = database.write(lambda session: _take(session, host, now))
    if turn > now:
        sleep((turn - now).total_seconds())


def forget_hosts(session: Session) -> None:
    """Drop the accounts of hosts that nobody has asked for long."""
    long_ago = clock.real_now() - FORGET
    session.execute(delete(Account).where(Account.sender == HOST, Account.filled_at < long_ago))


def _take(session: Session, host: str, now: datetime) -> datetime:
    key = (HOST, hashlib.sha256(host.encode()).hexdigest()[:32])
    first = {"sender": key[0], "team": key[1], "tokens": 0.0, "filled_at": now, "failures": 0}
    session.execute(insert_into(session, Account).values(first).on_conflict_do_nothing())
    row = session.get_one(Account, key, with_for_update=True)
    turn = row.filled_at if now < row.filled_at < now + LONGEST else now
    row.filled_at = turn + SECOND + timedelta(seconds=random.uniform(0, JITTER))
    return turn
