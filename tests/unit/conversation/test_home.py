"""A person's own page in a chat, and how Slack draws it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import buttons, clock
from bot.app import House
from bot.approval.drafts import create, submit
from bot.contracts import ChooseRhythm, FollowTopic, GiveAnswer, Language, ListDeadlines, MuteCity, TakeBack
from bot.contracts.chat import Home
from bot.conversation import home
from bot.conversation.speaker import Room
from bot.people.answers import answer
from bot.people.mutes import mute_city
from bot.store.contacts import Contact, contact_by_email
from bot.store.sources import Source
from integrations.slack.home import view
from tests import factories
from tests.conftest import FrozenClock
from tests.fakes.slack_surfaces import check_view

pytestmark = pytest.mark.of_sqlite
FROM = "203.0.113.5"


@pytest.fixture
def of(frozen: FrozenClock, house: House) -> Any:
    """The page of a contact called so."""

    def page(name: str = "alice") -> Home:
        with house.database.reading() as session:
            room = Room(house.network, factories.ZONE, house.stationery.links)
            found = home.compose(session, room, who(session, name), clock.now())
        check_view(view(found), "home")
        return found

    return page


def who(session: Session, name: str) -> Contact:
    found = contact_by_email(session, f"{name}@example.org")
    assert found
    return found


def join(house: House, name: str = "Alice", **more: Any) -> None:
    with house.database.writing() as session:
        factories.person(session, name, **more)


def call(number: int = 0, **more: Any) -> Any:
    closes = (clock.now() + timedelta(days=10 + number)).isoformat()
    title = {"fi": f"Haku {number}", "sv": f"Ansökan {number}", "en": f"Call {number}"}
    return factories.details(closes_at=closes, title=title, **more)


def titles(found: Home, section: int = 0) -> list[str]:
    return [entry.title for entry in found.sections[section].entries]


def test_it_shows_the_city_with_its_focus_areas_in_the_readers_language(house: House, of: Any) -> None:
    for language, city in (("fi", "Tampere"), ("sv", "Tammerfors"), ("en", "Tampere")):
        join(house, language, language=language)
        found = of(language)
        areas = getattr(house.network.city("tampere").focus, language)
        assert found.lines[0] == language
        assert found.lines[1].startswith(f"{city}: {areas[0]}")
        assert found.title == house.network.name[language]


def test_what_closes_next_comes_first_with_buttons_and_the_rest_is_one_press_away(
    house: House, of: Any
) -> None:
    join(house, language="en")
    factories.tell(house.database, *(call(number) for number in (3, 1, 2)), call(0, cities=("turku",)))
    found = of()
    assert titles(found) == ["Call 1", "Call 2", "Call 3"]
    first = found.sections[0].entries[0]
    assert "Closes in 11 days" in first.notes
    assert [action.label for action in first.actions] == [
        "Interested",
        "Need a partner",
        "Not for us",
        "Remind me",
    ]
    item_id = buttons.read(first.actions[0].does)
    assert item_id == (GiveAnswer("interested"), 2)
    assert first.actions[3].does == "open:remind:2"
    assert found.sections[0].more is None


def test_a_city_with_hundreds_of_calls_has_a_page_within_slacks_limits(house: House, of: Any) -> None:
    join(house, role="city_lead", cities=("tampere", "turku", "oulu"), language="fi")
    body = {"fi": "sana " * 2_000}
    factories.tell(house.database, *(call(number, body=body, cities=()) for number in range(300)))
    found = of()
    assert len(found.sections[0].entries) == home.MOST
    more = found.sections[0].more
    assert more
    assert more.label == "ja 292 muuta"
    assert buttons.read(more.does) == (ListDeadlines(), None)
    assert any(button.get("value") == more.does for button in elements(view(found)))


def test_what_was_answered_says_so_and_can_be_taken_back_and_what_was_declined_is_gone(
    house: House, of: Any
) -> None:
    join(house, language="en")
    one, two = factories.tell(house.database, call(1), call(2))
    with house.database.writing() as session:
        answer(session, who(session, "alice"), one.item_id or 0, "interested", "slack", FROM)
        answer(session, who(session, "alice"), two.item_id or 0, "not_for_us", "slack", FROM)
    found = of()
    assert titles(found) == ["Call 1"]
    entry = found.sections[0].entries[0]
    assert "Your answer: Interested" in entry.notes
    assert buttons.read(entry.actions[0].does) == (TakeBack(), one.item_id)


def test_a_city_lead_can_mute_for_the_city_and_then_it_is_gone(house: House, of: Any) -> None:
    join(house, role="city_lead")
    (one,) = factories.tell(house.database, call(1))
    actions = of().sections[0].entries[0].actions
    assert (MuteCity("tampere"), one.item_id) in [buttons.read(action.does) for action in actions]
    with house.database.writing() as session:
        mute_city(session, who(session, "alice"), one.item_id or 0, "tampere", "slack", FROM)
    assert titles(of()) == ["Mikään ei sulkeudu lähiaikoina"]
    (back,) = of().sections[1].entries[0].actions
    assert buttons.read(back.does) == (MuteCity("tampere", off=True), one.item_id)
    join(house, "Bob")
    assert len(of("bob").sections) == 1


def test_who_is_in_no_city_hears_of_what_concerns_all_and_is_told_so(house: House, of: Any) -> None:
    join(house, cities=(), language="en")
    factories.tell(house.database, call(1, cities=()), call(2))
    found = of()
    assert titles(found) == ["Call 1"]
    assert found.lines[1].startswith("You are in no city")


def test_what_is_chosen_is_what_the_contact_has_and_every_option_is_a_command(house: House, of: Any) -> None:
    join(house, topics=("energia",), rhythm="weekly", language="en")
    found = of()
    chosen = [buttons.read(choice.chosen) for choice in found.choices if choice.chosen]
    assert (ChooseRhythm("weekly"), None) in chosen
    assert all(buttons.read(does) for choice in found.choices for does, _ in choice.options)
    assert (FollowTopic("energia", off=True), None) in [
        buttons.read(does) for choice in found.choices for does, _ in choice.options
    ]
    for element in elements(view(found)):
        if element["type"] == "static_select" and "initial_option" not in element:
            assert "Follow" in str(element) or "topic" in str(element)


def test_a_changed_choice_has_another_block_id_because_slack_keeps_what_was_picked(
    house: House, of: Any
) -> None:
    join(house, rhythm="weekly")
    before = {block["block_id"] for block in view(of())["blocks"] if "accessory" in block}
    with house.database.writing() as session:
        who(session, "alice").rhythm = "daily"
    after = {block["block_id"] for block in view(of())["blocks"] if "accessory" in block}
    assert len(before - after) == 1


def test_a_coordinator_sees_what_waits_what_goes_out_and_what_is_wrong_and_nobody_else_does(
    house: House, of: Any
) -> None:
    join(house, role="coordinator", language="en", cities=())
    join(house, "Bob", language="en")
    factories.tell(house.database, call(1))
    factories.plan(house.database, house.network)
    with house.database.writing() as session:
        source = session.scalars(select(Source).where(Source.name == "paper")).one()
        source.fault, source.failures = "It answers 500 <!channel>.", 3
        author = who(session, "bob").pseudonym
        draft = create(session, "announcement", {"title": {"en": "News for all"}}, author)
        submit(session, house.network, draft.id, author)
        draft_id = draft.id
    found = of()
    assert [section.title for section in found.sections[1:]] == [
        "Waits for approval",
        "Going out next",
        "Faults",
    ]
    waiting = found.sections[1].entries[0]
    assert (waiting.title, waiting.label) == ("News for all", "Announcement · Bob")
    assert waiting.actions[0].does == f"open:draft:{draft_id}"
    assert "Call 1" in titles(found, 2)
    assert titles(found, 3) == ["paper"]
    assert "open:announce" in [action.does for action in found.actions]
    assert len(of("bob").sections) == 1
    assert "open:announce" not in [action.does for action in of("bob").actions]
    assert "<!channel>" not in str(view(found))


def test_a_name_that_runs_the_other_way_stands_alone_in_its_line(house: House, of: Any) -> None:
    join(house, "\N{RIGHT-TO-LEFT OVERRIDE}אליס 🌲", email="alice@example.org")
    drawn = view(of())["blocks"][1]["text"]["text"].split("\n")
    assert drawn[0] == "אליס 🌲"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_whom_nobody_knows_is_told_how_to_become_known(house: House, language: Language) -> None:
    found = home.stranger(house.network, language, factories.ZONE)
    check_view(view(found), "home")
    assert [action.does for action in found.actions] == [f"open:claim:{found.language}"]


def elements(made: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [each for block in made["blocks"] if block["type"] == "actions" for each in block["elements"]]
    return rows + [block["accessory"] for block in made["blocks"] if "accessory" in block]
