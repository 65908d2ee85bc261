"""Planning: from one item to a delivery for each reader, by one process that does nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from sqlalchemy import func, select, text

from bench.content import call
from bench.figures import Figure, Missing, at_least, not_measured
from bench.installation import Place, installation
from bench.postgres import postgresql
from bench.processes import environment, output_of
from bench.row import Row
from bot.store.deliveries import Delivery

ROUNDS, FEW, READERS, MILLION_READERS = 3, 10_000, 100_000, 1_000_000
MEGABYTE = 1_000_000
FLAT = 1.2
"""How much more memory a larger audience may take: SQLite's page cache (16 MB) is not full with a small one."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Rows a second, and the planning process's peak memory in megabytes."""

    rate: float
    peak: float


def measure(place: Place) -> Iterator[Figure]:
    """SQLite, its memory, and PostgreSQL."""
    few = _plan(place, "few", place.size(FEW), 1)
    many = _plan(place, "sqlite", place.size(READERS), ROUNDS)
    yield at_least("planning", many.rate, "rows/s", 40_000, "SQLite, 100,000 readers")
    yield _memory("planning_memory", many, few)
    try:
        with postgresql() as url:
            server = _plan(place, "postgresql", place.size(READERS), ROUNDS, url)
        yield at_least("planning_postgresql", server.rate, "rows/s", 15_000, "PostgreSQL, 100,000 readers")
    except Missing as fault:
        yield not_measured("planning_postgresql", str(fault))


def measure_million(place: Place) -> Iterator[Figure]:
    """A million readers on SQLite."""
    few = _plan(place, "few", place.size(FEW), 1)
    many = _plan(place, "million", place.size(MILLION_READERS), 1)
    yield at_least("planning_million", many.rate, "rows/s", 40_000, "SQLite, 1,000,000 readers")
    yield _memory("planning_million_memory", many, few)


def _plan(place: Place, name: str, readers: int, rounds: int, url: str = "") -> Planned:
    settings = {"DATABASE_URL": url} if url else {}
    with place.processes(f"planning_{name}") as processes:
        rates, peaks = [], []
        with installation(processes, readers=readers, settings=settings) as home:
            if not home.house.database.sqlite:
                with home.house.database.engine.begin() as connection:
                    connection.execute(text("ANALYZE"))  # as autovacuum does soon after readers came
            for number in range(rounds):
                home.publish(call(number), f"call-{number}")
                child = processes.python("planner", "-m", "bench.planner", env=environment(**home.settings))
                told = json.loads(output_of(child, 300))
                rates.append(readers / told["seconds"])
                peaks.append(told["peak"] / MEGABYTE)
            with home.house.database.reading() as session:
                rows = session.scalar(select(func.count()).select_from(Delivery))
            if rows != rounds * readers:
                raise RuntimeError(f"{rows} deliveries were planned, not {rounds * readers}")
    return Planned(median(rates), max(peaks))


def _memory(name: str, many: Planned, few: Planned) -> Figure:
    ratio = many.peak / few.peak
    return Figure(
        name, round(many.peak, 1), "MB", f"peak with 10,000 readers: {few.peak:.0f} MB", round(ratio, 3),
        f"≤ 200 MB and ≤ {FLAT:g} ×", many.peak <= 200 and ratio <= FLAT,
    )  # fmt: skip


ROW = Row("planning", measure, timeout=300)
MILLION = Row("planning_million", measure_million, timeout=1200, only_when_asked=True)
