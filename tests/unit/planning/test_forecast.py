"""The forecast: what it says before the button is what happens after it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.contracts import Details
from bot.network import Network
from bot.people.conversations import add_conversation
from bot.planning.forecast import Forecast, forecast
from bot.store.db import Database
from tests import factories
from tests.conftest import NOON, FrozenClock


@pytest.fixture
def town(database: Database, frozen: FrozenClock) -> Database:
    """Alice in Helsinki time, Bob in Lisbon, Charlie who reads weekly, Dana daily, one elsewhere, a conversation."""
    with database.writing() as session:
        factories.person(session, "Alice", slack_user_id="U0ALICE")
        factories.person(session, "Bob", timezone="Europe/Lisbon", language="sv")
        factories.person(session, "Charlie", rhythm="weekly")
        factories.person(session, "Dana", rhythm="daily", language="en")
        factories.person(session, "Eve", cities=("vaasa",))
        factories.person(session, "Frank", rhythm="off")
        add_conversation(session, "C0TAMPERE", city="tampere", languages=("fi", "sv"))
    return database


def ahead(town: Database, at: datetime, details: Details | None = None) -> Forecast:
    with town.reading() as session:
        return forecast(session, details or factories.details(title={"fi": "Haku"}), at)


def test_at_noon_it_goes_out_now_and_the_rest_in_digests(town: Database) -> None:
    said = ahead(town, NOON)
    assert (said.now, said.later, said.daily, said.weekly) == (3, (), 1, 1)
    assert (said.people, said.conversations, said.total) == (4, 1, 5)
    assert said.senders == {"email": 3, "slack": 2}
    assert said.missing == {"en": 1, "sv": 2}


def test_a_language_with_a_title_and_no_text_misses_the_text(town: Database) -> None:
    details = factories.details(body={"fi": "Haettavana on tukea."})
    assert ahead(town, NOON, details).missing == {"en": 1, "sv": 2}


def test_at_night_it_goes_out_when_each_ones_hours_open(town: Database) -> None:
    said = ahead(town, datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    helsinki, lisbon = datetime(2026, 11, 25, 6, 0, tzinfo=UTC), datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    assert said.later == ((helsinki, 2), (lisbon, 1))
    assert said.now == 0


def test_what_is_urgent_goes_out_to_all_now(town: Database) -> None:
    said = ahead(town, datetime(2026, 11, 28, 1, 0, tzinfo=UTC), factories.details(urgent=True))
    assert (said.now, said.later, said.daily, said.weekly) == (5, (), 0, 0)


def test_what_would_be_over_goes_out_before_it_is(town: Database) -> None:
    friday = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    said = ahead(town, friday, factories.details(closes_at="2026-11-29T16:00:00+02:00"))
    assert (said.now, said.later) == (3, ())


def test_what_is_over_goes_to_nobody(town: Database) -> None:
    said = ahead(town, NOON, factories.details(closes_at="2026-11-23"))
    assert said.over
    assert said.total == 0


def test_nobody_is_nobody(database: Database, frozen: FrozenClock) -> None:
    assert ahead(database, NOON) == Forecast()


def test_it_counts_those_who_are_told(town: Database, network: Network) -> None:
    said = ahead(town, NOON, factories.details())
    factories.tell(town, factories.details())
    factories.plan(town, network)
    assert said.total == len(factories.deliveries(town))
    assert said.now == len(factories.deliveries(town, "queued"))
