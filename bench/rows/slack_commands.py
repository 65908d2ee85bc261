"""Slash commands, all at once: how long the slowest waits for its acknowledgement; Slack gives up after 3 s.

200 people say `/silta` in the same moment, over a connection each. Every acknowledgement comes after its commit.
Then the same while somebody else holds the database's one writer half of the time: a slow disk.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import func, select

from bench.content import SLACK_TOKEN
from bench.figures import Figure, at_most
from bench.installation import Installation, Place, installation
from bench.load import post
from bench.row import Row
from bot.store.chats import ChatRequestRow
from integrations.slack.manifest import EVENTS_PATH
from tests.fakes.slack import FakeSlack

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
COMMANDS, LIMIT = 200, 3.0
HELD, FREE = 0.3, 0.3
"""Seconds for which the writer is held, and left to others, again and again."""


def measure(place: Place) -> Iterator[Figure]:
    """The slowest acknowledgement, on a quiet database and on a slow one."""
    count = place.size(COMMANDS)
    with (
        FakeSlack(any_channel=True) as slack,
        place.processes("slack_commands") as processes,
        installation(processes, settings=_settings(slack)) as home,
    ):
        _, port = home.server()
        _say(port, slack, 5, "warm")
        yield _figure("slack_commands", _say(port, slack, count, "quick"))
        with _slow(home):
            yield _figure("slack_commands_slow_database", _say(port, slack, count, "slow"))
        _all_kept(home, 2 * count + 5)


def _settings(slack: FakeSlack) -> dict[str, str]:
    return {
        "DELIVERY_MODE": "live", "SLACK_BOT_TOKEN": SLACK_TOKEN, "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack.api_url,
    }  # fmt: skip


def _figure(name: str, waits: list[float]) -> Figure:
    beside = f"{len(waits)} at once; median {median(waits):.2f} s; Slack gives up after {LIMIT:g} s"
    return at_most(name, max(waits), "s", LIMIT, beside)


def _say(port: int, slack: FakeSlack, count: int, name: str) -> list[float]:
    """Let so many people say it at once; returns the seconds that each waited. Raises when one was refused."""
    requests = [_command(slack, f"{name}-{at}") for at in range(count)]
    gate, waits, refused = threading.Barrier(count), [0.0] * count, list[str]()

    def one(at: int) -> None:
        gate.wait()
        started = time.monotonic()
        try:
            status = post(port, requests[at])
        except OSError as fault:
            refused.append(f"{type(fault).__name__}")
            return
        waits[at] = time.monotonic() - started
        if status != 200:
            refused.append(str(status))

    threads = [threading.Thread(target=one, args=(at,), daemon=True) for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused:
        raise RuntimeError(f"{len(refused)} of {count} commands were refused, the first with {refused[0]}")
    return waits


def _command(slack: FakeSlack, trigger: str) -> bytes:
    """A whole signed HTTP request, as Slack sends it for `/silta help`."""
    stated = {
        "command": "/silta", "text": "help", "team_id": "T0BENCH", "user_id": "U0ALICE", "channel_id": "C0BENCH",
        "trigger_id": trigger, "response_url": f"{slack.api_url}response/{trigger}",
    }  # fmt: skip
    body, now = urlencode(stated), str(int(time.time()))
    mark = hmac.new(SECRET.encode(), f"v0:{now}:{body}".encode(), hashlib.sha256).hexdigest()
    head = (
        f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Request-Timestamp: {now}\r\nX-Slack-Signature: v0={mark}\r\n\r\n"
    )
    return (head + body).encode()


@contextmanager
def _slow(home: Installation) -> Iterator[None]:
    """Hold the writer of the database again and again, from another connection."""
    path = home.settings["DATABASE_URL"].removeprefix("sqlite:///")
    held, ended = threading.Event(), threading.Event()

    def hold() -> None:
        with sqlite3.connect(path, timeout=10, isolation_level=None) as connection:
            while not ended.is_set():
                connection.execute("BEGIN IMMEDIATE")
                held.set()
                ended.wait(HELD)
                connection.execute("COMMIT")
                ended.wait(FREE)
        connection.close()

    thread = threading.Thread(target=hold, daemon=True)
    thread.start()
    held.wait(10)
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _all_kept(home: Installation, count: int) -> None:
    with home.house.database.reading() as session:
        kept = session.scalar(select(func.count()).select_from(ChatRequestRow))
    if kept != count:
        raise RuntimeError(f"{count} commands were acknowledged and {kept} are in the database")


ROW = Row("slack_commands", measure, timeout=120)
