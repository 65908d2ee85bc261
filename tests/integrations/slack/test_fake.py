"""The fake Slack answers as Slack does: Slack's own client is the judge."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import FakeSlack
from tests.integrations.slack.conftest import Clock
from tests.integrations.slack.samples import connect, outgoing

METADATA = {"event_type": "made", "event_payload": {"id": "1"}}
ROOT = Path(__file__).parents[3]


@pytest.fixture
def limited(hands: Clock) -> Iterator[FakeSlack]:
    with FakeSlack(now=hands, limits=True, any_channel=True) as fake:
        yield fake


def _client(slack: FakeSlack, token: str = "xoxb-alice") -> WebClient:
    return WebClient(token=token, base_url=slack.api_url, retry_handlers=[])


def _error(slack: FakeSlack, token: str = "xoxb-alice", **call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        _client(slack, token).chat_postMessage(**({"channel": "C1", "text": "hi"} | call))
    return str(refused.value.response["error"])


def test_slacks_own_client_posts_and_reads(slack: FakeSlack) -> None:
    client = _client(slack)
    posted = client.chat_postMessage(channel="C1", text="hi", metadata=METADATA)
    assert posted["channel"] == "C1"
    assert client.auth_test()["team_id"] == "T1"
    assert client.conversations_info(channel="C1")["channel"]["is_member"] is True
    assert client.conversations_open(users="UALICE")["channel"]["id"] == "DALICE"
    [bare] = client.conversations_history(channel="C1")["messages"]
    assert bare["metadata"] == {"event_type": "made"}
    [whole] = client.conversations_history(channel="C1", include_all_metadata=True)["messages"]
    assert whole["metadata"] == METADATA


def test_history_is_newest_first_in_pages_and_without_replies(slack: FakeSlack) -> None:
    client = _client(slack)
    first = client.chat_postMessage(channel="C1", text="0")["ts"]
    for number in range(1, 5):
        client.chat_postMessage(channel="C1", text=str(number))
    client.chat_postMessage(channel="C1", text="reply", thread_ts=first)
    pages = [page["messages"] for page in client.conversations_history(channel="C1", limit=2)]
    assert [[message["text"] for message in page] for page in pages] == [["4", "3"], ["2", "1"], ["0"]]
    replies = client.conversations_replies(channel="C1", ts=first)["messages"]
    assert [message["text"] for message in replies] == ["0", "reply"]
    later = client.conversations_history(channel="C1", oldest=first)["messages"]
    assert [message["text"] for message in later] == ["4", "3", "2", "1"]


REFUSALS: dict[str, dict[str, Any]] = {
    "channel_not_found": {"channel": "C404"},
    "not_in_channel": {"channel": "COUT"},
    "is_archived": {"channel": "COLD"},
    "restricted_action_read_only_channel": {"channel": "CREAD"},
    "no_text": {"text": ""},
    "thread_not_found": {"thread_ts": "1.000001"},
    "invalid_blocks": {"blocks": [{"type": "section"}]},
    "invalid_metadata_format": {"metadata": {"event_type": "x"}},
    "metadata_too_large": {"metadata": {"event_type": "x", "event_payload": {"x": "y" * 9000}}},
    "invalid_auth": {"token": "xoxb-mallory"},
    "token_revoked": {"token": "xoxb-revoked"},
    "missing_scope": {"token": "xoxb-poor"},
}


@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")
@pytest.mark.parametrize("error", REFUSALS)
def test_a_post_is_refused_with_slacks_own_error(slack: FakeSlack, error: str) -> None:
    slack.add_channel("COUT", member=False)
    slack.add_channel("COLD", archived=True)
    slack.add_channel("CREAD", read_only=True)
    slack.add_token("xoxb-revoked")
    slack.revoke("xoxb-revoked")
    slack.add_token("xoxb-poor", scopes=frozenset())
    assert _error(slack, **REFUSALS[error]) == error
    assert slack.messages == []


def test_another_teams_token_sees_none_of_our_channels(slack: FakeSlack) -> None:
    slack.add_token("xoxb-other", team="T2")
    assert _error(slack, token="xoxb-other") == "channel_not_found"


def test_a_channel_takes_one_message_a_second_after_a_small_burst(limited: FakeSlack, hands: Clock) -> None:
    client = _client(limited)
    for _ in range(4):
        client.chat_postMessage(channel="C1", text="hi")
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C1", text="hi")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["retry-after"] == "1"
    client.chat_postMessage(channel="C2", text="another channel is not held")
    hands.now += 1
    client.chat_postMessage(channel="C1", text="hi")
    assert (len(limited.messages), limited.limited) == (6, 1)


def test_a_workspace_takes_no_more_than_its_cap(limited: FakeSlack, hands: Clock) -> None:
    client = _client(limited)
    for number in range(20):
        client.chat_postMessage(channel=f"C{number}", text="hi")
    assert _error(limited, channel="C99") == "ratelimited"
    hands.now += 0.2
    client.chat_postMessage(channel="C99", text="hi")
    limited.limits.on = False
    for _ in range(10):
        client.chat_postMessage(channel="C1", text="unlimited")


def test_random_faults_come_at_their_rate_and_by_their_seed() -> None:
    def fates(seed: int) -> list[str]:
        with FakeSlack(any_channel=True) as slack:
            slack.random_faults(0.3, seed=seed)
            sender = connect(slack)
            found = [type(outcome).__name__ for outcome in sender.send([outgoing()] * 60)]
            sender.close()
            return found

    assert fates(1) == fates(1)
    assert 8 <= fates(1).count("InDoubt") <= 30


def test_it_runs_as_a_process_and_logs_each_message(tmp_path: Path) -> None:
    log = tmp_path / "posted.jsonl"
    command = [sys.executable, "-m", "tests.fakes.slack", "--log", str(log), "--unlimited"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        sender = connect(url)
        list(sender.send([outgoing(key="a"), outgoing("UBOB", key="b")]))
        sender.close()
        logged = [json.loads(line) for line in log.read_text().splitlines()]
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=5) == 0
    assert [(line["channel"], line["metadata"]["event_payload"]["delivery"]) for line in logged] == [
        ("C1", "a"),
        ("DBOB", "b"),
    ]


def test_a_hanging_call_ends_when_the_client_gives_up(slack: FakeSlack) -> None:
    slack.break_next(how="timeout-before")
    sender = connect(slack, read_timeout=0.1)
    list(sender.send([outgoing()]))
    sender.close()
    started = time.monotonic()
    slack.close()
    assert time.monotonic() - started < 2
