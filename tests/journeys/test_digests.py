"""Weeks in the life of digest readers: one letter on Friday, nothing twice, and what is near singly."""

from __future__ import annotations

from bot.people.enrolment import Person
from tests.journeys.test_call_life import subjects, walk
from tests.town import Town, text_of, words_of

DORA = Person("Dora", "dora@example.org", ("tampere",), language="en", rhythm="weekly")
ROOM = "C0WEEKLY"


def section(text: str, heading: str) -> str:
    """The part of a digest's text under a heading, up to the next heading."""
    _, _, after = text.replace("\r\n", "\n").partition(f"\n{heading}\n{'=' * len(heading)}\n")
    return after.split("\n====", 1)[0]


def test_a_weekly_reader_meets_a_call_once_as_new_then_as_closing_and_at_last_singly(town: Town) -> None:
    town.enrol(DORA)
    town.publish()
    walk(town, "2026-11-27", 7)
    assert subjects(town, "dora@example.org") == [], "not before eight on Friday"
    walk(town, "2026-11-27", 8)
    (first,) = town.mails("dora@example.org")
    assert "Your week: 1 new call" in str(first["Subject"])
    assert "Low-carbon Tampere" in section(text_of(first), "New")
    walk(town, "2026-12-15", 12)
    assert len(subjects(town, "dora@example.org")) == 1, "nothing new, so nothing is sent"
    walk(town, "2026-12-18", 8)
    # 30 days before falls on 16 December.
    assert "Low-carbon Tampere" in section(
        text_of(town.mails("dora@example.org")[1]), "Waiting for your answer"
    )
    walk(town, "2027-01-08", 8)
    # 14 days before is New Year's Day: the reminder and the digest both come on the working day before.
    third, fourth = (text_of(mail) for mail in town.mails("dora@example.org")[2:])
    assert "Low-carbon Tampere" in section(third, "Waiting for your answer"), "it closes in 15 days"
    assert "Closes in 7 days." in section(fourth, "Closing within 14 days")
    told = len(subjects(town, "dora@example.org"))
    walk(town, "2027-01-16")
    singly = subjects(town, "dora@example.org")[told:]
    assert len([each for each in singly if "week" not in each]) == 2, "two days before, and on the last day"


def test_a_conversation_with_a_weekly_rhythm_gets_one_post_on_friday(town: Town) -> None:
    town.open_conversation(ROOM, "tampere", rhythm="weekly", languages=("fi",))
    town.publish()
    town.publish(external_id="two", title={"fi": "Toinen haku"})
    assert town.posts(ROOM) == []
    walk(town, "2026-11-27", 9)
    (post,) = town.posts(ROOM)
    assert "Tällä viikolla: 2 uutta hakua" in words_of([post])
    walk(town, "2026-12-04", 9)
    assert len(town.posts(ROOM)) == 1


def test_a_week_without_a_worker_is_made_good_on_monday_in_one_digest(town: Town) -> None:
    town.enrol(DORA)
    town.publish()
    walk(town, "2026-11-26", 15)
    town.hand.advance(days=4)
    town.settle()
    town.hand.advance(hours=3)
    town.settle()
    assert len(subjects(town, "dora@example.org")) == 1
    walk(town, "2026-12-04", 9)
    assert len(subjects(town, "dora@example.org")) == 1
