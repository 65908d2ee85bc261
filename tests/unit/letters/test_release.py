"""An approved letter goes out once, to everybody who takes it, and stays as it was."""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.app import House
from bot.approval import approve
from bot.contracts import Message, Report
from bot.letters.content import LetterContent, Placed
from bot.letters.submission import draft_of, follow, put_forward
from bot.planning.letter_fanout import announce_letter, plan_letter
from bot.planning.letter_readers import count_readers
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery, Fanout, MessageRow
from bot.store.drafts import Letter
from bot.store.mailbox import ListSubscriber, Suppression
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.letters.conftest import begin, read, release, send, write

FRIDAY = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
"""Eight o'clock in Helsinki."""


def digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def people(house: House, *names: str, **more: Any) -> None:
    with house.database.writing() as session:
        for name in names:
            factories.person(session, name, **more)


def letters_to(house: House) -> dict[str, Delivery]:
    """The letter's deliveries by the reader's name."""
    with house.database.reading() as session:
        rows = session.execute(
            select(Contact.name, Delivery)
            .join(Delivery, Delivery.recipient == Contact.pseudonym)
            .where(Delivery.purpose == "letter")
        )
        return dict(rows.all())  # type: ignore[arg-type]


def page(letter: Letter, language: str) -> Message:
    assert letter.pages
    return Message.model_validate(letter.pages[language])


def test_each_reader_gets_it_once_in_their_language_at_their_hour(news: House, frozen: FrozenClock) -> None:
    people(news, "Alice")
    people(news, "Bob", language="sv", timezone="Europe/Lisbon")
    letter = begin(news)
    write(news, letter)
    send(news, frozen, letter)
    factories.plan(news.database, news.network)
    told = letters_to(news)
    assert told["Alice"].due_at == FRIDAY
    assert told["Bob"].due_at == FRIDAY + timedelta(hours=2)
    assert told["Alice"].reason == "letter"
    with news.database.reading() as session:
        content = session.get_one(MessageRow, told["Bob"].message_id).content[0]
    assert (content["purpose"], content["language"]) == ("letter", "sv")
    assert content["body"].startswith("Bästa läsare")


def test_who_reads_it_elsewhere_or_nothing_gets_no_copy(news: House, frozen: FrozenClock) -> None:
    people(news, "Alice")
    people(news, "Weekly", rhythm="weekly")
    factories.tell(news.database, factories.details(cities=()))
    factories.plan(news.database, news.network)  # held for the weekly reader: their digest comes
    people(news, "Quiet", rhythm="weekly")  # nothing is: without the letter it were a week of silence
    people(news, "Silent", rhythm="off")
    people(news, "Talker", channel="conversation-only")
    people(news, "Listed", "Left", "Bounced", "No")
    with news.database.writing() as session:
        for name, status in (("listed", "active"), ("left", "deleted")):
            session.add(
                ListSubscriber(address=digest(f"{name}@example.org"), status=status, synced_at=clock.now())
            )
        session.add(Suppression(address=digest("bounced@example.org"), reason="bounce", since=clock.now()))
        factories.person(session, "No").letter = False
    with news.database.reading() as session:
        assert count_readers(session).weekly == 1
    letter = begin(news)
    send(news, frozen, letter)
    factories.plan(news.database, news.network)
    assert sorted(letters_to(news)) == ["Alice", "Left", "Quiet"]


def test_released_and_planned_twice_it_goes_out_once(news: House, frozen: FrozenClock) -> None:
    people(news, "Alice", "Bob")
    letter = begin(news)
    send(news, frozen, letter)
    assert release(news) == 0
    factories.plan(news.database, news.network)
    with news.database.writing() as session:
        announce_letter(session, session.get_one(Letter, letter.id))
    factories.plan(news.database, news.network)
    assert Counter(each.purpose for each in factories.deliveries(news.database)) == {"letter": 2}


def test_a_fanout_in_small_chunks_tells_everybody(news: House, frozen: FrozenClock) -> None:
    people(news, *(f"Reader{number}" for number in range(7)))
    letter = begin(news)
    send(news, frozen, letter)

    def work(session: Session) -> bool:
        fanout = session.scalar(select(Fanout).where(Fanout.letter_id == letter.id))
        assert fanout
        plan_letter(session, news.network, fanout, 2)
        return fanout.done_at is None

    while news.database.write(work):
        pass
    assert len(letters_to(news)) == 7


def test_two_workers_at_once_tell_everybody_once(news: House, frozen: FrozenClock) -> None:
    people(news, *(f"Reader{number}" for number in range(40)))
    letter = begin(news)
    draft_id = news.database.write(
        lambda session: (
            put_forward(session, session.get_one(Letter, letter.id), news.network, news.settings, "alice").id
        )
    )
    news.database.write(lambda session: approve(session, draft_id, 1, "bob"))
    frozen.instant = FRIDAY

    def work(_: int) -> None:
        release(news)
        factories.plan(news.database, news.network, size=5)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    factories.plan(news.database, news.network, size=5)
    assert len(letters_to(news)) == 40
    assert len(factories.deliveries(news.database)) == 40


def test_a_crowd_is_spread_over_some_minutes(news: House, frozen: FrozenClock) -> None:
    people(news, *(f"Reader{number}" for number in range(60)))
    send(news, frozen, begin(news))
    factories.plan(news.database, news.network)
    due = Counter(each.due_at for each in letters_to(news).values())
    assert min(due) == FRIDAY
    assert max(due) < FRIDAY + timedelta(minutes=10)
    assert len(due) == 10


def test_what_was_withdrawn_before_its_time_is_not_told_and_what_changed_is_told_as_it_is(
    news: House, frozen: FrozenClock
) -> None:
    letter = begin(news)
    factories.tell(news.database, Report("city", None))
    factories.tell(news.database, Report("call", factories.details(title={"fi": "Uusi nimi"})))
    sent = send(news, frozen, letter)
    told = [entry.title for section in page(sent, "fi").sections for entry in section.entries]
    assert told == ["Kaikille", "Uusi nimi", "Höstseminarium"]
    assert "From the cities" not in [section.title for section in page(sent, "en").sections]


def test_a_letter_never_changes_once_it_is_out(news: House, frozen: FrozenClock) -> None:
    sent = send(news, frozen, begin(news))
    before = sent.pages
    factories.tell(news.database, Report("call", None))
    release(news)
    assert read(news, sent.slug).pages == before


def test_an_edit_after_it_was_put_forward_voids_the_approval(news: House, frozen: FrozenClock) -> None:
    letter = begin(news)

    def forward(session: Session) -> None:
        row = session.get_one(Letter, letter.id)
        draft = put_forward(session, row, news.network, news.settings, "alice")
        approve(session, draft.id, draft.version, "bob")

    news.database.write(forward)
    write(news, letter)

    def keep_up(session: Session) -> str:
        row = session.get_one(Letter, letter.id)
        follow(session, row, news.network, news.settings, "alice")
        draft = draft_of(session, row)
        assert draft
        return draft.state

    assert news.database.write(keep_up) == "waiting"
    frozen.advance(days=4)
    assert release(news) == 0


def test_what_was_approved_goes_out_not_what_stands_on_the_desk_since(
    news: House, frozen: FrozenClock
) -> None:
    letter = begin(news)

    def forward(session: Session) -> None:
        row = session.get_one(Letter, letter.id)
        draft = put_forward(session, row, news.network, news.settings, "alice")
        approve(session, draft.id, draft.version, "bob")

    news.database.write(forward)
    write(news, letter, title={"en": "Sneaked in"})  # saved without its draft hearing of it
    frozen.instant = FRIDAY
    release(news)
    assert page(read(news, letter.slug), "en").title == "InnoCities: week 48"


def test_a_missing_language_comes_in_another_and_says_so(news: House, frozen: FrozenClock) -> None:
    letter = begin(news)
    write(news, letter, opening={"fi": "Vain suomeksi."})
    sent = send(news, frozen, letter)
    assert (page(sent, "sv").body, page(sent, "sv").notes) == (
        "Vain suomeksi.",
        ("Texten finns bara på finska.",),
    )
    seminar = page(sent, "fi").sections[2].entries[0]
    assert (seminar.title, seminar.notes) == ("Höstseminarium", ("Vain ruotsiksi.",))


def test_an_empty_letter_can_go_out_and_says_nothing_wrong(house: House, frozen: FrozenClock) -> None:
    people(house, "Alice")
    letter = begin(house)
    write(house, letter, opening={"en": "A quiet week."})
    sent = send(house, frozen, letter)
    assert page(sent, "en").sections == ()


def test_a_left_out_item_is_not_told(news: House, frozen: FrozenClock) -> None:
    letter = begin(news)
    entries = [
        Placed(item_id=each.item_id, section=each.section, out=True)
        for each in LetterContent.of(letter).entries
    ]
    write(news, letter, entries=entries)
    assert page(send(news, frozen, letter), "fi").sections == ()


@pytest.mark.parametrize("late", [timedelta(hours=3), timedelta(hours=12)])
def test_approved_after_its_hour_it_goes_out_at_once_or_when_hours_open(
    news: House, frozen: FrozenClock, late: timedelta
) -> None:
    people(news, "Alice")
    frozen.instant = FRIDAY - timedelta(hours=2)
    letter = begin(news)
    frozen.instant = FRIDAY + late
    send(news, frozen, letter)
    factories.plan(news.database, news.network)
    due = letters_to(news)["Alice"].due_at
    assert due == (frozen.instant if late < timedelta(hours=9) else FRIDAY + timedelta(days=3))
