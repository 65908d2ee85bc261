"""The loop: threads that run the steps, woken by a commit, ended in order.

A thread for each connection a medium allows, some that answer a chat, one that plans, one that polls, one
for what is due by the clock, one for the house's duties, one that sweeps and keeps the leases. Commits of this
process ring a bell; commits of others are noticed by a look at the queue five times a second. SIGTERM lets every
thread finish what is in flight.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot import clock
from bot.contracts import Sender
from bot.delivery.outbox import RENEW_EVERY
from bot.log import logger
from bot.store.db import Work
from bot.work.steps import Steps

LOOK_EVERY = 0.2
"""Seconds between looks for work that another process committed."""

LOOK_SELDOM = 2.0
"""The same in an embedded worker at rest: whoever serves also commits, and rings the bell itself."""

BREATH = 0.02
"""Seconds of rest between turns of planning: webhooks get in, and what they bring is planned together."""

TALKING = 4
"""Threads that answer a chat: while Slack takes one answer, others are on their way."""

IDLE = 10.0
"""Seconds after which an idle thread looks by itself, should a ring ever be missed."""

HOLD_EVERY = 1.0
"""Seconds between tries of a process that does not run the loop to take it over."""

_log = logger("work")
Turn = Callable[[], object]


@dataclass
class Loop:
    """One worker's threads. `hold` says whether this process may run the loop now (embedded workers ask)."""

    steps: Steps
    hold: Callable[[], bool] = lambda: True
    _threads: list[threading.Thread] = field(default_factory=list)
    _holding: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start all threads; returns at once."""
        self._run("keeper", self._keep)
        self._run("watch", self._watch)
        self._run("plan", lambda: self._work("plan", self.steps.plan))
        self._run("poll", lambda: self._work("poll", self.steps.poll))
        self._run("time", lambda: self._work("time", self.steps.tick))
        self._run("duties", lambda: self._work("time", self.steps.duty))
        for medium in self.steps.media:
            connections = self.steps.paces[medium].connections if medium in self.steps.senders else 1
            for number in range(connections):
                self._run(
                    f"{medium}-{number + 1}", partial(self._carry, medium, number, number == connections - 1)
                )
        for number in range(TALKING if self.steps.open_chat else 0):
            self._run(f"chat-{number + 1}", self._talk)

    def stop(self, timeout: float = 30.0) -> None:
        """Ask every thread to finish what is in flight, and wait for it."""
        self.steps.lanes.stopping.set()
        for bell in self.steps.database.bells.values():
            bell.ring()
        until = clock.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, until - clock.monotonic()))
        if all(not thread.is_alive() for thread in self._threads):
            with self.steps.database.writing() as session:
                self.steps.worker.leave(session)
            self.steps.lanes.journal.close()

    def _run(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=f"silta-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    @property
    def _stopping(self) -> bool:
        return self.steps.lanes.stopping.is_set()

    def _keep(self) -> None:
        """Hold the loop and the leases, and sweep."""
        while not self._stopping:
            try:
                if self.hold():
                    self.steps.beat()
                    self._holding.set()
                    self.steps.sweep()
                else:
                    self._holding.clear()
            except DBAPIError as fault:
                _log.warning("keeper waits for the database", fault=type(fault.orig).__name__)
            except Exception:  # without the keeper no lease would be renewed
                _log.exception("the keeper stumbled")
            self.steps.lanes.stopping.wait(RENEW_EVERY if self._holding.is_set() else HOLD_EVERY)

    def _watch(self) -> None:
        """Ring the bells for work that other processes committed, and for waits that are over."""
        embedded, busy_until, pause = self.steps.worker.kind == "embedded", 0.0, LOOK_EVERY
        while not self.steps.lanes.stopping.wait(pause):
            kinds = self._due() if self._holding.is_set() else []
            for kind in kinds:
                self.steps.database.bells[kind].ring()
            now = clock.monotonic()
            busy_until = now + IDLE if kinds else busy_until
            pause = LOOK_SELDOM if embedded and now > busy_until else LOOK_EVERY

    def _due(self) -> list[Work]:
        try:
            with self.steps.database.reading() as session:
                return self.steps.kinds_due(session)
        except SQLAlchemyError:
            return []

    def _carry(self, medium: str, number: int, last: bool) -> None:
        """Serve one medium over one connection: doubts are asked about over the first, posts edited over the last."""
        make = self.steps.senders.get(medium)
        sender: Sender | None = make() if make else None
        try:
            self._work(
                "send",
                lambda: (
                    self.steps.serve(medium, sender)
                    + (self.steps.doubts(medium, sender) if number == 0 else 0)
                    + (self.steps.edits(medium, sender) if last else 0)
                ),
            )
        finally:
            if sender is not None:
                sender.close()

    def _talk(self) -> None:
        """Answer a chat over one connection."""
        assert self.steps.open_chat is not None
        chat = self.steps.open_chat()
        try:
            self._work("chat", lambda: self.steps.talk(chat))
        finally:
            chat.close()

    def _work(self, kind: Work, turn: Turn) -> None:
        """Take turns while there is work, listen for its bell when there is none."""
        bell, heard, faults = self.steps.database.bells[kind], 0, 0
        while not self._stopping:
            if not self._holding.wait(HOLD_EVERY):
                continue
            try:
                if turn():
                    faults = 0
                    if kind == "plan":
                        self.steps.lanes.stopping.wait(BREATH)
                    continue
                heard = bell.listen(heard, IDLE)
            except DBAPIError as fault:
                faults += 1
                _log.warning("waiting for the database", fault=str(fault.orig)[:200])
                self.steps.lanes.stopping.wait(min(30.0, 0.1 * 2**faults) * random.uniform(0.5, 1.0))
            except Exception:
                faults += 1
                _log.exception("a step broke")
                self.steps.lanes.stopping.wait(min(30.0, 0.5 * 2**faults))
