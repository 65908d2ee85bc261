"""`/archive`: letters for everybody, as they went out."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from bot import clock
from bot.app import House
from bot.contracts import Report
from bot.intake.accept import Rights
from bot.store.digests import Summary
from bot.store.drafts import Letter
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.letters.conftest import begin, release, send, week, write
from tests.unit.web.browser import Browser, seen

SECRET = "a" * 40


@pytest.fixture
def sent(house: House, frozen: FrozenClock) -> Letter:
    """A letter that went out on Friday."""
    factories.tell(house.database, *week())
    letter = begin(house)
    write(house, letter)
    return send(house, frozen, letter)


@pytest.fixture
def visitor(sent: Letter, app: Flask) -> Browser:
    """Somebody from outside."""
    return Browser.of(app)


def outside(browser: Browser, path: str, **more: Any) -> Any:
    """A request as it comes from the world, through a proxy."""
    return browser.get(path, headers={"X-Forwarded-For": "203.0.113.9", **more.pop("headers", {})}, **more)


def test_an_empty_archive_says_so(browser: Browser) -> None:
    assert "No letter has been sent yet." in seen(browser.get("/archive?language=en"))


def test_everybody_can_read_it_in_three_languages(visitor: Browser, subtests: pytest.Subtests) -> None:
    said = {
        "fi": ("Viikkokirje · 27. marraskuuta 2026", "Hyvä lukija", "Avoimet haut"),
        "sv": ("Veckobrev · 27 november 2026", "Bästa läsare", "Öppna utlysningar"),
        "en": ("Weekly letter · 27 November 2026", "Dear reader", "Open calls"),
    }
    for language, words in said.items():
        with subtests.test(language):
            page = outside(visitor, f"/archive/2026-48?language={language}")
            assert page.status_code == 200
            assert f'<html lang="{language}">' in page.text
            assert [each for each in words if each not in seen(page)] == []
            assert "InnoCities" not in page.text or language == "en"


def test_the_page_tells_machines_its_languages_title_and_that_they_may_read_it(visitor: Browser) -> None:
    page = outside(visitor, "/archive/2026-48?language=sv").text
    assert '<meta name="robots" content="index, follow">' in page
    assert 'hreflang="fi" href="http://127.0.0.1:8000/archive/2026-48?language=fi"' in page
    assert '<meta property="og:title" content="Innostäderna: vecka 48">' in page
    assert '<link rel="canonical" href="http://127.0.0.1:8000/archive/2026-48?language=sv">' in page


def test_the_list_names_each_letter_and_its_day(visitor: Browser) -> None:
    words = seen(outside(visitor, "/archive?language=en"))
    assert "InnoCities: week 48 27 November 2026" in words


def test_a_summary_by_a_language_model_says_so(house: House, frozen: FrozenClock, browser: Browser) -> None:
    factories.tell(house.database, *week())
    with house.database.writing() as session:
        made = {"item_id": 1, "revision": 1, "language": "en", "text": "In short.", "by": "model-1"}
        session.add(Summary(**made, made_at=clock.now()))
    send(house, frozen, begin(house))
    assert "In short. Summary by a language model" in seen(browser.get("/archive/2026-48?language=en"))
    assert "Summary by" not in seen(browser.get("/archive/2026-48?language=fi"))


def test_without_a_language_the_browsers_is_taken(visitor: Browser) -> None:
    page = outside(visitor, "/archive/2026-48", headers={"Accept-Language": "sv-FI, en;q=0.5"})
    assert page.headers["Content-Language"] == "sv"
    assert "Accept-Language" in page.headers["Vary"]
    assert outside(visitor, "/archive/2026-48?language=xx").headers["Content-Language"] == "fi"


def test_withdrawn_since_is_marked_changed_since_stays_as_it_was(visitor: Browser, house: House) -> None:
    factories.tell(house.database, Report("city", None))
    factories.tell(house.database, Report("call", factories.details(title={"en": "Another name"})))
    words = seen(outside(visitor, "/archive/2026-48?language=en"))
    assert "News from Oulu Withdrawn" in words
    assert "Low-carbon Tampere" in words
    assert "Another name" not in words


def test_what_is_not_public_any_more_is_not_shown(visitor: Browser, house: House) -> None:
    factories.tell(
        house.database,
        Report("all", factories.details(kind="news", title={"en": "For all"}, visibility="network")),
    )
    words = seen(outside(visitor, "/archive/2026-48?language=en"))
    assert "For all" not in words
    assert "This is not public any more." in words


def test_a_letter_that_has_not_gone_out_is_404(house: House, browser: Browser) -> None:
    factories.tell(house.database, *week())
    begin(house)
    assert browser.get("/archive/2026-48").status_code == 404
    assert "2026-48" not in browser.get("/archive").text
    assert release(house) == 0


def test_whoever_has_a_page_already_is_told_so(visitor: Browser) -> None:
    first = outside(visitor, "/archive/2026-48?language=en")
    again = outside(visitor, "/archive/2026-48?language=en", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Cookie" not in first.headers.get("Vary", "")
    assert "Set-Cookie" not in first.headers


def test_an_item_without_a_page_of_its_own_has_one_here(visitor: Browser) -> None:
    letter = outside(visitor, "/archive/2026-48?language=sv").text
    assert 'href="http://127.0.0.1:8000/archive/items/4?language=sv"' in letter
    assert "För alla" in seen(outside(visitor, "/archive/items/4?language=sv"))


def test_only_public_items_have_a_page(house: House, browser: Browser, subtests: pytest.Subtests) -> None:
    say = factories.details
    factories.tell(house.database, say(visibility="network"), say(body={"en": "<script>x</script> **bold**"}))
    waiting = Report("w", say(title={"en": "Unapproved"}))
    factories.tell(house.database, waiting, rights=Rights(publish="after_approval"))
    statuses = {
        path: browser.get(f"/archive/items/{path}").status_code for path in ("1", "2", "3", "99", "x", "-1")
    }
    assert statuses == {"1": 404, "2": 200, "3": 404, "99": 404, "x": 404, "-1": 404}
    assert "<script>" not in browser.get("/archive/items/2").text
    factories.tell(house.database, Report("id-1", None))
    assert "Withdrawn" in seen(browser.get("/archive/items/2?language=en"))


def test_the_deadlines_are_a_picture_with_words(visitor: Browser, house: House, frozen: FrozenClock) -> None:
    assert (
        outside(visitor, "/archive/2026-48/deadlines.png").status_code == 404
    )  # one deadline needs no picture
    frozen.advance(days=3)
    say = factories.details
    factories.tell(house.database, *(Report(f"p{day}", say(title={"en": f"Call {day}"}, closes_at=f"2026-12-{day}"))
                                     for day in (17, 21)))  # fmt: skip
    send(house, frozen, begin(house))
    page = outside(visitor, "/archive/2026-49?language=en").text
    assert 'alt="Coming deadlines: 17 December 2026: Call 17; 21 December 2026: Call 21"' in page
    picture = outside(visitor, "/archive/2026-49/deadlines.png?language=en")
    assert picture.data.startswith(b"\x89PNG")
    assert picture.mimetype == "image/png"
