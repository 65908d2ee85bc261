"""Slack conversations as destinations: one for a city, one for a topic, one for all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Language, Rhythm
from bot.store.destinations import Destination, Subscription, SubscriptionCity, SubscriptionTopic


def add_conversation(
    session: Session,
    address: str,
    *,
    city: str | None = None,
    topic: str | None = None,
    languages: Sequence[Language] = ("fi",),
    rhythm: Rhythm = "now",
    team: str = "",
) -> Destination:
    """Let a conversation hear of a city, a topic, or (neither) everything.

    Adding the same rule again changes its rhythm and languages; a second rule on the same conversation
    adds to the first, and an item still comes once.
    """
    key = address.casefold()
    place = session.scalar(
        select(Destination).where(
            Destination.sender == "slack", Destination.team == team, Destination.address_key == key
        )
    )
    if place is None:
        place = Destination(
            sender="slack", team=team, address=address, address_key=key, created_at=clock.now()
        )
        session.add(place)
    place.languages = ",".join(languages)
    place.paused_until, place.fault, place.failures = None, None, 0
    session.flush()
    rule = _rule(session, place.id, city, topic)
    if rule is None:
        rule = Subscription(
            destination_id=place.id, everywhere=city is None, created_at=clock.now(), rhythm=rhythm
        )
        session.add(rule)
        session.flush()
        if city:
            session.add(SubscriptionCity(city=city, subscription_id=rule.id))
        if topic:
            session.add(SubscriptionTopic(topic=topic, subscription_id=rule.id))
    rule.rhythm = rhythm
    session.flush()
    return place


def _rule(session: Session, place_id: int, city: str | None, topic: str | None) -> Subscription | None:
    rules = (
        select(Subscription, SubscriptionCity.city, SubscriptionTopic.topic)
        .outerjoin(SubscriptionCity, SubscriptionCity.subscription_id == Subscription.id)
        .outerjoin(SubscriptionTopic, SubscriptionTopic.subscription_id == Subscription.id)
        .where(Subscription.destination_id == place_id)
    )
    return next((rule for rule, c, t in session.execute(rules) if (c, t) == (city, topic)), None)
