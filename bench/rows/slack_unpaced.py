"""Slack without limits, over TLS with certificate check, against a bare `slack_sdk` loop.

Ours is the whole way: an item is taken in, planned, claimed, posted, settled, by one worker with its usual
four connections, which stay open. The loop is what a script would do: one post after the other, and the
SDK shakes hands anew for each. Both post the same blocks to the same server. Our account's own rate, which
Slack's limits would make pointless to raise, is set out of the way.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.content import SLACK_TOKEN, call, outgoing
from bench.figures import Figure, at_least_times
from bench.installation import Installation, Place, free_port, installation
from bench.processes import Processes, environment, output_of
from bench.row import Row
from bench.sinks import LoggedSink, certificate, reached
from bot.network import load_network
from integrations.slack.posts import compose

ROUNDS, POSTS = 3, 1_000
UNLIMITED = 1_000_000.0


def measure(place: Place) -> Iterator[Figure]:
    """Ours and the loop in turn, three times."""
    posts, port = place.size(POSTS), free_port()
    pem, api_url = certificate(), f"https://localhost:{port}/api/"
    settings = {"DELIVERY_MODE": "live", "SLACK_BOT_TOKEN": SLACK_TOKEN, "SLACK_API_URL": api_url}
    with place.processes("slack_unpaced") as processes:
        slack = LoggedSink(
            processes, "tests.fakes.slack", "--unlimited", "--tls", str(pem), str(pem), port=port
        )
        payload = processes.folder / "payload.json"
        post, *_ = compose(outgoing(load_network(None), "U00000001"))
        payload.write_text(json.dumps(post.payload), "utf-8")
        with installation(
            processes, readers=posts, channel="slack", settings=settings
        ) as home:  # fmt: skip
            home.workers(1, "-m", "bench.hands", str(UNLIMITED), REQUESTS_CA_BUNDLE=str(pem))
            rates = [
                (_ours(home, slack, number, posts), _loop(processes, api_url, pem, payload, posts))
                for number in range(ROUNDS)
            ]
        yield at_least_times(
            "slack_unpaced", median(ours for ours, _ in rates), "posts/s",
            other=median(loop for _, loop in rates), against="bare slack_sdk loop", times=1,
        )  # fmt: skip


def _ours(home: Installation, slack: LoggedSink, number: int, posts: int) -> float:
    before, started = slack.taken(), time.monotonic()
    home.publish(call(number), f"call-{number}")
    seconds = reached(slack, before + posts) - started
    home.settled((number + 1) * posts)
    return posts / seconds


def _loop(processes: Processes, api_url: str, pem: Path, payload: Path, posts: int) -> float:
    command = ("-m", "bench.peers.slack_loop", api_url, str(pem), str(payload), str(posts))
    child = processes.python("slack_loop", *command, env=environment())
    return posts / float(output_of(child, 120))


ROW = Row("slack_unpaced", measure, timeout=180)
