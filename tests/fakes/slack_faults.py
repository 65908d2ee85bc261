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
POST = "chat.postMessage"
_TIERS = {
    20: ("conversations.list", "users.list"),
    50: (
        "chat.update", "chat.delete", "conversations.history", "conversations.replies", "conversations.open",
        "conversations.info", "conversations.join", "users.lookupByEmail",
    ),
    100: (
        "chat.postEphemeral", "users.info", "views.open", "views.push", "views.update", "views.publish",
        "openid.connect.token", "openid.connect.userInfo", "files.completeUploadExternal",
        "files.getUploadURLExternal",
    ),
}  # fmt: skip
"""Calls a minute of the methods that are limited as a whole: tiers 2, 3 and 4."""
_PER_MINUTE = {method: rate for rate, methods in _TIERS.items() for method in methods}


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
            if method == POST and self._rate and self._random.random() < self._rate:
                return self._random.choice(self._choice)
        return None


class Faulty:
    """What a test may order to go wrong. `method` is one of the Web API's."""

    def __init__(self) -> None:
        self._faults = Faults()

    def fail_next(self, error: str, *, times: int = 1, method: str = POST) -> None:
        """Answer the next calls with `ok: false` and this error; nothing is kept."""
        self._faults.order(Fault(error=error), times, method)

    def limit_next(self, after: float, *, times: int = 1, method: str = POST) -> None:
        """Answer the next calls with 429 and `Retry-After`."""
        self._faults.order(Fault(after=after), times, method)

    def break_next(self, times: int = 1, how: How = "500-html", *, method: str = POST) -> None:
        """Break the next calls, before the message is kept or after (`…-after-commit`)."""
        self._faults.order(Fault(how=how), times, method)

    def pass_next(self, times: int = 1, *, method: str = POST) -> None:
        """Let the next calls pass, so that what is ordered after meets a later one."""
        self._faults.order(Fault(), times, method)

    def random_faults(self, rate: float, *, seed: int = 0, hows: tuple[How, ...] = QUICK) -> None:
        """Break that share of all posts from now on, one way or another."""
        self._faults.at_random(rate, seed, tuple(Fault(how=how) for how in hows))


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
        if not self.on or method not in _PER_MINUTE:
            return None
        return self._take((f"{method}:{team}", _PER_MINUTE[method] / 60, _PER_MINUTE[method]))

    def _take(self, *buckets: tuple[str, float, int]) -> int | None:
        """Take one from every bucket, or from none. A bucket is the time at which it is full again."""
        now = self.now()
        waits = [self._full_at.get(key, now) - (burst - 1) / rate - now for key, rate, burst in buckets]
        # Epoch seconds have a precision of 2e-7, which adds up over a bucket.
        if max(waits) > 1e-3:
            return max(1, math.ceil(max(waits)))
        for key, rate, _ in buckets:
            self._full_at[key] = max(self._full_at.get(key, now), now) + 1 / rate
        return None
