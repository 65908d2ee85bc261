"""SIGKILL at random moments: nothing is lost, and nothing doubled but mails that truly were in doubt."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from bot.store.db import Database
from tests.crash.figures import Figures
from tests.crash.installation import Installation
from tests.crash.newsroom import Newsroom
from tests.processes import Programs, until

VICTIMS = {"serving": 6, "main": 3, "worker": 17}
KILLS = sum(VICTIMS.values())
"""An item comes with each."""

READERS = 73
PAUSE = (0.2, 1.2)
"""Seconds that an item has for its way out before the next kill."""

CONNECTIONS = 2
"""SMTP connections that one process may have open."""


@pytest.fixture
def silta(programs: Programs, database: Database) -> Installation:
    made = Installation(programs, database)
    made.meet_the_world()
    return made


def test_a_run_of_2000_deliveries_under_fire_loses_and_doubles_nothing(
    silta: Installation, database_url: str, tell: Callable[[str], None]
) -> None:
    everybody = silta.enrol(READERS)
    silta.start()
    until(silta.answers, "Silta serves")
    started = time.monotonic()
    with Newsroom(f"{silta.url}/in/webhook") as newsroom:
        _fire(silta, newsroom)
        fired = time.monotonic() - started
        silta.until(lambda: not newsroom.waiting, "everything is taken in")
        silta.until(silta.settled, "everything has been sent", within=120)
        assert newsroom.refused == []
        taken = dict(newsroom.accepted)
    with Newsroom(f"{silta.url}/in/webhook") as again:
        for number in range(KILLS):
            again.publish(number)
        silta.until(lambda: not again.waiting, "everything is taken in once more")
    figures = Figures(silta.programs.folder)
    wanted = {(name.removeprefix("item-"), place) for name in taken for place in everybody}
    lost = wanted - figures.mails.keys() - figures.posts.keys()
    tell(
        f"crash, {database_url.partition(':')[0]}: kills {silta.killed.total()} {dict(silta.killed)}, "
        f"accepted {len(taken)} in {newsroom.attempts} attempts, deliveries {len(wanted)}, lost {len(lost)}, "
        f"Slack doubled {figures.doubled_posts}, mails doubled in doubt {figures.doubled_mails} "
        f"(lines broken after the dot: {figures.dropped}); "
        f"{fired:.0f} s under fire, {time.monotonic() - started:.0f} s in all"
    )
    assert len(taken) == KILLS
    assert again.accepted == taken, "every accepted item is there"
    assert again.verdicts == {"duplicate": KILLS}, "and is there once"
    assert lost == set()
    assert figures.mails.keys() | figures.posts.keys() == wanted
    assert figures.doubled_posts == 0
    assert figures.torn == []
    assert figures.doubled_mails <= silta.killed.total() * CONNECTIONS + figures.dropped
    assert "Traceback" not in silta.programs.said(), "whoever found the wreckage took it calmly"


def _fire(silta: Installation, newsroom: Newsroom) -> None:
    """Kill a process, again and again: each time with an item on its way in and the one before on its way out."""
    dice = random.Random()
    victims = list(Counter(VICTIMS).elements())
    dice.shuffle(victims)
    for number, victim in enumerate(victims):
        silta.until(lambda: not newsroom.waiting, "the item before is taken in")
        time.sleep(dice.uniform(*PAUSE))
        newsroom.publish(number)
        time.sleep(dice.uniform(0, 0.02))
        silta.until(partial(silta.kill, victim, dice), f"{victim} can be killed")
