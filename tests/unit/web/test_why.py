"""`/why`: the coordinators' page that says how it came."""

from __future__ import annotations

import pytest

from bot.app import House
from bot.people.erasure import erase
from bot.store.audit import Audit
from bot.store.contacts import Contact
from tests import factories
from tests.unit.web.browser import Browser, seen


@pytest.fixture(autouse=True)
def told(house: House) -> str:
    """Alice and Alicia are told of one of two items; returns Alice's pseudonym."""
    with house.database.writing() as session:
        alice = factories.person(session, "Alice")
        factories.person(session, "Alicia Öberg", email="oberg@example.org")
    factories.tell(
        house.database, factories.details(), factories.details(title={"fi": "Ääkkönen <b>"}, cities=("oulu",))
    )
    factories.plan(house.database, house.network)
    return alice.pseudonym


def test_every_decision_is_listed(browser: Browser, told: str) -> None:
    page = browser.get(f"/why?contact={told}&item=1")
    words = seen(page)
    assert "Alice <alice@example.org> and Haku" in words
    assert "result it fits. You get this because Tampere follows carbon neutrality." in words
    assert "delivery 1 notice of revision 1, queued by email" in words
    assert "cities no overlap" in seen(browser.get(f"/why?contact={told}&item=2"))


@pytest.mark.parametrize("who", ["alice@example.org", " ALICE@example.org ", "alice@"])
def test_a_contact_is_found_by_address_or_name(browser: Browser, who: str) -> None:
    assert "it fits" in seen(browser.get("/why", query_string={"contact": who, "item": "1"}))


def test_several_that_may_be_meant_are_offered(browser: Browser, told: str) -> None:
    people = browser.get("/why", query_string={"contact": "alic", "item": "1"})
    assert "Which of these people?" in seen(people)
    assert f'href="/why?contact={told}&amp;item=1"' in people.text
    assert "it fits" in seen(browser.get("/why", query_string={"contact": "öberg", "item": "haku"}))
    items = browser.get("/why", query_string={"contact": told, "item": "k"})
    assert "Which of these items?" in seen(items)
    assert "<b>" not in items.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "Name a contact and an item"),
        ({"contact": "nobody", "item": "1"}, "No contact has that name or address."),
        ({"contact": "alice@example.org"}, "Name an item as well."),
        ({"item": "1"}, "Name a contact as well."),
        ({"contact": "alice@example.org", "item": "99"}, "There is no such item"),
        ({"contact": "%", "item": "999999999999999999999"}, "No contact has that name or address."),
        ({"contact": "\x00\ud800", "item": "'; DROP TABLE items"}, "There is no such item"),
    ],
)
def test_what_is_missing_or_unknown_is_said(browser: Browser, query: dict[str, str], said: str) -> None:
    asked = {name: value.encode("utf-8", "surrogatepass") for name, value in query.items()}
    assert said in seen(browser.get("/why", query_string=asked))


def test_who_was_erased_is_found_by_pseudonym_only(browser: Browser, house: House, told: str) -> None:
    with house.database.writing() as session:
        erase(session, session.get_one(Contact, 1), "command")
    words = seen(browser.get(f"/why?contact={told}&item=1"))
    assert f"erased, {told}" in words
    assert "alice@example.org" not in words
    assert "it fits" not in words


def test_looking_changes_nothing_and_strangers_see_nothing(browser: Browser, house: House, told: str) -> None:
    path = f"/why?contact={told}&item=1"
    browser.get(path)
    assert browser.client.post(path).status_code in {400, 405}
    with house.database.reading() as session:
        assert not session.query(Audit).count()
    assert browser.get(path, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code in {401, 403}


def test_the_lists_lead_here(browser: Browser, told: str) -> None:
    assert f"/why?contact={told}&amp;item=1" in browser.get("/deliveries").text
    assert f"/why?contact={told}&amp;item=1" in browser.get("/items/1/told").text
    item = browser.get("/items/1").text
    assert 'href="/why?item=1"' in item
    assert 'href="/items/1/told"' in item
