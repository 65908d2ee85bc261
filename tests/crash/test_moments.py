"""SIGKILL at every moment between a report and its receipt: what comes after puts it right."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from bot import clock
from bot.people.enrolment import Person
from bot.settings import Settings
from tests.crash.victim import Moment
from tests.fakes.feeds import FakeFeeds
from tests.processes import PATIENCE, ROOT, environment
from tests.town import CALL, COMMON, TAMPERE, OpenTown, Town
from tests.webhooks import saying

EVERYBODY = {TAMPERE: 1, COMMON: 1, "D0BOB": 1, "alice@example.org": 1, "charlie@example.org": 1}


@pytest.fixture
def town(open_town: OpenTown) -> Town:
    """A town with a planned item for all: three posts and two mails are due."""
    town = open_town()
    town.enrol(Person("Charlie", "charlie@example.org", ("oulu",)))
    town.post(saying("published", **CALL | {"cities": [], "topics": []}))
    return town


def die(town: Town, moment: Moment, medium: str = "slack") -> None:
    """Let a worker of the town's die at that moment."""
    settings = town.house.settings
    usual = Settings()
    stated: dict[str, Any] = {each.name: getattr(settings, each.name) for each in fields(settings)}
    plain = {name: value for name, value in stated.items() if value != getattr(usual, name)}
    victim = subprocess.run(
        [sys.executable, "-m", "tests.crash.victim", moment, medium, clock.now().isoformat()],
        env={"PYTHONPATH": str(ROOT), **environment(**plain)}, cwd=settings.state_dir,
        check=False, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    assert victim.returncode == -signal.SIGKILL, victim.stderr.decode()


@pytest.mark.parametrize("moment", ["claimed", "begun", "sent", "noted"])
def test_a_worker_that_dies_while_it_posts_loses_and_doubles_nothing(town: Town, moment: Moment) -> None:
    town.plan()
    die(town, moment)
    town.settle()
    assert town.told() == EVERYBODY


@pytest.mark.parametrize("moment", ["begun", "noted"])
def test_a_worker_that_dies_while_it_mails_loses_and_doubles_nothing(town: Town, moment: Moment) -> None:
    town.plan()
    die(town, moment, "email")
    town.settle()
    assert town.told() == EVERYBODY


def test_a_mail_that_was_handed_over_when_the_worker_died_comes_twice_under_one_id_and_no_other_does(
    town: Town,
) -> None:
    town.plan()
    die(town, "sent", "email")
    town.settle()
    assert town.told() == EVERYBODY | {"charlie@example.org": 2}
    assert len({mail["Message-ID"] for mail in town.mails("charlie@example.org")}) == 1


def test_torn_lines_in_a_journal_leave_at_most_their_own_post_in_doubt_and_slack_knows(town: Town) -> None:
    town.plan()
    die(town, "noted")
    (journal,) = [each for each in town.house.journals.glob("*.jsonl") if b"Sent" in each.read_bytes()]
    first, *rest = journal.read_bytes().split(b"\n\n")
    journal.write_bytes(b"\n\n".join([first[:-5], *rest])[:-20])
    town.settle()
    assert town.told() == EVERYBODY
    assert town.slack.requests["conversations.history"] == 1


def test_a_doubt_whose_asker_died_is_asked_about_by_another(town: Town) -> None:
    town.plan()
    town.slack.break_next(how="reset-after-commit")
    town.turn()
    town.hand.advance(20)
    die(town, "asking")
    town.settle()
    assert town.told() == EVERYBODY
    assert town.slack.requests["conversations.history"] == 1


@pytest.mark.parametrize("moment", ["between chunks", "within a chunk"])
def test_a_worker_that_dies_while_it_plans_forgets_nobody_and_tells_nobody_twice(
    town: Town, moment: Moment
) -> None:
    die(town, moment)
    town.settle()
    assert town.told() == EVERYBODY


@pytest.fixture
def feeds() -> Iterator[FakeFeeds]:
    with FakeFeeds() as fake:
        yield fake


def test_a_feed_that_was_read_when_the_worker_died_is_read_again_at_once(
    open_town: OpenTown, feeds: FakeFeeds
) -> None:
    town = open_town(fetch_allow_private=frozenset({feeds.place}))
    entry = {"id": "1", "title": "Uutinen", "content_text": "Sisältö"}
    version = "https://jsonfeed.org/version/1.1"
    feeds.serve("/news", json.dumps({"version": version, "items": [entry]}))
    town.read_feed("news", feeds.url("/news"), first_poll="announce")
    die(town, "fetched")
    assert len(feeds.requests) == 1
    town.settle()
    assert town.told() == {TAMPERE: 1, COMMON: 1, "alice@example.org": 1}
