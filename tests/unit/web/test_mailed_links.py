"""Signing in by a mailed link: once, for a quarter of an hour, in the browser that asked."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from bot.app import House
from bot.people.erasure import erase
from bot.store.audit import Audit
from bot.store.contacts import Contact, contact_by_email
from bot.store.deliveries import Delivery, MessageRow
from bot.store.sign_ins import SignIn
from bot.web import build
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.web.browser import Browser, seen

AWAY = {"REMOTE_ADDR": "203.0.113.9", "HTTP_HOST": "silta.example.org", "wsgi.url_scheme": "https"}
SETTINGS = {
    "public_url": "https://silta.example.org",
    "smtp_host": "127.0.0.1",
    "mail_from": "Silta <silta@example.org>",
    "delivery_mode": "live",
}


@pytest.fixture
def house(open_test_house: Callable[..., House], frozen: FrozenClock) -> House:
    """A house that others reach, with mail and without ADMIN_TOKEN; Alice coordinates, Bob reads."""
    opened = open_test_house(**SETTINGS)
    with opened.database.writing() as session:
        factories.person(session, "Alice", role="coordinator", slack_user_id="U0ALICE")
        factories.person(session, "Bob")
    return opened


@pytest.fixture
def app(house: House) -> Flask:
    return build(house)


def away(app: Flask, address: str = "203.0.113.9") -> Browser:
    """A browser somewhere else, which speaks https."""
    browser = Browser.of(app)
    browser.client.environ_base.update({**AWAY, "REMOTE_ADDR": address})
    browser.client.environ_base["HTTP_REFERER"] = "https://silta.example.org/sign-in"
    return browser


def ask(browser: Browser, address: str = "alice@example.org", onward: str = "/items") -> str:
    answer = browser.submit("/sign-in", "/sign-in/mail", email=address, next=onward)
    return answer.headers.get("Location", str(answer.status_code))


def mailed(house: House) -> list[str]:
    """The paths of the links in the mails that wait to be sent, as their envelopes have them."""
    with house.database.reading() as session:
        codes = session.scalars(
            select(Delivery.reason).where(Delivery.purpose == "sign-in").order_by(Delivery.id)
        )
        links = [house.links.sign_in(int(code.partition(":")[2])) for code in codes]
    return [link.removeprefix("https://silta.example.org") for link in links]


def enter(browser: Browser, path: str) -> str:
    answer = browser.submit(path, path)
    return answer.headers.get("Location", str(answer.status_code))


def acts(house: House) -> list[tuple[str, str]]:
    with house.database.reading() as session:
        names = {row.pseudonym: row.name for row in session.scalars(select(Contact))}
        rows = session.execute(select(Audit.actor, Audit.action).order_by(Audit.id))
        return [(names.get(actor, actor), action) for actor, action in rows]


def test_a_coordinator_gets_in_by_the_link_and_stays_in(house: House, app: Flask) -> None:
    browser = away(app)
    assert browser.get("/items").status_code == 401
    assert ask(browser) == "/sign-in/asked"
    (path,) = mailed(house)
    assert browser.get(path).status_code == 200
    assert browser.get("/items").status_code == 401
    assert enter(browser, path) == "/items"
    page = browser.get("/items")
    assert page.status_code == 200
    assert "Signed in as Alice Sign out" in seen(page)
    assert acts(house) == [("Alice", "sign_in.asked"), ("Alice", "signed.in")]


def test_the_mail_goes_by_mail_at_once_and_holds_no_secret(house: House, app: Flask) -> None:
    ask(away(app))
    with house.database.reading() as session:
        delivery, message = session.execute(
            select(Delivery, MessageRow).join(MessageRow, MessageRow.id == Delivery.message_id)
        ).one()
    assert (delivery.sender, delivery.purpose, delivery.urgent, delivery.item_id) == (
        "email",
        "sign-in",
        True,
        None,
    )
    assert delivery.expires_at is not None
    token = mailed(house)[0].rpartition("/")[2]
    assert token not in str(message.content)
    assert message.content[0]["actions"][0]["personal"] == "sign_in"


def test_whose_address_it_is_shows_nowhere(house: House, app: Flask, subtests: pytest.Subtests) -> None:
    told = set()
    for address in (
        "alice@example.org",
        "bob@example.org",
        "nobody@example.org",
        "x" * 900,
        "",
        "a\r\nb",
        "\x00@x",
    ):
        with subtests.test(address[:20]):
            browser = away(app, f"203.0.113.{len(told) + 10}")
            assert ask(browser, address) == "/sign-in/asked"
            told.add(seen(browser.get("/sign-in/asked")))
    assert len(told) == 1
    assert len(mailed(house)) == 1


def test_only_the_browser_that_asked_can_use_it(house: House, app: Flask) -> None:
    mine, other = away(app), away(app)
    ask(mine)
    (path,) = mailed(house)
    refused = other.get(path)
    assert refused.status_code == 403
    assert "opens only in the browser that asked" in seen(refused)
    token = re.search(r'value="([^"]+)"', other.get("/sign-in").text)
    assert token
    assert other.client.post(path, data={"csrf_token": token[1]}).status_code == 403
    assert other.get("/items").status_code == 401
    assert enter(mine, path) == "/items"


def test_a_scanner_that_follows_every_link_spends_nothing(house: House, app: Flask) -> None:
    mine = away(app)
    ask(mine)
    (path,) = mailed(house)
    for _ in range(3):
        away(app).get(path)
        away(app).client.head(path)
        mine.client.head(path)
    assert enter(mine, path) == "/items"


def test_it_works_once_and_for_a_quarter_of_an_hour(house: House, app: Flask, frozen: FrozenClock) -> None:
    mine = away(app)
    ask(mine)
    ask(mine)
    first, second = mailed(house)
    assert enter(mine, first) == "/items"
    assert mine.get(first).status_code == 410
    assert "was used already" in seen(mine.get(first))
    assert mine.get(second).status_code == 410
    ask(mine)
    frozen.advance(minutes=15)
    late = mine.get(mailed(house)[2])
    assert late.status_code == 410
    assert "too old" in seen(late)


def test_a_forged_link_is_none(app: Flask, subtests: pytest.Subtests) -> None:
    for token in ("1", "1.x", "x" * 400, "%00", "1.%F0%9F"):
        with subtests.test(token):
            assert away(app).get(f"/sign-in/{token}").status_code == 404


def signed_in(house: House, app: Flask) -> Browser:
    browser = away(app)
    ask(browser)
    assert enter(browser, mailed(house)[-1]) == "/items"
    return browser


def test_signing_out_ends_the_session_wherever_its_cookie_is(house: House, app: Flask) -> None:
    mine, thief = signed_in(house, app), away(app)
    cookie = mine.client.get_cookie("silta")
    assert cookie
    thief.client.set_cookie("silta", cookie.value)
    assert thief.get("/items").status_code == 200
    mine.submit("/items", "/sign-out")
    assert mine.get("/items").status_code == 401
    assert thief.get("/items").status_code == 401
    assert acts(house)[-1] == ("Alice", "signed.out")


def test_a_lost_role_an_erasure_and_a_week_end_it(house: House, app: Flask, frozen: FrozenClock) -> None:
    demoted = signed_in(house, app)
    with house.database.writing() as session:
        session.execute(update(Contact).where(Contact.name == "Alice").values(role="contact"))
    assert demoted.get("/items").status_code == 401
    with house.database.writing() as session:
        session.execute(update(Contact).where(Contact.name == "Alice").values(role="admin"))
    assert demoted.get("/items").status_code == 200
    frozen.advance(days=7)
    assert demoted.get("/items").status_code == 401
    again = signed_in(house, app)
    with house.database.writing() as session:
        alice = contact_by_email(session, "alice@example.org")
        assert alice
        erase(session, alice, "test")
    assert again.get("/items").status_code == 401


def test_one_who_lost_the_role_before_opening_the_link_stays_out(house: House, app: Flask) -> None:
    mine = away(app)
    ask(mine)
    with house.database.writing() as session:
        session.execute(update(Contact).values(role="contact"))
    assert enter(mine, mailed(house)[0]) == "410"
    assert mine.get("/items").status_code == 401


def test_asking_is_limited_for_an_address_and_for_a_client(house: House, app: Flask) -> None:
    codes = [ask(away(app, f"203.0.113.{each}")) for each in range(7)]
    assert codes == ["/sign-in/asked"] * 5 + ["429"] * 2
    assert len(mailed(house)) == 5
    others = [ask(away(app, "198.51.100.1"), f"{each}@example.org") for each in range(21)]
    assert others == ["/sign-in/asked"] * 20 + ["429"]
    refused = away(app, "198.51.100.1").submit("/sign-in", "/sign-in/mail", email="new@example.org")
    assert refused.headers["Retry-After"] == "900"


def test_two_processes_mail_no_more_than_one(house: House) -> None:
    for _ in range(3):
        for _ in range(3):
            ask(away(build(house)))
    assert len(mailed(house)) == 5


def test_it_never_leads_to_another_site(house: House, app: Flask) -> None:
    browser = away(app)
    ask(browser, onward="//evil.example")
    assert enter(browser, mailed(house)[0]) == "/"


def test_a_form_from_another_site_is_refused(app: Flask) -> None:
    answer = away(app).client.post("/sign-in/mail", data={"email": "alice@example.org"})
    assert answer.status_code == 400


def test_without_mail_and_without_a_token_the_pages_are_closed_with_a_remedy(
    open_test_house: Callable[..., House], subtests: pytest.Subtests
) -> None:
    for lacking in (
        {"smtp_host": None},
        {"mail_from": None, "smtp_host": None},
        {"delivery_mode": "preview"},
    ):
        with subtests.test(lacking=lacking):
            browser = away(build(open_test_house(**{**SETTINGS, **lacking})))
            for path in ("/items", "/sign-in"):
                closed = browser.get(path)
                assert closed.status_code == 403
                assert "let mail go out" in seen(closed)


def test_beside_a_token_both_ways_are_offered(open_test_house: Callable[..., House]) -> None:
    browser = away(build(open_test_house(**SETTINGS, admin_token="t" * 40)))
    page = seen(browser.get("/items"))
    assert "Mail me a link" in page
    assert "with the installation's token instead" in page


def test_a_rehearsal_on_the_machine_itself_shows_the_link_but_not_to_a_coordinator(
    open_test_house: Callable[..., House], frozen: FrozenClock
) -> None:
    house = open_test_house()
    with house.database.writing() as session:
        factories.person(session, "Alice", role="coordinator")
        factories.person(session, "Bob", role="admin")
    browser = Browser.of(build(house))
    browser.submit("/sign-in", "/sign-in/mail", email="alice@example.org", next="/items")
    assert "It stands under Preview" in seen(browser.get("/sign-in/asked"))
    shown = re.search(r'href="http://127\.0\.0\.1:8000(/sign-in/[^"]+)"', browser.get("/preview").text)
    assert shown
    drawn = browser.get("/preview/1/email")
    assert drawn.status_code == 200
    assert shown[1] not in drawn.text
    assert enter(browser, shown[1]) == "/items"
    assert "Signed in as Alice" in seen(browser.get("/items"))
    browser.submit("/sign-in", "/sign-in/mail", email="bob@example.org", next="/")
    assert "/sign-in/2" not in browser.get("/preview?delivery=2").text
    with house.database.reading() as session:
        assert len(session.scalars(select(SignIn)).all()) == 2
