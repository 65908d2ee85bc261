"""`/m/<token>/items` and `/m/<token>/why/<item>`: what is open for a reader, and why they hear of it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.app import House
from bot.contracts import Report
from bot.people.mutes import mute
from bot.store.audit import Audit
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery
from bot.store.items import Item
from tests import factories
from tests.conftest import NOON, FrozenClock
from tests.unit.web.browser import Browser, seen

NEWS = factories.details(title={"fi": "Kunto"}, kind="news", closes_at=None)


@pytest.fixture
def alice(house: House) -> str:
    """The address of Alice's own page."""
    with house.database.writing() as session:
        alice = factories.person(session, "Alice", language="fi")
        return house.links.page(alice.pseudonym, alice.links_version).removeprefix("http://127.0.0.1:8000")


def test_what_is_open_and_fits_is_listed_the_next_deadline_first(
    alice: str, browser: Browser, house: House
) -> None:
    factories.tell(
        house.database,
        factories.details(title={"fi": "Myöhempi"}, closes_at="2027-03-01"),
        factories.details(title={"fi": "Aiempi"}, closes_at="2026-12-01"),
        factories.details(title={"fi": "Muualla"}, cities=("oulu",)),
        factories.details(title={"fi": "Jatkuva"}, closes_at=None, continuous=True),
        factories.details(title={"fi": "Mennyt"}, kind="event", closes_at=None, starts_at="2026-11-01"),
        factories.details(title={"fi": "Peruttu"}),
    )
    factories.tell(house.database, Report("id-5", None))
    words = seen(browser.get(f"{alice}/items"))
    assert words.index("Aiempi") < words.index("Myöhempi") < words.index("Jatkuva")
    assert not [title for title in ("Muualla", "Mennyt", "Peruttu") if title in words]


def test_what_is_over_or_muted_or_waits_is_not_open(
    alice: str, browser: Browser, house: House, frozen: FrozenClock
) -> None:
    factories.tell(
        house.database,
        factories.details(),
        factories.details(title={"fi": "Kunto"}, kind="news", closes_at=None),
    )
    frozen.advance(days=60)
    assert "Haku" not in (words := seen(browser.get(f"{alice}/items")))
    assert "Kunto" in words
    with house.database.writing() as session:
        mute(session, session.get_one(Contact, 1), 2, "page", "")
    assert "Sinulle ei ole nyt mitään avoinna." in seen(browser.get(f"{alice}/items"))


def test_a_long_list_has_pages(alice: str, browser: Browser, house: House) -> None:
    factories.tell(
        house.database, *(factories.details(title={"fi": f"Haku {number:02}."}) for number in range(51))
    )
    first = browser.get(f"{alice}/items")
    assert seen(first).count("Haku") == 50
    assert f'href="{alice}/items?from=50"' in first.text
    second = browser.get(f"{alice}/items?from=50")
    assert seen(second).count("Haku") == 1
    assert f'href="{alice}/items?from=0"' in second.text
    for odd in ("-1", "x", "99999999999999999999", "999999999"):
        assert browser.get(f"{alice}/items?from={odd}").status_code == 200


def test_the_reader_is_told_the_rule_and_what_was_sent_when(
    alice: str, browser: Browser, house: House
) -> None:
    factories.tell(house.database, factories.details())
    factories.plan(house.database, house.network)
    with house.database.writing() as session:
        session.execute(update(Delivery).values(state="sent", settled_at=NOON))
    words = seen(browser.get(f"{alice}/why/1"))
    assert "Saat tämän, koska Tampere seuraa teemaa vähähiilisyys." in words
    assert "lähetetty: 24. marraskuuta 2026 klo 12.00 (Suomen aikaa)" in words
    assert "sähköposti" in words


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("held", "odottaa seuraavaa koostettasi"),
        ("queued", "tulossa: 24. marraskuuta 2026 klo 12.00"),
        ("failed", "ei lähetetty"),
        ("previewed", "ei lähetetty"),
    ],
)
def test_each_state_is_said_in_the_readers_words(
    alice: str, browser: Browser, house: House, state: str, said: str
) -> None:
    factories.tell(house.database, factories.details())
    factories.plan(house.database, house.network)
    with house.database.writing() as session:
        session.execute(update(Delivery).values(state=state))
    assert said in seen(browser.get(f"{alice}/why/1"))


def test_what_does_not_fit_or_is_muted_says_so(alice: str, browser: Browser, house: House) -> None:
    factories.tell(house.database, factories.details(cities=("oulu",)), factories.details())
    assert "Tämä ei kuulu siihen, mitä olet valinnut" in seen(browser.get(f"{alice}/why/1"))
    assert "Sinulle ei ole lähetetty tästä mitään." in seen(browser.get(f"{alice}/why/1"))
    with house.database.writing() as session:
        mute(session, session.get_one(Contact, 1), 2, "page", "")
    assert "koska se on vaimennettu" in seen(browser.get(f"{alice}/why/2"))


@pytest.mark.parametrize("page", ["items", "why/1"])
def test_these_pages_are_private_change_nothing_and_need_the_token(
    alice: str, browser: Browser, house: House, page: str
) -> None:
    factories.tell(house.database, factories.details())
    answer = browser.get(f"{alice}/{page}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert browser.get(f"{alice}x/{page}").status_code == 404
    assert browser.client.post(f"{alice}/{page}").status_code == 405
    with house.database.writing() as session:
        assert session.query(Audit).count() == 0
        session.execute(update(Contact).values(links_version=2))
    assert browser.get(f"{alice}/{page}").status_code == 404


@pytest.mark.parametrize("item", ["0", "2", "2147483647"])
def test_an_item_that_is_not_there_has_a_page_of_its_own(
    alice: str, browser: Browser, house: House, item: str
) -> None:
    factories.tell(house.database, factories.details(), factories.details())
    with house.database.writing() as session:
        session.execute(update(Item).where(Item.id == 2).values(state="waiting"))
    assert browser.get(f"{alice}/why/{item}").status_code == 404
