"""What Silta takes when nothing happens, and how fast it starts the second time: just what `make run` does.

Memory is what all its processes have together (PSS: a shared page counts once), with RSS beside it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, at_most
from bench.installation import Place, answers, free_port
from bench.processes import Child, Processes, environment, family, output_of, wait_until
from bench.row import Row

SETTLING, WATCHED = 5.0, 20.0
"""Seconds after which it is at rest, and over which it is watched."""


def measure(place: Place) -> Iterator[Figure]:
    """Start as a newcomer does, rest, and start again."""
    with place.processes("resting") as processes:
        first, _ = _run(processes)
        time.sleep(SETTLING)
        before, watched = _cpu_seconds(first), time.monotonic()
        time.sleep(WATCHED / 4 if place.quick else WATCHED)
        share = (_cpu_seconds(first) - before) / (time.monotonic() - watched) * 100
        memory, rss = _megabytes(first, "Pss"), _megabytes(first, "Rss")
        count = len(family(first))
        processes.stop(first)
        _, seconds = _run(processes)
    yield at_most("resting_memory", memory, "MB", 120, f"PSS of {count} processes; RSS {rss:.0f} MB")
    yield at_most("resting_cpu", share, "% of a core", 1, f"over {WATCHED:.0f} s")
    yield at_most("resting_start", seconds, "s", 3, "the second `make run`, until /healthz answers")


def _run(processes: Processes) -> tuple[Child, float]:
    """Prepare and serve, with the shipped examples; returns the server and the seconds until it answers."""
    port = free_port()
    env, started = environment(PORT=str(port)), time.monotonic()
    output_of(processes.python("prepare", "-m", "bot", "prepare", env=env), 60)
    server = processes.python("server", "-m", "bot.serve", "--prepared", env=env)
    wait_until("the server", lambda: answers(port, "/healthz"), 30, 0.01)
    return server, time.monotonic() - started


def _megabytes(child: Child, kind: str) -> float:
    kilobytes = 0
    for pid in family(child):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(f"{kind}:"):
                kilobytes += int(line.split()[1])
    return kilobytes * 1024 / 1_000_000


def _cpu_seconds(child: Child) -> float:
    ticks = 0
    for pid in family(child):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


ROW = Row("resting", measure, timeout=150)
