"""Digests: the weekly one of every reader, by one process that does nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select, text, update

from bench.content import week
from bench.figures import Figure, Missing, at_least, not_measured
from bench.installation import Installation, Place, installation
from bench.postgres import postgresql
from bench.processes import environment, output_of
from bench.row import Row
from bot import clock
from bot.planning.notices import plan_chunk
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.destinations import Subscription
from bot.store.digests import DigestPart

READERS = 100_000
ITEMS = 40
TARGET = 5_000


def measure(place: Place) -> Iterator[Figure]:
    """SQLite, and PostgreSQL beside it."""
    rate, told, contents = _build(place, "sqlite")
    yield at_least("digest_build", rate, "readers/s", TARGET, f"SQLite, 100,000 readers, {contents}")
    yield Figure("digest_build_items", round(told, 1), "items/reader", "what each digest tells")
    try:
        with postgresql() as url:
            rate, _, contents = _build(place, "postgresql", url)
        yield Figure("digest_build_postgresql", round(rate, 1), "readers/s", f"PostgreSQL, {contents}")
    except Missing as fault:
        yield not_measured("digest_build_postgresql", str(fault))


def _build(place: Place, name: str, url: str = "") -> tuple[float, float, str]:
    """Readers a second, items told to each, and how many different digests there were."""
    readers = place.size(READERS)
    with (
        place.processes(f"digest_{name}") as processes,
        installation(processes, readers=readers, settings={"DATABASE_URL": url} if url else {}) as home,
    ):
        _hold(home)
        child = processes.python("digester", "-m", "bench.digester", env=environment(**home.settings))
        said = json.loads(output_of(child, 600))
        with home.house.database.reading() as session:
            parts = session.scalar(select(func.count()).select_from(DigestPart)) or 0
            told = session.scalar(_count("digested")) or 0
            left = session.scalar(_count("held")) or 0
    if parts != said["readers"] or left:
        raise RuntimeError(f"{parts} parts for {said['readers']} readers, {left} deliveries are still held")
    return said["readers"] / said["seconds"], told / parts, f"{said['contents']:,} different digests"


def _count(state: str) -> object:
    return select(func.count()).select_from(Delivery).where(Delivery.state == state)


def _hold(home: Installation) -> None:
    """Let a week's items be held for readers whose weekly digest is due now."""
    database, network = home.house.database, home.house.network
    with database.writing() as session:
        weekly = {"rhythm": "weekly", "digest_at": clock.now() - timedelta(minutes=1)}
        session.execute(update(Subscription).values(weekly))
    _analyse(database)
    cities, topics = [city.slug for city in network.cities], [topic.slug for topic in network.topics]
    for number, details in enumerate(week(ITEMS, cities, topics)):
        home.publish(details, f"week-{number}")
    while database.write(lambda session: plan_chunk(session, network, home.house.settings.zone)):
        pass
    _analyse(database)


def _analyse(database: Database) -> None:
    """Let PostgreSQL count, as autovacuum does soon after much came."""
    if not database.sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("ANALYZE"))


ROW = Row("digest_build", measure, timeout=900)
