"""The fake Slack gives out tokens, takes them back, keeps files, and delivers events again as Slack does."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from werkzeug import Request, Response

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_door import serving
from tests.fakes.slack_people import Person
from tests.fakes.slack_text import Refused
from tests.integrations.slack.conftest import Clock

SECRET = "s" * 32
BACK = "https://silta.example.org/slack/oauth_redirect"


class App:
    """A bare app that answers with `statuses`, and then with 200; it keeps what it was sent."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[Request] = []

    def __call__(self, environ: dict, start: object) -> object:
        request = Request(environ)
        request.get_data()
        self.got.append(request)
        return Response(status=self.statuses.pop(0) if self.statuses else 200)(environ, start)


@pytest.fixture
def alice(timed: FakeSlack) -> Person:
    return timed.person("UALICE", team="T2", email="alice@example.org")


def _client(slack: FakeSlack, token: str | None = None) -> WebClient:
    return WebClient(token=token, base_url=slack.api_url, retry_handlers=[])


def _consent(slack: FakeSlack, **more: str) -> str:
    asked = {"client_id": slack.oauth.client_id, "state": "s1", "redirect_uri": BACK} | more
    return f"{slack.url}/oauth/v2/authorize?{urlencode(asked)}"


def _app(slack: FakeSlack) -> dict[str, str]:
    return {"client_id": slack.oauth.client_id, "client_secret": slack.oauth.client_secret}


def test_a_workspace_gets_the_app_with_the_scopes_that_were_left(timed: FakeSlack, alice: Person) -> None:
    address = _consent(timed, scope="chat:write,commands")
    back = dict(parse_qsl(urlsplit(alice.authorize(address, scopes=frozenset({"chat:write"}))).query))
    assert back["state"] == "s1"
    call = _app(timed) | {"code": back["code"], "redirect_uri": BACK}
    given = _client(timed).oauth_v2_access(**call)
    assert (given["team"]["id"], given["scope"]) == ("T2", "chat:write")
    assert _client(timed, given["access_token"]).auth_test()["team_id"] == "T2"
    with pytest.raises(SlackApiError, match="code_already_used"):
        _client(timed).oauth_v2_access(**call)
    _client(timed, given["access_token"]).auth_revoke()
    with pytest.raises(SlackApiError, match="token_revoked"):
        _client(timed, given["access_token"]).auth_test()


def test_a_refusal_comes_back_and_a_code_grows_old(timed: FakeSlack, hands: Clock, alice: Person) -> None:
    address = _consent(timed, scope="chat:write")
    assert "error=access_denied" in alice.authorize(address, allow=False)
    code = dict(parse_qsl(urlsplit(alice.authorize(address)).query))["code"]
    hands.now += 601
    for wrong, why in (
        ({}, "code_expired"), ({"client_secret": "no"}, "bad_client_secret"), ({"code": "no"}, "invalid_code"),
    ):  # fmt: skip
        with pytest.raises(SlackApiError, match=why):
            _client(timed).oauth_v2_access(**(_app(timed) | {"code": code, "redirect_uri": BACK} | wrong))
    with pytest.raises(Refused, match="invalid_client_id"):
        alice.authorize(_consent(timed, client_id="other", scope="chat:write"))


def test_a_person_signs_in(timed: FakeSlack, alice: Person) -> None:
    address = _consent(timed, scope="openid email", nonce="n1")
    code = dict(parse_qsl(urlsplit(alice.authorize(address)).query))["code"]
    given = _client(timed).openid_connect_token(**_app(timed), code=code, redirect_uri=BACK)
    part = given["id_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert (claims["sub"], claims["nonce"], claims["email"]) == ("UALICE", "n1", "alice@example.org")
    told = _client(timed, given["access_token"]).openid_connect_userInfo()
    assert told["https://slack.com/team_id"] == "T2"


def test_a_file_is_uploaded_and_shown(timed: FakeSlack) -> None:
    client = _client(timed, timed.token)
    client.files_upload_v2(channel="C1", filename="plan.png", content=b"\x89PNG", initial_comment="See")
    [file] = timed.files
    assert (file.name, file.body, file.channel) == ("plan.png", b"\x89PNG", "C1")
    assert timed.messages[-1].text == "See"


@pytest.fixture
def app(timed: FakeSlack) -> Iterator[App]:
    app = App()
    with serving(app) as url:
        timed.connect(f"{url}/slack/events", SECRET)
        yield app


def test_an_event_that_is_refused_comes_again_at_once_after_a_minute_and_after_five(
    timed: FakeSlack, hands: Clock, app: App
) -> None:
    app.statuses = [500, 500, 500]
    timed.event({"type": "app_home_opened", "user": "UALICE"})
    assert len(app.got) == 2
    hands.now += 59
    assert not timed.retry_due()
    hands.now += 1
    timed.retry_due()
    hands.now += 240
    timed.retry_due()
    hands.now += 3600
    assert not timed.retry_due()
    numbers = [each.headers.get("X-Slack-Retry-Num") for each in app.got]
    assert numbers == [None, "1", "2", "3"]
    assert {each.headers.get("X-Slack-Retry-Reason") for each in app.got[1:]} == {"http_error"}
    assert len({each.json["event_id"] for each in app.got}) == 1


def test_an_event_that_was_taken_does_not_come_again(timed: FakeSlack, hands: Clock, app: App) -> None:
    app.statuses = [500]
    timed.event({"type": "app_home_opened", "user": "UALICE"})
    hands.now += 600
    assert not timed.retry_due()
    timed.event({"type": "app_home_opened", "user": "UALICE"}, repeat=10)
    assert len(app.got) == 12


def test_what_takes_longer_than_three_seconds_is_lost_and_noted(timed: FakeSlack, alice: Person) -> None:
    import time

    def sleep(environ: dict, start: object) -> object:
        time.sleep(0.3)
        return Response("late")(environ, start)

    with serving(sleep) as url:
        timed.connect(f"{url}/slack/events", SECRET)
        timed.door.patience = 0.1  # instead of Slack's three seconds
        answer = alice.slash("/silta help")
    assert (answer.status, answer.ok, bool(alice.trouble)) == (0, False, True)
    assert [what for what, _ in timed.slow_acks] == ["/silta"]
    assert not alice.ephemerals


def test_an_app_that_is_removed_has_no_token_and_hears_of_it(timed: FakeSlack, app: App) -> None:
    timed.uninstall()
    assert [each.json["event"]["type"] for each in app.got] == ["tokens_revoked", "app_uninstalled"]
    with pytest.raises(SlackApiError, match="token_revoked"):
        _client(timed, timed.token).auth_test()


def test_an_app_hears_of_what_it_wrote_itself(timed: FakeSlack, app: App) -> None:
    _client(timed, timed.token).chat_postMessage(channel="C1", text="hi")
    timed.echo(timed.messages[0])
    told = app.got[0].json["event"]
    assert (told["type"], told["text"], told["bot_id"], told["channel_type"]) == (
        "message",
        "hi",
        "B1",
        "channel",
    )


def test_only_what_was_subscribed_to_is_told(timed: FakeSlack, app: App) -> None:
    timed.connect(timed.door._url, SECRET, events=frozenset({"app_mention"}))
    bob = timed.person("UBOB")
    bob.mention("C1", "help")
    assert [each.json["event"]["type"] for each in app.got] == ["app_mention"]
