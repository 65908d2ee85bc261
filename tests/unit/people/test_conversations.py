"""Conversations and their rules."""

from __future__ import annotations

from sqlalchemy import select

from bot import clock
from bot.network import Network
from bot.people.conversations import add_conversation, common_conversation, remove_conversation
from bot.store.db import Database
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic
from tests.factories import deliveries, details, plan, tell


def rules(database: Database) -> list[tuple[str, str, bool, str | None, str | None, str]]:
    """Address, languages, everywhere, city, topic and rhythm of each rule."""
    with database.reading() as session:
        rows = session.execute(
            select(
                Destination.address, Destination.languages, Subscription.everywhere, SubscriptionCity.city,
                SubscriptionTopic.topic, Subscription.rhythm,
            )
            .join(Subscription, Subscription.destination_id == Destination.id)
            .outerjoin(SubscriptionCity, SubscriptionCity.subscription_id == Subscription.id)
            .outerjoin(SubscriptionTopic, SubscriptionTopic.subscription_id == Subscription.id)
            .order_by(Subscription.id)
        )  # fmt: skip
        return [tuple(row) for row in rows]


def test_a_conversation_may_have_several_rules(database: Database) -> None:
    with database.writing() as session:
        places = [
            add_conversation(session, "C1", **rule).id  # type: ignore[arg-type]
            for rule in ({"city": "tampere"}, {"topic": "vesi"}, {"city": "oulu", "topic": "vesi"}, {})
        ]
    assert len(set(places)) == 1
    assert rules(database) == [
        ("C1", "fi", False, "tampere", None, "now"),
        ("C1", "fi", True, None, "vesi", "now"),
        ("C1", "fi", False, "oulu", "vesi", "now"),
        ("C1", "fi", True, None, None, "now"),
    ]


def test_the_same_rule_again_changes_its_rhythm_and_the_languages(database: Database) -> None:
    with database.writing() as session:
        add_conversation(session, "C1", city="tampere")
        add_conversation(session, "C1", city="tampere", rhythm="weekly", languages=("sv", "fi"))
    assert rules(database) == [("C1", "sv,fi", False, "tampere", None, "weekly")]


def test_adding_a_conversation_opens_it_again(database: Database) -> None:
    with database.writing() as session:
        place = add_conversation(session, "C1")
        place.paused_until, place.fault, place.failures = place.created_at, "archived", 3
    with database.writing() as session:
        again = add_conversation(session, "C1")
        assert (again.id, again.paused_until, again.fault, again.failures) == (place.id, None, None, 0)


def test_the_same_id_in_another_workspace_is_another_conversation(database: Database) -> None:
    with database.writing() as session:
        assert add_conversation(session, "C1").id != add_conversation(session, "C1", team="T2").id


def test_the_common_conversation_is_added_once_and_keeps_what_was_chosen_for_it(database: Database) -> None:
    with database.writing() as session:
        add_conversation(session, "C1", city="tampere")
        common_conversation(session, "C1", ("en",))
        add_conversation(session, "C1", rhythm="weekly", languages=("fi", "sv"))
        common_conversation(session, "C1", ("en",))
    assert rules(database) == [
        ("C1", "fi,sv", False, "tampere", None, "now"),
        ("C1", "fi,sv", True, None, None, "weekly"),
    ]


def test_a_removed_conversation_hears_nothing_and_keeps_its_record(
    database: Database, network: Network
) -> None:
    with database.writing() as session:
        for rule in ({"city": "tampere"}, {}):
            place = add_conversation(session, "C1", **rule)
        add_conversation(session, "C2")
    tell(database, details())
    plan(database, network)
    with database.writing() as session:
        assert remove_conversation(session, place) == 1
    assert [row[0] for row in rules(database)] == ["C2"]
    tell(database, details(title={"en": "Another"}), name="other")
    plan(database, network)
    assert [(row.destination_id == place.id, row.state) for row in deliveries(database)] == [
        (True, "cancelled"), (False, "queued"), (False, "queued"),
    ]  # fmt: skip


def test_a_conversation_that_leaves_digests_gets_what_was_held_in_a_last_one(database: Database) -> None:
    with database.writing() as session:
        add_conversation(session, "C1", rhythm="daily")
        add_conversation(session, "C1", rhythm="now")
        add_conversation(session, "C1", rhythm="now")
        (rule,) = session.scalars(select(Subscription))
        assert rule.digest_at is not None
        assert rule.digest_at <= clock.now()
