"""Waits between tries: exponential with jitter, and an end."""

from __future__ import annotations

import random
from datetime import timedelta

FIRST = 2.0
LONGEST = 3600.0
TRIES = 14
"""Tries of one delivery before it has failed: with the waits below about six hours."""

STALE = timedelta(hours=2)
"""A wait longer than any we set came from a clock that was moved: it does not count."""

_dice = random.Random()


def wait(failures: int, asked: float | None = None, longest: float = LONGEST) -> timedelta:
    """How long to wait after the n-th failure in a row.

    What the medium asked for (`Retry-After`, seconds) is honoured up to an hour, with a little added so
    that not everybody comes back in the same instant.
    """
    if asked is not None:
        return timedelta(seconds=min(max(asked, 0.0), LONGEST) + _dice.uniform(0.0, 0.25))
    ceiling = min(longest, FIRST * 2 ** min(failures - 1, 20))
    return timedelta(seconds=_dice.uniform(ceiling / 2, ceiling))
