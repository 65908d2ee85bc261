"""`/m/<token>/answer|mute|remind/<item>`: nothing happens until a button is pressed."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from bot.app import House
from bot.contracts import Report
from bot.store.answers import AnswerRow, Mute
from bot.store.audit import Audit
from bot.store.contacts import Contact, contact_by_email
from bot.store.items import Item
from bot.store.plans import Reminder
from tests import factories
from tests.unit.web.browser import Browser, seen

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def alice(house: House) -> str:
    """The address of Alice's own page; item 1 is a call for Tampere."""
    with house.database.writing() as session:
        factories.person(session, "Alice", language="fi")
        factories.person(session, "Bob", language="sv", role="city_lead")
        factories.person(session, "Charlie", language="en", cities=())
    factories.tell(house.database, factories.details())
    factories.plan(house.database, house.network)
    return own_page(house, "alice")


def own_page(house: House, name: str) -> str:
    with house.database.reading() as session:
        contact = contact_by_email(session, f"{name}@example.org")
        assert contact
        return house.links.page(contact.pseudonym, contact.links_version).removeprefix(
            "http://127.0.0.1:8000"
        )


def answers(house: House) -> list[tuple[str, bool]]:
    with house.database.reading() as session:
        return [(row.answer, row.remind) for row in session.scalars(select(AnswerRow))]


def chosen(html: str) -> list[str]:
    return re.findall(r'name="answer" value="(\w+)" required checked', html)


def test_the_link_chooses_an_answer_and_records_nothing(alice: str, browser: Browser, house: House) -> None:
    page = browser.get(f"{alice}/answer/1?as=need_partner")
    words = seen(page)
    assert page.status_code == 200
    assert chosen(page.text) == ["need_partner"]
    assert '<html lang="fi">' in page.text
    for said in (
        "Haku",
        "15. tammikuuta 2027 klo 16.15",
        "Kiinnostaa",
        "Etsimme kumppania",
        "Ei meille",
        "Nähty",
    ):
        assert said in words
    assert "Mitään ei kirjata ennen kuin painat painiketta." in words
    assert answers(house) == []


def test_an_answer_is_recorded_by_the_button_shown_changed_and_taken_back(
    alice: str, browser: Browser, house: House
) -> None:
    here = f"{alice}/answer/1"
    answer = browser.client.post(here, data={"answer": "interested", "remind": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{here}?done")
    page = browser.get(f"{here}?done")
    assert "Merkitsimme: Kiinnostaa" in seen(page)
    assert chosen(page.text) == ["interested"]
    assert answers(house) == [("interested", True)]
    browser.client.post(here, data={"answer": "not_for_us"})
    assert answers(house) == [("not_for_us", False)]
    browser.client.post(here, data={"undo": "1"})
    assert answers(house) == []
    assert "Vastauksesi on peruttu." in seen(browser.get(f"{here}?done"))


@pytest.mark.parametrize("form", [{}, {"answer": ""}, {"answer": "maybe"}, {"answer": EVIL}])
def test_a_form_without_an_answer_says_so_and_records_nothing(
    alice: str, browser: Browser, house: House, form: dict[str, str]
) -> None:
    page = browser.client.post(f"{alice}/answer/1", data=form)
    assert page.status_code == 400
    assert "Valitse jokin vastauksista." in seen(page)
    assert "<script" not in page.text
    assert answers(house) == []


def test_looking_changes_nothing_whatever_the_link_says(alice: str, browser: Browser, house: House) -> None:
    for path in (
        "answer/1?as=interested&answer=interested&remind=1&undo=1",
        "mute/1?undo=1",
        "remind/1?day=2026-12-03&hour=09:00",
    ):
        for method in ("GET", "HEAD", "OPTIONS"):
            browser.client.open(f"{alice}/{path}", method=method)
    with house.database.reading() as session:
        for table in (AnswerRow.item_id, Mute.id, Audit.id):
            assert not session.scalars(select(table)).all()
        assert not session.scalars(select(Reminder.id).where(Reminder.about == "personal")).all()


def test_pages_are_private_and_need_no_script(alice: str, browser: Browser) -> None:
    for path in ("answer/1", "mute/1", "remind/1"):
        page = browser.get(f"{alice}/{path}")
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert "Set-Cookie" not in page.headers
        assert "<script" not in page.text


def test_a_forged_or_revoked_link_opens_and_does_nothing(
    alice: str, browser: Browser, house: House, subtests: pytest.Subtests
) -> None:
    with house.database.writing() as session:
        session.execute(update(Contact).where(Contact.name == "Bob").values(links_version=2))
    bob = own_page(house, "bob")
    with house.database.writing() as session:
        session.execute(update(Contact).where(Contact.name == "Bob").values(links_version=3))
    for path in (f"{alice[:-2]}AA", "/m/x", bob):
        for what in ("answer", "mute", "remind"):
            for method in ("GET", "POST"):
                with subtests.test(path=path, what=what, method=method):
                    page = browser.client.open(
                        f"{path}/{what}/1", method=method, data={"answer": "seen", "day": "2026-12-03"}
                    )
                    assert page.status_code == 404
                    assert "This link is no longer valid." in seen(page)
    assert answers(house) == []


@pytest.mark.parametrize("item", ["2", "0", "99999999999999999999999"])
def test_an_unknown_item_has_a_clear_page(alice: str, browser: Browser, item: str) -> None:
    for what in ("answer", "mute", "remind"):
        for method in ("GET", "POST"):
            page = browser.client.open(f"{alice}/{what}/{item}", method=method, data={"answer": "seen"})
            assert page.status_code == 404
            assert "Sinulle ei ole tällaista" in seen(page)


def test_an_item_that_waits_for_approval_is_not_there_and_a_withdrawn_one_cannot_be_answered(
    alice: str, browser: Browser, house: House
) -> None:
    with house.database.writing() as session:
        session.get_one(Item, 1).state = "waiting"
    assert browser.get(f"{alice}/answer/1").status_code == 404
    with house.database.writing() as session:
        session.get_one(Item, 1).state = "published"
    factories.tell(house.database, Report("id-0", None))
    assert "Peruutettu" in seen(browser.get(f"{alice}/answer/1"))
    page = browser.client.post(f"{alice}/answer/1", data={"answer": "seen"})
    assert page.status_code == 409
    assert "Se on peruutettu, joten siihen ei voi enää vastata." in seen(page)
    assert answers(house) == []


def test_muting_is_done_by_the_button_and_undone(alice: str, browser: Browser, house: House) -> None:
    here = f"{alice}/mute/1"
    assert "Koskee vain sinua." in seen(browser.get(here))
    assert browser.client.post(here).status_code == 303
    assert "Et saa tästä enää viestejä." in seen(browser.get(f"{here}?done"))
    with house.database.reading() as session:
        assert len(session.scalars(select(Mute)).all()) == 1
    browser.client.post(here, data={"undo": "1"})
    with house.database.reading() as session:
        assert not session.scalars(select(Mute)).all()


def test_only_a_citys_lead_can_mute_it_for_the_city(alice: str, browser: Browser, house: House) -> None:
    assert "Vaimenna koko kaupungilta" not in seen(browser.get(f"{alice}/mute/1"))
    refused = browser.client.post(f"{alice}/mute/1", data={"city": "tampere"})
    assert refused.status_code == 403
    assert "Vain kaupungin yhteyshenkilö voi tehdä sen." in seen(refused)
    bob = own_page(house, "bob")
    assert "Tysta för hela staden" in seen(browser.get(f"{bob}/mute/1"))
    assert browser.client.post(f"{bob}/mute/1", data={"city": "oulu"}).status_code == 403
    assert browser.client.post(f"{bob}/mute/1", data={"city": "tampere"}).status_code == 303
    assert "Låt staden höra om det här igen" in seen(browser.get(f"{bob}/mute/1"))
    browser.client.post(f"{bob}/mute/1", data={"city": "tampere", "undo": "1"})
    with house.database.reading() as session:
        assert not session.scalars(select(Mute)).all()


def test_a_reminder_is_kept_for_nine_in_the_readers_zone_and_forgotten(
    alice: str, browser: Browser, house: House
) -> None:
    here = f"{alice}/remind/1"
    page = browser.get(here)
    assert 'min="2026-11-24" max="2027-01-15"' in page.text
    assert 'value="09:00"' in page.text
    assert browser.client.post(here, data={"day": "2026-12-03", "hour": ""}).status_code == 303
    assert "3. joulukuuta 2026 klo 9.00 (Suomen aikaa)" in seen(browser.get(here))
    browser.client.post(here, data={"undo": "1"})
    assert "3. joulukuuta 2026" not in seen(browser.get(here))


@pytest.mark.parametrize(
    ("day", "hour", "status", "said"),
    [
        ("", "", 400, "Valitse päivä ja kellonaika."),
        ("3.12.", "9", 400, "Valitse päivä ja kellonaika."),
        ("2026-12-03", "25:00", 400, "Valitse päivä ja kellonaika."),
        ("9999-12-31", "23:59", 409, "Se olisi liian myöhään"),
        ("0001-01-01", "00:00", 400, "Valitse päivä ja kellonaika."),
        ("2026-11-24", "09:00", 409, "Se hetki on jo mennyt."),
        ("2027-01-15", "17:00", 409, "takaraja on 15. tammikuuta 2027 klo 16.15"),
        (EVIL, EVIL, 400, "Valitse päivä ja kellonaika."),
    ],
)
def test_a_moment_that_makes_no_sense_is_refused_in_words(
    alice: str, browser: Browser, house: House, day: str, hour: str, status: int, said: str
) -> None:
    page = browser.client.post(f"{alice}/remind/1", data={"day": day, "hour": hour})
    assert page.status_code == status
    assert said in seen(page)
    assert "<script" not in page.text


def test_the_roster_names_people_to_the_network_and_not_to_guests(
    alice: str, browser: Browser, house: House
) -> None:
    browser.client.post(f"{alice}/answer/1", data={"answer": "interested"})
    bob, charlie = (seen(browser.get(f"{own_page(house, name)}/answer/1")) for name in ("bob", "charlie"))
    assert "Svar hittills: 1 av 1" in bob
    assert "Tammerfors : Vi är intresserade Alice" in bob
    assert "Tampere : Interested" in charlie
    assert "Alice" not in charlie


def test_coordinators_see_who_answered_on_the_items_page(alice: str, browser: Browser) -> None:
    assert "Nobody has answered yet." in seen(browser.get("/items/1"))
    browser.client.post(f"{alice}/answer/1", data={"answer": "need_partner"})
    words = seen(browser.get("/items/1"))
    assert "1 of 1 city has answered; looking for a partner: Tampere" in words
    assert "Need a partner Alice by page" in words


def test_a_hostile_title_is_text_on_every_page(alice: str, browser: Browser, house: House) -> None:
    factories.tell(house.database, factories.details(title={"fi": EVIL}, url="javascript:alert(1)"))
    for what in ("answer", "mute", "remind"):
        page = browser.get(f"{alice}/{what}/1")
        assert "alert(1)" in page.text
        assert "<script" not in page.text
        assert "javascript:" not in page.text
