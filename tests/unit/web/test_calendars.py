"""`/calendar/…`: what programs that subscribe get."""

from __future__ import annotations

from typing import Any

import pytest
import vobject
from sqlalchemy import update
from werkzeug.test import TestResponse

from bot import clock
from bot.app import House
from bot.contracts import Report
from bot.intake.accept import Rights
from bot.store.answers import Mute
from bot.store.contacts import Contact
from bot.store.drafts import Draft
from bot.store.items import Item
from tests import factories
from tests.conftest import NOON, FrozenClock
from tests.unit.web.browser import Browser

TAMPERE = "/calendar/tampere.ics"


def entries(answer: TestResponse) -> dict[str, Any]:
    """The events of an answer by the first part of their UID."""
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    found = getattr(vobject.readOne(answer.text), "vevent_list", [])
    return {each.uid.value.partition("@")[0]: each for each in found}


def tell(house: House, *said: Report | Any) -> None:
    factories.tell(house.database, *said)


def own(house: House, name: str = "Alice", **more: Any) -> str:
    with house.database.writing() as session:
        contact = factories.person(session, name, **more)
        return house.links.calendar(contact.pseudonym, contact.links_version).removeprefix(
            "http://127.0.0.1:8000"
        )


def test_a_city_has_its_public_items_and_those_for_all(house: House, browser: Browser) -> None:
    tell(
        house,
        factories.details(),
        factories.details(cities=()),
        factories.details(cities=("oulu",)),
        factories.details(visibility="network"),
    )
    assert list(entries(browser.get(TAMPERE))) == ["1-closes", "2-closes"]


def test_a_topic_has_its_items_of_every_city(house: House, browser: Browser) -> None:
    tell(house, factories.details(cities=("oulu",)), factories.details(topics=()))
    assert list(entries(browser.get("/calendar/topic/vahahiilisyys.ics"))) == ["1-closes"]


@pytest.mark.parametrize(
    "path", ["x.ics", "topic/x.ics", "topic/tampere.ics", "mine/x.ics", "tampere", "%00.ics"]
)
def test_what_is_not_there_is_404(browser: Browser, path: str) -> None:
    assert browser.get(f"/calendar/{path}").status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Sulkeutuu: Haku"),
        ("?language=sv", "Stänger: Ansökan"),
        ("?language=en", "Closes: Call"),
        ("?language=xx", "Sulkeutuu: Haku"),
    ],
)
def test_it_speaks_the_language_that_is_asked_for(
    house: House, browser: Browser, query: str, said: str
) -> None:
    tell(house, factories.details())
    (event,) = entries(browser.get(TAMPERE + query)).values()
    assert event.summary.value == said


def test_a_program_that_has_it_already_is_told_so(
    house: House, browser: Browser, frozen: FrozenClock
) -> None:
    tell(house, factories.details())
    first = browser.get(TAMPERE)
    tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
    frozen.advance(hours=6)
    for same in ({"If-None-Match": tag}, {"If-Modified-Since": changed}):
        again = browser.get(TAMPERE, headers=same)
        assert (again.status_code, again.data) == (304, b"")
    tell(house, factories.details(closes_at="2027-01-29"))
    for same in ({"If-None-Match": tag}, {"If-Modified-Since": changed}):
        assert browser.get(TAMPERE, headers=same).status_code == 200


def test_a_moved_deadline_moves_and_a_withdrawn_item_is_cancelled_and_then_gone(
    house: House, browser: Browser, frozen: FrozenClock
) -> None:
    tell(house, factories.details())
    tell(house, factories.details(closes_at="2027-01-29T16:15:00+02:00"))
    (event,) = entries(browser.get(TAMPERE)).values()
    assert (event.dtstart.value.day, event.sequence.value, event.status.value) == (29, "1", "CONFIRMED")
    tell(house, Report("id-0", None))
    (event,) = entries(browser.get(TAMPERE)).values()
    assert (event.dtstart.value.day, event.sequence.value, event.status.value) == (29, "2", "CANCELLED")
    frozen.advance(days=91)
    assert not entries(browser.get(TAMPERE))


def test_what_was_over_a_year_ago_is_left_out(house: House, browser: Browser, frozen: FrozenClock) -> None:
    tell(house, factories.details(closes_at="2026-11-30"), factories.details(closes_at="2027-06-01"))
    frozen.advance(days=372)
    assert list(entries(browser.get(TAMPERE))) == ["2-closes"]


def test_what_waits_for_approval_is_seen_nowhere(house: House, browser: Browser) -> None:
    tell(house, factories.details())
    with house.database.writing() as session:
        session.execute(update(Item).values(state="waiting"))
    assert not entries(browser.get(TAMPERE))


def test_what_was_approved_is_seen_by_programs_that_ask_by_date_alone(
    house: House, browser: Browser, frozen: FrozenClock
) -> None:
    tell(house, factories.details())
    with house.database.writing() as session:
        session.execute(update(Item).values(state="waiting"))
        draft = Draft(
            kind="item", subject_id=1, state="waiting", author="source:paper", content={},
            created_at=NOON, updated_at=NOON,
        )  # fmt: skip
        session.add(draft)
    seen = browser.get(TAMPERE).headers["Last-Modified"]
    frozen.advance(hours=1)
    with house.database.writing() as session:
        session.execute(update(Item).values(state="published"))
        session.execute(update(Draft).values(state="released", updated_at=clock.now()))
    answer = browser.get(TAMPERE, headers={"If-Modified-Since": seen})
    assert list(entries(answer)) == ["1-closes"]
    tell(house, Report("id-0", None))
    assert [event.status.value for event in entries(browser.get(TAMPERE)).values()] == ["CANCELLED"]


def test_what_was_withdrawn_before_anybody_approved_it_is_seen_nowhere(
    house: House, browser: Browser
) -> None:
    tell(house, factories.details())
    tell(house, Report("id-0", None))
    with house.database.writing() as session:
        draft = Draft(
            kind="item", subject_id=1, state="dropped", author="source:paper", content={},
            created_at=NOON, updated_at=NOON,
        )  # fmt: skip
        session.add(draft)
    assert not entries(browser.get(TAMPERE))


def test_ones_own_calendar_has_what_fits(house: House, browser: Browser) -> None:
    alice = own(house, language="sv", topics=("vahahiilisyys",))
    tell(
        house,
        factories.details(visibility="network"),
        factories.details(cities=("oulu",)),
        factories.details(topics=("vesi",)),
        factories.details(topics=(), cities=()),
        factories.details(),
    )
    with house.database.writing() as session:
        session.add(Mute(item_id=5, contact_id=1, made_at=NOON))
    answer = browser.get(alice)
    assert list(entries(answer)) == ["1-closes", "4-closes"]
    assert "X-WR-CALNAME:Mina datum från Innostäderna" in answer.text
    assert answer.headers["Cache-Control"].startswith("private")
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert browser.get(alice, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_whoever_hears_nothing_may_still_look(house: House, browser: Browser) -> None:
    alice = own(house, rhythm="off")
    tell(house, factories.details())
    assert list(entries(browser.get(alice))) == ["1-closes"]


def test_ones_own_address_is_secret_revocable_and_good_for_two_years(
    house: House, browser: Browser, frozen: FrozenClock
) -> None:
    alice = own(house)
    with house.database.reading() as session:
        page = house.links.page(session.get_one(Contact, 1).pseudonym, 1).rpartition("/")[2]
    assert browser.get(f"/calendar/mine/{page}.ics").status_code == 404
    assert browser.get(alice).status_code == 200
    with house.database.writing() as session:
        session.execute(update(Contact).values(links_version=2))
    assert browser.get(alice).status_code == 404


def test_looking_needs_no_token(open_test_house: Any, frozen: FrozenClock) -> None:
    from bot.web import build

    browser = Browser.of(build(open_test_house(admin_token="t" * 40)))
    assert browser.get(TAMPERE).status_code == 200
    assert browser.client.post(TAMPERE).status_code == 405


def test_a_silent_first_poll_is_in_the_calendar_too(house: House, browser: Browser) -> None:
    factories.tell(house.database, factories.details(), rights=Rights(tell=False))
    assert list(entries(browser.get(TAMPERE))) == ["1-closes"]
