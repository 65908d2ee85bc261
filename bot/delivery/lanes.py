"""Serve lanes: claim a batch, send it with no session open, settle it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot import clock
from bot.contracts import InDoubt, Misconfigured, Outcome, Pace, Sender, TryLater
from bot.delivery import outbox
from bot.delivery.envelopes import Stationery
from bot.delivery.journal import Journal
from bot.delivery.outbox import Allowed, Claimed
from bot.delivery.settlement import Replan, Result, settle
from bot.log import logger
from bot.store.db import Database

SETTLE_EVERY = 0.5
"""Seconds of sending after which outcomes are written, so that lanes and pages do not wait for a batch."""

_log = logger("delivery")


@dataclass
class Lease:
    """Whether this worker may still send: its claims were renewed recently enough, and never too late."""

    renewed: float = field(default_factory=clock.monotonic)
    _lost: set[str] = field(default_factory=set)

    def holds(self, claim: str) -> bool:
        """Whether nobody can have taken the claim's lanes over."""
        return self._fresh() and claim not in self._lost

    def renew(self, claims: Collection[str], at: float) -> None:
        """The leases of these claims, all that are open, were prolonged at this moment.

        What had run out by then (the process was stopped, or starved) stays lost: others may have sent it.
        """
        self._lost = set(claims) if not self._fresh() else self._lost.intersection(claims)
        self.renewed = at

    def _fresh(self) -> bool:
        return clock.monotonic() - self.renewed < outbox.LEASE.total_seconds() - 1.0


@dataclass
class Lanes:
    """All lanes, as one worker serves them."""

    database: Database
    journal: Journal
    journals: Path
    stationery: Stationery
    allowed: Allowed
    replan: Replan
    paces: Mapping[str, Pace]
    stopping: threading.Event
    lease: Lease = field(default_factory=Lease)

    def serve(self, sender_name: str, sender: Sender | None) -> int:
        """Claim and serve one batch of a sender; returns how many deliveries were settled.

        Without a sender (nothing is configured) only what the delivery mode keeps in is settled.
        """
        name = self.journal.claim()
        pace = self.paces.get(sender_name, Pace())
        try:
            claimed, count = self.database.write(
                lambda session: outbox.claim(
                    session, sender_name, pace, name, self.stationery, self.allowed, sender is not None
                )
            )
            if claimed and sender is not None:
                self._send(sender_name, sender, pace, name, claimed)
        except BaseException:
            self.journal.abandon(name)
            raise
        self.journal.settled(name)
        return count + len(claimed)

    def _send(self, sender_name: str, sender: Sender, pace: Pace, name: str, claimed: list[Claimed]) -> None:
        results: list[Result] = []
        settled = clock.monotonic()
        for mine in _by_team(claimed):
            outcomes, resting = sender.send([each.outgoing for each in mine]), False
            for each in mine:
                outcome = None
                if not resting and not self.stopping.is_set() and self.lease.holds(name):
                    self.journal.begin(name, each.delivery_id)
                    outcome = _next(outcomes)
                    self.journal.end(name, each.delivery_id, outcome)
                    resting = of_account(outcome)
                results.append(Result(each.delivery_id, each.destination_id, outcome))
                if clock.monotonic() - settled > SETTLE_EVERY:
                    self._settle(sender_name, pace, name, results)
                    results, settled = [], clock.monotonic()
        self._settle(sender_name, pace, name, results)

    def _settle(self, sender_name: str, pace: Pace, name: str, results: list[Result]) -> None:
        if results:
            self.database.write(
                lambda session: settle(session, sender_name, pace, name, results, self.replan)
            )

    def renew(self) -> None:
        """Prolong the leases of all open claims."""
        started = clock.monotonic()
        names = self.journal.open_claims()
        if names:
            with self.database.writing() as session:
                outbox.renew(session, names)
        self.lease.renew(names, started)


def of_account(outcome: Outcome | None) -> bool:
    """Whether a workspace takes nothing more just now, so that the rest of a batch for it is not tried."""
    return isinstance(outcome, Misconfigured) or (isinstance(outcome, TryLater) and outcome.account)


def _by_team(claimed: list[Claimed]) -> Iterator[list[Claimed]]:
    teams: dict[str, list[Claimed]] = defaultdict(list)
    for each in claimed:
        teams[each.outgoing.team].append(each)
    return iter(teams.values())


def _next(outcomes: Iterator[Outcome]) -> Outcome:
    # A sender answers every message with an outcome; if it breaks all the same, nobody knows what was sent.
    try:
        return next(outcomes)
    except Exception as fault:
        _log.exception("sender broke")
        return InDoubt(f"the sender broke: {type(fault).__name__}")
