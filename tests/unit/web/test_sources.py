"""Coordinators see how the sources are, and pause, ask, try, add and change them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Never

import pytest
from flask import Flask
from sqlalchemy import func, select

from bot import clock
from bot.app import House
from bot.contracts import Source as Asked
from bot.intake.poll import LEASE, poll_named
from bot.intake.trial import run_trial
from bot.store.audit import Audit
from bot.store.items import Item
from bot.store.sources import Source, source_named
from bot.store.watch import SourceTrouble
from bot.web import build
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.web.browser import Browser, seen

PAGE = "/sources/paper"


@pytest.fixture
def paper(house: House) -> str:
    """A source that reads one of the examples that come with Silta."""
    with house.database.writing() as session:
        factories.source(session, "paper", kind="feed", options={"example": "news.xml"}, next_at=clock.now())
    return PAGE


def work(house: House) -> None:
    steps = house.steps("once")
    while steps.poll():
        pass
    steps.lanes.journal.close()


def row(house: House, name: str = "paper") -> Source:
    with house.database.reading() as session:
        found = source_named(session, name)
        assert found is not None
        return found


def press(browser: Browser, act: str) -> str:
    assert browser.submit(PAGE, f"{PAGE}/{act}").status_code == 303
    return seen(browser.get(PAGE))


def test_it_is_paused_and_resumed_and_twice_does_nothing(house: House, browser: Browser, paper: str) -> None:
    assert "It is paused" in press(browser, "pause")
    assert "Nothing was done" in press(browser, "pause")
    assert row(house).paused
    assert "Paused" in seen(browser.get("/sources"))
    assert "It brings news again" in press(browser, "resume")
    assert not row(house).paused
    with house.database.reading() as session:
        acts = session.scalars(select(Audit.action).where(Audit.subject == "paper").order_by(Audit.id)).all()
    assert acts == ["source.paused", "source.resumed"]


def test_it_is_asked_by_a_worker_and_not_too_often(
    house: House, browser: Browser, paper: str, frozen: FrozenClock
) -> None:
    work(house)
    assert "Nothing was done" in press(browser, "run")
    frozen.advance(minutes=2)
    assert "A worker asks it now" in press(browser, "run")
    assert row(house).next_at == clock.now()
    work(house)
    assert "Well" in seen(browser.get(PAGE))
    assert "Last runs" in seen(browser.get(PAGE))


def test_a_dry_run_shows_what_would_come_and_changes_nothing(
    house: House, browser: Browser, paper: str
) -> None:
    with house.database.writing() as session:
        source_named(session, "paper").next_at = clock.now() + timedelta(days=1)  # type: ignore[union-attr]
    assert "it waits for a worker" in press(browser, "try")
    work(house)
    page = seen(browser.get(PAGE))
    assert "What would come of what it shows" in page
    assert re.search(r"as of .*: \d+ new\. Nothing was changed", page)
    assert row(house).cursor == {}
    assert row(house).asked_at is None
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 0


def test_a_dry_run_that_a_restart_cut_short_is_shown_and_may_be_started_again(
    house: House, browser: Browser, paper: str, frozen: FrozenClock
) -> None:
    def die(_: Source) -> Never:
        raise KeyboardInterrupt

    press(browser, "try")
    with pytest.raises(KeyboardInterrupt):
        run_trial(house.database, die, factories.ZONE)
    assert "a worker is on it" in seen(browser.get(PAGE))
    assert "a worker reads it just now" in press(browser, "try")
    frozen.advance((LEASE + timedelta(seconds=1)).total_seconds())
    assert "ended before it was done, and nothing was changed" in seen(browser.get(PAGE))
    assert "it waits for a worker" in press(browser, "try")
    work(house)
    assert "What would come of what it shows" in seen(browser.get(PAGE))
    assert "it was tried too short a time ago" in press(browser, "try")


def test_a_source_that_failed_may_be_asked_and_tried_again_after_a_minute(
    house: House, browser: Browser, frozen: FrozenClock
) -> None:
    with house.database.writing() as session:
        options = {"url": "http://127.0.0.1:9/", "item": "article"}
        factories.source(session, "paper", kind="html_list", options=options, next_at=clock.now())
    press(browser, "try")
    work(house)
    frozen.advance(minutes=2)
    for act in ("run", "try"):
        assert "A worker" in press(browser, act)
    work(house)
    frozen.advance(minutes=2)
    press(browser, "pause")
    press(browser, "resume")
    assert row(house).next_at == clock.now()


def test_a_source_that_was_never_well_is_not_said_to_have_been(house: House, browser: Browser) -> None:
    with house.database.writing() as session:
        options = {"url": "http://127.0.0.1:9/"}
        factories.source(session, "gone", kind="feed", options=options, next_at=clock.now())
    assert "Last read well not yet" in seen(browser.get("/sources/gone"))
    poll_named(house.database, house.open_source, "gone", "w", "UTC")
    assert "Last read well not yet" in seen(browser.get("/sources/gone"))


def test_to_pause_and_resume_a_source_does_not_have_it_asked_too_often(
    house: House, browser: Browser, paper: str
) -> None:
    work(house)
    planned = row(house).next_at
    press(browser, "pause")
    press(browser, "resume")
    assert row(house).next_at == planned


def test_what_a_source_is_asked_while_it_is_paused_or_changed_is_not_taken(
    house: House, browser: Browser, paper: str
) -> None:
    """The page takes it out of the worker's hands."""

    def change(source: Source) -> Asked:
        form = {"option-url": "https://example.org/feed", "every": "900"}
        browser.submit(f"{PAGE}/edit", f"{PAGE}/edit", **form)
        return house.open_source(source)

    polled = poll_named(house.database, change, "paper", "worker", factories.ZONE)
    assert "changed" in str(polled.fault)
    polled = poll_named(
        house.database,
        lambda source: (press(browser, "pause"), house.open_source(source))[1],
        "paper", "worker", factories.ZONE,
    )  # fmt: skip
    assert "paused" in str(polled.fault)
    assert row(house).cursor == {}


def test_troubles_stand_there_with_a_remedy_and_nothing_is_markup(
    house: House, browser: Browser, paper: str
) -> None:
    with house.database.writing() as session:
        source = source_named(session, "paper")
        assert source is not None
        source.fault, source.failures, source.asked_at = "<script>alert(1)</script>", 3, clock.now()
        session.add(
            SourceTrouble(
                source_id=source.id, kind="refused", said="<script>alert(1)</script>", began_at=clock.now()
            )
        )
    for path in ("/sources", PAGE):
        page = browser.get(path)
        assert "<script>alert" not in page.text
        assert "Cannot be read" in seen(page)
    assert "Check the key or the password" in seen(browser.get(PAGE))


def test_a_feed_is_added_and_changed_and_what_is_wrong_is_said(house: House, browser: Browser) -> None:
    form = {"kind": "feed", "name": "news", "option-url": "nowhere", "every": "900", "publish": "at_once"}
    wrong = browser.submit("/add-source?kind=feed", "/add-source", **form)
    assert wrong.status_code == 422
    assert "valid URL" in seen(wrong)
    wrong = browser.submit("/add-source?kind=feed", "/add-source", **{**form, "name": "A b", "every": "1"})
    assert "a name has small letters" in seen(wrong)
    assert "out of manners" in seen(wrong)
    right = {**form, "option-url": "https://example.org/feed", "cities": "tampere"}
    browser.submit("/add-source?kind=feed", "/add-source", **right)
    assert row(house, "news").options == {"url": "https://example.org/feed"}
    assert row(house, "news").defaults["cities"] == ["tampere"]
    again = browser.submit("/add-source?kind=feed", "/add-source", **right)
    assert "There is a source of that name already" in seen(again)
    edit = "/sources/news/edit"
    browser.submit(edit, edit, **{**right, "every": "1800", "publish": "after_approval"})
    assert (row(house, "news").every, row(house, "news").publish) == (1800, "after_approval")


def test_a_secret_is_never_shown_and_stays_when_nothing_is_typed(house: House, browser: Browser) -> None:
    options = {"secrets": "a-secret-of-some-length", "fields": "external_id = id\ntitle.fi = name"}
    with house.database.writing() as session:
        factories.source(session, "crm", kind="signed_json", options=options)
    edit = "/sources/crm/edit"
    assert "a-secret-of-some-length" not in browser.get(edit).text
    form = {"option-fields": "external_id = nr\ntitle.fi = name", "every": "900"}
    kept = browser.submit(edit, edit, **form)
    assert kept.status_code == 303, seen(kept)
    assert row(house, "crm").options["secrets"] == "a-secret-of-some-length"
    assert "external_id = nr" in row(house, "crm").options["fields"]


def test_ready_made_sources_are_offered_and_every_kind_has_a_form(house: House, browser: Browser) -> None:
    assert "Ready-made" in seen(browser.get("/add-source"))
    assert 'value="innokaupungit"' in browser.get("/add-source?preset=innokaupungit").text
    for kind in house.source_kinds():
        assert browser.get(f"/add-source?kind={kind}").status_code == 200
    assert browser.get("/add-source?kind=none").status_code == 404


def test_strangers_see_nothing_and_unknown_names_are_not_found(app: Flask, paper: str) -> None:
    browser = Browser.of(app)
    outside = {"REMOTE_ADDR": "203.0.113.7"}
    for path in ("/sources", PAGE, f"{PAGE}/edit", "/add-source"):
        assert browser.get(path, environ_overrides=outside).status_code == 403
    for path in ("/sources/none", "/sources/a%00b", "/sources/none/edit"):
        assert browser.get(path).status_code == 404
    assert browser.get(f"{PAGE}/pause").status_code == 405
    assert browser.client.post(f"{PAGE}/pause").status_code == 400


def test_a_webhook_without_its_secret_is_not_called_well(open_plain_house: Callable[..., House]) -> None:
    house = open_plain_house(webhook_secret=None)
    assert "Not set up" in seen(Browser.of(build(house)).get("/sources/webhook"))


def test_a_webhook_whose_secret_is_in_the_environment_sends_by_itself(
    open_plain_house: Callable[..., House],
) -> None:
    house = open_plain_house(webhook_secret=("whsec_" + "a" * 32,))
    words = seen(Browser.of(build(house)).get("/sources"))
    assert "webhook ✓ Well Signed webhook: sends by itself" in words
