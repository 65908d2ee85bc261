"""A call lives from its notice to its close: told once, reminded of, corrected, and never at night."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import clock
from tests.town import BOB, TAMPERE, Town, text_of

HELSINKI = ZoneInfo("Europe/Helsinki")


def walk(town: Town, until: str, hour: int = 9) -> None:
    """Let the days pass until that hour of a day, doing what is due at nine each day."""
    end = datetime.fromisoformat(f"{until}T{hour:02}:00").replace(tzinfo=HELSINKI)
    local = clock.now().astimezone(HELSINKI)
    while local < end:
        nine = datetime(local.year, local.month, local.day, 9, tzinfo=HELSINKI)
        stop = min(nine if nine > local else nine + timedelta(days=1), end)
        town.hand.advance((stop - local).total_seconds())
        town.settle()
        local = clock.now().astimezone(HELSINKI)


def subjects(town: Town, address: str) -> list[str]:
    return [str(mail["Subject"]) for mail in town.mails(address)]


def test_a_call_is_told_reminded_of_and_comes_to_its_end(town: Town) -> None:
    town.publish()
    walk(town, "2027-01-16")
    alice = subjects(town, "alice@example.org")
    assert len(alice) == 6  # the notice, and 30, 14, 7, 2 days before and on the last day
    assert "Vähähiilinen Tampere" in alice[0]
    assert len(town.posts(TAMPERE)) == 6


def test_a_moved_deadline_is_corrected_once_and_its_reminders_move(town: Town) -> None:
    town.publish()
    walk(town, "2027-01-12")
    before = len(subjects(town, "alice@example.org"))
    town.update(closes_at="2027-01-29T16:15:00+02:00")
    walk(town, "2027-01-12", 10)
    assert len(subjects(town, "alice@example.org")) == before + 1
    walk(town, "2027-01-30")
    # 14, 7, 2 days before the new deadline and its last day; nothing on the old one.
    assert len(subjects(town, "alice@example.org")) == before + 5


def test_what_comes_at_night_is_told_in_the_morning_and_what_is_urgent_at_once(town: Town) -> None:
    town.hand.advance(hours=10)  # ten in the evening
    town.publish()
    town.publish(external_id="b", title="Kiireellinen", urgent=True)
    assert len(subjects(town, "alice@example.org")) == 1
    walk(town, "2026-11-25", 8)
    assert len(subjects(town, "alice@example.org")) == 2


def test_a_reader_of_the_daily_digest_opens_one_mail_in_the_morning(town: Town) -> None:
    town.publish()
    town.publish(external_id="b", title={"en": "Another call"})
    assert subjects(town, "charlie@example.org") == []
    walk(town, "2026-11-25", 8)
    (mail,) = town.mails("charlie@example.org")
    text = text_of(mail)
    assert "Low-carbon Tampere" in text
    assert "Another call" in text
    walk(town, "2026-11-27", 12)
    assert len(town.mails("charlie@example.org")) == 1


def test_a_withdrawn_call_is_taken_back_and_not_reminded_of(town: Town) -> None:
    town.publish()
    town.withdraw()
    walk(town, "2027-01-16")
    assert len(subjects(town, "alice@example.org")) == 2
    assert len(town.posts(BOB)) == 0
