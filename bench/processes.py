"""The processes that a row starts: all of them end with the row, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from bot.setting_parsers import PARSERS

ROOT = Path(__file__).parents[1]
Child = subprocess.Popen[str]

PATIENCE = 10.0
"""Seconds between SIGTERM and SIGKILL."""


class OutOfTime(Exception):
    """A row, or a wait in it, took longer than it may."""


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with the settings given and none that the developer has."""
    ours = {name for setting in PARSERS for name in (setting, f"{setting}_FILE")}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **settings}


class Processes:
    """Children in sessions of their own, so that Ctrl-C reaches only us and we end whole groups."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._children: list[Child] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(*self._children)

    def start(self, name: str, *command: str, env: Mapping[str, str], cwd: Path | None = None) -> Child:
        """Start a command. Its standard output is a pipe, its errors go to `<name>.log` in the folder."""
        with (self.folder / f"{name}.log").open("a") as log:
            child = subprocess.Popen(
                command, env=dict(env), cwd=cwd or self.folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
            )  # fmt: skip
        self._children.append(child)
        return child

    def python(self, name: str, *arguments: str, env: Mapping[str, str], cwd: Path | None = None) -> Child:
        """Start Python."""
        return self.start(name, sys.executable, *arguments, env=env, cwd=cwd)

    def stop(self, *children: Child) -> None:
        """End them in order, and whatever they started; by force when they take too long."""
        for child in children:
            _signal(child, signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, until - time.monotonic()))
            _signal(child, signal.SIGKILL)
            child.wait()
            if child.stdout is not None:
                child.stdout.close()
            if child in self._children:
                self._children.remove(child)


def output_of(child: Child, timeout: float) -> str:
    """Wait for a child to end and return what it printed. Raises RuntimeError when it failed."""
    try:
        printed, _ = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise OutOfTime(f"{_shown(child.args)} took longer than {timeout:.0f} s") from None
    if child.returncode:
        raise RuntimeError(f"{_shown(child.args)} failed with {child.returncode}: its log is in var/bench")
    return printed


def wait_until(what: str, done: Callable[[], bool], timeout: float, every: float = 0.02) -> None:
    """Look again and again. Raises OutOfTime when it does not come about."""
    until = time.monotonic() + timeout
    while not done():
        if time.monotonic() > until:
            raise OutOfTime(f"waited {timeout:.0f} s for {what}")
        time.sleep(every)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the main thread after so many seconds."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise OutOfTime(f"took longer than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def family(child: Child) -> list[int]:
    """The ids of a child and of all that descend from it."""
    known = [child.pid]
    for pid in known:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            known += [int(each) for each in task.read_text().split()]
    return known


def _signal(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _shown(command: object) -> str:
    words = command if isinstance(command, Sequence) and not isinstance(command, str) else [command]
    return " ".join(str(word) for word in words[1:4])
