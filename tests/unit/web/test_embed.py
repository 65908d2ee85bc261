"""`/embed/howspace`: who is looking, what they see, and what its buttons do."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from bot.app import House
from bot.store.answers import AnswerRow, Mute
from bot.store.audit import Audit
from bot.store.chats import ThreadReply
from bot.store.contacts import Contact, contact_by_email
from bot.store.deliveries import Delivery, MessageRow
from bot.store.destinations import Destination
from bot.store.drafts import Draft
from bot.store.files import FileRow
from bot.web import build
from tests import factories
from tests.conftest import NOON, FrozenClock
from tests.unit.approval.test_file_kinds import picture
from tests.unit.web.browser import Browser, seen
from tests.workspace import OLD, ORIGIN, SECRET, sign, signed

HOSTILE = "</script><b>Mallory</b> `x` [a](https://evil.example)"


@pytest.fixture
def house(open_test_house: Callable[..., House]) -> House:
    """A house whose page stands in a workspace; Alice is of Tampere and reads Finnish."""
    house = open_test_house(howspace_embed_secret=f"{SECRET} {OLD}", howspace_origin=(ORIGIN,))
    with house.database.writing() as session:
        factories.person(session, "Alice", language="fi")
    factories.tell(
        house.database,
        factories.details(title={"fi": "Haku", "sv": "Ansökan"}),
        factories.details(title={"fi": "Sisäinen"}, kind="news", closes_at=None, visibility="network"),
        factories.details(title={"fi": "Oulun haku"}, cities=("oulu",)),
    )
    return house


def press(browser: Browser, page: TestResponse, do: str, **form: str) -> TestResponse:
    """Press a button of a page."""
    return browser.client.post(
        "/embed/howspace", data={"badge": badge(page), "do": do, **form}, buffered=True
    )


def badge(page: TestResponse) -> str:
    found = re.search(r'name="badge" value="([^"]+)"', page.text)
    assert found
    return unescape(found[1])


def rows(house: House, table: type[object]) -> int:
    with house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_contact_sees_their_city_what_is_open_and_what_they_may_choose(browser: Browser) -> None:
    page = browser.get(signed("ALICE@Example.org"))
    words = seen(page)
    assert page.status_code == 200
    assert '<html lang="fi">' in page.text
    for said in ("Hei Alice", "Haku", "Sisäinen", "52 päivää jäljellä", "Kalenterit", "Lähetysajat"):
        assert said in words
    assert "Oulun haku" not in words
    assert "Kirjoita ilmoitus" not in words


@pytest.mark.of_sqlite
@pytest.mark.parametrize("email", ["ässä.ö@example.org", "alice+työ@example.org"])
@pytest.mark.parametrize("decoded", [False, True])
def test_letters_are_signed_as_they_are_sent_or_as_they_are_meant(
    browser: Browser, house: House, email: str, decoded: bool
) -> None:
    with house.database.writing() as session:
        factories.person(session, "Bob", email=email, language="sv")
    address = signed(email, name="Åke Ö").partition("&signature=")[0]
    query = address.partition("?")[2]
    if decoded:
        meant = query.replace(quote(email, safe=""), email).replace(quote("Åke Ö"), "Åke Ö")
        meant = meant.replace(quote("Ä"), "Ä").replace(quote(ORIGIN, safe=""), ORIGIN)
        address = f"{address}&signature={sign(meant)}"
    else:
        address = signed(email, name="Åke Ö")
    assert "Hej Bob" in seen(browser.get(address))


@pytest.mark.of_sqlite
def test_a_name_cannot_say_who_somebody_is(browser: Browser) -> None:
    """Signed before it is encoded, this name reads like another address: it is then said twice."""
    meant = f"firstName=x&email=alice@example.org&z=&email=mallory@example.org&time={int(NOON.timestamp())}"
    sent = meant.replace("&email=mallory", "%26email=mallory")
    for query in (sent, meant):
        page = browser.get(f"/embed/howspace?{query.replace('@', '%40')}&signature={sign(meant)}")
        assert page.status_code == 403
        assert "Alice" not in page.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/embed/howspace", 401),
        (signed().partition("&signature")[0], 401),
        (f"{signed().partition('&signature=')[0]}&signature=", 401),
        (signed(secret="guessed-secret"), 403),
        (signed().replace("alice", "bob"), 403),
        (f"{signed()}&more=1", 403),
        (f"{signed()}&signature=00", 403),
        (f"{signed().replace('&signature=', '&email=bob%40example.org&signature=')}", 403),
        (signed(time=str(int(NOON.timestamp()) - 12 * 3600 - 1)), 401),
        (signed(time=str(int(NOON.timestamp()) + 301)), 401),
        (signed(time="_HS_TIMESTAMP_"), 401),
        (signed(time="9" * 5000), 401),
    ],
)
@pytest.mark.of_sqlite
def test_what_is_not_signed_now_and_once_shows_nobodys_things(
    browser: Browser, address: str, status: int
) -> None:
    page = browser.get(address)
    assert page.status_code == status
    assert "Alice" not in page.text
    assert '<section class="sheet" lang="sv">' in page.text


@pytest.mark.of_sqlite
def test_a_signed_parameter_twice_is_refused_though_the_signature_is_right(browser: Browser) -> None:
    query = f"email=bob%40example.org&email=alice%40example.org&time={int(NOON.timestamp())}"
    assert browser.get(f"/embed/howspace?{query}&signature={sign(query)}").status_code == 403


@pytest.mark.of_sqlite
def test_the_signature_may_stand_anywhere_and_an_old_secret_still_counts(browser: Browser) -> None:
    query = f"email=alice%40example.org&time={int(NOON.timestamp())}"
    address = f"/embed/howspace?signature={sign(query, OLD).upper()}&{query}"
    assert "Hei Alice" in seen(browser.get(address))


@pytest.mark.of_sqlite
@pytest.mark.parametrize(
    "query",
    ["email=alice+work@example.org&time={now}", "email=alice%2Bwork%40example.org&time={now}",
     "firstName=&&email=alice%2Bwork@example.org&time={now}", "&email=alice+work@example.org&time={now}&"],
)  # fmt: skip
def test_what_was_signed_counts_byte_by_byte_and_a_plus_in_an_address_is_one(
    browser: Browser, house: House, query: str
) -> None:
    with house.database.writing() as session:
        factories.person(session, "Bob", email="alice+work@example.org", language="en")
    said = query.format(now=int(NOON.timestamp()))
    assert "Hello Bob" in seen(browser.get(f"/embed/howspace?{said}&signature={sign(said)}"))


@pytest.mark.of_sqlite
def test_only_the_workspace_frames_it_and_no_cookie_is_set(browser: Browser) -> None:
    for page in (browser.get(signed()), browser.get("/embed/howspace")):
        headers = page.headers
        assert f"frame-ancestors {ORIGIN}" in headers["Content-Security-Policy"]
        assert "script-src 'none'" in headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in headers


@pytest.mark.of_sqlite
def test_without_a_secret_there_is_no_page(
    open_test_house: Callable[..., House], frozen: FrozenClock
) -> None:
    browser = Browser.of(build(open_test_house()))
    assert browser.get(signed()).status_code == 404
    assert browser.client.post("/embed/howspace", data={"do": "join"}).status_code == 401


@pytest.mark.of_sqlite
def test_parameters_may_be_called_otherwise(
    open_test_house: Callable[..., House], frozen: FrozenClock
) -> None:
    house = open_test_house(
        howspace_embed_secret=SECRET, howspace_embed_parameters=(("email", "mail"), ("signature", "sig"))
    )
    with house.database.writing() as session:
        factories.person(session, "Alice", language="en")
    query = f"mail=alice%40example.org&time={int(NOON.timestamp())}"
    page = Browser.of(build(house)).get(f"/embed/howspace?{query}&sig={sign(query)}")
    assert "Hello Alice" in seen(page)


def test_looking_changes_nothing(browser: Browser, house: House) -> None:
    before = rows(house, Audit)
    for more in ("", "&do=answer:seen&item=1"):
        browser.get(signed() + more)
    browser.client.head(signed())
    assert (rows(house, Audit), rows(house, AnswerRow)) == (before, 0)


def test_an_answer_is_kept_shown_and_taken_back(browser: Browser, house: House) -> None:
    page = press(browser, browser.get(signed()), "answer:interested", item="1")
    assert "Kirjattu" in seen(page) or "Merkitsimme" in seen(page)
    assert 'aria-pressed="true" class="primary"' in page.text
    assert rows(house, AnswerRow) == 1
    again = press(browser, page, "answer:interested", item="1")
    assert (again.status_code, rows(house, AnswerRow)) == (200, 1)
    press(browser, again, "undo", item="1")
    assert rows(house, AnswerRow) == 0


def test_what_is_muted_is_gone_and_comes_back(browser: Browser, house: House) -> None:
    page = press(browser, browser.get(signed()), "mute", item="1")
    assert 'id="item-1"' not in page.text
    assert rows(house, Mute) == 1
    assert 'id="item-1"' in press(browser, page, "unmute", item="1").text


def test_what_is_not_there_or_not_offered_changes_nothing(browser: Browser, house: House) -> None:
    page = browser.get(signed())
    for do, item, status in (
        ("answer:interested", "999", 404), ("answer:interested", "x", 404), ("answer:perhaps", "1", 400),
        ("explode", "1", 400), ("", "1", 400), ("announce", "", 403), ("join", "", 400),
    ):  # fmt: skip
        assert press(browser, page, do, item=item).status_code == status
    assert (rows(house, AnswerRow), rows(house, Draft)) == (0, 0)


def test_choices_are_kept_and_wrong_ones_named(browser: Browser, house: House) -> None:
    page = press(browser, browser.get(signed()), "choose", rhythm="weekly", language="sv", first="x")
    assert '<html lang="sv">' in page.text
    with house.database.reading() as session:
        alice = contact_by_email(session, "alice@example.org")
        assert alice
        assert (alice.rhythm, alice.language) == ("weekly", "sv")
    assert press(browser, page, "choose", rhythm="hourly").status_code == 422


def test_another_language_is_looked_at_without_being_chosen(browser: Browser, house: House) -> None:
    page = press(browser, browser.get(signed()), "language:sv")
    assert "Ansökan" in seen(page)
    page = press(browser, page, "answer:seen", item="1")
    assert '<html lang="sv">' in page.text
    assert "Sett" in seen(page)
    assert 'value="fi" checked' in page.text
    with house.database.reading() as session:
        assert session.scalars(select(Contact.language)).all() == ["fi"]


def test_a_form_is_good_for_two_hours_and_never_past_its_address(
    browser: Browser, frozen: FrozenClock
) -> None:
    page = browser.get(signed())
    frozen.advance(hours=2, seconds=1)
    assert press(browser, page, "answer:seen", item="1").status_code == 401
    page = browser.get(signed())
    for _ in range(11):
        frozen.advance(hours=1)
        page = press(browser, page, "answer:seen", item="1")
    assert page.status_code == 200
    frozen.advance(hours=1, seconds=1)
    assert press(browser, page, "answer:seen", item="1").status_code == 401


def test_a_badge_of_another_house_or_of_revoked_links_opens_nothing(browser: Browser, house: House) -> None:
    page = browser.get(signed())
    assert press(browser, page, "answer:seen", item="1", badge=f"{badge(page)}x").status_code == 401
    with house.database.writing() as session:
        session.execute(update(Contact).values(links_version=2))
    refused = press(browser, page, "answer:seen", item="1")
    assert "Haku" not in seen(refused)
    assert rows(house, AnswerRow) == 0


def test_somebody_unknown_sees_what_is_public_and_asks_coordinators(browser: Browser, house: House) -> None:
    with house.database.writing() as session:
        factories.person(session, "Charlie", role="coordinator", language="en")
    page = browser.get(signed("mallory@example.org", name=HOSTILE), headers={"Accept-Language": "sv"})
    words = seen(page)
    assert "Ansökan" in words
    assert "Sisäinen" not in words
    assert "<b>Mallory" not in page.text
    assert "answer:" not in page.text
    assert "Oulun haku" in words
    assert "Oulun haku" not in seen(press(browser, page, "city", city="tampere"))
    assert "koordinator" in seen(press(browser, page, "join"))
    press(browser, page, "join")
    with house.database.reading() as session:
        told = [row.content for row in session.scalars(select(MessageRow))]
        assert len(told) == 1
        assert "`mallory@example.org`" in str(told[0])
        assert contact_by_email(session, "mallory@example.org") is None
    assert press(browser, page, "answer:seen", item="1").status_code == 400


def test_a_coordinator_posts_and_another_approves(browser: Browser, house: House) -> None:
    with house.database.writing() as session:
        factories.person(session, "Charlie", role="coordinator", cities=(), language="en")
    page = browser.get(signed("charlie@example.org"))
    assert "Oulun haku" in seen(page)
    assert "Oulun haku" not in seen(press(browser, page, "mute", item="3"))
    said = {"kind": "announcement", "title_en": "Meeting", "body_en": "Come.", "visibility": "network"}
    assert press(browser, page, "announce", kind="announcement", visibility="network").status_code == 422
    for _ in range(2):  # loaded anew, a page sends its form again
        assert "another coordinator approves it" in seen(press(browser, page, "announce", **said))
    with house.database.reading() as session:
        (draft,) = session.scalars(select(Draft))
        charlie = contact_by_email(session, "charlie@example.org")
        assert charlie
        assert (draft.state, draft.author, draft.kind) == ("waiting", charlie.pseudonym, "announcement")


def test_an_announcement_says_what_it_is_when_it_is_and_that_it_is_urgent(
    browser: Browser, house: House
) -> None:
    with house.database.writing() as session:
        factories.person(session, "Charlie", role="coordinator", cities=(), language="sv")
    page = browser.get(signed("charlie@example.org"))
    said = {
        "kind": "event", "title_sv": "Möte", "visibility": "network", "urgent": "1", "location": "Åbo",
        "roles": "coordinator", "starts_at_day": "2027-01-15", "starts_at_time": "16:15",
        "send_at_day": "2026-12-01",
    }  # fmt: skip
    wrong = press(browser, page, "announce", **said | {"starts_at_day": "", "closes_at_day": "2020-01-01"})
    assert wrong.status_code == 422
    for each in ("Ett klockslag behöver ett datum.", "Det har redan passerat."):
        assert each in seen(wrong)
    assert 'value="16:15" aria-invalid="true" aria-describedby="fault-starts_at"' in wrong.text
    assert 'name="urgent" value="1" checked' in wrong.text
    assert '<option value="event" selected>' in wrong.text
    assert press(browser, wrong, "announce", **said).status_code == 200
    with house.database.reading() as session:
        content = session.scalars(select(Draft)).one().content
    assert content["send_at"] == "2026-12-01T07:00:00+00:00"
    assert content["details"] == {
        "kind": "event", "title": {"sv": "Möte"}, "urgent": True, "location": "Åbo",
        "roles": ["coordinator"], "starts_at": "2027-01-15T14:15:00+00:00",
    }  # fmt: skip


def hand_in(browser: Browser, page: TestResponse, *files: tuple[str, bytes], **form: Any) -> TestResponse:
    """Send the form of an announcement with files, to the address that it has."""
    address = re.search(r'action="(/embed/howspace\?files=[^"]*)"', page.text)
    assert address
    said = {"kind": "announcement", "visibility": "network", "title_en": "Meeting", "do": "announce"}
    upload = [FileStorage(io.BytesIO(body), name) for name, body in files]
    boundary, body = encode_multipart({**said, "badge": badge(page), "upload": upload, **form})
    kind = f'multipart/form-data; boundary="{boundary}"'
    return browser.client.post(unescape(address[1]), data=body, content_type=kind, buffered=True)


def test_a_coordinator_adds_pictures_and_files(browser: Browser, house: House) -> None:
    with house.database.writing() as session:
        factories.person(session, "Charlie", role="coordinator", cities=(), language="sv")
    page = browser.get(signed("charlie@example.org"))
    pdf = b"%PDF-1.7 " + b"x" * 3_000_000
    page = hand_in(browser, page, ("bridge.png", picture("PNG")), ("a.pdf", pdf), ("{a}.html", b"<script>"))
    assert page.status_code == 422
    assert "{a}.html: Endast bilder" in seen(page)
    page = hand_in(browser, page, files=(there := re.findall(r'name="files" value="(\w+)"', page.text)))
    assert "Säg med ord vad varje bild visar" in seen(page)
    assert "a.pdf , 3 MB" in seen(page)
    alt = {f"alt_{there[0]}": "A bridge at night"}
    assert hand_in(browser, page, files=there, **alt).status_code == 200
    with house.database.reading() as session:
        files = session.scalars(select(Draft)).one().content["details"]["files"]
    assert [(each["name"], each.get("alt", "")) for each in files] == [
        ("bridge.png", "A bridge at night"),
        ("a.pdf", ""),
    ]


def test_only_a_coordinators_form_holds_files(browser: Browser, house: House) -> None:
    mine = browser.get(signed())
    assert "?files=" not in mine.text
    with house.database.writing() as session:
        factories.person(session, "Charlie", role="coordinator", cities=())
    address = "/embed/howspace?files=x.y.z"
    boundary, body = encode_multipart({"badge": badge(mine), "do": "answer:seen", "said": "x" * 2_000_000})
    kind = f'multipart/form-data; boundary="{boundary}"'
    assert browser.client.post(address, data=body, content_type=kind).status_code == 413
    page = browser.get(signed("charlie@example.org"))
    assert hand_in(browser, page, ("a.txt", b"x" * 13_000_000)).status_code == 413
    assert hand_in(browser, page, ("a.txt", b"hello"), badge=badge(mine)).status_code == 403
    assert rows(house, FileRow) == 0


@pytest.mark.parametrize("rhythm", ["", "off"])
def test_whoever_asks_where_nobody_coordinates_is_told_so(
    browser: Browser, house: House, rhythm: str
) -> None:
    if rhythm:  # nor does one who wants to hear nothing
        with house.database.writing() as session:
            factories.person(session, "Charlie", role="coordinator", rhythm=rhythm)
    page = browser.get(signed("mallory@example.org"), headers={"Accept-Language": "en"})
    answer = press(browser, page, "join")
    assert (answer.status_code, rows(house, MessageRow)) == (409, rows(house, MessageRow))
    assert "Nobody looks after this network yet" in seen(answer)
    assert "A coordinator gets your name" not in seen(answer)
    with house.database.writing() as session:
        factories.person(session, "Bob", role="admin")
    assert "A coordinator gets your name" in seen(press(browser, answer, "join"))


def test_erased_people_are_unknown_and_nothing_of_them_is_shown(browser: Browser, house: House) -> None:
    with house.database.writing() as session:
        session.execute(update(Contact).values(erased_at=NOON, email=None, email_key=None))
    assert "Hei Alice" not in seen(browser.get(signed()))


def test_what_was_answered_in_a_thread_is_shown_once_and_to_the_network_only(
    browser: Browser, house: House
) -> None:
    with house.database.writing() as session:
        factories.person(session, "Bob", cities=(), language="en")
    factories.plan(house.database, house.network)
    with house.database.writing() as session:
        session.execute(update(Destination).values(bridge="page"))
        told = session.scalars(select(Delivery.id).where(Delivery.item_id == 1).limit(1)).one()
        for at, said in enumerate((HOSTILE, "Gone", "We are in.\nCall me.")):
            gone = NOON if said == "Gone" else None
            session.add(
                ThreadReply(
                    delivery_id=told, team="T1", place="C1", ts=f"{at}.0", said=said, gone_at=gone,
                    contact_id=1 if at else None, written_at=NOON,
                )
            )  # fmt: skip
    page = browser.get(signed())
    words = seen(page)
    assert "Slackissa (2)" in words
    assert words.count("We are in.") == 1
    assert "Gone" not in words
    assert "<b>Mallory" not in page.text
    for email in ("bob@example.org", "mallory@example.org"):
        assert "We are in." not in browser.get(signed(email)).text
    with house.database.writing() as session:
        session.execute(update(Destination).values(bridge="mail"))
    assert "We are in." not in browser.get(signed()).text
