"""A letter is begun, gathered, edited and kept from being overwritten."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.app import House
from bot.contracts import Report
from bot.letters.content import LetterContent, Placed
from bot.letters.duty import due_letters
from bot.letters.writing import Edit, Stale, letter_day, moved, next_start, save, take_in
from bot.store.drafts import Letter
from bot.store.items import Item
from bot.web.prose import told_in
from tests import factories
from tests.conftest import FrozenClock, test_settings
from tests.unit.letters.conftest import begin, read, write


def titles(house: House, content: LetterContent) -> dict[str, list[str]]:
    """What stands in which section."""
    found: dict[str, list[str]] = {}
    with house.database.reading() as session:
        for entry in content.entries:
            item = session.get_one(Item, entry.item_id)
            heading = next(each.titles["en"] for each in content.sections if each.key == entry.section)
            found.setdefault(heading, []).append(told_in(item.details["title"], "fi")[1])
    return found


def test_a_letter_holds_the_public_items_of_its_week_in_their_sections(news: House) -> None:
    letter = begin(news)
    assert (letter.slug, letter.opens, letter.closes) == ("2026-48", date(2026, 11, 20), date(2026, 11, 27))
    assert titles(news, LetterContent.of(letter)) == {
        "In focus": ["Kaikille"],
        "Open calls": ["Vähähiilinen Tampere"],
        "Events": ["Höstseminarium"],
        "From the cities": ["Uutinen Oulusta"],
    }


def test_begun_twice_it_is_the_same_letter(news: House) -> None:
    first = begin(news)
    write(news, first)
    assert begin(news).id == first.id
    assert LetterContent.of(read(news, first.slug)).opening["fi"].startswith("Hyvä")


def test_what_is_over_withdrawn_or_waits_is_not_gathered(house: House, frozen: FrozenClock) -> None:
    say = factories.details
    factories.tell(house.database, Report("a", say()), Report("b", say(closes_at="2026-11-20")))
    factories.tell(house.database, Report("a", None))
    assert LetterContent.of(begin(house)).entries == ()


def test_what_comes_after_it_was_begun_is_taken_in_or_stands_in_the_next(
    news: House, frozen: FrozenClock
) -> None:
    frozen.instant = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)
    first = begin(news)
    frozen.advance(hours=1)
    factories.tell(news.database, Report("late", factories.details(kind="news", title={"fi": "Myöhäinen"})))
    frozen.advance(days=7)
    second = begin(news)
    assert (second.opens, second.closes) == (date(2026, 11, 27), date(2026, 12, 4))
    assert [len(LetterContent.of(each).entries) for each in (first, second)] == [4, 1]


def test_taking_in_adds_what_is_new_and_nothing_twice(news: House) -> None:
    letter = begin(news)
    factories.tell(news.database, Report("late", factories.details(kind="news", title={"fi": "Myöhäinen"})))

    def add(session: Session) -> int:
        return take_in(session, session.get_one(Letter, letter.id), news.settings)

    assert [news.database.write(add) for _ in range(2)] == [1, 0]


def test_two_tabs_do_not_overwrite_each_other(news: House) -> None:
    letter = begin(news)
    edit = Edit(title={"en": "Mine"}, opening={}, entries=[])

    def work(session: Session) -> None:
        save(session, session.get_one(Letter, letter.id), 2, edit, "alice")

    news.database.write(work)
    with pytest.raises(Stale):
        news.database.write(work)


def test_order_sections_and_what_is_left_out_are_kept(news: House) -> None:
    letter = begin(news)
    before = LetterContent.of(letter).entries
    changed = [
        Placed(item_id=each.item_id, section="s1", out=at == 0) for at, each in enumerate(reversed(before))
    ]
    content = write(news, letter, entries=[*changed, Placed(item_id=999, section="s1")])
    assert [each.item_id for each in content.entries] == [each.item_id for each in reversed(before)]
    assert len(content.shown()) == 3


def test_an_item_moves_within_its_section_only() -> None:
    entries = [Placed(item_id=at, section="s1" if at < 3 else "s2") for at in range(1, 5)]
    assert [each.item_id for each in moved(entries, 2, -1)] == [2, 1, 3, 4]
    assert [each.item_id for each in moved(entries, 2, 1)] == [1, 2, 3, 4]
    assert [each.item_id for each in moved(entries, 9, 1)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("after", "begun"),
    [
        ("2026-11-24T10:00:00+00:00", "2026-11-26T07:00:00+00:00"),  # Tuesday: Thursday at nine
        ("2026-11-26T07:00:00+00:00", "2026-12-03T07:00:00+00:00"),  # strictly after
        (
            "2026-12-19T10:00:00+00:00",
            "2026-12-22T07:00:00+00:00",
        ),  # Friday is Christmas: it goes on Wednesday
    ],
)
def test_a_letter_begins_by_itself_the_working_day_before_it_goes(
    after: str, begun: str, tmp_path: Path
) -> None:
    settings = test_settings("sqlite:///x.db", tmp_path)
    assert next_start(settings, datetime.fromisoformat(after)) == datetime.fromisoformat(begun)


def test_the_week_belongs_to_its_friday_until_friday_is_over(tmp_path: Path) -> None:
    settings = test_settings("sqlite:///x.db", tmp_path)
    days = {
        day: letter_day(settings, datetime(2026, 11, day, 12, tzinfo=UTC)).day for day in (23, 27, 28, 29)
    }
    assert days == {23: 27, 27: 27, 28: 4, 29: 4}


def test_the_duty_begins_one_letter_and_tells_the_coordinators_once(news: House) -> None:
    with news.database.writing() as session:
        factories.person(session, "Alice", role="coordinator")
    for expected in (1, 0):
        begun = news.database.write(lambda session: due_letters(session, news.network, news.settings))
        assert begun == expected
    (told,) = factories.deliveries(news.database)
    assert (told.purpose, told.state) == ("alert", "queued")


def test_no_letter_begins_by_itself_when_there_is_nothing_to_tell(house: House, frozen: FrozenClock) -> None:
    assert house.database.write(lambda session: due_letters(session, house.network, house.settings)) == 0
    assert LetterContent.of(begin(house)).entries == ()
