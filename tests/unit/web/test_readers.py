"""`/m/<token>`: what a contact hears, and how."""

from __future__ import annotations

import re

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
    kept = (
        "rhythm", "language", "channel", "topics", "ladder", "hours", "timezone", "digest_day", "digest_hour", "letter",
    )  # fmt: skip
    before = contact(house)
    forms: tuple[tuple[dict[str, str], str], ...] = (
        ({}, ""),
        ({"topic": "vahahiilisyys"}, ""),
        ({"step": "14"}, ""),
        ({"rhythm": "hourly"}, "Lähetysrytmi: valintaa ei ole tarjolla"),
        ({"language": "<b>"}, "Kieli: valintaa ei ole tarjolla"),
        ({"channel": "pigeon"}, "Miten saat tiedon: valintaa ei ole tarjolla"),
        ({"steps": "chosen", "step": "4"}, "Muistutukset ennen määräaikaa: valintaa ei ole tarjolla"),
        ({"hours": "between", "first": "17", "last": "8"}, "Lähetysajat: valintaa ei ole tarjolla"),
        ({"hours": "between"}, "Lähetysajat: valintaa ei ole tarjolla"),
        ({"timezone": "../../etc/passwd"}, "Aikavyöhyke: valintaa ei ole tarjolla"),
        ({"digest_day": "7"}, "Viikkokoosteen päivä: valintaa ei ole tarjolla"),
        ({"digest_hour": "-1"}, "Koosteen kellonaika: valintaa ei ole tarjolla"),
    )
    for form, said in forms:
        with subtests.test(form=form):
            answer = browser.client.post(alice, data=form)
            assert answer.status_code == (422 if said else 303)
            assert said in seen(answer)
            after = contact(house)
            assert [getattr(before, name) for name in kept] == [getattr(after, name) for name in kept]


def test_when_one_hears_is_chosen_and_carried_to_the_subscription(
    alice: str, browser: Browser, house: House
) -> None:
    form = {
        "steps": "chosen", "step": ["2", "14"], "hours": "between", "first": "7", "last": "24", "letters": "asked",
        "names": "asked", "named": "yes",
        "timezone": "Europe/Lisbon", "digest_day": "0", "digest_hour": "0", "rhythm": "weekly",
    }  # fmt: skip
    assert browser.client.post(alice, data=form).status_code == 303
    now = contact(house)
    assert (now.ladder, now.hours, now.timezone) == ("14,2", "7-24", "Europe/Lisbon")
    assert (now.digest_day, now.digest_hour, now.letter, now.named) == (0, 0, False, True)
    with house.database.reading() as session:
        row = session.scalars(select(Subscription)).one()
        assert (row.hours, row.ladder, row.digest_day, row.digest_hour) == (
            "Europe/Lisbon 7-24",
            ",14,2,",
            0,
            0,
        )
    shown = browser.get(alice).text
    assert re.findall(r'name="step" value="(\d+)" checked', shown) == ["14", "2"]
    assert 'value="7" selected' in shown
    assert "<option selected>Europe/Lisbon</option>" in shown
    back = {
        "steps": "chosen", "step": ["30", "14", "7", "2", "0"], "hours": "always", "letters": "asked",
        "letter": "yes", "digest_day": "", "digest_hour": "",
    }  # fmt: skip
    browser.client.post(alice, data=back)
    now = contact(house)
    assert (now.ladder, now.hours, now.digest_day, now.digest_hour, now.letter) == (
        "",
        "always",
        None,
        None,
        True,
    )


def test_whoever_ticks_no_reminder_gets_none(alice: str, browser: Browser, house: House) -> None:
    browser.client.post(alice, data={"steps": "chosen"})
    assert contact(house).ladder == "none"
    assert not re.findall(r'name="step" value="(\d+)" checked', browser.get(alice).text)


def test_what_is_right_is_kept_beside_what_is_wrong(alice: str, browser: Browser, house: House) -> None:
    answer = browser.client.post(
        alice, data={"rhythm": "daily", "hours": "between", "first": "x", "last": "<i>"}
    )
    assert answer.status_code == 422
    assert "<i>" not in answer.text
    assert (contact(house).rhythm, contact(house).hours) == ("daily", "")


def test_the_calendars_are_offered_to_programs_and_to_copy(
    alice: str, browser: Browser, house: House
) -> None:
    browser.client.post(alice, data={"topics": "chosen", "topic": "vahahiilisyys"})
    shown = browser.get(alice).text
    addresses = re.findall(r'readonly value="http://127.0.0.1:8000([^"]+)"', shown)
    assert addresses[1:] == [
        "/calendar/tampere.ics?language=fi",
        "/calendar/topic/vahahiilisyys.ics?language=fi",
    ]
    assert 'href="webcal://127.0.0.1:8000/calendar/tampere.ics?language=fi"' in shown
    for address in addresses:
        assert browser.get(address).status_code == 200


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
