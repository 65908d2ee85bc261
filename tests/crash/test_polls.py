"""Workers that ask a slow source: one is killed while it reads, and a command comes upon one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot import clock
from bot.store.db import Database
from bot.store.items import Item
from bot.store.sources import Source
from bot.store.watch import SourceRun
from bot.store.workplace import WorkerRow
from tests import factories
from tests.fakes.feeds import FakeFeeds
from tests.processes import Programs, until

TAKEN_OVER = 20.0
"""Seconds after which the source of a dead worker is asked again."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
NEWS = json.dumps(
    {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Uutinen", "content_text": "S"}]}
)  # fmt: skip


@pytest.fixture
def answer(programs: Programs, database: Database) -> Iterator[tuple[FakeFeeds, threading.Event]]:
    """A feed that is due, and answers when it is let."""
    let = threading.Event()
    with FakeFeeds() as feeds:
        programs.environ["FETCH_ALLOW_PRIVATE"] = feeds.place
        feeds.serve("/news", NEWS, "application/feed+json")
        given = feeds.behaviours["/news"]

        def behave(handler: object) -> None:
            until(lambda: let.is_set() or feeds.stopping.is_set(), "it is let")
            given(handler)  # type: ignore[arg-type]

        feeds.behaviours["/news"] = behave
        with database.writing() as session:
            options = {"url": feeds.url("/news")}
            factories.source(session, "news", kind="feed", options=options, next_at=clock.now())
        yield feeds, let


def kept(database: Database) -> tuple[int, int]:
    """How many items and runs are kept."""
    with database.reading() as session:
        return len(session.scalars(select(Item.id)).all()), len(session.scalars(select(SourceRun.id)).all())


def test_the_source_of_a_killed_worker_is_asked_again_within_20_seconds(
    programs: Programs, database: Database, answer: tuple[FakeFeeds, threading.Event]
) -> None:
    feeds, let = answer
    victim = programs.start("bot", "worker")
    until(lambda: len(feeds.requests) == 1, "it reads")
    programs.start("bot", "worker")
    victim.kill()
    let.set()
    took = until(lambda: kept(database) == (1, 1), "the other one has read it")
    assert took < TAKEN_OVER
    assert len(feeds.requests) == 2


def test_a_command_that_comes_upon_a_worker_says_what_that_one_brought(
    programs: Programs, database: Database, answer: tuple[FakeFeeds, threading.Event]
) -> None:
    feeds, let = answer
    programs.start("bot", "worker")
    until(lambda: len(feeds.requests) == 1, "it reads")
    command = programs.start("bot", "poll", "news")
    until(lambda: "a worker asks it just now" in command.log.read_text(), "the command waits")
    let.set()
    until(lambda: not command.alive, "the command ends")
    assert command.log.read_text().endswith("news: new 1, changed 0, unchanged 0\n")
    assert kept(database) == (1, 1)
    assert len(feeds.requests) == 1


def test_a_command_keeps_the_source_that_it_reads(
    programs: Programs, database: Database, answer: tuple[FakeFeeds, threading.Event]
) -> None:
    def kept_until() -> datetime:
        with database.reading() as session:
            return session.scalars(select(Source.lease_until).where(Source.name == "news")).one() or NEVER

    feeds, let = answer
    command = programs.start("bot", "poll", "news")
    until(lambda: len(feeds.requests) == 1, "it reads")
    first = kept_until()
    until(lambda: kept_until() > first > NEVER, "its lease is renewed")
    let.set()
    until(lambda: not command.alive, "the command ends")
    assert kept(database) == (1, 1)
    assert kept_until() == NEVER
    with database.reading() as session:
        assert session.scalars(select(WorkerRow)).all() == []
