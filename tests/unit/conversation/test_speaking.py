"""What is said and pressed in a chat, and what the house says back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.buttons import read, write
from bot.contracts import (
    Announce,
    AskReminder,
    ChooseHours,
    GiveAnswer,
    ListCalls,
    MuteCity,
    StopAll,
    TakeBack,
)
from bot.conversation.speaking import wants_share
from bot.people.own_reminders import own_reminders
from bot.store.answers import AnswerRow, Mute
from bot.store.audit import Audit
from bot.store.contacts import contact_by_email
from bot.store.items import Item
from tests import factories
from tests.unit.conversation.talk import Talk, buttons, pressed, titles

pytestmark = pytest.mark.of_sqlite


def answers(talk: Talk) -> list[tuple[str, str]]:
    rows = talk.look(lambda session: session.scalars(select(AnswerRow).order_by(AnswerRow.contact_id)).all())
    return [(row.answer, row.by) for row in rows]


def mutes(talk: Talk) -> list[str | None]:
    return list(talk.look(lambda session: session.scalars(select(Mute.city).order_by(Mute.id)).all()))


def test_nothing_said_is_a_wish_for_help_in_ones_own_language(talk: Talk) -> None:
    assert talk.say("").title == "What you can write to us"
    assert talk.say("  ", "charlie").title == "Mitä voit kirjoittaa meille"
    swedish = talk.say("hjälp", "bob")
    assert (swedish.language, swedish.purpose) == ("sv", "confirmation")
    assert "meddela" in swedish.body, "coordinators are told what only they can say"
    assert "announce" not in talk.say("help").body


def test_an_answer_is_given_undone_and_given_again(talk: Talk) -> None:
    (item_id,) = talk.tell("Hydrogen")
    said = talk.say(f"interested #{item_id}")
    assert (said.title, said.facts[0].text) == ("We noted: Interested", "Hydrogen")
    assert answers(talk) == [("interested", "slack")]
    changed = talk.say("not for us", item_id=item_id)
    assert talk.undo(changed).title == "We noted: Interested"
    assert answers(talk) == [("interested", "slack")]
    gone = talk.undo(said)
    assert (gone.title, answers(talk)) == ("Your answer is taken back.", [])
    talk.undo(gone)
    assert answers(talk) == [("interested", "slack")]
    assert talk.press(write(TakeBack(), item_id)).title == "Your answer is taken back."
    assert talk.press(write(TakeBack(), item_id)).title == "You have not answered this."


def test_an_answer_to_words_is_offered_and_not_given(talk: Talk) -> None:
    (item_id,) = talk.tell("Hydrogen valleys", "Bread")[:1]
    said = talk.say("interested in hydrogen")
    assert (said.title, titles(said), answers(talk)) == ("Which one do you mean?", ["Hydrogen valleys"], [])
    assert talk.press(pressed(said, "Interested")).title == "We noted: Interested"
    assert answers(talk) == [("interested", "slack")]
    assert item_id


def test_what_is_meant_by_this_is_asked_where_nothing_is_spoken_of(talk: Talk) -> None:
    first, second = talk.tell("Hydrogen", "Bread")
    said = talk.say("mute")
    assert (said.title, titles(said)) == ("Which one do you mean?", ["Bread", "Hydrogen"])
    assert f"#{second}" in said.body
    assert talk.press(pressed(said, "Mute this")).title == "You will hear no more of this"
    assert titles(talk.say("who has answered atlantis")) == ["Hydrogen"], "what is muted is not offered"
    assert talk.say("why #999999999").title == "We found nothing called “#999999999”"
    assert first


def test_a_reminder_of_a_named_item(talk: Talk) -> None:
    (item_id,) = talk.tell("Hydrogen valleys")
    said = talk.say("remind me of the hydrogen call on 3.12. at 9")
    assert said.title.startswith("We will remind you: 3 December 2026")
    asked = talk.look(
        lambda session: own_reminders(session, contact_by_email(session, "alice@example.org"), item_id)  # type: ignore[arg-type]
    )
    assert asked == [datetime(2026, 12, 3, 7, tzinfo=UTC)]
    late = talk.say(f"remind me of #{item_id} on 2027-05-01")
    assert (late.title, "too late" in late.body) == ("We could not do that", True)
    remark = talk.say("remind me on 4.12. because the board meets", item_id=item_id)
    assert remark.title.startswith("We will remind you: 4 December 2026")


def test_a_lead_mutes_for_the_city_and_undoes_it_and_nobody_else_can(talk: Talk) -> None:
    (item_id,) = talk.tell("Hydrogen", cities=())
    said = talk.say("hiljennä Tampereelta", "charlie", item_id)
    assert (said.title, mutes(talk)) == ("Tampere ei kuule tästä enää", ["tampere"])
    talk.undo(said, "charlie")
    assert mutes(talk) == []
    offered = talk.say("ei meille", "charlie", item_id)
    does = [each.does for each in offered.actions if "koko kaupungilta" in each.label]
    assert [read(each) for each in does] == [
        (MuteCity(city), item_id) for city in ("tampere", "turku", "oulu")
    ]
    for does in (write(MuteCity("tampere"), item_id), write(MuteCity("atlantis"), item_id)):
        assert talk.press(does).body == "Only the lead of that city can do that."
    assert talk.press(write(MuteCity("lahti"), item_id), "charlie").title != said.title
    assert mutes(talk) == []


@pytest.mark.parametrize(
    ("text", "column", "value", "before"),
    [
        ("weekly", "rhythm", "weekly", "now"),
        ("rhythm off", "rhythm", "off", "now"),
        ("stop", "rhythm", "off", "now"),
        ("hours 9-16", "hours", "9-16", ""),
        ("always", "hours", "always", ""),
        ("in Swedish", "language", "sv", "en"),
        ("subscribe energy", "topics", ["energia"], []),
        ("show my name", "named", True, False),
    ],
)
def test_a_choice_is_kept_and_undone(
    talk: Talk, text: str, column: str, value: object, before: object
) -> None:
    assert getattr(talk.contact(), column) == before
    said = talk.say(text)
    assert getattr(talk.contact(), column) == value
    talk.undo(said)
    assert getattr(talk.contact(), column) == before
    lines = talk.look(lambda session: session.scalars(select(Audit.action)).all())
    assert list(lines).count("contact.chose") == 2


def test_topics_add_up_and_the_last_one_taken_away_means_all(talk: Talk) -> None:
    talk.say("subscribe energy")
    assert talk.say("tilaa kiertotalous").body == "Your topics: energy, circular economy"
    assert talk.say("subscribe energy").actions == (), "twice changes nothing, so there is nothing to undo"
    talk.say("unsubscribe from energy")
    assert "all of them" in talk.say("unsubscribe circular economy").body
    assert talk.contact().topics == []
    assert "is not among your topics" in talk.say("unsubscribe energy").title


def test_the_way_is_chosen_where_there_is_one(talk: Talk) -> None:
    assert talk.say("channel slack").title == "We do not know you in Slack yet"
    assert talk.contact().channel is None
    with talk.house.database.writing() as session:
        factories.person(session, "Alice", language="en", slack_user_id="U0ALICE")
    said = talk.say("by mail")
    assert (said.title, talk.contact().channel) == ("You now hear: By email", "email")
    talk.undo(said)
    assert talk.contact().channel == "slack"


def test_hours_that_are_none_are_refused_in_words(talk: Talk) -> None:
    said = talk.press(write(ChooseHours("25-99")))
    assert (said.title, talk.contact().hours) == ("We did not understand these hours", "")


def test_why_says_the_rule_and_what_was_sent(talk: Talk) -> None:
    (item_id,) = talk.tell("Hydrogen")
    factories.plan(talk.house.database, talk.house.network)
    said = talk.say("why did I get this", item_id=item_id)
    assert said.title == "You get this because Tampere follows carbon neutrality."
    assert [(fact.label, fact.text.split(",")[0]) for fact in said.facts[2:]] == [("Notice", "By email")]
    muted = talk.press(pressed(said, "Mute this"))
    assert muted.title == "You will hear no more of this"
    again = talk.say(f"why #{item_id}")
    assert again.title == "You hear nothing of this because it is muted."
    assert talk.press(pressed(again, "Hear of this again")).title == "You will hear of this again"
    assert "not among what you chose" in talk.say(f"why #{talk.tell('Far', cities=('oulu',))[0]}").title


def test_the_roster_names_whom_it_may(talk: Talk) -> None:
    (item_id,) = talk.tell("Hydrogen", cities=("tampere", "turku"))
    with talk.house.database.writing() as session:
        factories.person(session, "Dora", email="dora@example.org", cities=("oulu",), language="en")
    talk.say("kiinnostaa", "charlie", item_id)
    assert [f.text for f in talk.say("who has answered", item_id=item_id).facts[2:]] == [
        "Interested (Charlie)", "Interested",
    ], "one's own city's people are known, others' are not"  # fmt: skip
    stranger = talk.say("who has answered", "dora", item_id)
    assert "Charlie" not in stranger.model_dump_json()
    assert stranger.title == "Answers so far: 2 of 2"
    assert "Charlie" in talk.say("vem har svarat", "bob", item_id).model_dump_json()
    assert "Charlie" not in talk.say("vem har svarat", "bob", item_id, share=True).model_dump_json()
    talk.say("näytä nimeni", "charlie")
    assert "Charlie" in talk.say("who has answered", "dora", item_id, share=True).model_dump_json()


def test_only_coordinators_announce_and_ask_how_things_are(talk: Talk) -> None:
    for text in ("announce", "status"):
        refused = talk.say(text)
        assert (refused.title, buttons(refused)) == ("That is for coordinators", [])
    offered = talk.say("meddela", "bob")
    assert [(each.does, each.url) for each in offered.actions] == [
        ("open:announce", f"{talk.house.settings.public_url}/announce")
    ]
    assert talk.press(write(Announce())).title == "That is for coordinators"


def test_status_says_what_waits_what_goes_out_and_what_is_wrong(talk: Talk) -> None:
    from bot.approval import create, submit
    from bot.store.sources import Source

    talk.tell("Hydrogen")
    factories.plan(talk.house.database, talk.house.network)
    with talk.house.database.writing() as session:
        draft = create(session, "announcement", {"title": {"fi": "Tiedote"}}, "alice")
        submit(session, talk.house.network, draft.id, "alice")
        row = session.scalars(select(Source)).first()
        assert row is not None
        row.fault, row.failures = "503 from the source", 3
    said = talk.say("läget", "bob")
    assert {"Tiedote", "Hydrogen", row.name} <= set(titles(said))
    (look,) = [each for each in buttons(said) if each.does.startswith("open:draft:")]
    assert look.url.endswith(f"/approvals/{look.does.removeprefix('open:draft:')}")


@pytest.mark.parametrize(
    "does",
    ["", "{}", "nonsense", '{"do":"fly"}', '{"do":"answer","kind":"maybe"}', '{"do":"calls","page":"x"}',
     "open:draft:1", write(GiveAnswer("seen"), 2**31), write(GiveAnswer("seen"), -1), "[" * 5000],
)  # fmt: skip
def test_a_button_that_is_none_of_ours_is_answered_in_words(talk: Talk, does: str) -> None:
    said = talk.press(does)
    assert said.title in {"We did not understand that", "We could not do that"}
    assert answers(talk) == []


def test_a_page_before_the_first_is_the_first(talk: Talk) -> None:
    talk.tell("Hydrogen")
    assert titles(talk.press(write(ListCalls(page=-5)))) == ["Hydrogen"]
    assert titles(talk.press(write(ListCalls(page=10**30)))) == ["Hydrogen"]


def test_what_was_withdrawn_is_not_answered(talk: Talk) -> None:
    (item_id,) = talk.tell("Hydrogen")
    with talk.house.database.writing() as session:
        session.get_one(Item, item_id).state = "withdrawn"
    assert talk.press(write(GiveAnswer("interested"), item_id)).body == (
        "It was withdrawn, so there is nothing to answer."
    )
    assert talk.press(write(AskReminder(date(2026, 12, 3)), item_id)).title == "We could not do that"


@pytest.mark.parametrize(
    "text",
    [
        "<!channel> hello",
        "x" * 3000,
        "open calls " + "ä" * 3000,
        "😀" * 50,
        "\u202e" + "kiinnostaa",
        "\x00",
        "#12",
        "@here",
    ],
)
def test_hostile_words_change_nothing_and_are_answered(talk: Talk, text: str) -> None:
    (item_id,) = talk.tell("Hydrogen")
    said = talk.say(text, item_id=item_id)
    assert said.title
    assert "<!channel>" not in said.body
    assert answers(talk) == []
    assert mutes(talk) == []


def test_a_near_miss_is_one_press_from_done(talk: Talk) -> None:
    (item_id,) = talk.tell("Hydrogen")
    said = talk.say("intersted", item_id=item_id)
    assert "Did you mean “interested”?" in said.body
    assert talk.press(said.actions[-1].does).title == "We noted: Interested"
    assert read(talk.say("unsubscibe").actions[0].does) == (StopAll(), None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("open calls tampere share", True), ("avoimet haut jaa", True), ("utlysningar, DELA!", True), ("share", False),
        ("open calls", False), ("share open calls", False), ("", False), ("x" * 3000 + " share", False),
    ],
)  # fmt: skip
def test_sharing_is_asked_for_at_the_end(text: str, wanted: bool) -> None:
    assert wants_share(text) is wanted


def test_everybody_is_answered_in_their_own_language_after_they_changed_it(talk: Talk) -> None:
    assert talk.say("kieli suomi").title == "Kirjoitamme sinulle tästä lähtien suomeksi."
    assert talk.say("open calls").title == "Avoimet haut"
