"""Coordinators compare what may be the same, decide, and part what was joined wrongly."""

from __future__ import annotations

from typing import Any

from bot.app import House
from bot.contracts import Report
from bot.intake.accept import Rights
from tests.factories import details, tell
from tests.unit.web.browser import Browser, seen


def two(house: House, **more: Any) -> None:
    """What two sources say; the second says something else too."""
    tell(house.database, Report("a", details(url="https://example.org/one", amount_eur=5)), name="one")
    said = details(**{"url": "https://example.org/two", "amount_eur": 7, **more})
    tell(house.database, Report("b", said), name="two")


def test_what_may_be_the_same_is_compared_side_by_side(house: House, browser: Browser) -> None:
    two(house, closes_at="2027-01-29", title={"en": "Call", "fi": "Haku<script>"})
    assert "1 pair of items may be the same" in seen(browser.get("/"))
    page = browser.get("/likenesses")
    assert "<script>" not in page.text
    text = " ".join(seen(page).split())
    assert "the titles are alike" in text
    assert "the deadlines differ" in text
    assert "Amount differs" in text
    assert "Cities differs" not in text


def test_the_same_become_one_and_the_old_address_leads_to_it(house: House, browser: Browser) -> None:
    two(house, closes_at="2027-01-29")
    browser.submit("/likenesses", "/likenesses/2/1/same")
    assert "They are one now: item 1" in seen(browser.get("/likenesses"))
    assert browser.get("/items/2").headers["Location"].endswith("/items/1")
    text = seen(browser.get("/items/1"))
    assert "Told by 2 sources" in text
    assert "Sources now give different deadlines" in text
    assert "may be the same" not in seen(browser.get("/"))


def test_different_ones_stay_two_and_a_second_press_does_nothing(house: House, browser: Browser) -> None:
    two(house, closes_at="2027-01-29")
    token = browser.get("/likenesses")
    assert "Different: keep both" in token.text
    browser.submit("/likenesses", "/likenesses/2/1/different")
    assert "not offered again" in seen(browser.get("/likenesses"))
    assert "Nothing waits" in seen(browser.get("/likenesses"))
    assert "Item 1" not in seen(browser.get("/items/2"))


def test_a_wrong_join_is_parted_on_the_items_page(house: House, browser: Browser) -> None:
    two(house)
    assert "Told by 2 sources" in seen(browser.get("/items/1"))
    assert "(one) · " in seen(browser.get("/items/1"))  # the amounts, side by side
    browser.submit("/items/1", "/items/1/part/2")
    text = seen(browser.get("/items/1"))
    assert "Parted: it is item 2 now" in text
    assert "Told by" not in text
    assert browser.get("/items/2").status_code == 200


def test_what_waits_for_approval_is_not_offered_before_it_is_published(
    house: House, browser: Browser
) -> None:
    tell(house.database, Report("a", details()), name="one")
    tell(house.database, Report("b", details()), name="two", rights=Rights(publish="after_approval"))
    assert "Nothing waits" in seen(browser.get("/likenesses"))
