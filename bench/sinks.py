"""Mail servers that take everything and count it, and the limit that smtp-source sets."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from bench.figures import Missing
from bench.installation import STALLED, answers_smtp, free_port
from bench.processes import Child, OutOfTime, Processes, environment, wait_until

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
SMTP_SINK, SMTP_SOURCE = shutil.which("smtp-sink", path=_PATH), shutil.which("smtp-source", path=_PATH)
NO_POSTFIX = "postfix's smtp-sink and smtp-source are not on this machine"


class Sink(Protocol):
    """A server that counts what it took."""

    port: int
    name: str

    def taken(self) -> int:
        """How many messages it took so far."""


class PostfixSink:
    """postfix's smtp-sink."""

    name = "smtp-sink"

    def __init__(self, processes: Processes) -> None:
        assert SMTP_SINK is not None
        self.port = free_port()
        self._taken = 0
        user = ("-u", "postfix") if os.geteuid() == 0 else ()
        command = (SMTP_SINK, *user, "-c", f"127.0.0.1:{self.port}", "1000")
        child = processes.start("smtp-sink", *command, env=environment())
        threading.Thread(target=self._count, args=(child,), daemon=True).start()
        wait_until("smtp-sink", lambda: answers_smtp(self.port), 10)

    def taken(self) -> int:
        """How many mails it took so far."""
        return self._taken

    def _count(self, child: Child) -> None:
        assert child.stdout is not None
        rest = b""
        while more := os.read(child.stdout.fileno(), 65536):
            *whole, rest = (rest + more).split(b"\r")
            if whole and (found := re.search(rb"mesg=(\d+)", whole[-1])):
                self._taken = int(found[1])


class LoggedSink:
    """A server in Python, such as one of the tests' fakes, which writes a line for everything it took."""

    def __init__(self, processes: Processes, fake: str, *arguments: str, port: int = 0) -> None:
        self.name, self.log = fake, processes.folder / f"{fake.rpartition('.')[2]}.jsonl"
        self.log.touch()
        self.port = port or free_port()
        self._lines, self._read = 0, 0
        options = ("--port", str(self.port), "--log", str(self.log), *arguments)
        child = processes.python(self.name, "-m", fake, *options, env=environment())
        assert child.stdout is not None
        self.greeting = child.stdout.readline().strip()  # it listens once it has said where

    def taken(self) -> int:
        """How many messages it took so far."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            more = log.read()
        self._lines += more.count(b"\n")
        self._read += len(more)
        return self._lines

    def rows(self) -> Iterator[dict[str, Any]]:
        """What it wrote about each."""
        for line in self.log.read_text("utf-8").splitlines():
            yield json.loads(line)


def mail_sink(processes: Processes) -> Sink:
    """smtp-sink, or where it is missing a lean one of ours, which is slower."""
    return PostfixSink(processes) if SMTP_SINK else LoggedSink(processes, "bench.lean_sink")


def reached(sink: Sink, count: int) -> float:
    """Wait until the sink has taken that many; returns the moment (`time.monotonic`). Raises OutOfTime."""
    seen, moved = sink.taken(), time.monotonic()
    while seen < count:
        time.sleep(0.005)
        now = sink.taken()
        if now > seen:
            seen, moved = now, time.monotonic()
        elif time.monotonic() - moved > STALLED:
            raise OutOfTime(f"only {seen} of {count} arrived at {sink.name}")
    return time.monotonic()


def smtp_source(processes: Processes, sink: Sink, count: int, size: int) -> float:
    """Mails a second of smtp-source: 4 sessions, reused connections, mails of that many bytes."""
    if SMTP_SOURCE is None:
        raise Missing(NO_POSTFIX)
    before, started = sink.taken(), time.monotonic()
    command = (SMTP_SOURCE, "-d", "-s", "4", "-m", str(count), "-l", str(size), f"127.0.0.1:{sink.port}")
    child = processes.start("smtp-source", *command, env=environment())
    seconds = reached(sink, before + count) - started
    processes.stop(child)
    return count / seconds


def certificate() -> Path:
    """The certificate that the tests' fakes show."""
    return Path(__file__).parents[1] / "tests" / "fakes" / "localhost.pem"
