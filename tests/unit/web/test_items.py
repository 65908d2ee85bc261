"""`/items`: what came in."""

from __future__ import annotations

import pytest

from bot.app import House
from bot.contracts import Report
from bot.intake.accept import Rights
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.web.browser import Browser, seen

EVIL = '<script>alert(1)</script> & "<!channel>" \u202eevil \U0001f389' + "x" * 300


@pytest.fixture
def news(house: House) -> House:
    """A call for Tampere, an event for all, and news that wait for approval."""
    with house.database.writing() as session:
        factories.person(session, "Alice")
    say = factories.details
    factories.tell(
        house.database,
        say(title={"fi": "ÄLYKÄS Tampere", "en": "Smart Tampere"}),
        say(kind="event", title={"sv": "Höstseminarium 100 %"}, cities=(), topics=(), closes_at=None),
    )
    factories.tell(
        house.database,
        Report("n", say(kind="news", title={"fi": "Uutinen"}, cities=("turku",), topics=())),
        rights=Rights(publish="after_approval"),
    )
    factories.plan(house.database, house.network)
    return house


QUERIES: list[tuple[str, list[str] | None]] = [
    ("", ["Uutinen", "Höstseminarium 100 %", "ÄLYKÄS Tampere"]),
    ("?kind=event", ["Höstseminarium 100 %"]),
    ("?city=tampere", ["ÄLYKÄS Tampere"]),
    ("?topic=vahahiilisyys", ["ÄLYKÄS Tampere"]),
    ("?state=waiting", ["Uutinen"]),
    ("?q=smart", ["ÄLYKÄS Tampere"]),
    ("?q=%C3%A4lyk%C3%A4s", ["ÄLYKÄS Tampere"]),
    ("?q=100+%25", ["Höstseminarium 100 %"]),
    ("?q=%25", ["Höstseminarium 100 %"]),
    ("?q=nothing+like+it", []),
    ("?q=%00%ED%A0%80", []),
    ("?before=2", ["ÄLYKÄS Tampere"]),
    ("?kind=%3Cb%3E&city=atlantis&before=99999999999999999999&_scheme=javascript", None),
]


def test_items_are_found_by_what_is_asked(news: House, browser: Browser, subtests: pytest.Subtests) -> None:
    everything = ["Uutinen", "Höstseminarium 100 %", "ÄLYKÄS Tampere"]
    for query, titles in QUERIES:
        with subtests.test(query):
            words = seen(browser.get(f"/items{query}"))
            assert [each for each in everything if each in words] == (
                everything if titles is None else titles
            )


def test_older_items_are_on_the_next_page_with_the_same_filter(house: House, browser: Browser) -> None:
    said = [factories.details(title={"fi": f"Haku {number:02}"}) for number in range(27)]
    factories.tell(house.database, *said)
    first = browser.get("/items?kind=call")
    assert "Haku 26" in first.text
    assert "Haku 02" in first.text
    assert "Haku 01" not in first.text
    assert 'href="/items?kind=call&amp;before=3"' in first.text
    second = browser.get("/items?kind=call&before=3")
    assert "Haku 01" in second.text
    assert "Haku 02" not in second.text
    assert "Newest" in second.text


def test_an_item_shows_languages_facts_revisions_and_who_is_told(news: House, browser: Browser) -> None:
    changed = factories.details(
        title={"fi": "Uusi nimi"}, body={"fi": "**Tärkeää** [tästä](https://example.org)"}
    )
    factories.tell(news.database, Report("id-0", changed))
    factories.plan(news.database, news.network)
    page = browser.get("/items/1")
    words = seen(page)
    assert "Closes 15 January 2027 at 16:15 (Finnish time)" in words
    assert "Topics carbon neutrality" in words
    assert "State open Cities Tampere" in words
    assert "2 The title was changed. · The text was changed." in words
    assert "paper id-0" in words
    assert "Alice alice@example.org You get this because Tampere follows carbon neutrality." in words
    assert "<strong>Tärkeää</strong>" in page.text


def test_a_withdrawn_item_stays_to_be_looked_at(news: House, browser: Browser) -> None:
    factories.tell(news.database, Report("id-0", None))
    assert "2 Withdrawn" in seen(browser.get("/items/1"))


def test_an_unknown_item_is_404(browser: Browser, subtests: pytest.Subtests) -> None:
    for path in ("/items/99", "/items/99999999999999999999", "/items/x", "/items/-1"):
        with subtests.test(path):
            assert browser.get(path).status_code == 404


def test_hostile_titles_and_texts_are_shown_and_do_nothing(
    house: House, browser: Browser, subtests: pytest.Subtests
) -> None:
    with house.database.writing() as session:
        factories.person(session, "<b>Alice</b>", email="alice@example.org")
    hostile = factories.details(
        title={"fi": EVIL},
        body={"fi": "<img src=x onerror=a()> [x](javascript:a()) ![p](https://spy.example/p.png)"},
        url="javascript:alert(1)",
        location="<i>here</i>",
    )
    factories.tell(house.database, hostile)
    factories.plan(house.database, house.network)
    for path in (
        "/",
        "/items",
        "/items/1",
        "/deliveries",
        "/preview",
        "/preview/1/email",
        "/preview/1/slack",
    ):
        with subtests.test(path):
            page = browser.get(path)
            assert page.status_code == 200
            assert "alert(1)" in page.text
            harm = ("<script", "<img", 'href="javascript:', "<b>Alice", "<i>here", 'src="https://spy')
            assert [each for each in harm if each in page.text] == []


def test_a_state_that_was_right_when_it_was_said_is_not_held_against_its_source(
    house: House, browser: Browser, frozen: FrozenClock
) -> None:
    say = factories.details
    factories.tell(
        house.database,
        say(closes_at="2026-11-26", stated_state="open"),
        say(closes_at="2026-11-26", stated_state="closed", title={"fi": "Toinen haku"}),
    )
    assert "(the source says closed)" in seen(browser.get("/items/2"))
    frozen.advance(days=5)
    for item in ("1", "2"):
        assert "closed" in seen(browser.get(f"/items/{item}"))
        assert "the source says" not in seen(browser.get(f"/items/{item}"))
