"""SIGKILL while the digests of 2,000 readers are written: none is lost, none composed twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from bot import clock
from bot.contracts import LANGUAGES
from bot.network import Network
from bot.people.enrolment import Person, enrol_all
from bot.store.db import Database
from bot.store.deliveries import Delivery, MessageRow, in_state
from bot.store.destinations import Subscription
from bot.store.digests import DigestPart
from tests.factories import details, plan, tell
from tests.processes import PATIENCE, Program, Programs, until

READERS = 2_000
ITEMS = 6
EVERY = 200
"""Parts after which a worker is killed, the next one counted from there."""


def held_for_all(database: Database, network: Network) -> None:
    """Let every reader's weekly digest be due, with items that were held for them."""
    cities = [city.slug for city in network.cities]
    people = [
        Person(
            f"Alice {number}", f"r{number}@example.org", (cities[number % len(cities)],),
            language=LANGUAGES[number % 3], rhythm="weekly", hours="always",
        )
        for number in range(READERS)
    ]  # fmt: skip
    with database.writing() as session:
        enrol_all(session, people)
    tell(
        database,
        *(details(title={"fi": f"Haku {at}"}, cities=(), topics=(), closes_at=None) for at in range(ITEMS)),
    )
    plan(database, network)
    with database.writing() as session:
        session.execute(update(Subscription).values(digest_at=clock.now() - timedelta(minutes=1)))


def parts(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(DigestPart)) or 0


def test_workers_killed_while_they_write_digests_lose_none_and_compose_none_twice(
    programs: Programs, database: Database, network: Network, record_property: Callable[[str, Any], None]
) -> None:
    held_for_all(database, network)
    assert count(database, "held") == READERS * ITEMS
    dice, killed = random.Random(5), list[int]()
    workers = [programs.start("tests.crash.digester") for _ in range(2)]
    started, goal = time.monotonic(), EVERY
    while parts(database) < READERS and time.monotonic() - started < PATIENCE:
        if parts(database) >= goal:
            time.sleep(dice.uniform(0, 0.1))
            goal = parts(database) + EVERY
            victim = dice.choice(workers)
            if victim.alive:
                victim.kill()
                killed.append(parts(database))
        for worker in workers:
            look_after(worker)
        time.sleep(0.02)
    until(lambda: count(database, "held") == 0, "nothing is held any more")
    with database.reading() as session:
        carriers = session.scalars(select(Delivery).where(Delivery.purpose == "digest")).all()
        told = session.execute(
            select(Delivery.recipient, Delivery.carrier_id, func.count())
            .where(in_state("digested"))
            .group_by(Delivery.recipient, Delivery.carrier_id)
        ).all()
        contents = session.execute(
            select(func.count(MessageRow.id), func.count(func.distinct(MessageRow.content_key))).where(
                MessageRow.purpose == "digest"
            )
        ).one()
    lost = READERS - len({each.recipient for each in carriers})
    twice = len(carriers) - len({each.recipient for each in carriers})
    by_id = {each.id: each.recipient for each in carriers}
    kind = "SQLite" if database.sqlite else "PostgreSQL"
    said = f"digests, {kind}: {READERS} readers, {len(killed)} kills, lost {lost}, composed twice {twice}"
    record_property("figures", said)
    assert (lost, twice, parts(database)) == (0, 0, READERS)
    assert len(told) == READERS
    assert all(number == ITEMS and by_id[carrier] == recipient for recipient, carrier, number in told)
    assert contents[0] == contents[1]
    assert len([done for done in killed if 0 < done < READERS]) >= 3, "they were killed in the middle"


def look_after(worker: Program) -> None:
    """Start a worker again that was killed."""
    if not worker.alive:
        worker.start()


def count(database: Database, state: str) -> int:
    with database.reading() as session:
        rows = select(func.count()).select_from(Delivery).where(Delivery.state == state)
        return session.scalar(rows) or 0
