"""A week of public items, and the letter made of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.app import House
from bot.approval import approve, release_due
from bot.contracts import Report
from bot.letters.content import LetterContent
from bot.letters.release import release_letter
from bot.letters.submission import put_forward
from bot.letters.writing import Edit, letter_named, save, start_letter
from bot.store.drafts import Letter
from tests import factories
from tests.conftest import FrozenClock

OPENING = {
    "fi": "Hyvä lukija, **tällä viikolla** aukesi haku.",
    "sv": "Bästa läsare, **denna vecka** öppnade en utlysning.",
    "en": "Dear reader, **this week** a call opened.",
}

CALL = {"fi": "Vähähiilinen Tampere", "sv": "Utsläppssnålt Tammerfors", "en": "Low-carbon Tampere"}
TEXT = {"fi": "Haettavana on **tukea**. Lue [lisää](https://example.org)."}
SEMINAR = {"sv": "Höstseminarium"}
OULU = {"fi": "Uutinen Oulusta", "en": "News from Oulu"}
ALL = {"fi": "Kaikille", "sv": "För alla", "en": "For all"}


def week() -> list[Report]:
    """A call, an event, news of a city and news for all; and what no letter may tell."""
    say = factories.details
    everyone: dict[str, Any] = {"cities": (), "topics": (), "closes_at": None}
    return [
        Report("call", say(title=CALL, body=TEXT, amount_eur=1_500_000, url="https://example.org/haku")),
        Report(
            "event",
            say(
                kind="event",
                title=SEMINAR,
                starts_at="2026-12-03T09:00:00+02:00",
                location="Vasa",
                **everyone,
            ),
        ),
        Report("city", say(kind="news", title=OULU, **{**everyone, "cities": ("oulu",)})),
        Report("all", say(kind="news", title=ALL, **everyone)),
        Report("private", say(kind="announcement", title={"fi": "Vain verkostolle"}, visibility="network")),
    ]


@pytest.fixture
def news(house: House, frozen: FrozenClock) -> House:
    """A house with a week of items, on Tuesday noon."""
    factories.tell(house.database, *week())
    return house


def begin(house: House) -> Letter:
    """This week's letter."""
    return house.database.write(lambda session: start_letter(session, house.settings)[0])


def write(house: House, letter: Letter, **more: Any) -> LetterContent:
    """Give the letter its openings, or what else a form says."""
    stated: dict[str, Any] = {"title": {}, "opening": OPENING, "entries": []}

    def work(session: Any) -> LetterContent:
        row = letter_named(session, letter.slug, lock=True)
        assert row
        version = LetterContent.of(row).version
        return save(session, row, version, Edit(**{**stated, **more}), "alice")

    return house.database.write(work)


def send(house: House, hand: FrozenClock, letter: Letter) -> Letter:
    """Put it forward, approve it, and let its time come."""

    def submit(session: Any) -> tuple[int, int]:
        row = letter_named(session, letter.slug)
        assert row
        draft = put_forward(session, row, house.network, house.settings, "alice")
        return draft.id, draft.version

    draft_id, version = house.database.write(submit)
    approved = house.database.write(lambda session: approve(session, draft_id, version, "bob").release_at)
    assert approved
    hand.instant = max(hand.instant, approved)
    release(house)
    return read(house, letter.slug)


def release(house: House) -> int:
    """Release what is due, as the loop does."""
    effects: Any = {
        "letter": lambda session, draft: release_letter(session, draft, house.network, house.settings)
    }
    return house.database.write(lambda session: release_due(session, house.network, effects))


def read(house: House, slug: str) -> Letter:
    """The letter as it is kept."""
    with house.database.reading() as session:
        letter = letter_named(session, slug)
    assert letter
    return letter
