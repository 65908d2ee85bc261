"""Alive, and ready."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text

from bot import clock
from bot.app import House
from bot.store.workplace import WorkerRow
from bot.web import build
from tests.conftest import FrozenClock
from tests.unit.web.browser import Browser


def seen_worker(house: House, ago: timedelta) -> None:
    now = clock.real_now()
    with house.database.writing() as session:
        row = WorkerRow(id="one", kind="separate", host="here", pid=1, started_at=now, seen_at=now - ago)
        session.add(row)


def test_the_process_says_that_it_lives(browser: Browser) -> None:
    answer = browser.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_it_is_ready_while_a_worker_is_at_work(browser: Browser, house: House, frozen: FrozenClock) -> None:
    assert browser.get("/readyz").status_code == 503
    seen_worker(house, timedelta())
    frozen.advance(29)
    assert browser.get("/readyz").json == {"status": "ready"}
    frozen.advance(2)
    answer = browser.get("/readyz")
    assert answer.status_code == 503
    assert answer.json
    assert "No worker was seen for 30 seconds" in answer.json["reasons"][0]


def test_a_separate_worker_is_asked_for_by_its_command(open_test_house: Callable[..., House]) -> None:
    answer = Browser.of(build(open_test_house(worker="separate"))).get("/readyz")
    assert "python -m bot worker" in answer.text


def test_an_old_schema_is_named_with_its_remedy(browser: Browser, house: House) -> None:
    seen_worker(house, timedelta())
    with house.database.engine.begin() as connection:
        before = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    answer = browser.get("/readyz")
    with house.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": before})
    assert answer.status_code == 503
    assert "python -m bot migrate" in answer.text


def test_a_broken_database_is_said_without_details(open_test_house: Callable[..., House]) -> None:
    house = open_test_house()
    browser = Browser.of(build(house))
    with house.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE workers RENAME TO gone"))
    ready, page = browser.get("/readyz"), browser.get("/")
    with house.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO workers"))
    assert (ready.status_code, ready.json and ready.json["reasons"]) == (
        503,
        ["The database does not answer."],
    )
    assert page.status_code in {500, 503}
    assert "workers" not in page.text
