"""`/unsubscribe/<token>`: one click, by a person or by a mail program (RFC 8058)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.app import House
from bot.store.audit import Audit
from bot.store.contacts import Contact
from tests import factories
from tests.unit.web.browser import Browser, seen


@pytest.fixture
def stop(house: House) -> str:
    """The address in the header of a mail to Alice, to whom two calls are on their way."""
    with house.database.writing() as session:
        alice = factories.person(session, "Alice", language="en")
        path = house.links.unsubscribe(alice.pseudonym, alice.links_version)
    factories.tell(house.database, factories.details(), factories.details(title={"fi": "Toinen"}))
    factories.plan(house.database, house.network)
    return path.removeprefix("http://127.0.0.1:8000")


def rhythm(house: House) -> str:
    with house.database.reading() as session:
        return str(session.scalars(select(Contact.rhythm)).one())


def test_looking_asks_and_changes_nothing(stop: str, browser: Browser, house: House) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        assert browser.client.open(stop, method=method).status_code == 200
    assert "stop all messages from InnoCities to alice@example.org?" in seen(browser.get(stop))
    assert rhythm(house) == "now"


PART = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
CLICKS = [
    (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
    (PART, "multipart/form-data; boundary=x"),
    (b"", "text/plain"),
]


def test_one_post_stops_everything_without_cookie_or_token(
    stop: str, browser: Browser, house: House, subtests: pytest.Subtests
) -> None:
    for body, kind in CLICKS:
        with subtests.test(kind):
            with house.database.writing() as session:
                session.execute(update(Contact).values(rhythm="now"))
            answer = browser.client.post(stop, data=body, content_type=kind)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
            assert "You will not get any more messages from InnoCities." in seen(answer)
            assert rhythm(house) == "off"
    assert {delivery.state for delivery in factories.deliveries(house.database)} == {"cancelled"}


def test_the_trail_names_the_contact_by_pseudonym_and_once(stop: str, browser: Browser, house: House) -> None:
    for _ in range(2):
        assert browser.client.post(stop).status_code == 200
    with house.database.reading() as session:
        acts = session.execute(select(Audit.subject, Audit.action, Audit.facts)).all()
        assert acts == [
            (session.scalars(select(Contact.pseudonym)).one(), "contact.chose", {"rhythm": "off"})
        ]


def test_the_way_back_is_on_the_page(stop: str, browser: Browser, house: House) -> None:
    page = browser.client.post(stop).text
    way_back = page.partition('<a class="button" href="http://127.0.0.1:8000')[2].partition('"')[0]
    browser.client.post(way_back, data={"rhythm": "weekly"})
    assert rhythm(house) == "weekly"


def test_a_forged_or_revoked_link_stops_nobody(stop: str, browser: Browser, house: House) -> None:
    assert browser.client.post(f"{stop[:-1]}~").status_code == 404
    with house.database.writing() as session:
        session.execute(update(Contact).values(links_version=2))
    for method in ("GET", "POST"):
        assert browser.client.open(stop, method=method).status_code == 404
    assert rhythm(house) == "now"
