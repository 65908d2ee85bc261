"""A page that somebody opened follows what changes in the house: soon, seldom, and only when it reads differently."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot import approval
from bot.contracts import Action, Report
from bot.contracts.chat import Home
from bot.conversation.chat.pages import digest
from bot.people.enrolment import Person as Enrolled
from bot.people.enrolment import enrol_all
from bot.people.erasure import erase
from bot.store.chats import ChatHome
from bot.store.contacts import contact_by_email
from bot.store.sources import Source
from tests import factories
from tests.fakes.slack_people import Person
from tests.integrations.slack.app.conftest import App


@pytest.fixture
def alice(app: App) -> Person:
    """Alice of Tampere, who has opened her page."""
    person = app.slack.person("UALICE", email="alice@example.org")
    person.open_home()
    later(app)
    return person


def later(app: App, seconds: float = 61) -> int:
    """What the duties and the queue do meanwhile; returns how often any page was shown."""
    before = app.slack.requests["views.publish"]
    app.hand.advance(seconds)
    while app.steps.duty():
        pass
    app.answer()
    return app.slack.requests["views.publish"] - before


def call(title: str, **more: object) -> Report:
    return Report(title, factories.details(title={"sv": title}, **more))


def tell(app: App, *reports: Report) -> None:
    factories.tell(app.house.database, *reports)


def text(person: Person) -> str:
    assert person.home is not None
    return person.home.text


def test_what_concerns_them_comes_changes_and_goes(app: App, alice: Person) -> None:
    tell(app, call("Solbidrag"))
    assert later(app) == 1
    assert "Solbidrag" in text(alice)
    tell(app, Report("Solbidrag", factories.details(title={"sv": "Vindbidrag"})))
    assert later(app) == 1
    assert "Vindbidrag" in text(alice)
    tell(app, Report("Solbidrag", factories.details(title={"sv": "Vindbidrag"}, cities=("turku",))))
    assert later(app) == 1
    assert "Vindbidrag" not in text(alice)
    tell(app, Report("Solbidrag", factories.details(title={"sv": "Vindbidrag"})))
    later(app)
    tell(app, Report("Solbidrag", None))
    assert later(app) == 1
    assert "Vindbidrag" not in text(alice)


def test_what_does_not_concern_them_and_what_reads_the_same_is_not_shown_anew(
    app: App, alice: Person
) -> None:
    tell(app, call("Till Åbo", cities=("turku",)))
    assert later(app) == 0
    tell(app, call("Solbidrag"))
    assert later(app) == 1
    tell(app, call("Solbidrag", body={"sv": "Mera om det"}))
    assert later(app) == 0


def test_pages_whose_links_were_signed_in_another_second_read_the_same() -> None:
    def signed(second: str, whose: str = "d08a2a6df89af120") -> str:
        link = f"https://silta.fi/m/{whose}.1.{second}.s5OY_JH-l"
        page = Home(language="en", zone="UTC", title="Tampere", actions=(Action(label="Mine", url=link),))
        return digest(page)

    assert signed("awXd9w") == signed("awXeBw")
    assert signed("awXd9w") != signed("awXd9w", whose="1a1737a48c3617bd")


def test_a_page_is_shown_at_most_once_a_minute_and_then_with_all_that_came(app: App, alice: Person) -> None:
    tell(app, call("Ett"))
    assert later(app) == 1
    tell(app, call("Två"))
    assert later(app, 30) == 0
    tell(app, call("Tre"))
    assert later(app, 31) == 1
    assert "Två" in text(alice)
    assert "Tre" in text(alice)


def test_what_somebody_does_in_an_older_tab_meanwhile_is_not_lost(app: App, alice: Person) -> None:
    tell(app, call("Solbidrag"))
    old = alice.home
    assert later(app) == 1
    rhythm = '{"do":"rhythm","rhythm":"weekly"}'
    for block in old.blocks if old else ():
        accessory = block.get("accessory") or {}
        if rhythm in [option["value"] for option in accessory.get("options", ())]:
            alice.press(old, accessory["action_id"], rhythm)
    app.answer()
    assert "Solbidrag" in text(alice)
    with app.house.database.reading() as session:
        found = contact_by_email(session, "alice@example.org")
    assert found is not None
    assert found.rhythm == "weekly"


def test_coordinators_see_new_drafts_decisions_and_faults_of_sources(app: App, alice: Person) -> None:
    with app.house.database.writing() as session:
        enrol_all(session, [Enrolled("Bob", "bob@example.org", (), "coordinator", language="en")])
    bob = app.slack.person("UBOB", email="bob@example.org")
    bob.open_home()
    later(app)
    content = {"title": {"en": "Welcome"}, "details": {"kind": "announcement", "title": {"en": "Welcome"}}}

    def put_forward(session):  # type: ignore[no-untyped-def]
        draft = approval.create(session, "announcement", content, "network")
        return approval.submit(session, app.house.network, draft.id, "network").id

    number = app.house.database.write(put_forward)
    assert later(app) == 1
    assert f"open:draft:{number}" in str(bob.home.blocks if bob.home else "")
    app.house.database.write(lambda session: approval.approve(session, number, 1, "somebody").id)
    assert later(app) >= 1
    assert "Nothing waits for approval" in text(bob)
    with app.house.database.writing() as session:
        factories.source(session, "board", fault="the answer is not JSON", failures=3)
    assert later(app) == 1
    assert "the answer is not JSON" in text(bob)
    with app.house.database.writing() as session:
        session.scalars(select(Source).where(Source.name == "board")).one().failures = 0
    assert later(app) == 1
    assert "the answer is not JSON" not in text(bob)


def test_nobody_is_shown_a_page_after_they_left_or_were_erased(app: App, alice: Person) -> None:
    with app.house.database.writing() as session:
        contact = contact_by_email(session, "alice@example.org")
        assert contact is not None
        erase(session, contact, "local")
    tell(app, call("Solbidrag"))
    assert later(app) == 0
    with app.house.database.reading() as session:
        assert session.scalars(select(ChatHome)).all() == []


def test_slack_that_slows_down_delays_pages_and_loses_none(app: App, alice: Person) -> None:
    tell(app, call("Solbidrag"))
    app.slack.limit_next(5, method="views.publish")
    later(app)
    assert "Solbidrag" not in text(alice)
    later(app)
    assert "Solbidrag" in text(alice)
