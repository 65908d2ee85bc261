"""A source whose options are changed reads another page: what that holds is taken in as at a first look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import clock
from bot.app import House
from bot.store.deliveries import Delivery
from bot.store.items import Item
from bot.web import build
from tests import factories
from tests.conftest import FrozenClock
from tests.fakes.feeds import FakeFeeds
from tests.unit.web.browser import Browser, seen
from tests.unit.web.test_sources import row

PAGE = "/sources/paper"
FORM = {"every": "900", "publish": "at_once", "item_kind": "news", "language": "fi", "visibility": "public"}


def rss(entries: Mapping[str, str]) -> str:
    items = "".join(
        f"<item><guid isPermaLink='false'>{key}</guid><title>{title}</title>"
        f"<pubDate>Tue, 24 Nov 2026 08:00:00 +0000</pubDate></item>"
        for key, title in entries.items()
    )
    return f"<rss version='2.0'><channel><title>Paper</title><link>https://example.org</link>{items}</channel></rss>"


@pytest.fixture
def feeds() -> Iterator[FakeFeeds]:
    with FakeFeeds() as server:
        server.serve("/old.xml", rss({"1": "Yksi", "2": "Kaksi"}))
        server.serve("/new.xml", rss({"2": "Kaksi toisin", "3": "Kolme"}))
        yield server


@pytest.fixture
def town(frozen: FrozenClock, open_test_house: Callable[..., House], feeds: FakeFeeds) -> House:
    """A house with a feed that was taken in silently; Alice is of Tampere, and Bob, who reads daily, of Turku."""
    house = open_test_house(fetch_allow_private=frozenset({feeds.place}))
    with house.database.writing() as session:
        factories.person(session, "Alice")
        factories.person(session, "Bob", cities=("turku",), rhythm="daily")
        factories.source(
            session, "paper", kind="feed", options={"url": feeds.url("/old.xml")}, next_at=clock.now(),
            defaults={"kind": "news", "language": "fi", "visibility": "public", "cities": ["tampere"], "topics": []},
        )  # fmt: skip
    work(house)
    return house


def work(house: House) -> None:
    steps = house.steps("once")
    while steps.poll() or steps.plan():
        pass
    steps.lanes.journal.close()


def told(house: House) -> list[tuple[int | None, str]]:
    with house.database.reading() as session:
        rows = session.execute(select(Delivery.item_id, Delivery.state).order_by(Delivery.id)).all()
    return [(item, state) for item, state in rows]


def titles(house: House) -> list[str]:
    with house.database.reading() as session:
        return [item.details["title"]["fi"] for item in session.scalars(select(Item).order_by(Item.id))]


def change(house: House, url: str, **more: str) -> str:
    browser = Browser.of(build(house))
    edit = f"{PAGE}/edit"
    assert "is read from its beginning again" in seen(browser.get(edit))
    form = {**FORM, "first_poll": "silent", "cities": "tampere", "option-url": url, **more}
    assert browser.submit(edit, edit, **form).status_code == 303
    return seen(browser.get(PAGE))


def test_what_another_page_holds_is_taken_in_silently_and_what_comes_later_is_told(
    town: House, feeds: FakeFeeds, frozen: FrozenClock
) -> None:
    said = change(town, feeds.url("/new.xml"))
    assert "nobody is told of what it holds: you choose what to announce" in said
    assert "Its next look is a first one" in said
    work(town)
    assert titles(town) == ["Yksi", "Kaksi toisin", "Kolme"]
    assert told(town) == []
    browser = Browser.of(build(town))
    assert "Its next look is a first one" not in seen(browser.get(PAGE))
    assert "Kolme" in seen(browser.get("/sifted"))
    feeds.serve("/new.xml", rss({"3": "Kolme", "4": "Neljä"}))
    frozen.advance(minutes=20)
    work(town)
    assert [item for item, _ in told(town)] == [4]


def test_what_it_holds_is_told_where_its_first_look_announces(town: House, feeds: FakeFeeds) -> None:
    feeds.serve("/new.xml", rss({"2": "Kaksi", "3": "Kolme"}))
    said = change(town, feeds.url("/new.xml"), first_poll="announce")
    assert "what is new in it is told" in said
    work(town)
    assert {item for item, _ in told(town)} == {3}


def test_other_cities_tell_nothing_of_what_is_known(
    town: House, feeds: FakeFeeds, frozen: FrozenClock
) -> None:
    """Whoever waits for a digest with it still gets it, as it is now."""
    feeds.serve("/old.xml", rss({"5": "Viisi"}))
    change(town, feeds.url("/old.xml"), cities="turku", first_poll="announce")
    work(town)
    assert told(town) == [(3, "held")]
    feeds.serve("/old.xml", rss({"5": "Viisi toisin"}))
    with town.database.writing() as session:
        factories.person(session, "Charlie", cities=("oulu",))
    browser = Browser.of(build(town))
    both = {**FORM, "first_poll": "silent", "option-url": feeds.url("/old.xml")}
    token = browser.token(f"{PAGE}/edit")
    data = {**both, "cities": ["turku", "oulu"], "csrf_token": token}
    assert browser.client.post(f"{PAGE}/edit", data=data).status_code == 303
    work(town)
    assert titles(town)[2] == "Viisi toisin"
    assert told(town) == [(3, "held")]
    with town.database.reading() as session:
        assert session.scalars(select(Delivery.revision)).all() == [2]


def test_a_new_key_or_rhythm_changes_nothing_of_what_is_told(house: House, browser: Browser) -> None:
    options = {"url": "https://forum.example.org", "api_key": "old", "api_username": "silta"}
    with house.database.writing() as session:
        factories.source(
            session, "paper", kind="discourse", options=options, cursor={"seen": 1}, well_at=clock.now(),
            next_at=clock.now() + timedelta(hours=1), failures=3,
            defaults={"kind": "news", "language": "fi", "visibility": "public", "cities": [], "topics": []},
        )  # fmt: skip
    edit = f"{PAGE}/edit"
    form = {**FORM, "first_poll": "silent", "option-url": options["url"], "option-api_username": "silta"}
    browser.submit(edit, edit, **{**form, "option-api_key": "new", "every": "3600"})
    changed = row(house)
    assert changed.options["api_key"] == "new"
    assert (changed.cursor, changed.well_at is None, changed.failures) == ({"seen": 1}, False, 0)
    assert changed.next_at == clock.now()
    assert "It is changed. " in seen(browser.get(PAGE))
