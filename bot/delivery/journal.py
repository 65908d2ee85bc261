"""The journal: what a worker began to send and what came of it, kept at once, settled in batches.

Settling in batches is fast; a `kill -9` between two settlements would leave a whole batch in doubt. So
each worker appends two lines a message to a file of its own: *begun* before the network is touched, and
the outcome after. Whoever finds the file of a dead worker settles from it: what was never begun goes
back to the queue, what has an outcome gets it, and only what was begun without one is in doubt: at most
one message per open connection. A worker holds a lock on its file while it lives, so that its death
shows at once.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.contracts import InDoubt, Misconfigured, Outcome, Rejected, Sent, TryLater, Undeliverable

_OUTCOMES: dict[str, type[Outcome]] = {
    kind.__name__: kind for kind in (Sent, TryLater, Undeliverable, Rejected, Misconfigured, InDoubt)
}
_TIDY = 256 * 1024
"""Bytes after which a journal without open claims is emptied."""


class Journal:
    """The journal of one worker. Thread-safe.

    `durable` asks the disk to keep each line through a power loss, at a few milliseconds a message.
    """

    def __init__(self, folder: Path, worker: str, durable: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.worker = worker
        self._path = folder / f"{worker}.jsonl"
        self._durable = durable
        self._file = _own(self._path)
        self._open: set[str] = set()
        self._abandoned = False
        self._guard = threading.Lock()
        self._claims = 0

    def claim(self) -> str:
        """A new claim's name: this worker's and never used before."""
        with self._guard:
            self._claims += 1
            name = f"{self.worker}:{self._claims}"
            self._open.add(name)
            return name

    def open_claims(self) -> list[str]:
        """The claims that are not settled yet: their leases must be renewed."""
        with self._guard:
            return list(self._open)

    def begin(self, claim: str, delivery: int) -> None:
        """Note that a delivery is about to be handed to the network."""
        self._write(b'["%s",%d]' % (claim.encode(), delivery))

    def end(self, claim: str, delivery: int, outcome: Outcome) -> None:
        """Note what came of it."""
        line = json.dumps([claim, delivery, type(outcome).__name__, asdict(outcome)], separators=(",", ":"))
        self._write(line.encode())

    def _write(self, line: bytes) -> None:
        # A line break on either side: a line torn by a full disk must not spoil the next one.
        whole = b"\n" + line + b"\n"
        if os.write(self._file, whole) < len(whole):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
        if self._durable:
            os.fdatasync(self._file)

    def settled(self, claim: str) -> None:
        """The claim's outcomes are in the database: forget them."""
        with self._guard:
            self._open.discard(claim)
            if not self._open and not self._abandoned and os.fstat(self._file).st_size > _TIDY:
                os.ftruncate(self._file, 0)

    def abandon(self, claim: str) -> None:
        """The outcomes could not be written (the database is away): let the lease run out.

        Recovery then settles the claim from this file, which is kept whole from now on.
        """
        with self._guard:
            self._open.discard(claim)
            self._abandoned = True

    def close(self) -> None:
        """Leave in peace: when everything is settled the file goes."""
        with self._guard:
            if not self._open and not self._abandoned:
                self._path.unlink(missing_ok=True)
        os.close(self._file)


@dataclass(frozen=True, slots=True)
class Testament:
    """What a worker left behind: for each claim its begun deliveries, with their outcome if there was one."""

    worker: str
    begun: dict[str, dict[int, Outcome | None]]


def read_journal(folder: Path, worker: str) -> Testament | None:
    """What a worker's journal says; None when this machine has none. Half-written lines are passed over.

    Nothing was sent after a line that could not be written whole.
    """
    try:
        lines = (folder / f"{worker}.jsonl").read_bytes().split(b"\n")
    except FileNotFoundError:
        return None
    begun: dict[str, dict[int, Outcome | None]] = {}
    for line in lines:
        try:
            claim, delivery, *rest = json.loads(line)
        except ValueError:
            continue
        outcome = _OUTCOMES[rest[0]](**rest[1]) if rest else None
        begun.setdefault(claim, {})[delivery] = outcome
    return Testament(worker, begun)


@contextmanager
def dead_workers(folder: Path) -> Iterator[list[str]]:
    """The workers of this machine that died and left a journal, held so that nobody else settles them too."""
    held: dict[str, int] = {}
    try:
        for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else ():
            file = _seize(path)
            if file is not None:
                held[path.stem] = file
        yield list(held)
        for worker in held:
            (folder / f"{worker}.jsonl").unlink(missing_ok=True)
    finally:
        for file in held.values():
            os.close(file)


def _own(path: Path) -> int:
    """Open and lock a journal of one's own, anew where a sweep took the fresh file for a dead worker's."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_nlink:
            return file
        os.close(file)


def _seize(path: Path) -> int | None:
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def is_dead(folder: Path, worker: str) -> bool:
    """Whether a worker of this machine surely lives no more (of other machines nothing is known)."""
    file = _seize(folder / f"{worker}.jsonl")
    if file is None:
        return False
    os.close(file)
    return True
