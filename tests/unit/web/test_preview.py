"""`/preview`: what would leave, in every form."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.app import House
from bot.people.conversations import add_conversation
from bot.store.contacts import contact_by_email
from bot.store.deliveries import Delivery
from tests import factories
from tests.unit.web.browser import Browser, seen


@pytest.fixture
def told(house: House) -> House:
    """Alice (Slack, Tampere), Bob (mail, daily, Turku) and a bilingual conversation hear of two calls."""
    with house.database.writing() as session:
        factories.person(session, "Alice", slack_user_id="U0ALICE", language="en")
        factories.person(session, "Bob", cities=("turku",), rhythm="daily", language="sv")
        add_conversation(session, "C0ALL", languages=("fi", "sv"))
    for city in ("tampere", "turku"):
        title = {language: f"{city} {language}" for language in ("fi", "sv", "en")}
        factories.tell(house.database, factories.details(title=title, cities=(city,)), name=city)
    factories.plan(house.database, house.network)
    return house


def the_one_of(told: House, recipient: str) -> int:
    with told.database.reading() as session:
        rows = session.query(Delivery).order_by(Delivery.id).all()
        return next(row.id for row in rows if recipient in row.dedupe_key or row.rhythm == recipient)


def test_a_personal_copy_is_drawn_for_slack_and_as_mail_side_by_side(told: House, browser: Browser) -> None:
    page = browser.get("/preview?q=alice")
    words = seen(page)
    assert "Slack goes this way" in words
    assert "Email the other way" in words
    assert "To Alice Slack · U0ALICE" in words
    assert "You get this because Tampere follows carbon neutrality." in words
    assert page.text.count("<iframe sandbox src=") == 2
    assert "tampere en\n" in page.text


def test_a_conversations_copy_is_drawn_for_slack_alone_in_all_its_languages(
    told: House, browser: Browser
) -> None:
    number = the_one_of(told, "place-")
    page = browser.get(f"/preview?delivery={number}")
    assert page.text.count("<iframe sandbox") == 1
    drawn = browser.get(f"/preview/{number}/slack").text
    assert "tampere fi" in drawn
    assert "tampere sv" in drawn
    assert browser.get(f"/preview/{number}/email").status_code == 404


def test_who_has_no_slack_identity_sees_how_it_would_look(told: House, browser: Browser) -> None:
    words = seen(browser.get("/preview?q=bob"))
    assert "Email goes this way" in words
    assert "Slack no address there" in words
    assert "waits for the daily digest" in words


def test_a_drawing_can_neither_run_nor_load_anything(
    told: House, browser: Browser, subtests: pytest.Subtests
) -> None:
    for medium in ("slack", "email"):
        with subtests.test(medium):
            drawn = browser.get(f"/preview/{the_one_of(told, 'now')}/{medium}")
            policy = drawn.headers["Content-Security-Policy"]
            assert all(rule in policy for rule in ("sandbox", "default-src 'none'", "frame-ancestors 'self'"))
            assert "style-src 'unsafe-inline'" in policy
            assert "tampere" in drawn.text


def test_a_contacts_own_links_are_not_shown_to_others(told: House, browser: Browser) -> None:
    with told.database.reading() as session:
        alice = contact_by_email(session, "alice@example.org")
        assert alice
        secret = alice.pseudonym
    number = the_one_of(told, secret)
    for path in (f"/preview?delivery={number}", f"/preview/{number}/slack", f"/preview/{number}/email"):
        page = browser.get(path).text
        assert secret not in page
        assert "/unsubscribe/not-shown-here" in page


QUERIES: list[tuple[str, set[str]]] = [
    ("", {"tampere fi", "turku fi"}),
    ("?city=tampere", {"tampere fi"}),
    ("?city=turku", {"turku fi"}),
    ("?item=2", {"turku fi"}),
    ("?q=bob", {"turku fi"}),
    ("?q=nobody", set()),
    ("?left=1&q=alice", {"tampere fi"}),
]


def test_messages_are_picked_by_contact_city_and_item(
    told: House, browser: Browser, subtests: pytest.Subtests
) -> None:
    for query, titles in QUERIES:
        with subtests.test(query):
            chooser = (
                browser.get(f"/preview{query}").text.partition('class="chooser"')[2].partition("</nav>")[0]
            )
            assert {title for title in ("tampere fi", "turku fi") if title in chooser} == titles


def test_what_has_left_is_shown_only_when_asked_for(told: House, browser: Browser) -> None:
    with told.database.writing() as session:
        session.execute(update(Delivery).values(state="sent"))
    assert "Nothing would leave." in seen(browser.get("/preview"))
    assert "Slack goes this way" in seen(browser.get("/preview?left=1&q=alice"))


def test_a_drawing_of_nothing_is_404(told: House, browser: Browser, subtests: pytest.Subtests) -> None:
    for path in ("999/slack", "1/pigeon", "99999999999999999999/slack", "x/slack"):
        with subtests.test(path):
            assert browser.get(f"/preview/{path}").status_code == 404
    page = browser.get("/preview?delivery=999")
    assert page.status_code == 200
    assert "tampere fi" in page.text
