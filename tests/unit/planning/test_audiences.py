"""Whom an item fits, and the reason they are given."""

from __future__ import annotations

from typing import Any

import pytest

from bot import reasons
from bot.contracts import LANGUAGES
from bot.network import Network
from bot.people.conversations import add_conversation
from bot.store.db import Database
from bot.store.destinations import Subscription
from tests.factories import deliveries, details, person, plan, tell


@pytest.mark.parametrize(
    ("mine", "item", "reason"),
    [
        # cities
        ({"cities": ("tampere",)}, {"cities": ("tampere",), "topics": ()}, "city:tampere"),
        ({"cities": ("oulu",)}, {"cities": ("tampere",), "topics": ()}, None),
        ({"cities": ("oulu", "tampere")}, {"cities": ("pori", "tampere"), "topics": ()}, "city:tampere"),
        ({"cities": ()}, {"cities": ("tampere",), "topics": ()}, None),
        ({"cities": ()}, {"cities": (), "topics": ()}, "all"),
        ({"cities": ("oulu",)}, {"cities": (), "topics": ()}, "all"),
        # topics
        ({"topics": ("ruoka",)}, {"topics": ("vahahiilisyys",)}, None),
        ({"topics": ("ruoka",)}, {"topics": ()}, "city:tampere"),
        ({"topics": ("ruoka",), "cities": ()}, {"cities": (), "topics": ("ruoka", "vesi")}, "topic:ruoka"),
        ({"topics": (), "cities": ()}, {"cities": (), "topics": ("ruoka",)}, "all"),
        # focus areas supply the reason, they never exclude
        ({}, {"topics": ("vahahiilisyys",)}, "city_topic:tampere:vahahiilisyys"),
        ({}, {"topics": ("ruoka",)}, "city:tampere"),
        ({}, {"cities": (), "topics": ("vahahiilisyys",)}, "city_topic:tampere:vahahiilisyys"),
        # rhythm off is silence
        ({"rhythm": "off"}, {}, None),
    ],
)
def test_who_is_told_and_why(
    database: Database, network: Network, mine: dict[str, Any], item: dict[str, Any], reason: str | None
) -> None:
    with database.writing() as session:
        person(session, **mine)
    tell(database, details(**item))
    plan(database, network)
    assert [row.reason for row in deliveries(database)] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("rule", "item", "reason"),
    [
        ({"city": "tampere"}, {"cities": ("tampere",)}, "place_city:tampere"),
        ({"city": "tampere"}, {"cities": ()}, "place_city:tampere"),
        ({"city": "oulu"}, {"cities": ("tampere",)}, None),
        ({"topic": "ruoka"}, {"topics": ("ruoka",)}, "place_topic:ruoka"),
        ({"topic": "ruoka"}, {"topics": ("vesi",)}, None),
        ({"topic": "ruoka"}, {"topics": ()}, "place_topic:ruoka"),
        ({}, {"cities": ("oulu",), "topics": ("vesi",)}, "place_all"),
        ({"city": "oulu", "topic": "vesi"}, {"cities": ("oulu",), "topics": ("ruoka",)}, None),
    ],
)
def test_which_conversation_is_told_and_why(
    database: Database, network: Network, rule: dict[str, Any], item: dict[str, Any], reason: str | None
) -> None:
    with database.writing() as session:
        add_conversation(session, "C1", **rule)
    tell(database, details(**item))
    plan(database, network)
    assert [row.reason for row in deliveries(database)] == ([reason] if reason else [])


def test_a_conversation_hears_once_though_three_of_its_rules_match(
    database: Database, network: Network
) -> None:
    with database.writing() as session:
        for rule in ({"city": "tampere"}, {"topic": "vahahiilisyys"}, {}):
            add_conversation(session, "C1", **rule)
    tell(database, details())
    plan(database, network)
    assert [row.reason for row in deliveries(database)] == ["place_city:tampere"]


def test_a_subscription_to_some_kinds_hears_no_others(database: Database, network: Network) -> None:
    with database.writing() as session:
        place = add_conversation(session, "C1")
        session.query(Subscription).where(Subscription.destination_id == place.id).one().kinds = ",event,"
    tell(database, details(), details(kind="event", closes_at=None, title={"en": "Meeting"}))
    plan(database, network)
    assert [row.item_id for row in deliveries(database)] == [2]


def test_every_reason_has_a_sentence_in_every_language(network: Network) -> None:
    codes = [
        "all",
        "city:tampere",
        "topic:vesi",
        "city_topic:oulu:vesi",
        "place_all",
        "place_city:pori",
        "place_topic:vesi",
    ]
    said = {reasons.spoken(code, language, network) for code in codes for language in LANGUAGES}
    assert len(said) == len(codes) * len(LANGUAGES)
    assert reasons.spoken("city_topic:tampere:vahahiilisyys", "en", network) == (
        "You get this because Tampere follows carbon neutrality."
    )
