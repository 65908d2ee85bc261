"""What can go wrong between a sender and Slack, on order or at random, and Slack's rate limits."""

from __future__ import annotations

import math
import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from tests.fakes.slack_wire import Response

How = Literal[
    "500-html",
    "500-html-after-commit",
    "html-after-commit",
    "timeout-before",
    "timeout-after-commit",
    "reset",
    "reset-after-commit",
]
HOWS: tuple[How, ...] = get_args(How)
QUICK: tuple[How, ...] = tuple(how for how in HOWS if not how.startswith("timeout"))

_HTML = b"<!doctype html><title>Server Error</title><h1>Server Error</h1>"
_TIERS = {"conversations.history": 50, "conversations.replies": 50, "conversations.open": 50}
"""Calls a minute of the methods that are limited as a whole (tier 3)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong: a break (`how`), an error code, or a 429 with `after` seconds."""

    how: How | None = None
    error: str | None = None
    after: float | None = None


def broken(how: How) -> Response:
    """The response, or the broken connection, that a client meets."""
    if how.startswith("500"):
        return Response(500, _HTML, {"Content-Type": "text/html"})
    if how.startswith("html"):
        return Response(200, _HTML, {"Content-Type": "text/html"})
    return Response(end="hang" if how.startswith("timeout") else "reset")


class Faults:
    """A queue of ordered faults for each method, and after them a seeded chance of random ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: dict[str, deque[Fault]] = {}
        self._rate = 0.0
        self._choice: tuple[Fault, ...] = ()
        self._random = random.Random(0)

    def order(self, fault: Fault, times: int, method: str) -> None:
        """Let the next calls of a method meet a fault."""
        with self._lock:
            self._ordered.setdefault(method, deque()).extend([fault] * times)

    def at_random(self, rate: float, seed: int, choice: tuple[Fault, ...]) -> None:
        """Let that share of the posts meet one of these faults; 0 ends it."""
        with self._lock:
            self._rate, self._choice, self._random = rate, choice, random.Random(seed)

    def take(self, method: str) -> Fault | None:
        """The fault that this call meets, if any."""
        with self._lock:
            if queue := self._ordered.get(method):
                return queue.popleft()
            if method == "chat.postMessage" and self._rate and self._random.random() < self._rate:
                return self._random.choice(self._choice)
        return None


@dataclass
class RateLimits:
    """Slack's limits on posting: one a second to a conversation with a small burst, and one for all.

    Rates are a second, `now` gives seconds. Switched off, nothing is limited.
    """

    now: Callable[[], float]
    on: bool = True
    channel_rate: float = 1.0
    channel_burst: int = 4
    workspace_rate: float = 5.0
    workspace_burst: int = 20

    def __post_init__(self) -> None:
        self._full_at: dict[str, float] = {}

    def post(self, team: str, channel: str) -> int | None:
        """Whether a post may pass (None), or the whole seconds to wait."""
        if not self.on:
            return None
        return self._take(
            (f"team:{team}", self.workspace_rate, self.workspace_burst),
            (f"channel:{channel}", self.channel_rate, self.channel_burst),
        )

    def call(self, team: str, method: str) -> int | None:
        """The same for a call of a method that is limited as a whole."""
        if not self.on or method not in _TIERS:
            return None
        return self._take((f"{method}:{team}", _TIERS[method] / 60, _TIERS[method]))

    def _take(self, *buckets: tuple[str, float, int]) -> int | None:
        """Take one from every bucket, or from none. A bucket is the time at which it is full again."""
        now = self.now()
        waits = [self._full_at.get(key, now) - (burst - 1) / rate - now for key, rate, burst in buckets]
        if max(waits) > 1e-6:
            return max(1, math.ceil(max(waits)))
        for key, rate, _ in buckets:
            self._full_at[key] = max(self._full_at.get(key, now), now) + 1 / rate
        return None
