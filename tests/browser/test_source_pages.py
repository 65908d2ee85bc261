"""The pages of sources in a real browser: at every width, by keyboard alone, with nothing in anybody's way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from bot import clock
from bot.app import House
from bot.contracts import Report
from bot.intake.accept import Rights
from bot.intake.relevance import Sieve, load_rules
from bot.intake.removal import remove
from bot.store.watch import SourceRun, SourceTrouble
from bot.web import build
from tests import factories
from tests.browser.conftest import served
from tests.conftest import FrozenClock

pytestmark = pytest.mark.of_sqlite

Open = Callable[..., Page]
PAGES = (
    "/", "/sources", "/sources/eura", "/sources/page", "/sources/acme/import", "/sources/eura/edit",
    "/sources/eura/remove", "/add-source", "/add-source?preset=innokaupungit", "/sifted", "/sifted?show=corrected",
    "/likenesses",
)  # fmt: skip
LONG = "Pitkäotsikkoinenhakukuntienjakaupunkienyhteishankkeille"


@pytest.fixture
def desk(frozen: FrozenClock, open_test_house: Callable[..., House]) -> Iterator[str]:
    """A house whose sources are well, in trouble, paused, silent, new and removed; with entries that were set aside."""
    house = open_test_house()
    now, day = clock.now(), timedelta(days=1)
    asked: dict[str, Any] = {"next_at": now + day / 24, "asked_at": now - day / 24, "well_at": now - day / 24}
    with house.database.writing() as session:
        factories.person(session, "Alice")
        eura = factories.source(session, "eura", kind="eura", sifted=True, brought_at=now - day, **asked)
        ill = factories.source(
            session, "page", kind="page_watch", failures=3, fault="nothing matches <main>", fault_kind="structure",
            options={"url": "https://example.org"}, **asked,
        )  # fmt: skip
        quiet = factories.source(
            session, "quiet", kind="feed", usual_gap=4 * 86_400, brought_at=now - 24 * day, **asked
        )
        factories.source(session, "paused", kind="feed", paused=True, **asked)
        factories.source(session, "new", kind="feed", next_at=now)
        factories.source(session, "acme", kind="howspace", next_at=None)
        remove(session, factories.source(session, "old", kind="feed", next_at=now))
        for at in range(3):
            session.add(
                SourceRun(
                    source_id=eura.id, asked_by="schedule", started_at=now - at * day, ended_at=now - at * day,
                    new=1, refused=2, rows=36, faults=["PSUEVK-105: it has no closing day"],
                )
            )  # fmt: skip
        for source, kind, said in (
            (ill, "structure", "nothing matches <main>"),
            (quiet, "silence", "nothing"),
        ):
            session.add(SourceTrouble(source_id=source.id, kind=kind, said=said, began_at=now - 8 * day))
    _tell(house)
    with served(build(house), "127.0.0.1") as address:
        yield address


def _tell(house: House) -> None:
    about = [factories.details(title={"fi": title}, cities=(), topics=()) for title in ("AKKE-haku", LONG)]
    sieve = Rights(sieve=Sieve(house.network, load_rules()))
    factories.tell(house.database, *about, rights=sieve, name="eura")
    factories.tell(house.database, factories.details(cities=()), rights=Rights(tell=False), name="quiet")
    for name, closes in (("paused", "2027-01-15"), ("new", "2027-01-29")):
        said = factories.details(title={"fi": "Vähähiilinen kaupunkiseutu"}, closes_at=closes, url=None)
        factories.tell(house.database, Report(name, said), name=name)


@pytest.mark.parametrize("width", [1280, 1100, 360])
def test_nothing_is_in_the_way_at_any_width(open_page: Open, desk: str, width: int) -> None:
    """axe-core finds nothing, opened and in the dark too; nothing is wider than the screen, and the top is one row."""
    page = open_page(desk, width=width)
    for path in PAGES:
        page.goto(desk + path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found = Axe().run(page).response["violations"]
            assert [(path, each["id"], each["nodes"][0]["html"]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if width > 1000:
            assert page.evaluate("document.querySelector('.top').offsetHeight") < 70, path


def test_by_keyboard_alone_a_source_is_removed_and_put_back(open_page: Open, desk: str) -> None:
    page = open_page(f"{desk}/sources/eura", java_script_enabled=False)
    _press(page, "link", "Remove it")
    expect(page.get_by_role("heading", name="Remove eura?")).to_be_visible()
    _press(page, "button", "Remove it")
    expect(page.get_by_role("status")).to_contain_text("eura was removed")
    _press(page, "button", re.compile("Put back ?: eura"))
    expect(page.get_by_role("status")).to_contain_text("eura is back")


def test_at_a_glance_stands_first_what_somebody_should_look_at(open_page: Open, desk: str) -> None:
    page = open_page(f"{desk}/sources")
    names = page.locator(".source .title a").all_text_contents()
    assert names == ["page", "quiet", "webhook", "new", "paused", "acme", "eura"]
    told = "7 sources: 2 to look at, 2 well, 1 not set up, 1 not asked yet, 1 paused."
    expect(page.locator("main")).to_contain_text(told)
    expect(page.locator("main")).to_contain_text("Nothing for 24 days; usually something every 4 days.")


def _press(page: Page, role: Any, name: str | re.Pattern[str]) -> None:
    """Reach it with the tab key, and press Enter."""
    wanted = page.get_by_role(role, name=name)
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.and_(page.locator(":focus")).count():
            break
    page.keyboard.press("Enter")
