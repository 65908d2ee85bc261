"""`/approvals` and `/announce`: written by one, looked at by another, and only then sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import approval
from bot.app import House
from bot.contracts import Report
from bot.intake.accept import Rights
from bot.people.conversations import add_conversation
from bot.store.audit import Audit
from bot.store.drafts import Draft
from bot.store.items import Item
from bot.store.sign_ins import SignIn
from bot.web import build
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.web.browser import Browser, seen

WORDS = {
    "kind": "announcement",
    "visibility": "network",
    "title_fi": "Tervetuloa",
    "body_fi": "Tule **mukaan**",
    "title_sv": "Välkommen",
    "url": "https://example.org/tapaaminen",
    "cities": "tampere",
}


@pytest.fixture
def house(open_test_house: Callable[..., House], frozen: FrozenClock) -> House:
    """Alice and Bob look after the network; Charlie, who reads English, and a conversation are of Tampere."""
    opened = open_test_house()
    with opened.database.writing() as session:
        factories.person(session, "Alice", role="coordinator", slack_user_id="U0ALICE")
        factories.person(session, "Bob", role="admin", cities=("vaasa",))
        factories.person(session, "Charlie", language="en")
        add_conversation(session, "C0TAMPERE", city="tampere")
    return opened


@pytest.fixture
def app(house: House) -> Flask:
    return build(house)


@pytest.fixture
def alice(house: House, app: Flask) -> Browser:
    return signed_in(house, app, "alice")


@pytest.fixture
def bob(house: House, app: Flask) -> Browser:
    return signed_in(house, app, "bob")


def signed_in(house: House, app: Flask, name: str) -> Browser:
    browser = Browser.of(app)
    browser.submit("/sign-in", "/sign-in/mail", email=f"{name}@example.org", next="/approvals")
    with house.database.reading() as session:
        link = house.links.sign_in(session.scalars(select(func.max(SignIn.id))).one())
    path = link.removeprefix("http://127.0.0.1:8000")
    assert browser.submit(path, path).headers["Location"] == "/approvals"
    return browser


def announce(browser: Browser, **more: str) -> Any:
    return browser.submit("/announce", "/announce", **{**WORDS, "do": "submit", **more})


def turn(house: House) -> int:
    effects = approval.usual_effects(house.settings.zone)
    return house.database.write(lambda session: approval.turn(session, house.network, effects))


def draft(house: House, number: int = 1) -> Draft:
    with house.database.reading() as session:
        return session.get_one(Draft, number)


def items(house: House) -> list[Item]:
    with house.database.reading() as session:
        return list(session.scalars(select(Item)))


def test_alice_writes_bob_approves_and_the_network_is_told(
    house: House, alice: Browser, bob: Browser, frozen: FrozenClock
) -> None:
    assert announce(alice).headers["Location"] == "/approvals/1"
    mine = seen(alice.get("/approvals/1"))
    assert "Put forward: another coordinator approves it." in mine
    assert "somebody else must approve it" in mine
    assert 'action="/approvals/1/approve"' not in alice.get("/approvals/1").text
    page = seen(bob.get("/approvals/1"))
    assert "by Alice" in page
    assert "Goes out now to 3. That is 2 people and 1 conversation: 1 by mail, 2 in Slack." in page
    assert "English text missing for 1 reader" in page
    bob.submit("/approvals/1", "/approvals/1/approve", version="1")
    approved = bob.get("/approvals/1")
    assert "Goes out in 60 seconds." in seen(approved)
    assert '<meta http-equiv="refresh"' in approved.text
    frozen.advance(60)
    assert "as soon as a worker turns to it" in seen(bob.get("/approvals/1"))
    turn(house)
    after = bob.get("/approvals/1")
    assert 'href="/items/1"' in after.text
    assert "refresh" not in after.text
    (item,) = items(house)
    assert item.details["body"] == {"fi": "Tule **mukaan**"}
    factories.plan(house.database, house.network)
    told = [each for each in factories.deliveries(house.database) if each.purpose == "notice"]
    assert len(told) == 3


def test_the_trail_has_a_line_and_a_name_for_each_act(house: House, alice: Browser, bob: Browser) -> None:
    announce(alice)
    bob.submit("/approvals/1", "/approvals/1/approve", version="1")
    bob.submit("/approvals/1", "/approvals/1/approve", version="1")
    bob.submit("/approvals/1", "/approvals/1/undo")
    bob.submit("/approvals/1", "/approvals/1/return", note="Väärä päivä")
    alice.submit("/approvals/1", "/approvals/1/drop")
    with house.database.reading() as session:
        rows = session.execute(
            select(Audit.actor, Audit.action, Audit.origin)
            .where(Audit.subject == "draft 1")
            .order_by(Audit.id)
        ).all()
    by, other = rows[0].actor, rows[2].actor
    assert [tuple(row) for row in rows] == [
        (by, "draft.made", "127.0.0.1"),
        (by, "draft.submitted", "127.0.0.1"),
        (other, "draft.approved", "127.0.0.1"),
        (other, "draft.undone", "127.0.0.1"),
        (other, "draft.returned", "127.0.0.1"),
        (by, "draft.dropped", "127.0.0.1"),
    ]
    assert len(by) == 16 != other


def test_the_author_cannot_approve_even_by_hand(house: House, alice: Browser, bob: Browser) -> None:
    announce(alice)
    for browser, version, why in (
        (alice, "1", "You wrote it: somebody else must approve it."),
        (bob, "7", "It has changed since you opened it: look at it again."),
        (bob, "", "It has changed since you opened it"),
    ):
        browser.submit("/announce", "/approvals/1/approve", version=version)
        assert f"Nothing was done. {why}" in seen(browser.get("/approvals/1"))
    assert draft(house).state == "waiting"


def test_a_network_of_one_may_approve_its_own(
    open_test_house: Callable[..., House], frozen: FrozenClock
) -> None:
    house = open_test_house(four_eyes=False)
    alone = Browser.of(build(house))
    announce(alone)
    alone.submit("/approvals/1", "/approvals/1/approve", version="1")
    assert draft(house).state == "approved"


def test_an_approval_is_undone_and_the_note_reaches_the_author(
    house: House, alice: Browser, bob: Browser
) -> None:
    announce(alice)
    bob.submit("/approvals/1", "/approvals/1/approve", version="1")
    alice.submit("/approvals/1", "/approvals/1/undo")
    assert "The approval is undone: nothing went out." in seen(alice.get("/approvals/1"))
    bob.submit("/approvals/1", "/approvals/1/return", note="Lisää <b>päivä</b>\x00")
    page = alice.get("/approvals/1")
    assert "Given back: Lisää <b>päivä</b>\ufffd" in seen(page).replace("&lt;", "<")
    assert "<b>päivä</b>" not in page.text
    alice.submit("/approvals/1", "/approvals/1/submit")
    assert draft(house).state == "waiting"


def test_an_edit_shows_what_changed_since_the_approval_and_needs_another(
    house: House, alice: Browser, bob: Browser
) -> None:
    announce(alice)
    bob.submit("/approvals/1", "/approvals/1/approve", version="1")
    form = bob.get("/announce/1")
    assert "If you change it, it must be approved again." in seen(form)
    assert 'value="https://example.org/tapaaminen"' in form.text
    bob.submit(
        "/announce/1",
        "/announce/1",
        **{**WORDS, "body_fi": "Tule kaikin mukaan", "version": "1", "do": "submit"},
    )
    page = alice.get("/approvals/1").text
    assert "What would change" in page
    assert "<del>**mukaan**</del>" in page
    assert "<ins>kaikin mukaan</ins>" in page
    assert (draft(house).state, draft(house).version) == ("waiting", 2)
    assert 'action="/approvals/1/approve"' not in bob.get("/approvals/1").text
    assert 'action="/approvals/1/approve"' in page


def test_what_is_saved_as_a_draft_waits_for_nobody_any_more(
    house: House, alice: Browser, bob: Browser
) -> None:
    announce(alice)
    half = {**WORDS, "body_fi": "Tule kai", "version": "1", "do": "save"}
    page = alice.submit("/announce/1", "/announce/1", **half)
    assert page.status_code == 303
    assert (draft(house).state, draft(house).version) == ("draft", 2)
    assert 'action="/approvals/1/approve"' not in bob.get("/approvals/1").text


def test_who_edits_what_somebody_else_changed_meanwhile_loses_nothing(
    house: House, alice: Browser, bob: Browser
) -> None:
    announce(alice)
    bob.submit("/announce/1", "/announce/1", **{**WORDS, "title_fi": "Bobin", "version": "1", "do": "save"})
    late = alice.submit("/announce/1", "/announce/1", **{**WORDS, "title_fi": "Alicen", "version": "1"})
    assert late.status_code == 409
    assert "Somebody changed this draft" in seen(late)
    assert 'value="Alicen"' in late.text
    assert draft(house).content["title"]["fi"] == "Bobin"


FAULTS: list[tuple[dict[str, str], str]] = [
    ({"title_fi": "", "title_sv": "", "body_fi": ""}, "It needs a title"),
    ({"title_fi": "", "body_fi": "Teksti"}, "so it needs a title too"),
    ({"title_fi": "x" * 501}, "at most 500 characters"),
    ({"url": "javascript:alert(1)"}, "begins with https://"),
    ({"kind": "nonsense"}, "Choose what it is"),
    ({"visibility": "nobody"}, "Choose who may see it"),
    ({"kind": "event"}, "When does the event begin?"),
    ({"starts_at_day": "2026-11-23"}, "That has passed."),
    ({"closes_at_day": "nonsense"}, "Write it as 2027-01-15"),
    ({"closes_at_day": "2027-01-15", "closes_at_time": "25:99"}, "Write it as 2027-01-15"),
    ({"send_at_time": "09:00"}, "A time needs a date."),
    ({"closes_at_day": "9999-12-31"}, "Write it as 2027-01-15"),
]


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    house: House, alice: Browser, subtests: pytest.Subtests
) -> None:
    for wrong, said in FAULTS:
        with subtests.test(said, **wrong):
            answer = announce(alice, location="Sorin Sirkus", **wrong)
            assert answer.status_code == 422
            assert said in seen(answer)
            assert 'value="Sorin Sirkus"' in answer.text
            assert 'aria-invalid="true"' in answer.text
    with house.database.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_a_page_asks_for_roles_and_an_approval_outlives_saving_the_same(
    house: House, alice: Browser, bob: Browser
) -> None:
    announce(alice, roles="city_lead")
    assert draft(house).content["details"]["roles"] == ["city_lead"]
    wrong = seen(announce(alice, roles="city_lead", visibility="public"))
    assert "What is for some roles only cannot be public." in wrong
    bob.submit("/approvals/1", "/approvals/1/approve", version="1")
    assert draft(house).state == "approved"
    for act in ("submit", "save"):
        answer = alice.submit("/announce/1", "/announce/1", **WORDS, roles="city_lead", do=act, version="1")
        assert answer.status_code == 303
        assert "Nothing was changed: it stays approved." in seen(alice.get("/approvals/1"))
        assert draft(house).state == "approved"


def test_dates_and_times_are_those_of_the_house_and_a_bare_date_stays_bare(
    house: House, alice: Browser
) -> None:
    announce(
        alice, kind="call", closes_at_day="2027-01-15", closes_at_time="16:15", starts_at_day="2026-12-03",
        send_at_day="2026-11-25", urgent="1", topics="vahahiilisyys",
    )  # fmt: skip
    content = draft(house).content
    assert content["details"]["closes_at"] == "2027-01-15T14:15:00+00:00"
    assert content["details"]["starts_at"] == "2026-12-03"
    assert content["send_at"] == "2026-11-25T07:00:00+00:00"
    assert content["details"]["urgent"] is True
    form = alice.get("/announce/1").text
    assert 'name="closes_at_time" value="16:15"' in form
    assert 'name="starts_at_time" value=""' in form
    assert 'value="vahahiilisyys" checked' in form


def test_hostile_text_is_shown_and_drawn_harmlessly(alice: Browser, bob: Browser) -> None:
    hostile = "<script>alert(1)</script><!channel> \u202e\x00"
    announce(alice, title_fi=hostile, body_fi=hostile, location=hostile)
    page = bob.get("/approvals/1")
    assert page.status_code == 200
    assert "<script>" not in page.text
    for path in ("/approvals/1/fi/email", "/approvals/1/sv/slack", "/approvals", "/announce/1"):
        drawn = bob.get(path)
        assert drawn.status_code == 200
        assert "<script>" not in drawn.text
    assert bob.get("/approvals/1/fi/email").headers["Content-Security-Policy"].startswith("sandbox;")


def test_what_is_not_there_is_not_found(alice: Browser, subtests: pytest.Subtests) -> None:
    announce(alice)
    for path in (
        "/approvals/9", "/announce/9", "/approvals/1/de/email", "/approvals/1/fi/pigeon", "/approvals/9/fi/email",
    ):  # fmt: skip
        with subtests.test(path):
            assert alice.get(path).status_code == 404


def test_what_waits_stands_in_the_list_and_its_count_in_the_navigation(
    house: House, alice: Browser, subtests: pytest.Subtests
) -> None:
    assert "Nothing waits." in seen(alice.get("/approvals"))
    announce(alice)
    announce(alice, do="save", title_fi="Luonnos")
    rights = Rights("after_approval")
    factories.tell(house.database, Report("1", factories.details(title={"fi": "Uusi haku"})), rights=rights)
    turn(house)
    words = seen(alice.get("/approvals"))
    assert "Approvals 2 waiting" in words
    for part in ("Tervetuloa by Alice", "Uusi haku by source paper", "Being written", "Luonnos"):
        with subtests.test(part):
            assert part in words
    assert "Approvals 2 waiting" in seen(alice.get("/"))


def test_an_item_of_a_source_is_looked_at_and_published(
    house: House, alice: Browser, frozen: FrozenClock
) -> None:
    factories.tell(house.database, Report("1", factories.details()), rights=Rights("after_approval"))
    turn(house)
    page = alice.get("/approvals/1")
    assert "by source paper" in seen(page)
    assert "Edit<" not in page.text
    assert alice.get("/announce/1").status_code == 404
    alice.submit("/approvals/1", "/approvals/1/approve", version="1")
    frozen.advance(60)
    turn(house)
    assert items(house)[0].state == "published"


def test_looking_changes_nothing(house: House, alice: Browser) -> None:
    announce(alice)

    def state(session: Session) -> list[Any]:
        return [*session.execute(select(Draft.id, Draft.state, Draft.version, Draft.updated_at)).all()]

    with house.database.reading() as session:
        before, trail = state(session), len(session.scalars(select(Audit.id)).all())
    for path in ("/approvals", "/approvals/1", "/approvals/1/fi/email", "/announce", "/announce/1"):
        alice.get(path)
        alice.client.head(path)
    for path in ("/approvals/1/approve", "/approvals/1/undo", "/approvals/1/drop"):
        assert alice.get(path).status_code == 405
    with house.database.reading() as session:
        assert (state(session), len(session.scalars(select(Audit.id)).all())) == (before, trail)


def test_at_night_the_page_says_when_it_goes_out(
    house: House, alice: Browser, bob: Browser, frozen: FrozenClock
) -> None:
    frozen.advance(hours=10)
    announce(alice)
    assert "Goes out Wed 25 Nov, 08:00 to 3." in seen(bob.get("/approvals/1"))


def test_what_has_a_day_is_forecast_for_that_day(house: House, alice: Browser, bob: Browser) -> None:
    announce(alice, send_at_day="2026-11-26")
    page = seen(bob.get("/approvals/1"))
    assert "Goes out Thu 26 Nov, 09:00 to 3." in page
    bob.submit("/approvals/1", "/approvals/1/approve", version="1")
    approved = bob.get("/approvals/1")
    assert "Goes out Thu 26 Nov, 09:00 ." in seen(approved)
    assert "refresh" not in approved.text
