"""A served Silta with two workers, and somebody who kills its processes at random and starts them again."""

from __future__ import annotations

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import requests
from sqlalchemy import func, select, update

from bot.contracts import LANGUAGES
from bot.people.conversations import add_conversation
from bot.people.enrolment import Person, enrol_all
from bot.planning.notices import open_fanouts
from bot.store.db import Database
from bot.store.deliveries import Delivery, in_state
from bot.store.sources import Source
from bot.store.workplace import WorkerRow
from tests.processes import PATIENCE, Program, Programs, free_port, until

PLACES = ("C0ONE", "C0TWO", "C0THREE")
PEOPLE = ("U0BOB", "U0CHARLIE")


@dataclass
class Installation:
    """The processes of one installation. Who was killed is counted in `killed`."""

    programs: Programs
    database: Database
    killed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._serving: Program
        self._workers: list[Program] = []
        self._shot: set[int] = set()

    # -- what there is

    def meet_the_world(self) -> None:
        """Start the fakes' process, and tell Silta where they are."""
        folder = self.programs.folder
        self.programs.start("tests.crash.outside")
        until((folder / "ports.json").exists, "the fakes listen")
        ports = json.loads((folder / "ports.json").read_text())
        self.programs.environ |= {"SLACK_API_URL": ports["slack"], "SMTP_PORT": str(ports["smtp"])}

    def enrol(self, readers: int) -> set[str]:
        """Let there be so many readers by mail, two people and three conversations in Slack; returns all addresses.

        They take messages at any hour, and no number of items is too many.
        """
        names = [f"r{number}@example.org" for number in range(readers)]
        people = [
            Person(f"Alice {number}", name, ("tampere",), language=LANGUAGES[number % 3], hours="always")
            for number, name in enumerate(names)
        ]
        people += [
            Person(user, f"{user}@example.org", ("oulu",), slack_user_id=user, hours="always")
            for user in PEOPLE
        ]
        with self.database.writing() as session:
            session.execute(update(Source).values(flood_limit=0))
            enrol_all(session, people)
            for place in PLACES:
                add_conversation(session, place, hours="always")
        return {*names, *PLACES, *(f"D{user[1:]}" for user in PEOPLE)}

    def start(self, workers: int = 2) -> None:
        """Serve with the embedded loop, with so many workers beside it."""
        self._serving = self.programs.start("bot.serve", WORKER="embedded", PORT=str(self.port))
        self._workers = [self.programs.start("bot", "worker") for _ in range(workers)]

    def answers(self) -> bool:
        """Whether it serves."""
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    # -- what happens to it

    def until(self, condition: Callable[[], object], what: str, within: float = PATIENCE) -> None:
        """Wait for a condition, and look after the processes meanwhile."""

        def holds() -> object:
            self.look_after()
            return condition()

        until(holds, what, within)

    def look_after(self) -> None:
        """Start again what has ended, as a supervisor does."""
        for program in self._all():
            if not program.alive:
                program.start()

    def kill(self, victim: str, dice: random.Random) -> bool:
        """SIGKILL a worker, the server's main process, or its serving one; returns whether it was alive."""
        if victim == "serving":
            serving = self._serving_process()
            if serving is None:
                return False
            self._shot.add(serving)
            os.kill(serving, signal.SIGKILL)  # its main process starts it again
        else:
            program = self._serving if victim == "main" else dice.choice(self._workers)
            if not program.alive:
                return False
            program.kill()
        self.killed[victim] += 1
        return True

    def _all(self) -> list[Program]:
        return [self._serving, *self._workers]

    def _serving_process(self) -> int | None:
        """The process that serves and runs the embedded loop, as far as it is alive."""
        newest = select(WorkerRow.pid).where(WorkerRow.kind == "embedded").order_by(WorkerRow.seen_at.desc())
        with self.database.reading() as session:
            pid = session.scalar(newest.limit(1))
        return pid if pid and pid not in self._shot and self._serving.owns(pid) else None

    # -- how it is

    def settled(self) -> bool:
        """Whether nothing waits any more: no fan-out, nothing queued, in a worker's hands or in doubt."""
        pending = in_state("queued", "sending", "doubtful")
        with self.database.reading() as session:
            left = session.scalar(select(func.count()).select_from(Delivery).where(pending))
            return not left and not open_fanouts(session)
