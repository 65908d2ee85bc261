"""Who may see the coordinators' pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from bot.app import House
from bot.web import build
from tests.unit.web.browser import Browser, seen

TOKEN = "t" * 40
COORDINATORS = ("/", "/items", "/items/1", "/deliveries", "/preview", "/preview/1/email", "/sign-out")


@pytest.mark.parametrize(
    ("public_url", "environ", "headers", "status"),
    [
        ("http://127.0.0.1:8000", {}, {}, 200),
        ("http://localhost:8000", {"REMOTE_ADDR": "::1"}, {"Host": "[::1]:8000"}, 200),
        ("http://127.0.0.1:8000", {"REMOTE_ADDR": "::ffff:127.0.0.1"}, {"Host": "127.0.0.1"}, 200),
        ("http://127.0.0.1:8000", {"REMOTE_ADDR": "192.168.1.7"}, {}, 403),
        ("http://127.0.0.1:8000", {"REMOTE_ADDR": ""}, {}, 403),
        ("http://127.0.0.1:8000", {}, {"Host": "silta.example.org"}, 403),
        ("http://127.0.0.1:8000", {}, {"Host": "localhost.example.org"}, 403),
        ("http://127.0.0.1:8000", {}, {"Host": "[::1"}, 403),
        ("http://127.0.0.1:8000", {}, {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("http://127.0.0.1:8000", {}, {"X-Forwarded-Proto": "https"}, 403),
        ("http://127.0.0.1:8000", {}, {"Forwarded": "for=127.0.0.1"}, 403),
        ("https://silta.example.org", {}, {}, 403),
    ],
)
def test_without_a_token_the_pages_answer_only_on_the_machine_itself(
    open_test_house: Callable[..., House],
    public_url: str,
    environ: Mapping[str, str],
    headers: Mapping[str, str],
    status: int,
) -> None:
    browser = Browser.of(build(open_test_house(public_url=public_url)))
    assert browser.get("/", environ_overrides=environ, headers=headers).status_code == status


def test_a_closed_page_says_which_setting_opens_it(browser: Browser) -> None:
    closed = browser.get("/deliveries", headers={"X-Forwarded-For": "10.0.0.1"})
    assert "set ADMIN_TOKEN" in seen(closed)
    assert "the request came through a proxy" in seen(closed)


@pytest.mark.parametrize("path", COORDINATORS)
def test_with_a_token_set_no_coordinators_page_answers_without_it(
    open_test_house: Callable[..., House], path: str
) -> None:
    browser = Browser.of(build(open_test_house(admin_token=TOKEN)))
    refused = browser.client.open(path, method="POST" if path == "/sign-out" else "GET")
    assert refused.status_code in {400, 401}
    assert "Deliveries" not in seen(refused)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN}", 200),
        ("Bearer " + "u" * 40, 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer", 401),
        ("Bearer ä", 401),
    ],
)
def test_only_the_right_bearer_token_opens(
    open_test_house: Callable[..., House], header: str, status: int
) -> None:
    house = open_test_house(admin_token=TOKEN, public_url="https://silta.example.org")
    answer = Browser.of(build(house)).get(
        "/", headers={"Authorization": header, "X-Forwarded-For": "10.0.0.1"}
    )
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
