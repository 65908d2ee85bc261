"""A source is removed once its coordinator has read what stays, and put back without telling anything anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from bot import clock
from bot.app import House
from bot.intake.removal import KEPT
from bot.intake.watch.rounds import go_round
from bot.people.conversations import add_conversation
from bot.store.audit import Audit
from bot.store.deliveries import Delivery, Fanout
from bot.store.destinations import Destination
from bot.store.items import Item
from bot.store.sources import Source, source_named
from bot.store.watch import SourceTrouble
from bot.web import build
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.web.browser import Browser, seen
from tests.unit.web.test_sources import row, work

PAGE = "/sources/paper"


@pytest.fixture
def paper(house: House) -> str:
    """A source that reads one of the examples, told like everything new; Alice is of Tampere."""
    with house.database.writing() as session:
        factories.person(session, "Alice")
        factories.source(
            session, "paper", kind="feed", options={"example": "news.xml"}, next_at=clock.now(),
            first_poll="announce",
        )  # fmt: skip
    return PAGE


def remove(browser: Browser) -> str:
    answer = browser.submit(f"{PAGE}/remove", f"{PAGE}/remove")
    return seen(browser.get(answer.headers["Location"]))


def put_back(browser: Browser, house: House) -> str:
    with house.database.reading() as session:
        number = session.scalar(select(func.max(Source.id)).where(Source.name.contains("(removed")))
    answer = browser.submit("/sources", f"/removed-sources/{number}/put-back")
    return seen(browser.get(answer.headers["Location"]))


def count(house: House, table: Any) -> int:
    with house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_it_is_gone_and_what_it_brought_stays(house: House, browser: Browser, paper: str) -> None:
    work(house)
    items, told = count(house, Item), count(house, Fanout)
    assert min(items, told) > 0
    assert f"{PAGE}/remove" in browser.get(PAGE).text
    asked = seen(browser.get(f"{PAGE}/remove"))
    assert f"{items} items that it brought stay on pages" in asked
    assert "What people were told stays told" in asked
    assert "paper was removed; what it brought stays" in remove(browser)
    for path in (PAGE, f"{PAGE}/edit", f"{PAGE}/remove", "/sources/paper%20(removed)", "/in/paper"):
        assert browser.get(path).status_code in {404, 405}
    assert "paper" not in seen(browser.get("/")).split("Sources")[-1]
    assert seen(browser.get("/items/1")).count("paper (removed)")
    assert (count(house, Item), count(house, Fanout)) == (items, told)
    work(house)
    assert count(house, Item) == items
    with house.database.reading() as session:
        assert "source.removed" in session.scalars(select(Audit.action).where(Audit.subject == "paper")).all()


def test_put_back_it_tells_nothing_anew(
    house: House, browser: Browser, paper: str, frozen: FrozenClock
) -> None:
    work(house)
    items, told = count(house, Item), count(house, Fanout)
    before = row(house)
    remove(browser)
    frozen.advance(hours=20)
    assert "paper is back, and is asked in a moment: what it told before is not told again" in put_back(
        browser, house
    )
    after = row(house)
    assert (after.cursor, after.well_at, after.paused, after.defaults) == (
        before.cursor, before.well_at, False, before.defaults,
    )  # fmt: skip
    work(house)
    assert (count(house, Item), count(house, Fanout)) == (items, told)
    assert row(house).failures == 0


def test_put_back_after_days_it_is_taken_in_silently(
    house: House, browser: Browser, paper: str, frozen: FrozenClock
) -> None:
    with house.database.writing() as session:
        source = source_named(session, "paper")
        assert source is not None
        source.first_poll, source.well_at = "silent", clock.now()
    remove(browser)
    frozen.advance(days=3)
    assert "what it holds by now is taken in silently" in put_back(browser, house)
    work(house)
    assert count(house, Item) > 0
    assert count(house, Delivery) == 0


def test_its_name_is_free_and_a_second_one_may_be_removed_too(
    house: House, browser: Browser, paper: str
) -> None:
    remove(browser)
    with house.database.writing() as session:
        factories.source(session, "paper", kind="feed", options={"example": "news.xml"}, next_at=None)
    assert "Another source is called paper now" in put_back(browser, house)
    assert "paper was removed" in remove(browser)
    assert seen(browser.get("/sources")).count("Put back : paper") == 2
    assert "paper is back" in put_back(browser, house)


def test_after_a_month_its_options_are_forgotten_and_its_name_stays(
    house: House, browser: Browser, paper: str, frozen: FrozenClock
) -> None:
    work(house)
    remove(browser)
    with house.database.reading() as session:
        number = session.scalar(select(Source.id).where(Source.name == "paper (removed)"))
    frozen.advance(days=KEPT.days + 1)
    token = browser.token("/announce")
    with house.database.writing() as session:
        go_round(session, "Europe/Helsinki")
    with house.database.reading() as session:
        assert session.get_one(Source, number).options == {}
    assert "Put back" not in seen(browser.get("/sources"))
    late = browser.client.post(f"/removed-sources/{number}/put-back", data={"csrf_token": token})
    assert late.status_code == 404
    assert "paper (removed)" in seen(browser.get("/items/1"))


def test_its_troubles_end_and_nobody_is_told(house: House, browser: Browser, paper: str) -> None:
    with house.database.writing() as session:
        source = source_named(session, "paper")
        assert source is not None
        source.failures, source.fault = 3, "the server is away"
        session.add(
            SourceTrouble(source_id=source.id, kind="away", said="the server is away", began_at=clock.now())
        )
    remove(browser)
    assert "the server is away" not in seen(browser.get("/"))
    assert count(house, Delivery) == 0


def test_what_comes_with_silta_or_is_written_to_is_not_removed(
    house: House, browser: Browser, paper: str
) -> None:
    assert "pause it instead" in seen(browser.get("/sources/webhook/remove"))
    browser.submit("/sources/webhook/remove", "/sources/webhook/remove")
    assert row(house, "webhook").paused is False
    with house.database.writing() as session:
        factories.source(session, "forum", kind="discourse", options={}, next_at=None)
        add_conversation(session, "forum", sender="discourse", city="tampere", team="forum")
    said = seen(browser.get("/sources/forum/remove"))
    with house.database.reading() as session:
        place = session.scalar(select(Destination.id).where(Destination.address == "forum"))
    assert f"python -m bot destinations remove {place}" in said
    browser.submit("/sources/forum/remove", "/sources/forum/remove")
    assert row(house, "forum").paused is False
    assert "Nothing was done. Notices are written there too" in seen(browser.get("/sources/forum"))


def test_strangers_remove_nothing(app: Flask, open_plain_house: Callable[..., House], paper: str) -> None:
    browser, outside = Browser.of(app), {"REMOTE_ADDR": "203.0.113.7"}
    assert browser.get(f"{PAGE}/remove", environ_overrides=outside).status_code == 403
    assert browser.client.post(f"{PAGE}/remove", environ_overrides=outside).status_code == 403
    assert browser.client.post(f"{PAGE}/remove").status_code == 400
    assert Browser.of(build(open_plain_house())).get("/sources/announcements/remove").status_code == 404
