"""The door: what Slack did not sign is refused unread, and nothing anybody sends makes a traceback."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot import clock
from bot.web import build
from integrations.slack.app import guard
from tests.conftest import test_settings
from tests.integrations.slack.app.conftest import SECRET, App, OpenApp

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def client(app: App) -> FlaskClient:
    return build(app.house).test_client()


def signed(body: bytes, stamp: str = "", secret: str = SECRET, kind: str = FORM) -> dict[str, Any]:
    """What a client posts so that Slack seems to have sent it."""
    stamp = stamp or str(int(clock.real_now().timestamp()))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
    return {"data": body, "headers": headers, "content_type": kind}


def post(client: FlaskClient, **request: Any) -> TestResponse:
    return client.post("/slack/events", **request)


@pytest.mark.parametrize("body", [b"", b"{not json", b"payload={bad", b"ssl_check=1&token=x", b"\xff\x00"])
def test_what_nobody_signed_is_refused(client: FlaskClient, body: bytes) -> None:
    for kind in (FORM, "application/json", "text/plain"):
        answer = post(client, data=body, content_type=kind)
        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("stamp", ["abc", "-1", "1e9", "٣٤٥", "9" * 30, "1531420618"])
def test_a_time_that_is_none_or_long_past_is_refused(client: FlaskClient, stamp: str) -> None:
    request = signed(b"command=/silta", stamp="1531420618") | {}
    request["headers"] = request["headers"] | {"X-Slack-Request-Timestamp": stamp}
    assert post(client, **request).status_code == 401


def test_a_time_six_minutes_ahead_is_refused_and_four_minutes_are_not(app: App) -> None:
    person = app.slack.person("UALICE", email="alice@example.org")
    app.slack.door.skew = 360.0
    assert person.slash("/silta help").status == 401
    app.slack.door.skew = -240.0
    assert person.slash("/silta help").status == 200


def test_a_signature_with_another_secret_is_refused(client: FlaskClient) -> None:
    assert post(client, **signed(b"command=/silta", secret="x" * 32)).status_code == 401


def test_the_known_good_vector_of_slack_passes() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(1531420618 + 299, UTC)
    assert guard.refusal(headers, body, SECRET, at) is None
    assert guard.refusal(headers, body + b" ", SECRET, at) is not None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"payload={bad", FORM),
        (b"payload=[1]", FORM),
        (b"{not json", "application/json"),
        (b"[1]", "application/json"),
        (b'{"type":"event_callback","event":"x"}', "application/json"),
        (b"\xff\xfe", "application/json"),
    ],
)
def test_what_is_signed_but_cannot_be_read_is_a_bad_request(
    client: FlaskClient, body: bytes, kind: str
) -> None:
    answer = post(client, **signed(body, kind=kind))
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_a_body_of_more_than_a_mebibyte_is_refused_unread(client: FlaskClient) -> None:
    assert post(client, **signed(b"x" * (1024 * 1024 + 1))).status_code == 413


def test_url_verification_is_answered_with_its_challenge(app: App) -> None:
    answer = app.slack.verify_url("fish")
    assert answer.ok
    assert answer.data == {"challenge": "fish"}


def test_without_a_signing_secret_there_is_no_door(open_app: OpenApp, app: App) -> None:
    from dataclasses import replace

    house = replace(app.house, settings=replace(app.house.settings, slack_signing_secret=None))
    answer = post(build(house).test_client(), **signed(b"command=/silta"))
    assert answer.status_code == 404
    assert "SLACK_SIGNING_SECRET" in answer.text


def test_nul_and_half_characters_are_taken_out(app: App, client: FlaskClient) -> None:
    event = {"type": "app_mention", "user": "UALICE", "text": "help\x00 \ud83d", "channel": "C1", "ts": "1.1"}
    body = json.dumps({"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event})
    assert post(client, **signed(body.encode(), kind="application/json")).status_code == 200
    assert [row.data["said"] for row in app.rows()] == ["help ?"]


def test_while_the_database_is_away_slack_is_asked_to_send_it_again(app: App) -> None:
    alice = app.slack.person("UALICE", email="alice@example.org")
    assert alice.say_to_app("help").answer.ok
    with app.house.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE chat_requests RENAME TO away")
    assert alice.say_to_app("help").answer.status == 503
    with app.house.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO chat_requests")
    app.slack.door.waiting[0].due = 0.0
    assert next(answer.status for answer in app.slack.retry_due()) == 200
    assert len(app.rows()) == 2


def test_an_installation_without_an_app_loads_no_bolt(tmp_path: Any, app: App) -> None:
    settings = test_settings("sqlite://", tmp_path)
    assert settings.slack_signing_secret is None
    code = "import sys, bot.app, bot.web; sys.exit('slack_bolt' in sys.modules or 'slack_sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
