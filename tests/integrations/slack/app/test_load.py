"""Many at once, and the same thing often: acknowledged, done once.

How long an acknowledgement takes is measured by `make bench ONLY=slack_commands`, against Slack's three seconds.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, event

from bot.work.loop import Loop
from tests.integrations.slack.app.conftest import App
from tests.processes import until

SLOW = 0.3
"""Seconds that every write transaction takes."""


def _slow_down(app: App) -> list[float]:
    """Let every write transaction take its time; returns when each began, as that happens."""
    began: list[float] = []

    @event.listens_for(app.house.database.engine, "begin")
    def wait(connection: Connection) -> None:
        if connection.get_execution_options().get("silta_write"):
            began.append(time.monotonic())
            time.sleep(SLOW)

    return began


def test_two_hundred_commands_at_once_over_a_slow_database_share_their_commits(app: App) -> None:
    people = [
        app.slack.person(f"U{number:03}", email=f"charlie{number}@example.org") for number in range(200)
    ]
    people[0].slash("/silta help")
    began = _slow_down(app)
    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(lambda who: who.slash("/silta open calls"), people))
    assert [answer.status for answer in answers] == [200] * 200
    assert len(app.rows()) == 201
    assert len(began) < 20, "those who wait for a commit share it"


def test_the_same_event_ten_times_has_one_effect(app: App) -> None:
    alice = app.slack.person("UALICE", email="alice@example.org")
    said = {"type": "message", "channel_type": "im", "channel": alice.dm, "user": "UALICE"}
    assert app.slack.event(said | {"text": "help", "ts": "1.1"}, repeat=10).ok
    app.answer()
    assert [row.state for row in app.rows()] == ["answered"]
    assert len(alice.messages) == 1


def test_ten_copies_that_come_at_the_same_moment_are_one_request(app: App) -> None:
    alice = app.slack.person("UALICE", email="alice@example.org")
    said = {"type": "message", "channel_type": "im", "channel": alice.dm, "user": "UALICE"}
    event_ = said | {"text": "help", "ts": "1.1"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: app.slack.event(event_, event_id="Ev1"), range(10)))
    assert all(answer.ok for answer in answers)
    assert len(app.rows()) == 1


def test_a_running_worker_answers_by_itself(app: App) -> None:
    alice = app.slack.person("UALICE", email="alice@example.org")
    loop = Loop(app.house.steps("separate"))
    loop.start()
    try:
        alice.slash("/silta help")
        until(lambda: alice.ephemerals, "the first answer")
        alice.slash("/silta open calls")
        until(lambda: len(alice.ephemerals) == 2, "the second answer")
        until(app.steps.idle, "nothing is in hand any more")
    finally:
        loop.stop()
    assert [row.state for row in app.rows()] == ["answered", "answered"]
