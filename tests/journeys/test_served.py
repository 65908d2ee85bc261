"""The whole way with real processes: commands, a server, a worker, signed requests over the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.fakes.feeds import FakeFeeds
from tests.fakes.slack import FakeSlack
from tests.fakes.smtp import FakeSmtp
from tests.processes import Programs, environment, free_port, until
from tests.town import BOB, CALL, COMMON, TAMPERE
from tests.webhooks import SECRET, saying

CONTACTS = """name;email;slack_user_id;city;role;language;timezone;topics;rhythm;hours
Alice;alice@example.org;;tampere;contact;fi;Europe/Helsinki;;now;always
Bob;bob@example.org;U0BOB;oulu;contact;sv;Europe/Helsinki;;now;always
Charlie;charlie@example.org;;tampere;contact;en;Europe/Helsinki;;daily;always
"""
IDLE = ("bot", "work", "--until-idle")
TOLD_ONCE = {TAMPERE: 1, COMMON: 1, "alice@example.org": 1}


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(any_channel=True) as fake:
        yield fake


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as fake:
        yield fake


@pytest.fixture
def programs(database_url: str, tmp_path: Path, slack: FakeSlack, smtp: FakeSmtp) -> Iterator[Programs]:
    """An installation made with nothing but its commands."""
    environ = environment(
        database_url=database_url, secret_key="k" * 40, state_dir=tmp_path / "state", delivery_mode="live",
        worker="separate", webhook_secret=SECRET, slack_bot_token=slack.token, slack_api_url=slack.api_url,
        slack_channel=COMMON, smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_security="none",
        mail_from="Silta <silta@example.org>", port=free_port(),
    )  # fmt: skip
    with Programs(environ, tmp_path / "programs") as programs:
        (programs.folder / "contacts.csv").write_text(CONTACTS, "utf-8-sig")
        programs.run("bot", "migrate")
        programs.run("bot", "contacts", "import", "contacts.csv")
        for place, *city in ((TAMPERE, "--city", "tampere"), (COMMON,)):
            programs.run("bot", "destinations", "add", "slack", place, *city, "--hours", "always")
        yield programs


def test_work_until_idle_waits_for_a_feed_and_for_all_that_comes_of_it(
    programs: Programs, slack: FakeSlack, smtp: FakeSmtp
) -> None:
    version, entry = (
        "https://jsonfeed.org/version/1.1",
        {"id": "1", "title": "Uutinen", "content_text": "Teksti"},
    )
    with FakeFeeds() as feeds:
        feeds.serve("/news", json.dumps({"version": version, "items": [entry]}), "application/feed+json")
        programs.environ["FETCH_ALLOW_PRIVATE"] = feeds.place
        stated = ("--city", "tampere", "--first-poll", "announce", "--set", f"url={feeds.url('/news')}")
        programs.run("bot", "sources", "add", "feed", "news", *stated)
        assert "sent 3, held 1, failed 0" in programs.run(*IDLE)
    assert told(slack, smtp) == TOLD_ONCE


def post(programs: Programs, kind: str, /, **data: object) -> dict[str, object]:
    request = saying(kind, **data)
    url = f"http://127.0.0.1:{programs.environ['PORT']}/in/webhook"
    answer = requests.post(url, data=request.body, headers=request.headers, timeout=10)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def told(slack: FakeSlack, smtp: FakeSmtp) -> dict[str, int]:
    places = [post.channel for post in slack.messages] + [mail.recipient for mail in list(smtp.mails)]
    return {place: places.count(place) for place in places}


def serves(programs: Programs) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{programs.environ['PORT']}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def test_the_whole_way_by_hand_and_then_with_a_worker(
    programs: Programs, slack: FakeSlack, smtp: FakeSmtp
) -> None:
    server = programs.start("bot.serve")
    until(lambda: serves(programs), "it serves")
    first = post(programs, "published", **CALL)
    assert first["status"] == "accepted"
    post(programs, "published", **CALL | {"external_id": "over-by-then", "closes_at": "2026-12-01"})
    assert told(slack, smtp) == {}
    assert "sent 4, held 0, failed 0" in programs.run(*IDLE, "--as-of", "2026-12-22T10:00:00+02:00")
    assert told(slack, smtp) == TOLD_ONCE | {"charlie@example.org": 1}  # in her digest of that morning
    assert post(programs, "published", **CALL) == {"status": "duplicate", "item": first["item"]}
    assert post(programs, "updated", **CALL | {"title": "Korjattu"})["status"] == "updated"
    assert "sent 0, held 0, failed 0" in programs.run(*IDLE)
    worker = programs.start("bot", "worker")
    post(programs, "published", **CALL | {"external_id": "second", "cities": [], "topics": []})
    twice = dict.fromkeys(TOLD_ONCE, 2) | {f"D{BOB[1:]}": 1, "charlie@example.org": 1}
    until(lambda: told(slack, smtp) == twice, "the second item was told, and the first not again")
    assert requests.get(f"http://127.0.0.1:{programs.environ['PORT']}/readyz", timeout=5).ok
    assert (server.end(), worker.end()) == (0, 0)
