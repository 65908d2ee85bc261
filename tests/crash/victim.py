"""A worker that dies by SIGKILL at one exact moment, for tests of what it leaves behind.

    python -m tests.crash.victim MOMENT MEDIUM INSTANT

Its settings come from the environment; its clock stands at the instant.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, Never

from sqlalchemy.orm import Session

from bot import clock
from bot.app import House, open_house, read_environment
from bot.contracts import Cursor, Fetched, Outcome, Outgoing, Sender
from bot.planning.notices import plan_chunk
from bot.store.db import Database

Moment = Literal["claimed", "begun", "sent", "noted", "between chunks", "within a chunk", "fetched", "asking"]
"""After the claim's commit; with the second message begun; with it sent and nobody told; with all outcomes in
the journal and none in the database; after the first chunk's commit; before the second's; with a feed read
and not taken in; while asking about a doubt."""


def die() -> Never:
    """End here and now: nothing is flushed, closed or handed back."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


class MortalSender:
    """A real sender that dies at its second message."""

    def __init__(self, sender: Sender, moment: str) -> None:
        self.pace, self._sender, self._moment = sender.pace, sender, moment

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Send the first and die at the next."""
        for number, outcome in enumerate(self._outcomes(messages)):
            if number == 1 and self._moment == "sent":
                die()
            yield outcome

    def find(self, *_: object) -> Never:
        """Die before there is an answer."""
        die()

    def _outcomes(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        outcomes = self._sender.send(messages)
        for number in range(len(messages)):
            if number == 1 and self._moment == "begun":
                die()
            yield next(outcomes)


class MortalDatabase(Database):
    """A database whose process dies at its second write: the settlement, after the claim."""

    writes = 0

    def write(self, work: Callable[[Session], Any]) -> Any:
        """Write once."""
        self.writes += 1
        if self.writes == 2:
            die()
        return super().write(work)


def serve(house: House, medium: str, moment: str) -> None:
    """Serve a batch of a medium, and die."""
    steps = house.steps("separate")
    if moment == "noted":
        steps.lanes.database = MortalDatabase(house.settings.database_url)
    sender = MortalSender(steps.senders[medium](), moment)
    if moment == "asking":
        steps.doubts(medium, sender)  # type: ignore[arg-type]
    if moment == "claimed":
        sender.send = lambda _: die()  # type: ignore[assignment]
    steps.lanes.serve(medium, sender)  # type: ignore[arg-type]


def plan(house: House, moment: str) -> None:
    """Plan two subscriptions, and die, perhaps with two more planned and not committed."""

    def chunk(session: Session) -> None:
        assert plan_chunk(session, house.network, house.settings.zone, size=2)

    house.database.write(chunk)
    with house.database.writing() as session:
        if moment == "within a chunk":
            chunk(session)
            session.flush()
        die()


class MortalSource:
    """A real source whose process dies with the feed in its hands."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def fetch(self, since: Cursor) -> Fetched:
        """Fetch, and die."""
        self._source.fetch(since)
        die()


def poll(house: House) -> None:
    """Ask the source that is due, and die."""
    steps = house.steps("separate")
    asked = steps.open_source
    steps.open_source = lambda row: MortalSource(asked(row))
    steps.poll()


def main(moment: str, medium: str, instant: str) -> None:
    """Do what leads to the moment."""
    stands = datetime.fromisoformat(instant)
    clock.use(lambda: stands)
    house = open_house(read_environment())
    match moment:
        case "fetched":
            poll(house)
        case "between chunks" | "within a chunk":
            plan(house, moment)
        case _:
            serve(house, medium, moment)


if __name__ == "__main__":
    main(*sys.argv[1:])
