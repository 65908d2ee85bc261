"""`/m/<token>`: what a contact hears, and how."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.app import House
from bot.contracts import Report
from bot.store.audit import Audit
from bot.store.contacts import Contact, contact_by_email
from bot.store.destinations import Subscription
from tests import factories
from tests.unit.web.browser import Browser, seen


@pytest.fixture
def alice(house: House) -> str:
    """The address of Alice's own page."""
    with house.database.writing() as session:
        alice = factories.person(session, "Alice", language="fi")
        session.flush()
        path = house.links.page(alice.pseudonym, alice.links_version).removeprefix("http://127.0.0.1:8000")
    factories.tell(
        house.database, factories.details(body={"fi": "Hae *nyt*."}, url="https://example.org/haku")
    )
    factories.plan(house.database, house.network)
    return path


def contact(house: House) -> Contact:
    with house.database.reading() as session:
        found = contact_by_email(session, "alice@example.org")
        assert found
        session.expunge(found)
        return found


def test_the_page_speaks_the_readers_language_and_shows_their_items(alice: str, browser: Browser) -> None:
    page = browser.get(alice)
    words = seen(page)
    assert '<html lang="fi">' in page.text
    assert "Hei Alice" in words
    assert "Kaupunkisi Tampere" in words
    assert "Rahoitushaku" in words
    assert "Haku" in words
    assert "<em>nyt</em>" in page.text
    assert 'href="https://example.org/haku"' in page.text
    assert "Deliveries" not in words


def test_the_page_is_private_and_sets_no_cookie(alice: str, browser: Browser) -> None:
    headers = browser.get(alice).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]
    assert "Set-Cookie" not in headers


def test_what_is_chosen_is_kept_and_said_in_the_new_language(
    alice: str, browser: Browser, house: House
) -> None:
    form = {
        "rhythm": "daily",
        "language": "sv",
        "channel": "email",
        "topics": "chosen",
        "topic": ["vahahiilisyys", "x"],
    }
    answer = browser.client.post(alice, data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{alice}?saved")
    assert "Sparat." in seen(browser.get(answer.headers["Location"]))
    alice_now = contact(house)
    assert (alice_now.rhythm, alice_now.language, alice_now.channel) == ("daily", "sv", "email")
    assert alice_now.topics == ["vahahiilisyys"]
    with house.database.reading() as session:
        assert session.scalars(select(Subscription.rhythm)).all() == ["daily"]
        acts = session.execute(select(Audit.action, Audit.subject)).all()
    assert acts == [("contact.chose", alice_now.pseudonym)]


def test_a_form_that_says_nothing_sensible_changes_nothing(
    alice: str, browser: Browser, house: House, subtests: pytest.Subtests
) -> None:
    kept = ("rhythm", "language", "channel", "topics")
    before = contact(house)
    forms: tuple[dict[str, str], ...] = (
        {},
        {"rhythm": "hourly"},
        {"language": "<b>"},
        {"channel": "pigeon"},
        {"topic": "vahahiilisyys"},
    )
    for form in forms:
        with subtests.test(form=form):
            assert browser.client.post(alice, data=form).status_code == 303
            after = contact(house)
            assert [getattr(before, name) for name in kept] == [getattr(after, name) for name in kept]


def test_all_topics_are_chosen_by_choosing_none(alice: str, browser: Browser, house: House) -> None:
    browser.client.post(alice, data={"topics": "chosen", "topic": "vahahiilisyys"})
    browser.client.post(alice, data={"topics": "chosen"})
    assert contact(house).topics == []


def test_a_withdrawn_item_is_marked(alice: str, browser: Browser, house: House) -> None:
    factories.tell(house.database, Report("id-0", None))
    assert "Peruutettu" in seen(browser.get(alice))


def test_a_forged_old_or_revoked_link_opens_nothing_in_three_languages(
    alice: str, browser: Browser, house: House, subtests: pytest.Subtests
) -> None:
    token = alice.removeprefix("/m/")
    stop = house.links.unsubscribe(contact(house).pseudonym, 1).rpartition("/")[2]
    for method in ("GET", "POST"):
        for dead in ("x", token[:-2] + "AA", token + ".x", stop, "%00", "a" * 5000):
            with subtests.test(method, dead=dead):
                answer = browser.client.open(f"/m/{dead}", method=method, data={"rhythm": "off"})
                assert answer.status_code == 404
                assert all(f'lang="{language}"' in answer.text for language in ("fi", "sv", "en"))
    with house.database.writing() as session:
        session.execute(update(Contact).values(links_version=2))
    for method in ("GET", "POST"):
        assert browser.client.open(alice, method=method, data={"rhythm": "off"}).status_code == 404
    assert contact(house).rhythm == "now"


def test_looking_changes_nothing(alice: str, browser: Browser, house: House) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        browser.client.open(f"{alice}?rhythm=off&saved=1", method=method)
    assert contact(house).rhythm == "now"
    with house.database.reading() as session:
        assert not session.scalars(select(Audit.id)).all()
