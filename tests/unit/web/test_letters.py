"""`/letters`: a coordinator makes the week's letter."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot.app import House
from bot.approval import drop
from bot.contracts import Report
from bot.letters.content import LetterContent
from bot.letters.writing import letter_named
from bot.store.audit import Audit
from bot.store.drafts import Draft
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.letters.conftest import OPENING, week
from tests.unit.web.browser import Browser, seen

DESK = "/letters/2026-48"
EVIL = '</textarea><script>alert(1)</script> & "x" \u202eevil'


@pytest.fixture
def begun(house: House, browser: Browser) -> House:
    """A house whose letter was begun with the button."""
    factories.tell(house.database, *week())
    assert browser.submit("/letters", "/letters").headers["Location"] == DESK
    return house


def content(house: House) -> LetterContent:
    with house.database.reading() as session:
        letter = letter_named(session, "2026-48")
    assert letter
    return LetterContent.of(letter)


def form(house: House, **more: str) -> dict[str, str]:
    """What the desk's form says when nothing was changed on it, with these changes."""
    now = content(house)
    said = {"version": str(now.version)}
    said |= {f"opening-{language}": text for language, text in OPENING.items()}
    for at, entry in enumerate(now.entries):
        said |= {f"section-{entry.item_id}": entry.section, f"order-{entry.item_id}": str(at * 10 + 10)}
        said |= {} if entry.out else {f"keep-{entry.item_id}": "1"}
    return {**said, **more}


def save(house: House, browser: Browser, **more: str) -> str:
    """Post the form, every item on it; returns what the page says then."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(DESK).text)
    assert token
    said = form(house, **more)
    ids = [str(entry.item_id) for entry in content(house).entries]
    answer = browser.client.post(DESK, data={**said, "item": ids, "csrf_token": token[1]})
    assert answer.status_code == 303
    return seen(browser.get(DESK))


def test_without_letters_the_page_says_how_one_begins(browser: Browser) -> None:
    assert "No letter yet." in seen(browser.get("/letters"))


def test_the_desk_shows_items_readers_and_what_is_missing(begun: House, browser: Browser) -> None:
    with begun.database.writing() as session:
        factories.person(session, "Alice")
        factories.person(session, "Bob", rhythm="weekly")
    factories.tell(begun.database, factories.details(title={"en": "For Bob's digest"}, visibility="network"))
    factories.plan(begun.database, begun.network)
    words = seen(browser.get(DESK))
    assert "goes out Fri 27 Nov, 08:00 in each reader's zone and sending hours to 1 (1 by Email)" in words
    assert "1 read its opening in their weekly digest" in words
    assert "English: the opening ; Höstseminarium" in words
    assert "closes 15 January 2027 at 16:15 (Finnish time)" in words
    assert "Vain verkostolle" not in words


def test_what_is_saved_is_there_and_in_the_audit_trail(begun: House, browser: Browser) -> None:
    assert "Saved." in save(begun, browser, **{"title-sv": "Vår vecka"})
    kept = content(begun)
    assert (kept.title["sv"], kept.opening["fi"]) == ("Vår vecka", OPENING["fi"])
    with begun.database.reading() as session:
        acts = session.scalars(select(Audit.action).where(Audit.subject == "letter 2026-48")).all()
    assert acts == ["letter.started", "letter.saved"]


def test_order_section_and_leaving_out(begun: House, browser: Browser) -> None:
    first, second = content(begun).entries[0], content(begun).entries[1]
    save(begun, browser, **{f"section-{first.item_id}": second.section, f"order-{first.item_id}": "99"})
    calls = content(begun).within(second.section)
    assert [each.item_id for each in calls] == [second.item_id, first.item_id]
    save(begun, browser, move=f"{first.item_id}:up")
    calls = content(begun).within(second.section)
    assert [each.item_id for each in calls] == [first.item_id, second.item_id]
    said = form(begun)
    del said[f"keep-{first.item_id}"]
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(DESK).text)
    assert token
    ids = [str(entry.item_id) for entry in content(begun).entries]
    browser.client.post(DESK, data={**said, "item": ids, "csrf_token": token[1]})
    assert first.item_id not in [entry.item_id for entry in content(begun).shown()]


def test_an_old_tab_is_told_and_overwrites_nothing(begun: House, browser: Browser) -> None:
    old = form(begun, **{"title-en": "Old tab"})["version"]
    save(begun, browser, **{"title-en": "New tab"})
    assert "Somebody saved this letter" in save(begun, browser, version=old, **{"title-en": "Old tab"})
    assert content(begun).title["en"] == "New tab"


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": "x"},
        {"version": ""},
        {"move": "9999:up"},
        {"move": ":"},
        {"item": "abc"},
        {"do": "nonsense"},
        {"section-1": "<b>"},
        {"order-1": "-5"},
        {"opening-fi": "x" * 9000},
    ],
    ids=str,
)
def test_a_form_that_makes_no_sense_breaks_nothing(
    begun: House, browser: Browser, wrong: dict[str, str]
) -> None:
    save(begun, browser, **wrong)
    assert len(content(begun).entries) == 4
    assert len(content(begun).opening.get("fi", "")) <= 4000


def test_what_came_since_is_taken_in(begun: House, browser: Browser) -> None:
    factories.tell(begun.database, Report("late", factories.details(kind="news", title={"fi": "Myöhäinen"})))
    assert "Take in what came since (1)" in seen(browser.get(DESK))
    assert "Saved; 1 new items were added." in save(begun, browser, do="take-in")
    assert len(content(begun).entries) == 5


def test_put_forward_it_waits_for_another_and_an_edit_must_be_approved_anew(
    begun: House, browser: Browser
) -> None:
    save(begun, browser, do="submit")

    def draft() -> Draft:
        with begun.database.reading() as session:
            return session.scalars(select(Draft).where(Draft.kind == "letter")).one()

    first = draft()
    assert (first.state, first.content["title"]["en"]) == ("waiting", "InnoCities: week 48")
    assert first.content["send_at"] == "2026-11-27T05:00:00+00:00"
    words = save(begun, browser, **{"title-en": "Another"})
    assert "What you save now must be approved again." in words
    assert (draft().id, draft().version) == (first.id, first.version + 1)


def test_a_letter_that_was_dropped_can_be_written_on_and_put_forward_again(
    begun: House, browser: Browser
) -> None:
    save(begun, browser, do="submit")
    begun.database.write(lambda session: drop(session, 1, "bob"))
    assert "Saved." in save(begun, browser)
    assert "put forward" in save(begun, browser, do="submit")
    with begun.database.reading() as session:
        assert session.scalars(select(Draft.state)).all() == ["waiting"]


@pytest.mark.parametrize("form_", ["mail", "page"])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_preview_shows_what_is_saved_in_a_frame_that_can_do_nothing(
    begun: House, browser: Browser, form_: str, language: str
) -> None:
    save(begun, browser)
    answer = browser.get(f"{DESK}/preview?language={language}&form={form_}")
    assert OPENING[language].split(",")[0] in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.headers["Cache-Control"] == "no-store"
    assert f'lang="{language}"' in answer.text
    assert len(answer.data) < 100_000


def test_the_block_for_creamailer_is_whole_and_has_nothing_personal(begun: House, browser: Browser) -> None:
    save(begun, browser)
    page = browser.get(f"{DESK}/creamailer?language=en")
    words = page.text
    assert "style=&#34;" in words
    assert "Low-carbon Tampere" in words
    assert "* Low-carbon Tampere" in words
    assert "/m/" not in words
    assert "/unsubscribe/" not in words
    assert "&lt;style" not in words


def test_hostile_words_are_shown_and_do_nothing(house: House, browser: Browser) -> None:
    factories.tell(
        house.database,
        factories.details(title={"fi": EVIL}, body={"fi": "<img src=x onerror=a()> [x](javascript:a())"},
                          url="javascript:alert(1)", location="<i>here</i>", kind="event", closes_at=None,
                          starts_at="2026-12-03"),
    )  # fmt: skip
    browser.submit("/letters", "/letters")
    save(
        house,
        browser,
        **{"title-fi": EVIL, "opening-fi": EVIL + " [x](javascript:a()) ![p](https://spy.example/p)"},
    )
    for path in (
        DESK,
        f"{DESK}/preview?language=fi&form=mail",
        f"{DESK}/preview?language=fi&form=page",
        f"{DESK}/creamailer?language=fi",
        "/letters",
    ):
        page = browser.get(path)
        assert page.status_code == 200, path
        harm = (
            "<script",
            "<img src=x",
            'href="javascript:',
            "<i>here",
            'src="https://spy',
            "</textarea><script",
        )
        assert [each for each in harm if each in page.text] == [], path


def test_an_unknown_letter_is_404(browser: Browser, subtests: pytest.Subtests) -> None:
    for path in ("/letters/2026-99", "/letters/x/preview", "/letters/x/creamailer", "/letters/%00"):
        with subtests.test(path):
            assert browser.get(path).status_code == 404


def test_a_get_changes_nothing(begun: House, browser: Browser, frozen: FrozenClock) -> None:
    before = content(begun)
    for path in (DESK, "/letters", f"{DESK}/preview?language=sv", f"{DESK}/creamailer"):
        browser.get(path)
    assert content(begun) == before


def test_a_letter_of_two_hundred_items_still_fits_a_mail_and_the_form(house: House, browser: Browser) -> None:
    say, long = factories.details, "Pitkä teksti kertoo hausta, sen ehdoista ja tuen määrästä. " * 20
    factories.tell(
        house.database,
        *(say(title={"fi": f"Haku {number} " + "x" * 80}, body={"fi": long}) for number in range(200)),
    )
    browser.submit("/letters", "/letters")
    assert "Saved." in save(house, browser)
    assert len(content(house).entries) == 200
    mail = browser.get(f"{DESK}/preview?language=fi&form=mail")
    assert len(mail.data) < 102_400  # Gmail cuts what is longer
    assert "Haku 199" in browser.get(f"{DESK}/preview?language=fi&form=page").text
