"""A bench of lanes: some readers, a scripted sender, and a worker that serves by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.contracts import Pace
from bot.delivery.envelopes import Stationery
from bot.delivery.journal import Journal
from bot.delivery.lanes import Lanes
from bot.links import Links
from bot.network import Network
from bot.planning.notices import announce
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from tests.factories import deliveries, details, person, plan, tell
from tests.fakes.sender import ScriptedSender


@dataclass
class Bench:
    """One worker at work on a database, its journals in `folder`."""

    database: Database
    network: Network
    folder: Path
    lanes: Lanes

    def readers(self, *names: str, **more: object) -> None:
        """Contacts of Tampere, who take messages at any hour."""
        with self.database.writing() as session:
            for name in names:
                person(session, name, **{"hours": "always", **more})

    def item(self, **more: object) -> int:
        """A planned item for Tampere; returns its id."""
        (answer,) = tell(self.database, details(**more), name=f"source-{len(self.rows())}")
        plan(self.database, self.network)
        assert answer.item_id
        return answer.item_id

    def serve(self, sender: ScriptedSender | None, medium: str = "email") -> int:
        """Serve one batch."""
        if sender:
            self.lanes.paces = {medium: sender.pace}
        return self.lanes.serve(medium, sender)

    def rows(self, *states: str) -> list[Delivery]:
        """The deliveries, or those in these states."""
        return deliveries(self.database, *states)

    def lane(self, number: int = 1) -> Destination:
        """A destination as it is now."""
        with self.database.reading() as session:
            return session.get_one(Destination, number)


@pytest.fixture
def open_bench(database: Database, network: Network, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Opens a bench; several on one database are several workers."""
    opened: list[Bench] = []

    def build(allowed: Callable[[str], bool] = lambda _: True) -> Bench:
        folder = tmp_path / "journals"
        lanes = Lanes(
            database=database,
            journal=Journal(folder, f"worker{len(opened)}"),
            journals=folder,
            stationery=Stationery(network, Links("k" * 40, "http://silta.test"), "silta", "Europe/Helsinki"),
            allowed=allowed,
            replan=announce,
            paces={"email": Pace(), "slack": Pace(per_destination=1.0)},
            stopping=threading.Event(),
        )
        opened.append(Bench(database, network, folder, lanes))
        return opened[-1]

    yield build
    for bench in opened:
        bench.lanes.journal.close()


@pytest.fixture
def bench(open_bench: Callable[..., Bench]) -> Bench:
    """A worker in live mode."""
    return open_bench()
