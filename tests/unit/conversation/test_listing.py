"""Lists of calls, deadlines and finds: what is in them, how they are turned, and what is said of empty ones."""

from __future__ import annotations

import pytest

from bot import clock
from bot.buttons import read
from bot.contracts import GiveAnswer, ListCalls
from bot.conversation.home import compose
from bot.conversation.speaker import Room
from bot.store.contacts import contact_by_email
from tests import factories
from tests.unit.conversation.talk import Talk, buttons, pressed, titles


def test_calls_are_found_by_city_topic_fund_and_words_the_next_to_close_first(talk: Talk) -> None:
    """On both databases: JSON, case and order differ between them."""
    talk.tell("Later", closes_at="2027-03-01", fund="EAKR", cities=("turku",))
    talk.tell("Älykäs vety", closes_at="2027-02-01", topics=("energia",), cities=("oulu", "turku"))
    talk.tell("For all", closes_at="2027-01-20", cities=(), topics=())
    talk.tell("Open ended", closes_at=None, continuous=True, cities=("turku",))
    talk.tell("Closed", closes_at="2026-01-01", cities=("turku",))
    talk.tell("An event", kind="event", closes_at=None, starts_at="2027-01-01T10:00:00+02:00")
    assert titles(talk.say("open calls")) == ["For all", "Älykäs vety", "Later", "Open ended"]
    assert titles(talk.say("avoimet haut Oulussa")) == ["For all", "Älykäs vety"]
    assert titles(talk.say("calls energy")) == ["Älykäs vety"]
    assert titles(talk.say("utlysningar ERUF")) == ["Later"]
    assert titles(talk.say("open calls älykäs")) == ["Älykäs vety"]
    assert titles(talk.say("open calls Turku VETY")) == ["Älykäs vety"]
    assert titles(talk.say("search ended OPEN")) == ["Open ended"]
    assert titles(talk.say("search event")) == ["An event"]
    assert titles(talk.say("search vetyhausta")) == []


@pytest.mark.of_sqlite
def test_a_word_is_found_in_its_other_forms(talk: Talk) -> None:
    talk.tell("Vetyhaku avautuu")
    assert titles(talk.say("etsi vetyhausta")) == titles(talk.say("etsi vetyhakuun")) == ["Vetyhaku avautuu"]


@pytest.mark.of_sqlite
def test_a_list_is_turned_by_its_buttons_and_by_words(talk: Talk) -> None:
    talk.tell(*(f"Call {number:02}" for number in range(20)))
    first = talk.say("open calls Tampere")
    assert (first.label, len(titles(first))) == ("1–8 of 20", 8)
    assert "page 2" in first.notes[0]
    second = talk.press(pressed(first, "Next page"))
    assert (second.label, second.title) == ("9–16 of 20", "Open calls: Tampere")
    last = talk.press(pressed(second, "Next page"))
    assert (last.label, len(titles(last))) == ("17–20 of 20", 4)
    assert "Next page" not in [each.label for each in buttons(last)]
    assert titles(talk.press(pressed(last, "Previous page"))) == titles(second)
    assert titles(talk.say("open calls tampere page 3")) == titles(last)
    assert titles(talk.say("open calls page 9999")) == titles(last)
    assert len({*titles(first), *titles(second), *titles(last)}) == 20


@pytest.mark.of_sqlite
def test_each_call_has_its_number_and_its_buttons(talk: Talk) -> None:
    (item_id,) = talk.tell("Hydrogen", fund="EAKR", url="https://example.org/h")
    (entry,) = talk.say("open calls").sections[0].entries
    assert (entry.label, entry.url) == (f"#{item_id}", "https://example.org/h")
    assert {fact.label: fact.text for fact in entry.facts} == {
        "Closes": "",
        "Fund": "ERDF",
        "Cities": "Tampere",
    }
    assert [action.label for action in entry.actions] == ["Interested", "Remind me", "Not for us"]
    assert entry.actions[1].does == f"open:remind:{item_id}"
    assert all(action.url.startswith(f"{talk.house.settings.public_url}/m/") for action in entry.actions)
    assert read(entry.actions[0].does) == (GiveAnswer("interested"), item_id)
    talk.press(entry.actions[0].does)
    (entry,) = talk.say("open calls").sections[0].entries
    assert entry.notes == ("Your answer until now: Interested",)


@pytest.mark.of_sqlite
def test_what_is_shared_holds_nothing_of_the_askers_own(talk: Talk) -> None:
    (item_id,) = talk.tell("Hydrogen")
    talk.say(f"interested #{item_id}")
    shared = talk.say("open calls share", share=True)
    assert shared.sections[0].entries[0].notes == ()
    assert "/m/" not in shared.model_dump_json()
    assert buttons(shared)


@pytest.mark.of_sqlite
def test_deadlines_are_the_contacts_own_or_a_citys(talk: Talk) -> None:
    talk.tell("Tampere", cities=("tampere",))
    talk.tell("Turku", cities=("turku",), closes_at="2027-01-10")
    talk.tell("All", cities=(), closes_at="2027-01-12")
    talk.tell("Other topic", cities=("tampere",), topics=("ruoka",), closes_at="2027-01-02")
    talk.tell("Past", cities=("tampere",), closes_at="2026-11-01")
    talk.say("subscribe carbon neutrality")
    assert titles(talk.say("deadlines")) == ["All", "Tampere"]
    assert titles(talk.say("deadlines turku")) == ["Turku", "All"]
    assert titles(talk.say("tidsfrister", "bob")) == ["All"], "in no city: what is for all"
    assert titles(talk.say("määräajat", "charlie")) == ["Other topic", "Turku", "All", "Tampere"], "in three"
    (item_id,) = talk.tell("Muted", cities=("tampere",))
    talk.say(f"mute #{item_id}")
    assert "Muted" not in titles(talk.say("deadlines"))


@pytest.mark.of_sqlite
def test_an_event_that_takes_no_more_names_is_still_to_come(talk: Talk) -> None:
    talk.tell("Day", kind="event", closes_at="2026-11-20", starts_at="2026-12-08T10:00:00+02:00")
    said = talk.say("deadlines")
    assert titles(said) == ["Day"]
    assert [fact.label for fact in said.sections[0].entries[0].facts[:2]] == ["Closes", "Starts"]
    with talk.house.database.reading() as session:
        alice = contact_by_email(session, "alice@example.org")
        assert alice is not None
        room = Room(talk.house.network, factories.ZONE, talk.house.links)
        (entry,) = compose(session, room, alice, clock.now()).sections[0].entries
    assert (entry.title, [fact.label for fact in entry.facts]) == ("Day", ["Starts"])


@pytest.mark.of_sqlite
def test_an_empty_list_says_so_and_suggests_what_was_meant(talk: Talk) -> None:
    said = talk.say("open calls tamprere")
    assert said.sections == ()
    assert said.body == "No call of that kind is open just now.\nDid you mean Tampere?"
    assert read(pressed(said, "Tampere")) == (ListCalls("tampere"), None)
    talk.tell("Hydrogen")
    assert titles(talk.press(pressed(talk.say("open calls tamprere"), "Tampere"))) == ["Hydrogen"]
    assert "All open calls" in [each.label for each in said.actions if each.does]
    assert talk.say("deadlines oulu").body == "Nothing closes in the time to come."
    assert "Fewer words" in talk.say("search unheard of").body


@pytest.mark.of_sqlite
def test_words_from_outside_stay_words(talk: Talk) -> None:
    talk.tell("<!channel> *bold* \u202egnp.exe 🎉", "100%_sure")
    assert titles(talk.say("search <!channel>")) == ["<!channel> *bold* \u202egnp.exe 🎉"]
    assert titles(talk.say("search 🎉")) == ["<!channel> *bold* \u202egnp.exe 🎉"]
    assert titles(talk.say("search %_")) == ["100%_sure"]
    assert titles(talk.say("search %")) == ["100%_sure"]
    assert "<!channel>" not in talk.say("open calls <!channel>").title


@pytest.mark.of_sqlite
def test_what_waits_or_was_withdrawn_is_in_no_list(talk: Talk) -> None:
    from bot.store.items import Item

    waiting, gone, there = talk.tell("Waiting one", "Gone one", "There one")
    with talk.house.database.writing() as session:
        session.get_one(Item, waiting).state = "waiting"
        session.get_one(Item, gone).state = "withdrawn"
    for text in ("open calls", "deadlines", "deadlines tampere", "search one"):
        assert titles(talk.say(text)) == ["There one"], text
    assert there


def test_a_page_of_hundreds_asks_for_a_page_only(talk: Talk) -> None:
    talk.tell(*(f"Call {number}" for number in range(300)))
    from sqlalchemy import event

    asked: list[str] = []
    engine = talk.house.database.engine
    event.listen(engine, "before_cursor_execute", lambda *values: asked.append(values[2]))
    assert talk.say("open calls tampere").label == "1–8 of 300"
    lists = [each for each in asked if "FROM items" in each]
    assert len(lists) == 2, "one to count, one for the page"
    assert "count(*)" in lists[0]
    assert "LIMIT" in lists[1]
