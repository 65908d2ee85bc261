"""A reader's reply: done once, confirmed at once, and only when it is theirs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from bot.contracts import Automatic, Report
from bot.store.answers import AnswerRow, Mute
from bot.store.audit import Audit
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery
from bot.store.mailbox import MailSeen
from bot.store.plans import Reminder
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.conversation.conftest import Post


def answers(post: Post) -> list[tuple[str, str]]:
    rows = post.look(lambda session: session.scalars(select(AnswerRow)).all())
    return [(row.answer, row.by) for row in rows]


def test_an_answer_is_recorded_and_confirmed_in_the_readers_language(post: Post) -> None:
    assert post.reply("Kiinnostaa!").note == "GiveAnswer"
    assert answers(post) == [("interested", "mail")]
    (said,) = post.confirmations()
    assert (said["title"], said["language"], said["purpose"]) == (
        "Merkitsimme: Kiinnostaa",
        "fi",
        "confirmation",
    )
    assert [fact["text"] for fact in said["facts"] if fact["text"]] == ["Haku"]
    assert said["actions"][0]["url"] == f"/answer/{post.item_id}"


def test_an_answer_and_a_reminder_in_one_breath_are_both_done(post: Post) -> None:
    post.reply("Kiinnostaa. Muistuta 3.12.")
    assert answers(post) == [("interested", "mail")]
    rows = post.look(
        lambda session: session.scalars(select(Reminder).where(Reminder.about == "personal")).all()
    )
    assert [str(row.fire_on) for row in rows] == ["2026-12-03"]


def test_a_day_that_no_calendar_has_is_refused_in_words(post: Post) -> None:
    with_zone = post.look(lambda session: session.scalars(select(Contact.timezone)).first())
    assert with_zone
    assert post.reply("muistuta 9999-12-31 klo 23").kind == "reply"
    (said,) = post.confirmations()
    assert said["title"]


def test_a_letter_for_people_keeps_its_flag_when_it_is_read_again(post: Post) -> None:
    from bot.contracts import MailReply

    reply = MailReply((post.key(),), "alice@example.org", "Voisitteko soittaa minulle tästä asiasta?")
    assert post.take(reply, "e" * 64).for_people
    assert post.take(reply, "e" * 64).for_people


def test_a_confirmation_goes_out_at_once_also_at_night(post: Post, frozen: FrozenClock) -> None:
    frozen.advance(hours=12)
    post.reply("kiinnostaa")
    (row,) = post.look(
        lambda session: session.scalars(select(Delivery).where(Delivery.purpose == "confirmation")).all()
    )
    assert (row.state, row.due_at, row.item_id) == ("queued", frozen.instant, post.item_id)


def test_a_letter_does_its_thing_once(post: Post) -> None:
    letter = {"text": "kiinnostaa", "digest": "d" * 64}
    from bot.contracts import MailReply

    reply = MailReply((post.key(),), "alice@example.org", letter["text"])
    assert post.take(reply, letter["digest"]).kind == "reply"
    assert post.take(reply, letter["digest"]).kind == "duplicate"
    assert len(post.confirmations()) == 1
    assert (
        len(
            post.look(
                lambda session: session.scalars(select(Audit.id).where(Audit.action == "item.answered")).all()
            )
        )
        == 1
    )


@pytest.mark.parametrize("sender", ["ALICE@Example.org", " alice@example.org "])
def test_the_case_of_an_address_does_not_matter(post: Post, sender: str) -> None:
    post.reply("kiinnostaa", sender=sender)
    assert answers(post) == [("interested", "mail")]


@pytest.mark.parametrize(
    "sender", ["mallory@example.net", "bob@example.org", "silta@example.org", "alice@example.org.evil.net"]
)
def test_only_the_reader_whom_the_mail_went_to_may_answer_it(post: Post, sender: str) -> None:
    taken = post.reply("kiinnostaa", sender=sender)
    assert (taken.note, taken.for_people) == ("another sender", True)
    assert answers(post) == []
    assert post.confirmations() == []


def test_a_forged_or_foreign_key_does_nothing(post: Post) -> None:
    real = post.key()
    installation, number, mark = real.rsplit("-", 2)
    forged = (
        f"{installation}-{int(number) + 1}-{mark}",
        f"{installation}-{number}-{'0' * 16}",
        f"other-{number}-{mark}",
        f"{installation}-{number}",
        "x", "", "-", "--", f"{real}-", f"{installation}--1-{mark}", f"{installation}-{'9' * 400}-{mark}", "ä-1-ä",
    )  # fmt: skip
    for key in forged:
        assert post.reply("kiinnostaa", key=key or "?").note == "unknown", key
    assert answers(post) == []
    assert post.reply("kiinnostaa", key=real.upper()).note == "GiveAnswer"  # case may be lost on the way


def test_what_a_machine_wrote_does_nothing_and_gets_no_answer(post: Post) -> None:
    assert post.take(Automatic("Auto-Submitted")).kind == "automatic"
    assert post.confirmations() == []


def test_a_reminder_is_kept_in_the_readers_zone(post: Post) -> None:
    post.house.database.write(
        lambda session: session.execute(update(Contact).values(timezone="Europe/Lisbon"))
    )
    post.reply("muistuta 3.12. klo 9")
    (due,) = post.look(
        lambda session: session.scalars(select(Reminder.due_at).where(Reminder.about == "personal")).all()
    )
    assert due == datetime(2026, 12, 3, 9, tzinfo=UTC)
    assert post.confirmations()[0]["title"].startswith("Muistutamme sinua: 3. joulukuuta 2026 klo 9.00")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("muistuta 20.1.2027", "Se olisi liian myöhään, takaraja on 15. tammikuuta 2027 klo 16.15 (Suomen aikaa)"),
        ("muistuta 24.11. klo 9", "Se hetki on jo mennyt."),
    ],
)  # fmt: skip
def test_a_reminder_that_makes_no_sense_is_refused_in_words(post: Post, text: str, why: str) -> None:
    taken = post.reply(text)
    assert taken.note == "AskReminder, not done"
    (said,) = post.confirmations()
    assert said["body"] == why
    assert (
        post.look(lambda session: session.scalars(select(Reminder).where(Reminder.about == "personal")).all())
        == []
    )


def test_an_item_that_was_withdrawn_meanwhile_cannot_be_answered(post: Post) -> None:
    factories.tell(post.house.database, Report("id-0", None))
    post.reply("kiinnostaa")
    assert "peruutettu" in post.confirmations()[0]["body"]
    assert answers(post) == []


def test_stop_stops_everything_and_is_confirmed(post: Post) -> None:
    post.reply("lopeta")
    assert post.contact().rhythm == "off"
    (said,) = post.confirmations()
    assert said["title"].startswith("Et saa enää")
    states = post.look(
        lambda session: session.scalars(
            select(Delivery.state).where(Delivery.purpose == "confirmation")
        ).all()
    )
    assert states == ["queued"]


def test_muting_rhythm_and_language_are_done(post: Post) -> None:
    post.reply("vaimenna")
    post.reply("viikoittain")
    post.reply("in English please")
    assert post.look(lambda session: session.scalars(select(Mute.item_id)).all()) == [post.item_id]
    alice = post.contact()
    assert (alice.rhythm, alice.language) == ("weekly", "en")
    titles = [said["title"] for said in post.confirmations()]
    assert titles == [
        "Et saa tästä enää viestejä",
        "Viestien rytmi on nyt: Kerran viikossa",
        "From now on we write to you in this language.",
    ]


def test_a_near_miss_is_asked_about(post: Post) -> None:
    assert post.reply("kinnostaa").for_people
    (said,) = post.confirmations()
    assert "”kiinnostaa”" in said["body"]
    assert answers(post) == []


def test_the_phrase_that_was_meant_can_be_sent_as_a_reply_to_the_question(post: Post) -> None:
    post.reply("kinnostaa")
    post.arrive()
    post.reply("kiinnostaa", key=post.key(purpose="confirmation"))
    assert answers(post) == [("interested", "mail")]


def test_a_reply_to_a_digest_is_told_how_to_answer(post: Post) -> None:
    key = post.more_mail(item_id=None, purpose="digest")
    post.reply("kiinnostaa", key=key)
    (said,) = post.confirmations()
    assert said["title"] == "Mitä näistä tarkoitat?"
    assert [entry["title"] for entry in said["sections"][0]["entries"]] == ["Haku"]
    assert said["sections"][0]["entries"][0]["actions"][0]["url"] == f"/answer/{post.item_id}?as=interested"
    assert answers(post) == []
    post.reply("päivittäin", key=key)
    assert post.contact().rhythm == "daily"


def test_two_machines_that_answer_each_other_fall_silent(post: Post, frozen: FrozenClock) -> None:
    for number in range(25):
        post.reply(f"I am on holiday, number {number}")
    assert len(post.confirmations()) == 10
    assert post.reply("kiinnostaa").note == "GiveAnswer, not confirmed"
    assert answers(post) == [("interested", "mail")]
    frozen.advance(days=1, minutes=1)
    post.reply("nähty")
    assert len(post.confirmations()) == 11


def test_who_was_erased_cannot_answer_any_more(post: Post) -> None:
    from bot.people.erasure import erase

    key = post.key()
    post.house.database.write(
        lambda session: erase(session, session.get_one(Contact, post.contact().id), "test")
    )
    assert post.reply("kiinnostaa", key=key).note == "nobody's any more"


def test_letters_are_remembered_without_addresses(post: Post) -> None:
    post.reply("kiinnostaa", sender="mallory@example.net")
    post.reply("kiinnostaa")
    rows = post.look(lambda session: session.execute(select(MailSeen.kind, MailSeen.note)).all())
    assert [tuple(row) for row in rows] == [("reply", "another sender"), ("reply", "GiveAnswer")]


def test_a_hostile_title_stays_text(post: Post) -> None:
    factories.tell(
        post.house.database,
        factories.details(title={"fi": "<script>alert(1)</script> [x](javascript:y) <!channel>"}),
    )
    post.reply("kiinnostaa")
    (said,) = post.confirmations()
    assert "script" not in said["body"] + said["title"]
    assert any("<script>" in fact["text"] for fact in said["facts"])
