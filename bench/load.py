"""Load on the way in: whole requests over 32 connections, by wrk, or by threads of ours where it is missing."""

from __future__ import annotations

import json
import shutil
import socket
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import BinaryIO

from bench.processes import Processes, environment, output_of

CONNECTIONS = 32
WRK = shutil.which("wrk")
CLIENT = "wrk" if WRK else "own client of 32 threads, wrk is missing"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: answers a second, latencies in ms, answers of 400 and above, broken connections."""

    requests: int
    seconds: float
    p50: float
    p99: float
    refused: int
    broken: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def load(
    processes: Processes, port: int, requests: Sequence[bytes], seconds: float, *, again: bool = False
) -> Load:
    """Send the requests, each once unless `again`, for at most so many seconds."""
    if not WRK:
        return _own(port, requests, seconds, again)
    file = processes.folder / "requests.bin"
    file.write_bytes(b"\0".join(requests))
    script = Path(__file__).with_suffix(".lua")
    shape = f"-t1 -c{CONNECTIONS} -d{max(1, round(seconds))}s --timeout 10s".split()
    child = processes.start(
        "wrk", WRK, *shape, "-s", str(script), f"http://127.0.0.1:{port}", "--", str(file),
        *(["again"] if again else []), env=environment(),
    )  # fmt: skip
    printed = output_of(child, seconds + 30)
    return Load(**json.loads(printed.rpartition("RESULT ")[2]))


def post(port: int, request: bytes) -> int:
    """Send one request over a connection of its own; returns the status."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line, line.makefile("rb") as answers:
        line.sendall(request)
        return _status(answers)


def _own(port: int, requests: Sequence[bytes], seconds: float, again: bool) -> Load:
    waiting: Iterator[bytes] = cycle(requests) if again else iter(requests)
    guard, started = threading.Lock(), time.monotonic()
    answered: list[tuple[int, float]] = []
    broken: list[OSError] = []

    def hand() -> None:
        try:
            with (
                socket.create_connection(("127.0.0.1", port), timeout=10) as line,
                line.makefile("rb") as answers,
            ):
                while time.monotonic() - started < seconds:
                    with guard:
                        request = next(waiting, None)
                    if request is None:
                        return
                    sent = time.monotonic()
                    line.sendall(request)
                    answered.append((_status(answers), (time.monotonic() - sent) * 1000))
        except OSError as fault:
            broken.append(fault)

    threads = [threading.Thread(target=hand, daemon=True) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    parts = statistics.quantiles((each for _, each in answered), n=100)
    refused = sum(status >= 400 for status, _ in answered)
    return Load(len(answered), took, parts[49], parts[98], refused, len(broken))


def _status(answers: BinaryIO) -> int:
    """Read one answer; returns its status."""
    first, length = answers.readline(), 0
    if not first:
        raise ConnectionResetError("the server hung up")
    while row := answers.readline().strip():
        name, _, value = row.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    answers.read(length)
    return int(first.split()[1])
