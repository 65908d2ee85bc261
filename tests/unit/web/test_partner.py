"""A workspace's Partner API on the pages: what it can do, what is missing, and that its key is never shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bot.app import House
from bot.web import build
from tests import factories
from tests.conftest import FrozenClock
from tests.fakes.partner import FakePartner, piece
from tests.unit.web.browser import Browser, seen
from tests.unit.web.test_source_changes import FORM, work
from tests.unit.web.test_sources import row

PAGE = "/sources/paper"
READS = "is asked for news"


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePartner]:
    monkeypatch.setenv("no_proxy", "*")
    with FakePartner() as fake:
        fake.news = [piece(1)]
        yield fake


@pytest.fixture
def house(frozen: FrozenClock, open_test_house: Callable[..., House], workspace: FakePartner) -> House:
    """A house with a workspace whose mail is read, and no more."""
    house = open_test_house(fetch_allow_private=frozenset({workspace.place}))
    with house.database.writing() as session:
        factories.source(
            session, "paper", kind="howspace", options={"senders": "howspace.com"}, next_at=None, defaults={}
        )
    return house


def test_what_it_can_do_follows_from_what_is_set_up(house: House, workspace: FakePartner) -> None:
    browser = Browser.of(build(house))
    assert READS not in seen(browser.get("/sources"))
    stated = {f"option-{name}": value for name, value in FakePartner.options(workspace.url).items()}
    form = {**FORM, "first_poll": "silent", "option-senders": "howspace.com"}

    half = {name: value for name, value in stated.items() if name != "option-partner_key"}
    assert browser.submit(f"{PAGE}/edit", f"{PAGE}/edit", **form, **half).status_code == 303
    work(house)
    assert READS not in seen(browser.get("/sources"))
    assert "partner_key missing" in seen(browser.get(PAGE))
    assert workspace.requests == []

    assert browser.submit(f"{PAGE}/edit", f"{PAGE}/edit", **form, **stated).status_code == 303
    work(house)
    assert READS in seen(browser.get("/sources"))
    assert row(house).fault is None
    assert len(workspace.requests) == 2
    for page in (PAGE, f"{PAGE}/edit", "/sources"):
        assert workspace.KEY not in browser.get(page).get_data(as_text=True)

    off = dict.fromkeys(stated, "")
    browser.submit(f"{PAGE}/edit", f"{PAGE}/edit", **form, **off)
    assert READS not in seen(browser.get("/sources"))
