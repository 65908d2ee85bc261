"""Workers that die one after the other, each with one post or one edit that Slack has just taken.

    python -m tests.crash.nursery INSTANT MOMENT=KILLS …

Each is a process of its own, forked from one that has imported everything, and ends by SIGKILL. The settings
come from the environment; the clock stands at the instant.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal, Never, get_args

from bot import clock
from bot.app import House, open_house, read_environment
from bot.contracts import Outcome, Outgoing, Sender
from tests.crash.victim import die

Moment = Literal["posted", "unposted", "edited"]
"""With a post that Slack took and nobody was told of; just before its request; with an edit that Slack took."""


class DeadlySender:
    """A real sender whose process dies when Slack has taken the first message, or just before."""

    def __init__(self, sender: Sender, moment: Moment) -> None:
        self.pace, self._sender, self._moment = sender.pace, sender, moment

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Send the first, or not even that, and die."""
        if self._moment == "posted":
            next(self._sender.send(messages))
        yield die()

    def revise(self, ref: Mapping[str, str], outgoing: Outgoing) -> Never:
        """Edit, and die."""
        self._sender.revise(ref, outgoing)
        die()


def live_and_die(house: House, moment: Moment) -> None:
    """Be a worker, claim one lane or a batch of edits, and die over it."""
    steps = house.steps("separate")
    sender = DeadlySender(steps.senders["slack"](), moment)
    if moment == "edited":
        steps.edits("slack", sender)  # type: ignore[arg-type]
    else:
        # Claimed one by one, and as fast as they die: the clock stands still.
        steps.lanes.paces = {"slack": replace(sender.pace, batch=1, account_rate=None)}
        steps.lanes.serve("slack", sender)  # type: ignore[arg-type]


def main(instant: str, *wanted: str) -> None:
    """Let so many die at each moment."""
    stands = datetime.fromisoformat(instant)
    clock.use(lambda: stands)
    house = open_house(read_environment())
    house.database.close()
    for moment, _, kills in (each.partition("=") for each in wanted):
        assert moment in get_args(Moment)
        for _ in range(int(kills)):
            _watch_one_die(house, moment)  # type: ignore[arg-type]


def _watch_one_die(house: House, moment: Moment) -> None:
    child = os.fork()
    if child == 0:
        try:
            live_and_die(house, moment)
        finally:
            os._exit(1)  # there was nothing to die over
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status), "a worker outlived its post"
    assert os.WTERMSIG(status) == signal.SIGKILL


if __name__ == "__main__":
    main(*sys.argv[1:])
