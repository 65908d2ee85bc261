"""Counts failed proofs (signatures, tokens) by client address, so that guessing is slow."""

from __future__ import annotations

from functools import cached_property

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

ALLOWED = RateLimitItemPerMinute(30)
"""Failures a minute from one address. Who proves what they say is never limited."""


class Failures:
    """The failures that this process saw. Windows run on real time."""

    def count(self, address: str) -> int | None:
        """Count one more failure; returns the seconds to wait when there were too many, else None."""
        return None if self._limiter.hit(ALLOWED, address) else ALLOWED.get_expiry()

    @cached_property
    def _limiter(self) -> FixedWindowRateLimiter:
        return FixedWindowRateLimiter(MemoryStorage())  # made late: it starts a timer
