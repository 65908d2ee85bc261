"""A coordinator pastes what another program sends, and sees what would be made of it."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from bot import clock
from bot.app import House
from bot.contracts import Details, Report
from bot.intake.accept import Rights, accept
from bot.store.items import Item
from bot.store.sources import Source
from tests.unit.web.browser import Browser, seen

PAGE = "/sources/crm/sample"
FIELDS = 'external_id = id\ntitle.fi = name\nbody = text\ncloses_at = ends\ncities = city\nkind = `"call"`'


@pytest.fixture
def crm(house: House) -> int:
    """A source of signed JSON."""
    options = {"secrets": "a-secret-of-some-length", "fields": FIELDS, "items": "things"}
    with house.database.writing() as session:
        row = Source(name="crm", kind="signed_json", options=options, defaults={}, created_at=clock.now())
        session.add(row)
        session.flush()
        return row.id


def pasted(browser: Browser, *things: object) -> str:
    return seen(browser.submit(PAGE, PAGE, body=json.dumps({"things": things})))


def test_each_report_is_shown_field_by_field_and_nothing_is_kept(
    house: House, browser: Browser, crm: int
) -> None:
    thing = {
        "id": "41",
        "name": "Tukea <b>nyt</b>",
        "text": "**Hae**",
        "ends": "2027-01-15",
        "city": "tampere",
    }
    shown = pasted(browser, thing, {"id": "42", "name": "Toinen", "ends": "soon"})
    for words in (
        "New Id: 41",
        "Tukea <b>nyt</b>",
        "15 January 2027",
        "Tampere",
        "Hae",
        "items[1].closes_at",
    ):
        assert words in shown
    assert "(expression ends)" in shown
    assert "a-secret-of-some-length" not in shown
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 0


def test_what_is_known_already_is_said_with_its_item(house: House, browser: Browser, crm: int) -> None:
    details = Details(kind="call", title={"fi": "Tukea"}, visibility="public")
    with house.database.writing() as session:
        [made] = accept(session, crm, [Report("41", details)], Rights(), "Europe/Helsinki")
    assert f"Changes nothing of item {made.item_id}" in pasted(browser, {"id": "41", "name": "Tukea"})
    assert f"Changes item {made.item_id}" in pasted(browser, {"id": "41", "name": "Lisää tukea"})
    assert "New Id: 43" in pasted(browser, {"id": "43", "name": "Uusi"})


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("", 422, "Paste a body first."),
        ("x" * 300_000, 422, "larger than 256 KiB"),
        ("{", 200, "The body is not JSON"),
        ('{"things": []}', 200, "Nothing would be made of it."),
        ('{"things": ["</textarea><script>alert(1)</script>"]}', 200, "items[0].external_id"),
    ],
)
def test_whatever_is_pasted_the_page_says_something(
    browser: Browser, crm: int, body: str, status: int, said: str
) -> None:
    shown = browser.submit(PAGE, PAGE, body=body)
    assert shown.status_code == status
    assert said in seen(shown)
    assert "<script>alert" not in shown.text


def test_a_source_that_reads_no_samples_has_no_such_page_and_strangers_see_none(app: Flask, crm: int) -> None:
    browser = Browser.of(app)
    assert browser.get("/sources/webhook/sample").status_code == 404
    assert browser.get("/sources/none/sample").status_code == 404
    assert browser.get("/sources/a%00b/sample").status_code == 404
    outside = {"REMOTE_ADDR": "203.0.113.7"}
    assert browser.get(PAGE, environ_overrides=outside).status_code == 403
    assert browser.client.post(PAGE, data={"body": "{}"}).status_code == 400  # no token of a form
