"""Workers that are stopped, frozen or killed in the middle of a batch of mails."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import exists, or_, select

from bot.people.enrolment import Person, enrol
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.workplace import WorkerRow
from tests.factories import deliveries, details, tell
from tests.fakes.smtp import FakeSmtp
from tests.processes import Program, Programs, until

READERS = 60
TAKEN_OVER = 20.0
"""Seconds after which every lane of a dead worker moves again."""

CONNECTIONS = 2


@pytest.fixture
def smtp(programs: Programs, database: Database) -> Iterator[FakeSmtp]:
    """A mail server that takes a tenth of a second for each mail, and a mail for each of the readers."""
    with FakeSmtp(delay=0.025) as fake:
        programs.environ["SMTP_PORT"] = str(fake.port)
        with database.writing() as session:
            for number in range(READERS):
                enrol(
                    session, Person(f"Alice {number}", f"r{number}@example.org", ("tampere",), hours="always")
                )
        tell(database, details())
        yield fake


def told(smtp: FakeSmtp) -> Counter[str]:
    """How many mails each reader got."""
    return Counter(mail.recipient for mail in list(smtp.mails))


def begun(smtp: FakeSmtp, more: int = 5) -> None:
    """Wait until some more mails were taken, far from all."""
    goal = len(smtp.mails) + more
    until(lambda: len(smtp.mails) >= goal, "mails are being sent")


def everything_sent(database: Database) -> bool:
    return len(deliveries(database, "sent")) == READERS


def in_hand(database: Database) -> bool:
    """Whether any delivery or lane is in a worker's hands."""
    claimed = or_(
        exists().where(Delivery.claim.is_not(None)),
        exists().where(Destination.claim.is_not(None)),
        exists().where(Delivery.state == "sending"),
    )
    with database.reading() as session:
        return bool(session.scalar(select(claimed)))


def last_seen(database: Database, worker: Program) -> object:
    """When a worker said last that it lives."""
    with database.reading() as session:
        return session.scalar(select(WorkerRow.seen_at).where(WorkerRow.pid == worker.pid))


def test_sigterm_finishes_what_is_in_flight_and_hands_the_rest_back(
    programs: Programs, smtp: FakeSmtp, database: Database
) -> None:
    worker = programs.start("bot", "worker")
    begun(smtp)
    assert worker.end(within=20) == 0
    assert not in_hand(database)
    assert {row.recipient for row in deliveries(database, "queued")}, "it did not send all first"
    assert len(deliveries(database, "sent")) == len(smtp.mails)
    assert len(deliveries(database)) == READERS
    assert list((programs.folder.parent / "state" / "journals").iterdir()) == []
    assert last_seen(database, worker) is None


def test_the_lanes_of_a_killed_worker_move_again_within_20_seconds(
    programs: Programs, smtp: FakeSmtp, database: Database
) -> None:
    victim = programs.start("bot", "worker")
    begun(smtp)
    programs.start("bot", "worker")
    victim.kill()
    took = until(lambda: everything_sent(database), "the other one has sent the rest")
    twice = [count for count in told(smtp).values() if count > 1]
    assert took < TAKEN_OVER
    assert len(told(smtp)) == READERS
    assert len(twice) <= CONNECTIONS
    assert set(twice) <= {2}


def test_a_worker_that_was_frozen_longer_than_its_lease_sends_nothing_that_others_took_over(
    programs: Programs, smtp: FakeSmtp, database: Database
) -> None:
    frozen = programs.start("bot", "worker")
    begun(smtp)
    frozen.send(signal.SIGSTOP)
    before = last_seen(database, frozen)
    programs.start("bot", "worker")
    until(lambda: everything_sent(database), "the other one has sent the rest")
    assert len(told(smtp)) == READERS
    frozen.send(signal.SIGCONT)
    until(lambda: last_seen(database, frozen) != before, "it is awake")
    assert frozen.end() == 0
    twice = [count for count in told(smtp).values() if count > 1]
    assert len(twice) <= CONNECTIONS, "only what was on the wire when it froze"
    assert set(twice) <= {2}
    assert everything_sent(database)
