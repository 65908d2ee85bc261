"""`/deliveries`: how it went, and what can be done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot import clock
from bot.app import House
from bot.people.conversations import add_conversation
from bot.people.erasure import erase
from bot.store.audit import Audit
from bot.store.contacts import contact_by_email
from bot.store.deliveries import Delivery, State
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.web.browser import Browser, seen


@pytest.fixture
def told(house: House) -> House:
    """Alice (by Slack), Bob (by mail) and a conversation are told of one call."""
    with house.database.writing() as session:
        factories.person(session, "Alice", slack_user_id="U0ALICE")
        factories.person(session, "Bob")
        add_conversation(session, "C0TAMPERE", city="tampere")
    factories.tell(house.database, factories.details(title={"fi": "Tampereen haku"}))
    factories.plan(house.database, house.network)
    return house


def put(house: House, state: State, delivery: int = 1, **more: object) -> None:
    with house.database.writing() as session:
        values = {"state": state, "settled_at": clock.now(), **more}
        session.execute(update(Delivery).where(Delivery.id == delivery).values(values))


QUERIES: list[tuple[str, set[str]]] = [
    ("", {"Alice", "Bob", "C0TAMPERE"}),
    ("?q=ALICE", {"Alice"}),
    ("?q=bob%40example", {"Bob"}),
    ("?q=c0tamp", {"C0TAMPERE"}),
    ("?q=%25", set()),
    ("?sender=slack", {"Alice", "C0TAMPERE"}),
    ("?destination=2", {"Alice"}),
    ("?state=failed", {"Bob"}),
    ("?item=1&sender=email", {"Bob"}),
    ("?item=7", set()),
    ("?before=2", {"Alice"}),
    ("?state=nonsense&sender=pigeon&destination=x", {"Alice", "Bob", "C0TAMPERE"}),
]


def test_deliveries_are_found_by_what_is_asked(
    told: House, browser: Browser, subtests: pytest.Subtests
) -> None:
    put(told, "failed", 2)
    for query, names in QUERIES:
        with subtests.test(query):
            words = seen(browser.get(f"/deliveries{query}"))
            assert {name for name in ("Alice", "Bob", "C0TAMPERE") if name in words} == names


def test_a_line_says_what_to_whom_why_and_how_it_went(told: House, browser: Browser) -> None:
    put(told, "failed", 2, error="550 mailbox <unknown>", attempts=8, doubts=1)
    words = seen(browser.get("/deliveries?state=failed"))
    assert "Failed Email Tampereen haku Bob bob@example.org" in words
    assert "You get this because Tampere follows carbon neutrality. 550 mailbox <unknown>" in words
    assert "Tue 24 Nov, 12:00 8 attempts, 1 in doubt" in words


def test_older_deliveries_are_on_the_next_page(house: House, browser: Browser) -> None:
    with house.database.writing() as session:
        for number in range(52):
            factories.person(session, f"Charlie{number:02}")
    factories.tell(house.database, factories.details())
    factories.plan(house.database, house.network)
    first = browser.get("/deliveries?sender=email")
    assert "/deliveries?sender=email&amp;before=3" in first.text
    assert "Charlie01" not in first.text
    assert "Charlie01" in browser.get("/deliveries?sender=email&before=3").text


def test_a_failed_delivery_is_sent_again_and_the_trail_says_so(told: House, browser: Browser) -> None:
    put(told, "failed", 2)
    answer = browser.submit(
        "/deliveries?state=failed", "/deliveries/2/send-again", back="/deliveries?state=failed"
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/deliveries?state=failed")
    assert "Delivery 2 is queued again: it goes out now." in seen(browser.get("/deliveries"))
    assert factories.deliveries(told.database)[1].state == "queued"
    with told.database.reading() as session:
        trail = session.execute(select(Audit.actor, Audit.action, Audit.subject, Audit.origin)).all()
    assert trail == [("local", "delivery.sent_again", "delivery 2", "127.0.0.1")]


def test_before_pressing_it_says_when_it_goes_out_and_then_it_does(
    told: House, browser: Browser, frozen: FrozenClock
) -> None:
    put(told, "failed", 2)
    assert "goes out now to 1" in seen(browser.get("/deliveries?state=failed"))
    frozen.advance(hours=10)
    for page in ("/deliveries?state=failed", "/items/1"):
        assert "goes out Wed 25 Nov, 08:00 to 1" in seen(browser.get(page))
    browser.submit("/deliveries", "/deliveries/2/send-again")
    assert "it goes out Wed 25 Nov, 08:00." in seen(browser.get("/deliveries"))
    assert factories.deliveries(told.database)[1].due_at == datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


def test_what_cannot_be_sent_again_says_why(told: House, browser: Browser) -> None:
    put(told, "failed", 1)
    put(told, "sent", 2)
    for delivery, words in (
        (2, "it has arrived"),
        (3, "it is on its way already"),
        (99, "it does not exist"),
    ):
        browser.submit("/deliveries", f"/deliveries/{delivery}/send-again")
        assert f"Delivery {delivery} was not queued: {words}." in seen(browser.get("/deliveries"))
    assert "Send again" not in browser.get("/deliveries?state=sent").text


def test_a_doubt_can_be_ended_by_who_looked(told: House, browser: Browser) -> None:
    put(told, "doubtful", 1, started_at=clock.now() - timedelta(hours=1), doubts=1)
    browser.submit("/deliveries?state=doubtful", "/deliveries/1/arrived")
    assert "Delivery 1 counts as sent." in seen(browser.get("/deliveries"))
    assert factories.deliveries(told.database)[0].state == "sent"
    put(told, "failed", 2)
    browser.submit("/deliveries", "/deliveries/1/arrived")
    assert "Delivery 1 is not in doubt any more." in seen(browser.get("/deliveries"))


def test_a_form_never_leads_to_another_site(told: House, browser: Browser, subtests: pytest.Subtests) -> None:
    for back in ("https://evil.example", "//evil.example", "javascript:alert(1)"):
        with subtests.test(back):
            put(told, "failed", 1)
            answer = browser.submit("/deliveries", "/deliveries/1/send-again", back=back)
            assert answer.headers["Location"] == "/deliveries"


def test_the_proof_stays_when_a_contact_was_erased(told: House, browser: Browser) -> None:
    put(told, "sent", 2)
    with told.database.writing() as session:
        bob = contact_by_email(session, "bob@example.org")
        assert bob
        erase(session, bob, "test")
    words = seen(browser.get("/deliveries"))
    assert "Somebody erased" in words
    assert "bob@example.org" not in words
    assert "Bob" not in words
