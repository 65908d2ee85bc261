"""The app comes into further workspaces through Slack's own pages, and what goes wrong is said in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from bot.app import House
from bot.delivery import teams
from bot.people.conversations import add_conversation
from bot.store.audit import Audit
from bot.store.destinations import Destination
from bot.web import build
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_oauth import CLIENT_ID, CLIENT_SECRET
from tests.fakes.slack_people import Person
from tests.unit.web.browser import Browser, seen


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


@pytest.fixture
def house(slack: FakeSlack, open_test_house: Callable[..., House]) -> House:
    """A house that may be installed in several workspaces."""
    return open_test_house(
        slack_client_id=CLIENT_ID, slack_client_secret=CLIENT_SECRET, slack_api_url=slack.api_url
    )


@pytest.fixture
def browser(house: House) -> Browser:
    return Browser.of(build(house))


@pytest.fixture
def bob(slack: FakeSlack) -> Person:
    """Bob, who may let apps into the workspace T2."""
    return slack.person("UBOB", team="T2")


def asked(browser: Browser) -> str:
    """Slack's page of consent, which the button leads to."""
    answer = browser.submit("/slack/install", "/slack/install")
    assert answer.status_code == 303
    return str(answer.location)


def back(browser: Browser, address: str) -> Any:
    return browser.get(address.removeprefix("http://127.0.0.1:8000"))


def test_a_workspace_is_installed_and_its_token_stands_nowhere_in_the_clear(
    house: House, browser: Browser, bob: Person, slack: FakeSlack
) -> None:
    with house.database.writing() as session:
        add_conversation(session, "C2", team="T2")
        teams.stop(session, "T2", "removed")
    answer = back(browser, bob.authorize(asked(browser)))
    assert answer.status_code == 200
    assert "Silta is in Fake T2" in seen(answer)
    token = house.token_of("T2")
    assert token is not None
    assert token.startswith("xoxb-T2-")
    with house.database.reading() as session:
        for table in ("slack_bots", "slack_installations"):
            (kept,) = session.scalars(text(f"SELECT bot_token FROM {table}"))
            assert token not in kept
        assert session.scalars(select(Destination.paused_until)).all() == [None]
        assert "workspace.installed" in session.scalars(select(Audit.action)).all()
    assert "Fake T2" in seen(browser.get("/slack/install"))


def test_installing_again_keeps_one_row_and_the_newest_token(
    house: House, browser: Browser, bob: Person
) -> None:
    for _ in range(2):
        back(browser, bob.authorize(asked(browser)))
    with house.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM slack_bots")) == 1
    assert house.token_of("T2") == "xoxb-T2-2"


def test_what_was_not_allowed_is_named_with_what_is_lost(browser: Browser, bob: Person) -> None:
    answer = back(browser, bob.authorize(asked(browser), scopes=frozenset({"chat:write"})))
    assert "nobody is recognised by their address" in seen(answer)


def test_a_refusal_a_stranger_and_a_second_use_are_explained(
    browser: Browser, bob: Person, house: House
) -> None:
    refused = back(browser, bob.authorize(asked(browser), allow=False))
    assert "The app was not allowed in" in seen(refused)
    address = bob.authorize(asked(browser))
    stranger = back(Browser.of(browser.client.application), address)
    assert stranger.status_code == 400
    assert "did not begin in this browser" in seen(stranger)
    assert back(browser, address).status_code == 200
    assert "did not begin in this browser" in seen(back(browser, address))
    assert house.token_of("T9") is None


def test_a_state_that_is_gone_is_too_old(browser: Browser, bob: Person, house: House) -> None:
    address = bob.authorize(asked(browser))
    with house.database.writing() as session:
        session.execute(text("UPDATE slack_oauth_states SET expire_at = '2020-01-01 00:00:00'"))
    answer = back(browser, address)
    assert (answer.status_code, "too old" in seen(answer)) == (400, True)
    assert house.token_of("T2") is None


def test_a_code_that_was_used_and_a_wrong_secret_are_explained(
    browser: Browser, bob: Person, slack: FakeSlack
) -> None:
    first = bob.authorize(asked(browser))
    back(browser, first)
    code = first.partition("code=")[2].partition("&")[0]
    state = asked(browser).partition("state=")[2].partition("&")[0]
    again = browser.get(f"/slack/oauth_redirect?code={code}&state={state}")
    assert "code is too old, or was used already" in seen(again)
    slack.oauth.client_secret = "another"
    wrong = back(browser, bob.authorize(asked(browser)))
    assert "SLACK_CLIENT_SECRET" in seen(wrong)


def test_without_an_app_id_there_is_one_workspace(open_plain_house: Callable[..., House]) -> None:
    app: Flask = build(open_plain_house())
    browser = Browser.of(app)
    assert "SLACK_CLIENT_ID" in seen(browser.get("/slack/install"))
    assert browser.get("/slack/oauth_redirect?code=x&state=y").status_code == 404
