"""Coordinators decide on the web who somebody is in Slack."""

from __future__ import annotations

from bot.app import House
from bot.contracts.chat import ChatPerson, Profile
from bot.people import claims
from bot.store.contacts import contact_by_email
from tests import factories
from tests.unit.web.browser import Browser, seen


def test_a_claim_is_shown_and_decided(house: House, browser: Browser) -> None:
    she = Profile(person=ChatPerson(team="T1", user="UALICE"), name="<b>Alice</b>", email="a@else.example")
    with house.database.writing() as session:
        factories.person(session, "Alice")
        claims.claim(session, house.network, she, "alice@example.org")
    shown = browser.get("/approvals/identities")
    assert "<b>Alice</b>" not in shown.text
    assert "says they are: alice@example.org" in seen(shown)
    browser.submit("/approvals/identities", "/approvals/identities/1/approve")
    assert "Approved" in seen(browser.get("/approvals/identities"))
    with house.database.reading() as session:
        contact = contact_by_email(session, "alice@example.org")
        assert contact
        assert contact.slack_user_id == "UALICE"
