"""Real processes for tests: started in groups of their own, killed, watched, and never left behind."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
"""Seconds that a condition may take on a slow, busy machine before a test gives up on it."""


def until(condition: Callable[[], object], what: str, within: float = PATIENCE, every: float = 0.05) -> float:
    """Wait for a condition; returns the seconds it took. Raises AssertionError when it never holds."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > within:
            raise AssertionError(f"after {within:.0f} s still not: {what}")
        time.sleep(every)
    return time.monotonic() - started


def free_port() -> int:
    """A port nobody listens at, below those that clients are given, so that it stays free over a restart."""
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Guard:
    """Kills the groups it was told of when this process ends without having said that all is well.

    A test run that is killed cannot clean up; the pipe to the guard then closes by itself.
    """

    _WATCH = """
import os, signal, sys
groups = [line.strip() for line in sys.stdin]
for group in groups if "well" not in groups else ():
    try:
        os.killpg(int(group), signal.SIGKILL)
    except ProcessLookupError:
        pass
"""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-c", self._WATCH],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def watch(self, group: int) -> None:
        """Let this group not outlive us."""
        assert self._process.stdin is not None
        print(group, file=self._process.stdin, flush=True)

    def dismiss(self) -> None:
        """Everything is gone already."""
        self._process.communicate("well\n")


class Program:
    """`python -m …` with an environment of its own; what it says goes to a file."""

    def __init__(
        self, arguments: Sequence[str], environ: Mapping[str, str], folder: Path, log: Path, guard: Guard
    ) -> None:
        self._guard = guard
        self._command = [sys.executable, "-m", *arguments]
        self._environ = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **environ}
        self._folder, self.log = folder, log
        self._started: list[subprocess.Popen[bytes]] = []
        self.start()

    @property
    def pid(self) -> int:
        return self._started[-1].pid

    @property
    def alive(self) -> bool:
        return self._started[-1].poll() is None

    def start(self) -> None:
        """Start it, again when it ran before."""
        with self.log.open("ab") as log:
            # Away from the checkout: no .env of the developer's is read.
            process = subprocess.Popen(
                self._command, cwd=self._folder, env=self._environ, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._started.append(process)
        self._guard.watch(process.pid)

    def kill(self) -> None:
        """SIGKILL to the process itself, not to its children."""
        self._started[-1].kill()
        self._started[-1].wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process itself."""
        self._started[-1].send_signal(number)

    def end(self, within: float = PATIENCE) -> int:
        """SIGTERM, and wait; returns the exit code."""
        self._started[-1].terminate()
        return self._started[-1].wait(within)

    def owns(self, pid: int) -> bool:
        """Whether a living process is this one or a child of it."""
        try:
            return os.getpgid(pid) in {process.pid for process in self._started}
        except ProcessLookupError:
            return False

    def sweep(self) -> None:
        """Kill whatever is left of it and of its children, however often it was started."""
        for process in self._started:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            finally:
                process.wait()


class Programs:
    """The programs of one test; all are gone when it ends, however it ends."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self.environ, self.folder = dict(environ), folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self._programs: list[Program] = []
        self._guard = Guard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in self._programs:
            program.sweep()
        self._guard.dismiss()
        if fault is not None:
            fault.add_note(self.said(most=1500))

    def start(self, *arguments: str, **more: str) -> Program:
        """Start `python -m …`; `more` are settings that differ from the others'."""
        log = self.folder / "-".join((str(len(self._programs)), *arguments, "said.log"))
        program = Program(arguments, {**self.environ, **more}, self.folder, log, self._guard)
        self._programs.append(program)
        return program

    def run(self, *arguments: str, **more: str) -> str:
        """Run `python -m …` to its end; returns what it said. Raises AssertionError when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", *arguments], cwd=self.folder, check=False, text=True, timeout=PATIENCE,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **self.environ, **more},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == 0, f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def said(self, most: int = 10**9) -> str:
        """What each program said, or the end of it."""
        said = [(program.log.name, program.log.read_text("utf-8", "replace")) for program in self._programs]
        return "\n".join(f"--- {name}\n{text[-most:]}" for name, text in said)


def environment(**settings: object) -> dict[str, str]:
    """Settings as environment variables; None leaves one out, several are split by commas."""
    return {
        name.upper(): ",".join(value) if isinstance(value, frozenset) else str(value)
        for name, value in settings.items()
        if value is not None
    }
