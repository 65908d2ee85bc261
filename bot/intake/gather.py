"""Group commit: callers that come at the same time share one transaction.

A commit, and the statements round it, cost about the same for one request as for thirty. So whoever comes
while a transaction runs waits for it to end, and one of those waiting then writes for all of them. Nobody
waits when nobody else is there, and nobody is answered before the commit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

Request = TypeVar("Request")
Reply = TypeVar("Reply")

TOGETHER = 0.002
"""Seconds that a leader waits for others when the last transaction was shared: those it answered tend to be
back at once, and the first of them would otherwise write alone."""

MOST = 50
"""Requests in one transaction: SQLite's one writer is held well under 100 ms."""


@dataclass
class _Waiting(Generic[Request, Reply]):
    request: Request
    turn: threading.Event = field(default_factory=threading.Event)
    replies: list[Reply] = field(default_factory=list)
    fault: Exception | None = None
    leads: bool = False


class Gatherer(Generic[Request, Reply]):
    """Hands what callers bring, together, to `write`, which answers each in one transaction."""

    def __init__(self, write: Callable[[Sequence[Request]], Sequence[Reply]]) -> None:
        self._write = write
        self._guard = threading.Lock()
        self._queue: list[_Waiting[Request, Reply]] = []
        self._busy = False
        self._shared = False

    def submit(self, request: Request) -> Reply:
        """Bring a request; returns its reply after the commit, or raises what its own writing raised."""
        mine: _Waiting[Request, Reply] = _Waiting(request)
        with self._guard:
            self._queue.append(mine)
            if not self._busy:
                self._busy = mine.leads = True
        if not mine.leads:
            mine.turn.wait()
        if mine.leads:
            self._lead()
        if mine.fault is not None:
            raise mine.fault
        return mine.replies[0]

    def _lead(self) -> None:
        """Write for everybody waiting now, then hand the lead to whoever came meanwhile."""
        if self._shared:
            time.sleep(TOGETHER)
        with self._guard:
            batch, self._queue = self._queue[:MOST], self._queue[MOST:]
        self._shared = len(batch) > 1
        try:
            self._answer(batch)
        finally:
            with self._guard:
                self._busy = bool(self._queue)
                if self._queue:
                    self._queue[0].leads = True
                    self._queue[0].turn.set()
            for waiting in batch:
                waiting.turn.set()

    def _answer(self, batch: list[_Waiting[Request, Reply]]) -> None:
        try:
            replies = self._write([waiting.request for waiting in batch])
            for waiting, reply in zip(batch, replies, strict=True):
                waiting.replies = [reply]
        except Exception as fault:
            if len(batch) == 1 or isinstance(fault, OperationalError | PoolTimeout):
                # A database that is locked, full or away is so for all: each would wait for it in turn.
                for waiting in batch:
                    waiting.fault = fault
                return
            for waiting in batch:  # one bad request must not fail its neighbours
                self._answer([waiting])
