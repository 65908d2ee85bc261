"""Slack with limits: a post a second to a conversation, and so many a second to the whole workspace.

As it is configured, the workspace's limit binds (four a second, our own account's rate too). With that out
of the way, which no Slack would bear and which therefore has no target, the pace of each conversation
binds: 200 conversations take 200 posts a second. The burst after a rest is left out of both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from bench.content import SLACK_TOKEN, call
from bench.figures import Figure, at_least_times, at_most
from bench.installation import Installation, Place, installation
from bench.processes import wait_until
from bench.row import Row
from bot.store.destinations import Destination
from tests.fakes.slack import FakeSlack

CONVERSATIONS, ITEMS = 200, 10
CAP, NO_CAP = 4.0, 1000.0
BURST = 8
"""Posts at the start that a rested bucket lets through at once, with some to spare."""


def measure(place: Place) -> Iterator[Figure]:
    """The workspace's limit, then each conversation's; in both nothing may be refused."""
    refused = 0
    with FakeSlack(limits=True, any_channel=True) as slack, _home(place, slack, "workspace") as home:
        slack.limits.workspace_rate = CAP
        home.workers(1)
        times = _tell(home, slack, 1)[BURST:]
        yield at_least_times(
            "slack_paced", (len(times) - 1) / (times[-1] - times[0]), "posts/s",
            other=CAP, against="limit of the workspace", times=0.95,
        )  # fmt: skip
        refused += slack.limited
    with FakeSlack(limits=True, any_channel=True) as slack, _home(place, slack, "conversations") as home:
        slack.limits.workspace_rate, slack.limits.workspace_burst = NO_CAP, int(NO_CAP)
        home.workers(1, "-m", "bench.hands", str(NO_CAP))
        times = _tell(home, slack, ITEMS)
        conversations = len(times) // ITEMS
        later = len(times) - conversations  # each conversation's first post waits for nothing
        rate = later / (times[-1] - times[0])
        yield Figure(
            "slack_paced_per_conversation", round(rate, 1), "posts/s",
            f"limit of the conversations: {conversations} posts/s", round(rate / conversations, 3),
        )  # fmt: skip
        refused += slack.limited
    yield at_most("slack_paced_refusals", refused, "answers 429", 0)


@contextmanager
def _home(place: Place, slack: FakeSlack, name: str) -> Iterator[Installation]:
    readers = place.size(CONVERSATIONS)
    settings = {"DELIVERY_MODE": "live", "SLACK_BOT_TOKEN": SLACK_TOKEN, "SLACK_API_URL": slack.api_url}
    with (
        place.processes(f"slack_paced_{name}") as processes,
        installation(processes, readers=readers, channel="slack", settings=settings) as home,
    ):
        yield home


def _tell(home: Installation, slack: FakeSlack, items: int) -> list[float]:
    """Publish items for all conversations; the moments of the posts, in seconds and in order."""
    with home.house.database.reading() as session:
        conversations = session.scalar(select(func.count()).select_from(Destination)) or 0
    for number in range(items):
        home.publish(call(number, paragraphs=1), f"call-{number}")
    total = items * conversations
    wait_until(f"{total} posts", lambda: len(slack.messages) >= total, 90, 0.1)
    home.settled(total)
    each = Counter(message.channel for message in slack.messages)
    if set(each.values()) != {items}:
        raise RuntimeError(f"some conversation did not get {items} posts exactly")
    return [float(message.ts) for message in slack.messages]


ROW = Row("slack_paced", measure, timeout=180)
