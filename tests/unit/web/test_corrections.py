"""What has gone out is corrected and withdrawn on the pages, and stands as it is until another approved it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.app import House
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.web.browser import Browser, seen
from tests.unit.web.test_approvals import WORDS, alice, announce, app, bob, draft, house, items, turn

__all__ = ["alice", "app", "bob", "house"]


@pytest.fixture
def out(house: House, alice: Browser, bob: Browser, frozen: FrozenClock) -> None:
    """Alice's announcement, which Bob approved, has gone out to three."""
    announce(alice)
    release(house, bob, frozen)


def release(house: House, by: Browser, frozen: FrozenClock) -> None:
    version = draft(house).version
    by.submit("/approvals/1", "/approvals/1/approve", version=str(version))
    frozen.advance(minutes=2)
    turn(house)
    factories.plan(house.database, house.network)
    with house.database.writing() as session:
        for delivery in factories.deliveries(house.database):
            session.merge(delivery).state = "sent"


def correct(by: Browser, house: House, **change: str) -> Any:
    stated = {**WORDS, "do": "submit", "version": str(draft(house).version), **change}
    return by.submit("/announce/1", "/announce/1", **stated)


@pytest.mark.usefixtures("out")
def test_what_has_gone_out_is_corrected_and_stands_until_that_is_approved(
    house: House, alice: Browser, bob: Browser, frozen: FrozenClock
) -> None:
    page = bob.get("/approvals/1")
    assert 'href="/announce/1">Correct it</a>' in page.text
    form = seen(bob.get("/announce/1"))
    assert "Correct an announcement" in form
    assert "it stands as it is" in form
    assert "Posts that are out already stay as they are if roles are ticked now." in form
    assert correct(bob, house, title_fi="Tervetuloa kaikki").headers["Location"] == "/approvals/1"
    (item,) = items(house)
    assert item.details["title"]["fi"] == "Tervetuloa"
    waits = seen(alice.get("/approvals/1"))
    assert "This corrects an announcement that has gone out" in waits
    assert "2 contacts were told of it and get the correction; its post is changed in 1 conversation" in waits
    assert "Goes out now to" not in waits
    release(house, alice, frozen)
    (item,) = items(house)
    assert item.details["title"]["fi"] == "Tervetuloa kaikki"


@pytest.mark.usefixtures("out")
def test_a_correction_that_corrects_nothing_says_so_and_asks_nobody(house: House, alice: Browser) -> None:
    correct(alice, house)
    said = seen(alice.get("/approvals/1"))
    assert "Nothing was changed: what has gone out stays as it is." in said
    assert draft(house).state == "released"


@pytest.mark.usefixtures("out")
def test_roles_that_come_later_leave_posts_as_they_are_and_the_page_says_so(
    house: House, alice: Browser, bob: Browser
) -> None:
    correct(bob, house, roles="coordinator")
    waits = seen(alice.get("/approvals/1"))
    assert "1 contact was told of it and gets the correction" in waits
    assert "its post in 1 conversation stays as it is: it is for some roles only" in waits


@pytest.mark.usefixtures("out")
def test_a_dropped_correction_leaves_what_stands_and_the_way_to_another(house: House, alice: Browser) -> None:
    correct(alice, house, title_fi="Tervetuloa kaikki")
    alice.submit("/approvals/1", "/approvals/1/drop")
    page = alice.get("/approvals/1")
    assert "what has gone out stands as it is" in seen(page)
    assert "Correct it" in page.text
    correct(alice, house, title_fi="Tervetuloa te kaikki")
    assert draft(house).state == "waiting"


@pytest.mark.usefixtures("out")
def test_what_was_withdrawn_cannot_be_corrected(house: House, alice: Browser, bob: Browser) -> None:
    token = bob.token("/announce/1")
    assert "It cannot be undone." in seen(alice.get("/approvals/1"))
    alice.submit("/approvals/1", "/approvals/1/withdraw")
    page = seen(alice.get("/approvals/1"))
    assert "Withdrawn: whoever was told of it hears so." in page
    assert "It was withdrawn" in page
    (item,) = items(house)
    assert item.state == "withdrawn"
    late = bob.client.post("/announce/1", data={**WORDS, "version": "1", "do": "submit", "csrf_token": token})
    assert (late.status_code, "It was withdrawn meanwhile." in seen(late)) == (409, True)
    assert bob.get("/announce/1").headers["Location"] == "/approvals/1"
    assert "nothing of it can be corrected any more" in seen(bob.get("/approvals/1"))


def test_what_has_not_gone_out_is_not_withdrawn(house: House, alice: Browser) -> None:
    announce(alice)
    assert "Withdraw it" not in alice.get("/approvals/1").text
    alice.submit("/approvals/1", "/approvals/1/withdraw")
    assert "It has not gone out: drop it instead." in seen(alice.get("/approvals/1"))
    assert draft(house).state == "waiting"
