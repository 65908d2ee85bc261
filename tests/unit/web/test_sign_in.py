"""Signing in with ADMIN_TOKEN."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.app import House
from bot.store.audit import Audit
from bot.web import build
from tests.unit.web.browser import Browser, seen

TOKEN = "t" * 40


@pytest.fixture
def open_test_house(open_plain_house: Callable[..., House]) -> Callable[..., House]:
    return open_plain_house


@pytest.fixture
def house(open_test_house: Callable[..., House]) -> House:
    return open_test_house(admin_token=TOKEN, public_url="https://silta.example.org")


@pytest.fixture
def browser(house: House) -> Browser:
    return Browser.of(build(house))


def enter(browser: Browser, token: str = TOKEN, onward: str = "/items") -> str:
    """Sign in over https, as behind a proxy that speaks it; returns where that led."""
    browser.client.environ_base["wsgi.url_scheme"] = "https"
    browser.client.environ_base["HTTP_REFERER"] = "https://localhost/sign-in"
    answer = browser.submit("/sign-in", "/sign-in", token=token, next=onward)
    return answer.headers.get("Location", str(answer.status_code))


def test_who_knows_the_token_gets_in_and_stays_in(browser: Browser, house: House) -> None:
    assert browser.get("/items").status_code == 401
    assert enter(browser) == "/items"
    assert browser.get("/items").status_code == 200
    with house.database.reading() as session:
        assert session.scalars(select(Audit.action)).all() == ["signed.in"]


def test_the_cookie_is_out_of_reach_of_scripts_and_of_plain_http(browser: Browser) -> None:
    enter(browser)
    cookie = browser.get("/").headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Secure"))
    assert TOKEN not in cookie


def test_a_wrong_token_opens_nothing(browser: Browser) -> None:
    assert enter(browser, "u" * 40) == "401"
    assert browser.get("/").status_code == 401


def test_signing_in_never_leads_to_another_site(browser: Browser, subtests: pytest.Subtests) -> None:
    for onward in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "evil",
        "",
        "/a\r\nSet-Cookie: x=y",
    ):
        with subtests.test(onward):
            assert enter(browser, onward=onward) == "/"


def test_signing_out_and_a_new_token_end_it(
    browser: Browser, house: House, open_test_house: Callable[..., House]
) -> None:
    enter(browser)
    again = build(open_test_house(admin_token="n" * 40, public_url="https://silta.example.org"))
    cookie = browser.client.get_cookie("silta")
    assert cookie
    other = again.test_client()
    other.set_cookie("silta", cookie.value)
    assert other.get("/").status_code == 401
    assert browser.submit("/", "/sign-out").headers["Location"] == "/sign-in"
    assert browser.get("/").status_code == 401


def test_guessing_is_slowed_down_but_the_right_token_is_not(browser: Browser) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    codes = [browser.get("/", headers=wrong).status_code for _ in range(32)]
    assert codes == [401] * 30 + [429] * 2
    assert browser.get("/", headers=wrong).headers["Retry-After"] == "60"
    assert browser.get("/", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_form_asks_again_with_words(browser: Browser) -> None:
    browser.client.environ_base["wsgi.url_scheme"] = "https"
    browser.client.environ_base["HTTP_REFERER"] = "https://localhost/sign-in"
    assert "That is not the token." in seen(browser.submit("/sign-in", "/sign-in", token="x"))
