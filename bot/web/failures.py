"""Counts failed proofs (signatures, tokens) and what must not be done often, so that guessing is slow."""

from __future__ import annotations

from functools import cached_property

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

ALLOWED = RateLimitItemPerMinute(30)
"""Failures a minute from one address. Who proves what they say is never limited."""


class Failures:
    """The failures that this process saw. Windows run on real time."""

    def count(self, address: str, allowed: RateLimitItem = ALLOWED) -> int | None:
        """Count one more; returns the seconds to wait when there were more than are allowed, else None."""
        return None if self._limiter.hit(allowed, address) else allowed.get_expiry()

    @cached_property
    def _limiter(self) -> FixedWindowRateLimiter:
        return FixedWindowRateLimiter(MemoryStorage())  # made late: it starts a timer
