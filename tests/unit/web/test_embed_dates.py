"""The page in the workspace says of each thing the next moment that is ahead, and what happens then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.app import House
from tests import factories
from tests.unit.web.browser import Browser, seen
from tests.workspace import ORIGIN, SECRET, signed

Shows = Callable[..., str]


@pytest.fixture
def house(open_test_house: Callable[..., House]) -> House:
    """A house whose page stands in a workspace; Alice is of Tampere and reads Finnish. It is 24 November 2026."""
    house = open_test_house(howspace_embed_secret=SECRET, howspace_origin=(ORIGIN,))
    with house.database.writing() as session:
        factories.person(session, "Alice", language="fi")
    return house


@pytest.fixture
def shows(house: House, browser: Browser) -> Shows:
    """What the page says once these things were told, each with a title and dates."""

    def look(**things: dict[str, Any]) -> str:
        said = [
            factories.details(title={"fi": title}, **{"closes_at": None, **dates})
            for title, dates in things.items()
        ]
        factories.tell(house.database, *said)
        return seen(browser.get(signed("alice@example.org")))

    return look


def test_of_an_event_whose_registration_is_over_it_says_when_it_starts(shows: Shows) -> None:
    words = shows(Seminaari={"kind": "event", "closes_at": "2026-11-20", "starts_at": "2026-12-15"})
    assert "Alkaa 15. joulukuuta 2026" in words
    assert "20. marraskuuta" not in words
    assert "Viimeinen päivä" not in words


def test_of_an_event_that_takes_registrations_it_says_until_when(shows: Shows) -> None:
    words = shows(Seminaari={"kind": "event", "closes_at": "2026-11-24", "starts_at": "2026-12-15"})
    assert "Ilmoittautuminen päättyy 24. marraskuuta 2026 Viimeinen päivä" in words


def test_of_several_cut_offs_it_says_the_next(shows: Shows) -> None:
    words = shows(Jatkuva={"cutoffs": ("2026-12-01", "2027-06-15")})
    assert "Välikatko 1. joulukuuta 2026 7 päivää jäljellä" in words


def test_what_is_not_open_yet_says_when_it_opens(shows: Shows) -> None:
    words = shows(Tuleva={"opens_at": "2027-02-01", "closes_at": "2027-03-31"})
    assert "Avautuu 1. helmikuuta 2027" in words
    assert "jäljellä" not in words


def test_they_stand_in_the_order_of_what_they_say(shows: Shows) -> None:
    words = shows(
        Kolmas={"opens_at": "2027-02-01", "closes_at": "2027-03-31"},
        Toinen={"closes_at": "2026-12-10"},
        Eka={"cutoffs": ("2026-12-01", "2027-06-15")},
        Neljas={"kind": "event", "closes_at": "2026-11-20", "starts_at": "2027-02-15"},
    )
    found = [words.index(f" {title} ") for title in ("Eka", "Toinen", "Kolmas", "Neljas")]
    assert found == sorted(found)


def test_of_an_event_that_goes_on_it_says_when_it_began(shows: Shows) -> None:
    words = shows(Viikko={"kind": "event", "starts_at": "2026-11-23", "ends_at": "2026-11-27"})
    assert "Alkaa 23. marraskuuta 2026" in words
