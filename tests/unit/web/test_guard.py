"""Who may see the coordinators' pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.app import House
from bot.web import build
from tests.unit.web.browser import Browser, seen

TOKEN = "t" * 40
COORDINATORS = ("/", "/items", "/items/1", "/deliveries", "/preview", "/preview/1/email", "/sign-out")


@pytest.fixture
def open_test_house(open_plain_house: Callable[..., House]) -> Callable[..., House]:
    return open_plain_house


ON_THE_MACHINE: list[tuple[dict[str, str], dict[str, str], int]] = [
    ({}, {}, 200),
    ({"REMOTE_ADDR": "::1"}, {"Host": "[::1]:8000"}, 200),
    ({"REMOTE_ADDR": "::ffff:127.0.0.1"}, {"Host": "127.0.0.1"}, 200),
    ({"REMOTE_ADDR": "192.168.1.7"}, {}, 403),
    ({"REMOTE_ADDR": ""}, {}, 403),
    ({}, {"Host": "silta.example.org"}, 403),
    ({}, {"Host": "localhost.example.org"}, 403),
    ({}, {"Host": "[::1"}, 403),
    ({}, {"X-Forwarded-For": "127.0.0.1"}, 403),
    ({}, {"X-Forwarded-Proto": "https"}, 403),
    ({}, {"Forwarded": "for=127.0.0.1"}, 403),
]


def test_without_a_token_the_pages_answer_only_on_the_machine_itself(
    browser: Browser, subtests: pytest.Subtests
) -> None:
    for environ, headers, status in ON_THE_MACHINE:
        with subtests.test(environ=environ, headers=headers):
            assert browser.get("/items", environ_overrides=environ, headers=headers).status_code == status


def test_without_a_token_a_public_address_closes_the_pages(open_test_house: Callable[..., House]) -> None:
    browser = Browser.of(build(open_test_house(public_url="https://silta.example.org")))
    assert browser.get("/items").status_code == 403


def test_a_closed_page_says_which_setting_opens_it(browser: Browser) -> None:
    closed = browser.get("/deliveries", headers={"X-Forwarded-For": "10.0.0.1"})
    assert "set ADMIN_TOKEN" in seen(closed)
    assert "the request came through a proxy" in seen(closed)


def test_with_a_token_set_no_coordinators_page_answers_without_it(
    open_test_house: Callable[..., House], subtests: pytest.Subtests
) -> None:
    browser = Browser.of(build(open_test_house(admin_token=TOKEN)))
    for path in COORDINATORS:
        with subtests.test(path):
            refused = browser.client.open(path, method="POST" if path == "/sign-out" else "GET")
            assert refused.status_code in {400, 401}
            assert "Deliveries" not in seen(refused)


HEADERS = [
    (f"Bearer {TOKEN}", 200),
    (f"bearer  {TOKEN}", 200),
    ("Bearer " + "u" * 40, 401),
    (f"Basic {TOKEN}", 401),
    ("Bearer", 401),
    ("Bearer ä", 401),
]


def test_only_the_right_bearer_token_opens(
    open_test_house: Callable[..., House], subtests: pytest.Subtests
) -> None:
    house = open_test_house(admin_token=TOKEN, public_url="https://silta.example.org")
    browser = Browser.of(build(house))
    for header, status in HEADERS:
        with subtests.test(header):
            answer = browser.get("/items", headers={"Authorization": header, "X-Forwarded-For": "10.0.0.1"})
            assert answer.status_code == status
            assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_the_public_pages_need_no_token(open_test_house: Callable[..., House]) -> None:
    browser = Browser.of(build(open_test_house(admin_token=TOKEN)))
    found = {
        path: browser.get(path, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code
        for path in (
            "/healthz",
            "/readyz",
            "/static/silta.css",
            "/m/nobody",
            "/unsubscribe/nobody",
            "/in/nothing",
        )
    }
    assert found == {
        "/healthz": 200,
        "/readyz": 503,
        "/static/silta.css": 200,
        "/m/nobody": 404,
        "/unsubscribe/nobody": 404,
        "/in/nothing": 405,
    }


def test_a_form_without_its_token_changes_nothing(browser: Browser) -> None:
    refused = browser.client.post("/deliveries/1/send-again")
    assert refused.status_code == 400
    assert "This form is too old" in seen(refused)


def test_every_page_forbids_scripts_frames_and_sniffing(browser: Browser) -> None:
    headers = browser.get("/").headers
    assert "script-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
