"""Whom something reaches, as its author reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import clock
from bot.contracts import Language
from bot.planning.reach import reach, reach_lines
from bot.store.db import Database
from tests import factories
from tests.conftest import FrozenClock

pytestmark = pytest.mark.of_sqlite


def lines(database: Database, language: Language, at: timedelta = timedelta(0), **more: object) -> list[str]:
    stated = {"kind": "announcement", "title": {"en": "Hello"}, "closes_at": None, "cities": (), "topics": ()}
    with database.reading() as session:
        found = reach(session, factories.details(**{**stated, **more}), clock.now() + at, factories.ZONE)
    return list(reach_lines(found, language, factories.ZONE))


def test_it_says_how_many_in_how_many_cities_when_and_in_what(
    database: Database, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        factories.person(session, "Alice", language="sv", cities=("tampere", "oulu"))
        factories.person(session, "Bob", language="en", hours="13-16")
        factories.person(session, "Charlie", language="en", cities=("lahti",), rhythm="daily")
    assert lines(database, "en") == [
        "3 contacts in 3 cities",
        "1 outside sending hours until Tue 13:00",
        "1 in the daily digest",
        "3 have only mail",
        "Swedish text missing for 1 reader",
    ]
    assert lines(database, "sv", cities=("oulu",))[0] == "1 kontaktperson i 1 stad"
    assert "1 lähetysaikojen ulkopuolella: ti klo 13.00 asti" in lines(database, "fi")


def test_what_reaches_nobody_says_so(database: Database, frozen: FrozenClock) -> None:
    assert lines(database, "en") == ["It reaches nobody: no contact and no conversation fits it."]
    over = lines(database, "en", kind="call", closes_at="2026-11-25", at=timedelta(days=3))
    assert over == ["It reaches nobody: it is over by then."]
