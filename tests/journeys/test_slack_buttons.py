"""What people do with the buttons of a notice in Slack, in a form for a reminder, and on their own page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.people.enrolment import Person
from bot.store.answers import AnswerRow
from bot.store.contacts import Contact
from bot.store.plans import Reminder
from tests.fakes.slack_door import serving
from tests.fakes.slack_people import Person as Somebody
from tests.fakes.slack_workspace import Posted
from tests.journeys.slack_desk import SECRET, TEAM, until
from tests.town import CALL, TAMPERE, OpenTown, Town

ALICE = Person(
    "Alice", "alice@example.org", ("tampere",), "city_lead", "en", slack_user_id="UALICE", slack_team_id=TEAM
)
BOB = Person("Bob", "bob@example.org", ("turku",), "contact", "sv", slack_user_id="U0BOB", slack_team_id=TEAM)
CHARLIE = Person("Charlie", "charlie@example.org", ("tampere",), "contact", "en")
"""Known by mail alone, until Charlie does something in Slack."""


@dataclass
class Street:
    """The town, and its people in Slack."""

    town: Town
    alice: Somebody
    bob: Somebody
    charlie: Somebody

    def settle(self) -> None:
        """Answer what people did, and let all come of it that is due."""
        made = self.town.steps.open_chat
        assert made
        chat = made()
        while self.town.steps.talk(chat):
            pass
        chat.close()
        self.town.settle()

    @property
    def notice(self) -> Posted:
        """The call's notice in Tampere's conversation, as it stands now."""
        return self.town.posts(TAMPERE)[0]

    def look(self, query: Any) -> list[Any]:
        with self.town.house.database.reading() as session:
            return list(session.scalars(query))


@pytest.fixture
def street(open_town: OpenTown) -> Iterator[Street]:
    """Alice and Bob are known in Slack; a call for Tampere and Turku stands in Tampere's conversation."""
    town = open_town(slack_signing_secret=SECRET)
    people = [
        town.slack.person(user, called=name, email=f"{name.lower()}@example.org", locale="en-US")
        for user, name in (("UALICE", "Alice"), ("U0BOB", "Bob"), ("UCHARLIE", "Charlie"))
    ]
    town.enrol(ALICE, BOB, CHARLIE)
    town.open_conversation(TAMPERE, "tampere", languages=("en",))
    with serving(town.app) as url:
        town.slack.connect(f"{url}/slack/events", SECRET)
        town.publish(cities=["tampere", "turku"])
        yield Street(town, *people)


def shown(post: Posted) -> str:
    return str(post.blocks)


def test_an_answer_pressed_in_a_conversation_is_the_pressers_and_shows_below_the_notice(
    street: Street,
) -> None:
    with street.town.house.database.writing() as session:
        session.scalars(select(Contact).where(Contact.name == "Bob")).one().named = True
    assert "answered" not in shown(street.notice)
    street.alice.press(street.notice, "Interested")
    street.bob.press(street.notice, "Need a partner")
    street.settle()
    assert "Interested: Tampere · Need a partner: Turku (Bob) · 2 of 2 cities answered" in shown(
        street.notice
    )
    assert "2 of 2 cities answered" in street.notice.text
    kinds = {row.answer for row in street.look(select(AnswerRow))}
    assert kinds == {"interested", "need_partner"}
    assert len(street.town.posts(TAMPERE)) == 1
    assert "other city" not in street.alice.ephemerals[-1].words
    assert "1 annan stad är intresserad: Tammerfors." in street.bob.ephemerals[-1].words


def test_many_answers_make_one_edit_of_the_notice(street: Street) -> None:
    before = street.town.slack.requests["chat.update"]
    for wanted in ("Interested", "Not for us", "Seen", "Interested"):
        street.alice.press(street.notice, wanted)
    street.settle()
    places = {post.channel for post in street.town.slack.messages}
    assert street.town.slack.requests["chat.update"] - before <= len(places)
    assert "Interested: Tampere" in shown(street.notice)


def test_an_answer_by_mail_shows_in_slack_too_and_goes_when_it_is_taken_back(street: Street) -> None:
    house = street.town.house
    with house.database.reading() as session:
        contact = session.scalars(select(Contact).where(Contact.name == "Charlie")).one()
        page = house.links.page(contact.pseudonym, contact.links_version)
    path = f"/m/{page.rpartition('/m/')[2]}/answer/1"
    street.town.client.post(path, data={"answer": "interested"})
    street.settle()
    assert "Interested: Tampere · 1 of 2" in shown(street.notice)
    street.town.client.post(path, data={"undo": "1"})
    street.settle()
    assert "answered" not in shown(street.notice)


def test_a_reminder_is_asked_for_in_a_form_that_says_what_is_wrong_beside_the_field(street: Street) -> None:
    street.alice.press(street.notice, "Remind me")
    until(lambda: street.alice.modals, lambda: street.alice.trouble)
    form = street.alice.modals[-1]
    assert "Low-carbon Tampere" in form.text
    assert "15 January 2027" in form.text
    for day, at, block in (
        ("2027-02-01", "09:00", "day"),
        ("2026-11-24", "11:00", "at"),
        ("2029-01-01", "09:00", "day"),
    ):
        street.alice.submit({"remind.day": day, "remind.at": at})
        assert set(street.alice.modals[-1].errors) == {block}
    street.alice.submit({"remind.day": "2026-12-03", "remind.at": "09:30"})
    assert street.alice.trouble == ""
    assert "3 December 2026 at 09:30" in street.alice.modals[-1].text
    (row,) = street.look(select(Reminder).where(Reminder.contact_id.is_not(None)))
    assert row.due_at == datetime(2026, 12, 3, 7, 30, tzinfo=UTC)


def test_a_form_handed_in_twice_keeps_one_reminder_and_one_of_a_withdrawn_call_says_so(
    street: Street,
) -> None:
    street.alice.press(street.notice, "Remind me")
    until(lambda: street.alice.modals, lambda: street.alice.trouble)
    form = street.alice.modals[-1]
    again = replace(form, filled=dict(form.filled))
    street.alice.submit()
    street.alice._send_view("view_submission", again)
    assert len(street.look(select(Reminder).where(Reminder.contact_id.is_not(None)))) == 1
    street.town.withdraw()
    answer = street.alice._send_view("view_submission", again)
    assert answer.data["response_action"] == "update"
    assert "withdrawn" in str(answer.data["view"])


def test_whom_the_house_does_not_know_yet_is_looked_for_and_can_press_again(street: Street) -> None:
    street.charlie.press(street.notice, "Remind me")
    until(lambda: street.charlie.modals, lambda: street.charlie.trouble)
    assert not street.charlie.modals[-1].given.get("submit")
    street.charlie.close_modal()
    street.settle()
    street.charlie.press(street.notice, "Remind me")
    until(lambda: street.charlie.modals, lambda: street.charlie.trouble)
    assert street.charlie.modals[-1].given["submit"]


def test_on_their_own_page_people_answer_and_choose_and_it_is_shown_anew(street: Street) -> None:
    street.alice.open_home()
    street.settle()
    assert street.alice.home is not None
    assert "Tampere: " in street.alice.home.text
    assert "Low-carbon Tampere" in street.alice.home.text
    street.alice.press(street.alice.home, "Interested")
    street.settle()
    assert "Your answer: Interested" in street.alice.home.text
    street.alice.press(street.alice.home, "do.choice.1", "Once a week")
    street.settle()
    assert street.look(select(Contact.rhythm).where(Contact.name == "Alice")) == ["weekly"]
    street.alice.press(street.alice.home, "do.choice.2", "Suomi")
    street.settle()
    assert "Tulevat määräajat" in street.alice.home.text
    assert CALL["title"]["fi"] in street.alice.home.text


def test_a_lead_mutes_for_the_whole_city_and_can_take_that_back(street: Street) -> None:
    street.alice.open_home()
    street.settle()
    street.alice.press(street.alice.home, "Mute this for the whole city")
    street.settle()
    assert street.alice.home is not None
    assert "Muted" in street.alice.home.text
    street.alice.press(street.alice.home, "Let the city hear of it again")
    street.settle()
    assert "Muted" not in street.alice.home.text
    assert "Mute this for the whole city" in str(street.alice.home.blocks)
