"""SIGKILL between Slack's commit and ours, again and again: nothing is doubled, nothing lost."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from typing import Any

import pytest

from bot import clock
from bot.settings import Settings
from tests.processes import PATIENCE, ROOT, environment
from tests.town import CALL, OpenTown, Town
from tests.webhooks import saying

KILLS, SPARED = 50, 6
"""Workers that die with a post that Slack has, and with one that it never got."""

FOR_ALL: dict[str, Any] = {"cities": [], "topics": []}


def die(town: Town, **moments: int) -> None:
    """Let so many workers of the town's die at each moment, each over a post of its own."""
    settings, usual = town.house.settings, Settings()
    stated: dict[str, Any] = {each.name: getattr(settings, each.name) for each in fields(settings)}
    plain = {name: value for name, value in stated.items() if value != getattr(usual, name)}
    wanted = [f"{moment}={kills}" for moment, kills in moments.items()]
    victims = subprocess.run(
        [sys.executable, "-m", "tests.crash.nursery", clock.now().isoformat(), *wanted],
        env={"PYTHONPATH": str(ROOT), **environment(**plain)}, cwd=settings.state_dir,
        check=False, capture_output=True, timeout=2 * PATIENCE,
    )  # fmt: skip
    assert victims.returncode == 0, victims.stderr.decode()


@pytest.mark.of_sqlite
def test_fifty_workers_that_die_with_a_post_that_slack_took_double_and_lose_nothing(
    open_town: OpenTown,
) -> None:
    town = open_town()
    places = [f"C0K{number:02}" for number in range(KILLS + SPARED)]
    for place in places:
        town.open_conversation(place)
    town.post(saying("published", **CALL | FOR_ALL))
    town.plan()
    die(town, posted=KILLS, unposted=SPARED)
    assert len(town.slack.messages) == KILLS
    town.settle()
    told = town.told()
    assert [place for place in places if told.get(place) != 1] == []
    assert told["D0BOB"] == 1
    assert town.slack.requests["chat.postMessage"] == len(town.slack.messages)
    assert town.slack.requests["conversations.history"] >= KILLS


@pytest.mark.of_sqlite
def test_workers_that_die_while_slack_limits_them_double_and_lose_nothing(open_town: OpenTown) -> None:
    town = open_town()
    places = [f"C0K{number:02}" for number in range(8)]
    for place in places:
        town.open_conversation(place)
    town.post(saying("published", **CALL | FOR_ALL))
    town.plan()
    town.slack.pass_next(2)
    town.slack.limit_next(20, times=2)
    die(town, posted=6, unposted=2)
    assert len(town.slack.messages) == 4, "two of those who died were told to slow down"
    town.slack.limit_next(20, times=2, method="conversations.history")
    town.slack.limit_next(20, times=2)
    town.settle()
    town.hand.advance(minutes=3)
    town.settle()
    told = town.told()
    assert [place for place in places if told.get(place) != 1] == []
    assert told["D0BOB"] == 1
    assert town.slack.limited == 6


def test_workers_that_die_with_an_edit_that_slack_took_leave_every_post_right(open_town: OpenTown) -> None:
    town = open_town()
    town.publish(**FOR_ALL)
    town.post(saying("updated", **CALL | FOR_ALL | {"title": {"fi": "Uusi nimi", "sv": "Nytt namn"}}))
    town.plan()
    die(town, edited=1)
    town.settle()
    posts = town.slack.messages
    assert len(posts) == 3
    assert all("Uusi nimi" in post.text or "Nytt namn" in post.text for post in posts)
    assert town.slack.requests["chat.update"] == 4
