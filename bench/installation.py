"""A Silta of one row's own: a fresh database with readers, and the real processes round it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from sqlalchemy import func, select

from bench.content import PUBLIC_URL, SECRET_KEY, WEBHOOK_SECRET
from bench.network_of import fill
from bench.processes import Child, Processes, environment, wait_until
from bot.app import House, open_house
from bot.contracts import Details, Report
from bot.intake.inbox import SourceInbox
from bot.network import load_network
from bot.settings import read_settings
from bot.store.db import Database
from bot.store.deliveries import Delivery, Fanout, State
from bot.store.schema import migrate
from bot.store.sources import source_named
from bot.work.workers import living_workers

STALLED = 60.0
"""Seconds after which a count that does not come about is given up."""


@dataclass(frozen=True)
class Place:
    """Where the benchmarks run, and whether with a tenth of the sizes, to try the benchmarks themselves."""

    folder: Path
    quick: bool = False

    def size(self, full: int) -> int:
        """How many: all of them, or a tenth."""
        return max(1, full // 10) if self.quick else full

    @contextmanager
    def processes(self, row: str) -> Iterator[Processes]:
        """A fresh folder for a row, and its processes, which end with the block."""
        folder = self.folder / row
        shutil.rmtree(folder, ignore_errors=True)
        with Processes(folder) as processes:
            yield processes


@dataclass(frozen=True)
class Installation:
    """A Silta with its database, opened by the bench too."""

    house: House
    settings: dict[str, str]
    processes: Processes

    def start(self, name: str, *arguments: str, **settings: str) -> Child:
        """Start `python …` as a part of this installation."""
        return self.processes.python(name, *arguments, env=environment(**self.settings, **settings))

    def workers(self, count: int, *arguments: str, **settings: str) -> list[Child]:
        """Start that many workers (`python -m bot worker` unless told otherwise) and wait until they live."""
        command = arguments or ("-m", "bot", "worker")
        started = [self.start(f"worker-{at}", *command, WORKER="separate", **settings) for at in range(count)]
        self._wait_for_workers(count)
        return started

    def server(self, *arguments: str, **settings: str) -> tuple[Child, int]:
        """Start the server with the embedded worker (`python -m bot.serve`) and wait until it is ready."""
        port = free_port()
        command = arguments or ("-m", "bot.serve")
        child = self.start("server", *command, PORT=str(port), **settings)
        wait_until("the server", lambda: answers(port, "/readyz"), 30)
        return child, port

    def publish(self, details: Details, external_id: str) -> None:
        """Take an item in; returns after the commit."""
        with self.house.database.reading() as session:
            source = source_named(session, "webhook")
        assert source is not None
        inbox = SourceInbox(self.house.database, self.house.network, source, self.house.settings.zone)
        inbox.accept([Report(external_id, details)])

    def count(self, state: State) -> int:
        """How many deliveries are in that state."""
        with self.house.database.reading() as session:
            rows = select(func.count()).select_from(Delivery).where(Delivery.state == state)
            return session.scalar(rows) or 0

    def settled(self, sent: int) -> None:
        """Wait until that many are settled as sent. Raises OutOfTime."""
        wait_until(f"{sent} settled deliveries", lambda: self.count("sent") == sent, STALLED, 0.1)

    def at_rest(self) -> None:
        """Wait until nothing is to be planned any more."""
        unplanned = select(func.count()).select_from(Fanout).where(Fanout.done_at.is_(None))

        def done() -> bool:
            with self.house.database.reading() as session:
                return not session.scalar(unplanned)

        wait_until("the planning", done, STALLED, 0.1)

    def _wait_for_workers(self, count: int) -> None:
        def living() -> bool:
            with self.house.database.reading() as session:
                return len(living_workers(session)) >= count

        wait_until(f"{count} workers", living, 30)


@contextmanager
def installation(
    processes: Processes,
    *,
    readers: int = 0,
    channel: str = "email",
    cities: int = 16,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Installation]:
    """A migrated installation in the row's folder, with that many readers in the first `cities` cities.

    It runs on SQLite in preview mode, unless settings say otherwise.
    """
    folder = processes.folder
    stated = {
        "DATABASE_URL": f"sqlite:///{folder}/silta.db", "SECRET_KEY": SECRET_KEY, "PUBLIC_URL": PUBLIC_URL,
        "STATE_DIR": str(folder / "state"), "WEBHOOK_SECRET": WEBHOOK_SECRET, "LOG_LEVEL": "WARNING",
        **(settings or {}),
    }  # fmt: skip
    network = load_network(None)
    database = Database(stated["DATABASE_URL"])
    migrate(database, network)
    fill(database, network, readers, channel, cities)
    database.close()
    house = open_house(read_settings(stated))
    try:
        yield Installation(house, stated, processes)
    finally:
        house.database.close()


def mail_settings(port: int) -> dict[str, str]:
    """Live delivery by mail to a server on this machine."""
    return {
        "DELIVERY_MODE": "live", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none",
        "MAIL_FROM": "Silta <silta@example.org>",
    }  # fmt: skip


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str) -> bool:
    """Whether a server on this machine answers 200."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def answers_smtp(port: int) -> bool:
    """Whether a mail server on this machine greets."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            return line.recv(4) == b"220 "
    except OSError:
        return False
