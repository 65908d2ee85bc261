"""SIGKILL at random moments: nothing is lost, and nothing doubled but mails that truly were in doubt."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from bot.store.db import Database
from tests.crash.figures import Figures
from tests.crash.installation import Installation
from tests.crash.newsroom import Newsroom, news
from tests.processes import Programs, until

KILLS = 26
ITEMS_A_KILL = 2
READERS = 36
PAUSE = (0.4, 1.6)
"""Seconds between kills."""

CONNECTIONS = 2
"""SMTP connections that one process may have open."""


@pytest.fixture
def silta(programs: Programs, database: Database) -> Iterator[Installation]:
    made = Installation(programs, database)
    made.meet_the_world()
    yield made


def test_a_run_of_2000_deliveries_under_fire_loses_and_doubles_nothing(
    silta: Installation, database_url: str, tell: Callable[[str], None]
) -> None:
    everybody = silta.enrol(READERS)
    silta.start()
    until(silta.answers, "Silta serves")
    with Newsroom(f"{silta.url}/in/webhook") as newsroom:
        _fire(silta, newsroom)
        until(lambda: not newsroom.waiting, "everything is taken in", within=120)
        until(silta.settled, "everything has been sent", within=120, every=0.2)
        assert newsroom.refused == []
        taken = dict(newsroom.accepted)
    again = {name: _again(silta, name) for name in taken}
    figures = Figures(silta.programs.folder)
    wanted = {(name.removeprefix("item-"), place) for name in taken for place in everybody}
    lost = wanted - figures.mails.keys() - figures.posts.keys()
    tell(
        f"crash, {database_url.partition(':')[0]}: kills {silta.killed.total()} {dict(silta.killed)}, "
        f"accepted {len(taken)} in {newsroom.attempts} attempts, deliveries {len(wanted)}, lost {len(lost)}, "
        f"Slack doubled {figures.doubled_posts}, mails doubled in doubt {figures.doubled_mails} "
        f"({figures.dropped} lines broken after the dot)"
    )
    assert len(taken) == KILLS * ITEMS_A_KILL
    assert again == taken, "every accepted item is there, once"
    assert lost == set()
    assert figures.mails.keys() | figures.posts.keys() == wanted
    assert figures.doubled_posts == 0
    assert figures.torn == []
    assert figures.doubled_mails <= silta.killed.total() * CONNECTIONS + figures.dropped


def _fire(silta: Installation, newsroom: Newsroom) -> None:
    dice = random.Random()
    for kill in range(KILLS):
        for number in range(ITEMS_A_KILL):
            newsroom.publish(kill * ITEMS_A_KILL + number)
        try:
            until(lambda: False, "", within=dice.uniform(*PAUSE))
        except AssertionError:
            pass
        silta.kill_one(dice)
